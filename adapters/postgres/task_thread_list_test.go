package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Who reads what of a thread, what is new to them, and how far others have read: S2.i5, S2.i13, T4.
func TestTaskThread(t *testing.T) {
	a := newAsked(t)
	threads := postgres.TaskThreads{DB: a.db}
	people := []uuid.UUID{a.ida, a.bo}
	staff := task.Who{Kind: event.Staff, ID: a.mary}
	id := a.assign(t, func(n *task.Assigning) { n.Audience = task.Audience{Contacts: []uuid.UUID{a.ida}} })
	say := func(text string, contact uuid.UUID, by task.Who, talk task.Talk) uuid.UUID {
		t.Helper()
		p := task.Posting{Message: newID(), Contact: contact, Text: text, Talk: talk, Via: task.ByPage}
		a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Post(p, people, by, now) })
		return p.Message
	}
	wrong := say("Wrong file", a.ida, a.by1(a.ida), task.Talk{})
	say("Late as ever", uuid.Nil, staff, task.Talk{Internal: true})
	say("For Ida", uuid.Nil, staff, task.Talk{With: a.ida})
	taken := say("Gone", a.ida, a.by1(a.ida), task.Talk{})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Edit(wrong, "The wrong file", nil, a.ida, a.by1(a.ida), now)
	})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Delete(taken, a.ida, a.by1(a.ida), now)
	})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Read(wrong, uuid.Nil, staff, now) })
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.AddContact(a.bo, task.FromNow, people, now)
	})
	say("In Ida's place", a.ida, task.Who{Kind: event.Staff, ID: a.mary, For: a.ida}, task.Talk{})
	a.seen(t)

	show := func(th app.Thread, err error) []string {
		t.Helper()
		lines := []string{fmt.Sprintf("unread %d", th.Unread)}
		for _, m := range th.Messages {
			lines = append(lines, fmt.Sprintf("%d %s by %s, new %t, edited %t, deleted %t, hand %t", m.N, m.Text, m.By.Kind, m.New, !m.EditedAt.IsZero(), !m.DeletedAt.IsZero(), m.Hand == a.mary))
		}
		for _, r := range th.Readers {
			lines = append(lines, fmt.Sprintf("%s has read %d", r.Who.Kind, r.Upto))
		}
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	expect := func(who string, got, want []string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s sees\n%q, want\n%q", who, got, want)
		}
	}
	expect("Mary", show(threads.Thread(t.Context(), a.firm, id, a.mary)), []string{
		"unread 1", "1 The wrong file by contact, new false, edited true, deleted false, hand false", "2 Late as ever by staff, new false, edited false, deleted false, hand false",
		"3 For Ida by staff, new false, edited false, deleted false, hand false", "4  by contact, new false, edited false, deleted true, hand false",
		"5 In Ida's place by contact, new true, edited false, deleted false, hand true",
	})
	expect("Ida", show(threads.ThreadOf(t.Context(), a.firm, id, a.ida)), []string{
		"unread 1", "1 The wrong file by contact, new false, edited true, deleted false, hand false", "3 For Ida by staff, new true, edited false, deleted false, hand false",
		"4  by contact, new false, edited false, deleted true, hand false", "5 In Ida's place by contact, new false, edited false, deleted false, hand true", "staff has read 1",
	})
	expect("Bo, who came later", show(threads.ThreadOf(t.Context(), a.firm, id, a.bo)), []string{
		"unread 1", "5 In Ida's place by contact, new true, edited false, deleted false, hand true", "staff has read 1",
	})
	expect("another practice", show(threads.Thread(t.Context(), a.firm+1, id, a.mary)), []string{"unread 0"})

	unread := func(kind event.ActorKind, who uuid.UUID) int {
		t.Helper()
		n, err := threads.Unread(t.Context(), a.firm, event.Actor{Kind: kind, ID: who}, []uuid.UUID{id, newID()})
		if err != nil || len(n) > 1 {
			t.Fatal(n, err)
		}
		return n[id]
	}
	if m, i, b := unread(event.Staff, a.mary), unread(event.Contact, a.ida), unread(event.Contact, a.bo); m != 1 || i != 1 || b != 1 {
		t.Errorf("unread: Mary %d, Ida %d, Bo %d", m, i, b)
	}
	last, err := threads.ThreadOf(t.Context(), a.firm, id, a.bo)
	if err != nil {
		t.Fatal(err)
	}
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.Read(last.Last(), a.bo, a.by1(a.bo), now)
	})
	a.do(t, id, func(s task.Task, now time.Time) ([]task.Event, error) {
		return s.SetAudience(task.Audience{All: true}, people, now)
	})
	a.seen(t)
	if n := unread(event.Contact, a.bo); n != 0 {
		t.Errorf("Bo has read everything, and has %d to read", n)
	}
	expect("Bo, of an audience that was stated anew", show(threads.ThreadOf(t.Context(), a.firm, id, a.bo))[1:3], []string{
		"1 The wrong file by contact, new false, edited true, deleted false, hand false", "4  by contact, new false, edited false, deleted true, hand false",
	})
	a.sameAsFresh(t)
}

// S4.1, S4.10: what was said with one contact, over all tasks, and the newest message of each.
func TestTalkWithContact(t *testing.T) {
	a := newAsked(t)
	threads := postgres.TaskThreads{DB: a.db}
	staff := task.Who{Kind: event.Staff, ID: a.mary}
	people := []uuid.UUID{a.ida, a.bo}
	say := func(on uuid.UUID, text string, contact uuid.UUID, by task.Who, talk task.Talk) uuid.UUID {
		t.Helper()
		p := task.Posting{Message: newID(), Contact: contact, Text: text, Talk: talk, Via: task.ByPage}
		a.do(t, on, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Post(p, people, by, now) })
		return p.Message
	}
	clients := clientapp.Commands{Events: a.store, Known: func(context.Context, int32, uuid.UUID) error { return nil }}
	for _, contact := range people {
		r, err := clients.LinkContact(t.Context(), clientapp.LinkContact{By: a.by(), Client: a.acme, Contact: contact})
		if err != nil {
			t.Fatal(err)
		}
		a.last = max(a.last, r.Position)
	}
	ledger := a.assign(t, func(n *task.Assigning) { n.Title = "Ledger" })
	bank := a.assign(t, func(n *task.Assigning) { n.Title, n.Audience = "Bank", task.Audience{Contacts: []uuid.UUID{a.bo}} })
	a.assign(t)
	one := say(ledger, "One", a.ida, a.by1(a.ida), task.Talk{})
	say(ledger, "Between us", uuid.Nil, staff, task.Talk{Internal: true})
	say(ledger, "For Bo", uuid.Nil, staff, task.Talk{With: a.bo})
	two := say(ledger, "Two", uuid.Nil, staff, task.Talk{With: a.ida})
	three := say(bank, "Three", a.bo, a.by1(a.bo), task.Talk{})
	a.do(t, bank, func(s task.Task, now time.Time) ([]task.Event, error) { return s.Read(three, uuid.Nil, staff, now) })
	a.seen(t)
	said := func(contact uuid.UUID, q app.SaidQuery) (texts []string) {
		t.Helper()
		found, err := threads.Said(t.Context(), a.firm, a.mary, contact, q)
		if err != nil {
			t.Error(err)
		}
		for _, m := range found {
			texts = append(texts, fmt.Sprintf("%s %s %t", m.Title, m.Text, m.New))
		}
		return texts
	}
	for _, c := range []struct {
		who  uuid.UUID
		q    app.SaidQuery
		want []string
	}{
		{a.ida, app.SaidQuery{}, []string{"Ledger Two false", "Ledger One true"}},
		{a.ida, app.SaidQuery{Before: two}, []string{"Ledger One true"}},
		{a.ida, app.SaidQuery{Before: one}, nil},
		{a.bo, app.SaidQuery{}, []string{"Bank Three false", "Ledger For Bo false", "Ledger One true"}},
		{a.bo, app.SaidQuery{Limit: 1}, []string{"Bank Three false"}},
		{a.mary, app.SaidQuery{}, nil},
	} {
		if got := said(c.who, c.q); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.q, got, c.want)
		}
	}
	if found, err := threads.Said(t.Context(), a.firm+1, a.mary, a.ida, app.SaidQuery{}); err != nil || len(found) != 0 {
		t.Errorf("another practice reads %+v, %v", found, err)
	}
	newest, err := threads.Newest(t.Context(), a.firm, event.Actor{Kind: event.Contact, ID: a.ida}, []uuid.UUID{ledger, bank})
	if err != nil || newest[ledger].ID != two || newest[ledger].Text != "Two" || !newest[ledger].New {
		t.Errorf("%+v, %v", newest, err)
	}
}
