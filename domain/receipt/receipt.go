// Package receipt is the proof of what was sent: one document for each released batch, signed by the practice, which both
// sides can keep and anybody can check without asking either.
//
//  1. A batch has one receipt, from its release on. It is made of what happened until then and of nothing later, so it
//     never changes; the same key gives the same bytes.
//  2. It names the files that were released: none that was deleted before, and still one that is withdrawn afterwards,
//     because it was sent.
//  3. It tells nothing that its holder does not know: no other recipient, no client, nobody of the practice's staff.
//  4. The signature covers every member of "receipt", in the canonical form of RFC 8785 behind a line that says what is
//     signed. Blanks between members and their order don't count, everything else does.
//  5. A check has one of five answers: genuine, altered, signed by a key that is unknown to whoever checks, genuine but
//     a file at hand is not what was sent, or not a receipt at all.
package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Version is the shape of receipts that this program makes. Shapes are for ever: a changed meaning is a new version.
const Version = 1

// prefix keeps a signature on a receipt from ever being one on something else.
const prefix = "portico receipt v1\n"

// algorithm is RFC 8032's, the only one.
const algorithm = "Ed25519"

// Document is a receipt with its signature, as people keep it.
type Document struct {
	Receipt   Receipt   `json:"receipt"`
	Signature Signature `json:"signature"`
}

// Signature tells who vouches for the receipt. Value is 64 bytes in base64url without padding.
type Signature struct {
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"` // the id under which the practice publishes the key
	Value     string `json:"value"`
}

// Receipt is what the practice vouches for.
type Receipt struct {
	Version    int       `json:"version"`
	Practice   Practice  `json:"practice"`
	Link       uuid.UUID `json:"link"`
	Batch      uuid.UUID `json:"batch"`
	Recipient  Recipient `json:"recipient"` // of the link: who sent the files
	ReleasedAt Time      `json:"released_at"`
	Cause      string    `json:"cause"` // window_ended, sent_now or no_window
	Files      []File    `json:"files"` // in order of their transfers' start
}

// Practice is who got the files.
type Practice struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Recipient is whose link it was. Name may be empty.
type Recipient struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// File is one file that the practice got.
type File struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`    // as it was released
	SentAs     string    `json:"sent_as"` // as the device called it
	Size       int64     `json:"size"`    // bytes
	SHA256     string    `json:"sha256"`  // 64 lower-case hex digits
	Media      string    `json:"media"`   // found by content, "application/pdf"
	StartedAt  Time      `json:"started_at"`
	ReceivedAt Time      `json:"received_at"` // its last byte
	Late       bool      `json:"late"`        // it began before the link's expiry and arrived after it
}

// Time is an instant as receipts write it: RFC 3339, UTC, milliseconds.
type Time time.Time

const timeLayout = "2006-01-02T15:04:05.000Z"

func (t Time) String() string { return time.Time(t).UTC().Format(timeLayout) }

// MarshalJSON writes the instant.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalJSON reads what MarshalJSON wrote and nothing else.
func (t *Time) UnmarshalJSON(raw []byte) error {
	at, err := time.Parse(`"`+timeLayout+`"`, string(raw))
	*t = Time(at)
	return err
}

// Sign is r vouched for by private, which is published as key.
func (r Receipt) Sign(key string, private ed25519.PrivateKey) (Document, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return Document{}, fmt.Errorf("write the receipt of batch %s: %w", r.Batch, err)
	}
	message, err := signed(raw)
	if err != nil {
		return Document{}, fmt.Errorf("write the receipt of batch %s: %w", r.Batch, err)
	}
	value := base64.RawURLEncoding.EncodeToString(ed25519.Sign(private, message))
	return Document{Receipt: r, Signature: Signature{Algorithm: algorithm, Key: key, Value: value}}, nil
}

// signed is what is signed of a receipt's JSON (rule 4). It refuses names that occur twice in one object, and text that
// is no UTF-8.
func signed(raw []byte) ([]byte, error) {
	canonical := jsontext.Value(bytes.Clone(raw))
	if err := canonical.Canonicalize(); err != nil {
		return nil, err
	}
	return append([]byte(prefix), canonical...), nil
}

// Bytes is the file that people keep: JSON with a line for each member.
func (d Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("write the receipt of batch %s: %w", d.Receipt.Batch, err)
	}
	return b.Bytes(), nil
}
