package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// MinKey is the shortest key in bytes.
const MinKey = 32

// Key is one key of a ring. Its id is written into what it signs.
type Key struct {
	ID     byte
	Secret []byte // at least MinKey random bytes
}

// LogValue shows which key it is and not the key.
func (k Key) LogValue() slog.Value { return slog.IntValue(int(k.ID)) }

func (k Key) String() string   { return "key " + strconv.Itoa(int(k.ID)) }
func (k Key) GoString() string { return k.String() }

// KeyRing is one or more keys: the newest signs, all verify. Taking a key off the ring kills every secret under it.
type KeyRing struct{ keys []Key } // newest first

// NewKeyRing takes the newest key and those before it. It fails on a short key, on an id that occurs twice, and on one
// key under two ids.
func NewKeyRing(newest Key, older ...Key) (KeyRing, error) {
	ring := KeyRing{}
	for _, k := range append([]Key{newest}, older...) {
		if len(k.Secret) < MinKey {
			return KeyRing{}, fmt.Errorf("%s has %d bytes; at least %d are needed", k, len(k.Secret), MinKey)
		}
		for _, other := range ring.keys {
			if other.ID == k.ID {
				return KeyRing{}, fmt.Errorf("two keys have the id %d; give each its own", k.ID)
			}
			if bytes.Equal(other.Secret, k.Secret) {
				return KeyRing{}, fmt.Errorf("the keys %d and %d are the same; make a new one", other.ID, k.ID)
			}
		}
		ring.keys = append(ring.keys, Key{k.ID, bytes.Clone(k.Secret)})
	}
	return ring, nil
}

// ParseKeyRing reads "2:BASE64,1:BASE64", the newest key first, as the configuration has it: id 0 to 255, then at least
// 32 bytes in standard or URL-safe base64. Its errors show no part of a key.
func ParseKeyRing(text string) (KeyRing, error) {
	var keys []Key
	for i, part := range strings.Split(text, ",") {
		id, secret, ok := strings.Cut(strings.TrimSpace(part), ":")
		n, err := strconv.ParseUint(id, 10, 8)
		if !ok || err != nil {
			return KeyRing{}, fmt.Errorf("key %d of the ring is not written ID:BASE64 with an id of 0 to 255", i+1)
		}
		b, err := decodeKey(secret)
		if err != nil {
			return KeyRing{}, fmt.Errorf("key %d of the ring: %w", i+1, err)
		}
		keys = append(keys, Key{byte(n), b})
	}
	return NewKeyRing(keys[0], keys[1:]...)
}

func decodeKey(text string) ([]byte, error) {
	text = strings.TrimRight(text, "=")
	if b, err := base64.RawStdEncoding.DecodeString(text); err == nil {
		return b, nil
	}
	if b, err := base64.RawURLEncoding.DecodeString(text); err == nil {
		return b, nil
	}
	return nil, errors.New("what follows the id is no base64")
}

func (r KeyRing) find(id byte) (Key, bool) {
	for _, k := range r.keys {
		if k.ID == id {
			return k, true
		}
	}
	return Key{}, false
}

// LogValue keeps keys out of logs.
func (r KeyRing) LogValue() slog.Value { return slog.StringValue(r.String()) }

func (r KeyRing) String() string   { return strconv.Itoa(len(r.keys)) + " keys" }
func (r KeyRing) GoString() string { return r.String() }
