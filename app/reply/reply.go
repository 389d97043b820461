// Package reply takes mails with which people answer mails about tasks.
//
//  1. An address for answers belongs to one person, one task and one talk. It is derived and not stored (app/secret), and
//     works as long as the key that made it is on the ring.
//  2. What a machine has sent is not heard, and not answered: notices of absence, lists, bounces (RFC 3834).
//  3. The sender must be the address's person, by an address that the practice or they themselves have given. Who has the
//     address and sends from elsewhere is not answered, as anybody may write anything into "From": the person is told, at
//     their own address, once a day for a task. Whether the receiving server has proved the sender is asked only where it
//     is named (Server).
//  4. One mail is one message or one refusal, by its Message-ID, or by what is in it where it has none, however often it
//     comes and to however many nodes at once.
//  5. What is not taken is told to its writer with their own words (rule 35 of tasks).
//  6. What is enclosed comes with the message, within the limits of files that are sent to a task in the portal; what
//     doesn't is named in the mail of rule 5.
//  7. Only what is known for a quote or a signature is left out.
package reply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/app/secret"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Outcome is what became of a mail.
type Outcome string

// The outcomes.
const (
	Taken   Outcome = "taken"   // it is a message now, or was one before
	Refused Outcome = "refused" // it isn't, or not all that was enclosed; its person is told, but for what they were told before
	Ignored Outcome = "ignored" // a machine has sent it, or it went to no address for answers: nobody is told
)

// Desk takes mails that come in.
type Desk struct {
	Domain string // of the addresses for answers; empty: there are none
	Server string // whose Authentication-Results are believed; empty: nobody's, and no sender is proved
	Keys   secret.KeyRing
	Tasks  taskapp.Commands
	FirmOf func(ctx context.Context, stream event.Stream) (firm int32, ok bool, err error)

	// Addresses are those of a contact at this moment: none of who was erased.
	Addresses func(ctx context.Context, firm int32, contact uuid.UUID) ([]string, error)
	// Enters tells whether a contact has a way into the portal at this moment.
	Enters func(ctx context.Context, firm int32, contact uuid.UUID) (bool, error)

	Files Files    // nil: nothing that is enclosed is taken
	Marks []string // texts that stand in our own mails
	Now   func() time.Time
}

// Files put what is enclosed on tasks.
type Files interface {
	// Put puts a file on a task for a message of a contact that is posted later, and returns its id. A fault.Error says that
	// it can't be taken; that of kind Unavailable, and any other error, that it may be later.
	Put(ctx context.Context, firm int32, task, contact, message uuid.UUID, f File) (uuid.UUID, error)
}

// most is how many addresses for answers one mail is taken for.
const most = 5

// Receive takes one mail as it came in. recipient is whom the server has taken it for; empty: whom its headers name. An error
// that is no fault.Error asks for the same mail again later; it refuses with ErrMail, and with ErrTooLarge.
func (d Desk) Receive(ctx context.Context, raw []byte, recipient string) (Outcome, error) {
	if len(raw) > MaxMail {
		return "", ErrTooLarge
	}
	m, err := Parse(raw)
	if err != nil {
		return "", err
	}
	if m.Machine != "" || d.Domain == "" {
		return Ignored, nil
	}
	if recipient != "" {
		m.To = []string{recipient}
	}
	outcome := Ignored
	for _, to := range d.ours(m.To) {
		o, err := d.take(ctx, m, to)
		if err != nil {
			return "", err
		}
		if outcome == Ignored || o == Refused {
			outcome = o
		}
	}
	return outcome, nil
}

// ErrTooLarge refuses a mail that is larger than any that is read.
var ErrTooLarge = fault.New(fault.TooLarge, "reply.size", "This mail has more than 25 MB. Send large files in the portal.")

// ours are the addresses for answers among some, each once.
func (d Desk) ours(addresses []string) (all []secret.ParsedReply) {
	var seen []string
	for _, a := range addresses {
		local, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(a)), "@")
		if !strings.EqualFold(domain, d.Domain) || slices.Contains(seen, local) || len(all) == most {
			continue
		}
		seen = append(seen, local)
		if p, err := d.Keys.ParseReplyAddress(local); err == nil {
			all = append(all, p)
		}
	}
	return all
}

// take takes a mail at one address.
func (d Desk) take(ctx context.Context, m Mail, to secret.ParsedReply) (Outcome, error) {
	firm, ok, err := d.FirmOf(ctx, task.Stream(to.Task))
	if err != nil || !ok {
		return Ignored, err
	}
	contact, err := d.personOf(ctx, firm, to)
	if gone(err) || err == nil && contact == uuid.Nil {
		return Ignored, nil
	}
	if err != nil {
		return "", err
	}
	known, err := d.Addresses(ctx, firm, contact)
	if gone(err) || err == nil && len(known) == 0 { // they were erased
		return Ignored, nil
	}
	if err != nil {
		return "", fmt.Errorf("find the addresses of who answers: %w", err)
	}
	cmd := taskapp.Reply{
		Firm: firm, Task: to.Task, Contact: contact, Message: uuid.NewSHA1(contact, []byte("mail "+to.Task.String()+" "+m.ID)), Text: Cut(m.Text, d.Marks...), Private: to.Private,
	}
	if !d.from(m, known) {
		cmd.Refused, cmd.Message = task.ForSender, uuid.NewSHA1(contact, []byte("strangers "+to.Task.String()+" "+d.Now().UTC().Format(time.DateOnly)))
	} else if enters, err := d.Enters(ctx, firm, contact); err != nil {
		return "", fmt.Errorf("find how who answers comes in: %w", err)
	} else if !enters {
		cmd.Refused = task.ForAccess
	}
	if err := d.enclose(ctx, m, &cmd); err != nil {
		return "", err
	}
	why, _, err := d.Tasks.Reply(ctx, cmd)
	switch {
	case gone(err):
		return Ignored, nil
	case err != nil:
		return "", err
	case why != "" || cmd.Refused != "":
		return Refused, nil
	}
	return Taken, nil
}

// enclose puts the files of a mail on the task, where they wait for its message. A mail that came before, and what is not
// taken, brings none.
func (d Desk) enclose(ctx context.Context, m Mail, cmd *taskapp.Reply) error {
	if len(m.Files) == 0 {
		return nil
	}
	before, err := d.Tasks.Replied(ctx, cmd.Firm, cmd.Task, cmd.Message)
	if err != nil || before {
		return err
	}
	for _, f := range m.Files {
		if cmd.Refused != "" || d.Files == nil || len(cmd.Files) == task.MaxEnclosed {
			cmd.Lost = append(cmd.Lost, f.Name)
			continue
		}
		id, err := d.Files.Put(ctx, cmd.Firm, cmd.Task, cmd.Contact, cmd.Message, f)
		switch refused, ok := errors.AsType[*fault.Error](err); {
		case err == nil:
			cmd.Files, cmd.Names = append(cmd.Files, id), append(cmd.Names, f.Name)
		case !ok || refused.Kind == fault.Unavailable:
			return fmt.Errorf("put a file of a mail on its task: %w", err)
		default:
			cmd.Lost = append(cmd.Lost, f.Name)
		}
	}
	return nil
}

// gone tells that there is nobody and nothing any more.
func gone(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Kind == fault.NotFound
}

// personOf is whose address it is; uuid.Nil: nobody's, so it was made up.
func (d Desk) personOf(ctx context.Context, firm int32, to secret.ParsedReply) (uuid.UUID, error) {
	people, err := d.Tasks.Correspondents(ctx, firm, to.Task)
	if err != nil {
		return uuid.Nil, err
	}
	for _, c := range people {
		if to.Of(c) {
			return c, nil
		}
	}
	return uuid.Nil, nil
}

// from tells whether a mail comes from one of some addresses (rule 3). Case is no difference: no server that people use
// makes one.
func (d Desk) from(m Mail, known []string) bool {
	if !slices.ContainsFunc(known, func(k string) bool { return k != "" && strings.EqualFold(k, m.From) }) {
		return false
	}
	return d.Server == "" || proved(m, d.Server)
}
