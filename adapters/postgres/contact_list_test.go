package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
)

// register is the clients and contacts of a practice.
type register struct {
	*house
	t        testing.TB
	clients  clientapp.Commands
	contacts contactapp.Commands
	list     postgres.ClientList
	people   postgres.ContactList
	owner    uuid.UUID
	last     es.Result
}

func newRegister(t testing.TB) *register {
	t.Helper()
	h := newHouse(t)
	h.run(t)
	r := &register{house: h, t: t, contacts: contactapp.Commands{Events: h.store}, owner: uuid.Must(uuid.NewV7())}
	r.clients = clientapp.Commands{Events: h.store, Known: r.contacts.Known}
	r.list, r.people = postgres.ClientList{DB: h.db}, postgres.ContactList{DB: h.db}
	return r
}

func (r *register) by() es.By {
	return es.By{Firm: r.firm, Actor: event.Actor{Kind: event.Staff, ID: r.owner}}
}

func (r *register) do(res es.Result, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	if res.Position > 0 {
		r.last = res
	}
}

func (r *register) see() {
	r.t.Helper()
	r.shown(r.t, r.last.Position)
}

func (r *register) client(name, email, reference string) uuid.UUID {
	r.t.Helper()
	id := uuid.Must(uuid.NewV7())
	r.do(r.clients.Create(r.t.Context(), clientapp.Create{By: r.by(), ID: id, Name: name, Email: email, Reference: reference}))
	return id
}

func (r *register) person(given, family, email string) uuid.UUID {
	r.t.Helper()
	id := uuid.Must(uuid.NewV7())
	r.do(r.contacts.Add(r.t.Context(), contactapp.Add{By: r.by(), ID: id, Details: contact.Entry{Given: given, Family: family, Email: email}}))
	return id
}

func (r *register) link(client_, contact uuid.UUID, rights ...client.Right) {
	r.t.Helper()
	r.do(r.clients.LinkContact(r.t.Context(), clientapp.LinkContact{By: r.by(), Client: client_, Contact: contact, Rights: rights}))
}

// names are the names that a query of clients finds, page by page.
func (r *register) names(q clientapp.Query) string {
	r.t.Helper()
	var out []string
	for {
		rows, next, err := r.list.Clients(r.t.Context(), r.firm, q)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, c := range rows {
			out = append(out, c.Name)
		}
		if q.After = next; next == "" {
			return strings.Join(out, ", ")
		}
	}
}

func (r *register) called(q contactapp.Query) string {
	r.t.Helper()
	var out []string
	for {
		rows, next, err := r.people.Contacts(r.t.Context(), r.firm, q)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, c := range rows {
			out = append(out, c.Name())
		}
		if q.After = next; next == "" {
			return strings.Join(out, ", ")
		}
	}
}

// S5.2, S5.3, S5.i4, S5.i6, S3.9, S3.i11, S3.i23, I5: what is saved of people can be read, and of whom they are.
func TestContactsAreRead(t *testing.T) {
	r := newRegister(t)
	ctx := t.Context()
	acme, farrow := r.client("Acme Ltd", "", "C-1"), r.client("Farrow, Imogen", "", "C-2")
	ingrid, sam := r.person("Ingrid", "Solberg", "Ingrid@solberg.example"), r.person("Sam", "Ode", "")
	spouse := r.person("Ola", "Solberg", "ingrid@solberg.example")
	nobodys := r.person("", "", "books@people.example")
	r.link(acme, ingrid, client.Billing, client.Files)
	r.link(farrow, ingrid, client.Files)
	r.link(acme, sam)
	r.do(r.clients.SetContactRights(ctx, clientapp.LinkContact{By: r.by(), Client: farrow, Contact: ingrid, Rights: []client.Right{client.Sign}}))
	r.do(r.clients.Archive(ctx, clientapp.Archive{By: r.by(), Client: farrow}))
	r.see()

	people, err := r.people.OfClient(ctx, r.firm, acme)
	if err != nil || len(people) != 2 || people[0].ID != ingrid || people[1].ID != sam || people[0].LinkedAt.IsZero() || people[0].Clients != 2 {
		t.Fatalf("%+v, %v", people, err)
	}
	if rights := people[0].Rights; !rights.May("files") || !rights.May("billing") || rights.May("sign") || len(people[1].Rights) != 0 {
		t.Errorf("rights %v, %v", rights, people[1].Rights)
	}
	clients, err := r.people.ClientsOf(ctx, r.firm, ingrid)
	if err != nil || fmt.Sprint(clients) != fmt.Sprint([]contactapp.Membership{
		{Client: acme, ClientName: "Acme Ltd", Rights: contactapp.Rights{"files", "billing"}, Active: true}, {Client: farrow, ClientName: "Farrow, Imogen", Rights: contactapp.Rights{"sign"}},
	}) {
		t.Errorf("%+v, %v", clients, err)
	}
	same, err := r.people.ByEmail(ctx, r.firm, " INGRID@solberg.example")
	if err != nil || len(same) != 2 || same[0].ID != ingrid || same[1].ID != spouse || same[0].Email != "Ingrid@solberg.example" {
		t.Errorf("by address %+v, %v", same, err)
	}
	if none, err := r.people.ByEmail(ctx, r.firm, ""); err != nil || len(none) != 0 {
		t.Errorf("by no address %+v, %v", none, err)
	}
	if row, err := r.people.Contact(ctx, r.firm, nobodys); err != nil || row.Name() != "books@people.example" || row.Clients != 0 || row.AddedAt.IsZero() {
		t.Errorf("%+v, %v", row, err)
	}
	for q, want := range map[contactapp.Query]string{
		{}:                       "books@people.example, Sam Ode, Ingrid Solberg, Ola Solberg",
		{Limit: 1}:               "books@people.example, Sam Ode, Ingrid Solberg, Ola Solberg",
		{Loose: true}:            "books@people.example, Ola Solberg",
		{Unset: true}:            "Sam Ode",
		{Text: "SOL ing"}:        "Ingrid Solberg, Ola Solberg",
		{Text: "solberg.ex ola"}: "Ola Solberg",
		{Text: "berg"}:           "",
	} {
		if got := r.called(q); got != want {
			t.Errorf("%+v finds %s, want %s", q, got, want)
		}
	}

	other := r.found(t)
	if _, err := r.people.Contact(ctx, other, ingrid); !errors.Is(err, contact.ErrNotFound) {
		t.Errorf("another practice reads %v", err)
	}
	if list, err := r.people.OfClient(ctx, other, acme); err != nil || len(list) != 0 {
		t.Errorf("another practice reads %v, %v", list, err)
	}
	if list, err := r.people.ClientsOf(ctx, other, ingrid); err != nil || len(list) != 0 {
		t.Errorf("another practice reads %v, %v", list, err)
	}
	if list, _, err := r.people.Contacts(ctx, other, contactapp.Query{Text: "solberg"}); err != nil || len(list) != 0 {
		t.Errorf("another practice reads %v, %v", list, err)
	}

	r.do(r.contacts.Change(ctx, contactapp.Change{By: r.by(), Contact: ingrid, Details: contact.Entry{Given: "Inga", Family: "Dahl", Email: "inga@dahl.example", Phone: "+47 912 34 567", Language: "nb", Zone: "Europe/Oslo"}}))
	r.do(r.clients.UnlinkContact(ctx, clientapp.UnlinkContact{By: r.by(), Client: acme, Contact: sam}))
	r.see()
	if row, err := r.people.Contact(ctx, r.firm, ingrid); err != nil || row.Name() != "Inga Dahl" || row.Phone != "+4791234567" || row.Language != "nb" || row.Zone != "Europe/Oslo" {
		t.Errorf("%+v, %v", row, err)
	}
	if got := r.called(contactapp.Query{Text: "ingrid"}); got != "Ola Solberg" {
		t.Errorf("by the old name: %s", got)
	}
	if people, err := r.people.OfClient(ctx, r.firm, acme); err != nil || len(people) != 1 {
		t.Errorf("after one was unlinked: %+v, %v", people, err)
	}
	if _, _, err := r.people.Contacts(ctx, r.firm, contactapp.Query{After: "x"}); !errors.Is(err, postgres.ErrCursor) {
		t.Errorf("a damaged cursor: %v", err)
	}
}

// Clients are found by the beginnings of words of their own and of their people, sorted three ways, and on two shelves.
func TestClientsAreFound(t *testing.T) {
	r := newRegister(t)
	ctx := t.Context()
	acme, emile := r.client("acme Ltd", "office@acme.example", "C-10"), r.client("Émile Zorn", "", "C-9")
	farrow, trust := r.client("Farrow, Imogen", "imogen@farrow.example", ""), r.client("Delgado Trust", "", "D-0007")
	r.link(trust, r.person("Marisol", "Delgado", "marisol@people.example"))
	r.do(r.clients.SetTags(ctx, clientapp.SetTags{By: r.by(), Client: acme, Tags: []string{"Year end", "audit"}}))
	r.do(r.clients.SetTags(ctx, clientapp.SetTags{By: r.by(), Client: trust, Tags: []string{"AUDIT"}}))
	r.do(r.clients.SetOwner(ctx, clientapp.SetOwner{By: r.by(), Client: emile, Owner: r.owner}))
	r.do(r.clients.Change(ctx, clientapp.Change{By: r.by(), Client: trust, Name: "Delgado Trust", Sort: client.Trust, Reference: "D-0007"}))
	r.do(r.clients.Archive(ctx, clientapp.Archive{By: r.by(), Client: farrow}))
	r.see()
	for _, c := range []struct {
		q    clientapp.Query
		want string
	}{
		{clientapp.Query{}, "acme Ltd, Delgado Trust, Émile Zorn"},
		{clientapp.Query{Limit: 1}, "acme Ltd, Delgado Trust, Émile Zorn"},
		{clientapp.Query{Order: clientapp.Newest, Limit: 1}, "Delgado Trust, Émile Zorn, acme Ltd"},
		{clientapp.Query{Order: clientapp.ByReference, Limit: 1, Shelf: clientapp.Everywhere}, "Émile Zorn, acme Ltd, Delgado Trust, Farrow, Imogen"},
		{clientapp.Query{Shelf: clientapp.Archived}, "Farrow, Imogen"},
		{clientapp.Query{Text: "emi"}, "Émile Zorn"},
		{clientapp.Query{Text: "É Zó"}, "Émile Zorn"},
		{clientapp.Query{Text: "AC"}, "acme Ltd"},
		{clientapp.Query{Text: "imogen", Shelf: clientapp.Everywhere}, "Farrow, Imogen"},
		{clientapp.Query{Text: "imogen"}, ""},
		{clientapp.Query{Text: "imogen@farrow.example", Shelf: clientapp.Everywhere}, "Farrow, Imogen"},
		{clientapp.Query{Text: "c-9"}, "Émile Zorn"},
		{clientapp.Query{Text: "0007"}, "Delgado Trust"},
		{clientapp.Query{Text: "É"}, "Émile Zorn"},
		{clientapp.Query{Text: "marisol"}, "Delgado Trust"},
		{clientapp.Query{Text: "trust people"}, "Delgado Trust"},
		{clientapp.Query{Text: "trust imogen"}, ""},
		{clientapp.Query{Text: "%"}, "acme Ltd, Delgado Trust, Émile Zorn"},
		{clientapp.Query{Tag: "Audit"}, "acme Ltd, Delgado Trust"},
		{clientapp.Query{Tag: "audit", Sort: client.Trust}, "Delgado Trust"},
		{clientapp.Query{Owner: r.owner}, "Émile Zorn"},
		{clientapp.Query{Owner: r.owner, Text: "zo"}, "Émile Zorn"},
	} {
		if got := r.names(c.q); got != c.want {
			t.Errorf("%+v finds %q, want %q", c.q, got, c.want)
		}
	}
	row, err := r.list.Client(ctx, r.firm, farrow)
	if err != nil || row.ArchivedAt.IsZero() || len(row.Tags) != 0 {
		t.Errorf("%+v, %v", row, err)
	}
	if row, err := r.list.Client(ctx, r.firm, acme); err != nil || strings.Join(row.Tags, "|") != "audit|Year end" || !row.ArchivedAt.IsZero() {
		t.Errorf("%+v, %v", row, err)
	}
	if _, _, err := r.list.Clients(ctx, r.firm, clientapp.Query{After: "x"}); !errors.Is(err, postgres.ErrCursor) {
		t.Errorf("a damaged cursor: %v", err)
	}
	other := r.found(t)
	if rows, _, err := r.list.Clients(ctx, other, clientapp.Query{Text: "acme", Shelf: clientapp.Everywhere}); err != nil || len(rows) != 0 {
		t.Errorf("another practice finds %+v, %v", rows, err)
	}
	r.do(r.clients.Restore(ctx, clientapp.Archive{By: r.by(), Client: farrow}))
	r.see()
	if got := r.names(clientapp.Query{Text: "imo"}); got != "Farrow, Imogen" {
		t.Errorf("restored: %q", got)
	}
}
