package webhook

import (
	"slices"
	"strings"
)

// Type is one sort of event that an endpoint can be sent, and what it says in words.
type Type struct{ Name, Words string }

// Types are all of them, in groups. A name stays what it is: receivers depend on it.
func Types() []Type {
	return []Type{
		{"task.assigned", "A task, request or question was given to a client"},
		{"task.changed", "Title, description, due date, owner, audience, priority, checklist or repetition was changed"},
		{"task.seen", "A contact opened it for the first time"},
		{"task.done", "A contact is done with it, or has answered the question"},
		{"task.undone", "A contact took that back"},
		{"task.confirmed", "The practice agreed that it is done"},
		{"task.reopened", "It is to be done again"},
		{"task.progressed", "The practice’s own part moved on"},
		{"task.closed", "It was completed or cancelled"},
		{"task.taken_back", "It was undone before anybody was told"},
		{"task.item_returned", "A contact returned an item of a request, or said that it does not apply"},
		{"task.item_accepted", "The practice accepted an item"},
		{"task.item_sent_back", "The practice sent an item back"},
		{"task.message", "Somebody wrote a message; never internal notes"},
		{"file.received", "Files reached the practice, by a task or an upload link"},
		{"file.removed", "The practice took a file away, or gave it up"},
		{"file.restored", "A file that was taken away is back"},
		{"invite.sent", "A contact was invited into the portal"},
		{"invite.delivered", "The receiving side accepted the invitation"},
		{"invite.failed", "An invitation bounced, or could not be handed over"},
		{"invite.opened", "Somebody opened the invitation"},
		{"invite.accepted", "The contact is in"},
		{"invite.ended", "An invitation expired, was withdrawn, or became void"},
		{"invite.access_removed", "The portal is shut for the contact"},
	}
}

// Test is the type of a delivery that somebody asked for to see whether it arrives. Every endpoint is sent it.
const Test = "webhook.test"

// Group is the word before the dot.
func Group(name string) string {
	group, _, _ := strings.Cut(name, ".")
	return group
}

// Groups are the words before the dots, in order.
func Groups() (groups []string) {
	for _, t := range Types() {
		if g := Group(t.Name); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// Wants tells whether chosen types hold name, by itself or by its group.
func Wants(chosen []string, name string) bool {
	return slices.Contains(chosen, name) || slices.Contains(chosen, Group(name)+".*")
}

// choice is chosen types in the order of the list, once each; a group that is chosen stands for all of its own. A word
// that is none of them is ErrType, and none at all ErrNoTypes.
func choice(chosen []string) (types []string, err error) {
	for _, c := range chosen {
		if group, all := strings.CutSuffix(c, ".*"); all && slices.Contains(Groups(), group) {
			continue
		}
		if !slices.ContainsFunc(Types(), func(t Type) bool { return t.Name == c }) {
			return nil, ErrType.Withf("There are no events called “%s”. Choose from the list.", c)
		}
	}
	for _, group := range Groups() {
		if slices.Contains(chosen, group+".*") {
			types = append(types, group+".*")
			continue
		}
		for _, t := range Types() {
			if Group(t.Name) == group && slices.Contains(chosen, t.Name) {
				types = append(types, t.Name)
			}
		}
	}
	if len(types) == 0 {
		return nil, ErrNoTypes
	}
	return types, nil
}
