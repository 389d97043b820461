package mail

import (
	"context"
	"fmt"

	"portico/app/notify"
)

// staffInvitationBody is what bodies/staff_invitation.* show.
type staffInvitationBody struct {
	notify.StaffInvitation
	Title string
	Until string // "Saturday 21 November 2026, 12:00 UTC"
}

// StaffInvitation is notify.Mailer: the mail with the button to join the practice.
func (m *Mailer) StaffInvitation(ctx context.Context, i notify.StaffInvitation) (notify.Outcome, error) {
	b := staffInvitationBody{
		StaffInvitation: i, Title: fmt.Sprintf("Join %s on Portico", i.Practice.Name), Until: i.ExpiresAt.UTC().Format("Monday 2 January 2006, 15:04 UTC"),
	}
	return m.send(ctx, "staff_invitation", b, Mail{
		ID: i.ID, At: i.At, To: i.To, ReplyTo: i.Practice,
		From:    notify.Person{Name: i.Practice.Name, Email: m.From},
		Subject: b.Title,
	})
}
