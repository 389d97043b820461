package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// WithdrawalRequest tells the sender of a link that somebody asks for files back that the practice has (U5).
type WithdrawalRequest struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Practice Person
	From     Person // who asks
	Pleas    []Plea // oldest first, at least one
	URL      string // where they are answered: the file's page, or the link's for several
}

// Plea is one file that is asked back.
type Plea struct {
	File   File
	Reason string // in their words, may be empty
	URL    string // of the file's page, where it is answered
}

// WithdrawalAnswer tells the person who asked for a file back what the practice has decided (U5).
type WithdrawalAnswer struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Sender   Person // of the practice's staff, who sent the link
	ReplyTo  Person // where answers go; zero: to Sender
	Practice Person
	File     File
	Accepted bool   // the file is destroyed
	Reason   string // why not
}

// sendPleas tells the link's sender of what is asked back, in one mail for each person who asks (rule 7). Where one of
// them can't be sent they all come again, under the same ids.
func (s Sender) sendPleas(ctx context.Context, e es.Effect) (o Outcome, err error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	who, open := l.open(e.Args)
	if len(who) == 0 {
		return withdrawn("there is no such request without an answer")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	var ids es.Handed
	for _, id := range who {
		m := WithdrawalRequest{
			ID: fmt.Sprintf("withdrawal-request.%s.%s.%d", e.Stream.ID, id, e.Args.Since.Unix()),
			At: now, To: sender, Practice: practice, URL: s.BaseURL + "/upload-links/" + e.Stream.ID.String(),
		}
		if e.Args.Version != 0 {
			m.ID = fmt.Sprintf("withdrawal-request.%s.%d", e.Stream.ID, e.Args.Version)
		}
		if r := l.recipients[id]; r != nil {
			m.From = r.person
		}
		for _, p := range open[id] {
			m.Pleas = append(m.Pleas, Plea{File: l.files[p.file].File, Reason: p.reason, URL: s.BaseURL + "/files/" + p.file.String()})
		}
		if len(m.Pleas) == 1 {
			m.URL = m.Pleas[0].URL
		}
		o, err = s.Mailer.WithdrawalRequest(ctx, m)
		ids = append(ids, o.IDs...)
		if o.IDs = ids; err != nil || o.Status != HandedOver {
			return o, err
		}
	}
	return o, nil
}

// open are the requests that a mail is about and that have no answer, by who asks: those since a time, or the one that an
// older effect names by its version. who are the keys, in the order of their first requests.
func (l letters) open(about es.EffectArgs) (who []uuid.UUID, open map[uuid.UUID][]plea) {
	open = map[uuid.UUID][]plea{}
	for _, p := range l.pleas {
		f := l.files[p.file]
		switch {
		case f == nil, p.answered != 0:
		case about.Version != 0 && p.asked != about.Version, about.Version == 0 && p.at.Before(about.Since):
		default:
			if len(open[f.recipient]) == 0 {
				who = append(who, f.recipient)
			}
			open[f.recipient] = append(open[f.recipient], p)
		}
	}
	return who, open
}

// sendAnswer tells the person who asked of one answer (rule 7).
func (s Sender) sendAnswer(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	p, file, to := l.plea(func(p plea) bool { return p.answered == e.Args.Version })
	switch {
	case file == nil:
		return withdrawn("there is no such answer")
	case to.Email == "":
		return withdrawn("the recipient was erased")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	sender, practice, reply, err := s.signed(ctx, e.Firm, sender, practice)
	if err != nil {
		return Outcome{}, err
	}
	return s.Mailer.WithdrawalAnswer(ctx, WithdrawalAnswer{
		ID: fmt.Sprintf("withdrawal-answer.%s.%d", e.Stream.ID, p.answered),
		At: now, To: to, Sender: sender, ReplyTo: reply, Practice: practice, File: file.File, Accepted: p.accepted, Reason: p.answer,
	})
}

// plea finds a request with its file and who asked; file is nil where there is none.
func (l letters) plea(is func(plea) bool) (p plea, file *arrival, who Person) {
	for _, p = range l.pleas {
		if !is(p) {
			continue
		}
		if file = l.files[p.file]; file != nil {
			if r := l.recipients[file.recipient]; r != nil {
				who = r.person
			}
		}
		return p, file, who
	}
	return plea{}, nil, Person{}
}
