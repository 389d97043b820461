package access

import (
	"context"
	"errors"
	"strings"

	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// FilesOf explains why a person sees a file that came through an upload link: the portal lists what was sent through links
// mailed to their own address.
type FilesOf struct {
	TabsOf
	Links interface {
		Files(ctx context.Context, firm int32, q linkapp.FileQuery) ([]linkapp.FileRow, string, error)
		LinkOf(ctx context.Context, firm int32, file uuid.UUID) (uuid.UUID, error)
	}
}

// mostFiles is how many files of a client are offered to ask about.
const mostFiles = 10

// Objects are the newest files of the person's clients.
func (x FilesOf) Objects(ctx context.Context, firm int32, person uuid.UUID) (all []Choice, err error) {
	clients, err := x.People.ClientsOf(ctx, firm, person)
	if err != nil {
		return nil, err
	}
	for _, m := range clients {
		rows, _, err := x.Links.Files(ctx, firm, linkapp.FileQuery{Client: m.Client, Limit: mostFiles})
		if err != nil {
			return nil, err
		}
		for _, f := range rows {
			all = append(all, Choice{Object{"file", f.ID.String()}, "File: " + f.Name + " (" + m.ClientName + ")"})
		}
	}
	return all, nil
}

// sent is what a link's history says of one of its files.
type sent struct {
	client    uuid.UUID
	recipient uuid.UUID
	batch     uuid.UUID
	email     map[uuid.UUID]string // by recipient
	addressed map[uuid.UUID]int    // the version that says so
	received  int
	released  int
	givenUp   int // by the practice, because its sender asked for it
}

func (s *sent) learn(e event.Event, version int, file uuid.UUID) {
	switch e := e.(type) {
	case uploadlink.Issued:
		s.client = e.Client
		for _, r := range e.Recipients {
			s.email[r.ID], s.addressed[r.ID] = r.Email.Text, version
		}
	case uploadlink.AddressCorrected:
		s.email[e.Recipient], s.addressed[e.Recipient] = e.Email.Text, version
	case uploadlink.FileReceived:
		if e.File == file {
			s.recipient, s.batch, s.received = e.Recipient, e.Batch, version
			if e.Delivered {
				s.released = version
			}
		}
	case uploadlink.BatchReleased:
		if e.Batch == s.batch && s.received > 0 {
			s.released = version
		}
	case uploadlink.WithdrawalAccepted:
		if e.File == file {
			s.givenUp = version
		}
	}
}

// Explain asks whether the person sees the tab Files, then what became of the file, then whether it came through a link of
// theirs. A file that the practice doesn't have yet is ErrUnknown: nothing is told of it (S1.i1).
func (x FilesOf) Explain(ctx context.Context, q Question) (Answer, error) {
	file, err := uuid.Parse(q.Object.Name)
	if err != nil {
		return Answer{}, ErrUnknown
	}
	link, err := x.Links.LinkOf(ctx, q.Firm, file) // one that the asker may see
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.NotFound {
		return Answer{}, ErrUnknown
	}
	if err != nil {
		return Answer{}, err
	}
	s := sent{email: map[uuid.UUID]string{}, addressed: map[uuid.UUID]int{}}
	for r, err := range x.Events.Load(ctx, q.Firm, uploadlink.Stream(link), 0) {
		if err != nil {
			return Answer{}, err
		}
		s.learn(r.Event, r.Version, file)
	}
	tab := q
	tab.Object, tab.Client = Object{"tab", "files"}, s.client
	clients, err := x.People.ClientsOf(ctx, q.Firm, q.Person)
	if err != nil {
		return Answer{}, err
	}
	if s.client == uuid.Nil && len(clients) > 0 {
		return x.elsewhere(ctx, q, s, link)
	}
	a, err := x.TabsOf.Explain(ctx, tab)
	if errors.Is(err, ErrUnknown) {
		return x.elsewhere(ctx, q, s, link)
	}
	if err != nil || !a.Sees {
		return a, err
	}
	return x.sent(ctx, q, s, link)
}

// elsewhere tells that the file is among nobody's papers whose portal the person has.
func (x FilesOf) elsewhere(ctx context.Context, q Question, s sent, link uuid.UUID) (Answer, error) {
	because, err := fact(ctx, x.History, q.Firm, uploadlink.Stream(link), s.received)
	return Answer{Rule: "S3.18", Text: "The file was sent for another client, or for none, and this person has nothing to do with that.", Because: because}, err
}

func (x FilesOf) sent(ctx context.Context, q Question, s sent, link uuid.UUID) (a Answer, err error) {
	person, err := x.People.Contact(ctx, q.Firm, q.Person)
	if err != nil {
		return a, err
	}
	decides := s.addressed[s.recipient]
	switch {
	case s.givenUp > 0:
		a, decides = Answer{Rule: "U5", Text: "The practice has given the file up, because its sender asked for it."}, s.givenUp
	case !strings.EqualFold(s.email[s.recipient], person.Email):
		a = Answer{Rule: "S3.18", Text: "The file came through a link that was mailed to another address than " + person.Name() + "’s, so it isn’t listed as theirs."}
	default:
		a, decides = Answer{Sees: true, Rule: "S3.18", Text: person.Name() + " sees the file among those they have sent: it came through a link mailed to their address."}, max(s.released, s.received)
	}
	a.Because, err = fact(ctx, x.History, q.Firm, uploadlink.Stream(link), decides)
	return a, err
}
