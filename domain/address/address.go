// Package address has the one rule for e-mail addresses that people type.
//
//  1. An address is local@domain: at most 254 bytes, local at most 64.
//  2. The local part is a dot-atom of ASCII; quoted local parts are refused, because mail programs disagree on them.
//  3. The domain has at least two labels of letters, digits and hyphens, at most 63 bytes each, and the last is not a
//     number. Other scripts become ASCII (IDNA); address literals in brackets are refused.
//  4. The domain is written in lower case. The local part stays as typed: only its own server may say what case means.
package address

import (
	"strings"
	"unicode/utf8"

	"portico/domain/fault"

	"golang.org/x/net/idna"
)

// ErrInvalid is an address that breaks a rule.
var ErrInvalid = fault.New(fault.Invalid, "address.invalid",
	"This is not an e-mail address that we can send to. Enter it like name@example.org.")

// maxTyped is the longest text, in bytes, that is looked at: writing another script in ASCII takes time by its square.
const maxTyped = 1_000

// Parse is text as an address, trimmed and with its domain in lower-case ASCII, or ErrInvalid with the reason.
func Parse(text string) (string, error) {
	text = strings.TrimSpace(text)
	at := strings.LastIndexByte(text, '@')
	switch {
	case text == "":
		return "", ErrInvalid.Withf("Enter an e-mail address, like name@example.org.")
	case at <= 0 || at == len(text)-1 || len(text) > maxTyped || !utf8.ValidString(text):
		return "", ErrInvalid
	}
	local, domain := text[:at], text[at+1:]
	if strings.HasPrefix(local, `"`) {
		return "", ErrInvalid.Withf("Addresses with quotation marks are not supported. Use another address of this person.")
	}
	if len(local) > 64 || !dotAtom(local) {
		return "", ErrInvalid.Withf("The part before the @ has a character that we can't send to. Enter the address like name@example.org.")
	}
	domain, err := idna.Lookup.ToASCII(domain)
	if err != nil || !hostname(domain) {
		return "", ErrInvalid.Withf("The part after the @ is no domain. Enter the address like name@example.org.")
	}
	if len(local)+1+len(domain) > 254 {
		return "", ErrInvalid.Withf("This address is too long. At most 254 characters can be sent to.")
	}
	return local + "@" + domain, nil
}

// dotAtom is RFC 5322's: atoms of printable ASCII without specials, joined by single dots.
func dotAtom(local string) bool {
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return false
		}
		for _, r := range atom {
			if r <= ' ' || r > '~' || strings.ContainsRune(`()<>[]:;@\,"`, r) {
				return false
			}
		}
	}
	return true
}

func hostname(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
				return false
			}
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}
