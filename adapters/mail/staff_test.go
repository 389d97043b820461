package mail

import (
	"testing"
	"time"

	"portico/app/notify"
	"portico/domain/account"
)

func TestStaffInvitationMail(t *testing.T) {
	var c caught
	m := mailer(t, &c)
	n := notice()
	if _, err := m.StaffInvitation(t.Context(), notify.StaffInvitation{
		ID: "staff-invitation.1.1", At: noon, To: notify.Person{Name: "Theo <b>Marsh", Email: "theo@harbour.example"}, Practice: n.Practice, Role: account.Auditor,
		URL: "https://portal.example/staff-invitation/abc", ExpiresAt: noon.Add(7 * 24 * time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	golden(t, "staff_invitation.html", c.HTML)
	golden(t, "staff_invitation.txt", c.Text)
}
