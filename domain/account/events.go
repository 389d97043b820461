package account

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "account"

const mark = 0xa5

// ID is the account of a person, who is a contact or one of the practice's staff.
func ID(person uuid.UUID) uuid.UUID { return event.Beside(person, mark) }

// PersonOf is whose account that is.
func PersonOf(id uuid.UUID) uuid.UUID { return event.Beside(id, mark) }

// Stream is what happened to a person's account: facts only. What opens it is kept in rows, and never in an event. The
// person is the subject of its personal data.
func Stream(person uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: ID(person)} }

// Event is one fact about an account. The list in this file is the whole list.
//
//sumtype:decl
type Event interface {
	event.Event
	account()
}

// PasswordSet says that the account has another password, and that its sessions and trusted devices have ended.
type PasswordSet struct {
	Cause PasswordCause `json:"cause" es:"fact"`
	At    time.Time     `json:"at" es:"fact"`
}

// TermsAccepted says that the person agreed to one version of the practice's terms (S3.i13).
type TermsAccepted struct {
	Version int            `json:"version" es:"fact"`
	From    event.Personal `json:"from" es:"personal"` // network address
	At      time.Time      `json:"at" es:"fact"`
}

// SignedIn says that a session began. Device is the browser's mark; the first time of it here is New.
type SignedIn struct {
	Method Method         `json:"method" es:"fact"`
	Device uuid.UUID      `json:"device,omitzero" es:"id"`
	New    bool           `json:"new" es:"fact"`
	From   event.Personal `json:"from" es:"personal"`  // network address
	Agent  event.Personal `json:"agent" es:"personal"` // "Firefox on Windows"
	At     time.Time      `json:"at" es:"fact"`
}

// CodeRequested asks for a code of six digits on a channel. Generation counts them for one purpose; only the newest opens.
type CodeRequested struct {
	Purpose    Purpose   `json:"purpose" es:"fact"`
	Generation int       `json:"generation" es:"fact"`
	Channel    Channel   `json:"channel" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// ResetRequested asks for a link that sets a new password. Generation counts them; only the newest opens.
type ResetRequested struct {
	Generation int       `json:"generation" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// AddressChangeRequested is the person's wish for another address, to be proved at both ends. Generation counts the
// wishes; only the newest counts.
type AddressChangeRequested struct {
	Generation int            `json:"generation" es:"fact"`
	New        event.Personal `json:"new" es:"personal"`
	At         time.Time      `json:"at" es:"fact"`
}

// AddressChangeAgreed says that the button of the mail to one end was pressed.
type AddressChangeAgreed struct {
	Generation int       `json:"generation" es:"fact"`
	End        End       `json:"end" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// AddressChangeRefused says that the holder of the old address, or its person, called it off.
type AddressChangeRefused struct {
	Generation int       `json:"generation" es:"fact"`
	At         time.Time `json:"at" es:"fact"`
}

// AddressChanged says that both ends agreed.
type AddressChanged struct {
	Old event.Personal `json:"old" es:"personal"`
	New event.Personal `json:"new" es:"personal"`
	At  time.Time      `json:"at" es:"fact"`
}

// FactorAdded says that the person has a further way to show who they are.
type FactorAdded struct {
	Factor uuid.UUID `json:"factor" es:"id"`
	Method Method    `json:"method" es:"fact"`
	At     time.Time `json:"at" es:"fact"`
}

// FactorRemoved says that it was taken away by its person.
type FactorRemoved struct {
	Factor uuid.UUID `json:"factor" es:"id"`
	At     time.Time `json:"at" es:"fact"`
}

// FactorsReset says that staff took all of them away (S3.i15), or the operator, who has no id. Reason is what they said of it.
type FactorsReset struct {
	By     uuid.UUID      `json:"by,omitzero" es:"id"`
	Reason event.Personal `json:"reason" es:"personal"`
	At     time.Time      `json:"at" es:"fact"`
}

// RecoveryCodesMade says that the person has new recovery codes, and the older ones are dead.
type RecoveryCodesMade struct {
	Count int       `json:"count" es:"fact"`
	At    time.Time `json:"at" es:"fact"`
}

// RecoveryCodeUsed says that one of them was spent.
type RecoveryCodeUsed struct {
	Left int       `json:"left" es:"fact"`
	At   time.Time `json:"at" es:"fact"`
}

// SessionsEnded says that sessions of the person were ended from elsewhere: one, or all of them.
type SessionsEnded struct {
	All bool      `json:"all" es:"fact"`
	At  time.Time `json:"at" es:"fact"`
}

// StaffAdded says that the practice's operator let somebody in.
type StaffAdded struct {
	Role Role      `json:"role" es:"fact"`
	At   time.Time `json:"at" es:"fact"`
}

// StaffInvited asks for a mail with an invitation to join the practice. Generation counts them; only the newest opens
// (rule 19).
type StaffInvited struct {
	Generation int            `json:"generation" es:"fact"`
	Role       Role           `json:"role" es:"fact"`
	Name       event.Personal `json:"name" es:"personal"`
	Email      event.Personal `json:"email" es:"personal"`
	ExpiresAt  time.Time      `json:"expires_at" es:"fact"`
	At         time.Time      `json:"at" es:"fact"`
}

// StaffJoined says that an invited person has an account now, by a password or a provider of identity.
type StaffJoined struct {
	Method Method    `json:"method" es:"fact"`
	At     time.Time `json:"at" es:"fact"`
}

// StaffRoleSet says that a person of the practice has another role.
type StaffRoleSet struct {
	Role Role      `json:"role" es:"fact"`
	At   time.Time `json:"at" es:"fact"`
}

// StaffDeactivated says that somebody has left. To goes on with their clients and links (rule 20); zero: nobody.
type StaffDeactivated struct {
	To uuid.UUID `json:"to,omitzero" es:"id"`
	At time.Time `json:"at" es:"fact"`
}

// StaffReactivated says that they are back, with the role that they had. What was handed over stays where it is.
type StaffReactivated struct {
	At time.Time `json:"at" es:"fact"`
}

// ProviderLinked says that the person can come by a provider of identity.
type ProviderLinked struct {
	Issuer string    `json:"issuer" es:"fact"`
	At     time.Time `json:"at" es:"fact"`
}

// NoticesChosen states anew which mails about tasks the person does without (rule 22).
type NoticesChosen struct {
	Off []NoticeSort `json:"off,omitempty" es:"fact"`
	At  time.Time    `json:"at" es:"fact"`
}

// PasswordCause is why there is another password.
type PasswordCause string

// The causes. Their words are stored.
const (
	AtAcceptance PasswordCause = "acceptance"
	ByChange     PasswordCause = "change"
	ByReset      PasswordCause = "reset"
	ByOperator   PasswordCause = "operator"
)

// End is one side of a change of address.
type End string

// The ends. Their words are stored.
const (
	OldEnd End = "old"
	NewEnd End = "new"
)

// Method is a way to show who one is.
type Method string

// The methods. Their words are stored.
const (
	ByPassword Method = "password"
	ByPasskey  Method = "passkey"
	ByApp      Method = "app" // codes of an authenticator
	ByMail     Method = "mail"
	ByText     Method = "text"
	ByRecovery Method = "recovery"
	ByLink     Method = "link" // that of an invitation
	ByProvider Method = "oidc"
)

// Channel is where a code goes.
type Channel string

// The channels. Their words are stored.
const (
	MailChannel Channel = "email"
	TextChannel Channel = "text"
)

// Purpose is what a code is for.
type Purpose string

// The purposes. Their words are stored.
const (
	ForSignIn  Purpose = "sign_in"
	ForNumber  Purpose = "number"  // to prove a telephone number
	ForAddress Purpose = "address" // to prove a new address
	ForDevice  Purpose = "device"  // of link access (L10)
)

func (PasswordSet) EventType() string            { return "account.password_set" }
func (TermsAccepted) EventType() string          { return "account.terms_accepted" }
func (SignedIn) EventType() string               { return "account.signed_in" }
func (CodeRequested) EventType() string          { return "account.code_requested" }
func (ResetRequested) EventType() string         { return "account.reset_requested" }
func (AddressChangeRequested) EventType() string { return "account.address_change_requested" }
func (AddressChangeAgreed) EventType() string    { return "account.address_change_agreed" }
func (AddressChangeRefused) EventType() string   { return "account.address_change_refused" }
func (AddressChanged) EventType() string         { return "account.address_changed" }
func (FactorAdded) EventType() string            { return "account.factor_added" }
func (FactorRemoved) EventType() string          { return "account.factor_removed" }
func (FactorsReset) EventType() string           { return "account.factors_reset" }
func (RecoveryCodesMade) EventType() string      { return "account.recovery_codes_made" }
func (RecoveryCodeUsed) EventType() string       { return "account.recovery_code_used" }
func (SessionsEnded) EventType() string          { return "account.sessions_ended" }
func (StaffAdded) EventType() string             { return "account.staff_added" }
func (StaffInvited) EventType() string           { return "account.staff_invited" }
func (StaffJoined) EventType() string            { return "account.staff_joined" }
func (StaffRoleSet) EventType() string           { return "account.staff_role_set" }
func (StaffDeactivated) EventType() string       { return "account.staff_deactivated" }
func (StaffReactivated) EventType() string       { return "account.staff_reactivated" }
func (ProviderLinked) EventType() string         { return "account.provider_linked" }
func (NoticesChosen) EventType() string          { return "account.notices_chosen" }

func (PasswordSet) account()            {}
func (TermsAccepted) account()          {}
func (SignedIn) account()               {}
func (CodeRequested) account()          {}
func (ResetRequested) account()         {}
func (AddressChangeRequested) account() {}
func (AddressChangeAgreed) account()    {}
func (AddressChangeRefused) account()   {}
func (AddressChanged) account()         {}
func (FactorAdded) account()            {}
func (FactorRemoved) account()          {}
func (FactorsReset) account()           {}
func (RecoveryCodesMade) account()      {}
func (RecoveryCodeUsed) account()       {}
func (SessionsEnded) account()          {}
func (StaffAdded) account()             {}
func (StaffInvited) account()           {}
func (StaffJoined) account()            {}
func (StaffRoleSet) account()           {}
func (StaffDeactivated) account()       {}
func (StaffReactivated) account()       {}
func (ProviderLinked) account()         {}
func (NoticesChosen) account()          {}
