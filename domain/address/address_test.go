package address_test

import (
	"errors"
	"net/mail"
	"strings"
	"testing"

	"portico/domain/address"
)

func TestParse(t *testing.T) {
	local64 := strings.Repeat("a", 64)
	for text, want := range map[string]string{
		"ida@example.org":         "ida@example.org",
		"  ida@example.org\n":     "ida@example.org",
		"Ida.B+tax@Example.ORG":   "Ida.B+tax@example.org", // the local part stays as typed
		"o'brien@example.co.uk":   "o'brien@example.co.uk",
		"ida@bücher.example":      "ida@xn--bcher-kva.example",
		"ida@xn--bcher-kva.de":    "ida@xn--bcher-kva.de",
		"a@1.example":             "a@1.example",
		local64 + "@example.org":  local64 + "@example.org",
		"!#$%&'*+/=?^_`{|}~-@a.b": "!#$%&'*+/=?^_`{|}~-@a.b",
	} {
		if got, err := address.Parse(text); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "ida", "@example.org", "ida@", "ida@localhost", "ida@example.", "ida@.org", "ida@exa mple.org", "ida @example.org",
		"ida@example..org", "ida@-a.org", "ida@a-.org", "ida@127.0.0.1", "ida@[127.0.0.1]", "ida@a_b.org", "ida@example.org>",
		`"ida"@example.org`, `"i@da"@example.org`, "i..da@example.org", ".ida@example.org", "ida.@example.org", "i@da@example.org",
		"ida@example.org,ben@example.org", "ida@example.org;", "Ida <ida@example.org>", "ida@example.org\r\nBcc: ben@example.org",
		"ida\x00@example.org", "ida\r\n@example.org", "ïda@example.org", "ida(comment)@example.org", "ida@" + strings.Repeat("a", 64) + ".org",
		strings.Repeat("a", 65) + "@example.org", "ida@" + strings.Repeat("aaaaaaaaa.", 26) + "org", "ida@exam\u202eple.org", "ida@ex\xffample.org",
	} {
		if got, err := address.Parse(text); !errors.Is(err, address.ErrInvalid) || got != "" {
			t.Errorf("%q: %q, %v; want ErrInvalid", text, got, err)
		}
	}
}

// Whatever is taken is one address for everybody: the standard library reads the same, and taking it again changes nothing.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"ida@example.org", `"i"@a.b`, "ida@bücher.example", "a@1.b", "a@b.c\r\nx", "=?utf-8?q?a?=@b.c", "a@xn--a.b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := address.Parse(text)
		if err != nil {
			return
		}
		if again, err := address.Parse(got); err != nil || again != got {
			t.Fatalf("%q is taken as %q, and that as %q, %v", text, got, again, err)
		}
		if std, err := mail.ParseAddress(got); err != nil || std.Address != got || std.Name != "" {
			t.Fatalf("%q is taken as %q, which net/mail reads as %v, %v", text, got, std, err)
		}
		if strings.ContainsAny(got, " \r\n\t,;<>\"\x00") || len(got) > 254 {
			t.Fatalf("%q is taken as %q", text, got)
		}
	})
}
