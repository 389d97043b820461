package api

import (
	"context"
	"testing"
	"time"

	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/domain/account"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// guests are two people of practice 1: Ida, who can be mailed, and Ben, who has no address.
type guests struct {
	contactapp.Reader
	row   inviteapp.Row
	asked inviteapp.Query
}

var (
	ida = uuid.MustParse("0197f000-0000-7000-8000-0000000000c1")
	ben = uuid.MustParse("0197f000-0000-7000-8000-0000000000c2")
)

func (g *guests) person(firm int32, id uuid.UUID) (contactapp.Row, error) {
	switch {
	case firm != 1 || id != ida && id != ben:
		return contactapp.Row{}, contact.ErrNotFound
	case id == ben:
		return contactapp.Row{ID: ben, Given: "Ben"}, nil
	}
	return contactapp.Row{ID: ida, Given: "Ida", Email: "ida@example.org"}, nil
}

func (g *guests) Invites(_ context.Context, _ int32, q inviteapp.Query) ([]inviteapp.Row, string, error) {
	g.asked = q
	return []inviteapp.Row{g.row}, "more", nil
}

func (g *guests) Invite(_ context.Context, firm int32, id uuid.UUID) (inviteapp.Row, error) {
	if firm == 1 && id == ida {
		return g.row, nil
	}
	return inviteapp.Row{Contact: id}, nil
}

func (g *guests) Life(_ context.Context, firm int32, id uuid.UUID) ([]inviteapp.LifeRow, error) {
	if firm == 1 && id == ida {
		return []inviteapp.LifeRow{{At: noon, What: inviteapp.LifeSent, Nth: 1, By: mary.ID, ByName: "Mary", Detail: "ida@example.org", Until: noon.Add(time.Hour)}}, nil
	}
	return nil, nil
}

func (*guests) Wait(context.Context, int64) (bool, error) { return true, nil }

// known is the guests as invitations ask for them.
type known struct{ *guests }

func (k known) Contact(_ context.Context, firm int32, id uuid.UUID) (inviteapp.Contact, error) {
	row, err := k.person(firm, id)
	return inviteapp.Contact{Person: invite.Person{Contact: row.ID, Given: row.Given, Name: row.Name(), Email: row.Email}}, err
}

func (g *guests) Contact(_ context.Context, firm int32, id uuid.UUID) (contactapp.Row, error) {
	return g.person(firm, id)
}

// I2, I3, S3.i6: many at once are decided one by one, by who may; the same key mails nobody twice.
func TestCreateInvites(t *testing.T) {
	h := newHouse(t)
	h.guests.row = inviteapp.Row{Contact: ida, State: inviteapp.Sent, Nth: 1, Count: 1, Name: "Ida", Email: "ida@example.org", Channels: invite.ByEmail, SentAt: noon, ExpiresAt: noon.AddDate(0, 0, 30)}
	stranger := uuid.NewString()
	body := `{"contact_ids":["` + ida.String() + `","` + ben.String() + `","` + stranger + `","x"],"message":"Welcome","expires_on":"2026-12-04","due_on":"2026-12-01"}`
	for range 2 {
		a := h.call(maryToken, "POST", base+"/invites", body, "Idempotency-Key", "k1")
		if a.status != 201 || a.text("results.0.invite.id") != invite.ID(ida).String() || a.value("results.0.problem") != nil || a.value("results.1.invite") != nil ||
			a.text("results.1.problem.type") != "/problems/"+invite.ErrNoEmail.Code || a.text("results.2.problem.type") != "/problems/"+contact.ErrNotFound.Code || a.text("results.3.problem.type") != "/problems/"+contact.ErrNotFound.Code {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	all := h.store.Stream(invite.Stream(ida))
	if len(all) != 1 {
		t.Fatalf("recorded %+v", all)
	}
	if e := all[0].(invite.Sent); e.Message.Text != "Welcome" || e.DueOn != "2026-12-01" || !e.ExpiresAt.Equal(time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC)) || e.Access != invite.ByAccount || e.Channels != invite.ByEmail {
		t.Errorf("sent %+v", e)
	}
	if !account.Practitioner.May(account.InviteMany) {
		h.call(nellToken, "POST", base+"/invites", body).is(403, errInviteMany.Code)
	}
	if a := h.call(nellToken, "POST", base+"/invites", `{"contact_ids":["`+ida.String()+`"]}`); a.status != 201 {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", base+"/invites", `{"contact_ids":[]}`).is(422, "api.invalid")
	h.call(maryToken, "POST", base+"/invites", `{"contact_ids":["`+ida.String()+`"],"expires_on":"soon"}`).is(422, errDate.Code)
}

func TestInvites(t *testing.T) {
	h := newHouse(t)
	of := func(text string) event.Personal { return event.Of(ida, text) }
	h.store.Given(1, invite.Stream(ida), invite.Sent{Nth: 1, Contact: ida, Name: of("Ida"), Email: of("ida@example.org"), Channels: invite.ByEmail, Message: of(""), Access: invite.ByAccount, ExpiresAt: noon.AddDate(0, 0, 30), Zone: "UTC", At: noon})
	h.guests.row = inviteapp.Row{Contact: ida, State: inviteapp.Bounced, Nth: 1, Count: 1, SentAt: noon, BouncedAt: noon, BounceCode: "550", ExpiresAt: noon.AddDate(0, 0, 30)}
	at := base + "/invites/" + invite.ID(ida).String()
	a := h.call(maryToken, "GET", base+"/invites?state=bounced&contact_id="+ida.String()+"&limit=7&cursor=c", "")
	if a.status != 200 || a.text("items.0.contact_id") != ida.String() || a.text("items.0.bounce_code") != "550" || a.value("items.0.accepted_at") != nil || a.text("next") != "more" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if q := h.guests.asked; q.State != inviteapp.Bounced || len(q.Contacts) != 1 || q.Contacts[0] != ida || q.Limit != 7 || q.After != "c" {
		t.Errorf("asked for %+v", q)
	}
	if a := h.call(maryToken, "GET", at, ""); a.status != 200 || a.text("life.0.what") != "sent" || a.text("life.0.staff") != "Mary" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.call(maryToken, "POST", at+"/access-removal", "").is(409, invite.ErrNotAccepted.Code)
	for _, c := range [][2]string{{"/resend", `{"expires_on":"2026-12-04"}`}, {"/withdrawal", `{"reason":"They have left"}`}} {
		if a := h.call(maryToken, "POST", at+c[0], c[1]); a.status != 200 {
			t.Errorf("%s: %d %s", c[0], a.status, a.body)
		}
	}
	all := h.store.Stream(invite.Stream(ida))
	if len(all) != 3 || all[1].(invite.Sent).Nth != 2 || all[2].(invite.Withdrawn).Reason.Text != "They have left" {
		t.Errorf("recorded %+v", all[1:])
	}
	for _, path := range []string{base + "/invites/" + ida.String(), base + "/invites/x"} { // a contact's id is not its invite's
		h.call(maryToken, "GET", path, "").is(404, invite.ErrNotFound.Code)
		h.call(maryToken, "POST", path+"/resend", "").is(404, invite.ErrNotFound.Code)
	}
	h.call(pietToken, "GET", at, "").is(404, invite.ErrNotFound.Code)
	h.call(pietToken, "POST", at+"/withdrawal", "").is(404, invite.ErrNotFound.Code)
	h.call("", "GET", at, "").is(401, "api.no_token")
}
