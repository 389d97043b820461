package postgres_test

import (
	"errors"
	"net/netip"
	"testing"

	"portico/adapters/postgres"
	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
)

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"

// Rule 6: people see their own sessions, and nobody else's; ending one leaves the others.
func TestSessionsAreListedAndEnded(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	desk, err := d.SignIn(ctx, accountapp.SignIn{Email: ann.Email, Password: ann.Password, Address: home, Agent: firefox})
	if err != nil {
		t.Fatal(err)
	}
	phone := d.in(t, ann)
	bertIn := d.in(t, bert)
	rows, err := d.Sessions(ctx, ann.ID, desk.Session)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	newest, oldest := rows[0], rows[1]
	if newest.Current || !oldest.Current || oldest.Device != "Firefox on Windows" || oldest.Address != home.String() || oldest.CreatedAt.IsZero() || newest.ID == oldest.ID {
		t.Errorf("%+v", rows)
	}
	bertRows, err := d.Sessions(ctx, bert.ID, "")
	if err != nil || len(bertRows) != 1 || bertRows[0].Current {
		t.Fatalf("%+v, %v", bertRows, err)
	}
	for _, id := range []uuid.UUID{bertRows[0].ID, uuid.New()} {
		if err := d.EndSession(ctx, ann.ID, id); !errors.Is(err, account.ErrSessionGone) {
			t.Errorf("somebody else's session: %v", err)
		}
	}
	if err := d.EndSession(ctx, ann.ID, newest.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.EndSession(ctx, ann.ID, newest.ID); !errors.Is(err, account.ErrSessionGone) {
		t.Errorf("twice: %v", err)
	}
	d.live(t, phone.Session, false)
	d.live(t, desk.Session, true)

	if err := d.EndSessions(ctx, ann.ID); err != nil {
		t.Fatal(err)
	}
	d.live(t, desk.Session, false)
	d.live(t, bertIn.Session, true)
	for session, want := range map[accountapp.Secret]uuid.UUID{desk.Session: ann.ID, phone.Session: ann.ID, bertIn.Session: uuid.Nil, "": uuid.Nil} {
		if whose, err := d.Ended(ctx, session); whose != want || err != nil {
			t.Errorf("ended of %s, want %s, %v", whose, want, err)
		}
	}
	if known, err := d.rows.KnownDevice(ctx, ann.ID, desk.Device.Hash()); known || err != nil {
		t.Errorf("T13: the device is still known: %v, %v", known, err)
	}
	if rows, err := d.Sessions(ctx, ann.ID, desk.Session); err != nil || len(rows) != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
}

func (d doors) live(t *testing.T, session accountapp.Secret, want bool) {
	t.Helper()
	if _, err := d.Session(t.Context(), session); (err == nil) != want || err != nil && !errors.Is(err, account.ErrSession) {
		t.Errorf("session: %v, want live %v", err, want)
	}
}

// Rule 7, threats T10, T13, T14.
func TestChangePassword(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	const wanted = "lantern quarry violin"
	here, elsewhere := d.in(t, ann), d.in(t, ann)
	change := func(present, wanted string) (accountapp.SignedIn, error) {
		return d.ChangePassword(ctx, accountapp.ChangePassword{
			Staff: here.Staff, Present: present, New: wanted, Address: home, Session: here.Session, Device: here.Device, Agent: firefox,
		})
	}
	for _, c := range []struct {
		present, wanted string
		want            error
	}{
		{"not the password", wanted, account.ErrPresent}, {ann.Password, "short", account.ErrPassword},
		{ann.Password, "Ann Reed Ann Reed", account.ErrPasswordWeak}, {ann.Password, ann.Password, account.ErrSame},
	} {
		if _, err := change(c.present, c.wanted); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.wanted, err, c.want)
		}
	}
	d.live(t, here.Session, true)
	d.live(t, elsewhere.Session, true)

	in, err := change(ann.Password, wanted)
	if err != nil {
		t.Fatal(err)
	}
	d.live(t, here.Session, false)
	d.live(t, elsewhere.Session, false)
	d.live(t, in.Session, true)
	if _, err := d.SignIn(ctx, accountapp.SignIn{Email: ann.Email, Password: ann.Password, Address: home}); !errors.Is(err, account.ErrSignIn) {
		t.Errorf("the old password: %v", err)
	}
	if known, err := d.rows.KnownDevice(ctx, ann.ID, elsewhere.Device.Hash()); known || err != nil {
		t.Errorf("another device is still known: %v, %v", known, err)
	}
	if known, err := d.rows.KnownDevice(ctx, ann.ID, in.Device.Hash()); !known || err != nil {
		t.Errorf("this device is a stranger: %v, %v", known, err)
	}

	t.Run("guessing the present one is slowed down like a sign-in", func(t *testing.T) {
		stranger := netip.MustParseAddr("198.51.100.9")
		slow := &accountapp.SlowDownError{}
		var err error
		for range account.PerAccount.Free + 2 {
			_, err = d.ChangePassword(ctx, accountapp.ChangePassword{Staff: here.Staff, Present: "guess", New: "three other words", Address: stranger})
		}
		if !errors.As(err, &slow) {
			t.Errorf("after %d guesses: %v", account.PerAccount.Free+2, err)
		}
	})
	t.Run("a program has no session to keep", func(t *testing.T) {
		got, err := d.ChangePassword(ctx, accountapp.ChangePassword{Staff: accountapp.Staff{ID: bert.ID, Email: bert.Email, Name: bert.Name}, Present: bert.Password, New: "gravel saxophone noon", Address: home})
		if err != nil || got != (accountapp.SignedIn{}) {
			t.Errorf("%+v, %v", got, err)
		}
		if rows, err := d.Sessions(ctx, bert.ID, ""); err != nil || len(rows) != 0 {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}

// Issue 3, section 2: the counters are in the database, so a restart is no way around them.
func TestThrottleSurvivesARestart(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	slow := &accountapp.SlowDownError{}
	try := func(c accountapp.Commands) error {
		_, err := c.SignIn(ctx, accountapp.SignIn{Email: ann.Email, Password: "not the password", Address: home})
		return err
	}
	for range account.PerAccount.Free + 2 {
		_ = try(d.Commands) // wrong, all of them
	}
	if err := try(d.Commands); !errors.As(err, &slow) {
		t.Fatalf("not slowed down: %v", err)
	}
	again, err := postgres.Open(ctx, d.owner.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Close)
	after := accountapp.Commands{Rows: postgres.Accounts{Pool: again.App}, Hasher: accountapp.NewHasher(accountapp.Cost{Memory: 64, Time: 1, Threads: 1})}
	if err := try(after); !errors.As(err, &slow) {
		t.Errorf("another process lets a guesser through: %v", err)
	}
}
