package web

import (
	"context"
	"net/http"

	"portico/app/account"
	firmapp "portico/app/firm"
	"portico/app/language"
	accounts "portico/domain/account"

	"github.com/google/uuid"
)

// Contacts let the practice's contacts into their portal. Implementation: account.Contacts.
type Contacts interface {
	Session(ctx context.Context, id account.Secret) (account.Visit, error)
	SignOut(ctx context.Context, id account.Secret) error
	Ended(ctx context.Context, id account.Secret) (contact uuid.UUID, err error)

	SignIn(ctx context.Context, cmd account.ContactSignIn) (account.Entered, error)
	Visits(ctx context.Context, v account.Visit, own account.Secret) ([]account.SessionRow, error)
	EndVisit(ctx context.Context, v account.Visit, session uuid.UUID) error
	EndVisits(ctx context.Context, v account.Visit) error

	Entrance(ctx context.Context, firm int32, contact uuid.UUID, nth int, b account.Browser) (account.Entrance, error)
	Accept(ctx context.Context, cmd account.Acceptance) (account.Entered, error)
	ChallengeEntrance(ctx context.Context, firm int32, contact uuid.UUID, nth int, b account.Browser) (account.Challenge, error)
	EnterByLink(ctx context.Context, cmd account.ByLink) (account.Entered, error)
	SendCode(ctx context.Context, firm int32, contact uuid.UUID, nth int, b account.Browser) error

	Forgotten(ctx context.Context, cmd account.Forgotten, failed func(error)) error
	MayReset(ctx context.Context, firm int32, contact uuid.UUID, generation int) (account.Known, error)
	Reset(ctx context.Context, cmd account.Reset) error
	ChangePassword(ctx context.Context, cmd account.ContactPassword) (account.Entered, error)
	AcceptTerms(ctx context.Context, v account.Visit, version int, b account.Browser) error

	Moving(ctx context.Context, v account.Visit) (account.Moving, error)
	RequestAddress(ctx context.Context, cmd account.MoveTo) error
	Move(ctx context.Context, firm int32, contact uuid.UUID, generation int) (account.Moving, error)
	AgreeAddress(ctx context.Context, firm int32, contact uuid.UUID, generation int, end accounts.End) (done bool, err error)
	RefuseAddress(ctx context.Context, firm int32, contact uuid.UUID, generation int) error

	Pass(ctx context.Context, id account.Secret) (account.Secret, error)
	Refresh(ctx context.Context, id account.Secret) error
	Reconfirm(ctx context.Context, v account.Visit, password string, b account.Browser) error
	Holder(ctx context.Context, firm int32, contact uuid.UUID) (account.Person, bool, error)
	Enter(ctx context.Context, p account.Person, b account.Browser) (account.Entered, error)
}

// People knows the names of a practice's contacts. Implementation: app/contact.
type People func(ctx context.Context, firm int32, contact uuid.UUID) (name string, err error)

// visitor is the contact behind a request, and the practice whose portal it is.
type visitor struct {
	account.Visit
	Practice firmapp.Practice
	asks     account.Policy
	words    func() *language.Words // in the person's language; asked for by pages that need them
	view     *looking               // somebody of the practice looks into the portal; nil: the contact is here
}

type visitorKey struct{}

// visitorOf is who is in the portal; only handlers behind entered ask.
func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// entered lets h answer to contacts with a live session only, whose access stands at this moment (S3.i4, I1), and who
// have done what the practice asks of them first: agreed to its newest terms (S3.i13), or chosen a password for their link
// (S4.i6). A link's password is asked for where somebody looks around, never in the middle of what they send.
func (s *Server) entered(h handler) handler {
	return s.visiting(func(w http.ResponseWriter, r *http.Request) error {
		v := visitorOf(r)
		switch looks := (r.Method == http.MethodGet || r.Method == http.MethodHead) && !streams(r.URL.Path); {
		case !v.ByLink && v.Terms < v.asks.Terms:
			http.Redirect(w, r, "/portal/terms?"+nextQuery(portalPath(r.URL.RequestURI())), http.StatusSeeOther)
		case v.ByLink && !v.Password && v.asks.LinkPassword && looks:
			http.Redirect(w, r, "/portal/settings/password?"+nextQuery(portalPath(r.URL.RequestURI())), http.StatusSeeOther)
		default:
			return h(w, r)
		}
		return nil
	})
}

// visiting is entered, but for what the practice asks for first. The second factor that somebody has is asked for before
// everything else.
func (s *Server) visiting(h handler) handler {
	return s.onTheWay(func(w http.ResponseWriter, r *http.Request) error {
		if v := visitorOf(r); v.Standing.Enrolled && !v.Standing.Second {
			return accounts.ErrSecond
		}
		return h(w, r)
	})
}

// onTheWay is visiting, but for contacts who still owe their second factor: they may show it, and nothing else.
func (s *Server) onTheWay(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.visit(r)
		if err != nil {
			return err
		}
		v.words = func() *language.Words { return s.wordsOf(r, v) }
		return h(w, r.WithContext(withVisitor(r.Context(), v)))
	}
}

// wordsOf are a visitor's; where their settings can't be read they are the browser's.
func (s *Server) wordsOf(r *http.Request, v visitor) *language.Words {
	person, err := s.ContactList.Contact(r.Context(), v.Firm, v.Contact)
	if err != nil {
		return entryWords(r)
	}
	setup, err := s.Firms.Portal(r.Context(), v.Firm)
	if err != nil {
		return entryWords(r)
	}
	return language.Choose(offered(setup), person.Language, chosenLanguage(r), setup.Language).Words
}

func withVisitor(ctx context.Context, v visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

func (s *Server) visit(r *http.Request) (visitor, error) {
	v, err := s.Contacts.Session(r.Context(), s.cookie(r, account.PortalCookie))
	if err != nil {
		return visitor{}, err
	}
	p, err := s.Firms.Portal(r.Context(), v.Firm)
	return visitor{Visit: v, Practice: p.Practice, asks: account.Policy{Practice: p.Name, Terms: p.TermsVersion, LinkPassword: p.Access.LinkPassword}}, err
}

// carryVisit gives the browser its new session as a contact, and the device its mark.
func (s *Server) carryVisit(w http.ResponseWriter, in account.Entered) {
	s.setCookie(w, account.PortalCookie, string(in.Session), "/", int(accounts.PortalLimit.Seconds()))
	s.setCookie(w, account.PortalDeviceCookie, string(in.Device), "/", int(account.DeviceAge.Seconds()))
}
