package help

import (
	"regexp"
	"strings"
	"testing"

	"portico/app/language"
)

// Every text is there in every language, with as many parts and steps as the English one (S4.13).
func TestEveryTextIsInEveryLanguage(t *testing.T) {
	shape := func(text string) [3]int {
		return [3]int{strings.Count(text, "\n\n"), len(regexp.MustCompile(`(?m)^\d\. `).FindAllString(text, -1)), strings.Count(text, "**")}
	}
	if len(read()) != (len(names)+1)*len(language.Tags()) {
		t.Errorf("there are %d texts", len(read()))
	}
	for _, name := range append([]string{terms}, names...) {
		english := find(name, "en")
		for _, tag := range language.Tags() {
			a, ok := read()[name+"."+tag]
			if !ok || a.Title == "" || len(a.Text) < 500 || a.Name != name {
				t.Errorf("%s in %s: %+v", name, tag, a)
			}
			if shape(a.Text) != shape(english.Text) {
				t.Errorf("%s in %s has another shape than in English: %v, %v", name, tag, shape(a.Text), shape(english.Text))
			}
			if tag != "en" && (a.Title == english.Title || a.Text == english.Text) {
				t.Errorf("%s in %s is English", name, tag)
			}
			if strings.ContainsAny(a.Title+a.Text, "\"'") {
				t.Errorf("%s in %s has straight quotes", name, tag)
			}
		}
	}
}

func TestWhatIsNotThereIsEnglish(t *testing.T) {
	if a, ok := Find("upload", "ja"); !ok || a != find("upload", "en") {
		t.Errorf("%+v", a)
	}
	if _, ok := Find("terms", "en"); ok {
		t.Error("the terms are no article")
	}
	if a := Terms("et"); !strings.HasPrefix(a.Title, "Portaali") {
		t.Errorf("%+v", a)
	}
	for _, word := range []string{"cache", "network", "browser", "device", "computer"} { // S4.13, S4.14
		if a, _ := Find("enter", "en"); !strings.Contains(a.Text, word) {
			t.Errorf("nothing about the %s", word)
		}
	}
}
