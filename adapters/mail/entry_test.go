package mail

import (
	"strings"
	"testing"
	"time"

	"portico/app/language"
	"portico/app/notify"
)

// Every mail about signing in has its button, its address and its words, in every language.
func TestEntryMails(t *testing.T) {
	subjects := map[string]bool{}
	for _, tag := range language.Tags() {
		for _, kind := range []string{notify.PasswordResetMail, notify.AddressOldMail, notify.AddressNewMail, notify.NewDeviceMail, notify.PasswordChangedMail} {
			var c caught
			if _, err := mailer(t, &c).Entry(t.Context(), notify.Entry{
				ID: "entry.1.1", At: noon, Kind: kind, To: notify.Person{Name: "Ida <b>Berg", Email: "ida@example.org"}, Practice: notice().Practice, Sender: "Harbour desk", Language: tag,
				URL: "https://portal.example/portal/reset/abc", From: "ida@example.org", Wanted: "berg@example.org", Device: "Firefox <i>on Windows", Address: "192.0.2.7", When: noon, Until: noon.Add(time.Hour), Zone: "Europe/London",
			}); err != nil {
				t.Fatalf("%s, %s: %v", kind, tag, err)
			}
			if c.Subject == "" || c.From.Name != "Harbour desk" || strings.Contains(c.Subject, "ida@") {
				t.Errorf("%s, %s: %q from %q", kind, tag, c.Subject, c.From.Name)
			}
			subjects[tag+c.Subject] = true
			for part, body := range map[string]string{"HTML": c.HTML, "text": c.Text} {
				if !strings.Contains(body, "https://portal.example/portal/reset/abc") || strings.Contains(body, "access.mail") || part == "HTML" && strings.Contains(body, "<i>on") {
					t.Errorf("%s, %s, %s: %s", kind, tag, part, body)
				}
			}
			if kind == notify.AddressNewMail && strings.Contains(c.HTML+c.Text, "ida@example.org") {
				t.Errorf("%s: the new end, which may be anybody's, learns the present address", tag)
			}
		}
	}
	if len(subjects) != 20 { // both ends of a change have one subject
		t.Errorf("%d different subjects", len(subjects))
	}
}
