package web

import (
	"context"
	"net/url"
	"testing"
	"time"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// circle is the people of a client.
type circle struct {
	*crowd
	people []contactapp.Linked
	known  []contactapp.Row // by address
}

func (c *circle) OfClient(context.Context, int32, uuid.UUID) ([]contactapp.Linked, error) {
	return c.people, nil
}

func (c *circle) ByEmail(_ context.Context, _ int32, email string) (found []contactapp.Row, err error) {
	for _, k := range c.known {
		if k.Email == email {
			found = append(found, k)
		}
	}
	return found, nil
}

var olavs, samOde = newTestID(41), newTestID(42)

// gathered is a house with a client, Farrow, who has three contacts: Ingrid, Olav without an address, and nobody invited.
func gathered(t *testing.T) (*house, *circle) {
	t.Helper()
	h, l := inviting(t)
	l.row = inviteapp.Row{}
	h.signIn()
	h.store.Given(1, client.Stream(farrow), client.Created{Name: event.Of(farrow, "Farrow, Imogen"), Sort: client.Person})
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	c := &circle{crowd: h.crowd, people: []contactapp.Linked{
		{Row: contactapp.Row{ID: ingrid.Contact, Given: "Ingrid", Family: "Solberg", Email: ingrid.Email, Language: "de"}},
		{Row: contactapp.Row{ID: olavs, Given: "Olav"}},
	}}
	h.server.ContactList = c
	return h, c
}

func filledForm(page string, more url.Values) url.Values {
	v := url.Values{"command": hidden(page)["command"], "channels": {"email"}, "access": {"account"}, "expires_on": {"2026-12-21"}}
	for k := range more {
		v[k] = more[k]
	}
	return v
}

// S3.2 to S3.5: contacts by check box, a message or a template, Send; who can't be invited says why.
func TestInviteForm(t *testing.T) {
	h, _ := gathered(t)
	base := "/clients/" + farrow.String() + "/invitations"
	page := h.get(base+"/new?contact="+ingrid.Contact.String()).want(t, 200, "Invite people of Farrow, Imogen", "Ingrid Solberg", `value="`+ingrid.Contact.String()+`" checked`,
		"neither an e-mail address nor a mobile number", `value="2026-12-21"`, "Send invitations", "The button with the link is always there")
	form := filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "message": {"Welcome to us"}, "due_on": {"2026-12-01"}})
	h.post(base+"/draft", form).want(t, 200, "Preview", "Guten Tag Ingrid,", "Welcome to us", "Zugang einrichten", "Montag, 21. Dezember 2026", "1. Dezember 2026")
	if got := h.events(invite.Stream(ingrid.Contact), 0); got != "" {
		t.Errorf("a preview recorded %s", got)
	}
	h.shelf.templates = []firmapp.Template{{ID: newTestID(21), Name: "Year end", Text: "Papers.", Purpose: firm.ForLink}, {ID: newTestID(22), Name: "Welcome", Text: "We have a portal now.", Purpose: firm.ForInvitation}}
	h.get(base+"/new").want(t, 200, "Welcome").lacks(t, "Year end") // S5.i5: texts of its own
	drafted := filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "use": {"1"}, "template": {newTestID(22).String()}})
	h.post(base+"/draft", drafted).want(t, 200, "We have a portal now.</textarea>")
	drafted.Set("template", newTestID(21).String())
	h.post(base+"/draft", drafted).want(t, 422, "Choose one of the templates first.")
	for range 2 { // a form sent twice is one invitation
		h.post(base, form).want(t, 303)
	}
	all := h.store.Stream(invite.Stream(ingrid.Contact))
	if len(all) != 1 {
		t.Fatalf("recorded %+v", all)
	}
	if e := all[0].(invite.Sent); e.Client != farrow || e.Message.Text != "Welcome to us" || e.DueOn != "2026-12-01" || e.Access != invite.ByAccount || !e.ExpiresAt.Equal(time.Date(2026, 12, 22, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("sent %+v", e)
	}
}

// I4: access can be given without a mail, to people whom nobody has mailed yet.
func TestGiveAccessWithoutAMail(t *testing.T) {
	h, _ := gathered(t)
	base := "/clients/" + farrow.String() + "/invitations"
	page := h.get(base+"/new").want(t, 200, `value="none"`, "They get access without a mail.")
	h.post(base, filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "channels": {"none"}})).want(t, 303)
	all := h.store.Stream(invite.Stream(ingrid.Contact))
	if e, ok := all[len(all)-1].(invite.Sent); !ok || e.Channels != invite.ByNone || e.ExpiresAt.Sub(noon) < 360*24*time.Hour {
		t.Fatalf("%+v", all)
	}
	page = h.get(base + "/new")
	h.post(base, filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "channels": {"none"}})).want(t, 422, "was invited already")
}

// S3.i23: nobody is invited through an archived client, and nobody is added to it on the way there.
func TestInviteToAnArchivedClient(t *testing.T) {
	h, _ := gathered(t)
	h.shelf.clients[0].ArchivedAt = noon
	base := "/clients/" + farrow.String()
	form := filledForm(h.get(base+"/invitations/new").text, url.Values{
		"contact": {ingrid.Contact.String()}, "further_id": {samOde.String()}, "further_given": {"Sam"}, "further_family": {"Ode"}, "further_email": {"sam@example.org"}, "further_phone": {""},
	})
	h.post(base+"/invitations", form).want(t, 422, "This client is archived", "sam@example.org")
	for _, stream := range []event.Stream{contact.Stream(samOde), invite.Stream(ingrid.Contact)} {
		if got := h.events(stream, 0); got != "" {
			t.Errorf("%s: %s", stream, got)
		}
	}
}

// S3.3, S5.i4: further people are added in the same step, and one who is known already is taken as they are.
func TestInviteFurtherPeople(t *testing.T) {
	h, c := gathered(t)
	known := newTestID(43)
	c.known = []contactapp.Row{{ID: known, Given: "Ben", Email: "ben@example.org"}}
	of := func(text string) event.Personal { return event.Of(known, text) }
	h.store.Given(1, contact.Stream(known), contact.Added{Details: contact.Details{Given: of("Ben"), Family: of(""), Email: of("ben@example.org"), Phone: of("")}})
	base := "/clients/" + farrow.String() + "/invitations"
	page := h.get(base + "/new")
	form := filledForm(page.text, url.Values{
		"further_id": {samOde.String(), newTestID(44).String(), newTestID(45).String()}, "further_given": {"Sam", "ben", "Eve"}, "further_family": {"Ode", "", ""},
		"further_email": {"sam@example.org", "ben@example.org", "nonsense"}, "further_phone": {"", "", ""},
	})
	again := h.post(base, form).want(t, 422, "Invited: Sam Ode, ben", `value="nonsense"`, "Eve: ").lacks(t, "sam@example.org")
	for _, who := range []uuid.UUID{samOde, known} {
		if got := h.events(invite.Stream(who), 0); got != "invite.sent" {
			t.Errorf("%s: %s", who, got)
		}
	}
	if got := h.events(contact.Stream(known), 1); got != "" {
		t.Errorf("somebody who was known already was added: %s", got)
	}
	if got := h.events(client.Stream(farrow), 1); got != "client.contact_linked client.contact_linked" {
		t.Errorf("the client: %s", got)
	}
	if hidden(again.text).Get("command") == form.Get("command") {
		t.Error("the form that is left has the old command")
	}
	h.post(base, filledForm(page.text, nil)).want(t, 422, "Tick somebody, or enter a further person.")
	h.post(base, filledForm(page.text, url.Values{"contact": {ingrid.Contact.String()}, "expires_on": {"2026-11-20"}, "due_on": {"soon"}, "channels": {"pigeon"}})).
		want(t, 422, "Choose the last day", "The due date is a day", "Choose how the invitation goes")
}
