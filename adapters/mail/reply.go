package mail

import (
	"context"
	"strings"

	"portico/app/language"
	"portico/app/notify"
	"portico/domain/task"
)

// replyRefusedBody is what bodies/reply_refused.* show.
type replyRefusedBody struct {
	notify.ReplyRefused
	W     *language.Words
	Title string
	Hello string
	About string // which mail they have answered; empty: that may not be said, or they haven't
	Lead  string // why theirs was not taken
	Names []string
	Lines []string // of what they wrote
}

// ReplyRefused is notify.Mailer: somebody hears in their own language that their mail was not taken, with what they wrote.
func (m *Mailer) ReplyRefused(ctx context.Context, r notify.ReplyRefused) (notify.Outcome, error) {
	w := language.For(r.Language)
	b := replyRefusedBody{ReplyRefused: r, W: w, Title: w.T("replies.mail.refused"), Hello: w.T("invite.mail.hello.plain"), About: w.T("replies.mail.about.gone", r.Practice.Name)}
	if given := visible(r.Given); given != "" {
		b.Hello = w.T("invite.mail.hello", given)
	}
	if title := visible(r.Title); title != "" {
		b.About = w.T("replies.mail.about", r.Practice.Name, title)
	}
	b.Lead = whyRefused(w, r)
	switch r.Why {
	case task.ForFiles:
		b.Title = w.T("replies.mail.refused.files")
	case task.ForSender:
		b.Title, b.About = w.T("replies.mail.stranger"), ""
	case task.ForLength, task.ForNothing, task.ForClosing, task.ForAccess, task.ForArchive, task.ForFrequency:
	}
	for _, f := range r.Files {
		b.Names = append(b.Names, visible(f))
	}
	if r.Text != "" {
		for line := range strings.SplitSeq(r.Text, "\n") {
			b.Lines = append(b.Lines, visible(line))
		}
	}
	return m.send(ctx, "reply_refused", b, Mail{
		ID: r.ID, At: r.At, To: r.To, ReplyTo: r.ReplyTo, From: notify.Person{Name: inTheNameOf(r.Sender, r.Practice), Email: m.From}, Subject: b.Title,
	})
}

func whyRefused(w *language.Words, r notify.ReplyRefused) string {
	switch r.Why {
	case task.ForLength:
		return w.T("replies.mail.length", w.Number(task.MaxMessage))
	case task.ForNothing:
		return w.T("replies.mail.nothing")
	case task.ForClosing:
		return w.T("replies.mail.closed")
	case task.ForArchive:
		return w.T("replies.mail.archived", r.Practice.Name, r.Practice.Email)
	case task.ForSender:
		return w.T("replies.mail.sender", r.Practice.Name)
	case task.ForFrequency:
		return w.T("replies.mail.frequency")
	case task.ForFiles:
		if r.Posted {
			return w.T("replies.mail.files")
		}
		return w.T("replies.mail.files.alone")
	case task.ForAccess:
	}
	return w.T("replies.mail.access", r.Practice.Name, r.Practice.Email)
}
