package account_test

import (
	"testing"
	"time"

	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/event/eventtest"

	"github.com/google/uuid"
)

var (
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	ingrid = uuid.MustParse("01930000-0000-7000-8000-000000000001")
	present,
	wanted = event.Of(ingrid, "ingrid@example.org"), event.Of(ingrid, "solberg@example.org")
)

func given(t *testing.T, events ...account.Event) eventtest.Scenario[account.Account, account.Event] {
	t.Helper()
	return eventtest.Given[account.Account](t, events...)
}

type decision = func(account.Account) ([]account.Event, error)

func TestIDsOfAccounts(t *testing.T) {
	if id := account.ID(ingrid); account.PersonOf(id) != ingrid || id == ingrid || id.Version() != 7 || account.Stream(ingrid).ID != id {
		t.Errorf("the account of %s is %s", ingrid, id)
	}
}

// Rule 12, S3.i13: a version is accepted once, and a new one asks again.
func TestTerms(t *testing.T) {
	from := event.Of(ingrid, "192.0.2.7")
	accept := func(version int) decision {
		return func(a account.Account) ([]account.Event, error) { return a.AcceptTerms(version, from, noon) }
	}
	s := given(t).When(accept(2)).Then(account.TermsAccepted{Version: 2, From: from, At: noon})
	s.When(accept(2)).ThenNothing()
	s.When(accept(1)).ThenNothing()
	if s = s.When(accept(3)).Then(account.TermsAccepted{Version: 3, From: from, At: noon}); s.State().Terms() != 3 {
		t.Errorf("accepted %d", s.State().Terms())
	}
}

// Rule 13.
func TestReset(t *testing.T) {
	request := func(at time.Time) decision {
		return func(a account.Account) ([]account.Event, error) { return a.RequestReset(at) }
	}
	reset := func(generation int, at time.Time) decision {
		return func(a account.Account) ([]account.Event, error) { return a.Reset(generation, at) }
	}
	set := account.PasswordSet{Cause: account.ByReset, At: noon}
	t.Run("works once, within the hour", func(t *testing.T) {
		s := given(t).When(request(noon)).Then(account.ResetRequested{Generation: 1, At: noon})
		s.When(reset(1, noon.Add(time.Hour))).ThenError(account.ErrResetGone)
		s.When(reset(2, noon)).ThenError(account.ErrResetGone)
		s.When(reset(0, noon)).ThenError(account.ErrResetGone)
		s.When(reset(1, noon)).Then(set).When(reset(1, noon)).ThenError(account.ErrResetGone)
	})
	t.Run("only the newest", func(t *testing.T) {
		s := given(t, account.ResetRequested{Generation: 1, At: noon}).When(request(noon)).Then(account.ResetRequested{Generation: 2, At: noon})
		s.When(reset(1, noon)).ThenError(account.ErrResetGone)
		s.When(reset(2, noon)).Then(set)
	})
	t.Run("any new password ends it", func(t *testing.T) {
		given(t, account.ResetRequested{Generation: 1, At: noon}, account.PasswordSet{Cause: account.ByChange, At: noon}).
			When(reset(1, noon)).ThenError(account.ErrResetGone)
	})
	t.Run("five an hour, and then the newest stays good", func(t *testing.T) {
		s := given(t)
		for n := range 5 {
			s = s.When(request(noon)).Then(account.ResetRequested{Generation: n + 1, At: noon})
		}
		s.When(request(noon.Add(59 * time.Minute))).ThenNothing()
		s.When(reset(5, noon.Add(59*time.Minute))).Then(account.PasswordSet{Cause: account.ByReset, At: noon.Add(59 * time.Minute)})
		later := noon.Add(time.Hour)
		s.When(request(later)).Then(account.ResetRequested{Generation: 6, At: later})
	})
}

// Rule 14, S3.i12: both ends, the newest wish, within a day.
func TestAddressChange(t *testing.T) {
	request := func(to event.Personal, at time.Time) decision {
		return func(a account.Account) ([]account.Event, error) { return a.RequestAddress(present.Text, to, at) }
	}
	agree := func(generation int, end account.End, at time.Time) decision {
		return func(a account.Account) ([]account.Event, error) {
			return a.AgreeAddress(generation, end, present, at)
		}
	}
	asked := account.AddressChangeRequested{Generation: 1, New: wanted, At: noon}
	t.Run("in either order", func(t *testing.T) {
		for _, ends := range [][2]account.End{{account.OldEnd, account.NewEnd}, {account.NewEnd, account.OldEnd}} {
			s := given(t).When(request(wanted, noon)).Then(asked).
				When(agree(1, ends[0], noon)).Then(account.AddressChangeAgreed{Generation: 1, End: ends[0], At: noon})
			s.When(agree(1, ends[0], noon)).ThenNothing()
			s.When(agree(1, ends[1], noon)).Then(account.AddressChangeAgreed{Generation: 1, End: ends[1], At: noon}, account.AddressChanged{Old: present, New: wanted, At: noon}).
				When(agree(1, ends[1], noon)).ThenError(account.ErrMoveGone)
		}
	})
	t.Run("not after a day, not an older wish, not one that was called off", func(t *testing.T) {
		given(t, asked).When(agree(1, account.NewEnd, noon.Add(24*time.Hour))).ThenError(account.ErrMoveGone)
		given(t, asked, account.AddressChangeRequested{Generation: 2, New: wanted, At: noon}).When(agree(1, account.NewEnd, noon)).ThenError(account.ErrMoveGone)
		s := given(t, asked).When(func(a account.Account) ([]account.Event, error) { return a.RefuseAddress(1, noon) }).
			Then(account.AddressChangeRefused{Generation: 1, At: noon})
		s.When(agree(1, account.NewEnd, noon)).ThenError(account.ErrMoveGone)
		if _, n, _, _ := s.State().OpenMove(noon); n != 0 {
			t.Errorf("generation %d is open", n)
		}
	})
	t.Run("not to the same address, nor too often", func(t *testing.T) {
		given(t).When(request(present, noon)).ThenError(account.ErrMoveSame)
		var many []account.Event
		for n := range 5 {
			many = append(many, account.AddressChangeRequested{Generation: n + 1, New: wanted, At: noon})
		}
		given(t, many...).When(request(wanted, noon)).ThenError(account.ErrMoves)
		given(t, many...).When(request(wanted, noon.Add(24*time.Hour))).Then(account.AddressChangeRequested{Generation: 6, New: wanted, At: noon.Add(24 * time.Hour)})
	})
}
