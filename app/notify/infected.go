package notify

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// Infected tells that a virus was found in a file, which therefore was not delivered, or that a file is held because it
// could not be scanned (U8).
type Infected struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	ReplyTo  Person // where answers go; zero: to Practice
	Practice Person
	From     Person // who uploaded it
	FileID   uuid.UUID
	File     File
	Finding  string // as the scanner names it; of a held one why it could not be scanned
}

// sendInfected tells the practice's own address, or who sent the file, of one that a scan has stopped (rule 5).
func (s Sender) sendInfected(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	f := l.files[e.Args.File]
	switch {
	case f == nil, f.deleted, e.Kind == HeldMail && !f.held:
		return withdrawn("there is no such file any more, or it isn't held")
	case e.Kind != HeldMail && !f.infected:
		return withdrawn("there is no virus in the file")
	}
	practice, err := s.Practice(ctx, e.Firm)
	if err != nil {
		return Outcome{}, fmt.Errorf("find the practice: %w", err)
	}
	m := Infected{
		ID: "infected." + e.Args.File.String(), At: now, To: practice, Practice: practice, FileID: e.Args.File, File: f.File, Finding: f.finding,
	}
	if r := l.recipients[f.recipient]; r != nil {
		m.From = r.person
	}
	switch e.Kind {
	case InfectedMail:
		return s.Mailer.Infected(ctx, m)
	case HeldMail:
		m.ID = "held." + e.Args.File.String()
		return s.Mailer.Held(ctx, m)
	}
	m.ID = "not-sent." + e.Args.File.String()
	if m.To = m.From; m.To.Email == "" {
		return withdrawn("the recipient was erased")
	}
	if _, m.Practice, m.ReplyTo, err = s.signed(ctx, e.Firm, practice, practice); err != nil {
		return Outcome{}, err
	}
	return s.Mailer.NotSent(ctx, m)
}
