package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	accountapp "portico/app/account"
	clientapp "portico/app/client"
	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"

	"github.com/google/uuid"
)

// hired is somebody of the practice in some role, with a session and a token.
type hired struct {
	staff          uuid.UUID
	role           account.Role
	session, token string
}

func (w *routesWorld) hire(t *testing.T, role account.Role) hired {
	t.Helper()
	person := w.calm
	person.staff, person.email = newID(t), rndWord(t)+"@harbour.example"
	if err := w.house.account.AddStaff(t.Context(), accountapp.AddStaff{
		ID: person.staff, Firm: person.firm, Email: person.email, Name: "Otto Hire", Role: role, Password: person.password,
	}); err != nil {
		t.Fatal(err)
	}
	token, _ := w.token(t, person)
	return hired{staff: person.staff, role: role, session: w.signIn(t, person), token: token}
}

// as is f with the session and the token of somebody else.
func (h hired) as(f *fixture) *fixture {
	other := *f
	other.session, other.token, other.staff, other.role = h.session, h.token, h.staff, h.role
	return &other
}

// calledRights is what each operation of the API asks for, by its own document.
func (w *routesWorld) calledRights(t *testing.T) map[string]account.Right {
	t.Helper()
	_, raw := program{t: t}.ask("GET", w.base+"/api/v1/openapi.json", 200, nil)
	var document struct {
		Paths map[string]map[string]struct {
			Right account.Right `json:"x-right"`
		}
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	rights := map[string]account.Right{}
	for path, item := range document.Paths {
		for method, o := range item {
			rights[strings.ToUpper(method)+" "+strings.TrimPrefix(path, "/api/v1")] = o.Right
		}
	}
	return rights
}

// expected is what somebody of a role gets from a route about a client who isn't theirs; 0 where it isn't tried, because
// it would change something. ours and theirs are the statuses of somebody with every right, and of another practice.
func expected(t *testing.T, route string, role account.Role, right account.Right, ours, theirs int) int {
	t.Helper()
	own := slices.ContainsFunc(ofPractice, func(part string) bool { return strings.Contains(route, part) })
	changes := !safe(route) && !readsByPost[route]
	switch {
	case !slices.Contains(account.Rights(), right):
		t.Errorf("%s asks for %q, which is no right", route, right)
	case !role.May(right):
		return http.StatusForbidden
	case role == account.Auditor && changes && right != account.OwnAccount:
		t.Errorf("%s lets an auditor change something by %q", route, right)
	case role == account.Operator && !own:
		t.Errorf("%s shows an operator what is of clients by %q", route, right)
	case changes && (own || theirs < 400 || right == account.OwnAccount):
		return 0
	case role.AssignedOnly() && !own && theirs < 400 && strings.Contains(route, "{id}"):
		return http.StatusNotFound // what leads another practice nowhere in particular is refused here at once
	case role.AssignedOnly() && !own:
		return theirs
	default:
		return ours
	}
	return 0
}

// roles sends every route as the roles that may not everything, to a client who isn't theirs. What each asks for is in
// the code; here it is held against what the roles are for (rules 16 and 18 of accounts).
func roles(t *testing.T, w *routesWorld) {
	pages := w.pages(t).Rights()
	calls := w.calledRights(t)
	w.taskJobOf(t, w.shared) // of somebody else
	before := ""
	for _, role := range []account.Role{account.Auditor, account.Operator, account.AssignedNoBilling} {
		f := w.hire(t, role).as(w.shared)
		before = w.written(t)
		see := func(route string, a reply, want int) {
			if want == 0 {
				return
			}
			a.check(t, route, staff, want)
			if a.StatusCode != want {
				t.Errorf("… that was as %s", role)
			}
			if role == account.Auditor && strings.Contains(a.text, `href="/clients/new"`) {
				t.Errorf("%s offers an auditor a new client", route)
			}
			if text := f.shows(route); role == account.Auditor && want == http.StatusOK && !strings.Contains(a.text, text) {
				t.Errorf("%s doesn’t say %q to an auditor", route, text)
			}
			if role != account.Auditor && strings.Contains(a.text, f.person) {
				t.Errorf("%s shows %s a client who isn't theirs", route, role)
			}
		}
		for route, right := range pages {
			ours := pageRules[route][staff]
			if right == account.ReadLog {
				ours = http.StatusOK // our person who looks is a practitioner
			}
			if want := expected(t, route, role, right, ours, pageRules[route][foreign]); want != 0 {
				see(route, w.send(t, route, staff, f), want)
			}
		}
		for route, right := range calls {
			c := callRules[route]
			if forAdmins[route] {
				c.ours = http.StatusOK
			}
			if want := expected(t, route, role, right, c.ours, c.theirs); want != 0 {
				see(route, w.call(t, route, byToken, f), want)
			}
		}
		if after := w.written(t); after != before {
			t.Errorf("%s has written something: %s, before %s", role, after, before)
		}
	}
	if len(pages) < 30 || len(calls) < 30 {
		t.Errorf("%d pages and %d operations only", len(pages), len(calls))
	}
}

// assigned: somebody who is limited to own clients works with those as everybody does, also with a link that they sent
// to nobody's client.
func assigned(t *testing.T, w *routesWorld) {
	h := w.hire(t, account.Assigned)
	by := w.calm.by()
	by.Actor.ID = h.staff
	mine := w.fixture(t)
	own := h.as(mine)
	own.client, own.person = newID(t), "Wilhelmina Own "+rndWord(t)
	if _, err := w.house.clients.Create(t.Context(), clientapp.Create{By: by, ID: own.client, Name: own.person, Sort: client.Person, Owner: h.staff}); err != nil {
		t.Fatal(err)
	}
	var last int64
	send := func(to uuid.UUID) uuid.UUID {
		id := newID(t)
		res, err := w.house.links.Issue(t.Context(), linkapp.Issue{
			By: by, ID: id, Client: to, ExpiresOn: time.Now().AddDate(0, 0, 14), Zone: time.UTC,
			Recipients: []linkapp.NewRecipient{{Name: "A", Email: "a@example.org"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		last = res.Position
		return id
	}
	foreignLink := own.link
	own.link = send(own.client)
	free := send(uuid.Nil)
	if _, err := w.house.linkList.Wait(t.Context(), last); err != nil {
		t.Fatal(err)
	}

	list := w.send(t, "GET /clients", staff, own)
	if list.StatusCode != 200 || !strings.Contains(list.text, own.person) || strings.Contains(list.text, mine.person) {
		t.Errorf("the list of clients is %d and has not theirs alone", list.StatusCode)
	}
	links := w.send(t, "GET /upload-links", staff, own)
	if !strings.Contains(links.text, own.link.String()) || !strings.Contains(links.text, free.String()) || strings.Contains(links.text, foreignLink.String()) {
		t.Error("the list of links has not theirs alone")
	}
	for _, route := range []string{"GET /clients/{id}", "GET /upload-links/{id}"} {
		w.send(t, route, staff, own).check(t, route, staff, 200)
		w.call(t, route, byToken, own).check(t, route, byToken, 200)
	}
	w.invite(t, own) // a contact of the own client
	own.task = uuid.Nil
	for _, route := range []string{"GET /tasks/{id}", "GET /tasks/templates", "GET /tasks/jobs"} {
		w.send(t, route, staff, own).check(t, route, staff, 200)
	}
	for _, route := range []string{"GET /tasks/{id}", "PUT /tasks/{id}/progress", "GET /task-filters"} {
		w.call(t, route, byToken, own).check(t, route, byToken, 200)
	}
	w.call(t, "PUT /task-filters/{id}", byToken, own).check(t, "PUT /task-filters/{id}", byToken, 422)
	w.send(t, "GET /contacts/{id}/access", staff, own).check(t, "GET /contacts/{id}/access", staff, 200)
	w.send(t, "POST /contacts/{id}/invitation/withdrawal", staff, own).check(t, "POST /contacts/{id}/invitation/withdrawal", staff, 303)
	for _, to := range []uuid.UUID{own.link, free} {
		d, err := w.house.linkList.Link(t.Context(), w.calm.firm, to)
		if err != nil {
			t.Fatal(err)
		}
		own.link, own.holders = to, map[string]secret.UploadToken{peer: {Link: to, Recipient: d.Recipients[0].ID, Generation: 1}}
		w.send(t, "POST /upload-links/{id}/resend", staff, own).check(t, "POST /upload-links/{id}/resend", staff, 303)
		w.call(t, "POST /upload-links/{id}/resend", byToken, own).check(t, "POST /upload-links/{id}/resend", byToken, 200)
	}
}
