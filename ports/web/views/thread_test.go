package views

import (
	"strings"
	"testing"

	"portico/app/language"

	"github.com/google/uuid"
)

// threadSample has a message of each sort, and one that was refused.
func threadSample(w *language.Words) *Thread {
	at := func(n byte) uuid.UUID { return uuid.UUID{6: 0x70, 8: 0x80, 15: n} }
	line := ThreadLine{By: "«Ida Berg»", At: "2026-11-20T12:00:00.000Z", Moment: "20", Text: Said("«See https://example.org/a»", nil), Typed: "«See»"}
	all := []ThreadLine{line, line, line, line, line}
	all[0].New, all[0].With = true, "«Only Ida»"
	all[1].Own, all[1].Practice, all[1].Change, all[1].Delete, all[1].Edited, all[1].Read = true, true, one.String(), two.String(), true, "«Priya»"
	all[2].Own, all[2].Delete, all[2].Mailed, all[2].Hand = true, two.String(), true, "«Tom»"
	all[3].Deleted, all[3].Text = true, ""
	all[4].Practice = true
	if w == nil {
		all[4].Internal = true
	}
	all[1].Files = []TaskFile{{ID: one, State: "received", Icon: "file-text", Name: "«Slip.pdf»", Note: "«9 kB»", Href: "/x/content"}, {State: "removed", Icon: "trash-2", Name: "«Old.pdf»", Note: "«gone»"}}
	all[4].Late = "«1 file is arriving»"
	clip := &Clip{W: w, Plain: "/x/files", Accept: ".pdf", Limit: "«100 MB»", Files: []ClipFile{{one, "file", "«Slip.pdf»", "«9 kB»"}}}
	if w == nil {
		clip.W = language.For("en")
	}
	for i := range all {
		all[i].ID = at(byte(i + 1))
	}
	return &Thread{
		W: w, Practice: "«Harbour»", Base: "/portal/todos/x", Query: "?client=x", Key: "a/b", Lines: all, Unread: 2, Upto: at(5).String(), Reading: two.String(), Writes: true,
		Box: ThreadBox{Command: one, Message: two, Typed: "«Hel", Talks: []Choice{{"all", "«Everybody»"}, {"x", "«Only»"}}, Talk: "x", Hint: "«Links.»", Max: 10, People: []Colleague{{one, "«Tom»", "«t@example.org»", true}, {Name: "«Bo»"}}, Problem: &Problem{"text", "«Too long.»"}, Clip: clip},
	}
}

func readersSample() *TaskReaders {
	return &TaskReaders{
		Task: one, Command: two, Open: true, See: []Choice{{one.String(), "Ida"}, {two.String(), "Bo"}}, Others: []Choice{{one.String(), "Sam"}}, Without: []string{"Kai", "Lou"}, Contact: one.String(), From: "now",
		Problem: &Problem{"reader", "Choose."},
	}
}

// Links lead where their words say; what else people type is text.
func TestSaid(t *testing.T) {
	link := func(to string) string {
		return `<a href="` + to + `" rel="nofollow noopener noreferrer" target="_blank">` + to + `</a>`
	}
	for text, want := range map[string]string{
		"a < b & c":                                "a &lt; b &amp; c",
		"See https://example.org/a?b=1&c=2.":       "See " + link("https://example.org/a?b=1&amp;c=2") + ".",
		"(http://example.org/a_(b)), or":           "(" + link("http://example.org/a_(b)") + "), or",
		"https://a.example and https://b.example!": link("https://a.example") + " and " + link("https://b.example") + "!",
		"https://bank.example@evil.example/":       "https://bank.example@evil.example/",
		"https://аpple.example/":                   "https://аpple.example/", // the first letter is Cyrillic
		"https://%61.example/":                     "https://%61.example/",
		"javascript:alert(1) ftp://x https://":     "javascript:alert(1) ftp://x https://",
		`https://x.example/"onmouseover="x`:        link("https://x.example/") + `&#34;onmouseover=&#34;x`,
		"https://x.example/<b>":                    link("https://x.example/") + "&lt;b&gt;",
		"@Priya Nair and @Priya: hi":               `<b class="mention">@Priya Nair</b> and <b class="mention">@Priya</b>: hi`,
		"@<b>":                                     `<b class="mention">@&lt;b&gt;</b>`,
		"https://x.example/@Priya":                 link("https://x.example/@Priya"),
		"one\ntwo":                                 "one\ntwo",
	} {
		if got := string(Said(text, []string{"Priya", "", "Priya Nair", "<b>"})); got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
	}
}

// Hostile words come out as text on both sides (T21).
func TestThreadEscapes(t *testing.T) {
	evil := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	for _, w := range []*language.Words{nil, language.For("de")} {
		v := threadSample(w)
		for i := range v.Lines {
			l := &v.Lines[i]
			l.By, l.Hand, l.Text, l.Typed, l.With, l.Read, l.Late = evil, evil, Said(evil, []string{evil}), evil, evil, evil, evil
			l.Files = []TaskFile{{Name: evil, Note: evil, Icon: "file", Href: "/x"}, {Name: evil, Note: evil, Icon: "file"}}
		}
		readers := readersSample()
		readers.See[0].Word, readers.Others[0].Word, readers.Without[0], readers.Problem.Text = evil, evil, evil, evil
		v.Box.Clip.Files[0].Name, v.Box.Clip.Files[0].Note = evil, evil
		v.Practice, v.Key, v.Box.Typed, v.Box.Hint, v.Box.Talks, v.Box.Problem.Text = evil, evil, evil, evil, []Choice{{evil, evil}}, evil
		var page Page = Task{Thread: v, Readers: readers, Shell: Shell{Role: "admin"}}
		if w != nil {
			page = PortalTodo{Portal: Portal{PortalFrame: PortalFrame{W: w}}, Thread: v}
		}
		if out := rendered(t, page); strings.Contains(out, "<script>alert") || strings.Contains(out, "<img") {
			t.Errorf("%s lets markup through", page.File())
		}
	}
}
