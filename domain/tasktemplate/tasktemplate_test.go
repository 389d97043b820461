package tasktemplate

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestTemplate(t *testing.T) {
	s := Saved{Name: "Year  end ", Task: "documents", Title: "{client}", DueIn: 30, Items: []Item{{Title: "Ledger", Types: []string{"pdf"}}}}
	want := s
	want.Name, want.At = "Year end", noon
	first, err := Template{}.Save(s, noon)
	if err != nil || !reflect.DeepEqual(first, []Event{want}) {
		t.Fatalf("%+v, %v", first, err)
	}
	saved := Template{}.Apply(first[0])
	if again, err := saved.Save(s, noon.Add(1)); err != nil || again != nil {
		t.Errorf("rule 2: %+v, %v", again, err)
	}
	gone, err := saved.Remove(noon)
	if err != nil || !reflect.DeepEqual(gone, []Event{Removed{At: noon}}) {
		t.Fatalf("%+v, %v", gone, err)
	}
	removed := saved.Apply(gone[0])
	if twice, err := removed.Remove(noon); err != nil || twice != nil {
		t.Errorf("removed twice: %+v, %v", twice, err)
	}
	if back, err := removed.Save(s, noon); err != nil || len(back) != 1 {
		t.Errorf("rule 3: %+v, %v", back, err)
	}
	if _, err := (Template{}).Remove(noon); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	for want, change := range map[error]func(*Saved){
		ErrName: func(s *Saved) { s.Name = strings.Repeat("é", MaxName+1) }, ErrDueIn: func(s *Saved) { s.DueIn = -2 },
	} {
		wrong := s
		if change(&wrong); !errors.Is(second(Template{}.Save(wrong, noon)), want) {
			t.Errorf("%+v is saved", wrong)
		}
	}
	if _, err := (Template{}).Save(Saved{Name: "  "}, noon); !errors.Is(err, ErrName) {
		t.Error(err)
	}
}

func second(_ []Event, err error) error { return err }
