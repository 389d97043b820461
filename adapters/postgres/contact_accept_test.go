package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"
	"portico/domain/address"

	"github.com/google/uuid"
)

var nils = uuid.MustParse("0197f000-0000-7000-8000-0000000000d1")

// invitee is an entrance with Nils, who has an invitation.
func invitee(t *testing.T) (*entrance, accountapp.Acceptance) {
	t.Helper()
	e := contacts(t)
	e.porch.email[nils] = "nils@example.org"
	return e, accountapp.Acceptance{
		Firm: 1, Contact: nils, Nth: 1, Command: uuid.New(), Password: "harbour violin crust", Terms: 1, Browser: accountapp.Browser{Address: home},
	}
}

// S3.14, S3.i13, S3.i3: a password, the terms, once.
func TestContactAccepts(t *testing.T) {
	e, cmd := invitee(t)
	ctx := t.Context()
	for want, change := range map[error]func(*accountapp.Acceptance){
		account.ErrShort:         func(a *accountapp.Acceptance) { a.Password = "" },
		account.ErrPasswordWeak:  func(a *accountapp.Acceptance) { a.Password = "nilsnordmann1" },
		account.ErrPasswordKnown: func(a *accountapp.Acceptance) { a.Password = "password1234" },
		account.ErrTermsFirst:    func(a *accountapp.Acceptance) { a.Terms = 0 },
		account.ErrTerms:         func(a *accountapp.Acceptance) { a.Terms = 2 },
		errUsed:                  func(a *accountapp.Acceptance) { a.Nth = 2 },
	} {
		bad := cmd
		change(&bad)
		if in, err := e.Accept(ctx, bad); !errors.Is(err, want) || in.Session != "" {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if _, ok, err := e.Rows.Login(ctx, 1, nils); ok || err != nil || e.porch.accepted(nils) {
		t.Errorf("refusals left something: %v", err)
	}
	in, err := e.Accept(ctx, cmd)
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Session(ctx, in.Session)
	if err != nil || v.Contact != nils || !v.Password || v.Terms != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	var kinds []string
	for _, r := range e.porch.events.Stream(account.Stream(nils)) {
		kinds = append(kinds, r.EventType())
		if terms, ok := r.(account.TermsAccepted); ok && (terms.Version != 1 || terms.From.Text != home.String() || terms.At.IsZero()) {
			t.Errorf("S3.i13 version, time, address: %+v", terms)
		}
	}
	if !slices.Equal(kinds, []string{"account.password_set", "account.terms_accepted", "account.signed_in"}) {
		t.Errorf("recorded %v", kinds)
	}
	// The same form sent twice is in, too; whoever else holds the link sets no other password.
	if again, err := e.Accept(ctx, cmd); err != nil || again.Contact != nils {
		t.Errorf("the same form again: %v", err)
	}
	thief := cmd
	thief.Command, thief.Password = uuid.New(), "lantern quarry violin"
	if _, err := e.Accept(ctx, thief); !errors.Is(err, errUsed) {
		t.Errorf("a used link: %v", err)
	}
	if _, err := e.SignIn(ctx, accountapp.ContactSignIn{Email: "nils@example.org", Password: thief.Password}); !errors.Is(err, account.ErrSignIn) {
		t.Errorf("with the password of a used link: %v", err)
	}
	e.in(t, accountapp.ContactSignIn{Email: "nils@example.org", Password: cmd.Password})
}

// Of two who accept at once with the same link one is in, with their password.
func TestContactAcceptsAtOnce(t *testing.T) {
	e, cmd := invitee(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	in := map[string]bool{}
	for n := range 8 {
		group.Go(func() {
			own := cmd
			own.Command, own.Password = uuid.New(), fmt.Sprintf("harbour violin crust %d", n)
			if _, err := e.Accept(t.Context(), own); err == nil {
				mu.Lock()
				defer mu.Unlock()
				in[own.Password] = true
			} else if !errors.Is(err, errUsed) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(in) != 1 {
		t.Errorf("%d got in", len(in))
	}
	for password := range in {
		e.in(t, accountapp.ContactSignIn{Email: "nils@example.org", Password: password})
	}
}

// S4.5, S4.i6, L10.
func TestContactComesByLink(t *testing.T) {
	e, cmd := invitee(t)
	ctx := t.Context()
	e.porch.links[nils] = true
	cmd.Terms = 0
	t.Run("a password where the practice wants one", func(t *testing.T) {
		e.porch.policy.LinkPassword = true
		none := cmd
		none.Password = ""
		if _, err := e.Accept(ctx, none); !errors.Is(err, account.ErrNoPassword) {
			t.Error(err)
		}
		e.porch.policy.LinkPassword = false
	})
	cmd.Password = ""
	first, err := e.Accept(ctx, cmd)
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Session(ctx, first.Session)
	if err != nil || !v.ByLink || v.Password {
		t.Fatalf("%+v, %v", v, err)
	}
	visit := accountapp.ByLink{Firm: 1, Contact: nils, Nth: 1, Browser: accountapp.Browser{Address: home}}
	t.Run("again on the same device", func(t *testing.T) {
		known := visit
		known.Browser.Device = first.Device
		in, err := e.EnterByLink(ctx, known)
		if err != nil || !in.ByLink {
			t.Fatalf("%+v, %v", in, err)
		}
		first = in
	})
	t.Run("a forwarded link needs the code that goes to the contact (L10)", func(t *testing.T) {
		if _, err := e.EnterByLink(ctx, visit); !errors.Is(err, account.ErrDevice) {
			t.Fatal(err)
		}
		stranger := visit
		stranger.Code = "000000"
		if _, err := e.EnterByLink(ctx, stranger); !errors.Is(err, account.ErrCode) {
			t.Error(err)
		}
		if err := e.SendCode(ctx, 1, nils, 1, visit.Browser); err != nil {
			t.Fatal(err)
		}
		asked, ok := last(t, e, nils).(account.CodeRequested)
		if !ok || asked.Purpose != account.ForDevice || asked.Channel != account.MailChannel {
			t.Fatalf("recorded %+v", last(t, e, nils))
		}
		right := visit
		right.Code = codeRing(t).Code(codeOf(nils, account.ForDevice, asked.Generation))
		in, err := e.EnterByLink(ctx, right)
		if err != nil || !in.ByLink {
			t.Fatal(err)
		}
		if _, err := e.EnterByLink(ctx, right); !errors.Is(err, account.ErrCode) {
			t.Errorf("a code works twice: %v", err)
		}
	})
	t.Run("with a password chosen later it is asked for, on any device", func(t *testing.T) {
		in, err := e.ChangePassword(ctx, accountapp.ContactPassword{Visit: v, New: "harbour violin crust", Browser: accountapp.Browser{Address: home, Device: first.Device}})
		if err != nil {
			t.Fatal(err)
		}
		known := visit
		known.Browser.Device = in.Device
		if _, err := e.EnterByLink(ctx, known); !errors.Is(err, account.ErrSignIn) {
			t.Errorf("without: %v", err)
		}
		known.Password = "harbour violin crust"
		if in, err := e.EnterByLink(ctx, known); err != nil || !in.ByLink {
			t.Errorf("with: %v", err)
		}
	})
}

// Rule 13, and rule 15.
func TestContactForgets(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	fail := func(err error) { t.Error(err) }
	before := e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
	recorded := len(e.porch.events.Log())
	for _, nobody := range []string{"nobody@example.org", "no address", ""} {
		if err := e.Forgotten(ctx, accountapp.Forgotten{Email: nobody, From: home}, fail); err != nil {
			t.Errorf("%q: %v", nobody, err)
		}
	}
	e.porch.shut[elsa.Contact] = errRemoved
	if err := e.Forgotten(ctx, accountapp.Forgotten{Email: elsa.Email, From: home}, fail); err != nil || len(e.porch.events.Log()) != recorded {
		t.Errorf("for nobody who may enter: %v, recorded %v", err, e.porch.events.Log()[recorded:])
	}
	delete(e.porch.shut, elsa.Contact)
	if err := e.Forgotten(ctx, accountapp.Forgotten{Email: " Elsa@Example.org", From: home}, fail); err != nil {
		t.Fatal(err)
	}
	asked, ok := last(t, e, elsa.Contact).(account.ResetRequested)
	if !ok {
		t.Fatalf("recorded %+v", last(t, e, elsa.Contact))
	}
	set := accountapp.Reset{Firm: 2, Contact: elsa.Contact, Generation: asked.Generation, Password: "harbour violin crust"}
	for want, change := range map[error]func(*accountapp.Reset){
		account.ErrResetGone: func(r *accountapp.Reset) { r.Generation++ },
		account.ErrShort:     func(r *accountapp.Reset) { r.Password = "short" },
	} {
		bad := set
		change(&bad)
		if err := e.Reset(ctx, bad); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if err := e.Reset(ctx, set); err != nil {
		t.Fatal(err)
	}
	if err := e.Reset(ctx, set); !errors.Is(err, account.ErrResetGone) {
		t.Errorf("a link works twice: %v", err)
	}
	if _, err := e.Session(ctx, before.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("S3.i14 a session outlives the password: %v", err)
	}
	if device, err := e.Rows.Device(ctx, elsa.Contact, before.Device.Hash()); device != uuid.Nil || err != nil {
		t.Errorf("a device is known still: %v", err)
	}
	e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "harbour violin crust"})
}

func TestContactChangesThePassword(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	here, there := e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"}), e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
	v, err := e.Session(ctx, here.Session)
	if err != nil {
		t.Fatal(err)
	}
	change := accountapp.ContactPassword{Visit: v, Present: "pebble orchard tram", New: "harbour violin crust", Browser: accountapp.Browser{Address: home, Session: here.Session, Device: here.Device}}
	for want, spoil := range map[error]func(*accountapp.ContactPassword){
		account.ErrPresent: func(c *accountapp.ContactPassword) { c.Present = "wrong" },
		account.ErrSame:    func(c *accountapp.ContactPassword) { c.New = c.Present },
		account.ErrShort:   func(c *accountapp.ContactPassword) { c.New = "short" },
	} {
		bad := change
		spoil(&bad)
		if _, err := e.ChangePassword(ctx, bad); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	in, err := e.ChangePassword(ctx, change)
	if err != nil {
		t.Fatal(err)
	}
	for name, old := range map[string]accountapp.Secret{"here, under the old id (threat T14)": here.Session, "elsewhere": there.Session} {
		if _, err := e.Session(ctx, old); !errors.Is(err, account.ErrSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v, err := e.Session(ctx, in.Session); err != nil || v.Contact != elsa.Contact {
		t.Errorf("%+v, %v", v, err)
	}
}

// Rule 14, S3.i12.
func TestContactMoves(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	in := e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
	v, err := e.Session(ctx, in.Session)
	if err != nil {
		t.Fatal(err)
	}
	ask := accountapp.MoveTo{Visit: v, Email: "Elsa.Berg@example.org", Password: "pebble orchard tram", Browser: accountapp.Browser{Address: home}}
	for want, spoil := range map[error]func(*accountapp.MoveTo){
		account.ErrPresent:  func(m *accountapp.MoveTo) { m.Password = "wrong" },
		account.ErrMoveSame: func(m *accountapp.MoveTo) { m.Email = "ELSA@example.org" },
		address.ErrInvalid:  func(m *accountapp.MoveTo) { m.Email = "elsa" },
	} {
		bad := ask
		spoil(&bad)
		if err := e.RequestAddress(ctx, bad); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if err := e.RequestAddress(ctx, ask); err != nil {
		t.Fatal(err)
	}
	m, err := e.Moving(ctx, v)
	if err != nil || m.To != "elsa.berg@example.org" || m.Mailed != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if done, err := e.AgreeAddress(ctx, 2, elsa.Contact, 1, account.NewEnd); done || err != nil {
		t.Fatalf("the new end alone: %v, %v", done, err)
	}
	e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
	if done, err := e.AgreeAddress(ctx, 2, elsa.Contact, 1, account.OldEnd); !done || err != nil {
		t.Fatalf("both ends: %v, %v", done, err)
	}
	if e.porch.email[elsa.Contact] != "elsa.berg@example.org" {
		t.Errorf("the practice has %q", e.porch.email[elsa.Contact])
	}
	e.in(t, accountapp.ContactSignIn{Email: "elsa.berg@example.org", Password: "pebble orchard tram"})
	if _, err := e.SignIn(ctx, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"}); !errors.Is(err, account.ErrSignIn) {
		t.Errorf("with the old address: %v", err)
	}
	if _, err := e.AgreeAddress(ctx, 2, elsa.Contact, 1, account.OldEnd); !errors.Is(err, account.ErrMoveGone) {
		t.Errorf("once more: %v", err)
	}
}

// Rule 14: a node that died between the second yes and the login's row leaves work that is done later, once.
func TestContactMovesLater(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	const fresh = "elsa.berg@example.org"
	at := func() (string, string) {
		l, ok, err := e.Rows.Login(ctx, 2, elsa.Contact)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return l.Email, e.porch.email[elsa.Contact]
	}
	e.porch.email[elsa.Contact] = elsa.Email
	if err := e.Moved(ctx, 1, elsa.Contact, elsa.Email, fresh); err != nil {
		t.Fatal(err)
	}
	if login, _ := at(); login != elsa.Email {
		t.Errorf("another practice's event moved the login to %s", login)
	}
	e.porch.email[elsa.Contact] = elsa.Email
	for range 2 {
		if err := e.Moved(ctx, 2, elsa.Contact, elsa.Email, fresh); err != nil {
			t.Fatal(err)
		}
		if login, book := at(); login != fresh || book != fresh {
			t.Errorf("login %s, book %s", login, book)
		}
	}
	e.porch.email[elsa.Contact] = "third@example.org"
	if err := errors.Join(e.Rows.Relocate(ctx, 2, elsa.Contact, fresh, "third@example.org"), e.Moved(ctx, 2, elsa.Contact, elsa.Email, fresh), e.Moved(ctx, 2, elsa.Contact, "", "")); err != nil {
		t.Fatal(err)
	}
	if login, book := at(); login != "third@example.org" || book != "third@example.org" {
		t.Errorf("an old event heard again: login %s, book %s", login, book)
	}
}

// Nothing that opens the account of somebody who was erased is left; other people's stays.
func TestErasedContactHasNoLogin(t *testing.T) {
	e := contacts(t)
	ctx := t.Context()
	in := e.in(t, accountapp.ContactSignIn{Email: elsa.Email, Password: "pebble orchard tram"})
	e.sql(t, `INSERT INTO account.factor (id, person, firm_no, kind, method, confirmed_at) VALUES ($1, $1, 2, 'contact', 'mail', now())`, elsa.Contact)
	e.sql(t, `INSERT INTO account.recovery_code VALUES ($1, sha256('x'))`, elsa.Contact)
	e.sql(t, `INSERT INTO account.code (person, purpose, generation) VALUES ($1, 'sign_in', 1)`, elsa.Contact)
	e.sql(t, `INSERT INTO account.trusted_device (id_sha256, person) VALUES (sha256('y'), $1)`, elsa.Contact)
	if err := e.Rows.Forget(ctx, 1, elsa.Contact); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := e.Rows.Login(ctx, 2, elsa.Contact); !ok || err != nil {
		t.Errorf("another practice's erasure took the login: %v", err)
	}
	for range 2 {
		if err := e.Rows.Forget(ctx, 2, elsa.Contact); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := e.owner.QueryRow(ctx, `SELECT (SELECT count(*) FROM account.contact_login WHERE contact = $1) + (SELECT count(*) FROM account.contact_session WHERE contact = $1)
		+ (SELECT count(*) FROM account.contact_device WHERE contact = $1) + (SELECT count(*) FROM account.factor WHERE person = $1) + (SELECT count(*) FROM account.recovery_code WHERE person = $1)
		+ (SELECT count(*) FROM account.code WHERE person = $1) + (SELECT count(*) FROM account.trusted_device WHERE person = $1)`, elsa.Contact).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	if _, err := e.Session(ctx, in.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the session: %v", err)
	}
	e.in(t, accountapp.ContactSignIn{Email: ingrid.Email, Password: "pebble orchard tram"})
}

// How long a sign-in takes tells nobody whether an address is known, however many logins it has. Each kind is tried in turn, so that whatever
// else the machine does is shared among them; the middle of their times must be close. A machine that does much else shares it unevenly now and
// then: what tells something does so each time.
func TestTimeTellsNothing(t *testing.T) {
	e := contacts(t)
	e.Hasher = accountapp.NewHasher(accountapp.Cost{Memory: 4096, Time: 2, Threads: 1})
	for _, l := range []accountapp.Login{ingrid, olav, elsa} {
		beside, err := e.Rows.ByEmail(t.Context(), 0, l.Email)
		if err != nil {
			t.Fatal(err)
		}
		var phcs []string
		for _, b := range beside {
			phcs = append(phcs, b.Hash)
		}
		phc, err := e.Hasher.HashBeside(t.Context(), phcs, "pebble orchard tram"+l.Contact.String())
		if err == nil {
			err = e.Rows.Renew(t.Context(), l.Contact, phc, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	kinds := []string{"nobody%d@example.org", elsa.Email, ingrid.Email}
	var middle []time.Duration
	for range 5 {
		middle = e.middles(t, kinds)
		t.Logf("unknown %v, one login %v, two logins %v", middle[0], middle[1], middle[2])
		if slices.Max(middle) <= slices.Min(middle)*3/2 {
			return
		}
	}
	t.Errorf("the middle of unknown addresses, of one login and of two, each time: %v", middle)
}

// middles are the middle times of signing in with addresses of some kinds.
func (e *entrance) middles(t *testing.T, kinds []string) []time.Duration {
	t.Helper()
	took := make([][]time.Duration, len(kinds))
	for n := range 40 {
		e.sql(t, `DELETE FROM account.sign_in_throttle`)
		for i := range kinds {
			k := (i + n) % len(kinds)
			email := kinds[k]
			if k == 0 {
				email = fmt.Sprintf(email, n)
			}
			began := time.Now()
			if _, err := e.SignIn(t.Context(), accountapp.ContactSignIn{Email: email, Password: "wrong", Browser: accountapp.Browser{Address: home}}); !errors.Is(err, account.ErrSignIn) {
				t.Fatal(err)
			}
			took[k] = append(took[k], time.Since(began))
		}
	}
	middle := make([]time.Duration, len(kinds))
	for k := range kinds {
		slices.Sort(took[k])
		middle[k] = took[k][len(took[k])/2]
	}
	return middle
}
