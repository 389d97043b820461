package account

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the list of known passwords
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"portico/domain/account"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"
)

// known are passwords of at least six letters that are known from breaches, in lower case: the list that zxcvbn 4.4.2 is
// made with, under the licence beside it. It is part of the program, so nothing about a password leaves the machine.
//
//go:embed breached/passwords.txt.gz
var known []byte

var breached = sync.OnceValue(func() map[string]bool {
	unzipped, err := gzip.NewReader(bytes.NewReader(known))
	if err != nil {
		panic(err) // the file is part of the program
	}
	all := map[string]bool{}
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		all[lines.Text()] = true
	}
	return all
})

// judged is how many letters of a password are estimated: the rest can only make it better, and the estimate's time grows
// faster than the length.
const judged = 40

// CheckContactPassword applies rule 10. own are words about the person: address, name, practice. Errors: ErrShort,
// ErrPasswordKnown, ErrPasswordWeak.
func CheckContactPassword(password string, own ...string) error {
	n := utf8.RuneCountInString(password)
	if n < account.ContactPasswordMin || n > account.PasswordMax || !utf8.ValidString(password) {
		return account.ErrShort
	}
	lower := strings.ToLower(password)
	core := strings.TrimFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })
	if breached()[lower] || len(core) >= 6 && breached()[core] {
		return account.ErrPasswordKnown
	}
	if r := []rune(password); len(r) > judged {
		password = string(r[:judged])
	}
	var words []string
	for _, text := range own {
		words = append(words, strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	var filters []func(match.Matcher) bool
	if standIns(password) > 4 { // each of them doubles what the estimate tries, and such a password is no word
		filters = append(filters, matching.FilterL33tMatcher)
	}
	if zxcvbn.PasswordStrength(password, words, filters...).Score < 3 { // a hundred million guesses
		return account.ErrPasswordWeak
	}
	return nil
}

// standIns are how many different signs of a password can stand for a letter, "4" for "a".
func standIns(password string) (n int) {
	for _, sign := range "4@8({[<369&#!1/|0$5+7%2" {
		if strings.ContainsRune(password, sign) {
			n++
		}
	}
	return n
}
