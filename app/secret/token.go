// Package secret makes and checks the secrets of links. They are derived, not stored: nothing in the database opens a
// link, and whoever reads a backup without the key ring can make none.
//
// A secret is base64url without padding of
//
//	version 1 byte · key id 1 byte · link 16 · recipient 16 · generation 2 (big-endian) · MAC 16
//
// 52 bytes, 70 letters. MAC is the first 128 bits of HMAC-SHA256, under the key of that id, over the purpose, a zero byte
// and the 36 bytes before it. Purposes keep a link's secret and its cookie apart: neither passes for the other.
package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"

	"github.com/google/uuid"
)

// ErrInvalid says that a text is no secret of ours: malformed, of another purpose, under a key that is not on the ring,
// or with a MAC that does not fit. Why is nobody's business.
var ErrInvalid = errors.New("this is no valid secret")

const (
	version    = 1
	payloadLen = 2 + 16 + 16 + 2
	macLen     = 16
)

// purpose is what a secret is good for. Its words are part of every MAC: they stay.
type purpose string

const (
	uploadLink   purpose = "upload-link"
	uploadCookie purpose = "upload-cookie"
)

// Token is a secret's text. It hides itself in logs and messages; Reveal is for the mail, the cookie and tests.
type Token struct{ text string }

const hidden = "(secret)"

// Reveal is the secret itself.
func (t Token) Reveal() string { return t.text }

func (Token) String() string   { return hidden }
func (Token) GoString() string { return hidden }

// LogValue keeps it out of logs.
func (Token) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps it out of JSON.
func (Token) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UploadToken says which secret of an upload link it is: whose, and the how manieth sending (1, 2, …).
type UploadToken struct {
	Link       uuid.UUID
	Recipient  uuid.UUID
	Generation int // 1 to 65535
}

// UploadLink makes the secret that a mail carries. The same three values give the same secret while the newest key stays.
func (r KeyRing) UploadLink(t UploadToken) Token { return r.sign(uploadLink, t) }

// ParseUploadLink checks the secret of an address, under whatever key of the ring made it. It returns ErrInvalid.
func (r KeyRing) ParseUploadLink(text string) (UploadToken, error) { return r.parse(uploadLink, text) }

// UploadCookie makes the value of the cookie that a browser gets when its person pressed the button; it is good at
// /up/{link} only.
func (r KeyRing) UploadCookie(t UploadToken) Token { return r.sign(uploadCookie, t) }

// ParseUploadCookie checks a cookie's value. It returns ErrInvalid.
func (r KeyRing) ParseUploadCookie(text string) (UploadToken, error) {
	return r.parse(uploadCookie, text)
}

func (r KeyRing) sign(p purpose, t UploadToken) Token {
	if t.Generation < 1 || t.Generation > math.MaxUint16 {
		panic("secret: a generation is 1 to 65535") // the aggregate counts from 1 by ones
	}
	newest := r.keys[0]
	b := make([]byte, 0, payloadLen+macLen)
	b = append(b, version, newest.ID)
	b = append(b, t.Link[:]...)
	b = append(b, t.Recipient[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(t.Generation))
	b = append(b, mac(newest, p, b)...)
	return Token{base64.RawURLEncoding.EncodeToString(b)}
}

func (r KeyRing) parse(p purpose, text string) (UploadToken, error) {
	if len(text) != base64.RawURLEncoding.EncodedLen(payloadLen+macLen) {
		return UploadToken{}, ErrInvalid
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != payloadLen+macLen || b[0] != version { // line breaks are skipped by the decoder
		return UploadToken{}, ErrInvalid
	}
	key, ok := r.find(b[1])
	if !ok || !hmac.Equal(b[payloadLen:], mac(key, p, b[:payloadLen])) {
		return UploadToken{}, ErrInvalid
	}
	t := UploadToken{
		Link: uuid.UUID(b[2:18]), Recipient: uuid.UUID(b[18:34]),
		Generation: int(binary.BigEndian.Uint16(b[34:payloadLen])),
	}
	if t.Generation == 0 {
		return UploadToken{}, ErrInvalid
	}
	return t, nil
}

func mac(k Key, p purpose, payload []byte) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte(p))
	h.Write([]byte{0})
	h.Write(payload)
	return h.Sum(nil)[:macLen]
}
