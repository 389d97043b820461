package postgres

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"
)

// sealFor seals plain under a subject's own key, for a row outside of the log. place binds it there: the same bytes
// elsewhere don't open. ErrErased.
func (v *Vault) sealFor(ctx context.Context, firm int32, subject uuid.UUID, plain, place []byte) ([]byte, error) {
	s := subjectOf{firm, subject}
	if err := v.ensure(ctx, []subjectOf{s}); err != nil {
		return nil, err
	}
	aead, err := v.key(ctx, s)
	if err != nil {
		return nil, err
	}
	if aead == nil {
		return nil, fmt.Errorf("subject %s: %w", subject, ErrErased)
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, place), nil
}

// openFor opens what sealFor has sealed. ErrErased.
func (v *Vault) openFor(ctx context.Context, firm int32, subject uuid.UUID, sealed, place []byte) ([]byte, error) {
	aead, err := v.key(ctx, subjectOf{firm, subject})
	if err != nil {
		return nil, err
	}
	if aead == nil {
		return nil, fmt.Errorf("subject %s: %w", subject, ErrErased)
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errMalformedPII
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], place)
	if err != nil {
		return nil, fmt.Errorf("subject %s: %w", subject, err)
	}
	return plain, nil
}
