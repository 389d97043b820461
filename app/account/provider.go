package account

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// Provider is a provider of identity that people of practices may come by. Implementation: adapters/oidc.
type Provider interface {
	// Begin is where the browser goes to show who its person is.
	Begin(ctx context.Context, a Attempt) (url string, err error)
	// Finish asks the provider who came back with code. An error says that it can't tell, or that the answer isn't one to
	// this attempt.
	Finish(ctx context.Context, a Attempt, code string) (Identity, error)
}

// Attempt is one visit to a provider. The browser keeps it until it comes back, so that nobody can send another
// browser's answer.
type Attempt struct{ State, Nonce, Verifier Secret }

// NewAttempt is one that nobody can guess.
func NewAttempt() Attempt { return Attempt{newSecret(""), newSecret(""), newSecret("")} }

// Identity is what a provider says of somebody (rule 21).
type Identity struct {
	Issuer, Subject string
	Email           string
	Verified        bool // by the provider: the address is that person's
}

// ProviderRows keep who is whom at a provider. Implementation: adapters/postgres.
type ProviderRows interface {
	// ByIdentity is an active person; ok is false for nobody.
	ByIdentity(ctx context.Context, issuer, subject string) (s Staff, ok bool, err error)
	// InvitedByEmail finds an invitation that is good at this moment; ok is false for none. email is canonical.
	InvitedByEmail(ctx context.Context, email string) (i Invitation, ok bool, err error)
	// LinkIdentity notes who somebody is; the second time changes nothing, and done says so. ErrLinked for who is somebody
	// else already, and where the provider knows the person by another name.
	LinkIdentity(ctx context.Context, staff uuid.UUID, issuer, subject string) (done bool, err error)
}

// SignInBy opens a session for somebody whom a provider knows. Who is invited joins by it, where the provider has
// verified the address that the invitation went to. ErrProvider for everybody else (rule 21).
func (p People) SignInBy(ctx context.Context, id Identity, cmd SignIn) (SignedIn, error) {
	staff, ok, err := p.Providers.ByIdentity(ctx, id.Issuer, id.Subject)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		if staff, err = p.joinBy(ctx, id); err != nil {
			return SignedIn{}, err
		}
	}
	return p.Open(ctx, staff, cmd)
}

func (p People) joinBy(ctx context.Context, id Identity) (Staff, error) {
	email, err := account.CanonicalEmail(id.Email)
	if err != nil || !id.Verified {
		return Staff{}, account.ErrProvider
	}
	i, ok, err := p.Providers.InvitedByEmail(ctx, email)
	if err != nil {
		return Staff{}, err
	}
	if !ok {
		return Staff{}, account.ErrProvider
	}
	// Linked first: should this end here, the invitation still works, and the next try finds both undone or the link done.
	if err := p.Link(ctx, i.Staff, id); err != nil {
		return Staff{}, err
	}
	if err := p.Rows.Join(ctx, i.Staff.ID, i.Generation, ""); err != nil {
		return Staff{}, err
	}
	return i.Staff, p.joined(ctx, i.Staff, account.ByProvider)
}

// Link lets somebody come by a provider from now on. ErrLinked.
func (p People) Link(ctx context.Context, staff Staff, id Identity) error {
	done, err := p.Providers.LinkIdentity(ctx, staff.ID, id.Issuer, id.Subject)
	if err != nil || done {
		return err
	}
	by := es.By{Firm: staff.Firm, Actor: event.Actor{Kind: event.Staff, ID: staff.ID}}
	_, err = p.record(ctx, by, staff.ID, func(now time.Time) account.Event { return account.ProviderLinked{Issuer: id.Issuer, At: now} })
	return err
}
