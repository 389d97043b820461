package api

import (
	"context"
	"strings"
	"testing"
	"time"

	"portico/app/message"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// posted has some messages, whatever it is asked, and remembers the last question.
type posted struct {
	rows  []message.Row
	asked message.Query
}

func (p *posted) Messages(_ context.Context, _ int32, q message.Query) ([]message.Row, string, error) {
	p.asked = q
	return p.rows, "more", nil
}

// T13: what hasn't happened is null.
func TestListMessages(t *testing.T) {
	h := newHouse(t)
	who, whose := uuid.UUID{15: 1}, uuid.UUID{15: 2}
	h.posted.rows = []message.Row{
		{
			Key: "mail.upload_link/x/1", Kind: "mail.upload_link", Stream: uploadlink.Stream(whose), Person: who, PersonName: "Ingrid", Client: whose, ClientName: "Solberg",
			Causes: []message.Cause{{Version: 1, Type: "uploadlink.issued", At: noon, Actor: event.Actor{Kind: event.Staff, ID: mary.ID}}},
			State:  message.Failed, Tries: 2, CreatedAt: noon, EndedAt: noon, Bounced: noon.Add(time.Hour), Code: "5.1.1",
		},
		{Key: "mail.batch_notice/x", Kind: "mail.batch_notice", State: message.Held, CreatedAt: noon, HeldUntil: noon, NextAt: noon},
	}
	a := h.call(maryToken, "GET", base+"/messages?query=ing&client_id="+whose.String()+"&person_id="+who.String()+"&channel=mail&kind=mail.upload_link&state=bounced&limit=7&cursor=c", "")
	if a.status != 200 || a.text("items.0.state") != "bounced" || a.text("items.0.to") != "person" || a.text("items.0.person_id") != who.String() || a.text("items.0.client") != "Solberg" ||
		a.text("items.0.causes.0.type") != "uploadlink.issued" || a.text("items.0.causes.0.actor.id") != mary.ID.String() || a.text("items.0.bounced_at") != "2026-11-21T13:00:00.000Z" ||
		a.value("items.0.delivered_at") != nil || a.text("items.0.code") != "5.1.1" || a.text("items.0.stream") != "uploadlink-"+whose.String() || a.text("next") != "more" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a.text("items.1.to") != "practice" || a.value("items.1.person_id") != nil || len(a.value("items.1.causes").([]any)) != 0 || a.value("items.1.ended_at") != nil {
		t.Errorf("%s", a.body)
	}
	if q := h.posted.asked; q.Text != "ing" || q.Client != whose || q.Person != who || q.Channel != message.Mail || q.Kind != "mail.upload_link" ||
		len(q.States) != 1 || q.States[0] != message.Failed || q.Limit != 7 || q.After != "c" {
		t.Errorf("asked for %+v", q)
	}
	if strings.Contains(string(a.body), "@") {
		t.Error("an address is shown")
	}
	h.call(maryToken, "GET", base+"/messages?state=lost", "").is(422, message.ErrState.Code)
	h.call(maryToken, "GET", base+"/messages?client_id=x", "").is(404, client.ErrNotFound.Code)
	h.call(maryToken, "GET", base+"/messages?person_id=x", "").is(404, contact.ErrNotFound.Code)
	h.call("", "GET", base+"/messages", "").is(401, "api.no_token")
}
