package main

import (
	"context"
	"strings"

	"portico/domain/fault"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// errNotOwn is for a kind of thing that own doesn't know.
var errNotOwn = fault.New(fault.NotFound, "account.not_own", "There is nothing at this address for you.")

// own looks up a thing that an address names, kind being what stands before its id there, for somebody who is limited to
// their own clients (rule 18 of accounts): the readers show what is theirs. It is asked before anything is done, because
// commands read streams. What it doesn't know is nobody's to touch.
func (h *house) own(ctx context.Context, firm int32, kind string, id uuid.UUID) (err error) {
	switch kind {
	case "tasks/filters", "task-filters", "tasks/templates", "task-templates": // nobody's client's
		return nil
	case "tasks/jobs", "task-jobs":
		_, err = h.taskJobs.Look(ctx, firm, id)
		return err
	}
	kind, _, _ = strings.Cut(kind, "/")
	switch kind {
	case "account", "settings", "message-templates", "staff", "forms": // likewise
	case "clients":
		_, err = h.clientList.Client(ctx, firm, id)
	case "contacts":
		_, err = h.contactList.Contact(ctx, firm, id)
	case "invites":
		_, err = h.contactList.Contact(ctx, firm, invite.ContactOf(id))
	case "upload-links":
		_, err = h.linkList.Link(ctx, firm, id)
	case "reminders":
		_, err = h.contactList.Contact(ctx, firm, id)
	case "requests", "tasks":
		_, err = h.taskList.Task(ctx, firm, id)
	case "batches":
		_, err = h.linkList.Batch(ctx, firm, id)
	case "files":
		_, err = h.linkList.LinkOf(ctx, firm, id)
	default:
		err = errNotOwn
	}
	return err
}
