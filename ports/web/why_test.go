package web

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	accessapp "portico/app/access"
	accounts "portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// oracle answers what a test says, and what it says once something was mended.
type oracle struct {
	accessapp.Explainer
	g     *glass
	asked []accessapp.Question
	first accessapp.Answer
}

func (x *oracle) Objects(context.Context, int32, uuid.UUID) ([]accessapp.Choice, error) {
	return []accessapp.Choice{{Object: accessapp.Object{Kind: "portal"}, Word: "The portal"}}, nil
}

func (x *oracle) Explain(_ context.Context, q accessapp.Question) (accessapp.Answer, error) {
	x.asked = append(x.asked, q)
	if log := x.g.store.Log(); log[len(log)-1].Meta.Actor.ID == priya.ID {
		return accessapp.Answer{Sees: true, Rule: "S3.18", Text: "Ingrid sees it."}, nil
	}
	return x.first, nil
}

// "Why can't they see it?": the rule and the event in a sentence, and a button that mends it for who may, and no more than
// the answer offers at that moment.
func TestWhy(t *testing.T) {
	ask := func(t *testing.T, r accessapp.Repair) (*glass, *oracle) {
		g := newGlass(t)
		x := &oracle{g: g, first: accessapp.Answer{
			Rule: "S3.i23", Text: "Because of <this>.", Repair: r,
			Because: accessapp.Fact{Stream: firm.Stream(harbour), Version: 4, Position: 1234, Type: "client.archived", At: noon, Actor: event.Actor{Kind: event.Staff, ID: priya.ID}},
		}}
		g.server.Access = accessapp.Explainers{"portal": x, "tab": x}
		g.store.Given(1, client.Stream(boats), client.Created{Sort: client.Company}, client.ContactLinked{Contact: ingrid.Contact, Rights: []client.Right{"files"}}, client.Archived{At: noon})
		return g, x
	}
	for name, c := range map[string]struct {
		repair accessapp.Repair
		event  string
	}{
		"restore": {accessapp.Repair{Act: accessapp.Restore, Word: "Restore it", Right: accounts.ChangeClients, Client: boats}, "client.restored"},
		"grant":   {accessapp.Repair{Act: accessapp.Grant, Word: "Give it", Right: accounts.ChangeClients, Client: boats, Rights: []string{"files", "billing"}}, "client.contact_rights_set"},
		"use_tab": {accessapp.Repair{Act: accessapp.UseTab, Word: "Use it", Right: accounts.ChangeSettings, Tab: "billing"}, "firm.tabs_set"},
	} {
		t.Run(name, func(t *testing.T) {
			g, x := ask(t, c.repair)
			page := g.get(g.of+"/why?object=tab:billing").want(t, 200, "They don’t see it", "Because of &lt;this&gt;.", "S3.i23", "client.archived", "Priya Nair", "1234", c.repair.Word, `value="tab:billing" selected`)
			if q := x.asked[0]; q.Person != ingrid.Contact || q.Object.String() != "tab:billing" || q.Firm != 1 {
				t.Errorf("asked %+v", q)
			}
			v := hidden(page.text)
			g.is("auditor", accounts.Auditor, 5)
			g.as("auditor").get(g.of+"/why?object=tab:billing").want(t, 200, "your role doesn’t allow this").lacks(t, `name="act"`)
			g.post(g.of+"/why", v).want(t, http.StatusForbidden)
			forged := url.Values{"command": {newTestID(70).String()}, "object": {"tab:billing"}, "act": {"invite"}}
			g.as("priya").post(g.of+"/why", forged).want(t, http.StatusConflict, "changed meanwhile", "They don’t see it")
			before := len(g.store.Log())
			a := g.post(g.of+"/why", v).want(t, http.StatusSeeOther)
			if log := g.store.Log(); len(log) != before+1 || log[before].Event.EventType() != c.event {
				t.Fatalf("recorded %d events, the last %s", len(log)-before, log[len(log)-1].Event.EventType())
			}
			g.get(a.Header().Get("Location")).want(t, 200, "They see it", "Ingrid sees it.", "nothing has ever been recorded").lacks(t, `name="act"`)
			g.post(g.of+"/why", v).want(t, http.StatusSeeOther) // the same form again
			if after := len(g.store.Log()); after != before+1 {
				t.Errorf("a form sent twice recorded %d events", after-before)
			}
		})
	}
	g, _ := ask(t, accessapp.Repair{Act: accessapp.Look, Word: "Look there", Right: accounts.Invite, Page: "/contacts/x/access"})
	g.get(g.of+"/why").want(t, 200, `href="/contacts/x/access"`)
	g.post(g.of+"/why", url.Values{"command": {newTestID(70).String()}, "act": {"look"}}).want(t, http.StatusUnprocessableEntity)
	g.get(g.of+"/why?object=task:1").want(t, http.StatusUnprocessableEntity, "Name what they should see")
	g, _ = ask(t, accessapp.Repair{Act: accessapp.UseTab, Word: "Use it", Right: accounts.ChangeSettings, Tab: "billing"})
	g.is("tom", accounts.Practitioner, 6)
	g.as("tom").post(g.of+"/why", url.Values{"command": {newTestID(71).String()}, "act": {"use_tab"}}).want(t, http.StatusForbidden)
}
