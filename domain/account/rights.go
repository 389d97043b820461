package account

import (
	"slices"

	"portico/domain/fault"
)

// Role is what somebody is in the practice: a preset of rights (rule 16).
type Role string

// The roles. Their words are stored.
const (
	Owner                 Role = "owner"
	Admin                 Role = "admin"
	Practitioner          Role = "practitioner"            // all clients, with billing
	PractitionerNoBilling Role = "practitioner_no_billing" // all clients
	Assigned              Role = "assigned"                // their own clients only, with billing
	AssignedNoBilling     Role = "assigned_no_billing"     // their own clients only
	Auditor               Role = "auditor"                 // reads everything, changes nothing
	Operator              Role = "operator"                // runs the machine, sees no client data
)

// Roles are all of them, the most powerful first.
func Roles() []Role {
	return []Role{Owner, Admin, Practitioner, PractitionerNoBilling, Assigned, AssignedNoBilling, Auditor, Operator}
}

// Right is something that people of the practice may do. Every page and every operation of the API asks for one.
type Right string

// The rights. One that is named after seeing changes nothing.
const (
	OwnAccount Right = "account" // one's own password, sessions and second factors: everybody's

	SeeClients    Right = "clients.see"    // clients and contacts, and where their invitations stand
	ChangeClients Right = "clients.change" // make, edit, archive them; their owner, tags and contacts
	ImportClients Right = "clients.import" // from a file, and out into one
	Invite        Right = "invites.send"   // one by one (I3); resend, withdraw, remove access, reset second factors
	InviteMany    Right = "invites.many"   // in bulk (I3)
	ViewAsClient  Right = "clients.view_as"
	ActForClient  Right = "clients.act_for" // S4.i1

	SeeFiles    Right = "files.see"    // links, what came through them, receipts
	ChangeFiles Right = "files.change" // send links, resend and end them, answer what their holders ask
	SeeMessages Right = "messages.see" // the ledger of mails and texts

	SeeTasks    Right = "tasks.see"    // what is asked of clients, and what became of it
	ChangeTasks Right = "tasks.change" // ask, change, confirm, close
	AssignMany  Right = "tasks.many"   // to many clients at once

	SeeBilling    Right = "billing.see"
	ChangeBilling Right = "billing.change"

	ChangeTexts    Right = "texts.change" // templates for messages
	SeeSettings    Right = "settings.see"
	ChangeSettings Right = "settings.change"

	SeePeople    Right = "people.see" // who works here, and as what
	ChangePeople Right = "people.change"
	ReadLog      Right = "log.read" // rule 8
)

// Rights are all of them.
func Rights() []Right {
	return []Right{
		OwnAccount, SeeClients, ChangeClients, ImportClients, Invite, InviteMany, ViewAsClient, ActForClient, SeeFiles, ChangeFiles, SeeMessages,
		SeeTasks, ChangeTasks, AssignMany, SeeBilling, ChangeBilling, ChangeTexts, SeeSettings, ChangeSettings, SeePeople, ChangePeople, ReadLog,
	}
}

// reads are the rights of who changes nothing but their own account.
var reads = []Right{OwnAccount, SeeClients, SeeFiles, SeeMessages, SeeTasks, SeeBilling, SeeSettings, SeePeople, ReadLog}

// works are the rights of who looks after clients, but for billing.
var works = []Right{
	OwnAccount, SeeClients, ChangeClients, Invite, ViewAsClient, SeeFiles, ChangeFiles, SeeMessages, SeeTasks, ChangeTasks, ChangeTexts, SeeSettings, SeePeople,
}

// presets are the rights of each role. Being an owner is no right more than an admin's; who may make and unmake owners
// is rule 17.
var presets = map[Role][]Right{
	Owner:                 Rights(),
	Admin:                 Rights(),
	Practitioner:          slices.Concat(works, []Right{InviteMany, AssignMany, ImportClients, SeeBilling, ChangeBilling}),
	PractitionerNoBilling: slices.Concat(works, []Right{InviteMany, AssignMany, ImportClients}),
	Assigned:              slices.Concat(works, []Right{SeeBilling, ChangeBilling}),
	AssignedNoBilling:     works,
	Auditor:               reads,
	Operator:              {OwnAccount, SeeSettings, SeePeople},
}

// May tells whether the role has the right; a word that is no role has none.
func (r Role) May(right Right) bool { return slices.Contains(presets[r], right) }

// AssignedOnly tells that somebody of this role sees the clients they own and nothing of others (rule 18).
func (r Role) AssignedOnly() bool { return r == Assigned || r == AssignedNoBilling }

// ErrRight is the refusal where somebody's role lacks a right.
var ErrRight = fault.New(fault.Forbidden, "account.right", "Your role doesn’t allow this. An owner or admin of the practice can do it, or change your role.")

// Require refuses who lacks the right.
func (r Role) Require(right Right) error {
	if !r.May(right) {
		return ErrRight
	}
	return nil
}

// CheckRole refuses a word that is no role.
func CheckRole(r Role) error {
	if _, ok := presets[r]; !ok {
		return ErrRole
	}
	return nil
}
