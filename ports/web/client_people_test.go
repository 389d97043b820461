package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	accounts "portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

var (
	marisol = newTestID(60)
	sam     = newTestID(61)
	hanna   = newTestID(62)
)

// OfClient is nobody but where a test says so.
func (c *crowd) OfClient(context.Context, int32, uuid.UUID) ([]contactapp.Linked, error) {
	return c.linked, nil
}

// book is a register of people, their invitations, and when they were seen.
type book struct {
	*crowd
	inviteapp.Reader
	rows    []contactapp.Row
	linked  []contactapp.Linked
	invites []inviteapp.Row
	seen    map[uuid.UUID]time.Time
	asked   contactapp.Query
}

func (b *book) Contact(_ context.Context, _ int32, id uuid.UUID) (contactapp.Row, error) {
	for _, r := range b.rows {
		if r.ID == id {
			return r, nil
		}
	}
	return contactapp.Row{}, contact.ErrNotFound
}

func (b *book) ByEmail(_ context.Context, _ int32, email string) (found []contactapp.Row, err error) {
	for _, r := range b.rows {
		if strings.EqualFold(r.Email, email) {
			found = append(found, r)
		}
	}
	return found, nil
}

func (b *book) Contacts(_ context.Context, _ int32, q contactapp.Query) ([]contactapp.Row, string, error) {
	b.asked = q
	return b.rows, "", nil
}

func (b *book) OfClient(context.Context, int32, uuid.UUID) ([]contactapp.Linked, error) {
	return b.linked, nil
}

func (b *book) Invites(context.Context, int32, inviteapp.Query) ([]inviteapp.Row, string, error) {
	return b.invites, "", nil
}

func (b *book) LastSeen(context.Context, []uuid.UUID) (map[uuid.UUID]time.Time, error) {
	return b.seen, nil
}

// colleagues are the practice's people.
type colleagues struct{ account.Reader }

func (colleagues) Staff(_ context.Context, _ int32, ids ...uuid.UUID) (rows []account.StaffRow, err error) {
	for _, p := range []account.StaffRow{{ID: priya.ID, Name: "Priya Nair", Role: accounts.Owner}, {ID: hanna, Name: "Hanna Weiss", DeactivatedAt: noon}} {
		if len(ids) == 0 || ids[0] == p.ID {
			rows = append(rows, p)
		}
	}
	return rows, nil
}

// registered is a house with one client, whose people a book knows.
func registered(t *testing.T) (*house, *book) {
	t.Helper()
	h := newHouse(t).signIn()
	b := &book{crowd: h.crowd}
	h.server.ContactList, h.server.InviteList, h.server.Seen, h.server.Staff = b, b, b, colleagues{}
	h.shelf.clients = []clientapp.ClientRow{farrowRow()}
	h.store.Given(1, client.Stream(farrow), client.Created{
		Name: event.Of(farrow, "Farrow, Imogen"), Email: event.Of(farrow, "imogen@example.org"), Sort: client.Person, Reference: "C-00601",
	})
	return h, b
}

// Document 5: the table of a client's people says how far each has come (S5.i1), with one control that sends (S5.5, S5.i3)
// or says why it can't (S5.i2), and a tick for who has accepted (S5.6), which stays after a removal (S5.i7).
func TestPortalAccessTable(t *testing.T) {
	h, b := registered(t)
	row := func(id uuid.UUID, given, email string) contactapp.Linked {
		return contactapp.Linked{Row: contactapp.Row{ID: id, Given: given, Family: "Delgado", Email: email, Clients: 1}, Rights: contactapp.Rights{"files", "billing"}, LinkedAt: noon}
	}
	b.linked = []contactapp.Linked{row(marisol, "Marisol", "marisol@example.org"), row(sam, "Sam", ""), row(imogen, "Imogen", "imogen@example.org"), row(statem, "Bea", "bea@example.org"), row(batch, "Rex", "rex@example.org")}
	b.invites = []inviteapp.Row{
		{Contact: imogen, State: inviteapp.Accepted, In: true, Access: invite.ByAccount, Count: 3, SentAt: noon, AcceptedAt: noon.Add(time.Hour)},
		{Contact: statem, State: inviteapp.Bounced, Count: 1, SentAt: noon},
		{Contact: batch, State: inviteapp.Removed, Count: 1, SentAt: noon, AcceptedAt: noon},
	}
	b.seen = map[uuid.UUID]time.Time{imogen: noon.Add(26 * time.Hour)}
	page := h.get("/clients/"+farrow.String()).want(t, 200, "Portal access", "Accepted invite", "Last seen", "Files, Billing", "22 Nov, 14:00")
	cells := func(id uuid.UUID) string {
		_, rest, _ := strings.Cut(page.text, `<tr id="person-`+id.String()+`">`)
		cells, _, ok := strings.Cut(rest, "</tr>")
		if !ok {
			t.Fatalf("no row of %s", id)
		}
		return cells
	}
	for id, c := range map[uuid.UUID]struct{ holds, lacks []string }{
		marisol: {[]string{"Send e-mail", `action="/contacts/` + marisol.String() + `/invitation"`, "Never", `name="client" value="` + farrow.String()}, []string{"disabled", "Send again"}},
		sam:     {[]string{"disabled", `id="why-` + sam.String(), "address", "No address"}, []string{"/invitation"}},
		imogen:  {[]string{"3 times", `#check"`, "Yes, ", "21 Nov, 13:00"}, []string{"/invitation", "Send "}},
		statem:  {[]string{"Send again", "Came back", `href="/contacts/` + statem.String() + `/access"`}, nil},
		batch:   {[]string{"Send again", "Access removed, was accepted"}, []string{`#check"`}},
	} {
		for _, text := range c.holds {
			if !strings.Contains(cells(id), text) {
				t.Errorf("the row of %s lacks %q: %s", id, text, cells(id))
			}
		}
		for _, text := range c.lacks {
			if strings.Contains(cells(id), text) {
				t.Errorf("the row of %s holds %q", id, text)
			}
		}
	}
	h.shelf.clients[0].ArchivedAt = noon
	h.get("/clients/"+farrow.String()).want(t, 200, "nobody enters the portal through an archived client").lacks(t, `/invitation"`) // S3.i23
	h.shelf.clients[0].ArchivedAt = time.Time{}
	b.linked, b.invites = nil, nil
	h.get("/clients/"+farrow.String()).want(t, 200, "Nobody yet", `name="given" autocomplete="off" value="Imogen"`, `value="imogen@example.org"`, `id="new-files" name="right" value="files" checked`).
		lacks(t, `id="new-billing" name="right" value="billing" checked`)
}

// S5.1 to S5.4, S5.i4, S5.i6, S3.i11: a person is added in place, with rights; who is known is linked and not doubled,
// unless somebody says that it is another person; and nobody is invited.
func TestAddPerson(t *testing.T) {
	h, b := registered(t)
	path := "/clients/" + farrow.String()
	form := hidden(h.get(path).want(t, 200).text)
	form.Set("given", "Marisol")
	form.Set("email", "Marisol@Example.org")
	form.Set("phone", "07700 900123")
	form["right"] = []string{"billing", "files"}
	before := len(h.store.Log())
	h.post(path+"/contacts", form).want(t, http.StatusUnprocessableEntity, `value="Marisol"`, `value="07700 900123"`, `id="phone-problem"`, `value="billing" checked`, "<title>Error: ", "<details class=\"card__body\" open>")
	form.Set("phone", "")
	form.Set("right", "everything")
	h.post(path+"/contacts", form).want(t, http.StatusUnprocessableEntity)
	form["right"] = []string{"billing", "files"}
	b.rows = []contactapp.Row{{ID: marisol, Given: "Marisol", Family: "Delgado", Email: "Marisol@example.org", Clients: 2}}
	h.post(path+"/contacts", form).want(t, http.StatusUnprocessableEntity, "is known already", "It is Marisol Delgado", `name="same" value="`+marisol.String()+`" checked`, "Another person with the same address")
	if n := len(h.store.Log()) - before; n != 1 { // the wrong right came after the person: sent again it goes on from there
		t.Fatalf("%d events so far", n)
	}
	form.Set("same", sam.String())
	h.post(path+"/contacts", form).want(t, http.StatusNotFound)
	form.Set("same", marisol.String())
	form.Set("command", uuid.NewString())
	h.store.Given(1, contact.Stream(marisol), contact.Added{})
	to := h.post(path+"/contacts", form).want(t, http.StatusSeeOther).Header().Get("Location")
	if !strings.HasPrefix(to, path+"?at=") {
		t.Errorf("leads to %s", to)
	}
	want := "client.created client.contact_linked"
	if got := h.events(client.Stream(farrow), 0); got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	if e, ok := h.store.Stream(client.Stream(farrow))[1].(client.ContactLinked); !ok || e.Contact != marisol || len(e.Rights) != 2 || e.Rights[0] != client.Files {
		t.Errorf("linked %+v", e)
	}

	form.Set("same", "another")
	form.Set("id", newTestID(77).String())
	form.Set("command", uuid.NewString())
	for range 2 { // sent twice it is one person
		h.post(path+"/contacts", form).want(t, http.StatusSeeOther)
	}
	if got := h.events(contact.Stream(newTestID(77)), 0) + ", " + h.events(client.Stream(farrow), 2); got != "contact.added, client.contact_linked" {
		t.Errorf("recorded %s", got)
	}
	for _, r := range h.store.Log() {
		if r.Stream.Kind == invite.Kind {
			t.Errorf("adding has invited: %+v", r.Event)
		}
	}
}

func TestChangePerson(t *testing.T) {
	h, b := registered(t)
	b.rows = []contactapp.Row{{ID: marisol, Given: "Marisol"}}
	h.store.Given(1, client.Stream(farrow), client.ContactLinked{Contact: marisol, Rights: []client.Right{client.Files}})
	path := "/clients/" + farrow.String() + "/contacts/" + marisol.String()
	form := url.Values{"command": {uuid.NewString()}, "right": {"sign", "tasks"}}
	h.post(path+"/rights", form).want(t, http.StatusSeeOther)
	h.post(path+"/removal", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusSeeOther)
	h.post(path+"/rights", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusNotFound)
	if got := h.events(client.Stream(farrow), 2); got != "client.contact_rights_set client.contact_unlinked" {
		t.Errorf("recorded %s", got)
	}
	h.post("/clients/"+link.String()+"/contacts/"+marisol.String()+"/removal", form).want(t, http.StatusNotFound)
}

func TestEditClient(t *testing.T) {
	h, _ := registered(t)
	h.shelf.clients[0].Tags, h.shelf.clients[0].Owner = []string{"audit", "vat"}, hanna
	path := "/clients/" + farrow.String()
	page := h.get(path+"/edit").want(t, 200, "Edit Farrow, Imogen", `value="audit, vat"`, `value="`+hanna.String()+`" selected>Hanna Weiss`, "Priya Nair", "Archive this client")
	form := hidden(page.text)
	for name, value := range map[string]string{"name": "Farrow & Co", "sort": "company", "email": "no", "reference": "C-1", "owner": priya.ID.String(), "tags": "VAT, late"} {
		form.Set(name, value)
	}
	h.post(path+"/details", form).want(t, http.StatusUnprocessableEntity, `value="Farrow &amp; Co"`, `id="email-problem"`, `value="VAT, late"`, "<title>Error: Edit")
	form.Set("email", "office@farrow.example")
	form.Set("tags", strings.Repeat("x", 50))
	form.Set("command", uuid.NewString())
	h.post(path+"/details", form).want(t, http.StatusUnprocessableEntity, `id="tags-problem"`)
	form.Set("tags", "VAT, late")
	form.Set("command", uuid.NewString())
	for range 2 {
		h.post(path+"/details", form).want(t, http.StatusSeeOther)
	}
	form.Set("owner", sam.String()) // nobody of the practice
	form.Set("command", uuid.NewString())
	h.post(path+"/details", form).want(t, http.StatusUnprocessableEntity)
	if got := h.events(client.Stream(farrow), 1); got != "client.changed client.tags_set client.owner_set" {
		t.Errorf("recorded %s", got)
	}

	// S3.i23
	h.post(path+"/archival", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusSeeOther)
	h.shelf.clients[0].ArchivedAt = noon
	h.get(path).want(t, 200, "Archived", "Nobody enters the portal", path+"/restoration").lacks(t, "/upload-links/new?client=")
	h.get(path+"/edit").lacks(t, "/archival")
	h.post(path+"/restoration", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusSeeOther)
	if got := h.events(client.Stream(farrow), 4); got != "client.archived client.restored" {
		t.Errorf("recorded %s", got)
	}
	h.get("/clients/"+link.String()+"/edit").want(t, http.StatusNotFound)
	h.post("/clients/"+link.String()+"/archival", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusNotFound)
}

// S3.9: people who are no clients.
func TestContactPages(t *testing.T) {
	h, b := registered(t)
	h.get("/contacts").want(t, 200, "No contacts yet", `href="/contacts/new"`)
	b.rows = []contactapp.Row{{ID: marisol, Given: "Marisol", Family: "Delgado", Email: "marisol@example.org", Clients: 2, AddedAt: noon}, {ID: sam, Given: "Sam", AddedAt: noon}}
	h.get("/contacts?q=del&of=nobody&address=none").want(t, 200, "Marisol Delgado", "No address", `href="/contacts?address=none&amp;q=del" aria-current="true">No client`)
	if b.asked != (contactapp.Query{Text: "del", Loose: true, Unset: true, Limit: 50}) {
		t.Errorf("asked for %+v", b.asked)
	}

	form := hidden(h.get("/contacts/new").want(t, 200, "Saving invites nobody").text)
	form.Set("given", "Ola")
	form.Set("email", "ola")
	h.post("/contacts", form).want(t, http.StatusUnprocessableEntity, `value="Ola"`, `id="email-problem"`)
	form.Set("email", "marisol@example.org")
	h.post("/contacts", form).want(t, http.StatusUnprocessableEntity, "is known already", `href="/contacts/`+marisol.String())
	form.Set("same", "another")
	for range 2 {
		h.post("/contacts", form).want(t, http.StatusSeeOther)
	}
	if got := h.events(contact.Stream(uuid.MustParse(form.Get("id"))), 0); got != "contact.added" {
		t.Errorf("recorded %s", got)
	}
	form.Set("given", "Other")
	h.post("/contacts", form).want(t, http.StatusConflict)

	h.crowd.clients = []contactapp.Membership{{Client: farrow, ClientName: "Farrow, Imogen", Rights: contactapp.Rights{"files"}}}
	h.store.Given(1, contact.Stream(marisol), contact.Added{Details: contact.Details{Email: event.Of(marisol, "marisol@example.org")}})
	path := "/contacts/" + marisol.String()
	form = hidden(h.get(path).want(t, 200, "<h1>Marisol Delgado</h1>", `href="/clients/`+farrow.String(), "Archived", `value="marisol@example.org"`).text)
	form.Set("given", "Mari")
	form.Set("email", "mari@example.org")
	form.Set("zone", "Europe/Atlantis")
	h.post(path+"/details", form).want(t, http.StatusUnprocessableEntity, `id="zone-problem"`, `value="Mari"`, "<title>Error: ")
	form.Set("zone", "")
	h.server.People.Accepted = func(context.Context, int32, uuid.UUID) (bool, error) { return true, nil }
	form.Set("command", uuid.NewString())
	h.post(path+"/details", form).want(t, http.StatusUnprocessableEntity, "only they can change the address", `id="email-problem"`) // S3.i12
	h.server.People.Accepted = nil
	form.Set("command", uuid.NewString())
	h.post(path+"/details", form).want(t, http.StatusSeeOther)
	if got := h.events(contact.Stream(marisol), 1); got != "contact.changed" {
		t.Errorf("recorded %s", got)
	}
	h.get("/contacts/"+link.String()).want(t, http.StatusNotFound)
	h.post("/contacts/"+link.String()+"/details", form).want(t, http.StatusNotFound)
}
