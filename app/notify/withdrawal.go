package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"
)

// WithdrawalRequest tells the sender of a link that somebody asks for a file back that the practice has (U5).
type WithdrawalRequest struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Practice Person
	From     Person // who asks
	File     File
	Reason   string // in their words, may be empty
	URL      string // of the file's page, where it is answered
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

// sendPlea tells the link's sender of one request (rule 5).
func (s Sender) sendPlea(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	p, file, from := l.plea(func(p plea) bool { return p.asked == e.Args.Version })
	switch {
	case file == nil:
		return withdrawn("there is no such request")
	case p.answered != 0:
		return withdrawn("the request has been answered")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	return s.Mailer.WithdrawalRequest(ctx, WithdrawalRequest{
		ID: fmt.Sprintf("withdrawal-request.%s.%d", e.Stream.ID, p.asked),
		At: now, To: sender, Practice: practice, From: from, File: file.File, Reason: p.reason, URL: s.BaseURL + "/files/" + p.file.String(),
	})
}

// sendAnswer tells the person who asked of one answer (rule 5).
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
