package viewing_test

import (
	"errors"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	viewingapp "portico/app/viewing"
	"portico/domain/event"
	"portico/domain/viewing"

	"github.com/google/uuid"
)

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

var (
	ida, acme, mary, laptop = id(1), id(2), id(3), id(4)
	noon                    = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	by                      = es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: mary}}
)

// S4.3, S4.i1: who looked, what for, until when and whether they acted stands in the history.
func TestViews(t *testing.T) {
	store := estest.NewMemory(noon)
	c := viewingapp.Commands{Events: store}
	do := func(_ es.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(c.Begin(t.Context(), viewingapp.Begin{By: by, View: id(10), Contact: ida, Client: acme, Session: laptop, Purpose: "lost files"}))
	do(c.Act(t.Context(), by, ida, laptop, true))
	if v, err := c.See(t.Context(), 1, ida, mary, laptop); err != nil || !v.Acting || v.Client != acme {
		t.Errorf("sees %+v, %v", v, err)
	}
	do(c.Act(t.Context(), by, ida, laptop, false))
	do(c.Begin(t.Context(), viewingapp.Begin{By: by, View: id(11), Contact: ida, Session: laptop, Purpose: "once more"}))
	rows, err := c.Views(t.Context(), 1, ida)
	want := []viewingapp.Row{
		{ID: id(11), Staff: mary, Purpose: "once more", At: noon, Until: noon.Add(time.Hour)},
		{ID: id(10), Staff: mary, Client: acme, Purpose: "lost files", At: noon, Until: noon, Acted: true},
	}
	if err != nil || len(rows) != 2 || rows[0] != want[0] || rows[1] != want[1] {
		t.Errorf("views %+v, %v", rows, err)
	}
	do(c.End(t.Context(), by, ida, laptop))
	do(c.End(t.Context(), by, ida, laptop))
	if _, err := c.See(t.Context(), 1, ida, mary, laptop); !errors.Is(err, viewing.ErrNone) {
		t.Errorf("after leaving: %v", err)
	}
	if _, err := c.See(t.Context(), 2, ida, mary, laptop); !errors.Is(err, viewing.ErrNone) {
		t.Errorf("another practice: %v", err)
	}
	if rows, err := c.Views(t.Context(), 2, ida); err != nil || len(rows) > 0 {
		t.Errorf("another practice reads %+v, %v", rows, err)
	}
}
