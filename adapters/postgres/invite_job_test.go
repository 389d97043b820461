package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	inviteapp "portico/app/invite"
	app "portico/app/invitejob"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/invitejob"

	"github.com/google/uuid"
)

// registered tells invitations whom they go to, by the read model.
type registered struct{ list postgres.ContactList }

func (b registered) Contact(ctx context.Context, firm int32, id uuid.UUID) (inviteapp.Contact, error) {
	p, err := b.list.Contact(ctx, firm, id)
	return inviteapp.Contact{Person: invite.Person{Contact: id, Given: p.Given, Name: p.Name(), Email: p.Email, Phone: p.Phone}}, err
}

// bulk is a register from which many people are invited.
type bulk struct {
	*register
	invites inviteapp.Commands
	jobs    app.Commands
}

func newBulk(t testing.TB) *bulk {
	b := &bulk{register: newRegister(t)}
	b.invites = inviteapp.Commands{Events: b.store, Contacts: registered{b.people}}
	rows := postgres.InviteJobs{DB: b.db}
	b.jobs = app.Commands{Events: b.store, Lists: rows, People: rows, Invites: b.invites}
	return b
}

func (b *bulk) settled() {
	b.t.Helper()
	if ok, err := b.db.Wait(b.t.Context(), b.last.Position, soon, "invite_list", "client_list", "contact_list"); !ok || err != nil {
		b.t.Fatal(ok, err)
	}
}

func (b *bulk) settings() app.Settings {
	return app.Settings{Channels: invite.ByEmail, Message: "Welcome", Access: invite.ByAccount, ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: "Europe/London"}
}

func (b *bulk) add(of uuid.UUID, given, email string) uuid.UUID {
	b.t.Helper()
	who := b.person(given, "", email)
	b.link(of, who)
	return who
}

func (b *bulk) send(who uuid.UUID) {
	b.t.Helper()
	b.do(b.invites.Send(b.t.Context(), inviteapp.Send{By: b.by(), Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC}))
}

// start prepares a job and starts it without a hold.
func (b *bulk) start(choice app.Choice, s app.Settings) uuid.UUID {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	if _, err := b.jobs.Prepare(b.t.Context(), app.Prepare{By: b.by(), ID: id, Choice: choice, Words: "all", Settings: s}); err != nil {
		b.t.Fatal(err)
	}
	b.do(b.jobs.Start(b.t.Context(), b.by(), id, 0))
	return id
}

// mailed is how many invitations of a job somebody has.
func (b *bulk) mailed(who, job uuid.UUID) (n int) {
	b.t.Helper()
	for r, err := range b.store.Load(b.t.Context(), b.firm, invite.Stream(who), 0) {
		if err != nil {
			b.t.Fatal(err)
		}
		if e, ok := r.Event.(invite.Sent); ok && e.Job == job {
			n++
		}
	}
	return n
}

// S3.11, S3.12, S3.i6 to S3.i8: who is listed where, with which number; and what the preview says of each person is what
// becomes of them.
func TestInviteJobCandidates(t *testing.T) {
	t.Parallel()
	b := newBulk(t)
	ctx := t.Context()
	names := map[uuid.UUID]string{}
	one := func(name, email string, do ...func(uuid.UUID)) uuid.UUID {
		who := b.add(b.client("Client "+name, "", ""), name, email)
		names[who] = name
		b.see()
		for _, f := range do {
			f(who)
		}
		return who
	}
	sent := func(who uuid.UUID) { b.send(who) }
	accept := func(who uuid.UUID) {
		b.do(b.invites.Accept(ctx, inviteapp.Accept{By: b.by(), Contact: who, Nth: 1, From: "192.0.2.1"}))
	}
	bounce := func(who uuid.UUID) {
		b.do(b.invites.Record(ctx, inviteapp.Record{By: b.by(), Contact: who, Outcome: invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasBounced, Code: "550"}}))
	}
	one("new", "new@example.org")
	one("unaddressed", "")
	one("asked", "asked@example.org", sent)
	one("bounced", "bounced@example.org", sent, bounce)
	one("in", "in@example.org", sent, accept)
	one("removed", "removed@example.org", sent, accept, func(who uuid.UUID) {
		b.do(b.invites.RemoveAccess(ctx, inviteapp.RemoveAccess{By: b.by(), Contact: who}))
	})
	one("withdrawn", "withdrawn@example.org", sent, func(who uuid.UUID) {
		b.do(b.invites.Withdraw(ctx, inviteapp.Withdraw{By: b.by(), Contact: who}))
	})
	twice := one("twice", "twice@example.org")
	b.link(b.client("Another of twice", "", ""), twice)
	b.client("Nobody", "", "")
	texted := one("texted", "")
	b.do(b.contacts.Change(ctx, contactChange(b, texted, "texted", "+4791234567")))
	b.settled()

	found := func(c app.Choice, limit int) string {
		t.Helper()
		c.Of.Fresh = true
		var out []string
		for after := ""; ; {
			rows, next, err := b.jobs.People.Candidates(ctx, b.firm, c, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				name := r.Name
				if r.Contact == uuid.Nil {
					name = "(" + r.ClientName + ")"
				}
				out = append(out, name)
			}
			if after = next; next == "" {
				return strings.Join(out, " ")
			}
		}
	}
	for stand, want := range map[clientapp.Portal]string{
		clientapp.AnyPortal:     "twice asked bounced in new removed texted twice unaddressed withdrawn (Nobody)",
		clientapp.WithoutPortal: "twice new removed texted twice unaddressed withdrawn (Nobody)",
		clientapp.Invited:       "asked bounced", clientapp.SignedIn: "in", clientapp.Bounced: "bounced",
		clientapp.Unaddressed: "texted unaddressed (Nobody)", clientapp.Unmailed: "twice new texted twice unaddressed",
	} {
		for _, limit := range []int{0, 2} {
			if got := found(app.Choice{Stand: stand}, limit); got != want {
				t.Errorf("%q by %d: %s, want %s", stand, limit, got, want)
			}
		}
		n, err := b.jobs.People.Counts(ctx, b.firm, app.Choice{Stand: stand})
		if err != nil || n.Found != len(strings.Fields(want)) || stand != clientapp.AnyPortal && n.Stand[stand] != n.Found {
			t.Errorf("%q counts %+v, %v, want %s", stand, n, err, want)
		}
	}
	if n, err := b.jobs.People.Counts(ctx, b.firm, app.Choice{}); err != nil || n.Choosable != 8 { // not the unaddressed, not nobody, twice once
		t.Errorf("%+v, %v", n, err)
	}
	if got := found(app.Choice{Of: clientapp.Query{Text: "new"}}, 0); got != "new" {
		t.Errorf("with a search: %s", got)
	}
	if rows, _, err := b.jobs.People.Candidates(ctx, b.found(t), app.Choice{}, "", 0); err != nil || len(rows) != 0 {
		t.Errorf("another practice sees %+v, %v", rows, err)
	}
	if _, err := b.jobs.Prepare(ctx, app.Prepare{By: b.by(), ID: uuid.Must(uuid.NewV7()), Choice: app.Choice{Stand: clientapp.Unaddressed, Of: clientapp.Query{Text: "unaddressed"}}, Settings: b.settings()}); !errors.Is(err, invitejob.ErrNobody) {
		t.Errorf("nobody with an address: %v", err)
	}

	both := b.settings()
	both.Channels = invite.ByBoth
	again := both
	again.Again = true
	want := map[string]*fault.Error{"asked": invite.ErrWaits, "bounced": invite.ErrCameBack, "in": invite.ErrIn, "removed": invite.ErrShut}
	for _, s := range []app.Settings{both, again} {
		if s.Again {
			want = map[string]*fault.Error{"bounced": invite.ErrCameBack, "in": invite.ErrIn, "removed": invite.ErrShut}
		}
		id := uuid.Must(uuid.NewV7())
		d, err := b.jobs.Prepare(ctx, app.Prepare{By: b.by(), ID: id, Settings: s})
		if err != nil || d.People != 8 {
			t.Fatal(d, err)
		}
		plan, err := b.jobs.Preview(ctx, b.firm, d)
		if err != nil || len(plan) != 8 {
			t.Fatal(len(plan), err)
		}
		b.do(b.jobs.Start(ctx, b.by(), id, 0))
		if err := b.jobs.Run(ctx, b.firm, id); err != nil {
			t.Fatal(err)
		}
		b.end()
		rows, err := b.jobs.Lists.Rows(ctx, b.firm, id, app.All, 0, 0)
		if err != nil || len(rows) != 8 {
			t.Fatal(len(rows), err)
		}
		for i, p := range plan {
			code := ""
			if p.Why != nil {
				code = p.Why.Code
			}
			if s.Again || p.Contact != texted { // who was invited a moment ago is asked again
				if f := want[names[p.Contact]]; (f == nil) != (p.Why == nil) || f != nil && !errors.Is(p.Why, f) {
					t.Errorf("again %t: %s: %v, want %v", s.Again, names[p.Contact], p.Why, f)
				}
			}
			if r := rows[i]; r.Code != code || (code == "") != (r.Outcome == app.Sent) || (r.Outcome == app.Sent) == r.CreatedAt.IsZero() || r.Name != names[r.Contact] {
				t.Errorf("again %t: %s was said to be %q, and is %+v", s.Again, names[p.Contact], code, r)
			}
		}
	}
}

func contactChange(b *bulk, who uuid.UUID, given, phone string) (c contactapp.Change) {
	return contactapp.Change{By: b.by(), Contact: who, Details: contact.Entry{Given: given, Phone: phone}}
}

// end waits until the models show everything that was written.
func (b *bulk) end() {
	b.t.Helper()
	if err := b.db.Work.QueryRow(b.t.Context(), `SELECT max(position) FROM es.events`).Scan(&b.last.Position); err != nil {
		b.t.Fatal(err)
	}
	b.settled()
}

// S3.13, S3.i6, S3.i9, I2: a job that is cut off between an invitation and its note goes on and invites nobody twice, and
// neither does another one beside it; undone within its hold it has invited nobody.
func TestInviteJobGoesOn(t *testing.T) {
	t.Parallel()
	b := newBulk(t)
	ctx := t.Context()
	const n = 70
	var all []uuid.UUID
	for i := range n {
		all = append(all, b.add(b.client(fmt.Sprintf("Client %03d", i), "", ""), "Ida", fmt.Sprintf("p%d@example.org", i)))
	}
	b.settled()
	undone := uuid.Must(uuid.NewV7())
	if _, err := b.jobs.Prepare(ctx, app.Prepare{By: b.by(), ID: undone, Settings: b.settings()}); err != nil {
		t.Fatal(err)
	}
	if err := b.jobs.Run(ctx, b.firm, undone); !errors.Is(err, invitejob.ErrNotStarted) {
		t.Errorf("a draft ran: %v", err)
	}
	if _, err := b.jobs.Draft(ctx, b.firm+1, undone); !errors.Is(err, app.ErrUnknown) {
		t.Errorf("another practice sees it: %v", err)
	}
	b.do(b.jobs.Start(ctx, b.by(), undone, app.Hold))
	if err := b.jobs.Run(ctx, b.firm, undone); !errors.Is(err, invitejob.ErrNotStarted) {
		t.Errorf("a held job ran: %v", err)
	}
	b.do(b.jobs.Stop(ctx, b.by(), undone))
	if state, _, err := b.jobs.State(ctx, b.firm, undone); state != invitejob.Undone || err != nil {
		t.Errorf("undone: %s, %v", state, err)
	}

	id := b.start(app.Choice{}, b.settings())
	rows := &forgetful{Lists: b.jobs.Lists, left: 1}
	cut := b.jobs
	cut.Lists = rows
	if err := cut.Run(ctx, b.firm, id); !errors.Is(err, errBroken) {
		t.Fatalf("cut off: %v", err)
	}
	other := b.start(app.Choice{}, b.settings()) // somebody else wants the same
	var group sync.WaitGroup
	for _, job := range []uuid.UUID{id, other, id} {
		group.Go(func() {
			if err := b.jobs.Run(ctx, b.firm, job); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	b.end()
	for _, who := range all {
		if m := b.mailed(who, id) + b.mailed(who, other); m != 1 {
			t.Errorf("%s has %d invitations", who, m)
		}
	}
	first, err := b.jobs.Lists.Tally(ctx, b.firm, id)
	second, err2 := b.jobs.Lists.Tally(ctx, b.firm, other)
	if err != nil || err2 != nil || first.Sent+second.Sent != n || first.Skipped+second.Skipped != n || first.Waiting+second.Waiting != 0 || first.Reasons[invite.ErrWaits.Code] != first.Skipped {
		t.Errorf("%+v, %+v, %v, %v", first, second, err, err2)
	}
	if state, _, err := b.jobs.State(ctx, b.firm, id); state != invitejob.Done || err != nil {
		t.Errorf("%s, %v", state, err)
	}
	if _, err := b.jobs.Stop(ctx, b.by(), id); !errors.Is(err, invitejob.ErrEnded) {
		t.Errorf("stopped after its end: %v", err)
	}
}

// forgetful fails every note after some, as a process does that dies between an invitation and its note.
type forgetful struct {
	app.Lists
	left int
}

func (f *forgetful) Note(ctx context.Context, firm int32, id uuid.UUID, noted []app.Noted) error {
	if f.left--; f.left < 0 {
		return errBroken
	}
	return f.Lists.Note(ctx, firm, id, noted)
}

// S3.i9: a job waits for the mail server; stopped, what has not left is taken back and never leaves.
func TestInviteJobStops(t *testing.T) {
	t.Parallel()
	b := newBulk(t)
	ctx, cancel := context.WithCancel(t.Context())
	const n = 120
	for i := range n {
		b.add(b.client(fmt.Sprintf("Client %03d", i), "", ""), "Ida", fmt.Sprintf("p%d@example.org", i))
	}
	b.settled()
	out := &postOffice{invites: b.invites, open: make(chan struct{}), mailed: map[uuid.UUID]int{}}
	effects := postgres.NewEffects(b.db, b.tail, out, slog.New(slog.DiscardHandler))
	var group sync.WaitGroup
	hear := postgres.NewSubscriber(b.db, b.codec, b.vault, b.tail, slog.New(slog.DiscardHandler), effects.Reactor("invite_messages", inviteapp.Types(), inviteapp.Effects))
	group.Go(func() { _ = hear.Run(ctx) })
	group.Go(func() { _ = effects.Run(ctx) })
	defer group.Wait()
	defer cancel()

	id := b.start(app.Choice{}, b.settings())
	ran := make(chan error, 1)
	go func() { ran <- b.jobs.Run(ctx, b.firm, id) }()
	until := func(what string, is func() bool) {
		t.Helper()
		for tries := 0; !is(); tries++ {
			if tries > 600 {
				t.Fatalf("waited for %s", what)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	tally := func() app.Tally {
		t.Helper()
		n, err := b.jobs.Lists.Tally(ctx, b.firm, id)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	until("the mail server to be full", func() bool {
		due, _, err := b.jobs.Lists.Backlog(ctx)
		return err == nil && due >= 60
	})
	if sent := tally().Sent; sent >= n {
		t.Fatalf("%d were invited while the mail server takes nothing", sent)
	}
	b.do(b.jobs.Stop(ctx, b.by(), id))
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	close(out.open)
	b.end()
	got := tally()
	if got.Sent == 0 || got.Sent > 4 || got.Sent+got.Waiting != n { // those that somebody was trying to hand over
		t.Errorf("%+v", got)
	}
	until("those under way", func() bool { return tally().HandedOver == got.Sent })
	out.Lock()
	defer out.Unlock()
	if len(out.mailed) != got.Sent {
		t.Errorf("%d people were mailed, %d are said to be", len(out.mailed), got.Sent)
	}
	rows, err := b.jobs.Lists.Rows(ctx, b.firm, id, app.PartWaiting, 0, 0)
	if err != nil || len(rows) != got.Waiting || slices.ContainsFunc(rows, func(r app.Row) bool { return !r.CreatedAt.IsZero() || out.mailed[r.Contact] > 0 }) {
		t.Errorf("%d rows are left, %v", len(rows), err)
	}
	if left := b.jobs.People; left != nil {
		n, err := left.Counts(ctx, b.firm, app.Choice{Of: clientapp.Query{Fresh: true}, Stand: clientapp.WithoutPortal})
		if err != nil || n.Choosable != got.Waiting {
			t.Errorf("%+v can be invited in another round, want %d, %v", n, got.Waiting, err)
		}
	}
}

// postOffice hands over once it is open.
type postOffice struct {
	sync.Mutex
	invites inviteapp.Commands
	open    chan struct{}
	mailed  map[uuid.UUID]int
}

func (p *postOffice) Perform(ctx context.Context, e es.Effect) (es.Handed, error) {
	select {
	case <-p.open:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.Lock()
	p.mailed[e.Person]++
	p.Unlock()
	_, err := p.invites.Record(ctx, inviteapp.Record{
		By: es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}, Contact: e.Person,
		Outcome: invite.Outcome{Nth: e.Args.Generation, Channel: invite.Email, What: invite.WasHandedOver},
	})
	return nil, err
}

func (p *postOffice) GaveUp(context.Context, es.Effect, int) error { return nil }
