package mail

import (
	"strings"
	"testing"

	"portico/app/language"
	"portico/app/notify"
	"portico/domain/task"
)

// A mail that can be answered says so and who reads it, and its answers go there.
func TestAnswers(t *testing.T) {
	for _, tag := range language.Tags() {
		n := taskNotice(tag)
		n.Messages, n.Clients[0].Tasks[0].About, n.Clients[0].Tasks[0].From = true, task.OfMessage, []string{"Mary O’Neill"}
		n.Answers, n.ReplyTo = notify.AnswersAll, notify.Person{Name: "Harbour & Finch", Email: "amdqdeyaaaaaa4aaqaaaaaaaaaaacdwo4v7mh3xfmsicm@in.example"}
		var c caught
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		golden(t, "task_answer_"+tag+".html", c.HTML)
		golden(t, "task_answer_"+tag+".txt", c.Text)
		if want := language.For(tag).T("replies.mail.all", "Harbour & Finch"); c.ReplyTo != n.ReplyTo || !strings.Contains(c.Text, want) {
			t.Errorf("%s: answers to %v\n%s", tag, c.ReplyTo, c.Text)
		}
		n.Answers = notify.AnswersPractice
		if _, err := mailer(t, &c).Task(t.Context(), n); err != nil || !strings.Contains(c.Text, language.For(tag).T("replies.mail.practice", "Harbour & Finch")) {
			t.Errorf("%s: %v\n%s", tag, err, c.Text)
		}
	}
}

// Reply-To is a header of the mail that leaves, with the practice's name and nothing else in it.
func TestReplyTo(t *testing.T) {
	m := Mail{ID: "task.1", At: noon, From: notify.Person{Name: "Mary", Email: "portal@harbour.example"}, To: notify.Person{Name: "Ida", Email: "ida@example.org"}, Subject: "x", Text: "x", HTML: "x"}
	m.ReplyTo = notify.Person{Name: "Harbour & Finch, Ltd", Email: "amdqdeyaaaaaa4aaqaaaaaaaaaaacdwo4v7mh3xfmsicm@in.example"}
	var b strings.Builder
	if err := m.write(&b); err != nil || !strings.Contains(strings.ReplaceAll(b.String(), "\r\n ", " "), "\r\nReply-To: \"Harbour & Finch, Ltd\" <amdqdeyaaaaaa4aaqaaaaaaaaaaacdwo4v7mh3xfmsicm@in.example>\r\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// Whose answer was not taken reads why, in their language, and their own words; nothing of it is markup, or a header.
func TestReplyRefused(t *testing.T) {
	for _, tag := range language.Tags() {
		w := language.For(tag)
		r := notify.ReplyRefused{
			ID: "task-reply.1.2", At: noon, To: notify.Person{Name: "Ida", Email: "ida@example.org"}, Given: "Ida", Language: tag, Title: "Send the ledger", Why: task.ForClosing,
			Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"}, Sender: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
			Text: "Dear Mary,\n\n<b>wait</b>\u202e for me.\n-- \nIda", Cut: true, Files: []string{"ledger\r\nBcc: x@evil.example", "<b>.pdf"}, URL: "https://portal.example/portal/todos/1",
		}
		r.ReplyTo = r.Practice
		var c caught
		if _, err := mailer(t, &c).ReplyRefused(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		golden(t, "reply_refused_"+tag+".html", c.HTML)
		golden(t, "reply_refused_"+tag+".txt", c.Text)
		if strings.Contains(c.HTML, "<b>") || strings.Contains(c.Text, "\u202e") || strings.Contains(c.Text, "\nBcc") || !strings.Contains(c.Text, "> -- \n") || c.Subject != w.T("replies.mail.refused") || c.ReplyTo != r.Practice {
			t.Errorf("%s: %q\n%s", tag, c.Subject, c.Text)
		}
		for why, want := range map[task.Refusal]string{
			task.ForLength: w.Number(10_000), task.ForNothing: w.T("replies.mail.nothing"), task.ForAccess: "office@harbour.example", task.ForArchive: w.T("replies.mail.archived", "Harbour & Finch", "office@harbour.example"),
			task.ForFrequency: w.T("replies.mail.frequency"), task.ForFiles: w.T("replies.mail.files.alone"), task.ForSender: w.T("replies.mail.sender", "Harbour & Finch"),
		} {
			r := notify.ReplyRefused{ID: r.ID, At: noon, To: r.To, Language: tag, Why: why, Practice: r.Practice, Sender: r.Sender}
			if _, err := mailer(t, &c).ReplyRefused(t.Context(), r); err != nil || !strings.Contains(c.Text, want) || strings.Contains(c.Text, w.T("replies.mail.words")) || strings.Contains(c.HTML, "class=\"button\"") || strings.Contains(c.Text, "“”") {
				t.Errorf("%s, %s: %v\n%s", tag, why, err, c.Text)
			}
		}
		r.Why, r.Posted, r.Text, r.Cut = task.ForFiles, true, "", false
		if _, err := mailer(t, &c).ReplyRefused(t.Context(), r); err != nil || !strings.Contains(c.Text, w.T("replies.mail.files")) || c.Subject != w.T("replies.mail.refused.files") {
			t.Errorf("%s: %v\n%s", tag, err, c.Text)
		}
	}
}
