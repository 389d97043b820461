package mail

import (
	"cmp"
	"context"
	"time"

	"portico/app/language"
	"portico/app/notify"
	"portico/domain/invite"
)

// invitationBody is what bodies/invitation.* show.
type invitationBody struct {
	notify.Invitation
	W          *language.Words
	Title      string
	Hello      string
	Paragraphs []string // of the sender's own words
	Lead       []string // what it is about, in our words
	Button     string
	Expires    string
}

// Invitation is notify.Mailer: the way into the portal, in the contact's language, with the day of expiry beneath its
// button and a line that leads to the portal's help (S3.5, S3.36, S5.5).
func (m *Mailer) Invitation(ctx context.Context, i notify.Invitation) (notify.Outcome, error) {
	w := language.For(i.Language)
	b := invitationBody{Invitation: i, W: w, Hello: w.T("invite.mail.hello.plain"), Paragraphs: paragraphs(i.Message)}
	if given := visible(i.Given); given != "" {
		b.Hello = w.T("invite.mail.hello", given)
	}
	var subject string
	if i.Also {
		b.Title, subject = w.T("invite.mail.also.title", visible(i.Client)), w.T("invite.mail.also.subject", i.Practice.Name) // a subject names no client
		b.Lead, b.Button = []string{w.T("invite.mail.also.lead", i.Practice.Name)}, w.T("invite.mail.button.link")
	} else {
		b.Title = w.T("invite.mail.title", i.Practice.Name)
		subject = b.Title
		b.Lead, b.Button = []string{w.T("invite.mail.lead", i.Practice.Name)}, w.T("invite.mail.button.account")
		if i.Access == invite.ByLink {
			b.Button = w.T("invite.mail.button.link")
		}
		if client := visible(i.Client); client != "" {
			b.Lead = append(b.Lead, w.T("invite.mail.client", client))
		}
		if !i.DueOn.IsZero() {
			b.Lead = append(b.Lead, w.T("invite.mail.due", w.Date(i.DueOn, time.UTC)))
		}
		zone, err := time.LoadLocation(i.Zone)
		if err != nil {
			zone = time.UTC
		}
		b.Expires = w.T("invite.mail.expires", w.LastDay(i.ExpiresAt, zone), w.Zone(zone))
	}
	return m.send(ctx, "invitation", b, Mail{
		ID: i.ID, At: i.At, To: i.To, ReplyTo: i.ReplyTo, From: notify.Person{Name: inTheNameOf(i.Sender, i.Practice), Email: m.From}, Subject: subject,
	})
}

// lostBody is what bodies/invitation_lost.* show.
type lostBody struct {
	notify.InvitationLost
	Title string
}

// InvitationLost is notify.Mailer: who invited somebody hears that nothing has reached them (S4.i2).
func (m *Mailer) InvitationLost(ctx context.Context, l notify.InvitationLost) (notify.Outcome, error) {
	l.Contact = cmp.Or(visible(l.Contact), "somebody")
	b := lostBody{InvitationLost: l, Title: "An invitation did not arrive"}
	return m.send(ctx, "invitation_lost", b, Mail{
		ID: l.ID, At: l.At, To: l.To, ReplyTo: l.Practice, From: notify.Person{Name: l.Practice.Name, Email: m.From}, Subject: b.Title,
	})
}
