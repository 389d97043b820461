package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
)

// CodeOf says which code of six digits it is: whose, what for, and the how manieth (1, 2, …). Codes are derived like
// links: whoever reads the database can't tell what was mailed.
type CodeOf struct {
	Person     uuid.UUID
	Purpose    string
	Generation int
}

// Code is the code as it is mailed. The same three values give the same code while the newest key stays.
func (r KeyRing) Code(c CodeOf) string { return c.under(r.keys[0]) }

// IsCode tells, in a time that doesn't depend on the digits, whether text is that code, under whatever key of the ring.
func (r KeyRing) IsCode(c CodeOf, text string) bool {
	is := false
	for _, k := range r.keys {
		is = hmac.Equal([]byte(c.under(k)), []byte(text)) || is
	}
	return is
}

func (c CodeOf) under(k Key) string {
	b := append([]byte{}, c.Person[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Generation))
	sum := mac(k, purpose("code "+c.Purpose), b)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum)%1_000_000) // of 2^64, so no code is likelier than another
}

// SlipPurpose is what a slip is good for. Its words are part of its MAC.
type SlipPurpose string

// The purposes of slips.
const (
	PasskeyAdding  SlipPurpose = "passkey-adding"
	PasskeySignIn  SlipPurpose = "passkey-sign-in"
	PasskeySecond  SlipPurpose = "passkey-second"
	PasskeyConfirm SlipPurpose = "passkey-confirm"
)

const slipMAC = sha256.Size

// Slip is a text that a browser carries for us and can't change: base64url of the key's id, the MAC and payload, which is
// not hidden.
func (r KeyRing) Slip(p SlipPurpose, payload []byte) string {
	newest := r.keys[0]
	b := append([]byte{newest.ID}, slipSum(newest, p, payload)...)
	return base64.RawURLEncoding.EncodeToString(append(b, payload...))
}

// OpenSlip is the payload of a slip. It returns ErrInvalid.
func (r KeyRing) OpenSlip(p SlipPurpose, text string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 1+slipMAC {
		return nil, ErrInvalid
	}
	key, ok := r.find(b[0])
	payload := b[1+slipMAC:]
	if !ok || !hmac.Equal(b[1:1+slipMAC], slipSum(key, p, payload)) {
		return nil, ErrInvalid
	}
	return payload, nil
}

func slipSum(k Key, p SlipPurpose, payload []byte) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte("slip " + p))
	h.Write([]byte{0})
	h.Write(payload)
	return h.Sum(nil)
}
