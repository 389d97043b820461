package task

import (
	"slices"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/filetype"

	"github.com/google/uuid"
)

// How much a request of documents holds.
const (
	MaxItems     = 200
	MaxItemTitle = 200   // letters
	MaxHelp      = 2_000 // letters
	MaxFiles     = 100   // of one item
	maxTypes     = 50
)

// What can be wrong with an item.
var (
	ErrItems = fault.New(fault.Invalid, "task.items",
		"A request of documents has 1 to 200 items, and no other task has any.")
	ErrItemTitle = fault.New(fault.Invalid, "task.item_title",
		"Each item has a title of 1 to 200 letters.")
	ErrHelp = fault.New(fault.Invalid, "task.item_help",
		"The help text of an item has at most 2,000 letters. Shorten it.")
	ErrItemFiles = fault.New(fault.Invalid, "task.item_files",
		"An item takes up to 100 files, of types like “pdf” or “jpg”.")
)

// Asking is one item as a practitioner writes it.
type Asking struct {
	ID       uuid.UUID
	Title    string
	Help     string
	Example  uuid.UUID
	Types    []string // lower case, without dot
	Most     int
	Optional bool
	Own      bool
	Examples []uuid.UUID `json:",omitempty"` // files that the practice keeps; for Assign of the application
}

// items are those of a request, as they are kept.
func items(subject uuid.UUID, asked []Asking) (items []Item, err error) {
	if len(asked) > MaxItems {
		return nil, ErrItems
	}
	for _, a := range asked {
		i, err := a.check(subject)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(items, func(other Item) bool { return other.ID == i.ID }) {
			return nil, ErrItems
		}
		items = append(items, i)
	}
	return items, nil
}

// check is the item as it is kept. It refuses with ErrItems, ErrItemTitle, ErrHelp, ErrItemFiles.
func (a Asking) check(subject uuid.UUID) (Item, error) {
	title, help := oneLine(a.Title), manyLines(a.Help)
	odd := slices.IndexFunc(a.Types, func(t string) bool { return !filetype.Known(t) })
	switch n := utf8.RuneCountInString(title); {
	case a.ID == uuid.Nil:
		return Item{}, ErrItems
	case n == 0, n > MaxItemTitle:
		return Item{}, ErrItemTitle
	case utf8.RuneCountInString(help) > MaxHelp:
		return Item{}, ErrHelp
	case odd >= 0:
		return Item{}, ErrItemFiles.Withf("“%s” is no type of file that can be sent. Write the endings of file names, like pdf, jpg or xlsx.", a.Types[odd])
	case a.Most < 0, a.Most > MaxFiles, len(a.Types) > maxTypes:
		return Item{}, ErrItemFiles
	case len(a.Examples) > MaxExamples:
		return Item{}, ErrExamples
	}
	return Item{
		ID: a.ID, Title: event.Of(subject, title), Help: of(subject, help), Example: a.Example, Types: slices.Clone(a.Types),
		Most: a.Most, Optional: a.Optional, Own: a.Own,
	}, nil
}

// item is what has become of one item.
type item struct {
	Item
	cancelled bool
	rounds    map[uuid.UUID]round // the newest one of each contact, or of uuid.Nil where all share it
}

type round struct {
	nth           int
	stands        standing
	notApplicable bool
	files         []uuid.UUID
	by            uuid.UUID // the contact who returned it, or in whose place somebody did
}

// standing is where a round stands.
type standing uint8

const (
	wanted standing = iota
	returned
	inReview
	accepted
	sentBack
)

func (t Task) applyItem(e itemEvent) Task {
	switch e := e.(type) {
	case ItemAdded:
		t.items = append(t.items, item{Item: e.Item})
	case ItemChanged:
		if i := t.item(e.Item.ID); i != nil {
			t = t.rewritten(func(w Written) bool {
				return w.Of == i.ID && (w.Part == TheTitle && i.Title != e.Item.Title || w.Part == TheHelp && i.Help != e.Item.Help)
			})
			i.Item = e.Item
		}
	case ItemCancelled:
		if i := t.item(e.Item); i != nil {
			i.cancelled = true
		}
	case ItemReturned:
		t.round(e.Item, e.For, func(r *round) { *r = round{nth: e.Round, stands: returned, files: e.Files, by: e.By.Contact()} })
		for _, id := range e.Files {
			t.file(id, func(f *file) { f.returned = true })
		}
	case ItemNotApplicable:
		t.round(e.Item, e.For, func(r *round) { *r = round{nth: e.Round, stands: returned, notApplicable: true, by: e.By.Contact()} })
	case ItemReviewBegun:
		t.round(e.Item, e.For, func(r *round) { r.stands = inReview })
	case ItemAccepted:
		t.round(e.Item, e.For, func(r *round) { r.stands = accepted })
	case ItemSentBack:
		t.round(e.Item, e.For, func(r *round) { r.stands = sentBack })
	case ItemReopened:
		t.round(e.Item, e.For, func(r *round) { r.stands = returned })
	}
	return t
}

// Contact is who of the client did it, or in whose place it was done.
func (w Who) Contact() uuid.UUID {
	switch {
	case w.For != uuid.Nil:
		return w.For
	case w.Kind == event.Contact:
		return w.ID
	}
	return uuid.Nil
}

// Staff is who of the practice did it; zero: nobody of it.
func (w Who) Staff() uuid.UUID {
	if w.Kind == event.Staff {
		return w.ID
	}
	return uuid.Nil
}

func (t Task) item(id uuid.UUID) *item {
	for i := range t.items {
		if t.items[i].ID == id {
			return &t.items[i]
		}
	}
	return nil
}

func (t Task) round(id, whose uuid.UUID, do func(*round)) {
	if i := t.item(id); i != nil {
		r := i.rounds[whose]
		do(&r)
		i.rounds = set(i.rounds, whose, r)
	}
}

// asks are the items that the next one of a series asks for.
func (t Task) asks() (items []Item) {
	for _, i := range t.items {
		if !i.cancelled {
			items = append(items, i.Item)
		}
	}
	return items
}

// Several runs one decision for each of many, all of them or none. What refuses one of them is its Refused.
func Several[T any](t Task, many []T, decide func(Task, T) ([]Event, error)) (events []Event, err error) {
	t = t.fork()
	for n, one := range many {
		more, err := decide(t, one)
		if err != nil {
			return nil, Refused{Nth: n, Err: err}
		}
		for _, e := range more {
			t = t.Apply(e)
		}
		events = append(events, more...)
	}
	return events, nil
}

// Refused says which one of Several was refused, and why.
type Refused struct {
	Nth int // from 0
	Err error
}

func (r Refused) Error() string { return r.Err.Error() }

// Unwrap is the rule.
func (r Refused) Unwrap() error { return r.Err }
