package client_test

import (
	"strings"
	"testing"

	"portico/domain/address"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/event/eventtest"

	"github.com/google/uuid"
)

var acme, alice = uuid.UUID{15: 1}, uuid.UUID{15: 2}

func create(change ...func(*client.Creating)) func(client.Client) ([]client.Event, error) {
	n := client.Creating{Client: acme, Name: " Acme Ltd ", Email: " office@ACME.example ", Sort: client.Company, Reference: " C-00412 ", Owner: alice}
	for _, f := range change {
		f(&n)
	}
	return func(c client.Client) ([]client.Event, error) { return c.Create(n) }
}

func given(t *testing.T, history ...client.Event) eventtest.Scenario[client.Client, client.Event] {
	return eventtest.Given[client.Client](t, history...)
}

func TestCreate(t *testing.T) {
	created := client.Created{
		Name: event.Of(acme, "Acme Ltd"), Email: event.Of(acme, "office@acme.example"), Sort: client.Company, Reference: "C-00412", Owner: alice,
	}
	given(t).When(create()).Then(created).When(create()).ThenNothing() // a form sent twice is one client

	bare := client.Created{Name: event.Of(acme, "Ida"), Email: event.Of(acme, ""), Sort: client.Person}
	given(t).When(create(func(n *client.Creating) { *n = client.Creating{Client: acme, Name: "Ida"} })).Then(bare)

	name := strings.Repeat("é", client.MaxName)
	created.Name = event.Of(acme, name)
	given(t).When(create(func(n *client.Creating) { n.Name = name })).Then(created)
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		change func(*client.Creating)
		want   error
	}{
		{func(n *client.Creating) { n.Name = " " }, client.ErrName},
		{func(n *client.Creating) { n.Name = strings.Repeat("é", client.MaxName+1) }, client.ErrName},
		{func(n *client.Creating) { n.Name = "Acme\nLtd" }, client.ErrName},
		{func(n *client.Creating) { n.Name = "Acme\xff" }, client.ErrName},
		{func(n *client.Creating) { n.Reference = strings.Repeat("1", client.MaxReference+1) }, client.ErrReference},
		{func(n *client.Creating) { n.Reference = "1\t2" }, client.ErrReference},
		{func(n *client.Creating) { n.Sort = "club" }, client.ErrSort},
		{func(n *client.Creating) { n.Email = `"office"@acme.example` }, address.ErrInvalid},
		{func(n *client.Creating) { n.Email = "office" }, address.ErrInvalid},
	} {
		given(t).When(create(c.change)).ThenError(c.want)
	}
}
