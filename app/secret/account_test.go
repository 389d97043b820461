package secret_test

import (
	"errors"
	"testing"

	"portico/app/secret"
)

// The links of accounts come back as they were made, and none passes for another.
func TestAccountLinks(t *testing.T) {
	r := ring(t, key(1))
	want := secret.AccountToken{Person: ida, Generation: 2}
	reset, old, fresh := r.PasswordReset(want).Reveal(), r.AddressChange(want, false).Reveal(), r.AddressChange(want, true).Reveal()
	if got, err := r.ParsePasswordReset(reset); got != want || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for text, atNew := range map[string]bool{old: false, fresh: true} {
		if got, end, err := r.ParseAddressChange(text); got != want || end != atNew || err != nil {
			t.Errorf("%v, %v, %v", got, end, err)
		}
		if _, err := r.ParsePasswordReset(text); !errors.Is(err, secret.ErrInvalid) {
			t.Errorf("a change of address sets a password: %v", err)
		}
	}
	upload := r.UploadLink(secret.UploadToken{Link: ida, Generation: 2}).Reveal()
	for _, bad := range []string{upload, "", reset + "A", reset[1:]} {
		if _, err := r.ParsePasswordReset(bad); !errors.Is(err, secret.ErrInvalid) {
			t.Errorf("%q sets a password: %v", bad, err)
		}
	}
	if _, _, err := r.ParseAddressChange(reset); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("a reset changes an address: %v", err)
	}
}
