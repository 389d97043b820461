package web

import (
	"portico/domain/event"

	"github.com/google/uuid"
)

// writer is whose drafts a browser keeps, as own-drafts.js has it; "" for nobody's. People of both sides can be signed in
// in one browser.
func writer(side event.ActorKind, person uuid.UUID) string {
	if person == uuid.Nil {
		return ""
	}
	return string(side) + "/" + person.String()
}

// writer is who types in the portal: the contact, or who acts for them.
func (v visitor) writer() string {
	if v.view != nil {
		return writer(event.Staff, v.view.Staff)
	}
	return writer(event.Contact, v.Contact)
}

// draftOf is what a browser keeps a text about a task under until the server has it.
func (in inPortal) draftOf(task uuid.UUID) string {
	if in.view != nil { // as many drafts as there are people whom somebody acts for
		return in.writer() + "/" + in.Contact.String() + "/" + task.String()
	}
	return in.writer() + "/" + task.String()
}
