package task

import "testing"

func TestFill(t *testing.T) {
	b := Blanks{Client: "O’Hara {due} & Co", Due: "31 May 2027", Year: 2027}
	for text, want := range map[string]string{
		"Accounts {last year}–{year} of {client}, by {due}": "Accounts 2026–2027 of O’Hara {due} & Co, by 31 May 2027", "{Client} {x} {": "{Client} {x} {", "": "",
	} {
		if got := b.Fill(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	a := Assigning{Title: "{year}", Description: "{client}", Checklist: []Line{{Text: "{year}"}}, Items: []Asking{{Title: "{due}", Help: "{last year}"}}}
	got := b.Of(a)
	if got.Title != "2027" || got.Checklist[0].Text != "2027" || got.Items[0].Title != "31 May 2027" || got.Items[0].Help != "2026" {
		t.Errorf("%+v", got)
	}
	if a.Checklist[0].Text != "{year}" || a.Items[0].Help != "{last year}" {
		t.Errorf("what is written for many has changed: %+v", a)
	}
}
