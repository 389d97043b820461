package notify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// Rule 19 of accounts: an invitation to join leaves while it is the newest and somebody waits for it.
func TestStaffInvitation(t *testing.T) {
	invited := func(n int, until time.Time) account.Event {
		return account.StaffInvited{Generation: n, Role: account.Auditor, Name: event.Of(mary, "Theo"), Email: event.Of(mary, "theo@harbour.example"), ExpiresAt: until}
	}
	later := noon.Add(time.Hour)
	for name, c := range map[string]struct {
		events []account.Event
		goes   bool
	}{
		"the newest":                   {[]account.Event{invited(1, later)}, true},
		"replaced":                     {[]account.Event{invited(1, later), invited(2, later)}, false},
		"joined":                       {[]account.Event{invited(1, later), account.StaffJoined{Method: account.ByPassword, At: noon}}, false},
		"not to join any more":         {[]account.Event{invited(1, later), account.StaffDeactivated{At: noon}}, false},
		"expired":                      {[]account.Event{invited(1, noon)}, false},
		"another role in the meantime": {[]account.Event{invited(1, later), account.StaffRoleSet{Role: account.Admin, At: noon}}, true},
	} {
		store := estest.NewMemory(noon)
		for _, e := range c.events {
			by := es.By{Firm: 1, Actor: event.Actor{Kind: event.System}, Command: uuid.New()}
			if _, err := es.Execute(t.Context(), store, by, account.Stream(mary), func(account.Account, time.Time) ([]account.Event, error) {
				return []account.Event{e}, nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		var box outbox
		s := sender(t, &box)
		s.Events = store
		_, err := s.Perform(t.Context(), es.Effect{Kind: StaffInvitationMail, Firm: 1, Stream: account.Stream(mary), Args: es.EffectArgs{Generation: 1}})
		if c.goes != (err == nil) || c.goes != (len(box.joins) == 1) || !c.goes && !errors.Is(err, es.ErrWithdrawn) {
			t.Errorf("%s: %v, %d mails", name, err, len(box.joins))
		}
		if !c.goes || len(box.joins) == 0 {
			continue
		}
		m := box.joins[0]
		token, ok := strings.CutPrefix(m.URL, "https://portal.example/staff-invitation/")
		if got, err := keys(t).ParseStaffInvitation(token); !ok || err != nil || got != (secret.StaffToken{Staff: mary, Generation: 1}) || m.To.Email != "theo@harbour.example" {
			t.Errorf("%s: %+v opens %+v, %v", name, m, got, err)
		}
	}
}
