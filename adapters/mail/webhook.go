package mail

import (
	"cmp"
	"context"

	"portico/app/notify"
)

// webhookOffBody is what bodies/webhook_off.* show.
type webhookOffBody struct {
	notify.WebhookOff
	Title string
}

// WebhookOff is notify.Mailer: who set a webhook up hears that it was switched off by itself.
func (m *Mailer) WebhookOff(ctx context.Context, w notify.WebhookOff) (notify.Outcome, error) {
	w.Address = cmp.Or(visible(w.Address), "(its address was erased)")
	b := webhookOffBody{WebhookOff: w, Title: "A webhook was switched off"}
	return m.send(ctx, "webhook_off", b, Mail{
		ID: w.ID, At: w.At, To: w.To, ReplyTo: w.Practice, From: notify.Person{Name: w.Practice.Name, Email: m.From}, Subject: b.Title,
	})
}
