package receipt

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// PublicKey checks what its owner has signed.
type PublicKey struct {
	ID  string
	Key ed25519.PublicKey
}

// Keys are the keys that somebody who checks receipts trusts.
type Keys []PublicKey

// KeyID is a name for a new key: 8 hex digits of its digest, so that keys of different practices have different ones and
// a stranger's receipt is "unknown key" and not "altered".
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:4])
}

// jwk is one key of a set as RFC 7517 and RFC 8037 write it.
type jwk struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	ID    string `json:"kid"`
	X     string `json:"x"`
	Use   string `json:"use"`
	Alg   string `json:"alg"`
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

// JSON is the set as it is published: a JWK set of Ed25519 keys.
func (k Keys) JSON() ([]byte, error) {
	set := jwks{Keys: []jwk{}}
	for _, key := range k {
		set.Keys = append(set.Keys, jwk{
			Type: "OKP", Curve: algorithm, ID: key.ID, X: base64.RawURLEncoding.EncodeToString(key.Key), Use: "sig", Alg: "EdDSA",
		})
	}
	return json.Marshal(set)
}

// ParseKeys reads a published set. Keys of other kinds in it are left out; a set without an Ed25519 key is an error, and
// so is an id that occurs twice.
func ParseKeys(raw []byte) (Keys, error) {
	var set jwks
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, fmt.Errorf("no JWK set: %w", err)
	}
	var keys Keys
	for _, k := range set.Keys {
		if k.Type != "OKP" || k.Curve != algorithm {
			continue
		}
		x, err := base64.RawURLEncoding.Strict().DecodeString(k.X)
		if err != nil || len(x) != ed25519.PublicKeySize || k.ID == "" {
			return nil, fmt.Errorf("key %q is not 32 bytes in base64url with an id", k.ID)
		}
		if _, ok := keys.find(k.ID); ok {
			return nil, fmt.Errorf("two keys have the id %q", k.ID)
		}
		keys = append(keys, PublicKey{ID: k.ID, Key: x})
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no Ed25519 key in it")
	}
	return keys, nil
}

func (k Keys) find(id string) (PublicKey, bool) {
	for _, key := range k {
		if key.ID == id {
			return key, true
		}
	}
	return PublicKey{}, false
}
