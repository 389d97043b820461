package postgres_test

import (
	"testing"

	"portico/app/audit"
	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
)

// S4.i1: what somebody of the practice does on a contact's behalf carries both, in the log and in its chain of hashes.
func TestOnBehalfOf(t *testing.T) {
	h := newHouse(t)
	stream, created := newClient("Imogen Farrow")
	by := h.by()
	by.For = uuid.Must(uuid.NewV7())
	if _, err := h.store.Append(t.Context(), es.Append{By: by, Stream: stream, At: noon, Events: []event.Event{created}}); err != nil {
		t.Fatal(err)
	}
	history := h.history()
	rows, err := history.Events(t.Context(), h.firm, audit.Query{Stream: stream, Limit: 1})
	if err != nil || len(rows) != 1 || rows[0].Actor != by.Actor || rows[0].For != by.For {
		t.Errorf("recorded %+v, %v", rows, err)
	}
	if one, ok, err := history.Event(t.Context(), h.firm, stream, 1); err != nil || !ok || one.Position != rows[0].Position || one.For != by.For || one.Type != "client.created" {
		t.Errorf("alone it is %+v, %v, %v", one, ok, err)
	}
	for _, other := range []struct {
		firm    int32
		version int
	}{{h.firm + 1, 1}, {h.firm, 2}, {h.firm, 0}} {
		if one, ok, err := history.Event(t.Context(), other.firm, stream, other.version); ok || err != nil {
			t.Errorf("firm %d, version %d: %+v, %v", other.firm, other.version, one, err)
		}
	}
	report, err := history.Verify(t.Context(), h.firm, stream, nil)
	if err != nil || report.Events != 1 || len(report.Damage) > 0 {
		t.Errorf("the chain says %+v, %v", report, err)
	}
}
