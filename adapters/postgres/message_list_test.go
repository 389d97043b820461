package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	accountapp "portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/app/message"
	app "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// posted starts the worker of effects and the reactors that ask for the messages of links and invitations.
func (h *house) posted(t *testing.T, o *outside) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	effects := postgres.NewEffects(h.db, h.tail, o, log)
	mails := postgres.NewSubscriber(h.db, h.codec, h.vault, h.tail, log, effects.Reactor("upload_link_mails", []string{
		uploadlink.Issued{}.EventType(), uploadlink.Resent{}.EventType(), uploadlink.BatchReleased{}.EventType(),
		uploadlink.WithdrawalRequested{}.EventType(), uploadlink.WithdrawalRefused{}.EventType(),
	}, app.Effects))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = mails.Run(ctx) })
	invitations := postgres.NewSubscriber(h.db, h.codec, h.vault, h.tail, log, effects.Reactor("invite_messages", inviteapp.Types(), inviteapp.Effects))
	wg.Go(func() { _ = invitations.Run(ctx) })
	wg.Go(func() { _ = effects.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
}

// ofClient is a link for a client of an owner, who sent it.
func (h *house) ofClient(t *testing.T, owner uuid.UUID, name, recipient, email string) *usedLink {
	t.Helper()
	u := h.issue(t, 0)
	by := h.by()
	by.Actor = event.Actor{Kind: event.Staff, ID: owner}
	of := uuid.Must(uuid.NewV7())
	if _, err := (clientapp.Commands{Events: h.store}).Create(t.Context(), clientapp.Create{By: by, ID: of, Name: name, Sort: client.Person, Owner: owner}); err != nil {
		t.Fatal(err)
	}
	u.id, u.sender, u.client = uuid.Must(uuid.NewV7()), owner, of
	r, err := u.cmd.Issue(t.Context(), app.Issue{
		By: by, ID: u.id, Client: of, Recipients: []app.NewRecipient{{Name: recipient, Email: email}}, ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: time.UTC,
	})
	if err != nil {
		t.Fatal(err)
	}
	u.see(t, r.Position)
	d, err := u.list.Link(t.Context(), h.firm, u.id)
	if err != nil {
		t.Fatal(err)
	}
	u.holder.Recipient = d.Recipients[0].ID
	return u
}

func (h *house) ledger(t *testing.T, q message.Query) []message.Row {
	t.Helper()
	rows, _, err := postgres.MessageList{DB: h.db}.Messages(t.Context(), h.firm, q)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// in waits until the newest message that q finds is in a state.
func (h *house) in(t *testing.T, q message.Query, want message.State) (m message.Row) {
	t.Helper()
	within(t, soon, fmt.Sprintf("the newest message is %s; it is %s", want, m.State), func() bool {
		if rows := h.ledger(t, q); len(rows) > 0 {
			m = rows[0]
		}
		time.Sleep(5 * time.Millisecond)
		return m.State == want
	})
	return m
}

// T13, S1.i24: the ledger tells of each mail which event asked for it, whom it is about and what became of it, and nothing
// that is no fact.
func TestLedger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	world := newOutside()
	var mu sync.Mutex
	var answer error
	world.perform = func(_ context.Context, e es.Effect) error {
		mu.Lock()
		defer mu.Unlock()
		return answer
	}
	say := func(err error) { mu.Lock(); answer = err; mu.Unlock() }
	h.posted(t, world)
	ann, bert := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	imogen := h.ofClient(t, ann, "Farrow, Imogen", "Imogen Farrow", "imogen@example.org")
	mail := func(u *usedLink) message.Query { return message.Query{Client: u.client} }

	m := h.in(t, mail(imogen), message.HandedOver)
	if m.Kind != app.MailUploadLink || m.Stream != uploadlink.Stream(imogen.id) || m.Person != imogen.holder.Recipient || m.PersonName != "Imogen Farrow" ||
		m.Sort != message.Recipient || m.Client != imogen.client || m.ClientName != "Farrow, Imogen" || m.ToPractice() || m.EndedAt.IsZero() || m.Why+m.Code != "" {
		t.Errorf("handed over: %+v", m)
	}
	if c := m.Causes; len(c) != 1 || c[0].Type != "uploadlink.issued" || c[0].Version != 1 || c[0].Actor.ID != ann || c[0].At.IsZero() || m.Merged() != 0 {
		t.Errorf("causes: %+v", c)
	}

	// The receiving side takes it, and then the mailbox's owner has moved.
	reports := message.Reports{Finder: postgres.MessageReports{DB: h.db}}
	id := "outside." + imogen.id.String()
	if n, err := reports.Take(t.Context(), message.Mail, []message.Report{{ID: id, Fate: message.Delivered}}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	m = h.in(t, mail(imogen), message.Arrived)
	for range 2 {
		if _, err := reports.Take(t.Context(), message.Mail, []message.Report{{ID: id, Fate: message.Bounced, Code: "5.1.6", Detail: "imogen has moved"}}); err != nil {
			t.Fatal(err)
		}
	}
	if late := h.in(t, mail(imogen), message.Failed); late.Delivered != m.Delivered || late.Code != "5.1.6" || late.Bounced.IsZero() {
		t.Errorf("bounced: %+v", late)
	}
	if _, err := reports.Take(t.Context(), message.Text, []message.Report{{ID: id, Fate: message.Bounced}}); err == nil {
		t.Error("a report on a text was taken for a mail")
	}

	// Sent again it is refused, and once more given up for now; the last one is withdrawn.
	for _, c := range []struct {
		answer error
		want   message.State
		told   func(m message.Row) bool
	}{
		{&es.RefusedError{Code: "5.1.1"}, message.Refused, func(m message.Row) bool { return m.Code == "5.1.1" && m.Why == "" && m.Tries == 1 }},
		{fmt.Errorf("the server is away"), message.Retrying, func(m message.Row) bool {
			return m.Why == "the server is away" && !m.NextAt.IsZero() && m.EndedAt.IsZero()
		}},
		{fmt.Errorf("%w: the link is revoked", es.ErrWithdrawn), message.NotSent, func(m message.Row) bool { return m.Why == "the link is revoked" }},
	} {
		say(c.answer)
		r, err := imogen.cmd.Resend(t.Context(), app.Resend{By: imogen.staff(), Link: imogen.id})
		imogen.did(t, r, err)
		if m := h.in(t, mail(imogen), c.want); !c.told(m) || m.Causes[0].Type != "uploadlink.resent" || m.PersonName != "Imogen Farrow" || m.ClientName != "Farrow, Imogen" {
			t.Errorf("%s: %+v", c.want, m)
		}
	}

	// Notices to the practice are about who sent something, which their events don't say.
	say(nil)
	sven := h.ofClient(t, bert, "Ode & Sons", "Sven Ode", "sven@ode.example")
	file := sven.send(t, "statement.pdf")
	m = h.in(t, message.Query{Kind: app.MailBatchNotice}, message.HandedOver)
	if !m.ToPractice() || m.PersonName != "Sven Ode" || m.ClientName != "Ode & Sons" {
		t.Errorf("a notice: %+v", m)
	}
	// Two requests within a minute are one mail, which is held; an answer goes to who asked.
	other := sven.send(t, "other.pdf")
	for _, f := range []uuid.UUID{file, other} {
		if _, err := sven.cmd.AskWithdrawal(t.Context(), app.AskWithdrawal{By: sven.by(), Link: sven.id, Holder: sven.holder, File: f}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := sven.cmd.RefuseWithdrawal(t.Context(), app.RefuseWithdrawal{By: sven.staff(), Link: sven.id, File: file, Reason: "it has been filed"})
	sven.did(t, r, err)
	m = h.in(t, message.Query{Kind: app.MailWithdrawalAnswer}, message.HandedOver)
	if m.ToPractice() || m.PersonName != "Sven Ode" || m.Sort != message.Recipient {
		t.Errorf("an answer: %+v", m)
	}
	held := h.ledger(t, message.Query{States: []message.State{message.Held}})
	if merged := 0; len(held) == 0 {
		t.Error("nothing is held")
	} else {
		for _, m := range held {
			merged += m.Merged() + 1
			if m.Kind != app.MailWithdrawalRequest || m.HeldUntil.IsZero() || !m.NextAt.Equal(m.HeldUntil) || m.Causes[0].Name != "Sven Ode" {
				t.Errorf("held: %+v", m)
			}
		}
		if merged != 2 { // on two sides of a full minute they are two
			t.Errorf("%d requests are told in %+v", merged, held)
		}
	}

	within(t, soon, "the other notice has left", func() bool {
		return len(h.ledger(t, message.Query{Kind: app.MailBatchNotice, States: []message.State{message.HandedOver}})) == 2
	})
	t.Run("is searched", func(t *testing.T) {
		all := h.ledger(t, message.Query{})
		find := func(q message.Query) int { return len(h.ledger(t, q)) }
		clients := map[uuid.UUID]int{}
		for _, m := range all {
			clients[m.Client]++
		}
		for what, c := range map[string]struct {
			q    message.Query
			want int
		}{
			"a client":           {message.Query{Client: sven.client}, clients[sven.client]},
			"words of a client":  {message.Query{Text: "SONS ode"}, clients[sven.client]},
			"an address":         {message.Query{Text: "sven@ode"}, clients[sven.client]},
			"two people":         {message.Query{Text: "sven imogen"}, 0},
			"a person":           {message.Query{Person: imogen.holder.Recipient}, clients[imogen.client]},
			"a person, no more":  {message.Query{Person: uuid.New()}, 0},
			"a kind":             {message.Query{Kind: app.MailBatchNotice}, 2},
			"texts":              {message.Query{Channel: message.Text}, 0},
			"what has failed":    {message.Query{States: []message.State{message.Failed, message.Refused}}, 2},
			"a pattern as it is": {message.Query{Text: "%"}, len(all)}, // no word at all
		} {
			if got := find(c.q); got != c.want {
				t.Errorf("%s: %d messages, want %d of %d", what, got, c.want, len(all))
			}
		}
		var paged []string
		for after, first := "", true; first || after != ""; first = false {
			rows, next, err := postgres.MessageList{DB: h.db}.Messages(t.Context(), h.firm, message.Query{Limit: 2, After: after})
			if err != nil || len(rows) > 2 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			for _, m := range rows {
				paged = append(paged, m.Key)
			}
			after = next
		}
		keys := make([]string, len(all))
		for i, m := range all {
			keys[i] = m.Key
		}
		if !slices.Equal(paged, keys) || len(keys) < 8 {
			t.Errorf("page by page: %q\nat once: %q", paged, keys)
		}
		if !slices.IsSortedFunc(all, func(a, b message.Row) int { return b.CreatedAt.Compare(a.CreatedAt) }) {
			t.Error("the newest is not the first")
		}
		for _, cursor := range []string{"x", "!", "MjAyNg"} {
			if _, _, err := (postgres.MessageList{DB: h.db}).Messages(t.Context(), h.firm, message.Query{After: cursor}); err == nil {
				t.Errorf("cursor %q was taken", cursor)
			}
		}
	})
	t.Run("of a contact also what went to recipients of links at their address", func(t *testing.T) { ledgerOfContact(t, h, imogen) })
	t.Run("of one practice, and of own clients", func(t *testing.T) {
		list := postgres.MessageList{DB: h.db}
		if rows, _, err := list.Messages(t.Context(), h.found(t), message.Query{}); err != nil || len(rows) > 0 {
			t.Errorf("another practice sees %d, %v", len(rows), err)
		}
		limited := accountapp.Staff{ID: bert, Firm: h.firm, Role: account.Assigned}.Limited(t.Context())
		rows, _, err := list.Messages(limited, h.firm, message.Query{})
		if err != nil || len(rows) == 0 || slices.ContainsFunc(rows, func(m message.Row) bool { return m.Client != sven.client || m.PersonName == "" }) {
			t.Errorf("bert sees %+v, %v", rows, err)
		}
		if n := len(h.ledger(t, mail(sven))); n != len(rows) {
			t.Errorf("bert sees %d of %d", len(rows), n)
		}
		for _, q := range []message.Query{mail(imogen), {Text: "imogen"}, {Person: imogen.holder.Recipient}} {
			if rows, _, err := list.Messages(limited, h.firm, q); err != nil || len(rows) > 0 {
				t.Errorf("bert finds %d messages of ann's client by %+v, %v", len(rows), q, err)
			}
		}
	})
	t.Run("holds neither words nor addresses", func(t *testing.T) {
		var text string
		if err := h.db.Work.QueryRow(t.Context(), `SELECT string_agg(to_jsonb(f)::text, E'\n') FROM es.effects f`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if looksPersonal(text) || strings.Contains(text, "Sven") || strings.Contains(text, "statement") || strings.Contains(text, "moved") {
			t.Errorf("the rows hold personal text:\n%s", text)
		}
	})
}

// S4.4: an invitation by both ways is two messages, found on the person, each with a fate of its own. One that is held
// says until when (T5).
func TestLedgerOfContacts(t *testing.T) {
	t.Parallel()
	i := newInvited(t)
	world := newOutside()
	world.perform = func(_ context.Context, e es.Effect) error {
		if strings.HasPrefix(e.Kind, "sms.") && e.Args.Generation == 1 {
			return &es.RefusedError{Code: "21610"}
		}
		return nil
	}
	i.posted(t, world)
	ida, olav := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	for id, given := range map[uuid.UUID]string{ida: "Ida", olav: "Olav"} {
		r, err := (contactapp.Commands{Events: i.store}).Add(t.Context(), contactapp.Add{By: i.by(), ID: id, Details: contact.Entry{Given: given, Family: "Berg", Email: given + "@berg.example"}})
		i.did(t)(r, err)
		i.shown(t, r.Position)
	}
	until := time.Now().Add(time.Hour)
	i.send(t, ida, func(s *inviteapp.Send) { s.Channels = invite.ByBoth })
	i.send(t, olav, func(s *inviteapp.Send) { s.HoldUntil = until })

	of := func(who uuid.UUID, c message.Channel) message.Query { return message.Query{Person: who, Channel: c} }
	for c, want := range map[message.Channel]message.State{message.Mail: message.HandedOver, message.Text: message.Refused} {
		m := i.in(t, of(ida, c), want)
		if m.Sort != message.Contact || m.PersonName != "Ida Berg" || m.Channel() != c || m.Stream != invite.Stream(ida) || m.Causes[0].Type != "invite.sent" || m.Client != uuid.Nil {
			t.Errorf("%+v", m)
		}
	}
	if m := i.in(t, of(olav, ""), message.Held); m.HeldUntil.Before(until) || m.PersonName != "Olav Berg" {
		t.Errorf("%+v", m)
	}
	for text, want := range map[string]int{"berg": 3, "IDA": 2, "olav@berg": 1, "farrow": 0} {
		if n := len(i.ledger(t, message.Query{Text: text})); n != want {
			t.Errorf("%q finds %d messages, want %d", text, n, want)
		}
	}
	if rows := i.ledger(t, message.Query{Channel: message.Text, States: []message.State{message.Refused}}); len(rows) != 1 || rows[0].Code != "21610" {
		t.Errorf("%+v", rows)
	}
	limited := accountapp.Staff{ID: uuid.New(), Firm: i.firm, Role: account.Assigned}.Limited(t.Context())
	if rows, _, err := (postgres.MessageList{DB: i.db}).Messages(limited, i.firm, message.Query{}); err != nil || len(rows) > 0 {
		t.Errorf("somebody without clients sees %d messages, %v", len(rows), err)
	}
	count := func() int {
		n, err := postgres.MessageList{DB: i.db}.TextsOfADay(t.Context())
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if n := count(); n != 0 {
		t.Errorf("%d texts have left, and the one was refused", n)
	}
	i.send(t, ida, func(s *inviteapp.Send) { s.Channels = invite.ByText })
	within(t, soon, "the text is counted", func() bool { return count() == 1 })
}

// The ledger of many messages is read by its index, whatever page of it, and whoever may see it.
func TestLedgerOfMany(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, 0)
	mustExec(t, h.db.Work, `
		INSERT INTO es.effects (key, firm_no, kind, stream_id, args, state, person_id, causes, created_at)
		SELECT 'mail.upload_link/' || i, $1, 'mail.upload_link', $2, '{}', 'done', $3, '{1}', now() - i * interval '1 second' FROM generate_series(1, 20000) i`,
		h.firm, u.id, u.holder.Recipient)
	mustExec(t, h.db.Work, `
		INSERT INTO es.effects (key, firm_no, kind, stream_id, args, state, created_at)
		SELECT 'scan.file/' || i, $1 + i % 2, 'scan.file', $2, '{}', 'done', now() - i * interval '1 second' FROM generate_series(1, 20000) i`, h.firm, u.id)
	mustExec(t, h.db.Work, `ANALYZE es.effects`)
	list := postgres.MessageList{DB: h.db}
	rows, next, err := list.Messages(t.Context(), h.firm, message.Query{})
	if err != nil || len(rows) != 50 || next == "" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for what, q := range map[string]message.Query{"the first page": {}, "the next page": {After: next}, "a person": {Person: uuid.New()}, "a client": {Client: uuid.New()}, "a word": {Text: "zebra"}} {
		for _, only := range []string{"", uuid.NewString()} {
			if plan := h.plan(t, only, q); strings.Contains(plan, "Seq Scan on effects") {
				t.Errorf("%s, limited to %q:\n%s", what, only, plan)
			}
		}
	}
}

func (h *house) plan(t *testing.T, only string, q message.Query) (plan string) {
	t.Helper()
	sql, args, err := postgres.MessagesSQL(h.firm, q)
	if err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(t.Context(), h.db.App, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT set_config('portico.firm', $1, true), set_config('portico.limited_to', $2, true)`, fmt.Sprint(h.firm), only); err != nil {
			return err
		}
		rows, err := tx.Query(t.Context(), `EXPLAIN `+sql, args...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
