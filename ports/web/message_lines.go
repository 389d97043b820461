package web

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"portico/app/message"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

type kindOfMessage struct{ title, icon string }

// kindsOfMessages are the sorts of messages by their stored words. One that isn't here is told by its word.
var kindsOfMessages = map[string]kindOfMessage{
	"mail.upload_link":        {"Upload link", "send"},
	"mail.batch_notice":       {"Files have arrived", "inbox"},
	"mail.infected":           {"A virus was found", "mail-x"},
	"mail.not_sent":           {"A file was not delivered", "mail-x"},
	"mail.held":               {"A file is held", "hourglass"},
	"mail.new_link_request":   {"Somebody asks for a new link", "mail"},
	"mail.withdrawal_request": {"Files are asked back", "rotate-cw"},
	"mail.withdrawal_answer":  {"Answer to who asked for a file back", "mail"},
	"mail.invitation":         {"Invitation", "send"},
	"sms.invitation":          {"Invitation by text", "send"},
	"mail.invitation_lost":    {"An invitation didn’t arrive", "mail-x"},
	"mail.webhook_off":        {"A webhook was switched off", "mail-x"},
	"mail.also_access":        {"Access to a further client", "mail"},
	"sms.also_access":         {"Access to a further client, by text", "mail"},
	"mail.staff_invitation":   {"Invitation to work here", "send"},
	"mail.code":               {"Code to sign in", "mail"},
	"sms.code":                {"Code to sign in, by text", "mail"},
	"mail.factor_notice":      {"Notice about a second factor", "mail"},
	"mail.password_reset":     {"Link to set a new password", "send"},
	"mail.password_changed":   {"The password was changed", "mail"},
	"mail.new_device":         {"Sign-in on a new device", "mail"},
	"mail.address_old":        {"Change of address, to the old one", "send"},
	"mail.address_new":        {"Change of address, to the new one", "send"},
	"mail.task":               {"News about tasks", "list-todo"},
	"mail.reminder":           {"Reminder", "clock"},
	"mail.task_message":       {"Message on a task", "mail"},
	"mail.task_reply":         {"Their e-mail was not taken", "mail-x"},
	"mail.task_message_staff": {"A client has written", "inbox"},
	"mail.task_mention":       {"Mentioned by a colleague", "mail"},
	"mail.task_work":          {"A client has sent something", "inbox"},
}

// reasons are events as the reason for a message; "%s" is who did it.
var reasons = map[string]string{
	"uploadlink.issued":               "%s sent the link",
	"uploadlink.resent":               "%s sent the link again",
	"uploadlink.address_corrected":    "%s corrected the address",
	"uploadlink.new_link_requested":   "%s asked for a new link",
	"uploadlink.batch_released":       "Files were handed to the practice",
	"uploadlink.file_scanned":         "A file was checked for viruses",
	"uploadlink.withdrawal_requested": "%s asked for a file back",
	"uploadlink.withdrawal_accepted":  "%s gave the file up",
	"uploadlink.withdrawal_refused":   "%s kept the file",
	"invite.sent":                     "%s sent the invitation",
	"invite.told":                     "%s gave access to a further client",
	"invite.bounced":                  "The invitation came back",
	"invite.gave_up":                  "No try to send the invitation succeeded",
	"webhook.switched_off":            "Nothing reached the webhook any more",
	"account.staff_invited":           "%s invited them",
	"account.code_requested":          "A code was asked for",
	"task.assigned":                   "%s assigned a task",
	"reminder.due":                    "The day came on which the practice’s cadence reminds of it",
	"task.audience_set":               "%s changed who sees a task",
	"task.contact_added":              "%s added them to a task",
	"task.reopened":                   "%s reopened a task",
	"task.closed":                     "%s closed a task",
	"task.item_sent_back":             "%s sent something back",
	"task.item_accepted":              "%s accepted what was returned",
	"task.posted":                     "%s wrote a message",
	"task.reply_refused":              "%s answered by e-mail",
}

// messageBadges are the states of a message as icon, words and colour.
var messageBadges = map[message.State]views.Badge{
	message.Held:       {Tone: "info", Icon: "clock", Word: "Held"},
	message.Waiting:    {Tone: "quiet", Icon: "hourglass", Word: "On its way"},
	message.Retrying:   {Tone: "warn", Icon: "refresh-cw", Word: "Trying again"},
	message.HandedOver: {Tone: "info", Icon: "mail-check", Word: "Handed over"},
	message.Arrived:    {Tone: "ok", Icon: "circle-check", Word: "Delivered"},
	message.Failed:     {Tone: "danger", Icon: "mail-x", Word: "Bounced"},
	message.Refused:    {Tone: "danger", Icon: "mail-x", Word: "Refused"},
	message.GaveUp:     {Tone: "danger", Icon: "mail-x", Word: "Given up"},
	message.NotSent:    {Tone: "quiet", Icon: "ban", Word: "Not sent"},
}

func messageLine(m message.Row, z *time.Location) views.MessageLine {
	line := views.MessageLine{
		ID: m.Key, Why: whyOf(m), Who: m.PersonName, ToPractice: m.ToPractice(), Client: m.ClientName, ClientID: m.Client,
		State: messageBadges[m.State], Asked: views.At(m.CreatedAt, z),
	}
	kind, ok := kindsOfMessages[m.Kind]
	if !ok {
		_, word, _ := strings.Cut(m.Kind, ".")
		kind = kindOfMessage{title: capital(strings.ReplaceAll(word, "_", " ")), icon: "mail"}
	}
	line.Title, line.Icon = kind.title, kind.icon
	switch m.Stream.Kind {
	case uploadlink.Kind:
		line.Href = "/upload-links/" + m.Stream.ID.String()
	case invite.Kind:
		line.Href = "/contacts/" + invite.ContactOf(m.Stream.ID).String() + "/access"
	case task.Kind:
		line.Href = "/tasks/" + m.Stream.ID.String()
	}
	if m.Sort == message.Contact && m.Person != uuid.Nil {
		line.WhoHref = "/contacts/" + m.Person.String() + "/access"
	}
	line.Detail, line.Steps = messageDetail(m, z), messageSteps(m, z)
	return line
}

// messageDetail says in one line why the state is as it is.
func messageDetail(m message.Row, z *time.Location) string {
	next := views.At(m.NextAt, z)
	switch m.State {
	case message.Held:
		return "until " + next.Short()
	case message.Retrying:
		return fmt.Sprintf("%s failed; the next is at %s", views.Count(m.Tries, "try", "tries"), next.Short())
	case message.Failed, message.Refused:
		if m.Code != "" {
			return "with " + m.Code
		}
	case message.GaveUp:
		return fmt.Sprintf("%s failed", views.Count(m.Tries, "try", "tries"))
	case message.NotSent:
		return m.Why
	case message.Waiting, message.HandedOver, message.Arrived:
	}
	return ""
}

// messageSteps are the facts of a message with their times (T13): what hasn't happened isn't there.
func messageSteps(m message.Row, z *time.Location) (steps []views.Step) {
	add := func(word string, at time.Time) {
		if !at.IsZero() {
			steps = append(steps, views.Step{Word: word, At: views.At(at, z)})
		}
	}
	add("Asked for", m.CreatedAt)
	add("Held until", m.HeldUntil)
	switch m.State {
	case message.HandedOver, message.Arrived, message.Failed:
		add("Handed over", m.EndedAt)
	case message.Refused:
		add("Refused", m.EndedAt)
	case message.GaveUp:
		add("Given up", m.EndedAt)
	case message.NotSent:
		add("Called off", m.EndedAt)
	case message.Held, message.Waiting, message.Retrying:
	}
	add("Delivered", m.Delivered)
	add("Bounced", m.Bounced)
	return steps
}

// whyOf tells which event asked for a message, and how many more it stands for.
func whyOf(m message.Row) string {
	if len(m.Causes) == 0 {
		return ""
	}
	c := m.Causes[0]
	who := c.Name
	if who == "" {
		who = map[event.ActorKind]string{
			event.Staff: "The practice", event.Operator: "The operator", event.Contact: "The contact", event.Uploader: "The recipient", event.System: "Portico",
		}[c.Actor.Kind]
	}
	why := reasons[c.Type]
	switch {
	case strings.Contains(why, "%s"):
		why = fmt.Sprintf(why, who)
	case why == "":
		_, word, _ := strings.Cut(c.Type, ".")
		why = capital(strings.ReplaceAll(word, "_", " "))
		if c.Name != "" {
			why += " by " + c.Name
		}
	}
	if n := m.Merged(); n > 0 {
		why += fmt.Sprintf(", and %s merged into it", views.Count(n, "more event", "more events"))
	}
	return why
}

// capital is text with its first letter large.
func capital(text string) string {
	for i, r := range text {
		return text[:i] + string(unicode.ToUpper(r)) + text[i+len(string(r)):]
	}
	return text
}
