package mail

import (
	"cmp"
	"context"
	"time"

	"portico/app/language"
	"portico/app/notify"
)

// entryBody is what bodies/entry.* show.
type entryBody struct {
	notify.Entry
	W      *language.Words
	Title  string
	Lead   string
	Button string
	Until  string
	Warn   string
}

// Entry is notify.Mailer: the mails about how a contact signs in, in the contact's language.
func (m *Mailer) Entry(ctx context.Context, e notify.Entry) (notify.Outcome, error) {
	w := language.For(e.Language)
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	b := entryBody{Entry: e, W: w}
	if !e.Until.IsZero() {
		b.Until = w.T("access.mail.until", w.Moment(e.Until, zone), w.Zone(zone))
	}
	switch e.Kind {
	case notify.PasswordResetMail:
		b.Title, b.Lead = w.T("access.mail.reset", e.Practice.Name), w.T("access.mail.reset.lead", e.Practice.Name)
		b.Button, b.Warn = w.T("access.mail.reset.button"), w.T("access.mail.reset.warn")
	case notify.AddressOldMail:
		b.Title, b.Lead = w.T("access.mail.address", e.Practice.Name), w.T("access.mail.address.old", e.Practice.Name, e.Wanted)
		b.Button, b.Warn = w.T("access.mail.address.button"), w.T("access.mail.address.warn")
	case notify.AddressNewMail:
		b.Title, b.Lead = w.T("access.mail.address", e.Practice.Name), w.T("access.mail.address.new", e.Practice.Name)
		b.Button, b.Warn = w.T("access.mail.address.button"), w.T("access.mail.address.stranger")
	case notify.NewDeviceMail:
		b.Title, b.Lead = w.T("access.mail.device", e.Practice.Name), w.T("access.mail.device.lead", cmp.Or(e.Device, w.T("access.unknown_device")), cmp.Or(e.Address, "?"), w.Moment(e.When, zone), w.Zone(zone))
		b.Button, b.Warn = w.T("access.mail.devices.button"), w.T("access.mail.device.warn")
	default:
		b.Title, b.Lead = w.T("access.mail.password", e.Practice.Name), w.T("access.mail.password.lead", w.Moment(e.When, zone), w.Zone(zone))
		b.Button, b.Warn = w.T("access.mail.devices.button"), w.T("access.mail.password.warn", e.Practice.Name)
	}
	return m.send(ctx, "entry", b, Mail{
		ID: e.ID, At: e.At, To: e.To, ReplyTo: e.Practice, From: notify.Person{Name: cmp.Or(e.Sender, e.Practice.Name), Email: m.From}, Subject: b.Title,
	})
}
