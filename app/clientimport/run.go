package clientimport

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"portico/app/es"
	"portico/domain/client"
	"portico/domain/clientimport"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Kind is the effect that a confirmed import asks for.
const Kind = "import.clients"

// Effects are what an event of an import asks for.
func Effects(r event.Recorded) []es.Effect {
	switch r.Event.(type) {
	case clientimport.Confirmed:
		return []es.Effect{{Kind: Kind, Key: fmt.Sprintf("%s/%s", Kind, r.Stream.ID), Firm: r.Firm, Stream: r.Stream}}
	}
	return nil
}

// atOnce is how many clients are written side by side: enough for their commits to share flushes.
const atOnce = 8

// ErrBusy says that another process takes the rows of an import (rule 4).
var ErrBusy = errors.New("another process takes the rows of this import")

// Perform takes the rows that wait (rule 3). An error asks for another try.
func (c Commands) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	return nil, c.Run(ctx, e.Firm, e.Stream.ID)
}

// GaveUp says nothing: rows that wait can be taken by Run at any time.
func (c Commands) GaveUp(context.Context, es.Effect, int) error { return nil }

// Run takes the rows of a confirmed import that wait, until there is none left or somebody stops it.
func (c Commands) Run(ctx context.Context, firm int32, id uuid.UUID) error {
	ok, err := c.Rows.Hold(ctx, id, func(ctx context.Context) error { return c.run(ctx, firm, id) })
	if err == nil && !ok {
		return ErrBusy
	}
	return err
}

func (c Commands) run(ctx context.Context, firm int32, id uuid.UUID) error {
	state, err := c.State(ctx, firm, id)
	switch {
	case err != nil:
		return err
	case state == clientimport.Done, state == clientimport.Halted:
		return nil
	case state == clientimport.Draft:
		return clientimport.ErrNotConfirmed
	}
	d, steps, err := c.plan(ctx, firm, id)
	if errors.Is(err, ErrUnknown) {
		return fmt.Errorf("%w: what was read of the file is gone", es.ErrWithdrawn)
	}
	if err != nil {
		return err
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.Staff, ID: d.Staff}, Causation: id}
	if d.Staff == uuid.Nil {
		by.Actor = event.Actor{Kind: event.Operator}
	}
	if err := c.take(ctx, by, id, steps); err != nil {
		return err
	}
	count, err := c.Rows.Count(ctx, firm, id)
	if err != nil {
		return err
	}
	by.Actor = event.Actor{Kind: event.System}
	_, err = es.Execute(ctx, c.Events, by, clientimport.Stream(id), func(i clientimport.Import, now time.Time) ([]clientimport.Event, error) {
		if left := count[""]; left > 0 && !i.Stopping() {
			return nil, fmt.Errorf("%d rows of the import are left", left)
		}
		return i.End(clientimport.Ended{
			Created: count[Created], Changed: count[Changed], Unchanged: count[Unchanged], Refused: count[Refused], Left: count[""],
		}, now)
	})
	return err
}

// take writes the rows that wait: those of one client one after the other, clients side by side.
func (c Commands) take(ctx context.Context, by es.By, id uuid.UUID, steps []Step) error {
	var order [][]Step
	place := map[uuid.UUID]int{}
	notes := &notes{ctx: ctx, rows: c.Rows, firm: by.Firm, id: id}
	for _, s := range steps {
		switch at, known := place[s.Client]; {
		case s.line.done:
		case s.Outcome == Refused:
			if err := notes.add(s); err != nil {
				return err
			}
		case known:
			order[at] = append(order[at], s)
		default:
			place[s.Client] = len(order)
			order = append(order, []Step{s})
		}
	}
	stopping := c.watch(by.Firm, id)
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, own := range order {
		if gctx.Err() != nil {
			break
		}
		if stop, err := stopping(gctx); err != nil || stop {
			return errors.Join(err, group.Wait(), notes.flush())
		}
		group.Go(func() error {
			for _, s := range own {
				if err := c.one(gctx, by, &s); err != nil {
					return err
				}
				if err := notes.add(s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return errors.Join(group.Wait(), notes.flush())
}

// watch looks at most once a second whether somebody has stopped the import.
func (c Commands) watch(firm int32, id uuid.UUID) func(context.Context) (bool, error) {
	var looked time.Time
	return func(ctx context.Context) (bool, error) {
		if time.Since(looked) < time.Second {
			return false, nil
		}
		looked = time.Now()
		state, err := c.State(ctx, firm, id)
		return state != clientimport.Running, err
	}
}

// one writes one row. What the rules refuse is the row's outcome; any other error is the import's.
func (c Commands) one(ctx context.Context, by es.By, s *Step) error {
	changed, created := false, false
	err := func() error {
		if s.line.someone {
			r, err := es.Execute(ctx, c.Events, by, contact.Stream(s.Person), func(p contact.Contact, _ time.Time) ([]contact.Event, error) {
				return s.line.personEvents(s.Person, p)
			})
			if err != nil {
				return err
			}
			changed = r.Position > 0
		}
		r, err := es.Execute(ctx, c.Events, by, client.Stream(s.Client), func(state client.Client, now time.Time) ([]client.Event, error) {
			events, err := s.line.clientEvents(state, s.Person, now)
			created = len(events) > 0 && events[0].EventType() == client.Created{}.EventType()
			return events, err
		})
		changed = changed || r.Position > 0
		return err
	}()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		s.Outcome, s.Note = Refused, f.Message
		return nil
	}
	switch {
	case err != nil:
		return fmt.Errorf("take row %d: %w", s.No, err)
	case created:
		s.Outcome = Created
	case changed && s.Outcome != Created: // a row whose client an earlier try has made was the one that made it
		s.Outcome = Changed
	}
	return nil
}

// notes gathers outcomes, so that few statements write them.
type notes struct {
	ctx  context.Context
	rows Rows
	firm int32
	id   uuid.UUID

	mu  sync.Mutex
	all []Step
}

func (n *notes) add(s Step) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all = append(n.all, s); len(n.all) < 200 {
		return nil
	}
	return n.write()
}

func (n *notes) flush() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.write()
}

// write goes on when the import is being interrupted: what was done is done.
func (n *notes) write() error {
	if len(n.all) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.ctx), 10*time.Second)
	defer cancel()
	err := n.rows.Note(ctx, n.firm, n.id, n.all)
	n.all = nil
	if err != nil {
		return fmt.Errorf("note what became of rows: %w", err)
	}
	return nil
}
