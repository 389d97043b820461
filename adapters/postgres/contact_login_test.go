package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	accountapp "portico/app/account"
	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	ingrid = accountapp.Login{Contact: uuid.MustParse("0197f000-0000-7000-8000-0000000000c1"), Firm: 1, Email: "solberg@example.org"}
	olav   = accountapp.Login{Contact: uuid.MustParse("0197f000-0000-7000-8000-0000000000c2"), Firm: 1, Email: "solberg@example.org"}
	elsa   = accountapp.Login{Contact: uuid.MustParse("0197f000-0000-7000-8000-0000000000c3"), Firm: 2, Email: "elsa@example.org"}

	errUsed    = fault.New(fault.Gone, "invite.used", "This invitation has been accepted already.")
	errRemoved = fault.New(fault.Forbidden, "invite.removed", "Your access has ended.")
)

// entrance is a database's contacts through the rights that pages have, and a door that a test opens and shuts.
type entrance struct {
	accountapp.Contacts
	owner *pgxpool.Pool
	porch *porch
}

// porch stands for the invitations, the book and the settings of the practice.
type porch struct {
	events *estest.Memory
	shut   map[uuid.UUID]error
	links  map[uuid.UUID]bool
	policy accountapp.Policy
	email  map[uuid.UUID]string
}

// Holder lets everybody in by their first sending who isn't in yet.
func (e *porch) Holder(_ context.Context, _ int32, contact uuid.UUID, nth int) (r accountapp.Right, err error) {
	r = accountapp.Right{ByLink: e.links[contact], In: e.accepted(contact)}
	if nth != 1 || r.In && !r.ByLink {
		err = errUsed
	}
	return r, err
}

func (e *porch) accepted(contact uuid.UUID) bool {
	return len(e.events.Stream(event.Stream{Kind: "invite", ID: contact})) > 0
}

// Accept is decided on a stream, as the invite's is.
func (e *porch) Accept(ctx context.Context, by es.By, contact uuid.UUID, _ int, _ string) (es.Result, error) {
	return es.Execute(ctx, e.events, by, event.Stream{Kind: "invite", ID: contact}, func(a account.Account, now time.Time) ([]account.Event, error) {
		if a.Terms() > 0 {
			return nil, errUsed
		}
		return a.AcceptTerms(1, event.Of(contact, ""), now)
	})
}

func (e *porch) Person(_ context.Context, _ int32, contact uuid.UUID) (accountapp.Known, error) {
	return accountapp.Known{Name: "Nils Nordmann", Email: e.email[contact]}, nil
}

func (e *porch) Move(_ context.Context, _ es.By, contact uuid.UUID, email string) error {
	e.email[contact] = email
	return nil
}

func (e *porch) MayEnter(_ context.Context, _ int32, contact uuid.UUID) (bool, error) {
	return e.links[contact], e.shut[contact]
}

func contacts(t *testing.T) *entrance {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	e := &entrance{owner: db.Work}
	p := &porch{events: estest.NewMemory(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)), shut: map[uuid.UUID]error{}, links: map[uuid.UUID]bool{}, email: map[uuid.UUID]string{}, policy: accountapp.Policy{Practice: "Harbour & Vale", Terms: 1}}
	e.Contacts = accountapp.Contacts{
		Rows: postgres.ContactAccess{Pool: db.App}, Throttle: postgres.Accounts{Pool: db.App}, Door: p, Events: p.events,
		Hasher: accountapp.NewHasher(accountapp.Cost{Memory: 64, Time: 1, Threads: 1}), Invitations: p, Book: p,
		Policy: func(context.Context, int32) (accountapp.Policy, error) { return p.policy, nil },
		Codes:  accountapp.Factors{Events: p.events, Rows: postgres.Factors{Pool: db.App}, Throttle: postgres.Accounts{Pool: db.App}, Keys: codeRing(t)},
		Later:  func(work func(context.Context)) { work(context.WithoutCancel(t.Context())) },
	}
	for l, password := range map[accountapp.Login]string{ingrid: "pebble orchard tram", olav: "lantern quarry violin", elsa: "pebble orchard tram"} {
		if err := e.Rows.Admit(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		e.password(t, l, password)
		p.email[l.Contact] = l.Email
	}
	e.porch = p
	return e
}

func codeRing(t *testing.T) secret.KeyRing {
	t.Helper()
	ring, err := secret.NewKeyRing(secret.Key{ID: 1, Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func last(t *testing.T, e *entrance, contact uuid.UUID) account.Event {
	t.Helper()
	log := e.porch.events.Stream(account.Stream(contact))
	if len(log) == 0 {
		t.Fatal("nothing is recorded")
	}
	return log[len(log)-1].(account.Event)
}

func (e *entrance) password(t *testing.T, l accountapp.Login, password string) {
	t.Helper()
	phc, err := e.Hasher.Hash(t.Context(), password)
	if err == nil {
		err = e.Rows.Renew(t.Context(), l.Contact, phc, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (e *entrance) sql(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := e.owner.Exec(context.WithoutCancel(t.Context()), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func (e *entrance) in(t *testing.T, cmd accountapp.ContactSignIn) accountapp.Entered {
	t.Helper()
	cmd.Browser.Address = home
	in, err := e.SignIn(t.Context(), cmd)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestContactSignIn(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	asIngrid := accountapp.ContactSignIn{Email: " Solberg@EXAMPLE.org", Password: "pebble orchard tram"}
	t.Run("opens a session, which is recorded", func(t *testing.T) {
		in := e.in(t, asIngrid)
		v, err := e.Session(ctx, in.Session)
		if err != nil || v.Contact != ingrid.Contact || v.Firm != 1 || v.ByLink || !v.Password || v.Email != ingrid.Email || v.Standing != (accountapp.Standing{Fresh: true}) {
			t.Errorf("%+v, %v", v, err)
		}
		log := e.porch.events.Stream(account.Stream(ingrid.Contact))
		s, ok := log[len(log)-1].(account.SignedIn)
		if !ok || !s.New || s.Method != account.ByPassword || s.From.Text != home.String() || s.Device != v.Device {
			t.Errorf("recorded %+v", log)
		}
		again := asIngrid
		again.Browser = accountapp.Browser{Session: in.Session, Device: in.Device}
		next := e.in(t, again)
		log = e.porch.events.Stream(account.Stream(ingrid.Contact))
		if s := log[len(log)-1].(account.SignedIn); s.New || s.Device != v.Device || next.Device == in.Device {
			t.Errorf("the same browser again: %+v", s)
		}
		if _, err := e.Session(ctx, in.Session); !errors.Is(err, account.ErrSession) {
			t.Errorf("the browser's earlier session: %v", err)
		}
	})
	t.Run("unknown and wrong are one answer", func(t *testing.T) {
		for _, cmd := range []accountapp.ContactSignIn{
			{Email: ingrid.Email, Password: "not the password"}, {Email: "nobody@example.org", Password: "pebble orchard tram"}, {Email: "no address"},
			{Firm: 2, Email: ingrid.Email, Password: "pebble orchard tram"}, {Email: ingrid.Email, Password: strings.Repeat("x", 1<<20)},
			{Contact: elsa.Contact, Email: ingrid.Email, Password: "pebble orchard tram"},
		} {
			if in, err := e.SignIn(ctx, cmd); !errors.Is(err, account.ErrSignIn) || in.Session != "" {
				t.Errorf("%+v: %v", cmd.Email, err)
			}
		}
	})
	t.Run("two of one address have a password each (S3.i11)", func(t *testing.T) {
		in := e.in(t, accountapp.ContactSignIn{Email: olav.Email, Password: "lantern quarry violin"})
		if v, err := e.Session(ctx, in.Session); v.Contact != olav.Contact || err != nil {
			t.Errorf("%+v, %v", v, err)
		}
		e.password(t, olav, "pebble orchard tram")
		_, err := e.SignIn(ctx, asIngrid)
		which, ok := errors.AsType[*accountapp.WhichError](err)
		if !ok || len(which.Logins) != 2 {
			t.Fatalf("both fit: %v", err)
		}
		chosen := asIngrid
		chosen.Contact = olav.Contact
		if in := e.in(t, chosen); in.Contact != olav.Contact {
			t.Errorf("%+v", in)
		}
		e.password(t, olav, "lantern quarry violin")
	})
	t.Run("removed access ends a session at its next request, and lets nobody in (S3.i4, I1)", func(t *testing.T) {
		in := e.in(t, asIngrid)
		e.porch.shut[ingrid.Contact] = errRemoved
		if _, err := e.Session(ctx, in.Session); !errors.Is(err, errRemoved) {
			t.Errorf("the session: %v", err)
		}
		if _, err := e.SignIn(ctx, asIngrid); !errors.Is(err, errRemoved) {
			t.Errorf("the sign-in: %v", err)
		}
		wrong := asIngrid
		wrong.Password = "not the password"
		if _, err := e.SignIn(ctx, wrong); !errors.Is(err, account.ErrSignIn) {
			t.Errorf("who doesn't know the password learns of it: %v", err)
		}
		delete(e.porch.shut, ingrid.Contact)
	})
	t.Run("a link's session ends where an account is asked for", func(t *testing.T) {
		e.porch.links[elsa.Contact] = true
		in := e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
		if v, err := e.Session(ctx, in.Session); err != nil || !v.ByLink {
			t.Errorf("%+v, %v", v, err)
		}
		e.porch.links[elsa.Contact] = false
		if _, err := e.Session(ctx, in.Session); !errors.Is(err, account.ErrSession) {
			t.Errorf("%v", err)
		}
	})
	t.Run("only digests are stored", func(t *testing.T) {
		in := e.in(t, asIngrid)
		var text string
		if err := e.owner.QueryRow(ctx, `SELECT (SELECT string_agg(s::text, ' ') FROM account.contact_session s) || (SELECT string_agg(d::text, ' ') FROM account.contact_device d)`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{string(in.Session), string(in.Device)} {
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", []byte(secret))) {
				t.Error("a secret is stored as it is")
			}
		}
	})
}

// Rule 11, S4.i6.
func TestContactSessionsEnd(t *testing.T) {
	e := contacts(t)
	e.porch.links[elsa.Contact] = true
	for name, c := range map[string]struct {
		who         accountapp.Login
		began, seen time.Duration
		lives       bool
	}{
		"an account, a day idle":       {ingrid, 0, account.PortalIdle, false},
		"an account, nearly":           {ingrid, 0, account.PortalIdle - time.Minute, true},
		"an account, thirty days old":  {ingrid, account.PortalLimit, 0, false},
		"an account, a month nearly":   {ingrid, account.PortalLimit - time.Minute, 0, true},
		"a link, an hour idle":         {elsa, 0, account.LinkIdle, false},
		"a link, nearly":               {elsa, 0, account.LinkIdle - time.Minute, true},
		"a link, a day old":            {elsa, account.LinkLimit, 0, false},
		"a link, a day nearly, active": {elsa, account.LinkLimit - time.Minute, 0, true},
	} {
		in := e.in(t, accountapp.ContactSignIn{Email: c.who.Email, Password: "pebble orchard tram"})
		if !c.lives { // times are kept to the millisecond
			c.began, c.seen = c.began+time.Second, c.seen+time.Second
		}
		e.sql(t, `UPDATE account.contact_session SET created_at = statement_timestamp() - $1::interval, last_seen_at = statement_timestamp() - $2::interval
			WHERE contact = $3 AND revoked_at IS NULL`, c.began, c.seen, c.who.Contact)
		_, err := e.Session(t.Context(), in.Session)
		rows, listErr := e.Visits(t.Context(), accountapp.Visit{Contact: c.who.Contact}, in.Session)
		if whose, err := e.Ended(t.Context(), in.Session); whose != uuid.Nil || err != nil {
			t.Errorf("%s: ended by somebody: %s, %v", name, whose, err)
		}
		if (err == nil) != c.lives || listErr != nil || (len(rows) > 0) != c.lives {
			t.Errorf("%s: %v, %d in the list, %v", name, err, len(rows), listErr)
		}
		e.sql(t, `DELETE FROM account.contact_session`)
	}
}

func TestContactDevices(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	cmd := accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"}
	cmd.Browser.Agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
	laptop, phone := e.in(t, cmd), e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
	v, err := e.Session(ctx, laptop.Session)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := e.Visits(ctx, v, laptop.Session)
	if err != nil || len(rows) != 2 || rows[1].Browser != "Firefox" || rows[1].System != "Windows" || !rows[1].Current || rows[0].Current {
		t.Fatalf("%+v, %v", rows, err)
	}
	if err := e.EndVisit(ctx, accountapp.Visit{Contact: ingrid.Contact, Firm: 1}, rows[0].ID); !errors.Is(err, account.ErrSessionGone) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := e.EndVisit(ctx, v, rows[0].ID); err != nil {
		t.Error(err)
	}
	if err := e.EndVisit(ctx, v, rows[0].ID); !errors.Is(err, account.ErrSessionGone) {
		t.Errorf("twice: %v", err)
	}
	if _, err := e.Session(ctx, phone.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the one that was ended: %v", err)
	}
	again := cmd
	again.Browser = accountapp.Browser{Device: phone.Device}
	e.in(t, again)
	log := e.porch.events.Stream(account.Stream(elsa.Contact))
	if s := log[len(log)-1].(account.SignedIn); !s.New {
		t.Error("a device that was signed out from elsewhere is known")
	}
	if err := e.EndVisits(ctx, v); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Session(ctx, laptop.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("after all were ended: %v", err)
	}
	if whose, err := e.Ended(ctx, laptop.Session); whose != elsa.Contact || err != nil {
		t.Errorf("ended by somebody: %s, %v", whose, err)
	}
	log = e.porch.events.Stream(account.Stream(elsa.Contact))
	if ended, ok := log[len(log)-1].(account.SessionsEnded); !ok || !ended.All {
		t.Errorf("recorded %+v", log[len(log)-1])
	}
}

func codeOf(person uuid.UUID, purpose account.Purpose, generation int) secret.CodeOf {
	return secret.CodeOf{Person: person, Purpose: string(purpose), Generation: generation}
}
