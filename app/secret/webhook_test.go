package secret

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// The example of the specification's own libraries.
func TestStandardSignature(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := SignStandard(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A secret is its endpoint's and number's own, signs what its receiver checks with it, and outlives a newer key.
func TestWebhookSecrets(t *testing.T) {
	ring := ringOf(t, 1)
	of := Webhook{Endpoint: uuid.UUID{15: 1}, Nth: 1, Key: ring.Newest()}
	token, err := ring.WebhookSecret(of)
	text, ok := strings.CutPrefix(token.Reveal(), webhookPrefix)
	key, wrong := base64.StdEncoding.DecodeString(text)
	if err != nil || !ok || wrong != nil || len(key) != 32 {
		t.Fatal(token.Reveal(), err)
	}
	sum, err := ring.SignWebhook(of, "a", "1", []byte("x"))
	if err != nil || sum != SignStandard(key, "a", "1", []byte("x")) {
		t.Error("signed with something else than was handed out", err)
	}
	newer := ringOf(t, 2, 1)
	if again, err := newer.WebhookSecret(of); err != nil || again != token {
		t.Error("a newer key changes what was handed out", err)
	}
	if _, err := ringOf(t, 2).WebhookSecret(of); err != ErrInvalid {
		t.Error("a key that is gone signs:", err)
	}
	for _, other := range []Webhook{{uuid.UUID{15: 2}, 1, 1}, {uuid.UUID{15: 1}, 2, 1}, {uuid.UUID{15: 1}, 1, 2}} {
		if again, err := newer.WebhookSecret(other); err != nil || again == token {
			t.Errorf("%+v has the same secret, %v", other, err)
		}
	}
}
