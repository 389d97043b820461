package task

import (
	"context"
	"slices"
	"time"

	"portico/domain/task"

	"github.com/google/uuid"
)

// RequestReader reads what requests of documents ask for, and what was returned.
type RequestReader interface {
	// Items are those of each of the tasks, in the order in which they were asked for.
	Items(ctx context.Context, firm int32, tasks ...uuid.UUID) (map[uuid.UUID][]Item, error)
}

// Item is one thing that a request asks for.
type Item struct {
	ID        uuid.UUID
	Title     string
	Help      string
	Example   uuid.UUID // a transfer; zero: none
	Types     []string
	Most      int
	Optional  bool
	Own       bool
	Cancelled bool
	Rounds    []Round // in order; those of somebody's own item among those of others
}

// Round is one answer to an item, and what the practice made of it (T6).
type Round struct {
	For           uuid.UUID // whose item, where each has their own
	Nth           int
	Stands        Stands
	NotApplicable bool
	By            task.Who
	Files         []uuid.UUID
	Note          string
	At            time.Time
	JudgedBy      uuid.UUID // staff
	JudgedAt      time.Time // zero: it waits
	Reason        string    // of its being sent back
}

// Stands is where an item stands. Its words are stored in the read model.
type Stands string

// Where an item stands.
const (
	Wanted   Stands = "open"
	Returned Stands = "returned"
	InReview Stands = "in_review"
	Accepted Stands = "accepted"
	SentBack Stands = "sent_back"
)

// Newest is the round that counts of a contact, whose own item it may be; nothing was answered where ok is false.
func (i Item) Newest(contact uuid.UUID) (r Round, ok bool) {
	for _, r := range slices.Backward(i.Rounds) {
		if !i.Own || r.For == contact {
			return r, true
		}
	}
	return Round{Stands: Wanted}, false
}

// Of is the item as a contact may see it: without what others have returned of their own.
func (i Item) Of(contact uuid.UUID) Item {
	if i.Own {
		i.Rounds = slices.DeleteFunc(slices.Clone(i.Rounds), func(r Round) bool { return r.For != contact })
	}
	return i
}

// Numbers are how many things a request asks for, by where they stand (S4.i4).
type Numbers struct{ Open, Returned, Accepted, SentBack int }

// All is how many there are.
func (n Numbers) All() int { return n.Open + n.Returned + n.Accepted + n.SentBack }

// Plus adds up.
func (n Numbers) Plus(o Numbers) Numbers {
	return Numbers{n.Open + o.Open, n.Returned + o.Returned, n.Accepted + o.Accepted, n.SentBack + o.SentBack}
}

// Count are the numbers of items for these contacts: what all share counts once, what is each their own once for each. It
// is one function for both sides, so that they see the same numbers.
func Count(items []Item, contacts ...uuid.UUID) (n Numbers) {
	for _, i := range items {
		whom := contacts
		if !i.Own {
			whom = []uuid.UUID{uuid.Nil}
		}
		if i.Cancelled {
			continue
		}
		for _, c := range whom {
			switch r, _ := i.Newest(c); r.Stands {
			case Wanted:
				n.Open++
			case Returned, InReview:
				n.Returned++
			case Accepted:
				n.Accepted++
			case SentBack:
				n.SentBack++
			}
		}
	}
	return n
}
