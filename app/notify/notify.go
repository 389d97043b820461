// Package notify sends the mails that events ask for. What it is asked is an effect: it may come twice, late, or when
// it no longer makes sense, so each mail is composed from the link's stream as it stands now.
//
//  1. A mail carries a secret only while that secret is its recipient's newest and the link is neither revoked nor
//     expired; otherwise nothing is sent and the outcome says why (L2, L3, T13).
//  2. A mail that the stream knows as handed over is not sent again.
//  3. A released batch is one mail, naming all of its files (S1.i8). What is still in its window is named nowhere (S1.i1).
//  4. Subjects name no client and no recipient.
//  5. An infected file is told to the practice’s own address and to who sent it, a held one to that address; to nobody else (U8).
//  6. A request for a new link is one mail, to the link's sender and the practice's address, while it has no answer (S1.i21).
//  7. Files that somebody asks back within one minute by the clock are one mail to the practice, which leaves half a minute
//     after it and names every one that has no answer yet: however many there are, the practice gets a mail a minute at
//     most, and each request is in one. Each answer is one mail to the person who asked (U5). Neither carries a secret.
//  8. A mail with a link speaks of time to rename and delete only where the practice gives some (U2).
//  9. What goes to the sender of a link, or is answered to them, goes to the practice's own address once they have left it.
//  10. An invitation carries a secret only while that secret lets its holder in, and goes only to where its contact still
//     is (S3.i12, I6). It is in the contact's language, and each channel of it has an outcome of its own (I2).
//  11. A code leaves while it is the newest of its purpose and can be used. It goes to the address that its person signs in
//     with, whatever the practice has written down of them, or to a number that they have proved or are proving.
//  12. A change in how somebody signs in is told to them at that address, with who made it (S3.i15).
//  13. Mails to clients come in the name, and have the address for answers, that the practice has set.
//  14. A mail with a link that opens an account leaves only while that link is the newest and unused. News of an account goes
//     to its contact only, and the first device of all is no news.
//  15. Of tasks somebody gets one mail for all that there is to say within a moment. It says what is still so, to who can
//     open what it is about and to no address from which the last mail came back (T5, T9); it names tasks, whose they are
//     (I5) and who has written, and what was written about them is read in the portal. What became of it is recorded on
//     each of them (T13).
//  16. Of a reminder somebody gets one mail for all whose turn has come, by the same doors, and never in a quiet hour. It
//     leaves while it is the one that is planned; what became of it is recorded with it, and on each task (T8, T9).
//  17. A mail about one task has an address for answers, where there is a domain for them, which puts them into the talk that
//     it tells of. Whose answer was not taken hears it at the address that they have now, with what they wrote, whatever
//     they have chosen; where they don't see the task any more, the mail doesn't name it.
package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	reminderapp "portico/app/reminder"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// The kinds of effects that are mails. Their words are stored.
const (
	UploadLinkMail     = "mail.upload_link"      // args: Recipient, Generation
	BatchNoticeMail    = "mail.batch_notice"     // args: Batch
	InfectedMail       = "mail.infected"         // args: File
	NotSentMail        = "mail.not_sent"         // args: File
	HeldMail           = "mail.held"             // args: File
	NewLinkRequestMail = "mail.new_link_request" // args: Recipient

	WithdrawalRequestMail = "mail.withdrawal_request" // args: Since; of older ones Version
	WithdrawalAnswerMail  = "mail.withdrawal_answer"  // args: Version; File
)

// Status is what became of a mail.
type Status string

// The statuses.
const (
	HandedOver Status = "handed_over" // a mail server took it, now or at an earlier try
	Refused    Status = "refused"     // refused for good; Code and Detail say how
	Passing    Status = "passing"     // failed for a passing reason: try again later
	Withdrawn  Status = "withdrawn"   // nothing was sent, because it no longer makes sense; Detail says why
)

// Outcome is what became of a mail. Detail of a refusal is the server's words, which may quote the address: personal.
// No other detail holds anything personal.
type Outcome struct {
	Status Status
	Code   string // "550" or "5.1.1", a provider's number; empty where no server answered
	Detail string
	IDs    es.Handed // what the other side calls it
}

// Mailer composes a mail of each kind and hands it to a mail server. An error says that the mail can't be composed, not
// that it can't be sent. Implementation: adapters/mail.
type Mailer interface {
	UploadLink(ctx context.Context, m UploadLink) (Outcome, error)
	BatchNotice(ctx context.Context, m BatchNotice) (Outcome, error)
	Infected(ctx context.Context, m Infected) (Outcome, error)
	NotSent(ctx context.Context, m Infected) (Outcome, error)
	Held(ctx context.Context, m Infected) (Outcome, error)
	NewLinkRequest(ctx context.Context, m NewLinkRequest) (Outcome, error)
	WithdrawalRequest(ctx context.Context, m WithdrawalRequest) (Outcome, error)
	WithdrawalAnswer(ctx context.Context, m WithdrawalAnswer) (Outcome, error)
	Invitation(ctx context.Context, m Invitation) (Outcome, error)
	InvitationLost(ctx context.Context, m InvitationLost) (Outcome, error)
	StaffInvitation(ctx context.Context, m StaffInvitation) (Outcome, error)
	Code(ctx context.Context, m Code) (Outcome, error)
	FactorNotice(ctx context.Context, m FactorNotice) (Outcome, error)
	Entry(ctx context.Context, m Entry) (Outcome, error)
	Task(ctx context.Context, m TaskNotice) (Outcome, error)
	StaffTask(ctx context.Context, m StaffTaskNotice) (Outcome, error)
	WebhookOff(ctx context.Context, m WebhookOff) (Outcome, error)
	ReplyRefused(ctx context.Context, m ReplyRefused) (Outcome, error)
}

// Texter hands a text message to a provider. An error says that nobody could know what to do with it; what the provider
// says is an outcome. Implementation: adapters/sms.
type Texter interface {
	Text(ctx context.Context, m TextMessage) (Outcome, error)
}

// TextMessage is one text to one number.
type TextMessage struct {
	ID   string // letters, digits, dots, hyphens; stable over tries
	At   time.Time
	To   string // E.164, "+4791234567"
	Body string // plain; may hold a link, so it is never logged
}

// Person is a name and an address.
type Person struct{ Name, Email string }

// UploadLink is a mail with the button to upload files.
type UploadLink struct {
	ID        string // stable over tries
	At        time.Time
	To        Person
	Sender    Person // of the practice's staff
	ReplyTo   Person // where answers go; zero: to Sender
	Practice  Person
	Message   string // the sender's own words, may be empty
	Wanted    []string
	URL       string // opens the link: never logged
	ExpiresAt time.Time
	Zone      string // IANA
	Wording   MailWording
}

// MailWording is a practice's own words in its mails, and what they can't promise. What is empty is said as the product
// says it.
type MailWording struct {
	Button string // of the mail with an upload link; plain text of one line
	Final  bool   // what is sent goes to the practice at once: there is no time to rename or delete it
}

// BatchNotice tells the sender of a link that files have come.
type BatchNotice struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Practice Person
	From     Person // who uploaded
	Files    []File
	URL      string // of the practice's inbox
}

// NewLinkRequest tells the practice that somebody's link works no more and they ask for a new one.
type NewLinkRequest struct {
	ID       string // stable over tries
	At       time.Time
	To       Person // who sent the link
	Practice Person // gets it as well
	From     Person // who asks
	AskedAt  time.Time
	Note     string // their own words, may be empty
	URL      string // of the link's page
	Zone     string // IANA
	Revoked  bool   // the link can't be renewed
}

// File is one file of a notice.
type File struct {
	Name string
	Size int64 // bytes
	Late bool  // it was started before the link's expiry and arrived after (L4)

	Unscanned bool // a scanner is configured and could not scan it (U8)
}

// Sender performs the effects that are mails.
type Sender struct {
	Events   es.Store
	Keys     secret.KeyRing
	Mailer   Mailer
	Texter   Texter
	BaseURL  string                                                                 // "https://portal.example", without a slash at its end
	Staff    func(ctx context.Context, firm int32, staff uuid.UUID) (Person, error) // of the practice, or the practice for who has left it (rule 9)
	Practice func(ctx context.Context, firm int32) (Person, error)                  // its name, and the address printed in its mails
	Wording  func(ctx context.Context, firm int32) (MailWording, error)             // nil: every practice says what the product says

	Contact func(ctx context.Context, firm int32, contact uuid.UUID) (Contact, error) // as they are at this moment
	Client  func(ctx context.Context, firm int32, client uuid.UUID) (name string, err error)
	House   func(ctx context.Context, firm int32) (House, error)

	TaskPeople func(ctx context.Context, firm int32, client uuid.UUID) ([]uuid.UUID, error)   // contacts who could see a client's tasks at this moment
	Archived   func(ctx context.Context, firm int32, contact, client uuid.UUID) (bool, error) // the client, or where it is zero all clients of the contact
	CameBack   func(ctx context.Context, firm int32, contact uuid.UUID) (bool, error)         // the last mail to the address that a contact has now

	Reminders reminderapp.Book

	ReplyDomain string // of addresses for answers; empty: there are none

	Holder func(ctx context.Context, firm int32, person uuid.UUID) (Holder, error)
	Codes  Codes
}

var _ es.Performer = Sender{}

// Perform sends the mail of one effect and records on the link's stream what became of it. Errors: es.ErrWithdrawn with
// the reason, an es.RefusedError, or one that asks for another try. Should the process die between the server's OK and the record, the next
// try sends the mail again under the same Message-ID: a mail twice is better than none.
func (s Sender) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	o, err := s.Send(ctx, e)
	switch {
	case err != nil:
		return nil, err
	case o.Status == Withdrawn:
		return nil, fmt.Errorf("%w: %s", es.ErrWithdrawn, o.Detail)
	case o.Status == Passing:
		return o.IDs, fmt.Errorf("hand over %s: %s %s", e.Key, o.Code, o.Detail)
	}
	if isInvitation(e.Kind) {
		if err := s.recordInvitation(ctx, e, o); err != nil {
			return o.IDs, err
		}
	}
	if e.Kind == UploadLinkMail { // a notice has no place in the link's life; staff see the files anyway
		if err := s.record(ctx, e, o); err != nil {
			return o.IDs, err
		}
	}
	if o.Status == Refused {
		return o.IDs, &es.RefusedError{Code: o.Code}
	}
	return o.IDs, nil
}

// GaveUp records that the last try has failed for a passing reason too (S1.i24).
func (s Sender) GaveUp(ctx context.Context, e es.Effect, tries int) error {
	if isInvitation(e.Kind) {
		return s.invitationGaveUp(ctx, e, tries)
	}
	if isTaskMail(e.Kind) {
		return s.tasksGaveUp(ctx, e, tries)
	}
	if e.Kind == ReminderMail {
		return s.reminderGaveUp(ctx, e)
	}
	if e.Kind != UploadLinkMail {
		return nil
	}
	return s.execute(ctx, e, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.MailGaveUp(secretOf(e), tries, now)
	})
}

func (s Sender) record(ctx context.Context, e es.Effect, o Outcome) error {
	return s.execute(ctx, e, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		if o.Status == Refused {
			return l.MailBounced(secretOf(e), o.Code, o.Detail, now)
		}
		return l.MailHandedOver(secretOf(e), now)
	})
}

func (s Sender) execute(ctx context.Context, e es.Effect, decide func(uploadlink.Link, time.Time) ([]uploadlink.Event, error)) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	if _, err := es.Execute(ctx, s.Events, by, e.Stream, decide); err != nil {
		return fmt.Errorf("record what became of %s: %w", e.Key, err)
	}
	return nil
}

func secretOf(e es.Effect) uploadlink.Secret {
	return uploadlink.Secret{Recipient: e.Args.Recipient, Generation: e.Args.Generation}
}

// Send sends the mail of one effect. An error means that nobody knows better than to try again.
func (s Sender) Send(ctx context.Context, e es.Effect) (Outcome, error) {
	switch e.Kind {
	case UploadLinkMail:
		return s.sendLink(ctx, e)
	case BatchNoticeMail:
		return s.sendNotice(ctx, e)
	case InfectedMail, NotSentMail, HeldMail:
		return s.sendInfected(ctx, e)
	case NewLinkRequestMail:
		return s.sendRequest(ctx, e)
	case WithdrawalRequestMail:
		return s.sendPleas(ctx, e)
	case WithdrawalAnswerMail:
		return s.sendAnswer(ctx, e)
	case InvitationMail, InvitationText:
		return s.sendInvitation(ctx, e)
	case AlsoMail, AlsoText:
		return s.sendAlso(ctx, e)
	case WebhookOffMail:
		return s.sendWebhookOff(ctx, e)
	case InvitationLostMail:
		return s.sendLost(ctx, e)
	case StaffInvitationMail:
		return s.sendStaffInvitation(ctx, e)
	case CodeMail, CodeText:
		return s.sendCode(ctx, e)
	case FactorNoticeMail:
		return s.sendFactorNotice(ctx, e)
	case PasswordResetMail, AddressOldMail, AddressNewMail, NewDeviceMail, PasswordChangedMail:
		return s.sendEntry(ctx, e)
	case TaskMail, TaskMessageMail:
		return s.sendTasks(ctx, e)
	case ReminderMail:
		return s.sendReminder(ctx, e)
	case ReplyRefusedMail:
		return s.sendReplyRefused(ctx, e)
	case WorkMail:
		return s.sendWork(ctx, e)
	case StaffMessageMail, MentionMail:
		return s.sendStaffTasks(ctx, e)
	}
	return Outcome{}, fmt.Errorf("there is no mail of kind %q", e.Kind)
}

// signed is in whose name a mail to a client comes and where answers to it go: what the practice has said, or else sender
// and practice as they are (rule 13).
func (s Sender) signed(ctx context.Context, firm int32, sender, practice Person) (as, of, reply Person, err error) {
	as, of, reply = sender, practice, sender
	if s.House == nil {
		return as, of, reply, nil
	}
	house, err := s.House(ctx, firm)
	if err != nil {
		return as, of, reply, fmt.Errorf("find how the practice writes: %w", err)
	}
	if house.ReplyTo != "" {
		reply = Person{Name: practice.Name, Email: house.ReplyTo}
	}
	if house.Sender != "" {
		of.Name = house.Sender
		if sender == practice {
			as = of
		}
	}
	return as, of, reply, nil
}

func (s Sender) house(ctx context.Context, firm int32, staff uuid.UUID) (sender, practice Person, err error) {
	if sender, err = s.Staff(ctx, firm, staff); err != nil {
		return sender, practice, fmt.Errorf("find who sent the link: %w", err)
	}
	if practice, err = s.Practice(ctx, firm); err != nil {
		return sender, practice, fmt.Errorf("find the practice: %w", err)
	}
	return sender, practice, nil
}

func withdrawn(why string) (Outcome, error) { return Outcome{Status: Withdrawn, Detail: why}, nil }
