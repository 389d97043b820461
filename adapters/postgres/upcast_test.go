package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/domain/event"

	"github.com/jackc/pgx/v5"
)

// counted is the next version of ticked: it says what it counts.
type counted struct {
	N    int    `json:"n" es:"fact"`
	Unit string `json:"unit" es:"fact"`
}

func (counted) EventType() string { return "probe.ticked" }

// While nodes are being upgraded two versions of the program share a log. The newer one reads old shapes as its own and
// never rewrites them; the older one halts at the first new shape instead of guessing; the chain is whole throughout.
func TestTwoVersionsOfAnEvent(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	old := startNode(t, url)
	stream, r := old.tick(t)
	up := func(data map[string]any) (map[string]any, error) {
		data["unit"] = "ticks"
		return data, nil
	}
	next := startNode(t, url, postgres.EventSpec{Event: counted{}, Upcast: []postgres.Upcaster{up}})
	a := ticks(stream.ID, 1, 0)
	a.Prev, a.Events = r.Hash, []event.Event{counted{7, "hours"}}
	r, err := next.store.Append(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	var got []event.Event
	for rec, err := range next.store.Load(t.Context(), 1, stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rec.Event)
	}
	if want := []event.Event{counted{0, "ticks"}, counted{7, "hours"}}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read %+v, want %+v", got, want)
	}

	history := postgres.History{DB: next.db, Codec: next.codec, Vault: next.vault}
	entries, err := history.Find(t.Context(), postgres.Search{Stream: stream, Limit: 10})
	if err != nil || len(entries) != 2 || entries[0].Schema != 1 || string(entries[0].Data) != `{"n":0}` || entries[1].Schema != 2 {
		t.Errorf("stored as %+v, %v", entries, err)
	}
	if report, err := history.Verify(t.Context(), 0, event.Stream{}, nil); err != nil || len(report.Damage) > 0 || report.Events != 2 {
		t.Errorf("%+v, %v", report, err)
	}

	var unknown *postgres.UnknownEventError
	for _, err := range old.store.Load(t.Context(), 1, stream, 0) {
		if err != nil && !errors.As(err, &unknown) {
			t.Error(err)
		}
	}
	if unknown == nil || unknown.Schema != 2 {
		t.Errorf("the older program read the newer event: %v", unknown)
	}
	old.subscribe(postgres.Subscription{Name: "older", Version: 1, Handle: func(context.Context, pgx.Tx, postgres.Batch) error { return nil }})
	within(t, soon, "the older program halts", func() bool {
		var halted *int64
		err := old.db.Work.QueryRow(t.Context(), `SELECT halted_at FROM es.projections WHERE name = 'older'`).Scan(&halted)
		return err == nil && halted != nil && *halted == r.Position
	})
}
