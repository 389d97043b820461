package account

import (
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// InvitedFor is how long an invitation to join the practice is good, by the database's clock (rule 19).
const InvitedFor = 7 * 24 * time.Hour

// The refusals about the practice's people.
var (
	ErrOwners         = fault.New(fault.Forbidden, "account.owners", "Only an owner of the practice can make somebody an owner, or change one.")
	ErrLastOwner      = fault.New(fault.Conflict, "account.last_owner", "This is the practice’s last owner. Make somebody else an owner first.")
	ErrSelf           = fault.New(fault.Conflict, "account.self", "Nobody changes their own role or deactivates themselves. Ask a colleague.")
	ErrOwnFactors     = fault.New(fault.Conflict, "account.own_factors", "Your own second factor is changed in your account. If you have lost it, ask a colleague.")
	ErrColleague      = fault.New(fault.Invalid, "account.colleague", "Choose a colleague who works here, to go on with this person’s clients and links.")
	ErrJoined         = fault.New(fault.Conflict, "account.joined", "This person has joined already. There is no invitation to send again.")
	ErrNotJoined      = fault.New(fault.Conflict, "account.not_joined", "This person hasn’t joined yet. Send the invitation again instead.")
	ErrDeactivated    = fault.New(fault.Conflict, "account.deactivated", "This person is deactivated. Reactivate them first.")
	ErrInvitationGone = fault.New(fault.Gone, "account.invitation_gone", "This invitation doesn’t work any more: it was used, replaced by a newer one, or has expired. Ask who invited you for another.")
	ErrProvider       = fault.New(fault.Unauthenticated, "account.provider", "This sign-in belongs to nobody here. If you were invited, it must be with the address that the invitation went to; otherwise sign in with your password and link it in your account.")
	ErrLinked         = fault.New(fault.Conflict, "account.linked", "This sign-in is linked to somebody else here.")
)

// MayGive refuses a change of role, or an invitation with one, to who may not make it: from is the role that the person
// has, empty for one who is invited (rule 17).
func MayGive(actor Role, from, to Role) error {
	if err := CheckRole(to); err != nil {
		return err
	}
	if (from == Owner) != (to == Owner) && actor != Owner {
		return ErrOwners
	}
	return nil
}

// MayDeactivate refuses who may not deactivate somebody of that role (rule 17).
func MayDeactivate(actor, role Role) error {
	if role == Owner && actor != Owner {
		return ErrOwners
	}
	return nil
}

// MayReset refuses to take second factors away to who may not do it: one's own are changed with what one has, and an
// owner's are another owner's to take (rules 17, F11).
func MayReset(actor uuid.UUID, role Role, person uuid.UUID, theirs Role) error {
	if actor == person {
		return ErrOwnFactors
	}
	return MayDeactivate(role, theirs)
}

// NotOneself refuses what nobody does to themselves (rule 17).
func NotOneself(actor, person uuid.UUID) error {
	if actor == person {
		return ErrSelf
	}
	return nil
}
