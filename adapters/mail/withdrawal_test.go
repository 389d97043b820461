package mail

import (
	"strings"
	"testing"

	"portico/app/notify"
)

// U5.
func TestWithdrawalMails(t *testing.T) {
	var c caught
	m := mailer(t, &c)
	n := notice()
	request := notify.WithdrawalRequest{
		ID: "withdrawal-request.1.5", At: noon, To: n.To, Practice: n.Practice, From: n.From, URL: "https://portal.example/files/1",
		Pleas: []notify.Plea{{File: n.Files[0], Reason: "It is <b>somebody else’s</b>.\r\n\r\nSorry!", URL: "https://portal.example/files/1"}},
	}
	if _, err := m.WithdrawalRequest(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	golden(t, "withdrawal_request.html", c.HTML)
	golden(t, "withdrawal_request.txt", c.Text)
	if c.Subject != "Somebody asks to withdraw a file" || strings.Contains(c.HTML, "<b>") || !strings.Contains(c.Text, "> Sorry!\n") {
		t.Errorf("subject %q, body:\n%s", c.Subject, c.HTML)
	}
	request.Pleas[0].Reason, request.From = "", notify.Person{}
	if _, err := m.WithdrawalRequest(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{c.HTML, c.Text} {
		if !strings.Contains(part, "No reason was given.") || !strings.Contains(part, "The person who sent it asks you") {
			t.Errorf("without a reason:\n%s", part)
		}
	}
	request.From, request.URL = n.From, "https://portal.example/upload-links/1"
	request.Pleas = append(request.Pleas, notify.Plea{File: n.Files[1], Reason: "Wrong <i>month</i>", URL: "https://portal.example/files/2"})
	if _, err := m.WithdrawalRequest(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	golden(t, "withdrawal_requests.html", c.HTML)
	golden(t, "withdrawal_requests.txt", c.Text)
	if c.Subject != "Somebody asks to withdraw 2 files" || strings.Contains(c.HTML, "<i>") {
		t.Errorf("subject %q, body:\n%s", c.Subject, c.HTML)
	}

	answer := notify.WithdrawalAnswer{
		ID: "withdrawal-answer.1.6", At: noon, To: n.From, Sender: n.To, Practice: n.Practice, File: n.Files[1], Reason: "It is in your return already.",
	}
	if _, err := m.WithdrawalAnswer(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	golden(t, "withdrawal_refused.html", c.HTML)
	golden(t, "withdrawal_refused.txt", c.Text)
	if c.Subject != "Your file is kept" || c.ReplyTo != n.To || c.To != n.From {
		t.Errorf("%+v", c.Mail)
	}
	answer.Accepted, answer.Reason = true, ""
	if _, err := m.WithdrawalAnswer(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	golden(t, "withdrawal_accepted.html", c.HTML)
	golden(t, "withdrawal_accepted.txt", c.Text)
	if c.Subject != "Your file has been withdrawn" || strings.Contains(c.Text, "They keep it") {
		t.Errorf("%+v", c.Mail)
	}
}
