package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"

	"portico/domain/fault"
	"portico/domain/receipt"
)

// ErrNoKey says that receipts can't be signed.
var ErrNoKey = fault.New(fault.Unavailable, "receipt.no_key",
	"Receipts are not set up here yet. Whoever runs this portal has to give it a key for them; ask them.")

// Ring is the keys of receipts: the first signs, all are published, so that what an older key has signed stays genuine.
// The zero Ring has no key.
type Ring struct{ keys []key }

type key struct {
	id      string
	private ed25519.PrivateKey // nil of a key that only checks
	public  ed25519.PublicKey
}

var keyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`)

// ParseRing reads "ID:SEED,ID:SEED,ID:public:KEY", as the configuration has it: the first signs, the rest only checks,
// and of those the public half is enough. A seed and a key are 32 bytes in base64. Its errors show no part of a key.
func ParseRing(text string) (Ring, error) {
	var r Ring
	for i, part := range strings.Split(text, ",") {
		id, value, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok || !keyID.MatchString(id) {
			return Ring{}, fmt.Errorf("key %d is not written ID:BASE64 with an id of 1 to 32 letters, digits, dots, dashes", i+1)
		}
		k := key{id: id}
		value, retired := strings.CutPrefix(value, "public:")
		raw, err := base64.StdEncoding.Strict().DecodeString(value)
		switch {
		case err != nil || len(raw) != ed25519.SeedSize:
			return Ring{}, fmt.Errorf("key %s is not 32 bytes in base64; make one with: portico receipt key new", id)
		case retired && i == 0:
			return Ring{}, fmt.Errorf("key %s is the first and has to sign, and it is public only", id)
		case retired:
			k.public = raw
		default:
			k.private = ed25519.NewKeyFromSeed(raw)
			k.public = k.private.Public().(ed25519.PublicKey)
		}
		for _, other := range r.keys {
			if other.id == k.id {
				return Ring{}, fmt.Errorf("two keys have the id %s; give each its own", k.id)
			}
			if bytes.Equal(other.public, k.public) {
				return Ring{}, fmt.Errorf("the keys %s and %s are the same; make a new one", other.id, k.id)
			}
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

// FormatKey is a new key as ParseRing reads it, from random bytes. Its id comes from the key.
func FormatKey(seed [ed25519.SeedSize]byte) string {
	public := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	return receipt.KeyID(public) + ":" + base64.StdEncoding.EncodeToString(seed[:])
}

// Sign vouches for rc with the first key. It returns ErrNoKey where there is none.
func (r Ring) Sign(rc receipt.Receipt) (receipt.Document, error) {
	if len(r.keys) == 0 {
		return receipt.Document{}, ErrNoKey
	}
	return rc.Sign(r.keys[0].id, r.keys[0].private)
}

// Public is what everybody may know, the key that signs first.
func (r Ring) Public() receipt.Keys {
	var keys receipt.Keys
	for _, k := range r.keys {
		keys = append(keys, receipt.PublicKey{ID: k.id, Key: k.public})
	}
	return keys
}

// FormatPublic is a key as the configuration keeps it once it signs no more.
func FormatPublic(k receipt.PublicKey) string {
	return k.ID + ":public:" + base64.StdEncoding.EncodeToString(k.Key)
}

// LogValue keeps keys out of logs.
func (r Ring) LogValue() slog.Value { return slog.StringValue(r.String()) }

func (r Ring) String() string   { return strconv.Itoa(len(r.keys)) + " keys" }
func (r Ring) GoString() string { return r.String() }
