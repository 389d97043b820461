package account

import (
	"context"

	"portico/domain/account"

	"github.com/google/uuid"
)

// PortalTrustCookie is TrustCookie on the contacts' side.
const PortalTrustCookie = "__Host-portico-portal-trusted"

// Pass gives a session in which the second factor was shown its rights, and another id. ErrSession.
func (c Contacts) Pass(ctx context.Context, id Secret) (Secret, error) {
	next := newSecret("")
	return next, c.Rows.Pass(ctx, id.Hash(), next.Hash())
}

// Refresh notes that the person behind a session has just proved who they are. ErrSession.
func (c Contacts) Refresh(ctx context.Context, id Secret) error {
	return c.Rows.Refresh(ctx, id.Hash())
}

// Reconfirm checks the password of a contact who signed in a while ago (F6). Errors: ErrPresent, ErrSlowDown with the wait
// in its sentence, ErrBusy, ErrSession.
func (c Contacts) Reconfirm(ctx context.Context, v Visit, password string, b Browser) error {
	if err := c.present(ctx, v, password, b); err != nil {
		return err
	}
	return c.Refresh(ctx, b.Session)
}

// Holder is a contact as somebody with second factors, where they may enter with an account; ok is false for nobody.
func (c Contacts) Holder(ctx context.Context, firm int32, contact uuid.UUID) (p Person, ok bool, err error) {
	l, ok, err := c.Rows.Login(ctx, firm, contact)
	if err != nil || !ok {
		return Person{}, false, err
	}
	return Visit{Contact: l.Contact, Firm: l.Firm, Email: l.Email}.Person(), true, nil
}

// Enter opens a session for a contact whose passkey answered (F8). Errors: ErrSession for nobody, and the door's.
func (c Contacts) Enter(ctx context.Context, p Person, b Browser) (Entered, error) {
	l, ok, err := c.Rows.Login(ctx, p.Firm, p.ID)
	if err != nil {
		return Entered{}, err
	}
	if !ok {
		return Entered{}, account.ErrSession
	}
	byLink, err := c.Door.MayEnter(ctx, p.Firm, p.ID)
	if err != nil {
		return Entered{}, err
	}
	in, err := c.enter(ctx, l, byLink, account.ByPasskey, b)
	if err == nil {
		in.Session, err = c.Pass(ctx, in.Session)
	}
	return in, err
}
