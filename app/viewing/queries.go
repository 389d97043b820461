package viewing

import (
	"context"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/viewing"

	"github.com/google/uuid"
)

// See is the view of a session of somebody of the practice at this moment, from the history itself: every page asks. It
// refuses with viewing.ErrNone.
func (c Commands) See(ctx context.Context, firm int32, contact, staff, session uuid.UUID) (view viewing.View, err error) {
	err = es.Look(ctx, c.Events, firm, viewing.Stream(contact), func(v viewing.Viewing, _ int, now time.Time) (err error) {
		view, err = v.See(staff, session, now)
		return err
	})
	return view, err
}

// Row is one view, past or present.
type Row struct {
	ID      uuid.UUID
	Staff   uuid.UUID
	Client  uuid.UUID
	Purpose string // empty where it was erased
	At      time.Time
	Until   time.Time // when it ended, or will at the latest
	Acted   bool      // acting on the contact's behalf was switched on
}

// Views are those of a contact's portal, the newest first. They are read from the history itself, which is short.
func (c Commands) Views(ctx context.Context, firm int32, contact uuid.UUID) (rows []Row, err error) {
	of := func(view uuid.UUID) *Row {
		return &rows[slices.IndexFunc(rows, func(r Row) bool { return r.ID == view })]
	}
	for r, err := range c.Events.Load(ctx, firm, viewing.Stream(contact), 0) {
		if err != nil {
			return nil, err
		}
		e, ok := r.Event.(viewing.Event)
		if !ok {
			return nil, &es.ForeignEventError{Stream: r.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		switch e := e.(type) {
		case viewing.Began:
			rows = append(rows, Row{ID: e.View, Staff: e.Staff, Client: e.Client, Purpose: e.Purpose.Text, At: e.At, Until: e.Until})
		case viewing.Ended:
			of(e.View).Until = e.At
		case viewing.ActingBegan:
			of(e.View).Acted = true
		case viewing.ActingEnded:
		}
	}
	slices.Reverse(rows)
	return rows, nil
}
