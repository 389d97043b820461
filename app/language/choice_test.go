package language

import (
	"slices"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) { // S2.18
	for _, c := range []struct {
		offered, wishes []string
		want, lacking   string
	}{
		{nil, nil, "en", ""},
		{nil, []string{"de-AT"}, "de", ""},
		{[]string{"et", "en"}, nil, "et", ""},
		{[]string{"et", "en"}, []string{"", "en-GB", "et"}, "en", ""},
		{[]string{"et", "en"}, []string{"de"}, "et", "de"},
		{[]string{"et", "en"}, []string{"de", "en"}, "en", "de"},
		{[]string{"et", "en"}, []string{"it", "pl"}, "et", "it"},
		{[]string{"xx"}, []string{"fr"}, "fr", ""},
		{[]string{"de", "de-AT", "xx"}, []string{"fr"}, "de", "fr"},
	} {
		got := Choose(c.offered, c.wishes...)
		if got.Tag() != c.want || got.Lacking != c.lacking {
			t.Errorf("%v out of %v: %s, lacking %q; want %s, %q", c.wishes, c.offered, got.Tag(), got.Lacking, c.want, c.lacking)
		}
	}
}

func TestAccepted(t *testing.T) {
	for header, want := range map[string][]string{
		"de-AT,de;q=0.9,en;q=0.5":   {"de", "en"},
		"en;q=0.3, et":              {"et", "en"},
		"*":                         nil,
		"":                          nil,
		"fr;q=0":                    nil,
		";;;,":                      nil,
		strings.Repeat("de,", 1000): nil,
	} {
		if got := Accepted(header); !slices.Equal(got, want) {
			t.Errorf("%.40q: %q, want %q", header, got, want)
		}
	}
}

func FuzzAccepted(f *testing.F) {
	f.Add("de-AT,de;q=0.9,en;q=0.5")
	f.Fuzz(func(t *testing.T, header string) {
		if got := Accepted(header); len(got) > 8 {
			t.Errorf("%d wishes", len(got))
		}
		Choose(nil, Accepted(header)...)
	})
}

func TestPseudo(t *testing.T) {
	w := Pseudo()
	if got, want := w.T("portal.home.hello", "Ingrid"), "⟦Hélló, Ingrid⟧"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := w.N("portal.due.left", 3), "⟦3 dáyš léft⟧"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := string(w.H("portal.clients.now", "Ann & Co")), "⟦Yóú áré lóókíng át thé pápérš óf <strong>Ann &amp; Co</strong>.⟧"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Choose([]string{"et"}, Accepted("qps,en;q=0.5")...).T("portal.more"); got != "⟦Móré⟧" {
		t.Errorf("a tester gets %q", got)
	}
	if got := For("en").T("portal.title"); got != "Client portal" {
		t.Errorf("English has become %q", got)
	}
}
