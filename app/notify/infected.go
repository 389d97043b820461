package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"
)

// Infected tells that a virus was found in a file, which therefore was not delivered (U8).
type Infected struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Practice Person
	From     Person // who uploaded it
	File     File
	Finding  string // as the scanner names it
}

// sendInfected tells the practice's own address, or who sent the file (rule 5).
func (s Sender) sendInfected(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	f := l.files[e.Args.File]
	if f == nil || !f.infected {
		return withdrawn("there is no such file, or no virus in it")
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m := Infected{
		ID: "infected." + e.Args.File.String(), At: now, To: practice, Practice: practice, File: f.File, Finding: f.finding,
	}
	if r := l.recipients[f.recipient]; r != nil {
		m.From = r.person
	}
	if e.Kind == InfectedMail {
		return s.Mailer.Infected(ctx, m)
	}
	m.ID = "not-sent." + e.Args.File.String()
	if m.To = m.From; m.To.Email == "" {
		return withdrawn("the recipient was erased")
	}
	return s.Mailer.NotSent(ctx, m)
}
