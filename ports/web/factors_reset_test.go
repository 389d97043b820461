package web

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/app/account"
	accounts "portico/domain/account"

	"github.com/google/uuid"
)

// equipped is a practice in which everybody has an authenticator app until it is taken away.
type equipped struct {
	bare
	reset map[uuid.UUID]bool
}

func (e equipped) Factors(_ context.Context, p account.Person) ([]account.KeptFactor, error) {
	if e.reset[p.ID] || p.ID == priya.ID { // who is signed in owes none
		return nil, nil
	}
	return []account.KeptFactor{{Factor: account.Factor{ID: p.ID, Method: accounts.ByApp}}}, nil
}

func (e equipped) Reset(_ context.Context, p account.Person) (int, error) {
	if e.reset[p.ID] {
		return 0, nil
	}
	e.reset[p.ID] = true
	return 1, nil
}

func (equipped) Now(context.Context) (time.Time, error) { return noon, nil }

// staffed is a practice with an owner and somebody else.
type staffed struct{ account.Reader }

var otto = newTestID(71)

func (staffed) Staff(_ context.Context, _ int32, ids ...uuid.UUID) (rows []account.StaffRow, err error) {
	for _, p := range []account.StaffRow{{ID: priya.ID, Name: "Priya Nair", Role: accounts.Owner, JoinedAt: noon}, {ID: otto, Name: "Otto Hire", Role: accounts.Practitioner, JoinedAt: noon}} {
		if len(ids) == 0 || ids[0] == p.ID {
			rows = append(rows, p)
		}
	}
	return rows, nil
}

// S3.i15: a colleague who has lost their second factor gets rid of it by somebody who may change people; it is recorded
// with who did it, and one's own isn't taken away like that.
func TestResetColleague(t *testing.T) {
	h := newHouse(t).signIn()
	rows := equipped{reset: map[uuid.UUID]bool{}}
	h.server.Staff, h.server.Factors = staffed{}, account.Factors{Rows: rows, Events: h.store}
	at := "/settings/people/" + otto.String()
	page := h.get(at).want(t, 200, "Second factor", "Authenticator app", "Take the second factor away", "made sure")
	h.get("/settings/people/"+priya.ID.String()).want(t, 200, "Priya Nair").lacks(t, "Take the second factor away")
	form := hidden(page.text)
	form.Set("factors_reason", strings.Repeat("x", 501))
	h.post(at+"/second-factor/reset", form).want(t, 422, "Shorten the reason", "<details open")
	form.Set("factors_reason", "They stood before me")
	h.post(at+"/second-factor/reset", form).want(t, 303)
	if e, ok := h.store.Stream(accounts.Stream(otto))[0].(accounts.FactorsReset); !ok || e.By != priya.ID || e.Reason.Text != "They stood before me" {
		t.Errorf("recorded %+v", e)
	}
	h.get(at+"?done=factors").want(t, 200, "The second factor is gone").lacks(t, "Authenticator app")
	for path, code := range map[string]int{priya.ID.String(): 422, uuid.NewString(): 404} {
		h.post("/settings/people/"+path+"/second-factor/reset", url.Values{"command": {newTestCommand()}, "factors_reason": {""}}).want(t, code)
	}
	if len(rows.reset) != 1 {
		t.Errorf("taken away: %v", rows.reset)
	}
}
