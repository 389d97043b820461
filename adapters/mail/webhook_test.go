package mail

import (
	"strings"
	"testing"

	"portico/app/notify"
)

// Who set it up reads where it was, and the page to look at.
func TestWebhookOffMail(t *testing.T) {
	var c caught
	off := notify.WebhookOff{
		ID: "webhook-off.1.2", At: noon, To: notify.Person{Name: "Mary O’Neill", Email: "mary@harbour.example"},
		Practice: notify.Person{Name: "Harbour & Finch", Email: "office@harbour.example"}, Address: "https://hooks.example.com/<b>x", URL: "https://portal.example/settings/webhooks/1",
	}
	if _, err := mailer(t, &c).WebhookOff(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	golden(t, "webhook_off.html", c.HTML)
	golden(t, "webhook_off.txt", c.Text)
	if c.To != off.To || c.ReplyTo != off.Practice || strings.Contains(c.HTML, "<b>x") || !strings.Contains(c.Text, "\n"+off.URL+"\n") || !strings.Contains(c.Text, "three days") {
		t.Errorf("%+v", c)
	}
	off.Gone, off.Address = true, ""
	if _, err := mailer(t, &c).WebhookOff(t.Context(), off); err != nil || !strings.Contains(c.Text, "nobody is there any more") || !strings.Contains(c.Text, "erased") {
		t.Errorf("%v: %s", err, c.Text)
	}
}
