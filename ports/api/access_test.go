package api

import (
	"context"
	"testing"

	accessapp "portico/app/access"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// oracle says no, and why.
type oracle struct{ accessapp.Explainer }

func (oracle) Explain(_ context.Context, q accessapp.Question) (accessapp.Answer, error) {
	if q.Object.Name == "unknown" {
		return accessapp.Answer{}, accessapp.ErrUnknown
	}
	return accessapp.Answer{
		Rule: "S3.i23", Text: "Acme is archived.",
		Because: accessapp.Fact{Stream: event.Stream{Kind: "client", ID: q.Person}, Version: 4, Position: 1234, Type: "client.archived", At: noon, Actor: event.Actor{Kind: event.Staff, ID: q.Person}},
		Repair:  accessapp.Repair{Act: accessapp.Restore, Right: account.ChangeClients, Client: q.Person},
	}, nil
}

// Whether a person sees something, by which rule and because of which event, and what would mend it, for whoever may know
// the person.
func TestExplanation(t *testing.T) {
	h := newHouse(t)
	at := base + "/access/explanation?person=" + ida.String()
	a := h.call(maryToken, "GET", at+"&object=tab:files", "")
	for path, want := range map[string]string{
		"rule": "S3.i23", "text": "Acme is archived.", "event.type": "client.archived", "event.stream": "client-" + ida.String(), "event.actor.kind": "staff",
		"repair.act": "restore", "repair.right": "clients.change", "repair.client_id": ida.String(),
	} {
		if got := a.text(path); a.status != 200 || got != want {
			t.Errorf("%d, %s is %q; %s", a.status, path, got, a.body)
		}
	}
	h.call(maryToken, "GET", at+"&object=tab:unknown", "").is(404, "access.unknown")
	h.call(maryToken, "GET", at+"&object=task:1", "").is(422, "access.object")
	h.call(maryToken, "GET", at+"&object=:", "").is(422, "access.object")
	h.call(maryToken, "GET", at+"&object=portal&client_id=none", "").is(404, "client.not_found")
	h.call(maryToken, "GET", base+"/access/explanation?object=portal&person="+uuid.NewString(), "").is(404, "contact.not_found")
	h.call(maryToken, "GET", base+"/access/explanation?object=portal&person=none", "").is(404, "contact.not_found")
}
