package api

import (
	"context"
	"strings"
	"testing"

	contactapp "portico/app/contact"
	"portico/domain/client"
	"portico/domain/contact"

	"github.com/google/uuid"
)

func (g *guests) ByEmail(_ context.Context, _ int32, email string) ([]contactapp.Row, error) {
	row, err := g.person(1, ida)
	if row.Email != email {
		return nil, err
	}
	return []contactapp.Row{row}, err
}

func (g *guests) Contacts(_ context.Context, firm int32, q contactapp.Query) ([]contactapp.Row, string, error) {
	row, err := g.person(1, ben)
	if firm != 1 || !q.Unset {
		return nil, "", err
	}
	return []contactapp.Row{row}, "more", err
}

func (g *guests) OfClient(context.Context, int32, uuid.UUID) ([]contactapp.Linked, error) {
	row, err := g.person(1, ida)
	return []contactapp.Linked{{Row: row, Rights: contactapp.Rights{"files", "tasks"}, LinkedAt: noon}}, err
}

// S5.2 to S5.4, S5.i6, S3.9, S3.i23: programs keep clients and their people, by the commands of the pages.
func TestPeopleOfClients(t *testing.T) {
	h := newHouse(t)
	id := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	of := uuid.MustParse(id)
	path := base + "/clients/" + id
	if a := h.call(maryToken, "PUT", path, `{"name":"Solberg & Co","sort":"company","tags":["vat","audit"]}`); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "PUT", path, `{"name":""}`).is(422, "client.name")
	h.call(maryToken, "PUT", path, `{"name":"A","owner_id":"none"}`).is(422, "api.owner")
	if a := h.call(maryToken, "PUT", path+"/contacts/"+ida.String(), `{"rights":["sign","files"]}`); a.status != 200 || a.text("items.0.given") != "Ida" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "PUT", path+"/contacts/"+ida.String(), `{"rights":["everything"]}`).is(422, "client.right")
	h.call(maryToken, "PUT", path+"/contacts/"+uuid.NewString(), `{"rights":[]}`).is(404, "contact.not_found")
	if a := h.call(maryToken, "GET", path+"/contacts", ""); a.status != 200 || a.text("items.0.rights.0") != "files" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "DELETE", path+"/contacts/"+ida.String(), ""); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, act := range []string{"archival", "restoration"} {
		if a := h.call(maryToken, "POST", path+"/"+act, ""); a.status != 200 {
			t.Errorf("%s: %d %s", act, a.status, a.body)
		}
	}
	var types []string
	for _, e := range h.store.Stream(client.Stream(of)) {
		types = append(types, strings.TrimPrefix(e.EventType(), "client."))
	}
	if got := strings.Join(types, " "); got != "created changed tags_set owner_set contact_linked contact_unlinked archived restored" {
		t.Errorf("recorded %s", got)
	}
	h.call(maryToken, "GET", base+"/clients/"+uuid.NewString()+"/contacts", "").is(404, "client.not_found")
}

func TestContacts(t *testing.T) {
	h := newHouse(t)
	if a := h.call(maryToken, "GET", base+"/contacts?email=ida@Example.org", ""); a.status != 200 || a.text("items.0.id") != ida.String() {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "GET", base+"/contacts?email=ida", "").is(422, "address.invalid")
	if a := h.call(maryToken, "GET", base+"/contacts?without_address=true", ""); a.status != 200 || a.text("items.0.given") != "Ben" || a.text("next") != "more" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "GET", base+"/contacts/"+ida.String(), ""); a.status != 200 || a.text("email") != "ida@example.org" || a.value("client_list") == nil {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", base+"/contacts", `{"phone":"+4791234567"}`).is(422, "contact.name")
	h.call(maryToken, "PUT", base+"/contacts/"+ida.String(), `{"given":"Ida"}`).is(404, "contact.not_found") // it has no history here
	h.call(maryToken, "GET", base+"/contacts/"+uuid.NewString(), "").is(404, "contact.not_found")
	h.call(maryToken, "POST", base+"/contacts", `{"given":"Ola","email":"ola@example.org"}`)
	for _, r := range h.store.Log() {
		if e, ok := r.Event.(contact.Added); ok && e.Details.Given.Text == "Ola" && r.Meta.Actor.ID == mary.ID {
			return
		}
	}
	t.Error("nobody was added")
}

func (g *guests) ClientsOf(context.Context, int32, uuid.UUID) ([]contactapp.Membership, error) {
	return []contactapp.Membership{{Client: ben, ClientName: "Solberg", Rights: contactapp.Rights{"files"}, Active: true}}, nil
}
