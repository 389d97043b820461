package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"strings"
)

// Secret is a session id, a device's mark or an API token as its holder shows it. It hides itself in logs; only its
// SHA-256 is stored.
type Secret string

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// String hides the secret; string(s) is the secret itself.
func (Secret) String() string { return "(secret)" }

// GoString hides the secret.
func (Secret) GoString() string { return "(secret)" }

// Hash is a secret as it is stored.
type Hash [sha256.Size]byte

// Hash is what is stored of s.
func (s Secret) Hash() Hash { return sha256.Sum256([]byte(s)) }

// TokenPrefix starts every API token, so that scanners of leaked secrets find it.
const TokenPrefix = "ptk_"

// newSecret is 256 random bits in base64url behind prefix.
func newSecret(prefix string) Secret {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the runtime ends the process instead
	return Secret(prefix + base64.RawURLEncoding.EncodeToString(b))
}

// shaped tells whether s can be a secret of ours at all; what can't be isn't looked up.
func (s Secret) shaped(prefix string) bool {
	rest, ok := strings.CutPrefix(string(s), prefix)
	if !ok || len(rest) != 43 {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	return err == nil
}
