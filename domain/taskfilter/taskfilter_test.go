package taskfilter

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

var (
	noon       = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	mary, omar = Who{ID: uuid.UUID{6: 0x70, 8: 0x80, 15: 1}}, Who{ID: uuid.UUID{6: 0x70, 8: 0x80, 15: 2}}
	keeper     = Who{ID: uuid.UUID{6: 0x70, 8: 0x80, 15: 3}, Keeps: true}
	week, none = "due=week", ""
	says       = func(s string) *string { return &s }
)

func saved(t *testing.T, s Saving) Filter {
	t.Helper()
	got, err := Filter{}.Save(s, mary, noon)
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	return Filter{}.Apply(got[0])
}

func TestFilter(t *testing.T) {
	first, err := Filter{}.Save(Saving{Name: " My  week", Says: &week}, mary, noon)
	want := Saved{Owner: mary.ID, Name: event.Of(mary.ID, "My week"), Says: event.Of(mary.ID, week), At: noon}
	if err != nil || !reflect.DeepEqual(first, []Event{want}) {
		t.Fatalf("rule 1: %+v, %v", first, err)
	}
	f := Filter{}.Apply(first[0])
	if again, err := f.Save(Saving{Name: "My week"}, mary, noon.Add(1)); err != nil || again != nil {
		t.Errorf("rule 3: %+v, %v", again, err)
	}
	renamed, err := f.Save(Saving{Name: "Week", Shared: true}, mary, noon)
	want.Name, want.Shared = event.Of(mary.ID, "Week"), true
	if err != nil || !reflect.DeepEqual(renamed, []Event{want}) {
		t.Errorf("renamed: %+v, %v", renamed, err)
	}
	if other, err := f.Save(Saving{Name: "Week", Says: &none}, mary, noon); err != nil || other[0].(Saved).Says.Text != "" {
		t.Errorf("it looks for all: %+v, %v", other, err)
	}
	gone, err := f.Remove(mary, noon)
	if err != nil || !reflect.DeepEqual(gone, []Event{Removed{At: noon}}) {
		t.Fatalf("%+v, %v", gone, err)
	}
	removed := f.Apply(gone[0])
	if twice, err := removed.Remove(mary, noon); err != nil || twice != nil {
		t.Errorf("removed twice: %+v, %v", twice, err)
	}
	if _, err := removed.Save(Saving{Name: "x", Says: &week}, mary, noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("rule 3: %v", err)
	}
	for text, wrong := range map[string]Saving{"": {Name: " ", Says: &week}, "long": {Name: strings.Repeat("é", MaxName+1), Says: &week}} {
		if _, err := (Filter{}).Save(wrong, mary, noon); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := (Filter{}).Save(Saving{Name: "x", Says: says(strings.Repeat("x", MaxSays+1))}, mary, noon); !errors.Is(err, ErrSays) {
		t.Error(err)
	}
}

// Rule 2: whose a filter is decides who may change it.
func TestFilterOfAnother(t *testing.T) {
	own, shared := saved(t, Saving{Name: "Week", Says: &week}), saved(t, Saving{Name: "Week", Says: &week, Shared: true})
	for name, c := range map[string]struct {
		f    Filter
		by   Who
		want error
	}{
		"own":                        {own, mary, nil},
		"somebody's own":             {own, omar, ErrNotFound},
		"somebody's own, for keeper": {own, keeper, ErrNotFound},
		"shared":                     {shared, omar, ErrOwner},
		"shared, for keeper":         {shared, keeper, nil},
		"none":                       {Filter{}, keeper, ErrNotFound},
	} {
		got, err := c.f.Save(Saving{Name: "Other", Shared: true}, c.by, noon)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && got[0].(Saved).Owner != mary.ID {
			t.Errorf("%s: it is %s's now", name, got[0].(Saved).Owner)
		}
		if _, err := c.f.Remove(c.by, noon); !errors.Is(err, c.want) {
			t.Errorf("%s, removed: %v", name, err)
		}
	}
}
