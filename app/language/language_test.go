package language

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// files reads every catalogue: slice, then language, then key.
func files(t *testing.T) map[string]map[string]map[string]text {
	t.Helper()
	entries, err := sources.ReadDir("words")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]map[string]text{}
	for _, e := range entries {
		slice, tag, err := fileName(e.Name())
		if err != nil {
			t.Error(err)
			continue
		}
		texts, err := read(e.Name(), tag)
		if err != nil {
			t.Error(err)
			continue
		}
		if all[slice] == nil {
			all[slice] = map[string]map[string]text{}
		}
		all[slice][tag] = texts
	}
	return all
}

// TestComplete: every key is in all five languages, with the same arguments and the plural forms that each language has.
func TestComplete(t *testing.T) {
	owner := map[string]string{}
	for slice, byTag := range files(t) {
		for _, key := range slices.Sorted(maps.Keys(byTag[english])) {
			if !strings.HasPrefix(key, slice+".") && !strings.HasPrefix(key, "fault.") {
				t.Errorf("words/%s.en.json: %s begins neither with %q nor with \"fault.\"", slice, key, slice+".")
			}
			if other, twice := owner[key]; twice {
				t.Errorf("%s is in words/%s.en.json and in words/%s.en.json", key, other, slice)
			}
			owner[key] = slice
		}
		for _, tag := range Tags() {
			for _, problem := range compare(byTag[english], byTag[tag], tag) {
				t.Errorf("words/%s.%s.json: %s", slice, tag, problem)
			}
		}
	}
	if len(owner) < 100 {
		t.Errorf("found %d keys only; are these the catalogues?", len(owner))
	}
}

// TestCompleteCanFail feeds the comparison one of each mistake.
func TestCompleteCanFail(t *testing.T) {
	en := map[string]text{
		"a.plain": {plain: "From {1} to {2}"}, "a.count": {forms: map[string]string{"one": "{n} file", "other": "{n} files"}},
		"a.long": {plain: "These are five words here"},
	}
	good := map[string]text{
		"a.plain": {plain: "An {2} von {1}"}, "a.count": {forms: map[string]string{"one": "eine Datei", "other": "{n} Dateien", "=0": "keine"}},
		"a.long": {plain: "Das hier sind fünf Wörter"},
	}
	if problems := compare(en, good, "de"); len(problems) > 0 {
		t.Errorf("of good ones it says %q", problems)
	}
	for name, spoil := range map[string]func(map[string]text){
		"lacks a key":          func(m map[string]text) { delete(m, "a.plain") },
		"a key too many":       func(m map[string]text) { m["a.more"] = text{plain: "mehr"} },
		"lacks an argument":    func(m map[string]text) { m["a.plain"] = text{plain: "Von {1}"} },
		"another argument":     func(m map[string]text) { m["a.plain"] = text{plain: "Von {1} an {3}"} },
		"no forms":             func(m map[string]text) { m["a.count"] = text{plain: "{n} Dateien"} },
		"lacks a form":         func(m map[string]text) { m["a.count"] = text{forms: map[string]string{"other": "{n} Dateien"}} },
		"a form it hasn't":     func(m map[string]text) { m["a.count"].forms["few"] = "{n} Dateien" },
		"no number":            func(m map[string]text) { m["a.count"].forms["other"] = "Dateien" },
		"not translated":       func(m map[string]text) { m["a.long"] = en["a.long"] },
		"a straight quote":     func(m map[string]text) { m["a.long"] = text{plain: `Das "hier" sind fünf Wörter`} },
		"a blank at its end":   func(m map[string]text) { m["a.long"] = text{plain: "Das hier sind fünf Wörter "} },
		"two blanks":           func(m map[string]text) { m["a.long"] = text{plain: "Das hier  sind fünf Wörter"} },
		"an empty text":        func(m map[string]text) { m["a.long"] = text{} },
		"three dots":           func(m map[string]text) { m["a.long"] = text{plain: "Das hier sind fünf..."} },
		"an unclosed argument": func(m map[string]text) { m["a.long"] = text{plain: "Das {hier sind fünf Wörter"} },
	} {
		bad := maps.Clone(good)
		bad["a.count"] = text{forms: maps.Clone(good["a.count"].forms)}
		spoil(bad)
		if problems := compare(en, bad, "de"); len(problems) != 1 {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

var place = regexp.MustCompile(`\{(\d|n)\}`)

// compare says what is wrong with a language's texts beside the English ones.
func compare(en, other map[string]text, tag string) (problems []string) {
	for _, key := range slices.Sorted(maps.Keys(other)) {
		if _, known := en[key]; !known {
			problems = append(problems, key+" is not in the English file")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(en)) {
		theirs, ok := other[key]
		if !ok {
			problems = append(problems, key+" is missing")
			continue
		}
		if why := unlike(en[key], theirs, tag); why != "" {
			problems = append(problems, key+" "+why)
		}
	}
	return problems
}

func unlike(en, theirs text, tag string) string {
	if (en.forms == nil) != (theirs.forms == nil) {
		return "is a text in one language and has plural forms in the other"
	}
	if en.forms == nil {
		if why := untidy(theirs.plain); why != "" {
			return why
		}
		if want, got := places(en.plain), places(theirs.plain); !slices.Equal(want, got) {
			return "has the arguments " + strings.Join(got, " ") + ", and in English " + strings.Join(want, " ")
		}
		if tag != english && en.plain == theirs.plain && len(strings.Fields(place.ReplaceAllString(en.plain, ""))) > 3 {
			return "is the English text"
		}
		return ""
	}
	want := forms(tag)
	if got := slices.DeleteFunc(slices.Sorted(maps.Keys(theirs.forms)), func(f string) bool { return f == "=0" }); !slices.Equal(got, want) {
		return "has the forms " + strings.Join(got, " ") + ", and the language " + strings.Join(want, " ")
	}
	for form, t := range theirs.forms {
		if why := untidy(t); why != "" {
			return why
		}
		want, got := places(en.forms["other"]), places(t)
		if form != "other" && !slices.Contains(got, "{n}") { // "one file" and "none" need no number
			want = slices.DeleteFunc(want, func(p string) bool { return p == "{n}" })
		}
		if !slices.Equal(want, got) {
			return form + " has the arguments " + strings.Join(got, " ") + ", and in English " + strings.Join(want, " ")
		}
	}
	return ""
}

// untidy says what nobody wants to see in a text.
func untidy(t string) string {
	switch {
	case t == "":
		return "is empty"
	case t != strings.TrimFunc(t, unicode.IsSpace):
		return "begins or ends with a blank"
	case strings.Contains(t, "  "):
		return "has two blanks in a row"
	case strings.ContainsAny(t, `"'`):
		return "has a straight quote"
	case strings.Contains(t, "..."):
		return "has three dots instead of …"
	case strings.ContainsAny(place.ReplaceAllString(t, ""), "{}"):
		return "has a brace that is no argument"
	}
	return ""
}

func places(t string) []string {
	found := place.FindAllString(t, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// forms are the plural categories that whole numbers of a language fall into.
func forms(tag string) []string {
	seen := map[string]bool{}
	for n := range 1200 {
		seen[categories[plural.Cardinal.MatchPlural(language.Make(tag), n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

var use = regexp.MustCompile(`\.([TNH])[ (]\s*"([a-z0-9_]+(?:\.[A-Za-z0-9_/-]+)+)"`)

// uses are the keys that templates and programs name, by the file that does.
func uses(tree fs.FS, t *testing.T) (found []string, problems []string) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || name == "app/language") {
			return fs.SkipDir
		}
		if entry.IsDir() || !slices.Contains([]string{".go", ".html", ".txt"}, path.Ext(name)) || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		for _, m := range use.FindAllSubmatch(source, -1) {
			how, key := string(m[1]), string(m[2])
			found = append(found, key)
			entry, _, ok := For(english).find(key)
			switch {
			case !ok:
				problems = append(problems, name+" uses "+key+", which is in no catalogue")
			case (how == "N") != (entry.forms != nil):
				problems = append(problems, name+" uses "+key+" by ."+how+"; N is for texts with plural forms, T and H for those without")
			case how == "T" && (strong.MatchString(entry.plain) || anchor.MatchString(entry.plain)):
				problems = append(problems, name+" uses "+key+" by .T; it has marks that only H reads")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, problems
}

// TestUses: what the templates of pages and mails ask for is there.
func TestUses(t *testing.T) {
	_, problems := uses(os.DirFS("../.."), t)
	for _, p := range problems {
		t.Error(p)
	}
}

func TestUsesCanFail(t *testing.T) {
	dir := t.TempDir()
	body := `{{.W.T "portal.nowhere"}} {{$.W.T "portal.due.left" 3}} {{.W.N "portal.title" 2}} {{.W.T "portal.clients.now" .Name}} {{.W.T "portal.title"}}`
	if err := os.WriteFile(dir+"/page.html", []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	found, problems := uses(os.DirFS(dir), t)
	if len(found) != 5 || len(problems) != 4 {
		t.Errorf("found %q, and says %q", found, problems)
	}
}

func TestT(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "Nothing to do right now", "de-AT": "Im Moment ist nichts zu tun", "FR_ca": "Rien à faire pour le moment", "et": "Praegu ei ole midagi teha",
		"xx": "Nothing to do right now", "": "Nothing to do right now",
	} {
		if got := For(tag).T("portal.home.nothing"); got != want {
			t.Errorf("%q says %q, want %q", tag, got, want)
		}
	}
	if got, want := For("de").T("portal.home.nothing.text", "Hill {2}", "a@b.example"), "Hill {2} schreibt Ihnen an a@b.example, sobald etwas von Ihnen gebraucht wird."; got != want {
		t.Errorf("an argument that looks like a place: %q, want %q", got, want)
	}
	if got := For("fr").T("portal.help.check"); got != "Tout va bien avec votre navigateur\u202f?" {
		t.Errorf("a line may break before the mark: %q", got)
	}
	if got := For("de").T("portal.nowhere"); got != "portal.nowhere" {
		t.Errorf("a key that nobody wrote: %q", got)
	}
	lacking := &Words{tag: "de", texts: map[string]text{}, english: For(english)}
	if got := lacking.T("portal.title"); got != "Client portal" {
		t.Errorf("a key that German lacks: %q", got)
	}
	if got := lacking.N("portal.due.left", 1); got != "1 day left" {
		t.Errorf("a count that German lacks: %q", got)
	}
}

func TestN(t *testing.T) {
	for _, c := range []struct {
		tag  string
		n    int
		want string
	}{
		{"en", 0, "0 days left"}, {"en", 1, "1 day left"}, {"en", 2, "2 days left"}, {"de", 1, "Noch 1 Tag"}, {"de", 0, "Noch 0 Tage"},
		{"fr", 0, "Encore 0 jour"}, {"fr", 1, "Encore 1 jour"}, {"fr", 2, "Encore 2 jours"}, {"es", 1, "Queda 1 día"}, {"es", 0, "Quedan 0 días"},
		{"et", 1, "Jäänud on 1 päev"}, {"et", 12345, "Jäänud on 12\u00a0345 päeva"},
	} {
		if got := For(c.tag).N("portal.due.left", c.n); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.tag, c.n, got, c.want)
		}
	}
	if got := For("en").N("portal.requests.count", 0); got != "No open requests" {
		t.Errorf("none at all: %q", got)
	}
}

func TestH(t *testing.T) {
	w := &Words{tag: "en", texts: map[string]text{"a": {plain: "Read the [terms & more](1) of **{2}** <now>"}}}
	if got, want := string(w.H("a", "/terms?a=1&b=2", "<b>Hill</b>")),
		`Read the <a href="/terms?a=1&amp;b=2">terms &amp; more</a> of <strong>&lt;b&gt;Hill&lt;/b&gt;</strong> &lt;now&gt;`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, bad := range []any{"javascript:alert(1)", "//elsewhere.example", "/\\elsewhere", "http://a.example", 7} {
		if got := string(w.H("a", bad, "Hill")); strings.Contains(got, "<a") || !strings.Contains(got, "terms &amp; more") {
			t.Errorf("%v: %s", bad, got)
		}
	}
}

func TestFault(t *testing.T) {
	w := &Words{tag: "de", texts: map[string]text{"fault.invite.expired": {plain: "Abgelaufen."}}, english: For(english)}
	if got := w.Fault("invite.expired", "Expired."); got != "Abgelaufen." {
		t.Errorf("%q", got)
	}
	if got := w.Fault("invite.unheard_of", "Ask again."); got != "Ask again." {
		t.Errorf("%q", got)
	}
}
