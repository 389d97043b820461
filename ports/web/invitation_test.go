package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/app/secret"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// register is what the read model says of Ingrid's invitation.
type register struct {
	row  inviteapp.Row
	life []inviteapp.LifeRow
}

func (l *register) Invites(context.Context, int32, inviteapp.Query) ([]inviteapp.Row, string, error) {
	return []inviteapp.Row{l.row}, "", nil
}
func (l *register) Invite(context.Context, int32, uuid.UUID) (inviteapp.Row, error) {
	return l.row, nil
}
func (l *register) Life(context.Context, int32, uuid.UUID) ([]inviteapp.LifeRow, error) {
	return l.life, nil
}
func (l *register) Wait(context.Context, int64) (bool, error) { return true, nil }

// known is Ingrid as her own history tells.
type known struct{ h *house }

func (k known) Contact(_ context.Context, _ int32, id uuid.UUID) (c inviteapp.Contact, err error) {
	for _, e := range k.h.store.Stream(contact.Stream(id)) {
		var d contact.Details
		switch e := e.(type) {
		case contact.Added:
			d = e.Details
		case contact.Changed:
			d = e.Details
		}
		c = inviteapp.Contact{Person: invite.Person{Contact: id, Given: d.Given.Text, Name: d.Given.Text + " " + d.Family.Text, Email: d.Email.Text, Phone: d.Phone.Text}, Language: d.Language}
	}
	if c.Contact == uuid.Nil {
		return c, contact.ErrNotFound
	}
	return c, nil
}

func (h *house) inviteToken(nth int) string {
	return h.server.Keys.Invitation(secret.InvitationToken{Invite: invite.ID(ingrid.Contact), Generation: nth}).Reveal()
}

func invitedTo(nth int, change ...func(*invite.Sent)) invite.Sent {
	of := func(text string) event.Personal { return event.Of(ingrid.Contact, text) }
	e := invite.Sent{
		Nth: nth, Contact: ingrid.Contact, Client: boats, Name: of("Ingrid Solberg"), Email: of(ingrid.Email), Channels: invite.ByEmail, Message: of(""),
		Access: invite.ByAccount, ExpiresAt: expiry, Zone: "Europe/London", At: noon,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

// inviting is a house in which Ingrid is a contact, and what has become of her invitation.
func inviting(t *testing.T, history ...event.Event) (*house, *register) {
	t.Helper()
	h := newHouse(t)
	of := func(text string) event.Personal { return event.Of(ingrid.Contact, text) }
	h.store.Given(1, contact.Stream(ingrid.Contact), contact.Added{Details: contact.Details{Given: of("Ingrid"), Family: of("Solberg"), Email: of(ingrid.Email), Phone: of("")}})
	h.store.Given(1, invite.Stream(ingrid.Contact), history...)
	h.crowd.clients = []contactapp.Membership{{Client: boats, ClientName: "Solberg Boats", Active: true}}
	l := &register{row: inviteapp.Row{
		Contact: ingrid.Contact, Client: boats, State: inviteapp.Sent, Access: invite.ByAccount, Nth: 1, Count: 1, Name: "Ingrid Solberg", Email: ingrid.Email, Channels: invite.ByEmail,
		ExpiresAt: expiry, Zone: "Europe/London", By: priya.ID, ByName: "Priya Nair", SentAt: noon,
	}}
	h.server.InviteList, h.server.Invites = l, inviteapp.Commands{Events: h.store, Contacts: known{h}}
	return h, l
}

// L1, S1.i19: the link shows who invites and one button; looking changes nothing, pressing it is recorded.
func TestInvitationDoor(t *testing.T) {
	h, _ := inviting(t, invitedTo(1))
	at := "/i/" + h.inviteToken(1)
	for range 3 {
		page := h.get(at).want(t, 200, "Harbour &amp; Vale invites you", "Priya Nair, Harbour &amp; Vale has opened a secure portal for you.", `action="`+at+`/opening"`,
			"Valid until the end of Friday 4 December 2026", `href="/portal/help"`, "You choose a password next")
		if got := page.Header().Get("Referrer-Policy"); got != "no-referrer" || page.Header().Get("X-Robots-Tag") != "noindex" {
			t.Errorf("Referrer-Policy %q", got)
		}
	}
	if got := h.events(invite.Stream(ingrid.Contact), 1); got != "" {
		t.Errorf("looking recorded %s", got)
	}
	for range 2 {
		if page := h.post(at+"/opening", nil).want(t, 303); page.Header().Get("Location") != at+"/acceptance" {
			t.Errorf("leads to %q", page.Header().Get("Location"))
		}
	}
	if got := h.events(invite.Stream(ingrid.Contact), 1); got != "invite.opened" {
		t.Errorf("pressing recorded %s", got)
	}
	h.get(at, "Accept-Language", "de").want(t, 200, "Harbour &amp; Vale lädt Sie ein", `lang="de"`, "Weiter")
}

// S4.5: who is in by a link comes in by it again.
func TestInvitationDoorByLink(t *testing.T) {
	byLink := func(e *invite.Sent) { e.Access = invite.ByLink }
	h, _ := inviting(t, invitedTo(1, byLink))
	h.get("/i/"+h.inviteToken(1)).want(t, 200, "You need no password.")
	h, _ = inviting(t, invitedTo(1, byLink), invite.Accepted{Nth: 1, Access: invite.ByLink, At: noon})
	h.get("/i/"+h.inviteToken(1)).want(t, 200, "Open your portal", "Welcome back").lacks(t, "Valid until")
	h.post("/i/"+h.inviteToken(1)+"/opening", nil).want(t, 303)
}

// S3.i2, S3.i3, S3.i4, S3.i12: each end of an invitation says what to do, and a wrong address learns nothing.
func TestInvitationShut(t *testing.T) {
	accepted := invite.Accepted{Nth: 1, Access: invite.ByAccount, At: noon}
	elsewhere := func(e *invite.Sent) { e.Email = event.Of(ingrid.Contact, "other@example.net") }
	for name, c := range map[string]struct {
		history []event.Event
		code    int
		texts   []string
	}{
		"replaced":             {[]event.Event{invitedTo(1), invitedTo(2)}, 410, []string{"There is a newer invitation", "on Saturday 21 November 2026 to i•••d@example.org", "Open the newest message"}},
		"expired":              {[]event.Event{invitedTo(1, func(e *invite.Sent) { e.ExpiresAt = noon })}, 410, []string{"This invitation has expired", "office@harbour.example"}},
		"withdrawn":            {[]event.Event{invitedTo(1), invite.Withdrawn{Nth: 1, Reason: event.Of(ingrid.Contact, "has left us"), At: noon}}, 410, []string{"This invitation has been withdrawn"}},
		"used":                 {[]event.Event{invitedTo(1), accepted}, 410, []string{"You have accepted already", `href="/portal/login?p=`}},
		"removed":              {[]event.Event{invitedTo(1), accepted, invite.AccessRemoved{Reason: event.Of(ingrid.Contact, "has left us"), At: noon}}, 403, []string{"Your access has ended"}},
		"voided":               {[]event.Event{invitedTo(1), invite.Voided{Nth: 1, At: noon}}, 410, []string{"This invitation has been closed"}},
		"sent elsewhere since": {[]event.Event{invitedTo(1), invitedTo(2, elsewhere)}, 410, []string{"This invitation has been closed"}},
	} {
		t.Run(name, func(t *testing.T) {
			h, l := inviting(t, c.history...)
			l.row.Nth = 2
			at := "/i/" + h.inviteToken(1)
			h.get(at).want(t, c.code, c.texts...).lacks(t, "has left us", ingrid.Email, "other@example.net", "Ingrid", "/opening")
			n := len(h.store.Stream(invite.Stream(ingrid.Contact)))
			h.post(at+"/opening", nil).want(t, c.code, c.texts...)
			if got := h.events(invite.Stream(ingrid.Contact), n); got != "" {
				t.Errorf("recorded %s", got)
			}
		})
	}
	h, _ := inviting(t, invitedTo(1))
	bent := h.inviteToken(1)
	bent = bent[:20] + strings.Map(func(r rune) rune {
		if r == 'A' {
			return 'B'
		}
		return 'A'
	}, bent[20:21]) + bent[21:]
	for _, token := range []string{bent, h.inviteToken(2), h.token(), "x"} {
		h.get("/i/"+token).want(t, 404, "This invitation is unknown").lacks(t, "Ingrid", "Priya")
	}
}

// S3.6 to S3.8, S5.i1, S5.i3, I6: the practice sees each state with its time, sends again, withdraws and removes.
func TestAccessPage(t *testing.T) {
	h, l := inviting(t, invitedTo(1))
	h.signIn()
	base := "/contacts/" + ingrid.Contact.String()
	l.row.HandedOverAt = noon.Add(time.Minute)
	l.life = []inviteapp.LifeRow{
		{At: noon, What: inviteapp.LifeSent, Nth: 1, Channels: invite.ByEmail, ByName: "Priya Nair", Detail: ingrid.Email, Until: expiry, Client: boats},
		{At: noon.Add(time.Minute), What: inviteapp.LifeHandedOver, Nth: 1, Channel: invite.Email},
	}
	page := h.get(base+"/access").want(t, 200, "Portal access of Ingrid Solberg", "Invited by Priya Nair, until the end of Friday 4 December 2026", "To ingrid@example.org, for Solberg Boats",
		"E-mail handed over", "Send again", "Withdraw the invitation", "Correct the address and send again", "Opened<span class=\"sr\">: not yet").lacks(t, "Remove access")
	send := func(path string, extra url.Values) reply {
		v := hidden(h.get(base + "/access").text)
		v.Set("command", newTestCommand())
		for k := range extra {
			v[k] = extra[k]
		}
		return h.post(base+path, v)
	}
	_ = page
	send("/invitation", nil).want(t, 303)
	if got := h.events(invite.Stream(ingrid.Contact), 1); got != "invite.sent" {
		t.Fatalf("sending again recorded %s", got)
	}
	again := h.store.Stream(invite.Stream(ingrid.Contact))[1].(invite.Sent)
	if again.Nth != 2 || again.Client != boats || !again.ExpiresAt.Equal(time.Date(2026, 12, 22, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("sent %+v", again)
	}
	send("/invitation/corrections", url.Values{"email": {"no address"}, "phone": {""}}).want(t, 422, "Error: Portal access", `value="no address"`, `id="email-problem"`)
	send("/invitation/corrections", url.Values{"email": {"ingrid@solberg.example"}, "phone": {""}}).want(t, 303)
	all := h.store.Stream(invite.Stream(ingrid.Contact))
	if e, ok := all[len(all)-1].(invite.Sent); !ok || e.Email.Text != "ingrid@solberg.example" || e.Nth != 3 {
		t.Errorf("corrected: %+v", all[len(all)-1])
	}
	send("/access/removal", url.Values{"reason": {"none"}}).want(t, 409, "is not in", `value="none"`)
	send("/invitation/withdrawal", url.Values{"reason": {"they use another office"}}).want(t, 303)
	n := len(all)
	if e, ok := h.store.Stream(invite.Stream(ingrid.Contact))[n].(invite.Withdrawn); !ok || e.Reason.Text != "they use another office" {
		t.Errorf("withdrawn: %+v", h.store.Stream(invite.Stream(ingrid.Contact))[n:])
	}
}

// I4: the page says that nothing was mailed yet and what will be, and mails it where somebody wants that now.
func TestAccessPageWithoutAMail(t *testing.T) {
	unmailed := invitedTo(1)
	unmailed.Channels = invite.ByNone
	h, l := inviting(t, unmailed)
	h.signIn()
	l.row.State, l.row.Channels, l.row.HandedOverAt = inviteapp.Given, invite.ByNone, time.Time{}
	l.life = []inviteapp.LifeRow{{At: noon, What: inviteapp.LifeSent, Nth: 1, Channels: invite.ByNone, ByName: "Priya Nair", Detail: ingrid.Email, Until: expiry}}
	base := "/contacts/" + ingrid.Contact.String()
	page := h.get(base+"/access").want(t, 200, "Not mailed yet", "Access given without a mail by Priya Nair", "Mail the invitation now", "The first e-mail about a task brings the way in.", "Withdraw the invitation").
		lacks(t, "Send again", "The earlier link stops working")
	h.post(base+"/invitation", hidden(page.text)).want(t, 303)
	all := h.store.Stream(invite.Stream(ingrid.Contact))
	if e, ok := all[len(all)-1].(invite.Sent); !ok || e.Nth != 2 || e.Channels != invite.ByEmail {
		t.Errorf("%+v", all)
	}
}

// S3.8, S3.i4: removing asks first, in so many words; a second person who does it at the same time reads what has happened.
func TestRemoveAccessPage(t *testing.T) {
	h, l := inviting(t, invitedTo(1), invite.Accepted{Nth: 1, Access: invite.ByAccount, At: noon})
	h.signIn()
	base := "/contacts/" + ingrid.Contact.String()
	l.row.State, l.row.In, l.row.AcceptedAt = inviteapp.Accepted, true, noon
	h.get(base+"/access").want(t, 200, "Remove access", "is signed out at the next click", "Files and history stay").lacks(t, "Withdraw", "Send again", "Correct the address")
	h.post(base+"/invitation/withdrawal", url.Values{"command": {newTestCommand()}, "reason": {""}}).want(t, 409, "has accepted meanwhile")
	h.post(base+"/invitation", url.Values{"command": {newTestCommand()}}).want(t, 409, "has accepted already")
	h.post(base+"/access/removal", url.Values{"command": {newTestCommand()}, "reason": {"left"}}).want(t, 303)
	if got := h.events(invite.Stream(ingrid.Contact), 2); got != "invite.access_removed" {
		t.Errorf("recorded %s", got)
	}
}

// S5.i2: the control is off where it can't work, and says why; S5.4: somebody who was only added is not invited.
func TestSendControl(t *testing.T) {
	h, l := inviting(t)
	h.signIn()
	l.row = inviteapp.Row{Contact: ingrid.Contact}
	base := "/contacts/" + ingrid.Contact.String()
	h.get(base+"/access").want(t, 200, "Not invited", "Nothing has been sent.", "Send invitation").lacks(t, "disabled")
	h.post(base+"/invitation", url.Values{"command": {newTestCommand()}}).want(t, 303)
	if e, ok := h.store.Stream(invite.Stream(ingrid.Contact))[0].(invite.Sent); !ok || e.Client != boats || e.Channels != invite.ByEmail || e.Access != invite.ByAccount {
		t.Errorf("sent %+v", e)
	}
	if ok, why := sendable(l.row, contactapp.Row{Given: "Ingrid"}, false); ok || !strings.Contains(why, "no e-mail address") {
		t.Errorf("without an address: %t, %q", ok, why)
	}
	if ok, why := sendable(l.row, contactapp.Row{Email: "a@example.org"}, false); ok || !strings.Contains(why, "no first name") {
		t.Errorf("without a name: %t, %q", ok, why)
	}
}

// S3.i23: the control of somebody whose client is archived is off, with the reason; pressed all the same it is refused.
func TestSendControlOfAnArchivedClient(t *testing.T) {
	h, l := inviting(t)
	h.signIn()
	h.crowd.clients = []contactapp.Membership{{Client: boats, ClientName: "Solberg Boats"}}
	l.row = inviteapp.Row{Contact: ingrid.Contact}
	h.server.Invites.Inactive = func(context.Context, int32, uuid.UUID, uuid.UUID) (bool, error) { return true, nil }
	base := "/contacts/" + ingrid.Contact.String()
	h.get(base+"/access").want(t, 200, "This client is archived").lacks(t, `action="`+base+`/invitation"`)
	h.post(base+"/invitation", url.Values{"command": {newTestCommand()}}).want(t, 409, "This client is archived")
	if got := h.events(invite.Stream(ingrid.Contact), 0); got != "" {
		t.Errorf("recorded %s", got)
	}
	for want, row := range map[bool]inviteapp.Row{true: {}, false: {Client: boats}} {
		of := []contactapp.Membership{{Client: farrow}, {Client: boats, Active: true}}
		if want {
			of = of[:1]
		}
		if got := inactiveFor(row, of); got != want {
			t.Errorf("%+v of %+v: %t", row, of, got)
		}
	}
}

func newTestCommand() string { return uuid.NewString() }
