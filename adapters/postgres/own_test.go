package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	accountapp "portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	app "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Rule 18 of accounts: who is limited to own clients finds nothing of others in any table of the read models, however it
// is asked for; and nobody else misses a row.
func TestOwnClientsOnly(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	ann, bert := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	list := postgres.ClientList{DB: h.db}
	clients := clientapp.Commands{Events: h.store}
	links := map[uuid.UUID]*usedLink{}
	for _, owner := range []uuid.UUID{ann, bert} {
		id := uuid.Must(uuid.NewV7())
		by := h.by()
		by.Actor = event.Actor{Kind: event.Staff, ID: owner}
		if _, err := clients.Create(t.Context(), clientapp.Create{By: by, ID: id, Name: "Client of " + owner.String(), Sort: client.Person, Owner: owner}); err != nil {
			t.Fatal(err)
		}
		for _, of := range []uuid.UUID{id, uuid.Nil} { // a link of nobody's client is its sender's
			u := h.issue(t, 0)
			u.id = uuid.Must(uuid.NewV7())
			r, err := u.cmd.Issue(t.Context(), app.Issue{
				By: by, ID: u.id, Client: of, Recipients: []app.NewRecipient{{Name: "Imogen Farrow", Email: "imogen@example.org"}},
				ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: time.UTC,
			})
			if err != nil {
				t.Fatal(err)
			}
			u.see(t, r.Position)
			d, err := u.list.Link(t.Context(), h.firm, u.id)
			if err != nil {
				t.Fatal(err)
			}
			u.holder.Recipient = d.Recipients[0].ID
			u.send(t, "statement.pdf")
			links[u.id] = u
		}
	}
	limited := accountapp.Staff{ID: ann, Firm: h.firm, Role: account.Assigned}.Limited(t.Context())

	rows, _, err := list.Clients(limited, h.firm, clientapp.Query{})
	if err != nil || len(rows) != 1 || rows[0].Owner != ann || rows[0].Links != 1 || rows[0].Files != 1 {
		t.Errorf("ann's clients: %+v, %v", rows, err)
	}
	anyLinks := postgres.UploadLinkList{DB: h.db}
	mine, _, err := anyLinks.Links(limited, h.firm, app.LinkQuery{})
	if err != nil || len(mine) != 2 || slices.ContainsFunc(mine, func(l app.LinkRow) bool { return l.Sender != ann }) {
		t.Errorf("ann's links: %+v, %v", mine, err)
	}
	for id, u := range links {
		_, err := anyLinks.Link(limited, h.firm, id)
		files, _, wrong := anyLinks.Files(limited, h.firm, app.FileQuery{Link: id})
		own := slices.ContainsFunc(mine, func(l app.LinkRow) bool { return l.ID == id })
		if wrong != nil || own != (err == nil) || own != (len(files) == 1) {
			t.Errorf("link %s, ann's: %t; read %v, %d files, %v", id, own, err, len(files), wrong)
		}
		if all, _, err := u.list.Files(t.Context(), h.firm, app.FileQuery{Link: id}); err != nil || len(all) != 1 {
			t.Errorf("somebody without a limit reads %d files, %v", len(all), err)
		}
	}

	for _, m := range postgres.Models() {
		for _, table := range m.Tables {
			all, none := h.count(t, table.Name, ""), h.count(t, table.Name, uuid.Must(uuid.NewV7()).String())
			if ofClients := table.Own != "true"; ofClients && none != 0 || !ofClients && none != all {
				t.Errorf("portal.%s has %d rows, and %d of them for somebody who has no client", table.Name, all, none)
			}
			if strings.HasPrefix(table.Name, "upload_link") && all == 0 {
				t.Errorf("portal.%s is empty; did anything happen?", table.Name)
			}
		}
	}
}

// Rule 6 of contacts: somebody who is limited to own clients finds the people that they have added and who belong to no
// client, with their invitations, and no others; once those belong to a colleague's client they are the colleague's.
func TestOwnLooseContacts(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	ctx := t.Context()
	ann, bert := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	list, contacts, clients := postgres.ContactList{DB: h.db}, contactapp.Commands{Events: h.store}, clientapp.Commands{Events: h.store}
	of := map[uuid.UUID]uuid.UUID{}
	var last es.Result
	ok := func(r es.Result, err error) {
		t.Helper()
		if last = r; err != nil {
			t.Fatal(err)
		}
	}
	as := func(staff uuid.UUID) es.By {
		by := h.by()
		by.Actor = event.Actor{Kind: event.Staff, ID: staff}
		return by
	}
	for _, staff := range []uuid.UUID{ann, bert} {
		of[staff] = uuid.Must(uuid.NewV7())
		ok(contacts.Add(ctx, contactapp.Add{By: as(staff), ID: of[staff], Details: contact.Entry{Given: "Ida", Email: "ida@example.org"}}))
	}
	limited := accountapp.Staff{ID: ann, Firm: h.firm, Role: account.Assigned}.Limited(ctx)
	see := func(want ...uuid.UUID) {
		t.Helper()
		h.shown(t, last.Position)
		rows, _, err := list.Contacts(limited, h.firm, contactapp.Query{Text: "ida"})
		if err != nil {
			t.Fatal(err)
		}
		var got []uuid.UUID
		for _, r := range rows {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("ann finds %v, want %v", got, want)
		}
	}
	see(of[ann])
	theirs := uuid.Must(uuid.NewV7())
	ok(clients.Create(ctx, clientapp.Create{By: as(bert), ID: theirs, Name: "Boats", Sort: client.Company, Owner: bert}))
	ok(clients.LinkContact(ctx, clientapp.LinkContact{By: as(bert), Client: theirs, Contact: of[ann]}))
	see()
	ok(clients.SetOwner(ctx, clientapp.SetOwner{By: as(bert), Client: theirs, Owner: ann}))
	see(of[ann])
	if all, _, err := list.Contacts(ctx, h.firm, contactapp.Query{Loose: true}); err != nil || len(all) != 1 || all[0].ID != of[bert] {
		t.Errorf("nobody's client is %+v, %v", all, err)
	}
}

// count is how many rows of a read model somebody sees who is limited to the clients of only; "" limits nobody.
func (h *house) count(t *testing.T, table, only string) (n int) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), h.db.App, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT set_config('portico.firm', $1, true), set_config('portico.limited_to', $2, true)`, fmt.Sprint(h.firm), only); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM portal.`+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
