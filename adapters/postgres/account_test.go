package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	accountapp "portico/app/account"
	"portico/domain/account"
	"portico/domain/fault"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	ann  = accountapp.AddStaff{ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000a1"), Firm: 1, Email: "Ann.Reed@example.com", Name: "Ann Reed", Role: account.Practitioner, Password: "pebble orchard tram"}
	bert = accountapp.AddStaff{ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000b2"), Firm: 2, Email: "bert@example.com", Name: "Bert Hall", Role: account.Admin, Password: "lantern quarry violin"}
	home = netip.MustParseAddr("192.0.2.7")
)

// doors is one database through the rights that pages have, and through its owner's.
type doors struct {
	accountapp.Commands
	rows  postgres.Accounts
	owner *pgxpool.Pool
}

func accounts(t *testing.T) doors {
	t.Helper()
	url := pgtest.DB(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	rows := postgres.Accounts{Pool: db.App}
	d := doors{rows: rows, owner: db.Work, Commands: accountapp.Commands{Rows: rows, Hasher: accountapp.NewHasher(accountapp.Cost{Memory: 64, Time: 1, Threads: 1})}}
	for _, s := range []accountapp.AddStaff{ann, bert} {
		if err := d.AddStaff(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d doors) sql(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := d.owner.Exec(context.WithoutCancel(t.Context()), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func (d doors) in(t *testing.T, s accountapp.AddStaff) accountapp.SignedIn {
	t.Helper()
	in, err := d.SignIn(t.Context(), accountapp.SignIn{Email: s.Email, Password: s.Password, Address: home})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestSignIn(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	t.Run("whatever the case of the address", func(t *testing.T) {
		in, err := d.SignIn(ctx, accountapp.SignIn{Email: " ann.reed@EXAMPLE.com ", Password: ann.Password, Address: home})
		if err != nil {
			t.Fatal(err)
		}
		want := accountapp.Staff{ID: ann.ID, Firm: 1, Email: "ann.reed@example.com", Name: "Ann Reed", Role: account.Practitioner}
		seen := want
		seen.Standing.Fresh = true
		got, err := d.Session(ctx, in.Session)
		if seen.Session = got.Session; got != seen || err != nil || in.Staff != want || got.Session == uuid.Nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("unknown, deactivated and wrong are one answer", func(t *testing.T) {
		gone := bert
		gone.ID, gone.Email = uuid.MustParse("0197f000-0000-7000-8000-0000000000c3"), "gone@example.com"
		if err := errors.Join(d.AddStaff(ctx, gone), leaves(ctx, d.rows, gone.Firm, gone.ID)); err != nil {
			t.Fatal(err)
		}
		for _, cmd := range []accountapp.SignIn{
			{Email: ann.Email, Password: "not the password"}, {Email: "nobody@example.com", Password: ann.Password},
			{Email: gone.Email, Password: gone.Password}, {Email: "no address", Password: "x"}, {Email: ann.Email},
			{Email: ann.Email, Password: strings.Repeat("x", 1<<20)},
		} {
			if in, err := d.SignIn(ctx, cmd); err != account.ErrSignIn || in != (accountapp.SignedIn{}) {
				t.Errorf("%s: %v", cmd.Email, err)
			}
		}
	})
	t.Run("an address is one account", func(t *testing.T) {
		again := ann
		again.ID, again.Firm = uuid.MustParse("0197f000-0000-7000-8000-0000000000d4"), 2
		if err := d.AddStaff(ctx, again); !errors.Is(err, account.ErrEmailTaken) {
			t.Error(err)
		}
	})
	t.Run("only digests are stored", func(t *testing.T) {
		in := d.in(t, ann)
		var text string
		if err := d.owner.QueryRow(ctx, `
			SELECT string_agg(s::text, ' ') || (SELECT string_agg(d::text, ' ') FROM account.known_device d) FROM account.staff_session s`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{string(in.Session), string(in.Device)} {
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", []byte(secret))) {
				t.Error("a secret is stored as it is")
			}
		}
	})
	t.Run("a hash of an older cost is made anew", func(t *testing.T) {
		d.Hasher = accountapp.NewHasher(accountapp.Cost{Memory: 128, Time: 1, Threads: 1})
		d.in(t, bert)
		if _, phc, _, err := d.rows.ByEmail(ctx, bert.Email); !strings.Contains(phc, "m=128,") || err != nil {
			t.Errorf("%s, %v", phc, err)
		}
		d.in(t, bert)
	})
}

// Rule 5, T7, T14.
func TestSessionsEnd(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	ended := func(t *testing.T, id accountapp.Secret, by bool) { // by somebody, or by time alone
		t.Helper()
		if whose, err := d.Ended(ctx, id); err != nil || by != (whose == ann.ID || whose == bert.ID) {
			t.Errorf("ended by somebody: %v, of %s, %v", !by, whose, err)
		}
		if _, err := d.Session(ctx, id); err != account.ErrSession {
			t.Errorf("the session lives: %v", err)
		}
	}
	t.Run("by signing out", func(t *testing.T) {
		in := d.in(t, ann)
		if err := errors.Join(d.SignOut(ctx, in.Session), d.SignOut(ctx, in.Session)); err != nil {
			t.Fatal(err)
		}
		ended(t, in.Session, true)
	})
	t.Run("by signing in again in the same browser", func(t *testing.T) {
		in := d.in(t, ann)
		next, err := d.SignIn(ctx, accountapp.SignIn{Email: bert.Email, Password: bert.Password, Session: in.Session, Device: in.Device})
		if err != nil || next.Session == in.Session {
			t.Fatal(err)
		}
		ended(t, in.Session, true)
	})
	t.Run("an hour after the last request", func(t *testing.T) {
		in := d.in(t, ann)
		d.sql(t, `UPDATE account.staff_session SET last_seen_at = statement_timestamp() - interval '59 minutes' WHERE revoked_at IS NULL`)
		if _, err := d.Session(ctx, in.Session); err != nil {
			t.Error(err)
		}
		d.sql(t, `UPDATE account.staff_session SET created_at = statement_timestamp() - interval '2 hours' WHERE revoked_at IS NULL`)
		if _, err := d.Session(ctx, in.Session); err != nil {
			t.Errorf("the request a moment ago keeps it alive: %v", err)
		}
		d.sql(t, `UPDATE account.staff_session SET last_seen_at = statement_timestamp() - interval '1 hour' WHERE revoked_at IS NULL`)
		ended(t, in.Session, false)
	})
	t.Run("twelve hours after sign-in", func(t *testing.T) {
		in := d.in(t, ann)
		d.sql(t, `UPDATE account.staff_session SET created_at = statement_timestamp() - interval '12 hours' WHERE revoked_at IS NULL`)
		ended(t, in.Session, false)
	})
	t.Run("by a new password", func(t *testing.T) {
		in := d.in(t, ann)
		if err := d.SetPassword(ctx, in.Staff, "gravel saxophone noon"); err != nil {
			t.Fatal(err)
		}
		ended(t, in.Session, true)
		if known, err := d.Rows.KnownDevice(ctx, in.Staff.ID, in.Device.Hash()); known || err != nil {
			t.Errorf("the device is known as before: %v, %v", known, err)
		}
		if _, err := d.SignIn(ctx, accountapp.SignIn{Email: ann.Email, Password: "gravel saxophone noon"}); err != nil {
			t.Error(err)
		}
	})
	t.Run("by deactivation", func(t *testing.T) {
		in := d.in(t, bert)
		token, err := d.CreateToken(ctx, accountapp.CreateToken{ID: uuid.Must(uuid.NewV7()), Firm: bert.Firm, Staff: bert.ID, Name: "the scanner"})
		if err != nil {
			t.Fatal(err)
		}
		if err := leaves(ctx, d.rows, ann.Firm, bert.ID); !errors.Is(err, account.ErrUnknown) {
			t.Errorf("another practice could: %v", err)
		}
		if err := leaves(ctx, d.rows, bert.Firm, bert.ID); err != nil {
			t.Fatal(err)
		}
		ended(t, in.Session, true)
		if _, err := d.Token(ctx, token); !errors.Is(err, account.ErrToken) {
			t.Errorf("the API token still works: %v", err)
		}
		if _, err := d.SignIn(ctx, accountapp.SignIn{Email: bert.Email, Password: string(bert.Password)}); !errors.Is(err, account.ErrSignIn) {
			t.Errorf("signing in still works: %v", err)
		}
	})
	t.Run("what is no id of ours isn't looked up", func(t *testing.T) {
		for _, id := range []accountapp.Secret{"", "x", accountapp.Secret(strings.Repeat("A", 44))} {
			ended(t, id, false)
		}
	})
}

// Rule 4, T10.
func TestWrongTriesSlowDown(t *testing.T) {
	d := accounts(t)
	try := func(email, password, from string, device accountapp.Secret) error {
		_, err := d.SignIn(context.WithoutCancel(t.Context()), accountapp.SignIn{Email: email, Password: password, Address: netip.MustParseAddr(from), Device: device})
		return err
	}
	known := d.in(t, ann).Device
	for n := range account.PerAccount.Free {
		if err := try(ann.Email, "wrong", fmt.Sprintf("198.51.100.%d", n), ""); err != account.ErrSignIn {
			t.Fatalf("try %d: %v", n, err)
		}
	}
	slow, ok := errors.AsType[*accountapp.SlowDownError](try(ann.Email, ann.Password, "203.0.113.1", ""))
	if !ok || slow.Wait <= 0 || slow.Wait > time.Second || !errors.Is(slow, account.ErrSlowDown) {
		t.Fatalf("the account isn't slowed down: %v", slow)
	}
	if f, ok := errors.AsType[*fault.Error](error(slow)); !ok || f.Message != "Too many tries. Wait 1 seconds and try again." {
		t.Errorf("the sentence: %v", f)
	}
	t.Run("but not for a device that signed in before", func(t *testing.T) {
		if err := try(ann.Email, ann.Password, "192.0.2.7", known); err != nil {
			t.Error(err)
		}
	})
	t.Run("a device of somebody else is no help", func(t *testing.T) {
		theirs := d.in(t, bert).Device
		if err := try(ann.Email, ann.Password, "192.0.2.8", theirs); !errors.Is(err, account.ErrSlowDown) {
			t.Error(err)
		}
	})
	t.Run("knocking doesn't prolong the wait, and it ends", func(t *testing.T) {
		for range 5 {
			_ = try(ann.Email, "wrong", "203.0.113.2", "")
		}
		d.sql(t, `UPDATE account.sign_in_throttle SET last_at = last_at - interval '1 second'`)
		if err := try(ann.Email, ann.Password, "203.0.113.3", ""); err != nil {
			t.Error(err)
		}
	})
	t.Run("an unknown address is slowed down alike", func(t *testing.T) {
		for n := range account.PerAccount.Free {
			if err := try("nobody@example.com", "wrong", fmt.Sprintf("198.51.101.%d", n), ""); err != account.ErrSignIn {
				t.Fatal(err)
			}
		}
		if err := try("nobody@example.com", "wrong", "203.0.113.4", ""); !errors.Is(err, account.ErrSlowDown) {
			t.Error(err)
		}
	})
	t.Run("a network is slowed down over all accounts", func(t *testing.T) {
		for n := range account.PerNetwork.Free {
			if err := try(fmt.Sprintf("n%d@example.com", n), "wrong", "2001:db8::1", ""); err != account.ErrSignIn {
				t.Fatal(err)
			}
		}
		if err := try(bert.Email, bert.Password, "2001:db8::2", ""); !errors.Is(err, account.ErrSlowDown) {
			t.Errorf("another address of the same /64: %v", err)
		}
		if err := try(bert.Email, bert.Password, "2001:db8:0:1::2", ""); err != nil {
			t.Errorf("another network: %v", err)
		}
	})
	t.Run("an hour clears it", func(t *testing.T) {
		d.sql(t, `UPDATE account.sign_in_throttle SET last_at = statement_timestamp() - interval '61 minutes', tries = 100`)
		for n := range account.PerAccount.Free {
			if err := try(ann.Email, "wrong", fmt.Sprintf("198.51.102.%d", n), ""); err != account.ErrSignIn {
				t.Fatal(err)
			}
		}
	})
}

// A burst gets no more looks at the password than the same tries in a row.
func TestABurstIsCountedBeforeItIsAnswered(t *testing.T) {
	d := accounts(t)
	var looked, slowed int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() {
			_, err := d.SignIn(t.Context(), accountapp.SignIn{Email: ann.Email, Password: "wrong", Address: netip.AddrFrom4([4]byte{198, 51, 100, byte(n)})})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == account.ErrSignIn:
				looked++
			case errors.Is(err, account.ErrSlowDown):
				slowed++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if looked < account.PerAccount.Free || looked > account.PerAccount.Free+1 || looked+slowed != 40 {
		t.Errorf("%d looks, %d slowed down", looked, slowed)
	}
}

func TestTokens(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	id := uuid.MustParse("0197f000-0000-7000-8000-0000000000e5")
	secret, err := d.CreateToken(ctx, accountapp.CreateToken{ID: id, Firm: ann.Firm, Staff: ann.ID, Name: "month end"})
	if err != nil || !strings.HasPrefix(string(secret), "ptk_") {
		t.Fatal(secret, err)
	}
	for range 2 {
		if s, err := d.Token(ctx, secret); s.ID != ann.ID || s.Firm != 1 || err != nil {
			t.Errorf("%+v, %v", s, err)
		}
	}
	rows, err := d.rows.Tokens(ctx, ann.Firm, ann.ID)
	if err != nil || len(rows) != 1 || rows[0].Name != "month end" || rows[0].LastUsedAt.IsZero() || !rows[0].RevokedAt.IsZero() {
		t.Errorf("%+v, %v", rows, err)
	}
	for _, wrong := range []accountapp.Secret{"", "ptk_", secret[4:], secret + "A", secret[:len(secret)-1] + "!", "ptk_" + accountapp.Secret(strings.Repeat("A", 43))} {
		if _, err := d.Token(ctx, wrong); err != account.ErrToken {
			t.Errorf("%q: %v", string(wrong), err)
		}
	}
	if _, err := d.CreateToken(ctx, accountapp.CreateToken{ID: uuid.New(), Firm: 2, Staff: ann.ID, Name: "x"}); !errors.Is(err, account.ErrUnknown) {
		t.Errorf("a token for somebody of another practice: %v", err)
	}
	if err := d.RevokeToken(ctx, 2, id); !errors.Is(err, account.ErrToken) {
		t.Errorf("another practice revokes it: %v", err)
	}
	if err := d.RevokeToken(ctx, 1, id); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(ctx, secret); err != account.ErrToken {
		t.Errorf("revoked, and it works: %v", err)
	}
}

func TestStaffAreReadByTheirPractice(t *testing.T) {
	d := accounts(t)
	ctx := t.Context()
	rows, err := d.rows.Staff(ctx, 1, ann.ID, bert.ID)
	if err != nil || len(rows) != 1 || rows[0].Name != "Ann Reed" || !rows[0].DeactivatedAt.IsZero() || time.Since(rows[0].CreatedAt) > time.Hour {
		t.Errorf("%+v, %v", rows, err)
	}
	if all, err := d.rows.Staff(ctx, 2); err != nil || !slices.ContainsFunc(all, func(r accountapp.StaffRow) bool { return r.ID == bert.ID }) || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if s, err := d.rows.StaffByEmail(ctx, "BERT@example.com"); s.ID != bert.ID || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := d.rows.StaffByEmail(ctx, "nobody@example.com"); !errors.Is(err, account.ErrUnknown) {
		t.Error(err)
	}
}

// leaves deactivates somebody, whoever asks.
func leaves(ctx context.Context, rows postgres.Accounts, firm int32, staff uuid.UUID) error {
	return rows.Leave(ctx, firm, staff, uuid.Nil, func(account.Role) error { return nil })
}
