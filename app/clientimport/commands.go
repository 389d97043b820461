// Package clientimport makes clients and people of a list that the practice has kept elsewhere.
//
//  1. Nothing is written until somebody has seen what each row leads to and confirmed it.
//  2. Preview and import decide by the same rules, those of clients and people. What is refused in one row stops no other.
//  3. An import that was interrupted goes on where it was, in whatever process; the same file a second time changes
//     nothing. Both follow from how rows find their clients (Plan).
//  4. One process at a time takes the rows of an import.
//  5. What was read of a file is kept until a day after the upload, or thirty days where it was confirmed.
package clientimport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"time"
	"unicode"

	"portico/app/es"
	"portico/domain/clientimport"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxBytes is the largest file that is taken.
const MaxBytes = 20 << 20

// How long what was read of a file is kept (rule 5).
const (
	KeepDraft = 24 * time.Hour
	KeepRows  = 30 * 24 * time.Hour
)

// ErrUnknown says that there is no such import, or no longer.
var ErrUnknown = fault.New(fault.NotFound, "clientimport.unknown", "This import is unknown, or what was read of its file has been deleted. Choose the file again.")

// ErrUnderWay says that the mapping of an import that was confirmed can't be changed.
var ErrUnderWay = fault.New(fault.Conflict, "clientimport.under_way", "This import was started already, with the columns as they were then.")

// Draft is one file as it was read.
type Draft struct {
	ID        uuid.UUID
	Staff     uuid.UUID // who chose it, then who confirmed it
	File      string
	SHA256    string // hex
	Header    []string
	Mapping   Mapping
	Rows      int
	CreatedAt time.Time
}

// Taken is one row and what became of it; an empty outcome is a row that waits.
type Taken struct {
	Cells
	Outcome Outcome
	Note    string
	Client  uuid.UUID
}

// Rows keeps what was read of files. Implementation: adapters/postgres.
type Rows interface {
	// Save keeps a file's rows; an import that is there already stays as it is.
	Save(ctx context.Context, firm int32, d Draft, rows []Cells) error
	// Draft is one import. ErrUnknown.
	Draft(ctx context.Context, firm int32, id uuid.UUID) (Draft, error)
	// Drafts are the newest imports of a practice.
	Drafts(ctx context.Context, firm int32, limit int) ([]Draft, error)
	// SetMapping replaces the mapping. ErrUnknown.
	SetMapping(ctx context.Context, firm int32, id uuid.UUID, m Mapping) error
	// SetStaff says in whose name rows are taken. ErrUnknown.
	SetStaff(ctx context.Context, firm int32, id, staff uuid.UUID) error
	// Taken are all rows in their order.
	Taken(ctx context.Context, firm int32, id uuid.UUID) ([]Taken, error)
	// Note says what became of rows.
	Note(ctx context.Context, firm int32, id uuid.UUID, steps []Step) error
	// Count is how many rows have each outcome; those that wait are under "".
	Count(ctx context.Context, firm int32, id uuid.UUID) (map[Outcome]int, error)
	// Hold runs do while no other process holds the same import; ok is false where one does (rule 4).
	Hold(ctx context.Context, id uuid.UUID, do func(ctx context.Context) error) (ok bool, err error)
}

// Commands are what practitioners ask of imports.
type Commands struct {
	Events es.Store
	Rows   Rows
	Read   func(content []byte) (Table, error) // adapters/sheet
	Write  func(w io.Writer, kind string, header []string, rows iter.Seq2[[]string, error]) error
	Known  func(ctx context.Context, firm int32) (Known, error)
}

// Upload reads a file and keeps its rows. ID is chosen by the caller (UUIDv7), so that a form sent twice is one import.
type Upload struct {
	By      es.By
	ID      uuid.UUID
	File    string // its name
	Content []byte
}

// Upload refuses as Read does.
func (c Commands) Upload(ctx context.Context, cmd Upload) (Draft, error) {
	t, err := c.Read(cmd.Content)
	if err != nil {
		return Draft{}, err
	}
	sum := sha256.Sum256(cmd.Content)
	d := Draft{
		ID: cmd.ID, Staff: cmd.By.Actor.ID, File: shown(cmd.File), SHA256: hex.EncodeToString(sum[:]),
		Header: t.Header, Mapping: Guess(t.Header), Rows: len(t.Rows),
	}
	if err := c.Rows.Save(ctx, cmd.By.Firm, d, t.Rows); err != nil {
		return Draft{}, fmt.Errorf("keep the rows of a file: %w", err)
	}
	return d, nil
}

// shown is a file's name on one line, without characters that nobody sees.
func shown(name string) string {
	var out []rune
	for _, r := range name {
		if !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) && len(out) < 200 {
			out = append(out, r)
		}
	}
	return string(out)
}

// Map says what the columns of an import hold. It refuses with ErrUnknown, ErrUnderWay, and as Mapping.Check does.
func (c Commands) Map(ctx context.Context, firm int32, id uuid.UUID, m Mapping) error {
	if err := m.Check(); err != nil {
		return err
	}
	state, err := c.State(ctx, firm, id)
	if err != nil {
		return err
	}
	if state != clientimport.Draft {
		return ErrUnderWay
	}
	return c.Rows.SetMapping(ctx, firm, id, m)
}

// State is how far an import is; a file that nobody has confirmed, or that is unknown, is a draft.
func (c Commands) State(ctx context.Context, firm int32, id uuid.UUID) (state clientimport.State, err error) {
	err = es.Look(ctx, c.Events, firm, clientimport.Stream(id), func(i clientimport.Import, _ int, _ time.Time) error {
		state = i.State()
		return nil
	})
	return state, err
}

// Preview is what an import would do.
type Preview struct {
	Draft Draft
	Steps []Step
	Count map[Outcome]int
	// NewPeople is how many people would be added to those that the practice knows.
	NewPeople int
}

// Preview decides all rows and writes nothing (rule 1). It refuses with ErrUnknown, and as Mapping.Check does.
func (c Commands) Preview(ctx context.Context, firm int32, id uuid.UUID) (Preview, error) {
	d, steps, err := c.plan(ctx, firm, id)
	if err != nil {
		return Preview{Draft: d}, err
	}
	p := Preview{Draft: d, Steps: steps, Count: map[Outcome]int{}}
	seen := map[uuid.UUID]bool{}
	for _, s := range steps {
		p.Count[s.Outcome]++
		if s.New && s.Outcome != Refused && !seen[s.Person] {
			seen[s.Person] = true
			p.NewPeople++
		}
	}
	return p, nil
}

func (c Commands) plan(ctx context.Context, firm int32, id uuid.UUID) (Draft, []Step, error) {
	d, err := c.Rows.Draft(ctx, firm, id)
	if err != nil {
		return Draft{}, nil, err
	}
	if err := d.Mapping.Check(); err != nil {
		return d, nil, err
	}
	taken, err := c.Rows.Taken(ctx, firm, id)
	if err != nil {
		return d, nil, fmt.Errorf("read the rows of a file: %w", err)
	}
	known, err := c.Known(ctx, firm)
	if err != nil {
		return d, nil, fmt.Errorf("read whom the practice knows: %w", err)
	}
	now, err := c.Events.Now(ctx)
	if err != nil {
		return d, nil, err
	}
	rows := make([]Cells, len(taken))
	for i, t := range taken {
		rows[i] = t.Cells
	}
	steps := Plan(id, rows, d.Mapping, known, now.Truncate(time.Millisecond))
	for i, t := range taken {
		if t.Outcome != "" { // it was taken already
			steps[i].Outcome, steps[i].Note, steps[i].line.done = t.Outcome, t.Note, true
		}
	}
	return d, steps, nil
}

// Confirm lets the rows be taken, in the name of who confirms. It refuses with ErrUnknown, and as Mapping.Check does.
func (c Commands) Confirm(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	d, err := c.Rows.Draft(ctx, by.Firm, id)
	if err != nil {
		return es.Result{}, err
	}
	if err := d.Mapping.Check(); err != nil {
		return es.Result{}, err
	}
	if err := c.Rows.SetStaff(ctx, by.Firm, id, by.Actor.ID); err != nil {
		return es.Result{}, err
	}
	return es.Execute(ctx, c.Events, by, clientimport.Stream(id), func(i clientimport.Import, now time.Time) ([]clientimport.Event, error) {
		return i.Confirm(id, d.File, d.SHA256, d.Rows, now)
	})
}

// Stop lets no further row be taken. It refuses with ErrUnknown, and with clientimport.ErrNotConfirmed, ErrEnded of the
// domain.
func (c Commands) Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	if _, err := c.Rows.Draft(ctx, by.Firm, id); err != nil {
		return es.Result{}, err
	}
	return es.Execute(ctx, c.Events, by, clientimport.Stream(id), func(i clientimport.Import, now time.Time) ([]clientimport.Event, error) {
		return i.Stop(now)
	})
}

// Recent are the newest imports that are still kept.
func (c Commands) Recent(ctx context.Context, firm int32) ([]Draft, error) {
	return c.Rows.Drafts(ctx, firm, 10)
}

// Sample are the first rows of a file.
func (c Commands) Sample(ctx context.Context, firm int32, id uuid.UUID, rows int) ([]Cells, error) {
	taken, err := c.Rows.Taken(ctx, firm, id)
	if err != nil {
		return nil, fmt.Errorf("read the rows of a file: %w", err)
	}
	out := make([]Cells, min(rows, len(taken)))
	for i := range out {
		out[i] = taken[i].Cells
	}
	return out, nil
}
