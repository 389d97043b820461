package mail

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/app/language"
	"portico/app/notify"
	"portico/domain/invite"
	"portico/domain/task"
)

func taskNotice(tag string) notify.TaskNotice {
	return notify.TaskNotice{
		ID: "task.0197f000-0000-5000-8000-000000000001", At: noon, To: notify.Person{Name: "Ingrid Solberg", Email: "ingrid@solberg.example"}, Given: "Ingrid",
		Sender: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"}, ReplyTo: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"}, Language: tag, Zone: "Europe/London",
		URL: "https://portal.example/portal/todos/1?client=2",
		Clients: []notify.ClientNotice{{Client: "Solberg Boats Ltd", Tasks: []notify.TaskLine{{
			Title: "Send the ledger <b>now</b>", About: task.OfAssignment, DueOn: time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC), URL: "https://portal.example/portal/todos/1?client=2",
		}}}},
	}
}

// T5, I5, L5: one task, in the contact's language, with whose it is, the day and its zone; no client and no task in the subject.
func TestTaskMail(t *testing.T) {
	for _, tag := range language.Tags() {
		n := taskNotice(tag)
		var c caught
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		golden(t, "task_"+tag+".html", c.HTML)
		golden(t, "task_"+tag+".txt", c.Text)
		w := language.For(tag)
		if !strings.Contains(c.HTML, `lang="`+tag+`"`) || !strings.Contains(c.HTML, ">"+w.T("notices.mail.open")+"</a>") || !strings.Contains(c.Text, "\n"+n.URL+"\n") || !strings.Contains(c.Text, "Solberg Boats Ltd") {
			t.Errorf("%s:\n%s", tag, c.Text)
		}
		if strings.Contains(c.Subject, "Solberg") || strings.Contains(c.Subject, "ledger") || strings.Contains(c.HTML, "<b>now") || strings.Contains(c.HTML, "<img") || c.ReplyTo != n.Sender {
			t.Errorf("%s: subject %q, answers to %v", tag, c.Subject, c.ReplyTo)
		}
	}
}

// I4, L5: the first mail of all brings the way in, says so, and until when.
func TestFirstTaskMail(t *testing.T) {
	for _, tag := range language.Tags() {
		n := taskNotice(tag)
		n.URL, n.HelpURL = "https://portal.example/i/AbC_-123", "https://portal.example/portal/help"
		n.Pass = invite.Pass{Nth: 1, Access: invite.ByAccount, ExpiresAt: time.Date(2027, 12, 22, 0, 0, 0, 0, time.UTC), Zone: "Europe/London"}
		var c caught
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		golden(t, "task_first_"+tag+".html", c.HTML)
		golden(t, "task_first_"+tag+".txt", c.Text)
		w := language.For(tag)
		for _, want := range []string{w.T("invite.mail.button.account"), w.T("notices.mail.setup"), w.T("invite.mail.yours"), n.HelpURL, "2027"} {
			if !strings.Contains(c.Text, want) {
				t.Errorf("%s lacks %q:\n%s", tag, want, c.Text)
			}
		}
		n.Pass.Access = invite.ByLink
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil || !strings.Contains(c.Text, w.T("invite.mail.button.link")) || strings.Contains(c.Text, w.T("notices.mail.setup")) {
			t.Errorf("%s: %v\n%s", tag, err, c.Text)
		}
	}
}

// T5, S4.i8: whatever there is to say is one mail, by client.
func TestTaskMailOfSeveral(t *testing.T) {
	n := taskNotice("en")
	line := func(title string, about task.Notice, items ...string) notify.TaskLine {
		return notify.TaskLine{Title: title, About: about, Items: items, DueOn: time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC), URL: n.URL}
	}
	n.Clients = append(n.Clients, notify.ClientNotice{Tasks: []notify.TaskLine{
		line("Papers for 2025", task.OfSendBack, "Bank statement", "Pay\u202eslips"), line("Papers for 2024", task.OfAcceptance), line("Call us", task.OfReopening), line("Old questions", task.OfClosing),
	}})
	var c caught
	if _, err := mailer(t, &c).Task(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	golden(t, "tasks.html", c.HTML)
	golden(t, "tasks.txt", c.Text)
	if c.Subject != "News from Harbour & Finch about what is asked of you" || strings.Contains(c.Text, "\u202e") || strings.Count(c.Text, "4 December") != 3 {
		t.Errorf("%q\n%s", c.Subject, c.Text)
	}
}

// S2.10: of a message the mail says who has written.
func TestTaskMessageMail(t *testing.T) {
	n := taskNotice("en")
	n.Messages, n.Clients[0].Tasks[0].About, n.Clients[0].Tasks[0].From = true, task.OfMessage, []string{"Mary O’Neill", "Olav Solberg"}
	var c caught
	if _, err := mailer(t, &c).Task(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	golden(t, "task_message.html", c.HTML)
	golden(t, "task_message.txt", c.Text)
	if !strings.Contains(c.Text, "Written by Mary O’Neill, Olav Solberg") || strings.Contains(c.Text, "December") {
		t.Error(c.Text)
	}
}

// Who is in charge hears of messages, and who was mentioned.
func TestStaffTaskMail(t *testing.T) {
	n := notify.StaffTaskNotice{
		ID: "task-message-staff.1", At: noon, To: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"}, Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		URL: "https://portal.example/tasks", Tasks: []notify.StaffTaskLine{
			{Title: "Send the ledger", Client: "Solberg <b>Boats", From: []string{"Ingrid Solberg"}, URL: "https://portal.example/tasks/1"}, {Title: "Sign", From: []string{"Olav"}, URL: "https://portal.example/tasks/2"},
		},
	}
	var c caught
	if _, err := mailer(t, &c).StaffTask(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	golden(t, "staff_task.html", c.HTML)
	golden(t, "staff_task.txt", c.Text)
	if c.Subject != "Clients have written on 2 tasks" || strings.Contains(c.HTML, "<b>Boats") {
		t.Errorf("%q %s", c.Subject, c.HTML)
	}
	n.Mention, n.Tasks = true, n.Tasks[:1]
	if _, err := mailer(t, &c).StaffTask(t.Context(), n); err != nil || c.Subject != "A colleague has mentioned you" {
		t.Errorf("%v %q", err, c.Subject)
	}
}

// S2.i10: what clients have done is one mail.
func TestWorkMail(t *testing.T) {
	n := notify.StaffTaskNotice{
		ID: "task-work.1", At: noon, Work: true, To: notify.Person{Name: "Mary", Email: "mary@harbour.example"}, Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"}, URL: "https://portal.example/tasks/1",
	}
	many := make([]string, 22)
	for i := range many {
		many[i] = fmt.Sprintf("%d.pdf", i+1)
	}
	line := notify.StaffTaskLine{Title: "Papers", Client: "Boats", From: []string{"Ingrid <i>"}, URL: n.URL}
	for want, change := range map[string]func(*notify.StaffTaskLine){
		"A file has arrived on a task":    func(l *notify.StaffTaskLine) { l.Files = many[:1] },
		"22 files have arrived on a task": func(l *notify.StaffTaskLine) { l.Files = many },
		"A client has answered an item":   func(l *notify.StaffTaskLine) { l.Items = many[:1] },
		"A client has answered 2 items":   func(l *notify.StaffTaskLine) { l.Items, l.Files = many[:2], many[:1] },
		"A client is done with a task":    func(l *notify.StaffTaskLine) { l.Items, l.Done = many[:2], true },
	} {
		n.Tasks = []notify.StaffTaskLine{line}
		change(&n.Tasks[0])
		var c caught
		if _, err := mailer(t, &c).StaffTask(t.Context(), n); err != nil || c.Subject != want {
			t.Errorf("%q, %v", c.Subject, err)
		}
		if len(n.Tasks[0].Files) == 22 && (!strings.Contains(c.Text, "20.pdf and 2 more") || strings.Contains(c.HTML, "<i>") || !strings.Contains(c.HTML, "See what has come")) {
			t.Error(c.Text, c.HTML)
		}
	}
	n.Tasks = append(n.Tasks, line)
	var c caught
	if _, err := mailer(t, &c).StaffTask(t.Context(), n); err != nil || c.Subject != "There is something new from clients on 2 tasks" {
		t.Errorf("%q, %v", c.Subject, err)
	}
}

// S4.i3, I5: a reminder is one mail by client, which says how long there is, what is missing, and where each of them is.
func TestReminderMail(t *testing.T) {
	for _, tag := range language.Tags() {
		n := taskNotice(tag)
		line := func(title, url string, left, more int, items ...string) notify.TaskLine {
			return notify.TaskLine{Title: title, About: task.OfReminder, DueOn: time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC), Left: left, Items: items, More: more, URL: url}
		}
		n.Reminder, n.URL = true, "https://portal.example/portal"
		n.Clients[0].Tasks = []notify.TaskLine{line("Send the ledger <b>now</b>", n.URL+"/todos/1?client=2", 3, 0), line("Sign", n.URL+"/todos/2?client=2", 0, 0)}
		n.Clients = append(n.Clients, notify.ClientNotice{Client: "Acme Bakery", Tasks: []notify.TaskLine{line("Papers for 2025", n.URL+"/todos/3?client=4", -2, 4, "Bank statement", "Pay\u202eslips")}})
		var c caught
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		golden(t, "reminder_"+tag+".html", c.HTML)
		golden(t, "reminder_"+tag+".txt", c.Text)
		w := language.For(tag)
		for _, want := range []string{w.N("portal.due.left", 3), w.T("portal.due.today"), w.N("portal.due.overdue", 2), w.T("reminders.mail.missing"), w.N("reminders.mail.more", 4), n.URL + "/todos/3?client=4", "Acme Bakery"} {
			if !strings.Contains(c.Text, want) {
				t.Errorf("%s lacks %q:\n%s", tag, want, c.Text)
			}
		}
		if strings.Contains(c.Subject, "ledger") || strings.Contains(c.Subject, "Bakery") || strings.Contains(c.HTML, "<b>now") || strings.Contains(c.Text, "\u202e") {
			t.Errorf("%s: %q\n%s", tag, c.Subject, c.Text)
		}
		n.ByLink = true
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil || strings.Contains(c.Text, "/todos/") {
			t.Errorf("%s: with the link alone: %v\n%s", tag, err, c.Text)
		}
	}
}
