// Package secret makes and checks the secrets of links. They are derived, not stored: nothing in the database opens a
// link, and whoever reads a backup without the key ring can make none.
//
// A secret is base64url without padding of
//
//	version 1 byte · key id 1 byte · link 16 · recipient 16 · generation 2 (big-endian) · MAC 16
//
// 52 bytes, 70 letters. MAC is the first 128 bits of HMAC-SHA256, under the key of that id, over the purpose, a zero byte
// and the bytes before it. Purposes keep a link's secret and its cookie apart: neither passes for the other. A secret that
// belongs to one person has one id instead of link and recipient: 36 bytes, 48 letters, which a text message has room for.
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
	version = 1
	macLen  = 16
)

// purpose is what a secret is good for. Its words are part of every MAC: they stay.
type purpose string

const (
	uploadLink      purpose = "upload-link"
	uploadCookie    purpose = "upload-cookie"
	invitation      purpose = "invitation"
	staffInvitation purpose = "staff-invitation"
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

// InvitationToken says which secret of an invite it is: the how manieth sending (1, 2, …).
type InvitationToken struct {
	Invite     uuid.UUID
	Generation int // 1 to 65535
}

// Invitation makes the secret that an invitation carries, by mail and by text alike.
func (r KeyRing) Invitation(t InvitationToken) Token {
	return r.seal(invitation, t.Generation, t.Invite)
}

// ParseInvitation checks the secret of an address. It returns ErrInvalid.
func (r KeyRing) ParseInvitation(text string) (InvitationToken, error) {
	var t InvitationToken
	generation, err := r.open(invitation, text, &t.Invite)
	if err != nil {
		return InvitationToken{}, err
	}
	t.Generation = generation
	return t, nil
}

// StaffToken says which invitation to join a practice it is: whose, and the how manieth (1, 2, …).
type StaffToken struct {
	Staff      uuid.UUID
	Generation int // 1 to 65535
}

// StaffInvitation makes the secret that the mail of an invitation to join a practice carries.
func (r KeyRing) StaffInvitation(t StaffToken) Token {
	return r.seal(staffInvitation, t.Generation, t.Staff)
}

// ParseStaffInvitation checks the secret of an address. It returns ErrInvalid.
func (r KeyRing) ParseStaffInvitation(text string) (StaffToken, error) {
	var t StaffToken
	generation, err := r.open(staffInvitation, text, &t.Staff)
	if err != nil {
		return StaffToken{}, err
	}
	t.Generation = generation
	return t, nil
}

func (r KeyRing) sign(p purpose, t UploadToken) Token {
	return r.seal(p, t.Generation, t.Link, t.Recipient)
}

func (r KeyRing) parse(p purpose, text string) (UploadToken, error) {
	var t UploadToken
	generation, err := r.open(p, text, &t.Link, &t.Recipient)
	if err != nil {
		return UploadToken{}, err
	}
	t.Generation = generation
	return t, nil
}

// seal is the secret of one purpose over ids and a generation.
func (r KeyRing) seal(p purpose, generation int, ids ...uuid.UUID) Token {
	if generation < 1 || generation > math.MaxUint16 {
		panic("secret: a generation is 1 to 65535") // the aggregate counts from 1 by ones
	}
	newest := r.keys[0]
	b := append(make([]byte, 0, payloadLen(len(ids))+macLen), version, newest.ID)
	for _, id := range ids {
		b = append(b, id[:]...)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(generation))
	b = append(b, mac(newest, p, b)...)
	return Token{base64.RawURLEncoding.EncodeToString(b)}
}

// open reads into ids what seal wrote, or returns ErrInvalid with nothing read.
func (r KeyRing) open(p purpose, text string, ids ...*uuid.UUID) (generation int, err error) {
	payload := payloadLen(len(ids))
	if len(text) != base64.RawURLEncoding.EncodedLen(payload+macLen) {
		return 0, ErrInvalid
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != payload+macLen || b[0] != version { // line breaks are skipped by the decoder
		return 0, ErrInvalid
	}
	key, ok := r.find(b[1])
	if !ok || !hmac.Equal(b[payload:], mac(key, p, b[:payload])) {
		return 0, ErrInvalid
	}
	if generation = int(binary.BigEndian.Uint16(b[payload-2 : payload])); generation == 0 {
		return 0, ErrInvalid
	}
	for i, id := range ids {
		*id = uuid.UUID(b[2+16*i : 18+16*i])
	}
	return generation, nil
}

func payloadLen(ids int) int { return 2 + 16*ids + 2 }

func mac(k Key, p purpose, payload []byte) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte(p))
	h.Write([]byte{0})
	h.Write(payload)
	return h.Sum(nil)[:macLen]
}
