package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/google/uuid"
)

const webhookPrefix = "whsec_"

// Webhook says which signing secret of an endpoint it is: the nth one, under that key of the ring. The key is named, because
// what an endpoint was given stays what it is when the ring gets a newer key.
type Webhook struct {
	Endpoint uuid.UUID
	Nth      int
	Key      byte
}

// Newest is the id of the key that signs.
func (r KeyRing) Newest() byte { return r.keys[0].ID }

// Has tells whether a key is on the ring.
func (r KeyRing) Has(key byte) bool {
	_, ok := r.find(key)
	return ok
}

// WebhookSecret is what its receiver gets: "whsec_" and 32 bytes in base64, as Standard Webhooks has it. It returns
// ErrInvalid where the key is not on the ring any more.
func (r KeyRing) WebhookSecret(w Webhook) (Token, error) {
	key, err := r.webhookKey(w)
	if err != nil {
		return Token{}, err
	}
	return Token{webhookPrefix + base64.StdEncoding.EncodeToString(key)}, nil
}

// SignWebhook is the signature of a message: "v1," and HMAC-SHA256 over "ID.SECONDS.BODY" in base64. It returns ErrInvalid
// where the key is not on the ring any more.
func (r KeyRing) SignWebhook(w Webhook, id, seconds string, body []byte) (string, error) {
	key, err := r.webhookKey(w)
	if err != nil {
		return "", err
	}
	return SignStandard(key, id, seconds, body), nil
}

// SignStandard is a signature as Standard Webhooks has it. https://www.standardwebhooks.com
func SignStandard(key []byte, id, seconds string, body []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + seconds + "."))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func (r KeyRing) webhookKey(w Webhook) ([]byte, error) {
	k, ok := r.find(w.Key)
	if !ok {
		return nil, ErrInvalid
	}
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte("webhook"))
	h.Write([]byte{0})
	h.Write(w.Endpoint[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(w.Nth)))
	return h.Sum(nil), nil
}
