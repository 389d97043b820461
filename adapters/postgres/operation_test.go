package postgres_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	"portico/domain/event"
	"portico/domain/operation"

	"github.com/google/uuid"
)

// touchy is a model that cannot fold one event.
type touchy struct{ poison atomic.Int64 }

func (m *touchy) model(name string) postgres.Model {
	return postgres.Model{
		Name: name, Version: 1, Kinds: []event.Kind{"probe"},
		Tables: []postgres.Table{{
			Name: name, Columns: []string{"id uuid NOT NULL", "firm_no integer NOT NULL", "heard integer NOT NULL", "last integer NOT NULL"}, Key: []string{"id"},
		}},
		New: func(s event.Stream, firm int32) postgres.View { return &touchyView{of: m, id: s.ID, firm: firm} },
	}
}

type touchyView struct {
	of          *touchy
	id          uuid.UUID
	firm        int32
	heard, last int32
}

func (v *touchyView) Apply(r event.Recorded) error {
	if p := v.of.poison.Load(); p != 0 && r.Position == p {
		return errors.New("cannot be folded")
	}
	v.heard, v.last = v.heard+1, int32(r.Version)
	return nil
}

func (v *touchyView) Rows() [][]postgres.Row {
	return [][]postgres.Row{{{v.id, v.firm, v.heard, v.last}}}
}

// scene is a node with a touchy model that meets its poison, and one that does not.
type scene struct {
	*node
	touchy *touchy
	ops    postgres.Operations
	build  *postgres.Rebuilder
	stream event.Stream // whose third of four events is the poison
	head   es.Result
	poison int64
	name   string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	n := startNode(t, pgtest.DB(t), postgres.EventSpec{Event: ticked{}}, postgres.EventSpec{Event: operation.EventSkipped{}})
	s := &scene{node: n, touchy: &touchy{}, name: "touchy"}
	s.ops = postgres.Operations{DB: n.db, Store: n.store, Tail: n.tail}
	s.build = &postgres.Rebuilder{DB: n.db, Codec: n.codec, Vault: n.vault, Tail: n.tail, Log: quiet()}
	models := []postgres.Model{s.touchy.model(s.name), (&touchy{}).model("sturdy")}
	if err := s.build.Ensure(t.Context(), models, nil); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		n.tick(t)
	}
	s.stream, s.head = n.tick(t)
	s.more(t)
	s.poison = s.more(t)
	s.touchy.poison.Store(s.poison)
	s.more(t)
	for range 5 {
		n.tick(t)
	}
	for _, m := range models {
		n.run(postgres.NewProjector(n.db, n.codec, n.vault, n.tail, quiet(), m).Run)
	}
	s.halts(t)
	return s
}

// more appends one event to the stream and returns its position.
func (s *scene) more(t *testing.T) int64 {
	t.Helper()
	a := ticks(s.stream.ID, s.head.Version, 1)
	a.Prev = s.head.Hash
	r, err := s.store.Append(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	s.head = r
	return r.Position
}

func (s *scene) standing(t *testing.T) postgres.Standing {
	t.Helper()
	list, err := s.ops.Projections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Name == s.name {
			return p
		}
	}
	t.Fatalf("%s is not in %+v", s.name, list)
	return postgres.Standing{}
}

func (s *scene) halts(t *testing.T) {
	t.Helper()
	within(t, soon, "it halts", func() bool { return s.standing(t).HaltedAt != 0 })
}

func (s *scene) catchesUp(t *testing.T, names ...string) {
	t.Helper()
	var last int64
	if err := s.db.Work.QueryRow(t.Context(), `SELECT max(position) FROM es.events`).Scan(&last); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.db.Wait(t.Context(), last, soon, names...); !ok || err != nil {
		t.Fatalf("%v do not get to %d: %v; %+v", names, last, err, s.standing(t))
	}
}

// heard is how many events of the stream the model's row has folded.
func (s *scene) heard(t *testing.T) (heard, last int) {
	t.Helper()
	generation := s.standing(t).Generation
	sql := `SELECT heard, last FROM rm.touchy_` + string(rune('0'+generation)) + ` WHERE id = $1`
	if err := s.db.Work.QueryRow(t.Context(), sql, s.stream.ID).Scan(&heard, &last); err != nil {
		t.Fatal(err)
	}
	return heard, last
}

// A model that cannot fold an event halts exactly there, everything before it folded, and the other one goes on.
func TestHaltedProjection(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p := s.standing(t)
	if p.HaltedAt != s.poison || p.Failures != 3 || !strings.Contains(p.LastError, "cannot be folded") || p.Position >= s.poison || p.Lag < 7 || p.Behind <= 0 {
		t.Errorf("it stands at %+v; the poison is at %d", p, s.poison)
	}
	if heard, last := s.heard(t); heard != 2 || last != 2 {
		t.Errorf("%d events are folded, through version %d", heard, last)
	}
	s.catchesUp(t, "sturdy")

	// An operator lets it try again: in vain, as long as the program is as it was.
	if err := s.ops.Resume(t.Context(), s.name); err != nil {
		t.Fatal(err)
	}
	s.halts(t)
	if p := s.standing(t); p.HaltedAt != s.poison {
		t.Errorf("the second time it halts at %d", p.HaltedAt)
	}
	// With a program that can fold it, it goes on.
	s.touchy.poison.Store(0)
	if err := s.ops.Resume(t.Context(), s.name); err != nil {
		t.Fatal(err)
	}
	s.catchesUp(t, s.name)
	if heard, last := s.heard(t); heard != 4 || last != 4 {
		t.Errorf("%d events are folded, through version %d", heard, last)
	}
	if err := s.ops.Resume(t.Context(), s.name); !errors.Is(err, operation.ErrNotHalted) {
		t.Errorf("resuming what goes on: %v", err)
	}
	if err := s.ops.Resume(t.Context(), "nothing"); !errors.Is(err, operation.ErrNotHalted) {
		t.Errorf("resuming nothing: %v", err)
	}
}

// Passing over an event is an act with a reason, and an event; whatever folds the log then leaves the same event out.
func TestSkippedEvent(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	act := uuid.Must(uuid.NewV7())
	for _, refused := range []struct {
		position int64
		reason   string
		want     error
	}{{s.poison - 1, "why", operation.ErrNotHalted}, {s.poison, "  ", operation.ErrReason}} {
		if _, err := s.ops.Skip(t.Context(), act, s.name, refused.position, refused.reason); !errors.Is(err, refused.want) {
			t.Errorf("%+v: %v", refused, err)
		}
	}
	if p := s.standing(t); p.HaltedAt != s.poison || len(p.Skipped) != 0 {
		t.Fatalf("a refused act changed %+v", p)
	}
	r, err := s.ops.Skip(t.Context(), act, s.name, s.poison, "names a currency that is gone")
	if err != nil {
		t.Fatal(err)
	}
	s.more(t)
	s.catchesUp(t, s.name, "sturdy")
	if p := s.standing(t); len(p.Skipped) != 1 || p.Skipped[0] != s.poison || p.HaltedAt != 0 || p.LastError != "" {
		t.Errorf("afterwards it stands at %+v", p)
	}
	if heard, last := s.heard(t); heard != 4 || last != 5 {
		t.Errorf("%d events are folded, through version %d", heard, last)
	}

	history := postgres.History{DB: s.db, Codec: s.codec, Vault: s.vault}
	list, err := history.Find(t.Context(), postgres.Search{Stream: r.Stream, Limit: 10})
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	recorded, err := history.Record(t.Context(), list[0], true)
	if err != nil {
		t.Fatal(err)
	}
	want := operation.EventSkipped{
		Projection: s.name, CodeVersion: 1, Position: s.poison, Stream: s.stream.ID, Version: 3, Type: "probe.ticked",
		Reason: event.Of(act, "names a currency that is gone"),
	}
	if recorded.Event != any(want) || recorded.Firm != 1 || list[0].Actor().Kind != event.Operator {
		t.Errorf("recorded %+v of firm %d by %+v", recorded.Event, recorded.Firm, list[0].Actor())
	}
	if strings.Contains(string(list[0].Data), "currency") {
		t.Errorf("what was typed is open: %s", list[0].Data)
	}

	// The poison is still there for everything that folds from the beginning.
	m := s.touchy.model(s.name)
	if c, err := s.build.Compare(t.Context(), m, nil); err != nil || len(c.Differences) > 0 {
		t.Errorf("compared: %+v, %v", c, err)
	}
	if _, err := s.build.Rebuild(t.Context(), m, nil); err != nil {
		t.Errorf("rebuilt: %v", err)
	}
	s.more(t)
	s.catchesUp(t, s.name)
	if heard, last := s.heard(t); heard != 5 || last != 6 {
		t.Errorf("after a rebuild %d events are folded, through version %d", heard, last)
	}
	// The next version of the code folds it again, and halts again where it cannot.
	next := m
	next.Version = 2
	if _, err := s.build.Rebuild(t.Context(), next, nil); err == nil {
		t.Error("the next version passes over the event, too")
	}
}
