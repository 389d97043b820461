package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/account"
)

// StaffInvitationMail is the kind of effect that invites somebody to join the practice; args: Generation.
const StaffInvitationMail = "mail.staff_invitation"

// StaffInvitation is a mail with the button to join a practice.
type StaffInvitation struct {
	ID        string // stable over tries
	At        time.Time
	To        Person
	Practice  Person
	Role      account.Role
	URL       string // opens the invitation: never logged
	ExpiresAt time.Time
}

// staffLetters is what mails say to somebody of the practice.
type staffLetters struct {
	newest account.StaffInvited
	over   bool // joined, or deactivated since
}

// Apply assigns what e says.
func (l staffLetters) Apply(e account.Event) staffLetters {
	switch e := e.(type) {
	case account.StaffInvited:
		l.newest, l.over = e, false
	case account.StaffJoined, account.StaffDeactivated:
		l.over = true
	case account.PasswordSet, account.TermsAccepted, account.SignedIn, account.CodeRequested, account.ResetRequested, account.AddressChangeRequested,
		account.AddressChangeAgreed, account.AddressChangeRefused, account.AddressChanged, account.FactorAdded, account.FactorRemoved,
		account.FactorsReset, account.RecoveryCodesMade, account.RecoveryCodeUsed, account.SessionsEnded, account.StaffAdded,
		account.StaffRoleSet, account.StaffReactivated, account.ProviderLinked, account.NoticesChosen:
		// No invitation says anything about them.
	}
	return l
}

// sendStaffInvitation mails one invitation, while it is the newest and somebody waits for it.
func (s Sender) sendStaffInvitation(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[staffLetters, account.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	switch {
	case l.newest.Generation != e.Args.Generation:
		return withdrawn("a newer mail replaces it")
	case l.over:
		return withdrawn("the person has joined, or isn't to join any more")
	case !now.Before(l.newest.ExpiresAt):
		return withdrawn("the invitation has expired")
	case l.newest.Email.Text == "":
		return withdrawn("the person was erased")
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	person := account.PersonOf(e.Stream.ID)
	token := s.Keys.StaffInvitation(secret.StaffToken{Staff: person, Generation: e.Args.Generation})
	return s.Mailer.StaffInvitation(ctx, StaffInvitation{
		ID: fmt.Sprintf("staff-invitation.%s.%d", person, e.Args.Generation), At: now,
		To: Person{Name: l.newest.Name.Text, Email: l.newest.Email.Text}, Practice: practice, Role: l.newest.Role,
		URL: s.BaseURL + "/staff-invitation/" + token.Reveal(), ExpiresAt: l.newest.ExpiresAt,
	})
}
