package client_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ingrid = uuid.UUID{15: 3}
	opened = client.Created{
		Name: event.Of(acme, "Acme Ltd"), Email: event.Of(acme, "office@acme.example"), Sort: client.Company, Reference: "C-00412", Owner: alice,
	}
)

type decision = func(client.Client) ([]client.Event, error)

func TestChange(t *testing.T) {
	change := func(f func(*client.Creating)) decision {
		n := client.Creating{Client: acme, Name: "Acme Ltd", Email: "office@acme.example", Sort: client.Company, Reference: "C-00412"}
		f(&n)
		return func(c client.Client) ([]client.Event, error) { return c.Change(n) }
	}
	same := func(*client.Creating) {}
	renamed := func(n *client.Creating) { n.Name, n.Email, n.Sort = "Acme & Co", "", client.Partnership }
	says := client.Changed{Name: event.Of(acme, "Acme & Co"), Email: event.Of(acme, ""), Sort: client.Partnership, Reference: "C-00412"}
	given(t, opened).When(change(same)).ThenNothing()
	given(t, opened).When(change(renamed)).Then(says).When(change(renamed)).ThenNothing()
	given(t, opened).When(change(func(n *client.Creating) { n.Name = "" })).ThenError(client.ErrName)
	given(t).When(change(same)).ThenError(client.ErrNotFound)
}

func TestOwner(t *testing.T) {
	to := func(staff uuid.UUID) decision {
		return func(c client.Client) ([]client.Event, error) { return c.SetOwner(staff) }
	}
	given(t, opened).When(to(alice)).ThenNothing()
	given(t, opened).When(to(ingrid)).Then(client.OwnerSet{Owner: ingrid}).When(to(uuid.Nil)).Then(client.OwnerSet{})
	given(t).When(to(alice)).ThenError(client.ErrNotFound)
}

func TestTags(t *testing.T) {
	set := func(tags ...string) decision {
		return func(c client.Client) ([]client.Event, error) { return c.SetTags(acme, tags) }
	}
	tags := client.TagsSet{Tags: []event.Personal{event.Of(acme, "audit"), event.Of(acme, "Year end")}}
	given(t, opened).When(set(" Year  end", "audit", "", "AUDIT")).Then(tags).When(set("audit", "Year end")).ThenNothing()
	given(t, opened, tags).When(set()).Then(client.TagsSet{})
	given(t, opened).When(set()).ThenNothing()
	given(t, opened).When(set(strings.Repeat("é", client.MaxTag+1))).ThenError(client.ErrTag)
	given(t, opened).When(set("a,b")).ThenError(client.ErrTag)
	given(t, opened).When(set("a\x00")).ThenError(client.ErrTag)
	var many []string
	for i := range client.MaxTags + 1 {
		many = append(many, fmt.Sprint("tag ", i))
	}
	given(t, opened).When(set(many...)).ThenError(client.ErrTag)
	given(t).When(set("audit")).ThenError(client.ErrNotFound)
}

// S3.i23: what makes a client inactive, and takes it back.
func TestArchive(t *testing.T) {
	archive := func(c client.Client) ([]client.Event, error) { return c.Archive(noon) }
	restore := func(c client.Client) ([]client.Event, error) { return c.Restore(noon) }
	given(t, opened).When(archive).Then(client.Archived{At: noon}).When(archive).ThenNothing().When(restore).Then(client.Restored{At: noon}).
		When(restore).ThenNothing().When(archive).Then(client.Archived{At: noon})
	given(t).When(archive).ThenError(client.ErrNotFound)
	given(t).When(restore).ThenError(client.ErrNotFound)
}

// S5.2, S5.4, S5.i6: a person is added with rights, which is all that happens.
func TestContacts(t *testing.T) {
	link := func(who uuid.UUID, rights ...client.Right) decision {
		return func(c client.Client) ([]client.Event, error) { return c.Link(who, rights, noon) }
	}
	rights := func(who uuid.UUID, rights ...client.Right) decision {
		return func(c client.Client) ([]client.Event, error) { return c.SetRights(who, rights) }
	}
	unlink := func(who uuid.UUID) decision {
		return func(c client.Client) ([]client.Event, error) { return c.Unlink(who) }
	}
	linked := client.ContactLinked{Contact: ingrid, Rights: []client.Right{client.Files, client.Billing}, At: noon}
	given(t, opened, linked).When(func(c client.Client) ([]client.Event, error) {
		if got := c.With(client.Billing); !slices.Equal(got, []uuid.UUID{ingrid}) || c.With(client.Tasks) != nil {
			t.Errorf("with the right to bills: %v", got)
		}
		if archived := c.Apply(client.Archived{}); archived.With(client.Billing) != nil {
			t.Error("an archived client's people may do something (S3.i23)")
		}
		return nil, nil
	}).ThenNothing()
	given(t, opened).When(link(ingrid, client.Billing, client.Files, client.Billing)).Then(linked).
		When(link(ingrid, client.Files, client.Billing)).ThenNothing(). // a form sent twice links once
		When(link(ingrid, client.Sign)).Then(client.ContactRightsSet{Contact: ingrid, Rights: []client.Right{client.Sign}})
	given(t, opened, linked).When(rights(ingrid, client.Files, client.Billing)).ThenNothing()
	given(t, opened, linked).When(rights(ingrid)).Then(client.ContactRightsSet{Contact: ingrid, Rights: []client.Right{}})
	given(t, opened, linked).When(rights(ingrid, "everything")).ThenError(client.ErrRight)
	given(t, opened, linked).When(unlink(ingrid)).Then(client.ContactUnlinked{Contact: ingrid}).When(unlink(ingrid)).ThenNothing().
		When(rights(ingrid, client.Files)).ThenError(client.ErrNotLinked)
	given(t, opened).When(rights(ingrid, client.Files)).ThenError(client.ErrNotLinked)
	given(t, opened).When(link(ingrid, "everything")).ThenError(client.ErrRight)
	given(t).When(link(ingrid)).ThenError(client.ErrNotFound)
	given(t).When(unlink(ingrid)).ThenError(client.ErrNotFound)

	full := []client.Event{opened}
	for i := range client.MaxContacts {
		full = append(full, client.ContactLinked{Contact: uuid.UUID{14: 1, 15: byte(i)}, Rights: []client.Right{}, At: noon})
	}
	given(t, full...).When(link(ingrid)).ThenError(client.ErrContacts)
	given(t, full...).When(link(uuid.UUID{14: 1}, client.Files)).Then(client.ContactRightsSet{Contact: uuid.UUID{14: 1}, Rights: []client.Right{client.Files}})
}
