package account

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
)

// HOTP is the code of RFC 4226 with six digits; an authenticator app counts half minutes by it (RFC 6238). SHA-1 is what
// apps speak; its weaknesses are not those of an HMAC.
func HOTP(key []byte, counter int64) string {
	h := hmac.New(sha1.New, key)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(counter)))
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}
