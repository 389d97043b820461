package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"portico/app/account"
	"portico/app/es"
	firmapp "portico/app/firm"
	domainaccount "portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/reminder"
	"portico/domain/task"

	"github.com/google/uuid"
)

// BenchmarkReminders lets one slot come for PORTICO_BENCH_PEOPLE people at once, 20,000 by default, and kills the product, a
// process of its own, once in the middle. Each person has two tasks and gets exactly one mail, but for every tenth, whose
// access was removed, and every tenth, who has nothing to do any more: they get none. The mail server stalls for 5 s at each
// 500th mail. What was being sent when it was killed comes again when its lease is over, up to 2 minutes later, which the run
// includes.
func BenchmarkReminders(b *testing.B) {
	people := 20_000
	if text := os.Getenv("PORTICO_BENCH_PEOPLE"); text != "" {
		var err error
		if people, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	h, _, server := benchHouse(b)
	post := &strictPost{mails: map[string]map[string]int{}}
	node := &mortal{b: b, env: post.serve(b, server)}
	for b.Loop() {
		slot := time.Now().UTC().Add(2*time.Minute + time.Duration(people)*20*time.Millisecond).Truncate(time.Minute)
		by, whom := remindable(b, h, people, slot)
		began := time.Now()
		node.start()
		b.Cleanup(node.kill)
		ready := each(b, h, by.Firm, whom.all(), planned)
		b.ReportMetric(float64(people)/ready.Sub(began).Seconds(), "planned/s")
		if ready.After(slot) {
			b.Logf("planning was over %s after the slot: the run includes it", ready.Sub(slot))
		}
		waitFor(b, 30*time.Minute, func() bool { return post.people() > len(whom.reminded)/2 })
		node.kill()
		node.start()
		took := each(b, h, by.Firm, whom.all(), concluded).Sub(slot)
		b.ReportMetric(float64(len(whom.reminded))/took.Seconds(), "mailed/s")
		b.ReportMetric(took.Seconds(), "s/run")
		b.ReportMetric(float64(whom.judge(b, post)), "again-same-id")
	}
	b.ReportMetric(0, "ns/op")
}

// people are how many were mailed.
func (p *strictPost) people() int {
	p.Lock()
	defer p.Unlock()
	return len(p.mails)
}

// waitFor waits until something is so, and says when.
func waitFor(b *testing.B, limit time.Duration, so func() bool) time.Time {
	b.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		if so() {
			return time.Now()
		}
	}
	b.Fatal("it does not come to an end")
	return time.Time{}
}

// reminded are the people of the benchmark, by what is to become of their reminder.
type reminded struct{ reminded, removed, idle map[uuid.UUID]string }

// all are those for whom something is planned.
func (w reminded) all() (people []uuid.UUID) {
	return slices.AppendSeq(slices.Collect(maps.Keys(w.reminded)), maps.Keys(w.removed))
}

// each waits until something holds of the reminders of each of these people, and says when.
func each(b *testing.B, h *house, firm int32, people []uuid.UUID, holds func(reminder.Reminders) bool) time.Time {
	b.Helper()
	return waitFor(b, 30*time.Minute, func() bool {
		for ; len(people) > 0; people = people[1:] {
			r, _, _, err := es.State[reminder.Reminders, reminder.Event](b.Context(), h.store, firm, reminder.Stream(people[0]))
			if err != nil {
				b.Fatal(err)
			}
			if !holds(r) {
				return false
			}
		}
		return true
	})
}

func planned(r reminder.Reminders) bool   { return !r.Next().IsZero() || concluded(r) }
func concluded(r reminder.Reminders) bool { return !r.Upto().IsZero() }

// judge holds what the mail server has against who was to get a mail, and counts those that came again under the same id.
func (w reminded) judge(b *testing.B, post *strictPost) (again int) {
	b.Helper()
	post.Lock()
	defer post.Unlock()
	for _, address := range w.reminded {
		ids := post.mails[address]
		if len(ids) != 1 {
			b.Errorf("%s has %d reminders", address, len(ids))
		}
		for _, n := range ids {
			again += n - 1
		}
		delete(post.mails, address)
	}
	for address := range post.mails {
		b.Errorf("%s was to get none", address)
	}
	return again
}

// remindable founds a practice of so many clients with one person each, who have had two tasks since two days ago that are
// due at the day of slot. It is written as it would have been then.
func remindable(b *testing.B, h *house, people int, slot time.Time) (es.By, reminded) {
	b.Helper()
	ctx := b.Context()
	no, err := h.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		b.Fatal(err)
	}
	by := es.By{Firm: no, Actor: event.Actor{Kind: event.Staff, ID: demoID(1)}}
	if _, err := h.firms.Found(ctx, firmapp.Found{By: by, ID: demoID(0), Name: "Bench", Email: "a@bench.example", Zone: "UTC"}); err != nil {
		b.Fatal(err)
	}
	if err := h.account.AddStaff(ctx, account.AddStaff{ID: demoID(1), Firm: no, Email: "a@bench.example", Name: "Ann Bench", Role: domainaccount.Admin, Password: benchPassword}); err != nil {
		b.Fatal(err)
	}
	then, cadence := time.Now().Add(-48*time.Hour).Truncate(time.Millisecond), uuid.Must(uuid.NewV7())
	put := func(ctx context.Context, stream event.Stream, events ...event.Event) error {
		_, err := h.store.Append(ctx, es.Append{By: by, Stream: stream, Events: events, At: then})
		return err
	}
	err = put(ctx, reminder.RulesStream(demoID(0)),
		reminder.CadenceSaved{Cadence: reminder.Cadence{ID: cadence, Name: "Now", Days: []int{0}, Minute: slot.Hour()*60 + slot.Minute()}}, reminder.QuietSet{})
	if err != nil {
		b.Fatal(err)
	}
	whom := reminded{map[uuid.UUID]string{}, map[uuid.UUID]string{}, map[uuid.UUID]string{}}
	ids := make([]uuid.UUID, people)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
		group := whom.reminded
		switch i % 10 {
		case 3:
			group = whom.removed
		case 7:
			group = whom.idle
		}
		group[ids[i]] = fmt.Sprintf("p%d@people.example", i)
	}
	storm(b, people, 32, func(ctx context.Context, i int) error {
		of, who, address := uuid.Must(uuid.NewV7()), ids[i], fmt.Sprintf("p%d@people.example", i)
		personal := func(text string) event.Personal { return event.Of(who, text) }
		if err := put(ctx, contact.Stream(who), contact.Added{Details: contact.Details{Given: personal("Ida"), Family: personal("Berg"), Email: personal(address), Phone: personal("")}}); err != nil {
			return err
		}
		if err := put(ctx, client.Stream(of), client.Created{Name: event.Of(of, fmt.Sprintf("Client %05d", i)), Email: event.Of(of, ""), Sort: client.Company},
			client.ContactLinked{Contact: who, Rights: []client.Right{client.Tasks}, At: then}); err != nil {
			return err
		}
		in := []event.Event{
			invite.Sent{Nth: 1, Contact: who, Client: of, Name: personal("Ida Berg"), Email: personal(address), Phone: personal(""), Channels: invite.ByNone, Message: personal(""), Access: invite.ByAccount, ExpiresAt: then.AddDate(0, 0, 30), Zone: "UTC", At: then},
			invite.Accepted{Nth: 1, Access: invite.ByAccount, From: personal(""), At: then},
		}
		if _, removed := whom.removed[who]; removed {
			in = append(in, invite.AccessRemoved{Reason: personal(""), At: then})
		}
		if err := put(ctx, invite.Stream(who), in...); err != nil {
			return err
		}
		for range 2 {
			id := uuid.Must(uuid.NewV7())
			asked := []event.Event{task.Assigned{
				Client: of, Subject: of, Kind: task.ToDo, Title: event.Of(of, "Send the ledger"), Description: event.Of(of, ""), DueOn: slot.Format(time.DateOnly), Audience: task.Audience{All: true},
				Priority: task.Normal, Cadence: cadence, Series: id, Nth: 1, Zone: "UTC", At: then,
			}}
			if _, idle := whom.idle[who]; idle {
				asked = append(asked, task.Closed{Outcome: task.Completed, Reason: event.Of(of, ""), By: task.Who{Kind: event.Staff, ID: by.Actor.ID}, At: then})
			}
			if err := put(ctx, task.Stream(id), asked...); err != nil {
				return err
			}
		}
		return nil
	})
	return by, whom
}
