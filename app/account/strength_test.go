package account

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portico/domain/account"
)

// Rule 10.
func TestCheckContactPassword(t *testing.T) {
	for password, want := range map[string]error{
		"pebble ora8":                   account.ErrShort,
		strings.Repeat("æ7gK ", 26):     account.ErrShort,
		"bad\xffutf-8 bytes":            account.ErrShort,
		"password1234":                  account.ErrPasswordKnown,
		"Qwertyuiop12!":                 account.ErrPasswordKnown,
		"1234567890!Monkey":             account.ErrPasswordKnown,
		"aaaaaaaaaaaaaa":                account.ErrPasswordWeak,
		"abcdefghijklmn":                account.ErrPasswordWeak,
		"solberg2026!":                  account.ErrPasswordWeak,
		"ingridsolberg":                 account.ErrPasswordWeak,
		"pebble orchard":                account.ErrPasswordWeak,
		"pebble orchard tram":           nil,
		"Leuchtturm-Gabel":              nil,
		"vX7#mq2!Lw0p":                  nil,
		strings.Repeat("ab3def gh", 14): nil,
	} {
		if err := CheckContactPassword(password, "solberg@example.org", "Ingrid Solberg", "Harbour & Vale"); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", password, err, want)
		}
	}
	if n := len(breached()); n < 20_000 {
		t.Errorf("%d passwords are known", n)
	}
}

// What somebody types into a form takes no long time to judge, however it is made: a few times what its hash costs.
func BenchmarkJudging(b *testing.B) {
	for _, hard := range []string{strings.Repeat("p@$$w0rd", 16), strings.Repeat("4@8({[<369&#!1/|0$57%2", 5), strings.Repeat("a", 128), strings.Repeat("1a", 64), strings.Repeat("qwerty", 21)} {
		b.Run(hard[:8], func(b *testing.B) {
			began := time.Now()
			StandardCost.hash(hard)
			floor := time.Since(began)
			for b.Loop() {
				_ = CheckContactPassword(hard)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(floor), "×hash")
		})
	}
}
