// Package notify sends the mails that events ask for. What it is asked is an effect: it may come twice, late, or when
// it no longer makes sense, so each mail is composed from the link's stream as it stands now.
//
//  1. A mail carries a secret only while that secret is its recipient's newest and the link is neither revoked nor
//     expired; otherwise nothing is sent and the outcome says why (L2, L3, T13).
//  2. A mail that the stream knows as handed over is not sent again.
//  3. A released batch is one mail, naming all of its files (S1.i8). What is still in its window is named nowhere (S1.i1).
//  4. Subjects name no client and no recipient.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// The kinds of effects that are mails. Their words are stored.
const (
	UploadLinkMail  = "mail.upload_link"  // args: UploadLinkArgs
	BatchNoticeMail = "mail.batch_notice" // args: BatchNoticeArgs
)

// UploadLinkArgs name the secret to mail.
type UploadLinkArgs struct {
	Link       uuid.UUID `json:"link"`
	Recipient  uuid.UUID `json:"recipient"`
	Generation int       `json:"generation"`
}

// BatchNoticeArgs name the batch to tell of.
type BatchNoticeArgs struct {
	Link  uuid.UUID `json:"link"`
	Batch uuid.UUID `json:"batch"`
}

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
	Code   string // "550" or "5.1.1"; empty where no server answered
	Detail string
}

// Mailer composes a mail of each kind and hands it to a mail server. An error says that the mail can't be composed, not
// that it can't be sent. Implementation: adapters/mail.
type Mailer interface {
	UploadLink(ctx context.Context, m UploadLink) (Outcome, error)
	BatchNotice(ctx context.Context, m BatchNotice) (Outcome, error)
}

// Person is a name and an address.
type Person struct{ Name, Email string }

// UploadLink is a mail with the button to upload files.
type UploadLink struct {
	ID        string // stable over tries
	At        time.Time
	To        Person
	Sender    Person // of the practice's staff; answers go there
	Practice  Person
	Message   string // the sender's own words, may be empty
	Wanted    []string
	URL       string // opens the link: never logged
	ExpiresAt time.Time
	Zone      string // IANA
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

// File is one file of a notice.
type File struct {
	Name string
	Size int64 // bytes
	Late bool  // it was started before the link's expiry and arrived after (L4)
}

// People names the practice's staff.
type People interface {
	Person(ctx context.Context, firm int32, staff uuid.UUID) (name, email string, err error)
}

// Practices names practices.
type Practices interface {
	Practice(ctx context.Context, firm int32) (name, email string, err error)
}

// Tokens makes the secret part of a link's address.
type Tokens interface {
	UploadToken(link, recipient uuid.UUID, generation int) string
}

// Sender performs the effects that are mails.
type Sender struct {
	Events    es.Store
	People    People
	Practices Practices
	Tokens    Tokens
	Mailer    Mailer
	BaseURL   string // "https://portal.example", without a slash at its end
}

// Perform sends the mail of one effect. An error means that nobody knows better than to try again.
func (s Sender) Perform(ctx context.Context, firm int32, kind string, args json.RawMessage) (Outcome, error) {
	switch kind {
	case UploadLinkMail:
		var a UploadLinkArgs
		if err := json.Unmarshal(args, &a); err != nil {
			return Outcome{}, fmt.Errorf("read the arguments of %s: %w", kind, err)
		}
		return s.UploadLink(ctx, firm, a)
	case BatchNoticeMail:
		var a BatchNoticeArgs
		if err := json.Unmarshal(args, &a); err != nil {
			return Outcome{}, fmt.Errorf("read the arguments of %s: %w", kind, err)
		}
		return s.BatchNotice(ctx, firm, a)
	}
	return Outcome{}, fmt.Errorf("there is no mail of kind %q", kind)
}

// UploadLink mails one secret (rules 1, 2).
func (s Sender) UploadLink(ctx context.Context, firm int32, args UploadLinkArgs) (Outcome, error) {
	l, version, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, firm, uploadlink.Stream(args.Link))
	if err != nil {
		return Outcome{}, fmt.Errorf("read link %s: %w", args.Link, err)
	}
	r := l.recipients[args.Recipient]
	switch {
	case version == 0, r == nil:
		return withdrawn("there is no such link or recipient")
	case args.Generation <= r.handedOver:
		return Outcome{Status: HandedOver}, nil
	case args.Generation != r.generation:
		return withdrawn("a newer mail replaces it")
	case l.revoked:
		return withdrawn("the link is revoked")
	case !now.Before(l.expiresAt):
		return withdrawn("the link has expired")
	case r.person.Email == "":
		return withdrawn("the recipient was erased")
	}
	sender, practice, err := s.house(ctx, firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	return s.Mailer.UploadLink(ctx, UploadLink{
		ID: fmt.Sprintf("upload-link.%s.%s.%d", args.Link, args.Recipient, args.Generation),
		At: now, To: r.person, Sender: sender, Practice: practice,
		Message: l.message, Wanted: l.wanted,
		URL:       s.BaseURL + "/u/" + s.Tokens.UploadToken(args.Link, args.Recipient, args.Generation),
		ExpiresAt: l.expiresAt, Zone: l.zone,
	})
}

// BatchNotice tells the link's sender of one batch (rule 3).
func (s Sender) BatchNotice(ctx context.Context, firm int32, args BatchNoticeArgs) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, firm, uploadlink.Stream(args.Link))
	if err != nil {
		return Outcome{}, fmt.Errorf("read link %s: %w", args.Link, err)
	}
	uploader, files := l.delivered(args.Batch)
	if len(files) == 0 {
		return withdrawn("the batch holds nothing that has reached the practice")
	}
	sender, practice, err := s.house(ctx, firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	return s.Mailer.BatchNotice(ctx, BatchNotice{
		ID: fmt.Sprintf("batch-notice.%s", args.Batch),
		At: now, To: sender, Practice: practice, From: uploader, Files: files, URL: s.BaseURL + "/inbox",
	})
}

func (s Sender) house(ctx context.Context, firm int32, staff uuid.UUID) (sender, practice Person, err error) {
	if sender.Name, sender.Email, err = s.People.Person(ctx, firm, staff); err != nil {
		return sender, practice, fmt.Errorf("find who sent the link: %w", err)
	}
	if practice.Name, practice.Email, err = s.Practices.Practice(ctx, firm); err != nil {
		return sender, practice, fmt.Errorf("find the practice: %w", err)
	}
	return sender, practice, nil
}

func withdrawn(why string) (Outcome, error) { return Outcome{Status: Withdrawn, Detail: why}, nil }
