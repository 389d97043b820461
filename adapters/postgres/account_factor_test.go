package postgres_test

import (
	"bytes"
	"encoding/base32"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
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

	"github.com/google/uuid"
)

var (
	carl  = accountapp.Person{ID: uuid.MustParse("0197f000-0000-7000-8000-0000000000f1"), Firm: 1, Kind: account.OfContact, Email: "carl@example.com", Name: "Carl Vane"}
	there = netip.MustParseAddr("203.0.113.9")
)

// locks is a database with two people of staff and their second factors.
type locks struct {
	doors
	factors accountapp.Factors
	log     *estest.Memory
	keys    secret.KeyRing
	ann     accountapp.Person
	bert    accountapp.Person
}

func secondFactors(t *testing.T) locks {
	t.Helper()
	url := pgtest.DB(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	rows := postgres.Accounts{Pool: db.App}
	l := locks{doors: doors{rows: rows, owner: db.Work, Commands: accountapp.Commands{Rows: rows, Hasher: accountapp.NewHasher(accountapp.Cost{Memory: 64, Time: 1, Threads: 1})}}}
	for _, s := range []accountapp.AddStaff{ann, bert} {
		if err := l.AddStaff(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	vault, err := postgres.NewVault(db.App, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if l.keys, err = secret.NewKeyRing(secret.Key{ID: 1, Secret: bytes.Repeat([]byte{7}, 32)}); err != nil {
		t.Fatal(err)
	}
	l.log = estest.NewMemory(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	l.factors = accountapp.Factors{Events: l.log, Rows: postgres.Factors{Pool: db.App, Vault: vault}, Throttle: rows, Keys: l.keys, Texts: true}
	l.ann = accountapp.Person{ID: ann.ID, Firm: ann.Firm, Kind: account.OfStaff, Email: "ann.reed@example.com", Name: ann.Name}
	l.bert = accountapp.Person{ID: bert.ID, Firm: bert.Firm, Kind: account.OfStaff, Email: bert.Email, Name: bert.Name}
	return l
}

// app sets an authenticator app up and returns its key and the recovery codes.
func (l locks) app(t *testing.T, p accountapp.Person) (key []byte, recovery []string) {
	t.Helper()
	ctx := t.Context()
	id, err := l.factors.BeginApp(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	e, err := l.factors.App(ctx, p, id, "Harbour: Tax")
	if err != nil {
		t.Fatal(err)
	}
	if key, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret); err != nil || len(key) != 20 {
		t.Fatal(len(key), err)
	}
	if !strings.HasPrefix(e.URI, "otpauth://totp/Harbour%20%20Tax:"+strings.ReplaceAll(p.Email, "@", "%40")+"?secret=") && !strings.HasPrefix(e.URI, "otpauth://totp/Harbour%20%20Tax:"+p.Email+"?secret=") {
		t.Errorf("the app's address: %s", strings.ReplaceAll(e.URI, e.Secret, "…"))
	}
	recovery, err = l.factors.Confirm(ctx, p, id, l.code(t, key, 0), home)
	if err != nil {
		t.Fatal(err)
	}
	return key, recovery
}

// code is what an app shows, so many half minutes from now.
func (l locks) code(t *testing.T, key []byte, later int64) string {
	t.Helper()
	now, err := l.factors.Rows.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return accountapp.HOTP(key, now.Unix()/30+later)
}

// rested forgets what was tried and used, as time does.
func (l locks) rested(t *testing.T) {
	t.Helper()
	l.sql(t, `DELETE FROM account.sign_in_throttle`)
	l.sql(t, `UPDATE account.factor SET last_step = 0`)
}

func (l locks) show(t *testing.T, p accountapp.Person, m account.Method, code string) error {
	t.Helper()
	return l.factors.Show(t.Context(), accountapp.Show{Person: p, Method: m, Code: code, From: home})
}

func (l locks) facts(p accountapp.Person) string {
	var names []string
	for _, e := range l.log.Stream(account.Stream(p.ID)) {
		names = append(names, strings.TrimPrefix(e.EventType(), "account."))
	}
	return strings.Join(names, " ")
}

// Rule F2: a code works in its half minute and the next one, once.
func TestAppCodes(t *testing.T) {
	l := secondFactors(t)
	key, recovery := l.app(t, l.ann)
	if len(recovery) != account.RecoveryCount || l.facts(l.ann) != "factor_added recovery_codes_made" {
		t.Errorf("%d recovery codes; %s", len(recovery), l.facts(l.ann))
	}
	t.Run("the code that set it up signs nobody in", func(t *testing.T) {
		if err := l.show(t, l.ann, account.ByApp, l.code(t, key, 0)); !errors.Is(err, account.ErrCode) {
			t.Error(err)
		}
	})
	t.Run("the next one does, once", func(t *testing.T) {
		l.rested(t)
		code := l.code(t, key, 0)
		if err := l.show(t, l.ann, account.ByApp, code[:3]+" "+code[3:]); err != nil {
			t.Fatal(err)
		}
		if err := l.show(t, l.ann, account.ByApp, code); !errors.Is(err, account.ErrCode) {
			t.Errorf("a replay: %v", err)
		}
	})
	t.Run("the one before, but not after a later one", func(t *testing.T) {
		l.rested(t)
		if err := l.show(t, l.ann, account.ByApp, l.code(t, key, -1)); err != nil {
			t.Error(err)
		}
		l.rested(t)
		if err := l.show(t, l.ann, account.ByApp, l.code(t, key, 0)); err != nil {
			t.Error(err)
		}
		if err := l.show(t, l.ann, account.ByApp, l.code(t, key, -1)); !errors.Is(err, account.ErrCode) {
			t.Errorf("an older code after a newer one: %v", err)
		}
	})
	t.Run("none older, none to come", func(t *testing.T) {
		l.rested(t)
		for _, later := range []int64{-3, 2} { // one more each way: the test's clock may pass a half minute
			if err := l.show(t, l.ann, account.ByApp, l.code(t, key, later)); !errors.Is(err, account.ErrCode) {
				t.Errorf("%d half minutes away: %v", later, err)
			}
		}
	})
	t.Run("of two at once one gets through", func(t *testing.T) {
		l.rested(t)
		code := l.code(t, key, 0)
		var through atomic.Int32
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if l.factors.Show(t.Context(), accountapp.Show{Person: l.ann, Method: account.ByApp, Code: code, From: home}) == nil {
					through.Add(1)
				}
			})
		}
		if all.Wait(); through.Load() != 1 {
			t.Errorf("%d got through", through.Load())
		}
	})
	t.Run("somebody else's app shows nothing", func(t *testing.T) {
		l.rested(t)
		theirs, _ := l.app(t, l.bert)
		if err := l.show(t, l.ann, account.ByApp, l.code(t, theirs, -1)); !errors.Is(err, account.ErrCode) {
			t.Error(err)
		}
	})
	t.Run("the key isn't to be read in the database, nor again", func(t *testing.T) {
		var sealed []byte
		if err := l.owner.QueryRow(t.Context(), `SELECT sealed FROM account.factor WHERE person = $1`, ann.ID).Scan(&sealed); err != nil || bytes.Contains(sealed, key) {
			t.Error(err)
		}
		methods, err := l.factors.Methods(t.Context(), l.ann)
		if err != nil || len(methods) != 1 {
			t.Fatal(methods, err)
		}
		if _, err := l.factors.App(t.Context(), l.ann, methods[0].ID, "x"); !errors.Is(err, account.ErrFactorGone) {
			t.Errorf("a confirmed app shows its key: %v", err)
		}
		if _, err := l.factors.BeginApp(t.Context(), l.ann); !errors.Is(err, account.ErrFactorHad) {
			t.Errorf("a second app: %v", err)
		}
	})
}

// An app that another person has begun is nobody else's to confirm.
func TestBegunMethodsAreTheirPersons(t *testing.T) {
	l := secondFactors(t)
	ctx := t.Context()
	id, err := l.factors.BeginApp(ctx, l.ann)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.factors.App(ctx, l.bert, id, "x"); !errors.Is(err, account.ErrFactorGone) {
		t.Errorf("its key: %v", err)
	}
	if _, err := l.factors.Confirm(ctx, l.bert, id, "123456", home); !errors.Is(err, account.ErrFactorGone) {
		t.Errorf("its confirmation: %v", err)
	}
	if _, err := l.factors.Confirm(ctx, l.ann, id, "12345", home); !errors.Is(err, account.ErrCode) {
		t.Errorf("a wrong code: %v", err)
	}
	if err := l.show(t, l.ann, account.ByApp, "123456"); !errors.Is(err, account.ErrMethod) {
		t.Errorf("what isn't confirmed is no method: %v", err)
	}
	l.sql(t, `UPDATE account.factor SET created_at = statement_timestamp() - interval '61 minutes'`)
	if _, err := l.factors.App(ctx, l.ann, id, "x"); !errors.Is(err, account.ErrFactorGone) {
		t.Errorf("after an hour: %v", err)
	}
}

// Rule F1, S3.23.
func TestSentCodes(t *testing.T) {
	l := secondFactors(t)
	ctx := t.Context()
	codes, err := l.factors.UseMail(ctx, carl)
	if err != nil || len(codes) != 10 {
		t.Fatal(codes, err)
	}
	if _, err := l.factors.UseMail(ctx, l.ann); !errors.Is(err, account.ErrMethod) {
		t.Errorf("F5: staff get codes by mail: %v", err)
	}
	ask := func(t *testing.T) int {
		t.Helper()
		if err := l.factors.AskCode(ctx, carl, account.ForSignIn, account.MailChannel); err != nil {
			t.Fatal(err)
		}
		events := l.log.Stream(account.Stream(carl.ID))
		asked, ok := events[len(events)-1].(account.CodeRequested)
		if !ok || asked.Channel != account.MailChannel || asked.Purpose != account.ForSignIn {
			t.Fatalf("%+v", events)
		}
		return asked.Generation
	}
	code := func(generation int) string {
		return l.keys.Code(secret.CodeOf{Person: carl.ID, Purpose: "sign_in", Generation: generation})
	}
	wrong := func(generation int) string {
		if code(generation) == "000000" {
			return "000001"
		}
		return "000000"
	}
	t.Run("once", func(t *testing.T) {
		n := ask(t)
		if err := l.show(t, carl, account.ByMail, code(n)); err != nil {
			t.Fatal(err)
		}
		if err := l.show(t, carl, account.ByMail, code(n)); !errors.Is(err, account.ErrCode) {
			t.Errorf("a replay: %v", err)
		}
	})
	t.Run("the newest only", func(t *testing.T) {
		l.rested(t)
		old, newest := ask(t), ask(t)
		if err := l.show(t, carl, account.ByMail, code(old)); !errors.Is(err, account.ErrCode) {
			t.Errorf("the older code: %v", err)
		}
		if err := l.show(t, carl, account.ByMail, code(newest)); err != nil {
			t.Error(err)
		}
	})
	t.Run("five tries, whatever comes sixth", func(t *testing.T) {
		l.rested(t)
		n := ask(t)
		for range account.CodeTries {
			l.sql(t, `DELETE FROM account.sign_in_throttle`)
			if err := l.show(t, carl, account.ByMail, wrong(n)); !errors.Is(err, account.ErrCode) {
				t.Fatal(err)
			}
		}
		l.sql(t, `DELETE FROM account.sign_in_throttle`)
		if err := l.show(t, carl, account.ByMail, code(n)); !errors.Is(err, account.ErrCode) {
			t.Errorf("the right code at the sixth try: %v", err)
		}
	})
	t.Run("ten minutes", func(t *testing.T) {
		l.rested(t)
		n := ask(t)
		l.sql(t, `UPDATE account.code SET made_at = statement_timestamp() - interval '10 minutes'`)
		if err := l.show(t, carl, account.ByMail, code(n)); !errors.Is(err, account.ErrCode) {
			t.Error(err)
		}
	})
	t.Run("of its purpose", func(t *testing.T) {
		l.rested(t)
		n := ask(t)
		if err := l.show(t, carl, account.ByMail, l.keys.Code(secret.CodeOf{Person: carl.ID, Purpose: "device", Generation: n})); !errors.Is(err, account.ErrCode) {
			t.Error(err)
		}
	})
	t.Run("of its person", func(t *testing.T) {
		l.rested(t)
		n := ask(t)
		if err := l.show(t, carl, account.ByMail, l.keys.Code(secret.CodeOf{Person: ann.ID, Purpose: "sign_in", Generation: n})); !errors.Is(err, account.ErrCode) {
			t.Error(err)
		}
	})
	t.Run("a burst gets no more than five looks", func(t *testing.T) {
		l.rested(t)
		n := ask(t)
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				_ = l.factors.Show(t.Context(), accountapp.Show{Person: carl, Method: account.ByMail, Code: fmt.Sprintf("%06d", i), From: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})})
			})
		}
		all.Wait()
		var tries int
		if err := l.owner.QueryRow(ctx, `SELECT tries FROM account.code WHERE person = $1 AND generation = $2`, carl.ID, n).Scan(&tries); err != nil || tries > account.CodeTries {
			t.Errorf("%d tries, %v", tries, err)
		}
	})
	t.Run("asking again and again is slowed down", func(t *testing.T) {
		l.rested(t)
		var slow *accountapp.SlowDownError
		for range account.Asking.Free + 1 {
			if err := l.factors.AskCode(ctx, carl, account.ForSignIn, account.MailChannel); errors.As(err, &slow) {
				return
			}
		}
		t.Error("nobody was slowed down")
	})
}

// Rule F7: guessing is slow over all devices and networks together; a device that has shown the factor isn't held up.
func TestGuessesAreCountedByPerson(t *testing.T) {
	l := secondFactors(t)
	key, _ := l.app(t, l.ann)
	l.rested(t)
	mark, err := l.factors.Trust(t.Context(), l.ann, "")
	if err != nil {
		t.Fatal(err)
	}
	try := func(n int, code string, device accountapp.Secret) error {
		from := netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}) // another network each time
		return l.factors.Show(t.Context(), accountapp.Show{Person: l.ann, Method: account.ByApp, Code: code, From: from, Device: device})
	}
	looked := 0
	for n := range 200 {
		device := accountapp.Secret(strings.Repeat(string(rune('A'+n%26)), 43)) // a device of its own each time
		if err := try(n, "12345", device); errors.Is(err, account.ErrCode) {
			looked++
		} else if !errors.Is(err, account.ErrSlowDown) {
			t.Fatal(err)
		}
	}
	if looked > account.Slow.Free+1 {
		t.Errorf("%d looks at a code", looked)
	}
	if err := try(300, l.code(t, key, 0), ""); !errors.Is(err, account.ErrSlowDown) {
		t.Errorf("the person on a strange device meanwhile: %v", err)
	}
	if err := try(301, l.code(t, key, 0), mark); err != nil {
		t.Errorf("the person on a device that was trusted: %v", err)
	}
	other, err := l.factors.Trust(t.Context(), l.bert, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := try(302, l.code(t, key, 0), other); !errors.Is(err, account.ErrSlowDown) {
		t.Errorf("somebody else's trusted device is a way around: %v", err)
	}
	l.sql(t, `UPDATE account.sign_in_throttle SET last_at = last_at - interval '16 minutes'`)
	l.sql(t, `UPDATE account.factor SET last_step = 0`)
	if err := try(303, l.code(t, key, 0), ""); err != nil {
		t.Errorf("it never ends: %v", err)
	}
}

// Rule F3.
func TestRecoveryCodes(t *testing.T) {
	l := secondFactors(t)
	ctx := t.Context()
	if _, err := l.factors.NewRecoveryCodes(ctx, l.ann); !errors.Is(err, account.ErrFactorGone) {
		t.Errorf("without a method: %v", err)
	}
	_, codes := l.app(t, l.ann)
	if err := l.show(t, l.ann, account.ByRecovery, strings.ToUpper(codes[3])); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(l.facts(l.ann), "recovery_code_used") {
		t.Error(l.facts(l.ann))
	}
	l.rested(t)
	if err := l.show(t, l.ann, account.ByRecovery, codes[3]); !errors.Is(err, account.ErrCode) {
		t.Errorf("twice: %v", err)
	}
	if left, err := l.factors.RecoveryLeft(ctx, l.ann); left != 9 || err != nil {
		t.Error(left, err)
	}
	_, theirs := l.app(t, l.bert)
	if err := l.show(t, l.ann, account.ByRecovery, theirs[0]); !errors.Is(err, account.ErrCode) {
		t.Errorf("somebody else's: %v", err)
	}
	l.rested(t)
	next, err := l.factors.NewRecoveryCodes(ctx, l.ann)
	if err != nil || len(next) != 10 {
		t.Fatal(next, err)
	}
	if err := l.show(t, l.ann, account.ByRecovery, codes[4]); !errors.Is(err, account.ErrCode) {
		t.Errorf("an old one: %v", err)
	}
	if err := l.show(t, l.ann, account.ByRecovery, next[4]); err != nil {
		t.Error(err)
	}
	var kept string
	if err := l.owner.QueryRow(ctx, `SELECT string_agg(encode(code_sha256, 'escape'), ' ') FROM account.recovery_code`).Scan(&kept); err != nil || strings.Contains(kept, strings.ReplaceAll(next[0], "-", "")) {
		t.Errorf("a code is readable: %v", err)
	}
}

// Rule F4, S3.24, S3.i14.
func TestTrustEnds(t *testing.T) {
	l := secondFactors(t)
	ctx := t.Context()
	l.app(t, l.ann)
	trusted := func(t *testing.T, mark accountapp.Secret) bool {
		t.Helper()
		ok, err := l.factors.Trusted(ctx, l.ann, mark)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	trust := func(t *testing.T, old accountapp.Secret) accountapp.Secret {
		t.Helper()
		mark, err := l.factors.Trust(ctx, l.ann, old)
		if err != nil || !trusted(t, mark) {
			t.Fatal(err)
		}
		return mark
	}
	t.Run("thirty days by device", func(t *testing.T) {
		desk, bag := trust(t, ""), trust(t, "")
		hash := desk.Hash()
		l.sql(t, `UPDATE account.trusted_device SET shown_at = date_trunc('milliseconds', statement_timestamp()) - interval '30 days' WHERE id_sha256 = $1`, hash[:])
		if trusted(t, desk) || !trusted(t, bag) {
			t.Error("one device's month isn't another's")
		}
	})
	t.Run("for its person only", func(t *testing.T) {
		if ok, err := l.factors.Trusted(ctx, l.bert, trust(t, "")); ok || err != nil {
			t.Error(ok, err)
		}
	})
	t.Run("an older mark of the device", func(t *testing.T) {
		old := trust(t, "")
		if trust(t, old); trusted(t, old) {
			t.Error("it works beside the new one")
		}
	})
	t.Run("by a new password of one's own", func(t *testing.T) {
		in := l.in(t, ann)
		next, err := l.Pass(ctx, in.Session)
		if err != nil {
			t.Fatal(err)
		}
		stolen := trust(t, "")
		after, err := l.ChangePassword(ctx, accountapp.ChangePassword{Staff: in.Staff, Present: ann.Password, New: "gravel saxophone noon", Address: home, Session: next})
		if err != nil {
			t.Fatal(err)
		}
		if trusted(t, stolen) {
			t.Error("a trusted device outlives the password")
		}
		if s, err := l.Session(ctx, after.Session); err != nil || !s.Standing.Second {
			t.Errorf("the session that goes on has shown its factor: %+v, %v", s, err)
		}
	})
	t.Run("by one that the operator gives", func(t *testing.T) {
		stolen := trust(t, "")
		if err := l.SetPassword(ctx, accountapp.Staff{ID: ann.ID, Firm: 1, Email: ann.Email, Name: ann.Name}, ann.Password); err != nil {
			t.Fatal(err)
		}
		if trusted(t, stolen) {
			t.Error("still trusted")
		}
	})
	t.Run("by signing out everywhere", func(t *testing.T) {
		stolen := trust(t, "")
		if err := l.EndSessions(ctx, ann.ID); err != nil {
			t.Fatal(err)
		}
		if trusted(t, stolen) {
			t.Error("still trusted")
		}
	})
	t.Run("by the removal of a method", func(t *testing.T) {
		stolen := trust(t, "")
		methods, err := l.factors.Methods(ctx, l.ann)
		if err != nil || len(methods) != 1 {
			t.Fatal(methods, err)
		}
		if err := l.factors.Remove(ctx, l.bert, methods[0].ID, false); !errors.Is(err, account.ErrFactorGone) {
			t.Errorf("somebody else's: %v", err)
		}
		if err := l.factors.Remove(ctx, l.ann, methods[0].ID, true); !errors.Is(err, account.ErrRequired) || !trusted(t, stolen) {
			t.Errorf("F9: the last one, where the practice demands it: %v", err)
		}
		if err := l.factors.Remove(ctx, l.ann, methods[0].ID, false); err != nil || trusted(t, stolen) {
			t.Errorf("%v, or still trusted", err)
		}
		if left, err := l.factors.RecoveryLeft(ctx, l.ann); left != 0 || err != nil {
			t.Errorf("%d recovery codes stay, %v", left, err)
		}
	})
	t.Run("by a reset, which is recorded", func(t *testing.T) {
		l.rested(t)
		l.app(t, l.ann)
		stolen := trust(t, "")
		boss := es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: uuid.New()}}
		elsewhere := l.ann
		elsewhere.Firm = 2
		if err := l.factors.Reset(ctx, es.By{Firm: 2}, elsewhere, "x"); err != nil || l.facts(l.ann) == "" {
			t.Fatal(err)
		}
		if methods, err := l.factors.Methods(ctx, l.ann); len(methods) != 1 || err != nil {
			t.Fatalf("another practice could: %v, %v", methods, err)
		}
		stolen = trust(t, stolen)
		if err := l.factors.Reset(ctx, boss, l.ann, "lost the telephone"); err != nil {
			t.Fatal(err)
		}
		if methods, err := l.factors.Methods(ctx, l.ann); len(methods) != 0 || err != nil || trusted(t, stolen) {
			t.Errorf("%v, %v, or still trusted", methods, err)
		}
		if !strings.HasSuffix(l.facts(l.ann), "factors_reset") {
			t.Error(l.facts(l.ann))
		}
		before := l.facts(l.ann)
		if err := l.factors.Reset(ctx, boss, l.ann, "again"); err != nil || l.facts(l.ann) != before {
			t.Errorf("twice: %v, %s", err, l.facts(l.ann))
		}
	})
}

// Rule F10: a code that went to one number proves no other.
func TestNumbersAreProved(t *testing.T) {
	l := secondFactors(t)
	ctx := t.Context()
	mine, err := l.factors.BeginNumber(ctx, l.ann, "+44 7700 900123")
	if err != nil {
		t.Fatal(err)
	}
	code := func(n int) string {
		return l.keys.Code(secret.CodeOf{Person: ann.ID, Purpose: "number", Generation: n})
	}
	yours, err := l.factors.BeginNumber(ctx, l.ann, "+44 7700 900456")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.factors.Confirm(ctx, l.ann, mine, code(1), home); !errors.Is(err, account.ErrFactorGone) {
		t.Errorf("the number that was begun first: %v", err)
	}
	if _, err := l.factors.Confirm(ctx, l.ann, yours, code(1), home); !errors.Is(err, account.ErrCode) {
		t.Errorf("the code of another number: %v", err)
	}
	if _, err := l.factors.Confirm(ctx, l.ann, yours, code(2), home); err != nil {
		t.Fatal(err)
	}
	methods, err := l.factors.Methods(ctx, l.ann)
	if err != nil || len(methods) != 1 || methods[0].Label != "+447700900456" {
		t.Errorf("%+v, %v", methods, err)
	}
	var found int
	if err := l.owner.QueryRow(ctx, `SELECT count(*) FROM account.factor f WHERE f::text LIKE '%900456%'`).Scan(&found); err != nil || found != 0 {
		t.Errorf("the number is readable: %v", err)
	}
	l.factors.Texts = false
	if _, err := l.factors.BeginNumber(ctx, l.bert, "+44 7700 900123"); !errors.Is(err, account.ErrNoText) {
		t.Error(err)
	}
}

// A session shows what it may do; one in which the factor was shown goes on under another id (T14).
func TestStandingOfSessions(t *testing.T) {
	l := secondFactors(t)
	ctx := t.Context()
	in := l.in(t, ann)
	standing := func(id accountapp.Secret) accountapp.Standing {
		t.Helper()
		s, err := l.Session(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return s.Standing
	}
	if got := standing(in.Session); got != (accountapp.Standing{Fresh: true}) {
		t.Errorf("%+v", got)
	}
	l.app(t, l.ann)
	if got := standing(in.Session); got != (accountapp.Standing{Enrolled: true, Fresh: true}) {
		t.Errorf("%+v", got)
	}
	next, err := l.Pass(ctx, in.Session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Session(ctx, in.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the old id still works: %v", err)
	}
	if got := standing(next); got != (accountapp.Standing{Enrolled: true, Second: true, Fresh: true}) {
		t.Errorf("%+v", got)
	}
	l.sql(t, `UPDATE account.staff_session SET confirmed_at = statement_timestamp() - interval '15 minutes'`)
	if got := standing(next); got.Fresh {
		t.Error("F6: fresh after a quarter of an hour")
	}
	if err := l.Reconfirm(ctx, accountapp.ChangePassword{Staff: in.Staff, Present: "wrong", Session: next, Address: there}); !errors.Is(err, account.ErrPresent) || standing(next).Fresh {
		t.Error(err)
	}
	if err := l.Reconfirm(ctx, accountapp.ChangePassword{Staff: in.Staff, Present: ann.Password, Session: next, Address: there}); err != nil || !standing(next).Fresh {
		t.Error(err)
	}
	passkey, err := l.Enter(ctx, ann.ID, accountapp.SignIn{Address: home, Session: next})
	if err != nil || standing(passkey.Session) != (accountapp.Standing{Enrolled: true, Second: true, Fresh: true}) {
		t.Errorf("%v", err)
	}
	if err := leaves(ctx, l.rows, 1, ann.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Enter(ctx, ann.ID, accountapp.SignIn{}); !errors.Is(err, account.ErrSession) {
		t.Errorf("who has left enters: %v", err)
	}
	if _, err := l.Pass(ctx, passkey.Session+"x"); !errors.Is(err, account.ErrSession) {
		t.Error(err)
	}
}

// An erased person's methods open nothing (their key is gone).
func TestErasedPeopleHaveNoMethods(t *testing.T) {
	l := secondFactors(t)
	l.app(t, l.ann)
	l.sql(t, `UPDATE vault.subject_keys SET wrapped_key = NULL, kek_id = '', destroyed_at = clock_timestamp()`)
	again := secondFactorsOf(t, l)
	if methods, err := again.Methods(t.Context(), l.ann); len(methods) != 0 || err != nil {
		t.Errorf("%v, %v", methods, err)
	}
	if _, err := again.BeginApp(t.Context(), l.ann); !errors.Is(err, postgres.ErrErased) {
		t.Error(err)
	}
}

// secondFactorsOf reads the same database anew, without what is remembered of keys.
func secondFactorsOf(t *testing.T, l locks) accountapp.Factors {
	t.Helper()
	rows := l.factors.Rows.(postgres.Factors)
	vault, err := postgres.NewVault(rows.Pool, bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	l.factors.Rows = postgres.Factors{Pool: rows.Pool, Vault: vault}
	return l.factors
}
