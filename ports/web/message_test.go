package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	clientapp "portico/app/client"
	"portico/app/message"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/uploadlink"
)

// ledger has some messages, whatever it is asked, and remembers that.
type ledger struct {
	rows  []message.Row
	next  string
	asked []message.Query
}

func (l *ledger) Messages(_ context.Context, _ int32, q message.Query) ([]message.Row, string, error) {
	l.asked = append(l.asked, q)
	return l.rows, l.next, nil
}

func causedBy(kind event.ActorKind, name, what string) []message.Cause {
	return []message.Cause{{Version: 1, Type: what, At: noon, Actor: event.Actor{Kind: kind, ID: priya.ID}, Name: name}}
}

// T13: each line tells what is a fact, and why what hasn't happened hasn't.
func TestMessages(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	l := &ledger{next: "more", rows: []message.Row{
		{
			Kind: "mail.upload_link", Stream: uploadlink.Stream(link), Person: imogen, PersonName: "Imogen", Sort: message.Recipient, Client: farrow, ClientName: "Farrow, Imogen",
			Causes: causedBy(event.Staff, "Priya Nair", "uploadlink.resent"), State: message.Failed, CreatedAt: noon, EndedAt: noon.Add(time.Minute), Bounced: noon.Add(time.Hour), Code: "5.1.1",
		},
		{
			Kind: "mail.invitation", Stream: invite.Stream(imogen), Person: imogen, PersonName: "Imogen <b>", Sort: message.Contact,
			Causes: causedBy(event.Staff, "", "invite.sent"), State: message.Held, CreatedAt: noon, HeldUntil: noon.Add(time.Hour), NextAt: noon.Add(time.Hour),
		},
		{
			Kind: "mail.withdrawal_request", Stream: uploadlink.Stream(link), State: message.Retrying, CreatedAt: noon, NextAt: noon.Add(2 * time.Hour), Tries: 3,
			Causes: slices.Concat(causedBy(event.Uploader, "Imogen", "uploadlink.withdrawal_requested"), causedBy(event.Uploader, "Imogen", "uploadlink.withdrawal_requested")),
		},
		{Kind: "sms.some_code", Stream: event.Stream{Kind: "account", ID: imogen}, State: message.NotSent, Why: "the link is revoked", CreatedAt: noon, EndedAt: noon, Causes: causedBy(event.System, "", "account.recovery_codes_made")},
		{Kind: "mail.held", Stream: uploadlink.Stream(link), State: message.GaveUp, Tries: 10, CreatedAt: noon, EndedAt: noon},
	}}
	h.server.Ledger = l
	a := h.get("/messages?q=Imo&state=failed&kind=mail.upload_link&client="+farrow.String()).want(t, 200,
		"Upload link", `href="/upload-links/`+link.String()+`"`, "Priya Nair sent the link again", "with 5.1.1", "Handed over", `href="/clients/`+farrow.String()+`"`,
		"Invitation", "The practice sent the invitation", "until 21 Nov, 13:00", "Held until", `href="/contacts/`+imogen.String()+`/access"`, "Imogen &lt;b&gt;",
		"Imogen asked for a file back, and 1 more event merged into it", "3 tries failed; the next is at 21 Nov, 14:00",
		"Some code", "Recovery codes made", "the link is revoked", "10 tries failed", "about", `value="mail.upload_link" selected`,
		`href="/messages?client=`+farrow.String()+`&amp;kind=mail.upload_link&amp;q=Imo"`, "after=more")
	if strings.Contains(a.Body.String(), "Delivered 21") {
		t.Error("what hasn't happened has a time")
	}
	got := l.asked[len(l.asked)-1]
	if got.Text != "Imo" || got.Client != farrow || got.Kind != "mail.upload_link" || !slices.Equal(got.States, []message.State{message.Failed, message.Refused, message.GaveUp}) {
		t.Errorf("asked for %+v", got)
	}
	h.get("/messages?person="+imogen.String()).want(t, 200, "Mails and texts about Imogen")
	h.get("/messages?person=x").want(t, http.StatusNotFound)
	l.rows = nil
	h.get("/messages").want(t, 200, "No messages yet")
	h.get("/messages?state=delivered").want(t, 200, "No message matches")
}

// The client's page shows the newest, and leads to all.
func TestMessagesOfAClient(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	h.server.Ledger = &ledger{next: "more", rows: []message.Row{{Kind: "mail.upload_link", Stream: uploadlink.Stream(link), State: message.HandedOver, CreatedAt: noon}}}
	h.get("/clients/"+farrow.String()).want(t, 200, "Messages", "Handed over", `href="/messages?client=`+farrow.String()+`"`)
	if q := h.server.Ledger.(*ledger).asked[0]; q.Client != farrow || q.Limit != partRows {
		t.Errorf("asked for %+v", q)
	}
	h.server.Ledger = &ledger{}
	h.get("/clients/"+farrow.String()).want(t, 200, "No mail or text about")
}

// So does the page of a contact's access.
func TestMessagesOfAContact(t *testing.T) {
	h, _ := inviting(t, invitedTo(1))
	h.signIn()
	l := &ledger{rows: []message.Row{{Kind: "sms.invitation", Stream: invite.Stream(ingrid.Contact), State: message.Refused, Code: "no-provider", CreatedAt: noon}}}
	h.server.Ledger = l
	h.get("/contacts/"+ingrid.Contact.String()+"/access").want(t, 200, "Messages", "Invitation by text", "with no-provider").lacks(t, "Show all messages")
	if q := l.asked[0]; q.Person != ingrid.Contact || q.Limit != partRows {
		t.Errorf("asked for %+v", q)
	}
}
