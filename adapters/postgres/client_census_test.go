package postgres_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	accountapp "portico/app/account"
	clientapp "portico/app/client"
	inviteapp "portico/app/invite"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// S3.11, S5.i8, S3.i7, S3.i8: clients are chosen by where their people stand, and the numbers beside the filters are those
// of the clients that each would show.
func TestClientsByWhereTheirPeopleStand(t *testing.T) {
	r := newRegister(t)
	ctx := t.Context()
	invites := inviteapp.Commands{Events: r.store, Contacts: people{}}
	send := func(who uuid.UUID) {
		r.do(invites.Send(ctx, inviteapp.Send{By: r.by(), Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC}))
	}
	accept := func(who uuid.UUID) {
		r.do(invites.Accept(ctx, inviteapp.Accept{By: r.by(), Contact: who, Nth: 1, From: "192.0.2.1"}))
	}
	nobody, unmailed, unaddressed := r.client("Nobody", "n@example.org", "9"), r.client("Unmailed", "", "8"), r.client("Unaddressed", "", "7")
	asked, in, both := r.client("Asked", "", "6"), r.client("In", "", "5"), r.client("In, and one not mailed", "", "4")
	bounced, withdrawn, removed := r.client("Bounced", "", "3"), r.client("Withdrawn", "", "2"), r.client("Removed", "", "1")
	old := r.client("Old", "", "")
	add := func(of uuid.UUID, email string) uuid.UUID {
		who := r.person("Ida", "", email)
		r.link(of, who)
		return who
	}
	add(unmailed, "u@example.org")
	add(unaddressed, "")
	send(add(asked, "a@example.org"))
	ida := add(in, "i@example.org")
	send(ida)
	accept(ida)
	r.link(both, ida)
	add(both, "b@example.org")
	b := add(bounced, "c@example.org")
	send(b)
	r.do(invites.Record(ctx, inviteapp.Record{By: r.by(), Contact: b, Outcome: invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasBounced, Code: "550"}}))
	w := add(withdrawn, "w@example.org")
	send(w)
	r.do(invites.Withdraw(ctx, inviteapp.Withdraw{By: r.by(), Contact: w}))
	given := r.client("Given access, not mailed", "", "0")
	r.do(invites.Send(ctx, inviteapp.Send{By: r.by(), Contact: add(given, "g@example.org"), Channels: invite.ByNone, Access: invite.ByAccount, Zone: time.UTC}))
	x := add(removed, "x@example.org")
	send(x)
	accept(x)
	r.do(invites.RemoveAccess(ctx, inviteapp.RemoveAccess{By: r.by(), Contact: x}))
	r.do(r.clients.Archive(ctx, clientapp.Archive{By: r.by(), Client: old}))
	r.do(r.clients.SetTags(ctx, clientapp.SetTags{By: r.by(), Client: asked, Tags: []string{"Audit", "vat"}}))
	r.do(r.clients.SetTags(ctx, clientapp.SetTags{By: r.by(), Client: in, Tags: []string{"audit"}}))
	r.do(r.clients.SetOwner(ctx, clientapp.SetOwner{By: r.by(), Client: in, Owner: r.owner}))
	r.do(r.clients.Change(ctx, clientapp.Change{By: r.by(), Client: nobody, Name: "Nobody", Sort: client.Trust, Email: "n@example.org", Reference: "9"}))
	r.see()
	if ok, err := r.db.Wait(ctx, r.last.Position, soon, "invite_list", "client_list", "contact_list"); !ok || err != nil {
		t.Fatal(ok, err)
	}

	want := map[clientapp.Portal]string{
		clientapp.WithoutPortal: "Nobody, Removed, Unaddressed, Unmailed, Withdrawn",
		clientapp.Invited:       "Asked, Bounced, Given access, not mailed",
		clientapp.SignedIn:      "In, In, and one not mailed",
		clientapp.Bounced:       "Bounced",
		clientapp.Unaddressed:   "Nobody, Unaddressed",
		clientapp.Unmailed:      "Given access, not mailed, In, and one not mailed, Unaddressed, Unmailed",
	}
	counts, err := r.list.Counts(ctx, r.firm, clientapp.Query{Fresh: true}, r.owner)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range clientapp.Portals {
		for _, limit := range []int{0, 1} {
			if got := r.names(clientapp.Query{Portal: p, Limit: limit}); got != want[p] {
				t.Errorf("%s: %s, want %s", p, got, want[p])
			}
		}
		ids, err := r.list.Matching(ctx, r.firm, clientapp.Query{Portal: p, Limit: 1})
		if err != nil || len(ids) != counts.Portal[p] || len(ids) == 0 {
			t.Errorf("%s: %d match, %d are counted, %v", p, len(ids), counts.Portal[p], err)
		}
	}
	if got := r.names(clientapp.Query{Portal: clientapp.WithoutPortal, Order: clientapp.Newest, Limit: 2}); got != "Removed, Withdrawn, Unaddressed, Unmailed, Nobody" {
		t.Errorf("newest first: %s", got)
	}
	if got := r.names(clientapp.Query{Portal: clientapp.WithoutPortal, Order: clientapp.ByReference, Limit: 2}); got != "Removed, Withdrawn, Unaddressed, Unmailed, Nobody" {
		t.Errorf("by reference: %s", got)
	}
	if got := r.names(clientapp.Query{Portal: clientapp.SignedIn, Text: "mailed", Limit: 1}); got != "In, and one not mailed" {
		t.Errorf("with a search: %s", got)
	}
	if got := fmt.Sprint(counts.Found, counts.Active, counts.Archived, counts.Mine, counts.Sorts, counts.Tags); got != fmt.Sprint(10, 10, 1, 1, map[client.Sort]int{client.Person: 9, client.Trust: 1}, []clientapp.TagCount{{Tag: counts.Tags[0].Tag, Count: 2}, {Tag: "vat", Count: 1}}) || !strings.EqualFold(counts.Tags[0].Tag, "audit") {
		t.Errorf("counted %s", got)
	}

	for id, want := range map[uuid.UUID]clientapp.Portal{
		nobody: clientapp.AnyPortal, unmailed: clientapp.Unmailed, unaddressed: clientapp.Unaddressed, asked: clientapp.Invited, in: clientapp.SignedIn,
		both: clientapp.SignedIn, bounced: clientapp.Bounced, withdrawn: clientapp.WithoutPortal, removed: clientapp.WithoutPortal,
	} {
		if row, err := r.list.Client(ctx, r.firm, id); err != nil || row.Stand != want || (row.People == 0) != (id == nobody) {
			t.Errorf("%s stands at %q with %d people, %v; want %q", row.Name, row.Stand, row.People, err, want)
		}
	}

	// Each number is what its choice shows, with the others as they are.
	for _, q := range []clientapp.Query{
		{}, {Text: "in"}, {Tag: "audit"}, {Owner: r.owner}, {Sort: client.Trust}, {Portal: clientapp.SignedIn}, {Shelf: clientapp.Archived}, {Shelf: clientapp.Everywhere},
		{Text: "nobody", Sort: client.Trust, Portal: clientapp.WithoutPortal}, {Tag: "audit", Portal: clientapp.Invited, Owner: r.owner},
	} {
		c, err := r.list.Counts(ctx, r.firm, q, r.owner)
		if err != nil {
			t.Fatal(err)
		}
		shown := func(change func(*clientapp.Query)) int {
			q := q
			change(&q)
			ids, err := r.list.Matching(ctx, r.firm, q)
			if err != nil {
				t.Fatal(err)
			}
			if q.Portal == clientapp.AnyPortal { // the statement and the census agree
				rows, _, err := r.list.Clients(ctx, r.firm, q)
				var found []uuid.UUID
				for _, row := range rows {
					found = append(found, row.ID)
				}
				if err != nil || !slices.Equal(found, ids) {
					t.Errorf("%+v: %d rows, %d in the census, %v", q, len(found), len(ids), err)
				}
			}
			return len(ids)
		}
		same := func(what string, got int, change func(*clientapp.Query)) {
			if want := shown(change); got != want {
				t.Errorf("%+v: %s says %d and shows %d", q, what, got, want)
			}
		}
		same("found", c.Found, func(*clientapp.Query) {})
		same("active", c.Active, func(q *clientapp.Query) { q.Shelf = clientapp.Active })
		same("archived", c.Archived, func(q *clientapp.Query) { q.Shelf = clientapp.Archived })
		same("mine", c.Mine, func(q *clientapp.Query) { q.Owner = r.owner })
		for s := range maps.Keys(c.Sorts) {
			same(string(s), c.Sorts[s], func(q *clientapp.Query) { q.Sort = s })
		}
		for _, tag := range c.Tags {
			same(tag.Tag, tag.Count, func(q *clientapp.Query) { q.Tag = tag.Tag })
		}
		for _, p := range clientapp.Portals {
			same(string(p), c.Portal[p], func(q *clientapp.Query) { q.Portal = p })
		}
	}

	// Who has just written something sees it; another practice, and who is limited to other clients, see nothing.
	send(add(nobody, "now@example.org"))
	if ok, err := r.db.Wait(ctx, r.last.Position, soon, "invite_list", "client_list", "contact_list"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if c, err := r.list.Counts(ctx, r.firm, clientapp.Query{Fresh: true}, r.owner); err != nil || c.Portal[clientapp.Invited] != 4 {
		t.Errorf("after one more invitation %v are asked, %v", c.Portal[clientapp.Invited], err)
	}
	if c, err := r.list.Counts(ctx, r.found(t), clientapp.Query{Shelf: clientapp.Everywhere}, r.owner); err != nil || c.Found != 0 {
		t.Errorf("another practice counts %d, %v", c.Found, err)
	}
	limited := accountapp.Staff{ID: r.owner, Firm: r.firm, Role: account.Assigned}.Limited(ctx)
	if c, err := r.list.Counts(limited, r.firm, clientapp.Query{}, r.owner); err != nil || c.Found != 1 || c.Portal[clientapp.SignedIn] != 1 {
		t.Errorf("who has one client counts %+v, %v", c, err)
	}
	if _, _, err := r.list.Clients(ctx, r.firm, clientapp.Query{Portal: clientapp.Invited, After: "x"}); err == nil {
		t.Error("a damaged cursor")
	}
}
