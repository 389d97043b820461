package task_test

import (
	"reflect"
	"testing"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// spec says how a request item moves (section 3 of the spec); a stand is that of the newest round.
var spec = map[string][]string{
	"open":           {"returned", "not applicable"},
	"returned":       {"in review", "accepted", "sent back"},
	"in review":      {"accepted", "sent back"},
	"not applicable": {"accepted", "sent back"}, // which is open again, and says why
	"sent back":      {"returned", "not applicable", "undone"},
	"accepted":       {"undone"},
	"undone":         {"in review", "accepted", "sent back"}, // it waits for an answer again (T7)
}

type spot struct{ item, whose uuid.UUID }

// Whatever the contacts and the practice do to a request, in whatever order: an item moves as the spec says, each own item
// by itself; rounds count up one by one; nobody answers what is closed for them; and the client's part is done exactly
// when nothing is missing, once items have been touched (rules 14 to 18).
func TestItemProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		eachOne := rapid.Bool().Draw(rt, "each")
		history := []ev{assigned(request, func(e *task.Assigned) {
			e.Each = eachOne
			e.Items[1].Optional = rapid.Bool().Draw(rt, "optional")
		})}
		s := event.Fold(state{}, history...)
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			decide := drawItemDecision(rt, s)
			events, err := decide(s)
			if !reflect.DeepEqual(event.Fold(state{}, history...), s) {
				rt.Fatal("the decision changed its state")
			}
			if err != nil && len(events) > 0 {
				rt.Fatalf("refused with %v, and yet %v", err, events)
			}
			for _, e := range events {
				checkItemEvent(rt, history, e)
				history = append(history, e)
			}
			s = event.Fold(s, events...)
			if len(events) > 0 {
				checkDone(rt, history, events)
			}
		}
	})
}

func drawItemDecision(rt *rapid.T, s state) decision {
	contact := rapid.SampledFrom(people).Draw(rt, "contact")
	item := rapid.SampledFrom([]uuid.UUID{ledger, payslip, id(33)}).Draw(rt, "item")
	nth := rapid.IntRange(1, 3).Draw(rt, "round")
	all := rapid.SampledFrom([]uuid.UUID{uuid.Nil, ida, bo}).Draw(rt, "one or all")
	optional := rapid.Bool().Draw(rt, "optional")
	return rapid.SampledFrom([]decision{
		give(item, contact, "x"), give(item, contact, "x"), decline(item, contact, "x"), review(item, contact, nth), accept(item, contact, nth),
		accept(item, contact, nth), sendBack(item, contact, nth, "x"), sendBack(item, contact, nth, "x"), unjudge(item, contact, nth), finish(contact, ""),
		shut(all, task.Completed, ""), reopen(all, "x"),
		func(s state) ([]ev, error) { return s.CancelItem(item, people, byMary, noon) },
		func(s state) ([]ev, error) {
			return s.AddItem(task.Asking{ID: item, Title: "More", Optional: optional}, people, byMary, noon)
		},
		func(s state) ([]ev, error) {
			return s.ChangeItem(task.Asking{ID: item, Title: "Else", Optional: optional, Own: item == payslip}, people, byMary, noon)
		},
	}).Draw(rt, "what")
}

// requested is what a history says of the items.
type requested struct {
	told
	stands    map[spot]string
	rounds    map[spot]int
	items     map[uuid.UUID]task.Item
	cancelled map[uuid.UUID]bool
}

func itemMove(e ev) (at spot, to string, nth int) {
	switch e := e.(type) {
	case task.ItemReturned:
		return spot{e.Item, e.For}, "returned", e.Round
	case task.ItemNotApplicable:
		return spot{e.Item, e.For}, "not applicable", e.Round
	case task.ItemReviewBegun:
		return spot{e.Item, e.For}, "in review", e.Round
	case task.ItemAccepted:
		return spot{e.Item, e.For}, "accepted", e.Round
	case task.ItemSentBack:
		return spot{e.Item, e.For}, "sent back", e.Round
	case task.ItemReopened:
		return spot{e.Item, e.For}, "undone", e.Round
	}
	return spot{}, "", 0
}

func tellItems(history []ev) requested {
	h := requested{told: tell(history), stands: map[spot]string{}, rounds: map[spot]int{}, items: map[uuid.UUID]task.Item{}, cancelled: map[uuid.UUID]bool{}}
	for _, e := range history {
		switch e := e.(type) {
		case task.Assigned:
			for _, i := range e.Items {
				h.items[i.ID] = i
			}
		case task.ItemAdded:
			h.items[e.Item.ID] = e.Item
		case task.ItemChanged:
			h.items[e.Item.ID] = e.Item
		case task.ItemCancelled:
			h.cancelled[e.Item] = true
		}
		if at, to, nth := itemMove(e); to != "" {
			h.stands[at], h.rounds[at] = to, nth
		}
	}
	return h
}

func (h requested) at(s spot) string {
	if stands := h.stands[s]; stands != "" {
		return stands
	}
	return "open"
}

func checkItemEvent(rt *rapid.T, history []ev, e ev) {
	h := tellItems(history)
	if d, ok := e.(task.DoneByClient); ok && (h.done[h.whose(d.Contact)] || h.shut[d.Contact] || h.shut[uuid.Nil]) {
		rt.Fatalf("%+v, and before it %+v", d, h.told)
	}
	at, to, nth := itemMove(e)
	if to == "" {
		return
	}
	item, known := h.items[at.item]
	if !known || h.cancelled[at.item] || item.Own == (at.whose == uuid.Nil) {
		rt.Fatalf("%+v on an item that is not there, or is not theirs", e)
	}
	from, allowed := h.at(at), false
	for _, next := range spec[from] {
		allowed = allowed || next == to
	}
	answer := to == "returned" || to == "not applicable"
	if want := h.rounds[at]; answer && nth != want+1 || !answer && nth != want || !allowed {
		rt.Fatalf("from %s (round %d) to %s (round %d)", from, want, to, nth)
	}
	var who uuid.UUID
	switch e := e.(type) {
	case task.ItemReturned:
		who = e.By.ID
	case task.ItemNotApplicable:
		who = e.By.ID
	}
	if h.shut[uuid.Nil] || h.shut[at.whose] || who != uuid.Nil && (h.shut[who] || item.Own && at.whose != who) {
		rt.Fatalf("%+v, and it is closed, or somebody else's", e)
	}
}

// checkDone wants the client's part to follow from the items once they were touched.
func checkDone(rt *rapid.T, history, events []ev) {
	switch events[0].(type) {
	case task.Closed, task.Reopened, task.DoneByClient, task.ItemReviewBegun, task.ItemAccepted:
		return
	}
	h := tellItems(history)
	parts := []uuid.UUID{uuid.Nil}
	if h.assigned.Each {
		parts = people
	}
	for _, part := range parts {
		missing, answered := false, false
		for id, i := range h.items {
			for _, c := range append([]uuid.UUID{uuid.Nil}, people...) {
				if h.cancelled[id] || i.Own == (c == uuid.Nil) || c != uuid.Nil && (h.shut[c] || part != uuid.Nil && c != part) {
					continue
				}
				stands := h.at(spot{id, c})
				missing = missing || stands == "sent back" || stands == "open" && !i.Optional
				answered = answered || stands != "open"
			}
		}
		if !h.shut[part] && (missing && h.done[part] || !missing && answered && !h.done[part] && !anyShut(h)) {
			rt.Fatalf("missing %v, done %v: %+v", missing, h.done[part], history)
		}
	}
}

func anyShut(h requested) bool { return h.shut[ida] || h.shut[bo] }
