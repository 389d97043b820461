package postgres_test

import (
	"context"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	app "portico/app/invite"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// people are contacts for invitations: each has an address of its own, and a number.
type people struct{}

func (people) Contact(_ context.Context, _ int32, id uuid.UUID) (app.Contact, error) {
	return app.Contact{Person: invite.Person{Contact: id, Given: "Ida", Name: "Ida Berg", Email: id.String()[30:] + "@example.org", Phone: "+4791234567"}}, nil
}

// invited is a house with invitations.
type invited struct {
	*house
	cmd  app.Commands
	list postgres.InviteList
	last int64
}

func newInvited(t *testing.T) *invited {
	h := newHouse(t)
	h.run(t)
	return &invited{house: h, cmd: app.Commands{Events: h.store, Contacts: people{}}, list: postgres.InviteList{DB: h.db}}
}

func (i *invited) send(t *testing.T, contact uuid.UUID, change ...func(*app.Send)) {
	t.Helper()
	cmd := app.Send{By: i.by(), Contact: contact, Channels: invite.ByEmail, Access: invite.ByAccount, Message: "Welcome", Zone: time.UTC}
	for _, f := range change {
		f(&cmd)
	}
	r, err := i.cmd.Send(t.Context(), cmd)
	i.did(t)(r, err)
}

func (i *invited) did(t *testing.T) func(es.Result, error) {
	return func(r es.Result, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		i.last = max(i.last, r.Position)
	}
}

func (i *invited) record(t *testing.T, contact uuid.UUID, c invite.Channel, what invite.OutcomeKind) {
	t.Helper()
	r, err := i.cmd.Record(t.Context(), app.Record{By: i.by(), Contact: contact, Outcome: invite.Outcome{Nth: 1, Channel: c, What: what, Code: "550", Detail: "no such user"}})
	i.did(t)(r, err)
}

func (i *invited) row(t *testing.T, contact uuid.UUID) app.Row {
	t.Helper()
	i.shown(t, i.last)
	row, err := i.list.Invite(t.Context(), i.firm, contact)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// S3.6, S3.i1, S5.i1: each state with its time, and another practice sees none of it.
func TestInviteStates(t *testing.T) {
	i := newInvited(t)
	accept := func(t *testing.T, c uuid.UUID) {
		r, err := i.cmd.Accept(t.Context(), app.Accept{By: i.by(), Contact: c, Nth: 1, From: "192.0.2.1"})
		i.did(t)(r, err)
	}
	for name, c := range map[string]struct {
		do    func(t *testing.T, c uuid.UUID)
		state app.State
		check func(app.Row) bool
	}{
		"nothing": {func(*testing.T, uuid.UUID) {}, app.NotInvited, func(r app.Row) bool { return r.Count == 0 && !r.In }},
		"sent": {func(t *testing.T, c uuid.UUID) { i.send(t, c) }, app.Sent, func(r app.Row) bool {
			return r.Count == 1 && r.Nth == 1 && !r.SentAt.IsZero() && r.Message == "Welcome" && r.Email != "" && r.Zone == "UTC"
		}},
		"given without a mail (I4)": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c, func(s *app.Send) { s.Channels = invite.ByNone })
		}, app.Given, func(r app.Row) bool {
			return r.HandedOverAt.IsZero() && r.HoldUntil.IsZero() && r.ExpiresAt.Sub(r.SentAt) > 360*24*time.Hour && r.Email != ""
		}},
		"given, and mailed with a task": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c, func(s *app.Send) { s.Channels = invite.ByNone })
			i.record(t, c, invite.Email, invite.WasHandedOver)
		}, app.Sent, func(r app.Row) bool { return !r.HandedOverAt.IsZero() }},
		"holding": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c, func(s *app.Send) { s.HoldUntil = time.Now().Add(10 * time.Minute) })
		}, app.Holding, func(r app.Row) bool { return !r.HoldUntil.IsZero() }},
		"taken back": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c, func(s *app.Send) { s.HoldUntil = time.Now().Add(10 * time.Minute) })
			r, err := i.cmd.TakeBack(t.Context(), app.TakeBack{By: i.by(), Contact: c, Nth: 1})
			i.did(t)(r, err)
		}, app.NotInvited, func(r app.Row) bool { return r.Count == 0 }},
		"delivered": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c)
			i.record(t, c, invite.Email, invite.WasHandedOver)
			i.record(t, c, invite.Email, invite.WasDelivered)
		}, app.Delivered, func(r app.Row) bool { return !r.HandedOverAt.IsZero() && !r.DeliveredAt.IsZero() }},
		"bounced": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c)
			i.record(t, c, invite.Email, invite.WasHandedOver)
			i.record(t, c, invite.Email, invite.WasBounced)
		}, app.Bounced, func(r app.Row) bool { return r.BounceCode == "550" && r.BounceDetail == "no such user" }},
		"one of two channels failed (S4.i2)": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c, func(s *app.Send) { s.Channels = invite.ByBoth })
			i.record(t, c, invite.Email, invite.WasBounced)
		}, app.Sent, func(r app.Row) bool { return !r.BouncedAt.IsZero() }},
		"both channels failed (S4.i2)": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c, func(s *app.Send) { s.Channels = invite.ByBoth })
			i.record(t, c, invite.Email, invite.WasBounced)
			i.record(t, c, invite.Text, invite.WasGivenUp)
		}, app.Bounced, func(app.Row) bool { return true }},
		"opened": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c)
			r, err := i.cmd.Open(t.Context(), app.Open{By: i.by(), Contact: c, Nth: 1})
			i.did(t)(r, err)
		}, app.Opened, func(r app.Row) bool { return !r.OpenedAt.IsZero() }},
		"accepted": {func(t *testing.T, c uuid.UUID) { i.send(t, c); accept(t, c) }, app.Accepted, func(r app.Row) bool {
			return r.In && !r.AcceptedAt.IsZero()
		}},
		"withdrawn": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c)
			r, err := i.cmd.Withdraw(t.Context(), app.Withdraw{By: i.by(), Contact: c, Reason: "left"})
			i.did(t)(r, err)
		}, app.Withdrawn, func(r app.Row) bool { return !r.EndedAt.IsZero() }},
		"removed": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c)
			accept(t, c)
			r, err := i.cmd.RemoveAccess(t.Context(), app.RemoveAccess{By: i.by(), Contact: c})
			i.did(t)(r, err)
		}, app.Removed, func(r app.Row) bool { return !r.In && !r.RemovedAt.IsZero() && !r.AcceptedAt.IsZero() }}, // S5.i7
		"removed and invited again": {func(t *testing.T, c uuid.UUID) {
			i.send(t, c)
			accept(t, c)
			r, err := i.cmd.RemoveAccess(t.Context(), app.RemoveAccess{By: i.by(), Contact: c})
			i.did(t)(r, err)
			i.send(t, c)
		}, app.Sent, func(r app.Row) bool { return r.Nth == 2 && r.Count == 2 && !r.In && !r.AcceptedAt.IsZero() }},
	} {
		t.Run(name, func(t *testing.T) {
			contact := uuid.Must(uuid.NewV7())
			c.do(t, contact)
			row := i.row(t, contact)
			if row.State != c.state || row.Contact != contact || !c.check(row) {
				t.Errorf("%+v, want %q", row, c.state)
			}
			if other, err := i.list.Invite(t.Context(), i.firm+1, contact); err != nil || other.State != app.NotInvited || other.Count != 0 {
				t.Errorf("another practice sees %+v, %v", other, err)
			}
		})
	}
}

// U6: an expiry counts from its instant on, with or without the alarm, and its history says so once.
func TestInviteExpires(t *testing.T) {
	h := newHouse(t)
	h.project(t) // nobody rings alarms
	i := &invited{house: h, cmd: app.Commands{Events: h.store, Contacts: people{}}, list: postgres.InviteList{DB: h.db}}
	contact := uuid.Must(uuid.NewV7())
	past := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	sent := invite.Sent{
		Nth: 1, Contact: contact, Email: event.Of(contact, "ida@example.org"), Channels: invite.ByEmail, Access: invite.ByAccount, ExpiresAt: past, Zone: "UTC",
		At: past.Add(-time.Hour),
	}
	r, err := h.store.Append(t.Context(), es.Append{By: h.by(), Stream: invite.Stream(contact), Events: []event.Event{sent}, At: sent.At})
	i.did(t)(r, err)
	if row := i.row(t, contact); row.State != app.Expired || !row.EndedAt.Equal(past) {
		t.Errorf("%+v", row)
	}
	expiries := func() (n int) {
		life, err := i.list.Life(t.Context(), h.firm, contact)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range life {
			if l.What == app.LifeExpired && l.At.Equal(past) && l.Nth == 1 {
				n++
			}
		}
		return n
	}
	if n := expiries(); n != 1 {
		t.Errorf("without the alarm its history has %d expiries", n)
	}
	r, err = i.cmd.Open(t.Context(), app.Open{By: h.by(), Contact: contact, Nth: 1})
	if err == nil {
		t.Errorf("opened: %+v", r)
	}
	r, err = i.cmd.Withdraw(t.Context(), app.Withdraw{By: h.by(), Contact: contact})
	i.did(t)(r, err)
	if row := i.row(t, contact); row.State != app.Expired {
		t.Errorf("%+v", row)
	}
	if n := expiries(); n != 1 {
		t.Errorf("with it, %d", n)
	}
}

// S3.i6, S5.i8: the list by state, client and job, page by page; and the history with who did what.
func TestInvitesAreListed(t *testing.T) {
	i := newInvited(t)
	client, job := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	var all []uuid.UUID
	for n := range 5 {
		c := uuid.Must(uuid.NewV7())
		all = append(all, c)
		i.send(t, c, func(s *app.Send) {
			if n < 2 {
				s.Client = client
			}
			if n > 2 {
				s.Job = job
			}
		})
	}
	r, err := i.cmd.Accept(t.Context(), app.Accept{By: i.by(), Contact: all[0], Nth: 1})
	i.did(t)(r, err)
	i.row(t, all[0])
	for name, c := range map[string]struct {
		q    app.Query
		want int
	}{
		"all": {app.Query{}, 5}, "of a client": {app.Query{Client: client}, 2}, "of a job": {app.Query{Job: job}, 2},
		"accepted": {app.Query{State: app.Accepted}, 1}, "sent": {app.Query{State: app.Sent}, 4}, "of two people": {app.Query{Contacts: all[:2]}, 2},
		"accepted of a job": {app.Query{State: app.Accepted, Job: job}, 0},
	} {
		seen := map[uuid.UUID]bool{}
		for q := c.q; ; {
			q.Limit = 2
			rows, next, err := i.list.Invites(t.Context(), i.firm, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				seen[row.Contact] = true
			}
			if q.After = next; next == "" {
				break
			}
		}
		if len(seen) != c.want {
			t.Errorf("%s: %d rows, want %d", name, len(seen), c.want)
		}
		if rows, _, err := i.list.Invites(t.Context(), i.firm+1, c.q); err != nil || len(rows) != 0 {
			t.Errorf("%s: another practice sees %d, %v", name, len(rows), err)
		}
	}
	life, err := i.list.Life(t.Context(), i.firm, all[0])
	if err != nil || len(life) != 2 || life[0].What != app.LifeSent || life[0].Client != client || life[0].Until.IsZero() || life[1].What != app.LifeAccepted {
		t.Errorf("%+v, %v", life, err)
	}
	if life, err := i.list.Life(t.Context(), i.firm+1, all[0]); err != nil || len(life) != 0 {
		t.Errorf("another practice sees %+v, %v", life, err)
	}
}
