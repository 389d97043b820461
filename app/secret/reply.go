package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/google/uuid"
)

// ReplyTo says where an answer to a mail goes: into a task's thread, in the name of the person who got the mail, to
// everybody on the task or, with Private, to the practice alone.
type ReplyTo struct {
	Task    uuid.UUID
	Person  uuid.UUID
	Private bool
}

// purposeReply is part of every MAC: it stays.
const purposeReply = "reply"

const (
	replyPayload = 18
	replyMAC     = 10
)

// 0 and 1 are left out of this alphabet, and letters are the same in either case: what mail servers do to an address
// doesn't change it.
var replyLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ReplyAddress is the local part of the address for answers: base32 without padding of
//
//	version, the lowest bit being Private 1 byte · key id 1 · task 16 · MAC 10
//
// 28 bytes, 45 letters, of the 64 that a local part may have. MAC is the first 80 bits of HMAC-SHA256 over the purpose, a
// zero byte, the bytes before it and the person, whom it names to nobody else. It works as long as its key is on the ring.
func (r KeyRing) ReplyAddress(to ReplyTo) string {
	newest := r.keys[0]
	b := append(make([]byte, 0, replyPayload+replyMAC), 2, newest.ID)
	if to.Private {
		b[0]++
	}
	b = append(b, to.Task[:]...)
	return replyLetters.EncodeToString(append(b, replySum(newest, b, to.Person)...))
}

// ParsedReply is what an address for answers says by itself. Whether it is genuine shows with its person.
type ParsedReply struct {
	Task    uuid.UUID
	Private bool
	key     Key
	bytes   []byte
}

// ParseReplyAddress reads the local part of an address for answers. It returns ErrInvalid.
func (r KeyRing) ParseReplyAddress(local string) (ParsedReply, error) {
	b, err := replyLetters.DecodeString(strings.ToLower(local))
	if err != nil || len(b) != replyPayload+replyMAC || b[0]&^1 != 2 || replyLetters.EncodeToString(b) != strings.ToLower(local) {
		return ParsedReply{}, ErrInvalid
	}
	key, ok := r.find(b[1])
	if !ok {
		return ParsedReply{}, ErrInvalid
	}
	return ParsedReply{Task: uuid.UUID(b[2:replyPayload]), Private: b[0] == 3, key: key, bytes: b}, nil
}

// Of tells whether the address is that of a person, in a time that doesn't depend on how much of it is right.
func (p ParsedReply) Of(person uuid.UUID) bool {
	return len(p.bytes) == replyPayload+replyMAC && hmac.Equal(p.bytes[replyPayload:], replySum(p.key, p.bytes[:replyPayload], person))
}

func replySum(k Key, payload []byte, person uuid.UUID) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte(purposeReply))
	h.Write([]byte{0})
	h.Write(payload)
	h.Write(person[:])
	return h.Sum(nil)[:replyMAC]
}
