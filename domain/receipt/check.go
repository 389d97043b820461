package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// MaxBytes is more than the longest receipt has: 10,000 files with names of 255 bytes.
const MaxBytes = 32 << 20

// Answer is what a check found (rule 5).
type Answer string

// The answers. Programs read their words.
const (
	Genuine      Answer = "genuine"
	Altered      Answer = "altered"
	UnknownKey   Answer = "unknown_key"
	FileMismatch Answer = "file_mismatch" // genuine, but a file at hand is not what was sent
	NotAReceipt  Answer = "not_a_receipt"
)

// Finding is what a check of a document found. Key is the id that it names; Receipt is set only where it is genuine,
// because nothing else of it is worth reading. Why says what is wrong with what is no receipt.
type Finding struct {
	Answer  Answer
	Key     string
	Receipt Receipt
	Why     string
}

// Check tells whether raw is a receipt that one of keys has signed: Genuine, Altered, UnknownKey or NotAReceipt. It asks
// nobody.
func Check(raw []byte, keys Keys) Finding {
	var d struct {
		Receipt   jsontext.Value `json:"receipt"`
		Signature *Signature     `json:"signature"`
	}
	if len(raw) > MaxBytes {
		return notOne("it has %d bytes; a receipt has at most %d", len(raw), MaxBytes)
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF")) // some editors put it there
	if err := jsonv2.Unmarshal(raw, &d, jsonv2.RejectUnknownMembers(true)); err != nil {
		return notOne("it is not the JSON of one: %v", err)
	}
	if d.Signature == nil || d.Receipt.Kind() != '{' {
		return notOne("it lacks the receipt or its signature")
	}
	if d.Signature.Algorithm != algorithm {
		return notOne("its signature is of the kind %q; only %s is known", d.Signature.Algorithm, algorithm)
	}
	message, err := signed(d.Receipt)
	if err != nil {
		return notOne("it is not the JSON of one: %v", err)
	}
	var version struct {
		Number any `json:"version"`
	}
	if err := jsonv2.Unmarshal(d.Receipt, &version); err != nil || version.Number != float64(Version) {
		return notOne("it is of version %v; only %d is known, so a newer program may be needed", version.Number, Version)
	}
	f := Finding{Key: d.Signature.Key}
	key, ok := keys.find(d.Signature.Key)
	if !ok {
		f.Answer = UnknownKey
		return f
	}
	value, err := base64.RawURLEncoding.Strict().DecodeString(d.Signature.Value)
	if err != nil || !ed25519.Verify(key.Key, message, value) {
		f.Answer = Altered
		return f
	}
	if err := json.Unmarshal(message[len(prefix):], &f.Receipt); err != nil {
		return notOne("its members are not those of one: %v", err)
	}
	f.Answer = Genuine
	return f
}

func notOne(format string, args ...any) Finding {
	return Finding{Answer: NotAReceipt, Why: fmt.Sprintf(format, args...)}
}

// Match is how a file at hand relates to a receipt.
type Match string

// The relations. Programs read their words.
const (
	Matches      Match = "matches"        // byte for byte what was sent, under whatever name
	Differs      Match = "differs"        // it has the name of a file that was sent and other content
	NotInReceipt Match = "not_in_receipt" // neither its content nor its name is there
)

// Match compares a file at hand by its content; its name helps only to say what is wrong with another one. digest is 64
// lower-case hex digits. The File is the one of the receipt, zero where there is none.
func (r Receipt) Match(name string, size int64, digest string) (File, Match) {
	name = norm.NFC.String(name) // some systems keep names decomposed
	var same, namesake *File
	for i := range r.Files {
		f := &r.Files[i]
		named := norm.NFC.String(f.Name) == name || norm.NFC.String(f.SentAs) == name
		if f.Size == size && f.SHA256 == digest && (same == nil || named) {
			same = f
		}
		if named && namesake == nil {
			namesake = f
		}
	}
	switch {
	case same != nil:
		return *same, Matches
	case namesake != nil:
		return *namesake, Differs
	}
	return File{}, NotInReceipt
}
