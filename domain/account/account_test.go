package account

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestCanonicalEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Ann.Reed@Example.COM ":    "ann.reed@example.com",
		"o'hara+tax@example.co.uk":  "o'hara+tax@example.co.uk",
		`"a b"@example.com`:         "",
		"Ann <ann@example.com>":     "",
		"ann@example.com\r\nBcc: x": "",
		"ann":                       "",
		"":                          "",
		"a@b@c.example":             "",
		strings.Repeat("a", 250) + "@example.com": "",
	} {
		got, err := CanonicalEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("CanonicalEmail(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

// Rules 1 and 2.
func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]error{
		"fourteen chars":                ErrPassword,
		strings.Repeat("æ7gK ", 26):     ErrPassword,
		"password1234567":               ErrPasswordWeak,
		"Summer2025!Summer":             ErrPasswordWeak,
		"aaaaaaaaaaaaaaaaaa":            ErrPasswordWeak,
		"Ann.Reed Harbour Tax":          ErrPasswordWeak,
		"pebble orchard tram":           nil,
		"Ungemütlich-Leuchtturm":        nil,
		strings.Repeat("ab3def gh", 14): nil,
	} {
		if err := CheckPassword(password, "ann.reed@example.com", "Ann Reed", "Harbour Tax"); !errors.Is(err, want) {
			t.Errorf("CheckPassword(%q) = %v, want %v", password, err, want)
		}
	}
}

// Rule 4: a delay that grows and ends, never a lock.
func TestDelay(t *testing.T) {
	for n, want := range map[int]time.Duration{
		0: 0, 4: 0, 5: time.Second, 6: 2 * time.Second, 9: 16 * time.Second, 10: 30 * time.Second, 1 << 20: 30 * time.Second,
	} {
		if got := PerAccount.Delay(n); got != want {
			t.Errorf("after %d wrong tries: %v, want %v", n, got, want)
		}
	}
}
