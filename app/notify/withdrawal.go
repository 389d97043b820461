package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"
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
	Sender   Person // of the practice's staff, who sent the link; answers go there
	Practice Person
	File     File
	Accepted bool   // the file is destroyed
	Reason   string // why not
}

// sendPleas tells the link's sender of what somebody asks back (rule 7).
func (s Sender) sendPleas(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	open, from := l.open(e.Args)
	if len(open) == 0 {
		return withdrawn("there is no such request without an answer")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	m := WithdrawalRequest{At: now, To: sender, Practice: practice, From: from, URL: s.BaseURL + "/upload-links/" + e.Stream.ID.String()}
	for _, p := range open {
		m.Pleas = append(m.Pleas, Plea{File: l.files[p.file].File, Reason: p.reason, URL: s.BaseURL + "/files/" + p.file.String()})
	}
	if len(m.Pleas) == 1 {
		m.URL = m.Pleas[0].URL
	}
	m.ID = fmt.Sprintf("withdrawal-request.%s.%s.%d", e.Stream.ID, e.Args.Recipient, e.Args.Since.Unix())
	if e.Args.Version != 0 {
		m.ID = fmt.Sprintf("withdrawal-request.%s.%d", e.Stream.ID, e.Args.Version)
	}
	return s.Mailer.WithdrawalRequest(ctx, m)
}

// open are the requests that a mail is about and that have no answer: those of one recipient since a time, or the one
// that an older effect names by its version.
func (l letters) open(about es.EffectArgs) (open []plea, from Person) {
	for _, p := range l.pleas {
		f := l.files[p.file]
		if f == nil || p.answered != 0 {
			continue
		}
		if about.Version != 0 && p.asked != about.Version {
			continue
		}
		if about.Version == 0 && (f.recipient != about.Recipient || p.at.Before(about.Since)) {
			continue
		}
		if r := l.recipients[f.recipient]; r != nil {
			from = r.person
		}
		open = append(open, p)
	}
	return open, from
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
	return s.Mailer.WithdrawalAnswer(ctx, WithdrawalAnswer{
		ID: fmt.Sprintf("withdrawal-answer.%s.%d", e.Stream.ID, p.answered),
		At: now, To: to, Sender: sender, Practice: practice, File: file.File, Accepted: p.accepted, Reason: p.answer,
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
