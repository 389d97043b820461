package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/app/deadline"
	"portico/domain/event"
)

// ErrNoStream says that a stream has no events, or none at that moment yet.
var ErrNoStream = errors.New("this stream has no events there")

// Moment chooses how much of a stream is folded: through a version, or what had happened at a time. Zero: everything.
type Moment struct {
	Version int
	At      time.Time
}

// Replayed is a stream as it was at a moment.
type Replayed struct {
	Stream  event.Stream
	Firm    int32
	Version int       // the last event that is folded
	Of      int       // the stream's version today
	At      time.Time // the moment: as asked, or when Version happened
	Events  []event.Recorded
	Tables  []ReplayedTable
	Pending []event.Event // what time alone had caused by then, and no alarm had recorded yet (rule U6)
	Wake    time.Time     // when time alone changes it next; zero: never
}

// ReplayedTable is what the stream comes to in one table of a read model. Values are as the model writes them.
type ReplayedTable struct {
	Model, Name string
	Columns     []string
	Rows        []Row
}

// Replay folds a stream as far as a moment, by the same folds that keep the read models. The aggregate folds the same
// events and says what time alone had done to it. Personal text reads "(sealed)" without unseal.
func (h History) Replay(ctx context.Context, models []Model, stream event.Stream, m Moment, unseal bool) (Replayed, error) {
	entries, err := h.Find(ctx, Search{Stream: stream})
	if err != nil {
		return Replayed{}, err
	}
	r := Replayed{Stream: stream, Of: len(entries)}
	for _, e := range entries {
		if m.Version > 0 && e.Version > m.Version || !m.At.IsZero() && e.At.After(m.At) {
			break
		}
		rec, err := h.Record(ctx, e, unseal)
		if err != nil {
			return Replayed{}, fmt.Errorf("replay %s: %w", stream, err)
		}
		r.Events = append(r.Events, rec)
	}
	if len(r.Events) == 0 || m.Version > len(r.Events) {
		return Replayed{}, fmt.Errorf("replay %s: %w", stream, ErrNoStream)
	}
	last := r.Events[len(r.Events)-1]
	r.Version, r.Firm, r.At = last.Version, last.Firm, last.At
	if !m.At.IsZero() {
		r.At = m.At
	}
	// Events of one append happened at once: between them there was no moment at which time could have done anything.
	if within := r.Version < r.Of && entries[r.Version].At.Equal(last.At) && m.At.IsZero(); !within {
		if err := r.elapse(); err != nil {
			return Replayed{}, fmt.Errorf("replay %s: %w", stream, err)
		}
	}
	for _, model := range models {
		if err := r.fold(model); err != nil {
			return Replayed{}, fmt.Errorf("replay %s: %s: %w", stream, model.Name, err)
		}
	}
	return r, nil
}

// elapse asks the aggregate what time alone has done, where its kind has deadlines.
func (r *Replayed) elapse() (err error) {
	decide := deadline.Deciders()[r.Stream.Kind]
	if decide == nil {
		return nil
	}
	events := make([]event.Event, len(r.Events))
	for i, rec := range r.Events {
		events[i] = rec.Event
	}
	r.Pending, r.Wake, err = decide(events, r.At.Truncate(time.Millisecond))
	return err
}

func (r *Replayed) fold(m Model) error {
	if !slices.Contains(m.Kinds, r.Stream.Kind) {
		return nil
	}
	view := m.New(r.Stream, r.Firm)
	for _, rec := range r.Events {
		if err := view.Apply(rec); err != nil {
			return fmt.Errorf("version %d: %w", rec.Version, err)
		}
	}
	for i, rows := range view.Rows() {
		t := m.Tables[i]
		r.Tables = append(r.Tables, ReplayedTable{Model: m.Name, Name: t.Name, Columns: t.columnNames(), Rows: rows})
	}
	return nil
}
