package web

import (
	"context"
	"net/http"

	"portico/app/account"
	firmapp "portico/app/firm"
	accounts "portico/domain/account"

	"github.com/google/uuid"
)

// Contacts let the practice's contacts into their portal. Implementation: account.Contacts.
type Contacts interface {
	Session(ctx context.Context, id account.Secret) (account.Visit, error)
	SignOut(ctx context.Context, id account.Secret) error

	SignIn(ctx context.Context, cmd account.ContactSignIn) (account.Entered, error)
	Visits(ctx context.Context, v account.Visit, own account.Secret) ([]account.SessionRow, error)
	EndVisit(ctx context.Context, v account.Visit, session uuid.UUID) error
	EndVisits(ctx context.Context, v account.Visit) error
}

// People knows the names of a practice's contacts. Implementation: app/contact.
type People func(ctx context.Context, firm int32, contact uuid.UUID) (name string, err error)

// visitor is the contact behind a request, and the practice whose portal it is.
type visitor struct {
	account.Visit
	Practice firmapp.Practice
}

type visitorKey struct{}

// visitorOf is who is in the portal; only handlers behind entered ask.
func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// entered lets h answer to contacts with a live session only, whose access stands at this moment (S3.i4, I1).
func (s *Server) entered(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.visit(r)
		if err != nil {
			return err
		}
		return h(w, r.WithContext(withVisitor(r.Context(), v)))
	}
}

func withVisitor(ctx context.Context, v visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

func (s *Server) visit(r *http.Request) (visitor, error) {
	v, err := s.Contacts.Session(r.Context(), s.cookie(r, account.PortalCookie))
	if err != nil {
		return visitor{}, err
	}
	practice, err := s.Firms.Firm(r.Context(), v.Firm)
	return visitor{Visit: v, Practice: practice}, err
}

// carryVisit gives the browser its new session as a contact, and the device its mark.
func (s *Server) carryVisit(w http.ResponseWriter, in account.Entered) {
	s.setCookie(w, account.PortalCookie, string(in.Session), "/", int(accounts.PortalLimit.Seconds()))
	s.setCookie(w, account.PortalDeviceCookie, string(in.Device), "/", int(account.DeviceAge.Seconds()))
}
