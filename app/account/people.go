package account

import (
	"context"
	"net/netip"
	"time"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// People are what owners and admins ask of the practice's people, and how those join. Rows say what holds at this moment;
// what happened is an event on the person's account, written behind the row under the same command, so that an act that
// was cut off between the two is finished by doing it again.
type People struct {
	Rows      PeopleRows
	Providers ProviderRows
	Events    es.Store
	Hasher    *Hasher
	SignIn    func(ctx context.Context, cmd SignIn) (SignedIn, error)              // Commands.SignIn
	Open      func(ctx context.Context, staff Staff, cmd SignIn) (SignedIn, error) // Commands.Open
}

// PeopleRows keeps the practice's people. Implementation: adapters/postgres. Every time in it is the database's. What is
// asked for the second time is done, and no error.
type PeopleRows interface {
	// Invite stores somebody who hasn't joined, and tells which invitation it is and until when. ErrEmailTaken.
	Invite(ctx context.Context, s Staff) (Invitation, error)
	// InviteAgain replaces an invitation. ErrUnknown, ErrJoined, ErrDeactivated.
	InviteAgain(ctx context.Context, firm int32, staff uuid.UUID) (Invitation, error)
	// Invited is who holds an invitation that is good at this moment. ErrInvitationGone.
	Invited(ctx context.Context, staff uuid.UUID, generation int) (Staff, error)
	// Join makes who holds the invitation one of the practice. phc is empty for who comes by a provider of identity.
	// ErrInvitationGone.
	Join(ctx context.Context, staff uuid.UUID, generation int, phc string) error
	// SetRole changes a role. allow sees the present one, under a lock. ErrUnknown, ErrLastOwner, ErrDeactivated, or
	// allow's error.
	SetRole(ctx context.Context, firm int32, staff uuid.UUID, to account.Role, allow func(from account.Role) error) error
	// Leave deactivates; to is zero where nobody goes on with the work. ErrUnknown, ErrLastOwner, ErrColleague, or
	// allow's error.
	Leave(ctx context.Context, firm int32, staff, to uuid.UUID, allow func(role account.Role) error) error
	// Return undoes it. ErrUnknown, or allow's error.
	Return(ctx context.Context, firm int32, staff uuid.UUID, allow func(role account.Role) error) error
}

// Invitation is which one it is, and until when it is good.
type Invitation struct {
	Staff      Staff
	Generation int
	ExpiresAt  time.Time
}

// InviteStaff asks somebody to join. ID is chosen by the caller (UUIDv7), so that a form sent twice is one person.
type InviteStaff struct {
	By    es.By
	Actor Staff
	ID    uuid.UUID
	Email string
	Name  string
	Role  account.Role
}

// Invite asks somebody to join the practice (rule 19). Errors: address.ErrInvalid, ErrName, ErrRole, ErrOwners,
// ErrEmailTaken.
func (p People) Invite(ctx context.Context, cmd InviteStaff) (es.Result, error) {
	email, err := account.CanonicalEmail(cmd.Email)
	if err != nil {
		return es.Result{}, err
	}
	if err := account.CheckName(cmd.Name); err != nil {
		return es.Result{}, err
	}
	if err := account.MayGive(cmd.Actor.Role, "", cmd.Role); err != nil {
		return es.Result{}, err
	}
	if r, ok, err := p.Events.Done(ctx, cmd.By); ok || err != nil {
		return r, err // the same request, sent twice, is one person
	}
	i, err := p.Rows.Invite(ctx, Staff{ID: cmd.ID, Firm: cmd.By.Firm, Email: email, Name: cmd.Name, Role: cmd.Role})
	if err != nil {
		return es.Result{}, err
	}
	return p.invited(ctx, cmd.By, i)
}

// Added records that the practice's operator let somebody in.
func (p People) Added(ctx context.Context, by es.By, staff uuid.UUID, role account.Role) error {
	_, err := p.record(ctx, by, staff, func(now time.Time) account.Event { return account.StaffAdded{Role: role, At: now} })
	return err
}

// InviteStaffAgain sends another invitation.
type InviteStaffAgain struct {
	By    es.By
	Actor Staff
	Staff uuid.UUID
}

// InviteAgain sends an invitation anew; the older one is dead (rule 19). Errors: ErrUnknown, ErrJoined, ErrDeactivated.
func (p People) InviteAgain(ctx context.Context, cmd InviteStaffAgain) (es.Result, error) {
	if r, ok, err := p.Events.Done(ctx, cmd.By); ok || err != nil {
		return r, err // the same form, sent twice, is one mail
	}
	i, err := p.Rows.InviteAgain(ctx, cmd.By.Firm, cmd.Staff)
	if err != nil {
		return es.Result{}, err
	}
	return p.invited(ctx, cmd.By, i)
}

func (p People) invited(ctx context.Context, by es.By, i Invitation) (es.Result, error) {
	s := i.Staff
	return p.record(ctx, by, s.ID, func(now time.Time) account.Event {
		return account.StaffInvited{
			Generation: i.Generation, Role: s.Role, Name: event.Of(s.ID, s.Name), Email: event.Of(s.ID, s.Email), ExpiresAt: i.ExpiresAt, At: now,
		}
	})
}

// record writes down what a row says already.
func (p People) record(ctx context.Context, by es.By, person uuid.UUID, fact func(now time.Time) account.Event) (es.Result, error) {
	return es.Execute(ctx, p.Events, by, account.Stream(person), func(_ account.Account, now time.Time) ([]account.Event, error) {
		return []account.Event{fact(now)}, nil
	})
}

// Invited is who holds an invitation that is good at this moment. ErrInvitationGone.
func (p People) Invited(ctx context.Context, staff uuid.UUID, generation int) (Staff, error) {
	return p.Rows.Invited(ctx, staff, generation)
}

// Join is somebody's yes to an invitation.
type Join struct {
	Staff      uuid.UUID
	Generation int
	Password   string

	Address netip.Addr
	Session Secret // that the browser has now; it ends
	Device  Secret
	Agent   string
}

// Join gives an invited person a password and a session. Errors: ErrInvitationGone, ErrPassword, ErrPasswordWeak, ErrBusy.
func (p People) Join(ctx context.Context, cmd Join) (SignedIn, error) {
	staff, err := p.Rows.Invited(ctx, cmd.Staff, cmd.Generation)
	if err != nil {
		return SignedIn{}, err
	}
	if err := account.CheckPassword(cmd.Password, staff.Email, staff.Name); err != nil {
		return SignedIn{}, err
	}
	phc, err := p.Hasher.Hash(ctx, cmd.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if err := p.Rows.Join(ctx, staff.ID, cmd.Generation, phc); err != nil {
		return SignedIn{}, err
	}
	if err := p.joined(ctx, staff, account.ByPassword); err != nil {
		return SignedIn{}, err
	}
	return p.SignIn(ctx, SignIn{
		Email: staff.Email, Password: cmd.Password, Address: cmd.Address, Session: cmd.Session, Device: cmd.Device, Agent: cmd.Agent,
	})
}

func (p People) joined(ctx context.Context, staff Staff, method account.Method) error {
	by := es.By{Firm: staff.Firm, Actor: event.Actor{Kind: event.Staff, ID: staff.ID}}
	_, err := p.record(ctx, by, staff.ID, func(now time.Time) account.Event { return account.StaffJoined{Method: method, At: now} })
	return err
}

// SetRole gives somebody another role.
type SetRole struct {
	By    es.By
	Actor Staff
	Staff uuid.UUID
	Role  account.Role
}

// SetRole gives somebody another role, from their next request on. Errors: ErrRole, ErrSelf, ErrOwners, ErrUnknown,
// ErrLastOwner, ErrDeactivated (rule 17).
func (p People) SetRole(ctx context.Context, cmd SetRole) (es.Result, error) {
	if err := account.NotOneself(cmd.Actor.ID, cmd.Staff); err != nil {
		return es.Result{}, err
	}
	allow := func(from account.Role) error { return account.MayGive(cmd.Actor.Role, from, cmd.Role) }
	if err := p.Rows.SetRole(ctx, cmd.By.Firm, cmd.Staff, cmd.Role, allow); err != nil {
		return es.Result{}, err
	}
	return p.record(ctx, cmd.By, cmd.Staff, func(now time.Time) account.Event { return account.StaffRoleSet{Role: cmd.Role, At: now} })
}

// Deactivate is somebody's leaving.
type Deactivate struct {
	By    es.By
	Actor Staff
	Staff uuid.UUID
	To    uuid.UUID // goes on with clients and links; zero only where there is nobody who could
}

// Deactivate locks somebody out at their next request and hands over their work (rules 9, 20). Errors: ErrSelf, ErrOwners,
// ErrUnknown, ErrLastOwner, ErrColleague.
func (p People) Deactivate(ctx context.Context, cmd Deactivate) (es.Result, error) {
	if err := account.NotOneself(cmd.Actor.ID, cmd.Staff); err != nil {
		return es.Result{}, err
	}
	allow := func(role account.Role) error { return account.MayDeactivate(cmd.Actor.Role, role) }
	if err := p.Rows.Leave(ctx, cmd.By.Firm, cmd.Staff, cmd.To, allow); err != nil {
		return es.Result{}, err
	}
	return p.record(ctx, cmd.By, cmd.Staff, func(now time.Time) account.Event { return account.StaffDeactivated{To: cmd.To, At: now} })
}

// Reactivate lets somebody in again who had left.
type Reactivate struct {
	By    es.By
	Actor Staff
	Staff uuid.UUID
}

// Reactivate lets somebody in again, with the role and the password that they had. Errors: ErrOwners, ErrUnknown.
func (p People) Reactivate(ctx context.Context, cmd Reactivate) (es.Result, error) {
	allow := func(role account.Role) error { return account.MayDeactivate(cmd.Actor.Role, role) }
	if err := p.Rows.Return(ctx, cmd.By.Firm, cmd.Staff, allow); err != nil {
		return es.Result{}, err
	}
	return p.record(ctx, cmd.By, cmd.Staff, func(now time.Time) account.Event { return account.StaffReactivated{At: now} })
}
