package task

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// Asks tells whether the task waits for a contact: it is for them, open, and something of it is theirs to do. Whether its
// hold has ended, and whether they come in, is asked elsewhere.
func (t Task) Asks(contact uuid.UUID) bool {
	switch {
	case t.there() != nil, !t.Sees(contact), t.Takes(contact) != nil, t.part(t.whose(contact)).done:
		return false
	}
	return t.says.Kind != Documents || len(t.Missing(contact)) > 0
}

// Moves tells whether an event is something that was done about the task for a contact on the client's side: by
// themselves, or, where one does it for all, by any of them.
func (t Task) Moves(e Event, contact uuid.UUID) bool {
	by := Who{}
	switch e := event.Event(e).(type) { // of all that happens, these
	case Ticked:
		by = e.By
	case DoneByClient:
		by = e.By
	case ItemReturned:
		by = e.By
	case ItemNotApplicable:
		by = e.By
	case AttachmentReceived:
		by = e.By
	case Answered:
		by = e.By
	case RowAdded:
		by = e.By
	case Posted:
		if !e.Talk.Internal {
			by = e.By
		}
	}
	who := by.Contact()
	return who != uuid.Nil && (who == contact || !t.says.Each)
}

// Missing are the items that a contact is still to answer, or to answer again.
func (t Task) Missing(contact uuid.UUID) (items []Item) {
	for _, i := range t.items {
		stands := i.rounds[i.whose(contact)].stands
		if !i.cancelled && (stands == sentBack || stands == wanted && !i.Optional) {
			items = append(items, i.Item)
		}
	}
	return items
}
