package mail

import (
	"cmp"
	"context"

	"portico/app/notify"
)

// infectedBody is what bodies/infected.*, bodies/not_sent.* and bodies/held.* show.
type infectedBody struct {
	notify.Infected
	Title, Name, Size string
	ID                string // of the file, for the operator's commands
}

// Infected is notify.Mailer: the practice hears that a virus was found and that nothing was delivered (U8).
func (m *Mailer) Infected(ctx context.Context, i notify.Infected) (notify.Outcome, error) {
	return m.aboutVirus(ctx, "infected", "A file was stopped: a virus was found", i)
}

// NotSent is notify.Mailer: who sent the file hears the same, and what to do (U8).
func (m *Mailer) NotSent(ctx context.Context, i notify.Infected) (notify.Outcome, error) {
	return m.aboutVirus(ctx, "not_sent", "Your file was not sent: a virus was found", i)
}

// Held is notify.Mailer: the practice hears that a file waits, and whom to ask. It isn't named: it may be in its window.
func (m *Mailer) Held(ctx context.Context, i notify.Infected) (notify.Outcome, error) {
	return m.aboutVirus(ctx, "held", "A file is held: it could not be checked for viruses", i)
}

func (m *Mailer) aboutVirus(ctx context.Context, name, title string, i notify.Infected) (notify.Outcome, error) {
	b := infectedBody{Infected: i, Title: title, Name: visible(i.File.Name), Size: size(i.File.Size), ID: i.FileID.String()}
	return m.send(ctx, name, b, Mail{
		ID: i.ID, At: i.At, To: i.To, ReplyTo: cmp.Or(i.ReplyTo, i.Practice),
		From:    notify.Person{Name: i.Practice.Name, Email: m.From},
		Subject: title,
	})
}
