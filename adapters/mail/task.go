package mail

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/app/language"
	"portico/app/notify"
	"portico/domain/invite"
	"portico/domain/task"
)

// taskBody is what bodies/task.* show.
type taskBody struct {
	notify.TaskNotice
	W       *language.Words
	Title   string
	Hello   string
	Lead    string
	Groups  []taskGroup // by client
	Button  string
	Expires string
	After   string // what happens when it is pressed
	Ended   string // what a reminder asks of who is done
	Yours   string // of a button that lets its holder in
	Choose  string
	Answer  string // who reads an answer; empty: the mail says nothing of answers
}

type taskGroup struct {
	Client string // the sentence that names it; empty: none
	Lines  []taskLine
}

type taskLine struct {
	Title string
	Notes []string
	URL   string
	Link  string // of its own, beside the button's; empty: none
}

// Task is notify.Mailer: one mail for what there is to say about tasks, in the contact's language, by client (I5). Its
// subject names no client, no task and no contact.
func (m *Mailer) Task(ctx context.Context, n notify.TaskNotice) (notify.Outcome, error) {
	w := language.For(n.Language)
	zone, err := time.LoadLocation(n.Zone)
	if err != nil {
		zone = time.UTC
	}
	practice := n.Practice.Name
	b := taskBody{TaskNotice: n, W: w, Hello: w.T("invite.mail.hello.plain"), Lead: w.T("notices.mail.lead", practice), Button: w.T("notices.mail.open")}
	if given := visible(n.Given); given != "" {
		b.Hello = w.T("invite.mail.hello", given)
	}
	count, fresh := 0, 0
	for _, c := range n.Clients {
		g := taskGroup{}
		if client := visible(c.Client); client != "" {
			g.Client = w.T("invite.mail.client", client)
		}
		for _, t := range c.Tasks {
			count++
			if t.About == task.OfAssignment {
				fresh++
			}
			line := taskLine{Title: visible(t.Title), Notes: taskNotes(w, t, zone), URL: t.URL}
			if n.Reminder && !n.ByLink && t.URL != n.URL {
				line.Link = t.URL
			}
			g.Lines = append(g.Lines, line)
		}
		b.Groups = append(b.Groups, g)
	}
	switch {
	case n.Reminder:
		b.Title, b.Lead = w.N("reminders.mail.title", count, practice), w.T("reminders.mail.lead", practice)
	case n.Messages:
		b.Title, b.Lead, b.Button = w.T("notices.mail.message", practice), w.T("notices.mail.lead.message", practice), w.T("notices.mail.read")
	case fresh == count:
		b.Title = w.N("notices.mail.new", count, practice)
	default:
		b.Title = w.T("notices.mail.news", practice)
	}
	if count > 1 {
		b.Button = w.T("notices.mail.open.all")
	}
	b.After, b.Choose = w.T("notices.mail.sign_in"), w.T("notices.mail.choose")
	if n.Reminder {
		b.Ended = w.T("reminders.mail.after")
	}
	if n.Pass.Nth > 0 {
		b.welcome(zone)
	}
	switch n.Answers {
	case notify.AnswersPractice:
		b.Answer = w.T("replies.mail.practice", practice)
	case notify.AnswersAll:
		b.Answer = w.T("replies.mail.all", practice)
	case notify.AnswersNobody:
	}
	return m.send(ctx, "task", b, Mail{
		ID: n.ID, At: n.At, To: n.To, ReplyTo: n.ReplyTo, From: notify.Person{Name: inTheNameOf(n.Sender, n.Practice), Email: m.From}, Subject: b.Title,
	})
}

// welcome makes it the first mail of all, which brings the way in (I4), with the day of its expiry (L5).
func (b *taskBody) welcome(zone *time.Location) {
	if own, err := time.LoadLocation(b.Pass.Zone); err == nil && b.Pass.Zone != "" {
		zone = own
	}
	b.Button, b.After = b.W.T("invite.mail.button.account"), b.W.T("notices.mail.setup")
	if b.Pass.Access == invite.ByLink {
		b.Button, b.After = b.W.T("invite.mail.button.link"), ""
	}
	b.Expires = b.W.T("invite.mail.expires", b.W.LastDay(b.Pass.ExpiresAt, zone), b.W.Zone(zone))
	b.Yours, b.Choose = b.W.T("invite.mail.yours"), ""
}

// taskNotes say what is new about a task, until when it is wanted, and what of it.
func taskNotes(w *language.Words, t notify.TaskLine, zone *time.Location) (notes []string) {
	switch t.About {
	case task.OfAssignment:
		notes = append(notes, w.T("notices.mail.assigned"))
	case task.OfReopening:
		notes = append(notes, w.T("notices.mail.reopened"))
	case task.OfSendBack:
		notes = append(notes, w.T("notices.mail.sent_back"))
		for _, item := range t.Items {
			notes = append(notes, "– "+visible(item))
		}
	case task.OfAcceptance:
		notes = append(notes, w.T("notices.mail.accepted"))
	case task.OfClosing:
		notes = append(notes, w.T("notices.mail.closed"))
	case task.OfMessage:
		notes = append(notes, w.T("notices.mail.wrote", visible(strings.Join(t.From, ", "))))
	case task.OfReminder:
		return reminderNotes(w, t, zone)
	}
	if !t.DueOn.IsZero() && t.About != task.OfAcceptance && t.About != task.OfClosing && t.About != task.OfMessage {
		notes = append(notes, w.T("notices.mail.due", w.Date(t.DueOn, time.UTC), w.Zone(zone)))
	}
	return notes
}

// reminderNotes say how long there is, and what is missing of a request.
func reminderNotes(w *language.Words, t notify.TaskLine, zone *time.Location) (notes []string) {
	if !t.DueOn.IsZero() {
		notes = append(notes, w.T("notices.mail.due", w.Date(t.DueOn, time.UTC), w.Zone(zone)), daysLeft(w, t.Left))
	}
	if len(t.Items) > 0 {
		notes = append(notes, w.T("reminders.mail.missing"))
	}
	for _, item := range t.Items {
		notes = append(notes, "– "+visible(item))
	}
	if t.More > 0 {
		notes = append(notes, w.N("reminders.mail.more", t.More))
	}
	return notes
}

func daysLeft(w *language.Words, days int) string {
	switch {
	case days < 0:
		return w.N("portal.due.overdue", -days)
	case days == 0:
		return w.T("portal.due.today")
	case days == 1:
		return w.T("portal.due.tomorrow")
	}
	return w.N("portal.due.left", days)
}

// staffTaskBody is what bodies/staff_task.* show.
type staffTaskBody struct {
	notify.StaffTaskNotice
	Title  string
	Button string
	Lines  []taskLine
}

// StaffTask is notify.Mailer: somebody of the practice hears of messages, or of what clients have done, once for all within
// a moment.
func (m *Mailer) StaffTask(ctx context.Context, n notify.StaffTaskNotice) (notify.Outcome, error) {
	b := staffTaskBody{StaffTaskNotice: n, Title: "A client has written", Button: "Read and answer"}
	switch {
	case n.Work:
		b.Title, b.Button = workTitle(n.Tasks), "See what has come"
	case n.Mention:
		b.Title = "A colleague has mentioned you"
	case len(n.Tasks) > 1:
		b.Title = fmt.Sprintf("Clients have written on %d tasks", len(n.Tasks))
	}
	for _, t := range n.Tasks {
		line := taskLine{Title: visible(t.Title), URL: t.URL, Notes: []string{visible(strings.Join(t.From, ", "))}}
		if client := visible(t.Client); client != "" {
			line.Notes[0] += ", " + client
		}
		line.Notes = append(line.Notes, workOn(t)...)
		b.Lines = append(b.Lines, line)
	}
	return m.send(ctx, "staff_task", b, Mail{
		ID: n.ID, At: n.At, To: n.To, From: notify.Person{Name: n.Practice.Name, Email: m.From}, Subject: b.Title,
	})
}

// workTitle says what has come in on tasks.
func workTitle(tasks []notify.StaffTaskLine) string {
	files, items, done := 0, 0, 0
	for _, t := range tasks {
		files, items = files+len(t.Files), items+len(t.Items)
		if t.Done {
			done++
		}
	}
	switch {
	case len(tasks) > 1:
		return fmt.Sprintf("There is something new from clients on %d tasks", len(tasks))
	case done > 0:
		return "A client is done with a task"
	case items > 1:
		return fmt.Sprintf("A client has answered %d items", items)
	case items == 1:
		return "A client has answered an item"
	case files == 1:
		return "A file has arrived on a task"
	}
	return fmt.Sprintf("%d files have arrived on a task", files)
}

const mostNamed = 20 // files or items of one task

// workOn says what a client has done on one task.
func workOn(t notify.StaffTaskLine) (notes []string) {
	if t.Done {
		notes = append(notes, "Done by the client")
	}
	for _, list := range []struct {
		word  string
		names []string
	}{{"Answered", t.Items}, {"Files", t.Files}} {
		names := list.names[:min(len(list.names), mostNamed)]
		if len(names) == 0 {
			continue
		}
		text := visible(strings.Join(names, ", "))
		if more := len(list.names) - len(names); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		notes = append(notes, list.word+": "+text)
	}
	return notes
}
