package task

import (
	"reflect"
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can stand in the way of the practice and an item.
var (
	ErrNothingYet = fault.New(fault.Conflict, "task.item_nothing",
		"Nothing was returned for this item yet.")
	ErrRound = fault.New(fault.Conflict, "task.item_round",
		"The client has answered this item anew meanwhile. Look at the new answer first.")
	ErrJudged = fault.New(fault.Conflict, "task.item_judged",
		"This item has your answer already. Undo that first.")
	ErrAgreed = fault.New(fault.Conflict, "task.agreed",
		"You have confirmed this request. Reopen it first.")
	ErrLastItem = fault.New(fault.Conflict, "task.item_last",
		"This is the last item of the request. Close the request instead.")
	ErrOwn = fault.New(fault.Conflict, "task.item_own",
		"Somebody has answered this item already, so it stays as it is whose it is. Cancel it and ask for another one.")
)

// Judging names the round that a practitioner looks at. For counts where each contact has their own.
type Judging struct {
	Item   uuid.UUID
	For    uuid.UUID
	Round  int
	People []uuid.UUID // as in Assigning
}

// judged is the newest round, which has to be the one that was looked at (rule 16).
func (t Task) judged(j Judging) (r round, whose uuid.UUID, err error) {
	if err := t.changeable(); err != nil {
		return r, whose, err
	}
	i := t.item(j.Item)
	if i == nil || i.cancelled {
		return r, whose, ErrItem
	}
	whose = i.whose(j.For)
	if err := t.Takes(whose); err != nil {
		return r, whose, err
	}
	switch r = i.rounds[whose]; {
	case r.nth == 0:
		return r, whose, ErrNothingYet
	case r.nth != j.Round:
		return r, whose, ErrRound
	}
	return r, whose, nil
}

// BeginReview says that the practice is looking at a round. Where it doesn't wait for that, nothing changes. It refuses
// with ErrNotFound, ErrClosed, ErrItem, ErrNothingYet, ErrRound.
func (t Task) BeginReview(j Judging, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	r, whose, err := t.judged(j)
	if err != nil {
		return nil, err
	}
	if r.stands != returned || r.notApplicable {
		return due, nil
	}
	return append(due, ItemReviewBegun{Item: j.Item, For: whose, Round: r.nth, By: by, At: now}), nil
}

// Accept says that a round is what was wanted (rule 16). The second time changes nothing. It refuses with ErrNotFound,
// ErrClosed, ErrItem, ErrNothingYet, ErrRound, ErrJudged.
func (t Task) Accept(j Judging, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	r, whose, err := t.judged(j)
	switch {
	case err != nil:
		return nil, err
	case r.stands == accepted:
		return due, nil
	case r.stands == sentBack:
		return nil, ErrJudged
	}
	return append(due, ItemAccepted{Item: j.Item, For: whose, Round: r.nth, By: by, At: now}), nil
}

// SendBack says that it isn't, and why (rules 16, 17). The second time changes nothing. It refuses with ErrNotFound,
// ErrClosed, ErrItem, ErrNothingYet, ErrRound, ErrJudged, ErrReason.
func (t Task) SendBack(j Judging, reason string, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	r, whose, err := t.judged(j)
	if err != nil {
		return nil, err
	}
	reason, err = checkReason(reason)
	switch {
	case err != nil:
		return nil, err
	case reason == "":
		return nil, ErrReason
	case r.stands == sentBack:
		return due, nil
	case r.stands == accepted:
		return nil, ErrJudged
	}
	why := of(t.says.Subject, reason)
	due = append(due, ItemSentBack{Item: j.Item, For: whose, Round: r.nth, Reason: why, By: by, At: now})
	return t.settle(due, j.People, why, by, now), nil
}

// ReopenItem takes the practice's answer back: the round waits for one again (rule 16). Where there is none it changes
// nothing. It refuses with ErrNotFound, ErrClosed, ErrItem, ErrNothingYet, ErrRound, ErrAgreed.
func (t Task) ReopenItem(j Judging, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	r, whose, err := t.judged(j)
	switch {
	case err != nil:
		return nil, err
	case r.stands != accepted && r.stands != sentBack:
		return due, nil
	case t.shared.confirmed, t.part(whose).confirmed:
		return nil, ErrAgreed
	}
	due = append(due, ItemReopened{Item: j.Item, For: whose, Round: r.nth, By: by, At: now})
	return t.settle(due, j.People, event.Personal{}, by, now), nil
}

// AddItem asks for one thing more (rules 17, 18). people are as in Assigning. An item that is there is no event. It
// refuses with ErrNotFound, ErrClosed, ErrItems, ErrItemTitle, ErrHelp, ErrItemFiles.
func (t Task) AddItem(a Asking, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	i, err := a.check(t.says.Subject)
	switch {
	case err != nil:
		return nil, err
	case t.item(a.ID) != nil:
		return due, nil
	case t.says.Kind != Documents, len(t.items) >= MaxItems:
		return nil, ErrItems
	}
	return t.settle(append(due, ItemAdded{Item: i, At: now}), people, event.Personal{}, by, now), nil
}

// ChangeItem states anew what an item asks for (rules 17, 18). What stands so already is no event. It refuses with
// ErrNotFound, ErrClosed, ErrItem, ErrOwn, and as AddItem does.
func (t Task) ChangeItem(a Asking, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	i, err := a.check(t.says.Subject)
	was := t.item(a.ID)
	switch {
	case err != nil:
		return nil, err
	case was == nil, was.cancelled:
		return nil, ErrItem
	case was.Own != i.Own && len(was.rounds) > 0:
		return nil, ErrOwn
	case slices.Equal(was.Types, i.Types) && same(was.Item, i):
		return due, nil
	}
	return t.settle(append(due, ItemChanged{Item: i, At: now}), people, event.Personal{}, by, now), nil
}

// same compares everything but the types.
func same(a, b Item) bool {
	a.Types, b.Types = nil, nil
	return reflect.DeepEqual(a, b)
}

// CancelItem says that an item is no longer wanted, of anybody (rules 17, 18). The second time changes nothing. It
// refuses with ErrNotFound, ErrClosed, ErrItem, ErrLastItem.
func (t Task) CancelItem(id uuid.UUID, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if err := t.changeable(); err != nil {
		return nil, err
	}
	switch i := t.item(id); {
	case i == nil:
		return nil, ErrItem
	case i.cancelled:
		return due, nil
	case len(t.asks()) == 1:
		return nil, ErrLastItem
	}
	return t.settle(append(due, ItemCancelled{Item: id, By: by, At: now}), people, event.Personal{}, by, now), nil
}
