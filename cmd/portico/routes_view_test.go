package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	accountapp "portico/app/account"
	viewingapp "portico/app/viewing"
	"portico/domain/account"
)

// lookedInto: whoever of the practice looks into a contact's portal sees its pages and leaves no trace in it: nothing is
// written, and nobody was seen there (S4.i1). Who is limited to other clients finds nothing, whatever was begun.
func lookedInto(t *testing.T, w *routesWorld) {
	ctx, person := t.Context(), w.hire(t, account.Practitioner)
	f := person.as(w.shared)
	begin := func(session string) {
		s, err := w.house.account.Session(ctx, accountapp.Secret(session))
		if err != nil {
			t.Fatal(err)
		}
		by := w.calm.by()
		by.Actor.ID = s.ID
		if _, err := w.house.viewings.Begin(ctx, viewingapp.Begin{By: by, View: newID(t), Contact: f.contact, Session: s.Session, Purpose: "a call"}); err != nil {
			t.Fatal(err)
		}
	}
	lastSeen := func() (at time.Time) {
		if err := w.house.db.Work.QueryRow(ctx, `SELECT max(last_seen_at) FROM account.contact_session WHERE contact = $1`, f.contact).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	if _, err := w.house.db.Work.Exec(ctx, `UPDATE account.contact_session SET last_seen_at = last_seen_at - interval '10 minutes' WHERE contact = $1`, f.contact); err != nil {
		t.Fatal(err)
	}
	ask := func(path string, f *fixture, who string) reply {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		w.identify(r, who, f)
		return w.do(t, r)
	}
	base := "/contacts/" + f.contact.String() + "/portal"

	begin(f.session)
	written, seen := w.quiet(t), lastSeen()
	shown := 0
	for route := range pageRules {
		method, path, _ := strings.Cut(route, " ")
		if rest, ok := strings.CutPrefix(path, "/contacts/{id}/portal"); ok && method == http.MethodGet && !strings.Contains(rest, "{") {
			a := ask(base+strings.ReplaceAll(rest, "*", "settings/security"), f, staff)
			if a.StatusCode == http.StatusOK && strings.Contains(a.text, "<b>You see what ") {
				shown++
			} else if a.StatusCode != http.StatusNotFound {
				t.Errorf("%s is %d: %.500s", path, a.StatusCode, a.text)
			}
		}
	}
	if shown < 8 {
		t.Errorf("saw %d pages only", shown)
	}
	if after := w.written(t); after != written || !lastSeen().Equal(seen) {
		t.Errorf("looking has written %s, before %s; seen %s, before %s", after, written, lastSeen(), seen)
	}
	ask("/portal", f, visits)
	if lastSeen().Equal(seen) {
		t.Error("the contact's own visit counts as little: the check is blind")
	}

	h := w.hire(t, account.Assigned)
	begin(h.session)
	if a := ask(base, h.as(f), staff); a.StatusCode != http.StatusNotFound {
		t.Errorf("a portal of others' is %d", a.StatusCode)
	}
	if err := w.house.account.SignOut(ctx, accountapp.Secret(f.session)); err != nil {
		t.Fatal(err)
	}
	if a := ask(base, f, staff); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/login") {
		t.Errorf("after the session's end the view is %d", a.StatusCode)
	}
}
