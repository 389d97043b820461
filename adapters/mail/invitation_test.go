package mail

import (
	"strings"
	"testing"
	"time"

	"portico/app/language"
	"portico/app/notify"
	"portico/domain/invite"
)

func invitation() notify.Invitation {
	return notify.Invitation{
		ID: "mail-invitation.1.1", At: noon,
		To: notify.Person{Name: "Ingrid Solberg", Email: "ingrid@solberg.example"}, Given: "Ingrid",
		Sender: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"}, ReplyTo: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"},
		Language: "en", Client: "Solberg Boats Ltd", Message: "Welcome aboard.\r\n<b>See</b> you there!", URL: "https://portal.example/i/AbC_-123",
		HelpURL: "https://portal.example/portal/help", Access: invite.ByAccount, DueOn: time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC),
		ExpiresAt: time.Date(2026, 12, 22, 0, 0, 0, 0, time.UTC), Zone: "Europe/London",
	}
}

// S3.5, S3.36, S5.5, L5: button, day of expiry in italics beneath it with its zone, sender, help, practice's address.
func TestInvitationMail(t *testing.T) {
	for _, tag := range language.Tags() {
		i := invitation()
		i.Language = tag
		var c caught
		if _, err := mailer(t, &c).Invitation(t.Context(), i); err != nil {
			t.Fatal(err)
		}
		golden(t, "invitation_"+tag+".html", c.HTML)
		golden(t, "invitation_"+tag+".txt", c.Text)
		w := language.For(tag)
		button, italics := strings.Index(c.HTML, ">"+w.T("invite.mail.button.account")+"</a>"), strings.Index(c.HTML, "<em>")
		if button < 0 || italics < button || !strings.Contains(c.HTML[italics:], "21") || !strings.Contains(c.HTML, `lang="`+tag+`"`) {
			t.Errorf("%s: the day of expiry must stand in italics beneath the button:\n%s", tag, c.HTML)
		}
		if !strings.Contains(c.Text, "\n"+i.URL+"\n") || !strings.Contains(c.Text, i.HelpURL) || !strings.Contains(c.HTML, `href="`+i.HelpURL+`"`) {
			t.Errorf("%s: the link on its own line, and the help, in both parts", tag)
		}
		if strings.Contains(c.Subject, "Solberg") || strings.Contains(c.Subject, "Ingrid") || strings.Contains(c.HTML, "<img") || strings.Contains(c.HTML, "<b>See") {
			t.Errorf("%s: no client and no contact in the subject %q, no images, no markup from what people type", tag, c.Subject)
		}
		if c.ReplyTo != i.Sender || c.From.Name != "Mary O’Neill, Harbour & Finch" {
			t.Errorf("%s: from %v, answers to %v", tag, c.From, c.ReplyTo)
		}
	}
}

// S4.5: by the link alone, nothing is to be set up.
func TestInvitationMailByLink(t *testing.T) {
	var c caught
	i := invitation()
	i.Access, i.Client, i.Given, i.Message, i.DueOn = invite.ByLink, "", "", "", time.Time{}
	if _, err := mailer(t, &c).Invitation(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	golden(t, "invitation_link.txt", c.Text)
	if !strings.Contains(c.HTML, ">Open your portal</a>") || strings.Contains(c.HTML, "It is about") || !strings.Contains(c.HTML, ">Hello,</p>") {
		t.Error(c.HTML)
	}
}

// S3.i10: somebody who is in is told of a further client.
func TestAlsoMail(t *testing.T) {
	var c caught
	i := invitation()
	i.Also, i.URL = true, "https://portal.example/portal?client=1"
	if _, err := mailer(t, &c).Invitation(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	golden(t, "invitation_also.html", c.HTML)
	golden(t, "invitation_also.txt", c.Text)
	if !strings.Contains(c.Text, "You now also have access to Solberg Boats Ltd") || strings.Contains(c.Subject, "Solberg") || strings.Contains(c.HTML, "<em>") {
		t.Errorf("%q\n%s", c.Subject, c.Text)
	}
}

// S4.i2: who sent it reads where it went and what to do, and the subject names nobody.
func TestInvitationLostMail(t *testing.T) {
	var c caught
	l := notify.InvitationLost{
		ID: "invitation-lost.1.1", At: noon, To: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"}, Contact: "Ingrid <b>Solberg\u202e",
		Email: "ingrid@solberg.example", Phone: "+4791234567", URL: "https://portal.example/contacts/1/access",
	}
	if _, err := mailer(t, &c).InvitationLost(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	golden(t, "invitation_lost.html", c.HTML)
	golden(t, "invitation_lost.txt", c.Text)
	if c.To != l.To || c.ReplyTo != l.Practice || strings.Contains(c.Subject, "Ingrid") || strings.Contains(c.HTML, "<b>Solberg") || !strings.Contains(c.Text, "\n"+l.URL+"\n") {
		t.Errorf("%+v", c)
	}
	l.Contact, l.Phone = "", ""
	if _, err := mailer(t, &c).InvitationLost(t.Context(), l); err != nil || !strings.Contains(c.Text, "invitation of somebody") || strings.Contains(c.Text, "text message") {
		t.Errorf("%v: %s", err, c.Text)
	}
}
