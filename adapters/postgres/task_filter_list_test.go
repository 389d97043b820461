package postgres_test

import (
	"reflect"
	"testing"

	"portico/adapters/postgres"
	filterapp "portico/app/taskfilter"

	"github.com/google/uuid"
)

// filters: own ones and those that colleagues share are listed by name, and no removed one.
func (a *asked) filters(t *testing.T) {
	t.Helper()
	commands, list, bea := filterapp.Commands{Events: a.store}, postgres.TaskFilters{DB: a.db}, newID()
	save := func(staff uuid.UUID, name, says string, shared bool) uuid.UUID {
		t.Helper()
		by, id := a.by(), newID()
		by.Actor.ID = staff
		r, err := commands.Save(t.Context(), filterapp.Save{By: by, ID: id, Name: name, Says: &says, Shared: shared})
		if err != nil {
			t.Fatal(err)
		}
		a.last = max(a.last, r.Position)
		return id
	}
	week, gone := save(a.mary, "week", "due=week", false), save(a.mary, "Gone", "", false)
	shared := save(bea, "Émile", "q=%C3%89mile", true)
	save(bea, "Her own", "", false)
	by := a.by()
	by.Actor.ID = a.mary
	r, err := commands.Remove(t.Context(), by, gone, false)
	if err != nil {
		t.Fatal(err)
	}
	a.last = max(a.last, r.Position)
	a.seen(t)
	got, err := list.Filters(t.Context(), a.firm, a.mary)
	want := []filterapp.Filter{{ID: shared, Owner: bea, Name: "Émile", Says: "q=%C3%89mile", Shared: true}, {ID: week, Owner: a.mary, Name: "week", Says: "due=week"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := list.Filters(t.Context(), a.firm+1, a.mary); err != nil || len(got) > 0 {
		t.Errorf("another practice reads %+v, %v", got, err)
	}
}
