// Package form is what people ask of the practice's questionnaires, and what pages show of them.
package form

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// Commands are what the practice asks of questionnaires. Each method is one command on one of them; it returns the rule's
// fault when refused (see the decision of the same name in portico/domain/form), or an error of es.Execute.
type Commands struct {
	Events es.Store
	Fresh  func() uuid.UUID // a new id; nil: a UUIDv7
}

func (c Commands) on(ctx context.Context, by es.By, id uuid.UUID, decide func(form.Form, time.Time) ([]form.Event, error)) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, form.Stream(id), decide)
}

func (c Commands) fresh() uuid.UUID {
	if c.Fresh != nil {
		return c.Fresh()
	}
	return uuid.Must(uuid.NewV7())
}

// Create begins a questionnaire.
type Create struct {
	By           es.By
	Form         uuid.UUID
	Title, Intro string
}

// Create begins a questionnaire.
func (c Commands) Create(ctx context.Context, cmd Create) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		return f.Create(cmd.Title, cmd.Intro, now)
	})
}

// Copy begins a questionnaire as another one.
type Copy struct {
	By    es.By
	Form  uuid.UUID // the new one
	From  uuid.UUID
	Title string
}

// Copy begins a questionnaire as another one's draft.
func (c Commands) Copy(ctx context.Context, cmd Copy) (es.Result, error) {
	from, version, _, err := es.State[form.Form, form.Event](ctx, c.Events, cmd.By.Firm, form.Stream(cmd.From))
	switch {
	case err != nil:
		return es.Result{}, err
	case version == 0:
		return es.Result{}, form.ErrNotFound
	}
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		return f.Copy(cmd.From, from.Draft(), cmd.Title, c.fresh, now)
	})
}

// Retitle states anew what a questionnaire is called.
type Retitle struct {
	By           es.By
	Form         uuid.UUID
	Title, Intro string
}

// Retitle states anew what a questionnaire is called.
func (c Commands) Retitle(ctx context.Context, cmd Retitle) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		return f.Retitle(cmd.Title, cmd.Intro, now)
	})
}

// PutSection adds, changes or moves a section.
type PutSection struct {
	By      es.By
	Form    uuid.UUID
	Section questionnaire.Section
	After   uuid.UUID // zero: at the top
	Last    bool      // instead: where it is new, below all others; otherwise where it stands
}

// PutSection adds, changes or moves a section.
func (c Commands) PutSection(ctx context.Context, cmd PutSection) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		after := cmd.After
		if cmd.Last {
			after = sectionAbove(f.Draft(), cmd.Section.ID)
		}
		return f.PutSection(cmd.Section, after, now)
	})
}

// sectionAbove is the section above one, or above where a new one comes.
func sectionAbove(q questionnaire.Questionnaire, section uuid.UUID) (above uuid.UUID) {
	for _, s := range q.Sections {
		if s.ID == section {
			break
		}
		above = s.ID
	}
	return above
}

// fieldAbove is the field of its own kind above one, or above where a new one comes: a group for its first column.
func fieldAbove(s questionnaire.Section, f questionnaire.Field) uuid.UUID {
	above := f.Group
	for _, other := range s.Fields {
		if other.ID == f.ID {
			break
		}
		if other.Group == f.Group {
			above = other.ID
		}
	}
	return above
}

// PutField adds, changes or moves a field.
type PutField struct {
	By      es.By
	Form    uuid.UUID
	Section uuid.UUID
	Field   questionnaire.Field
	After   uuid.UUID // zero: at the section's top
	Last    bool      // instead: where it is new, below all others, a column below those of its group; otherwise where it stands
}

// PutField adds, changes or moves a field.
func (c Commands) PutField(ctx context.Context, cmd PutField) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		after := cmd.After
		if s, ok := f.Draft().Section(cmd.Section); ok && cmd.Last {
			after = fieldAbove(s, cmd.Field)
		}
		return f.PutField(cmd.Section, after, cmd.Field, now)
	})
}

// Part names a section or a field of a questionnaire.
type Part struct {
	By   es.By
	Form uuid.UUID
	ID   uuid.UUID
}

// RemoveSection takes a section away with its fields.
func (c Commands) RemoveSection(ctx context.Context, cmd Part) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) { return f.RemoveSection(cmd.ID, now) })
}

// RemoveField takes a field away, a group with its columns.
func (c Commands) RemoveField(ctx context.Context, cmd Part) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) { return f.RemoveField(cmd.ID, now) })
}

// MoveField puts a field one place up or down among its own; at the edge of its section, nothing changes.
func (c Commands) MoveField(ctx context.Context, cmd Part, up bool) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		s, x, ok := f.Draft().Field(cmd.ID)
		if !ok {
			return nil, form.ErrGone
		}
		var beside []uuid.UUID
		for _, other := range s.Fields {
			if other.Group == x.Group {
				beside = append(beside, other.ID)
			}
		}
		after, moves := moved(beside, x.ID, up)
		if !moves {
			return nil, nil
		}
		if after == uuid.Nil {
			after = x.Group
		}
		return f.PutField(s.ID, after, x, now)
	})
}

// MoveSection puts a section one place up or down; at the edge, nothing changes.
func (c Commands) MoveSection(ctx context.Context, cmd Part, up bool) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) {
		s, ok := f.Draft().Section(cmd.ID)
		if !ok {
			return nil, form.ErrGone
		}
		var beside []uuid.UUID
		for _, other := range f.Draft().Sections {
			beside = append(beside, other.ID)
		}
		after, moves := moved(beside, s.ID, up)
		if !moves {
			return nil, nil
		}
		return f.PutSection(s, after, now)
	})
}

// moved is below which of them one comes to stand that goes one place up or down; zero: at the top.
func moved(beside []uuid.UUID, one uuid.UUID, up bool) (after uuid.UUID, moves bool) {
	for i, id := range beside {
		switch {
		case id != one:
		case up && i >= 2:
			return beside[i-2], true
		case up:
			return uuid.Nil, i == 1
		case i+1 < len(beside):
			return beside[i+1], true
		}
	}
	return uuid.Nil, false
}

// One names a questionnaire for a command that needs nothing more.
type One struct {
	By   es.By
	Form uuid.UUID
}

// Publish makes the draft the next version.
func (c Commands) Publish(ctx context.Context, cmd One) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) { return f.Publish(now) })
}

// Archive says that nobody is to be asked with it any more.
func (c Commands) Archive(ctx context.Context, cmd One) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) { return f.Archive(now) })
}

// Restore takes that back.
func (c Commands) Restore(ctx context.Context, cmd One) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Form, func(f form.Form, now time.Time) ([]form.Event, error) { return f.Restore(now) })
}

// Version is one that was published; 0: the newest one that clients may be asked with. It refuses with ErrNotFound,
// ErrVersion, and for 0 with ErrArchived.
func (c Commands) Version(ctx context.Context, firm int32, id uuid.UUID, version int) (q questionnaire.Questionnaire, n int, err error) {
	err = es.Look(ctx, c.Events, firm, form.Stream(id), func(f form.Form, length int, _ time.Time) error {
		n = version
		if length == 0 {
			return form.ErrNotFound
		}
		if n == 0 {
			if n, err = f.Asks(0); err != nil {
				return err
			}
		}
		found, ok := f.Version(n)
		if !ok {
			return form.ErrVersion
		}
		q = found.Clone()
		return nil
	})
	return q, n, err
}
