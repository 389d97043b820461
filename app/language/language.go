// Package language has the words that clients of a practice read, in every language that Portico speaks: pages of the
// portal, invitations, sign-in, mails and texts. What practitioners read is English, and not here.
//
//  1. Words are in words/<slice>.<language>.json, one file a slice and language. A key begins with the slice's name, or
//     with "fault." where it is the sentence of a refusal: "fault.invite.expired" is what invite.expired says.
//  2. A text with a number in it has one form for each plural category that its language has for whole numbers
//     (CLDR: "one", "other"), and may have "=0" for none at all. {n} is the number.
//  3. {1}, {2} … are the arguments, in the order in which they are handed over. Each language has the same ones.
//  4. **words** are strong, [words](1) is a link to the first argument. Only H reads these marks.
//  5. A key that a language lacks is read in English; a test fails on it, on other arguments, on missing forms, on keys
//     that a template uses and nobody wrote, and on straight quotes.
//  6. In French texts a plain blank before ? ! ; : » and after « becomes one that no line breaks at.
package language

import (
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed words/*.json
var sources embed.FS

// Tags are the languages, as BCP 47 tags, English first.
func Tags() []string { return []string{english, "es", "de", "fr", "et"} }

const english = "en"

// Name is what speakers of a language call it: "Deutsch". An unknown language is its tag.
func Name(tag string) string {
	if name, ok := names[base(tag)]; ok {
		return name
	}
	return tag
}

// names has the languages that visitors ask for, too, so that a page can say which one it isn't in.
var names = map[string]string{
	"en": "English", "es": "Español", "de": "Deutsch", "fr": "Français", "et": "Eesti",
	"ar": "العربية", "bg": "Български", "ca": "Català", "cs": "Čeština", "da": "Dansk", "el": "Ελληνικά", "fi": "Suomi",
	"ga": "Gaeilge", "he": "עברית", "hr": "Hrvatski", "hu": "Magyar", "is": "Íslenska", "it": "Italiano", "ja": "日本語",
	"ko": "한국어", "lt": "Lietuvių", "lv": "Latviešu", "nb": "Norsk bokmål", "nl": "Nederlands", "no": "Norsk",
	"pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina",
	"sr": "Српски", "sv": "Svenska", "tr": "Türkçe", "uk": "Українська", "zh": "中文",
}

// Words are the texts of one language. They are safe to be used by many at once.
type Words struct {
	tag     string
	texts   map[string]text
	english *Words // what a missing key falls back to; nil in English
	pseudo  bool
}

// text is one entry: plain, or in plural forms.
type text struct {
	plain string
	forms map[string]string // "one", "other", "=0"
}

// For is the words of a language by its tag; "de-AT" is German. A language that isn't there is English.
func For(tag string) *Words {
	all := catalogues()
	if w, ok := all[base(tag)]; ok {
		return w
	}
	return all[english]
}

// Tag is the language's, for the lang attribute of a page.
func (w *Words) Tag() string { return w.tag }

// Name is what its speakers call the language.
func (w *Words) Name() string { return Name(w.tag) }

// T is the text of key with its arguments in their places. Whole numbers are written as the language writes them.
func (w *Words) T(key string, args ...any) string {
	entry, from, ok := w.find(key)
	if !ok {
		return key
	}
	return w.fill(w.dress(from.pick(entry, 2)), nil, args)
}

// N is the text of key for n things.
func (w *Words) N(key string, n int, args ...any) string {
	entry, from, ok := w.find(key)
	if !ok {
		return key
	}
	return w.fill(w.dress(from.pick(entry, n)), &n, args)
}

// Has tells whether any language has the key.
func (w *Words) Has(key string) bool {
	_, _, ok := w.find(key)
	return ok
}

// Fault is the sentence of a refusal by its code, "invite.expired". Where nobody has translated it, it is message.
func (w *Words) Fault(code, message string) string {
	if key := "fault." + code; w.Has(key) {
		return w.T(key)
	}
	return message
}

var (
	strong = regexp.MustCompile(`\*\*(.+?)\*\*`)
	anchor = regexp.MustCompile(`\[([^\]]+)\]\((\d)\)`)
)

// H is T with the marks of rule 4 as HTML. Everything else in the text and all arguments are escaped. A link leads to a
// path of this site, to https, mailto or tel; any other address is left out and its words stay.
func (w *Words) H(key string, args ...any) template.HTML {
	entry, from, ok := w.find(key)
	if !ok {
		return template.HTML(html.EscapeString(key)) //nolint:gosec // escaped
	}
	out := html.EscapeString(w.dress(from.pick(entry, 2)))
	out = strong.ReplaceAllString(out, "<strong>$1</strong>")
	out = anchor.ReplaceAllStringFunc(out, func(m string) string {
		part := anchor.FindStringSubmatch(m)
		href, good := address(part[2], args)
		if !good {
			return part[1]
		}
		return `<a href="` + html.EscapeString(href) + `">` + part[1] + `</a>`
	})
	safe := make([]any, len(args))
	for i, a := range args {
		safe[i] = html.EscapeString(w.show(a))
	}
	return template.HTML(w.fill(out, nil, safe)) //nolint:gosec // the catalogue's own words and escaped arguments
}

// address is the argument of a link, where it is a harmless one.
func address(nth string, args []any) (string, bool) {
	n, err := strconv.Atoi(nth)
	if err != nil || n < 1 || n > len(args) {
		return "", false
	}
	href, ok := args[n-1].(string)
	if strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") && !strings.ContainsAny(href, "\\\t\r\n") {
		return href, ok
	}
	for _, scheme := range []string{"https://", "mailto:", "tel:"} {
		if strings.HasPrefix(href, scheme) {
			return href, ok
		}
	}
	return "", false
}

func (w *Words) find(key string) (entry text, from *Words, ok bool) {
	if entry, ok = w.texts[key]; ok {
		return entry, w, true
	}
	if w.english == nil {
		return text{}, w, false
	}
	return w.english.find(key)
}

// pick is the form of a text for n.
func (w *Words) pick(t text, n int) string {
	if t.forms == nil {
		return t.plain
	}
	if none, ok := t.forms["=0"]; ok && n == 0 {
		return none
	}
	return t.forms[w.category(n)]
}

// category is the plural category of n whole things.
func (w *Words) category(n int) string {
	if n < 0 {
		n = -n
	}
	return categories[plural.Cardinal.MatchPlural(language.Make(w.tag), n, 0, 0, 0, 0)]
}

var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// fill puts arguments into their places. A place without an argument stays visible.
func (w *Words) fill(text string, n *int, args []any) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(args)+2)
	if n != nil {
		pairs = append(pairs, "{n}", w.Number(int64(*n)))
	}
	for i, a := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", w.show(a))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (w *Words) show(arg any) string {
	switch a := arg.(type) {
	case string:
		return a
	case int:
		return w.Number(int64(a))
	case int64:
		return w.Number(a)
	}
	return fmt.Sprint(arg)
}

// catalogues are all languages by tag. The files are part of the program: a broken one fails every test, and here.
var catalogues = sync.OnceValue(func() map[string]*Words {
	all := map[string]*Words{}
	for _, tag := range Tags() {
		all[tag] = &Words{tag: tag, texts: map[string]text{}, english: all[english]}
	}
	entries, err := sources.ReadDir("words")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		_, tag, err := fileName(e.Name())
		if err != nil {
			panic(err)
		}
		texts, err := read(e.Name(), tag)
		if err != nil {
			panic(err)
		}
		for key, t := range texts {
			all[tag].texts[key] = t
		}
	}
	return all
})

// fileName is slice and language of "portal.de.json".
func fileName(name string) (slice, tag string, err error) {
	slice, tag, ok := strings.Cut(strings.TrimSuffix(name, ".json"), ".")
	if !ok || path.Ext(name) != ".json" || !slices.Contains(Tags(), tag) {
		return "", "", fmt.Errorf("words/%s is not named <slice>.<language>.json", name)
	}
	return slice, tag, nil
}

func read(name, tag string) (map[string]text, error) {
	body, err := sources.ReadFile("words/" + name)
	if err != nil {
		return nil, fmt.Errorf("reading words/%s: %w", name, err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, fmt.Errorf("words/%s: %w", name, err)
	}
	texts := make(map[string]text, len(raw))
	for key, value := range raw {
		var t text
		if err := json.Unmarshal(value, &t.plain); err != nil {
			if err := json.Unmarshal(value, &t.forms); err != nil {
				return nil, fmt.Errorf("words/%s: %s is neither a text nor plural forms: %w", name, key, err)
			}
		}
		if tag == "fr" {
			t = t.unbroken()
		}
		texts[key] = t
	}
	return texts, nil
}

// unbroken is a French text whose lines don't break before its marks (rule 6).
func (t text) unbroken() text {
	const thin, wide = "\u202f", "\u00a0"
	r := strings.NewReplacer(" ?", thin+"?", " !", thin+"!", " ;", thin+";", " :", wide+":", "« ", "«"+wide, " »", wide+"»")
	t.plain = r.Replace(t.plain)
	for form := range t.forms {
		t.forms[form] = r.Replace(t.forms[form])
	}
	return t
}

// base is the language of a tag: "de" of "de-AT".
func base(tag string) string {
	tag, _, _ = strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return strings.ToLower(tag)
}
