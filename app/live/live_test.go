package live_test

import (
	"slices"
	"testing"

	"portico/app/live"

	"github.com/google/uuid"
)

var (
	task  = live.Change{Kind: "task", ID: uuid.MustParse("0190a0a0-0000-7000-8000-000000000001")}
	other = live.Change{Kind: "task", ID: uuid.MustParse("0190a0a0-0000-7000-8000-000000000002")}
	mona  = uuid.MustParse("0190a0a0-0000-7000-8000-00000000000a")
	peer  = uuid.MustParse("0190a0a0-0000-7000-8000-00000000000b")
)

// Everybody hears of what they may see, and of nothing else.
func TestWhoHears(t *testing.T) {
	var h live.Hub
	staff, limited := h.Follow(live.Who{Firm: 1}), h.Follow(live.Who{Firm: 1, Limited: true})
	hers, theirs := h.Follow(live.Who{Firm: 1, Contact: mona}), h.Follow(live.Who{Firm: 1, Contact: peer})
	stranger, namesake := h.Follow(live.Who{Firm: 2}), h.Follow(live.Who{Firm: 2, Contact: mona})
	h.Tell(live.News{Firm: 1, Change: task, Contacts: []uuid.UUID{mona}}, live.News{Firm: 1, Change: task, Contacts: []uuid.UUID{mona}}, live.News{Firm: 1, Change: other})
	for name, c := range map[string]struct {
		f    *live.Follower
		want []live.Change
	}{
		"a colleague":                     {staff, []live.Change{task, other}},
		"a colleague of some clients":     {limited, []live.Change{{Kind: "task"}}},
		"the contact":                     {hers, []live.Change{task}},
		"another contact":                 {theirs, nil},
		"another practice":                {stranger, nil},
		"the contact of another practice": {namesake, nil},
	} {
		if got := c.f.Take(); !slices.Equal(got, c.want) {
			t.Errorf("%s hears %v, want %v", name, got, c.want)
		}
		select {
		case <-c.f.Wake():
			if c.want == nil {
				t.Errorf("%s is woken for nothing", name)
			}
		default:
			if c.want != nil {
				t.Errorf("%s is not woken", name)
			}
		}
	}
	if got := staff.Take(); got != nil {
		t.Errorf("twice: %v", got)
	}
}

// Who reads slowly looks at everything instead of making us keep everything.
func TestSlowReader(t *testing.T) {
	var h live.Hub
	f := h.Follow(live.Who{Firm: 1})
	for range 1000 {
		h.Tell(live.News{Firm: 1, Change: live.Change{Kind: "task", ID: uuid.New()}})
	}
	if got := f.Take(); !slices.Equal(got, []live.Change{{}}) {
		t.Errorf("%d changes wait", len(got))
	}
	h.Stir()
	h.Tell(live.News{Firm: 1, Change: task})
	if got := f.Take(); !slices.Equal(got, []live.Change{{}}) {
		t.Errorf("after a stir it hears %v", got)
	}
}

func TestComingAndGoing(t *testing.T) {
	var h live.Hub
	came := h.Came()
	f := h.Follow(live.Who{Firm: 1, Contact: mona})
	select {
	case <-came:
	default:
		t.Error("nobody hears that somebody follows")
	}
	h.Follow(live.Who{Firm: 1, Contact: mona})
	h.Follow(live.Who{Firm: 2})
	if got := h.Contacts(); len(got) != 2 || !slices.Equal(got[1], []uuid.UUID{mona}) || len(got[2]) != 0 {
		t.Errorf("who follows: %v", got)
	}
	if h.Came() != nil {
		t.Error("it waits for somebody although somebody is there")
	}
	f.Leave()
	h.Tell(live.News{Firm: 1, Change: task, Contacts: []uuid.UUID{mona}})
	if got := f.Take(); got != nil {
		t.Errorf("after leaving it hears %v", got)
	}
	h.Close()
	h.Close()
	late := h.Follow(live.Who{Firm: 1})
	if _, open := <-late.Wake(); open {
		t.Error("a stream begins after the end")
	}
	late.Leave()
}
