package api

import (
	"context"
	"testing"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
)

var phone = uuid.MustParse("0197f000-0000-7000-8000-0000000000e1")

// desk is one person's sessions.
type desk struct{ ended []uuid.UUID }

func (d *desk) Sessions(_ context.Context, staff uuid.UUID, _ accountapp.Secret) ([]accountapp.SessionRow, error) {
	if staff != mary.ID || len(d.ended) > 0 {
		return nil, nil
	}
	return []accountapp.SessionRow{{ID: phone, Device: "Safari on iPhone", Address: "192.0.2.7", CreatedAt: noon, LastSeenAt: noon.Add(time.Minute)}}, nil
}

func (d *desk) EndSession(_ context.Context, staff, session uuid.UUID) error {
	if staff != mary.ID || session != phone {
		return account.ErrSessionGone
	}
	d.ended = append(d.ended, session)
	return nil
}

func (d *desk) EndSessions(_ context.Context, staff uuid.UUID) error {
	d.ended = append(d.ended, staff)
	return nil
}

func (d *desk) ChangePassword(_ context.Context, cmd accountapp.ChangePassword) (accountapp.SignedIn, error) {
	switch {
	case cmd.Present == "slow":
		return accountapp.SignedIn{}, &accountapp.SlowDownError{Wait: 7 * time.Second}
	case cmd.Session != "" || cmd.Staff != mary || !cmd.Address.IsValid():
		return accountapp.SignedIn{}, account.ErrUnknown
	case cmd.Present != "pebble orchard tram":
		return accountapp.SignedIn{}, account.ErrPresent
	}
	return accountapp.SignedIn{}, nil
}

// What the page of the account can do, a program can.
func TestSessions(t *testing.T) {
	h := newHouse(t)
	at := base + "/account/sessions"
	a := h.call(maryToken, "GET", at, "")
	if a.text("items.0.id") != phone.String() || a.text("items.0.device") != "Safari on iPhone" || a.text("items.0.last_seen_at") != "2026-11-21T12:01:00.000Z" {
		t.Errorf("%s", a.body)
	}
	h.call(pietToken, "POST", at+"/"+phone.String()+"/end", "").is(404, "account.session_gone")
	h.call(maryToken, "POST", at+"/nonsense/end", "").is(404, "account.session_gone")
	if a := h.call(maryToken, "POST", at+"/"+phone.String()+"/end", ""); a.status != 204 || h.desk.ended[0] != phone {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.call(maryToken, "POST", at+"/end", ""); a.status != 204 || h.desk.ended[1] != mary.ID {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestChangePassword(t *testing.T) {
	h := newHouse(t)
	at := base + "/account/password"
	h.call(maryToken, "POST", at, `{"present":"no","new":"lantern quarry violin"}`).is(422, "account.present_password")
	if a := h.call(maryToken, "POST", at, `{"present":"slow","new":"lantern quarry violin"}`); a.status != 429 || a.header.Get("Retry-After") != "7" {
		t.Errorf("%d %v", a.status, a.header)
	}
	h.call(maryToken, "POST", at, `{"present":"pebble orchard tram"}`).is(422, "api.invalid")
	if a := h.call(maryToken, "POST", at, `{"present":"pebble orchard tram","new":"lantern quarry violin"}`); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
