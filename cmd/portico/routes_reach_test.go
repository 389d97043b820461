package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	clientapp "portico/app/client"
	"portico/app/secret"
	"portico/domain/account"

	"github.com/google/uuid"
)

// shows is what a page of the practice must say of the thing in its address: a page that is there and empty is no better
// than none.
func (f *fixture) shows(route string) string {
	return map[string]string{
		"GET /clients/{id}": f.person, "GET /clients/{id}/edit": f.person, "GET /contacts/{id}": "Ines", "GET /contacts/{id}/access": "Ines", "GET /contacts/{id}/why": "Ines", "GET /contacts/{id}/view": "Ines",
		"GET /upload-links/{id}": f.person, "GET /tasks/{id}": "Send the ledger", "GET /files/{id}": "released.txt", "GET /batches/{id}": "released.txt",
	}[route]
}

// owned puts the fixture's person in charge of its client: all of it is theirs then.
func (w *routesWorld) owned(t *testing.T, f *fixture) *fixture {
	t.Helper()
	w.shown(t)(w.house.clients.SetOwner(t.Context(), clientapp.SetOwner{By: w.calm.by(), Client: f.client, Owner: f.staff}))
	return f
}

// reached: each role gets everything that it is for, of an object of theirs: what a role may not is tried elsewhere, and
// would be passed as well by a product that refuses all (rules 16 and 18 of accounts). What practitioners, auditors and
// operators look at is tried with what they may not; an owner has the rights of an admin, and no route asks for billing, by
// which alone limited people differ.
func reached(t *testing.T, w *routesWorld) {
	pages, calls := w.pages(t).Rights(), w.calledRights(t)
	var all []*fixture
	for _, role := range []account.Role{account.Admin, account.PractitionerNoBilling, account.Assigned} {
		f := w.hire(t, role).as(w.shared)
		f.taskJob = uuid.Nil                      // who is limited sees those that they have prepared
		for _, route := range sorted(pageRules) { // what is made when a route is about it
			if right, ok := pages[route]; ok && role.May(right) {
				w.path(t, route, staff, f)
			}
		}
		all = append(all, f)
	}
	before := w.quiet(t)
	for _, f := range all {
		w.owned(t, f)
		n := 0
		get := func(route string, right account.Right, declared int, ask func() reply) {
			if !f.role.May(right) || !strings.HasPrefix(route, "GET ") {
				return
			}
			n++
			if declared == http.StatusForbidden { // of the person in the table, who may less
				declared = http.StatusOK
			}
			a := ask()
			if a.StatusCode != declared {
				t.Errorf("%s as %s: %d, want %d; %.300s", route, f.role, a.StatusCode, declared, a.text)
			}
			if want := f.shows(route); declared == http.StatusOK && !strings.Contains(a.text, want) {
				t.Errorf("%s as %s doesn’t say %q", route, f.role, want)
			}
		}
		for _, route := range sorted(pages) {
			get(route, pages[route], pageRules[route][staff], func() reply { return w.send(t, route, staff, f) })
		}
		for _, route := range sorted(calls) {
			get(route, calls[route], callRules[route].ours, func() reply { return w.call(t, route, byToken, f) })
		}
		if n < 100 {
			t.Errorf("%s was tried with %d routes only", f.role, n)
		}
	}
	w.owned(t, &fixture{client: w.shared.client, staff: w.calm.staff})
	if after := w.written(t); strings.SplitN(after, " ", 3)[2] != strings.SplitN(before, " ", 3)[2] { // but for who is in charge
		t.Errorf("looking has written something: %s, before %s", after, before)
	}
}

// doing is the fixture for a route that changes something, in the hands of who may least of those who may: somebody limited
// to own clients, or the practice's admin.
func (w *routesWorld) doing(t *testing.T, route string, right account.Right, limited hired) *fixture {
	t.Helper()
	f := w.own(t, route)
	if !limited.role.May(right) || slices.ContainsFunc(ofPractice, func(part string) bool { return strings.Contains(route, part) }) {
		return f
	}
	return w.owned(t, limited.as(f))
}

// signed: who looks after the machine hears which key webhooks need before it is taken off the ring, and after.
func signed(t *testing.T, w *routesWorld) {
	if f := examineWebhookKeys(t.Context(), w.house, w.keys); !f.OK || !strings.Contains(f.Found, "key 1 signs for ") {
		t.Errorf("with its key: %+v", f)
	}
	later := w.keys
	ring, err := secret.ParseKeyRing("2:" + freshKey())
	if err != nil {
		t.Fatal(err)
	}
	later.links = ring
	f := examineWebhookKeys(t.Context(), w.house, later)
	if f.OK || !strings.Contains(f.Found, "key 1 of PORTICO_LINK_KEYS is missing") || !strings.Contains(f.Found, w.shared.webhook.String()) || !strings.Contains(f.Do, "replace the secrets") {
		t.Errorf("without its key: %+v", f)
	}
}
