package invite_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	inviteapp "portico/app/invite"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

var (
	noon        = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ida, acme   = uuid.UUID{15: 1}, uuid.UUID{15: 2}
	staff       = es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 9}}}
	herself     = es.By{Firm: 1, Actor: event.Actor{Kind: event.Contact, ID: ida}}
	errStranger = errors.New("unknown")
)

// book is the contacts of practice 1.
type book map[uuid.UUID]inviteapp.Contact

func (b book) Contact(_ context.Context, firm int32, id uuid.UUID) (inviteapp.Contact, error) {
	if c, ok := b[id]; ok && firm == 1 {
		return c, nil
	}
	return inviteapp.Contact{}, errStranger
}

func fixture(t *testing.T) (*estest.Memory, inviteapp.Commands, book) {
	t.Helper()
	store := estest.NewMemory(noon)
	b := book{ida: {Person: invite.Person{Contact: ida, Given: "Ida", Name: "Ida Berg", Email: "ida@example.org"}}}
	return store, inviteapp.Commands{Events: es.Remember(store), Contacts: b}, b
}

func london(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func sending(t *testing.T) inviteapp.Send {
	return inviteapp.Send{By: staff, Contact: ida, Client: acme, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: london(t)}
}

// S3.1, S3.5 to S3.8, S3.i1, S3.i4: the whole way of one person, in and out.
func TestWayInAndOut(t *testing.T) {
	store, c, book := fixture(t)
	ok := func(r es.Result, err error) {
		t.Helper()
		if err != nil || r.Position == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if _, err := c.MayEnter(t.Context(), 1, ida); !errors.Is(err, invite.ErrNotIn) {
		t.Errorf("before all: %v", err)
	}
	ok(c.Send(t.Context(), sending(t)))
	first := store.Stream(invite.Stream(ida))[0].(invite.Sent)
	if want := time.Date(2026, 4, 1, 23, 0, 0, 0, time.UTC); !first.ExpiresAt.Equal(want) || first.Zone != "Europe/London" || first.Email.Text != "ida@example.org" || first.Client != acme {
		t.Errorf("sent %+v, want 30 days to the end of a day in London: %s", first, want)
	}
	if got := store.Alarm(invite.Stream(ida)); !got.Equal(first.ExpiresAt) {
		t.Errorf("the alarm stands at %s", got)
	}
	ok(c.Record(t.Context(), inviteapp.Record{By: staff, Contact: ida, Outcome: invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasBounced, Code: "550"}}))
	book[ida] = inviteapp.Contact{Person: invite.Person{Contact: ida, Given: "Ida", Name: "Ida Berg", Email: "ida@example.net"}}
	ok(c.Void(t.Context(), staff, ida))
	if _, err := c.Holder(t.Context(), 1, ida, 1); !errors.Is(err, invite.ErrVoided) {
		t.Errorf("the old address: %v", err)
	}
	ok(c.Resend(t.Context(), inviteapp.Resend{By: staff, Contact: ida, Zone: london(t)}))
	if r, err := c.Void(t.Context(), staff, ida); err != nil || r.Position != 0 {
		t.Errorf("what went to the new address was voided: %+v, %v", r, err)
	}
	ok(c.Open(t.Context(), inviteapp.Open{By: herself, Contact: ida, Nth: 2}))
	ok(c.Accept(t.Context(), inviteapp.Accept{By: herself, Contact: ida, Nth: 2, From: "192.0.2.1"}))
	if access, err := c.MayEnter(t.Context(), 1, ida); err != nil || access != invite.ByAccount {
		t.Errorf("accepted: %q, %v", access, err)
	}
	if _, err := c.MayEnter(t.Context(), 2, ida); !errors.Is(err, invite.ErrNotIn) {
		t.Errorf("another practice's portal: %v", err)
	}
	ok(c.RemoveAccess(t.Context(), inviteapp.RemoveAccess{By: staff, Contact: ida, Reason: "moved away"}))
	if _, err := c.MayEnter(t.Context(), 1, ida); !errors.Is(err, invite.ErrRemoved) {
		t.Errorf("removed: %v", err)
	}
	ok(c.Send(t.Context(), sending(t)))
	ok(c.Withdraw(t.Context(), inviteapp.Withdraw{By: staff, Contact: ida}))
	for _, r := range store.Log() {
		if r.Meta.Actor == (event.Actor{}) {
			t.Errorf("%s by %+v", r.Event.EventType(), r.Meta.Actor)
		}
	}
}

// S3.i23: an archived client's people are invited neither for the first time nor again; nobody's client can be.
func TestSendForAnArchivedClient(t *testing.T) {
	_, c, _ := fixture(t)
	archived := map[uuid.UUID]bool{}
	c.Inactive = func(_ context.Context, firm int32, contact, client uuid.UUID) (bool, error) {
		if firm != 1 || contact != ida {
			t.Errorf("asked for %s of practice %d", contact, firm)
		}
		return archived[client], nil
	}
	if _, err := c.Send(t.Context(), sending(t)); err != nil {
		t.Fatal(err)
	}
	archived[acme] = true
	if _, err := c.Send(t.Context(), sending(t)); !errors.Is(err, invite.ErrInactive) {
		t.Errorf("invited: %v", err)
	}
	if _, err := c.Resend(t.Context(), inviteapp.Resend{By: staff, Contact: ida, Zone: london(t)}); !errors.Is(err, invite.ErrInactive) {
		t.Errorf("invited again: %v", err)
	}
	loose := sending(t)
	loose.Client = uuid.Nil
	if _, err := c.Send(t.Context(), loose); err != nil {
		t.Errorf("somebody who is no client (S3.9): %v", err)
	}
	c.Inactive = func(context.Context, int32, uuid.UUID, uuid.UUID) (bool, error) { return false, errStranger }
	if _, err := c.Send(t.Context(), sending(t)); !errors.Is(err, errStranger) {
		t.Errorf("nobody knows: %v", err)
	}
}

func TestSendToAStranger(t *testing.T) {
	store, c, _ := fixture(t)
	cmd := sending(t)
	cmd.Contact = acme
	if _, err := c.Send(t.Context(), cmd); !errors.Is(err, errStranger) {
		t.Errorf("%v", err)
	}
	cmd = sending(t)
	cmd.By.Firm = 2
	if _, err := c.Send(t.Context(), cmd); !errors.Is(err, errStranger) {
		t.Errorf("another practice's contact: %v", err)
	}
	if len(store.Log()) != 0 {
		t.Errorf("recorded %+v", store.Log())
	}
}

// T5: a hold, and within it the way back.
func TestTakeBack(t *testing.T) {
	store, c, _ := fixture(t)
	cmd := sending(t)
	cmd.HoldUntil = noon.Add(30 * time.Second)
	if _, err := c.Send(t.Context(), cmd); err != nil {
		t.Fatal(err)
	}
	store.SetNow(noon.Add(29 * time.Second))
	if _, err := c.TakeBack(t.Context(), inviteapp.TakeBack{By: staff, Contact: ida, Nth: 1}); err != nil {
		t.Error(err)
	}
	if _, err := c.Send(t.Context(), cmd); err != nil {
		t.Fatal(err)
	}
	store.SetNow(noon.Add(30 * time.Second))
	if _, err := c.TakeBack(t.Context(), inviteapp.TakeBack{By: staff, Contact: ida, Nth: 2}); !errors.Is(err, invite.ErrLeft) {
		t.Errorf("after the hold: %v", err)
	}
}

// The stream decides races: of an acceptance, a removal, a withdrawal and a newer sending at once, each is decided on what
// was before it, and whatever the order, the person is in exactly if their acceptance came before what ends it.
func TestRaces(t *testing.T) {
	for round := range 200 {
		store, c, _ := fixture(t)
		link := sending(t)
		link.Access = invite.ByLink
		if _, err := c.Send(t.Context(), link); err != nil {
			t.Fatal(err)
		}
		other := inviteapp.Commands{Events: store, Contacts: c.Contacts} // another process: nothing is remembered between them
		var wg sync.WaitGroup
		var refusals sync.Map
		for i, do := range []func(inviteapp.Commands) error{
			func(c inviteapp.Commands) error {
				_, err := c.Accept(t.Context(), inviteapp.Accept{By: herself, Contact: ida, Nth: 1})
				return err
			},
			func(c inviteapp.Commands) error {
				_, err := c.RemoveAccess(t.Context(), inviteapp.RemoveAccess{By: staff, Contact: ida})
				return err
			},
			func(c inviteapp.Commands) error {
				_, err := c.Withdraw(t.Context(), inviteapp.Withdraw{By: staff, Contact: ida})
				return err
			},
			func(c inviteapp.Commands) error {
				_, err := c.Resend(t.Context(), inviteapp.Resend{By: staff, Contact: ida, Zone: london(t)})
				return err
			},
		} {
			wg.Go(func() {
				use := c
				if (round+i)%2 == 0 {
					use = other
				}
				if err := do(use); err != nil {
					refusals.Store(i, err)
				}
			})
		}
		wg.Wait()
		var i invite.Invite
		in := false
		for _, e := range store.Stream(invite.Stream(ida)) {
			switch e := e.(type) {
			case invite.Accepted:
				in = true
				if right, err := i.Holder(e.Nth, noon); err != nil || right.In {
					t.Fatalf("accepted although %v", err)
				}
			case invite.AccessRemoved:
				if !in {
					t.Fatal("the access of somebody who was not in was removed")
				}
				in = false
			}
			i = i.Apply(e.(invite.Event))
		}
		_, err := c.MayEnter(t.Context(), 1, ida)
		if (err == nil) != in {
			t.Fatalf("in %t, may enter: %v", in, err)
		}
		if err, ok := refusals.Load(0); !in && !ok && !errors.Is(errOf(c, t), invite.ErrRemoved) {
			t.Fatalf("an acceptance that counted for nothing was not refused: %v", err)
		}
	}
}

func errOf(c inviteapp.Commands, t *testing.T) error {
	_, err := c.MayEnter(t.Context(), 1, ida)
	return err
}

// S5.i3, S3.i6: the same form twice is one sending, and so is the same job.
func TestOnce(t *testing.T) {
	store, c, _ := fixture(t)
	cmd := sending(t)
	cmd.By.Command = uuid.UUID{15: 77}
	for range 2 {
		if _, err := c.Send(t.Context(), cmd); err != nil {
			t.Fatal(err)
		}
	}
	cmd.By.Command, cmd.Job, cmd.Again = uuid.Nil, uuid.UUID{15: 78}, true
	for range 3 {
		if _, err := c.Send(t.Context(), cmd); err != nil {
			t.Fatal(err)
		}
	}
	var kinds []string
	for _, e := range store.Stream(invite.Stream(ida)) {
		kinds = append(kinds, e.EventType())
	}
	if want := []string{"invite.sent", "invite.sent"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("recorded %v", kinds)
	}
}
