package secret

import "github.com/google/uuid"

// The purposes of the links that accounts mail. Their words are part of every MAC: they stay.
const (
	passwordReset purpose = "password-reset"
	addressOld    purpose = "address-old"
	addressNew    purpose = "address-new"
)

// AccountToken says which mailed link of a person's account it is: the how manieth of its purpose.
type AccountToken struct {
	Person     uuid.UUID
	Generation int // 1 to 65535
}

func (t AccountToken) upload() UploadToken {
	return UploadToken{Link: t.Person, Generation: t.Generation}
}

// PasswordReset makes the secret of a link that sets a new password.
func (r KeyRing) PasswordReset(t AccountToken) Token { return r.sign(passwordReset, t.upload()) }

// ParsePasswordReset checks the secret of an address. It returns ErrInvalid.
func (r KeyRing) ParsePasswordReset(text string) (AccountToken, error) {
	return r.ofAccount(passwordReset, text)
}

// AddressChange makes the secret of a link that agrees to another address, at the old end or at the new one. Neither
// passes for the other.
func (r KeyRing) AddressChange(t AccountToken, atNew bool) Token {
	return r.sign(ends[atNew], t.upload())
}

// ParseAddressChange checks the secret of an address, and tells of which end it is. It returns ErrInvalid.
func (r KeyRing) ParseAddressChange(text string) (t AccountToken, atNew bool, err error) {
	for _, atNew := range []bool{false, true} {
		if t, err = r.ofAccount(ends[atNew], text); err == nil {
			return t, atNew, nil
		}
	}
	return AccountToken{}, false, err
}

var ends = map[bool]purpose{false: addressOld, true: addressNew}

func (r KeyRing) ofAccount(p purpose, text string) (AccountToken, error) {
	t, err := r.parse(p, text)
	if err == nil && t.Recipient != uuid.Nil {
		err = ErrInvalid
	}
	if err != nil {
		return AccountToken{}, err
	}
	return AccountToken{Person: t.Link, Generation: t.Generation}, nil
}
