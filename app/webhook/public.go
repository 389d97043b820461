package webhook

import (
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/domain/uploadlink"
	"portico/domain/webhook"
)

// Heard are the stored names of the events that a webhook may tell of, and of those about endpoints.
func Heard() (names []string) {
	for _, e := range heard() {
		names = append(names, e.EventType())
	}
	return names
}

func heard() []event.Event {
	return []event.Event{
		webhook.Added{}, webhook.Changed{}, webhook.SwitchedOn{}, webhook.SwitchedOff{}, webhook.Tested{}, webhook.Replayed{}, webhook.Removed{},

		task.Assigned{}, task.TakenBack{}, task.Retitled{}, task.Described{}, task.DueSet{}, task.InternalDueSet{}, task.OwnerSet{}, task.AudienceSet{}, task.ContactAdded{},
		task.ContactRemoved{}, task.PrioritySet{}, task.ChecklistSet{}, task.Ticked{}, task.Unticked{}, task.RecurrenceSet{}, task.ItemAdded{}, task.ItemChanged{}, task.ItemCancelled{},
		task.Seen{}, task.DoneByClient{}, task.UndoneByClient{}, task.Confirmed{}, task.Reopened{}, task.Progressed{}, task.Closed{},
		task.ItemReturned{}, task.ItemNotApplicable{}, task.ItemAccepted{}, task.ItemSentBack{}, task.Posted{},
		task.AttachmentReceived{}, task.AttachmentReleased{}, task.AttachmentRemoved{}, task.AttachmentRestored{},

		uploadlink.BatchReleased{}, uploadlink.WithdrawalAccepted{},

		invite.Sent{}, invite.TakenBack{}, invite.Delivered{}, invite.Bounced{}, invite.GaveUp{}, invite.Opened{}, invite.Accepted{}, invite.Expired{}, invite.Withdrawn{},
		invite.Voided{}, invite.AccessRemoved{},
	}
}

// Public is what a webhook calls an event; ok is false where it doesn't tell of it: internal notes, files that are drafts
// of an item or of a message, which are told of when those are sent.
func Public(e event.Event) (name string, ok bool) {
	switch e := e.(type) {
	case task.Assigned:
		return "task.assigned", true
	case task.TakenBack:
		return "task.taken_back", true
	case task.Seen:
		return "task.seen", true
	case task.DoneByClient:
		return "task.done", true
	case task.UndoneByClient:
		return "task.undone", true
	case task.Confirmed:
		return "task.confirmed", true
	case task.Reopened:
		return "task.reopened", true
	case task.Progressed:
		return "task.progressed", true
	case task.Closed:
		return "task.closed", true
	case task.ItemReturned, task.ItemNotApplicable:
		return "task.item_returned", true
	case task.ItemAccepted:
		return "task.item_accepted", true
	case task.ItemSentBack:
		return "task.item_sent_back", true
	case task.Posted:
		return "task.message", !e.Talk.Internal
	case task.AttachmentReceived:
		return "file.received", e.Delivered && !e.Awaited && standsAlone(e.Place)
	case task.AttachmentReleased: // whether it stands alone its history says
		return "file.received", true
	case task.AttachmentRemoved:
		return "file.removed", true
	case task.AttachmentRestored:
		return "file.restored", true
	case uploadlink.BatchReleased:
		return "file.received", true
	case uploadlink.WithdrawalAccepted:
		return "file.removed", true
	case invite.Sent:
		return "invite.sent", true
	case invite.Delivered:
		return "invite.delivered", true
	case invite.Bounced, invite.GaveUp:
		return "invite.failed", true
	case invite.Opened:
		return "invite.opened", true
	case invite.Accepted:
		return "invite.accepted", true
	case invite.Expired, invite.Withdrawn, invite.Voided, invite.TakenBack:
		return "invite.ended", true
	case invite.AccessRemoved:
		return "invite.access_removed", true
	}
	_, ok = changed(e)
	return "task.changed", ok
}

func standsAlone(p task.Place) bool { return p.Item == none && p.Message == none && !p.Talk.Internal }

// changed is what of a task is another one now.
func changed(e event.Event) (what string, ok bool) {
	switch e.(type) {
	case task.Retitled:
		return "title", true
	case task.Described:
		return "description", true
	case task.DueSet:
		return "due_on", true
	case task.InternalDueSet:
		return "internal_due_on", true
	case task.OwnerSet:
		return "owner", true
	case task.AudienceSet, task.ContactAdded, task.ContactRemoved:
		return "audience", true
	case task.PrioritySet:
		return "priority", true
	case task.ChecklistSet, task.Ticked, task.Unticked:
		return "checklist", true
	case task.RecurrenceSet:
		return "recurrence", true
	case task.ItemAdded, task.ItemChanged, task.ItemCancelled:
		return "items", true
	}
	return "", false
}
