package api

import (
	"context"
	"strings"
	"testing"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
)

// methods are second factors: everybody has codes by mail, until they are taken away.
type methods struct {
	accountapp.FactorRows
	reset map[uuid.UUID]account.PersonKind
}

func (m *methods) Factors(_ context.Context, p accountapp.Person) ([]accountapp.KeptFactor, error) {
	if m.reset[p.ID] != "" {
		return nil, nil
	}
	return []accountapp.KeptFactor{{Factor: accountapp.Factor{ID: fileA, Method: account.ByMail, CreatedAt: noon}, Secret: []byte("hush")}}, nil
}

func (m *methods) Reset(_ context.Context, p accountapp.Person) (int, error) {
	m.reset[p.ID] = p.Kind
	return 1, nil
}

func (*methods) Now(context.Context) (time.Time, error) { return noon, nil }

// staffed is practice 1 with its people.
type staffed struct{ accountapp.Reader }

func (staffed) Staff(_ context.Context, firm int32, ids ...uuid.UUID) (rows []accountapp.StaffRow, err error) {
	for _, p := range []accountapp.Staff{mary, nell} {
		if firm == p.Firm && (len(ids) == 0 || ids[0] == p.ID) {
			rows = append(rows, accountapp.StaffRow{ID: p.ID, Name: p.Name, Role: p.Role})
		}
	}
	return rows, nil
}

// S3.i15: who may change people, or invite, takes lost factors away; what they work with is told to nobody.
func TestSecondFactors(t *testing.T) {
	h := newHouse(t)
	for path, who := range map[string]struct {
		id    uuid.UUID
		token string
	}{"/staff/" + nell.ID.String(): {nell.ID, maryToken}, "/contacts/" + ida.String(): {ida, nellToken}} {
		before := h.call(who.token, "GET", base+path+"/second-factors", "")
		if body := string(before.body); before.status != 200 || !strings.Contains(body, `"method":"email"`) || !strings.Contains(body, `"last_used_at":null`) || strings.Contains(body, "hush") {
			t.Errorf("%s: %d %s", path, before.status, body)
		}
		for range 2 {
			if a := h.call(who.token, "POST", base+path+"/second-factors/reset", `{"reason":"They called"}`, "Idempotency-Key", "k"+path); a.status != 204 {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		if h.factors.reset[who.id] == "" {
			t.Errorf("%s: nothing was taken away", path)
		}
		if log := h.store.Stream(account.Stream(who.id)); len(log) != 1 || log[0].(account.FactorsReset).Reason.Text != "They called" {
			t.Errorf("%s: recorded %+v", path, log)
		}
	}
	for _, c := range []struct {
		token, path string
		want        int
	}{
		{nellToken, "/staff/" + mary.ID.String(), 403}, {maryToken, "/staff/" + mary.ID.String(), 409},
		{maryToken, "/staff/" + fileA.String(), 404}, {pietToken, "/contacts/" + ida.String(), 404}, {maryToken, "/contacts/" + fileA.String(), 404},
	} {
		if a := h.call(c.token, "POST", base+c.path+"/second-factors/reset", `{}`); a.status != c.want {
			t.Errorf("%s by %s: %d, want %d; %s", c.path, c.token, a.status, c.want, a.body)
		}
	}
	if a := h.call(nellToken, "GET", base+"/account/second-factors", ""); a.status != 200 || strings.Contains(string(a.body), "email") {
		t.Errorf("one's own: %d %s", a.status, a.body)
	}
	if len(h.factors.reset) != 2 {
		t.Errorf("taken away: %v", h.factors.reset)
	}
}
