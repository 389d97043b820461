package secret

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func ringOf(t *testing.T, ids ...byte) KeyRing {
	t.Helper()
	var keys []Key
	for _, id := range ids {
		keys = append(keys, Key{ID: id, Secret: bytes.Repeat([]byte{id}, MinKey)})
	}
	ring, err := NewKeyRing(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// A code is that of its person, purpose and generation, and of no other.
func TestCodes(t *testing.T) {
	ring, person := ringOf(t, 1), uuid.MustParse("0197f000-0000-7000-8000-0000000000a1")
	of := CodeOf{Person: person, Purpose: "sign_in", Generation: 3}
	code := ring.Code(of)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" || code != ring.Code(of) || !ring.IsCode(of, code) {
		t.Fatalf("code %q", code)
	}
	other := person
	other[15]++
	for name, wrong := range map[string]CodeOf{
		"another person": {other, "sign_in", 3}, "another purpose": {person, "number", 3}, "the older one": {person, "sign_in", 2}, "the next one": {person, "sign_in", 4},
	} {
		if ring.IsCode(wrong, code) {
			t.Errorf("the code is also that of %s", name)
		}
	}
	for _, text := range []string{"", code[:5], code + "0", " " + code} {
		if ring.IsCode(of, text) {
			t.Errorf("%q passes", text)
		}
	}
	if !ringOf(t, 2, 1).IsCode(of, code) || ringOf(t, 2).IsCode(of, code) {
		t.Error("a code outlives a new key, and ends with its own")
	}
	seen := map[string]int{}
	for n := range 20_000 {
		seen[ring.Code(CodeOf{Person: person, Purpose: "x", Generation: n + 1})[:1]]++
	}
	for digit, n := range seen {
		if n < 1700 || n > 2300 || len(seen) != 10 {
			t.Errorf("%d of 20000 codes begin with %s", n, digit)
		}
	}
}

func TestSlips(t *testing.T) {
	ring := ringOf(t, 1)
	slip := ring.Slip(PasskeySignIn, []byte(`{"a":1}`))
	if got, err := ring.OpenSlip(PasskeySignIn, slip); err != nil || string(got) != `{"a":1}` {
		t.Fatal(string(got), err)
	}
	if _, err := ringOf(t, 2, 1).OpenSlip(PasskeySignIn, slip); err != nil {
		t.Error(err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another purpose": func() ([]byte, error) { return ring.OpenSlip(PasskeySecond, slip) },
		"another key":     func() ([]byte, error) { return ringOf(t, 2).OpenSlip(PasskeySignIn, slip) },
		"other content":   func() ([]byte, error) { return ring.OpenSlip(PasskeySignIn, slip[:len(slip)-2]) },
		"nothing":         func() ([]byte, error) { return ring.OpenSlip(PasskeySignIn, "") },
		"no base64":       func() ([]byte, error) { return ring.OpenSlip(PasskeySignIn, slip+"!") },
	} {
		if _, err := open(); err != ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
