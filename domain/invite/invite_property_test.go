package invite_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// Whatever the practice, the person, the mail server and the clock do, in whatever order:
//
//   - somebody is in exactly from an acceptance to the next removal;
//   - one secret at most opens anything, and it is that of the newest sending that stands; none after a removal, none
//     that has expired, been withdrawn or gone to another address;
//   - a secret that was accepted with an account opens nothing more;
//   - sendings are numbered without gaps, a job sends once, and each outcome is recorded once;
//   - a late alarm makes no difference to anybody (U6), and time alone has something to say exactly from Wake on.
func TestInviteProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var i state
		var history []ev
		now, to := noon, person
		seen := map[any]bool{}
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, time.Hour, 9 * 24 * time.Hour}).Draw(rt, "later"))
			decide := drawDecision(rt, len(sendings(history)), &to, now)
			before := event.Fold(state{}, history...)
			events, err := decide(i)
			if !reflect.DeepEqual(before, i) {
				rt.Fatal("the decision changed its state")
			}
			rung, errRung := decide(event.Fold(event.Fold(state{}, history...), i.Elapse(now)...))
			if !errors.Is(err, errRung) && err != errRung || err == nil && !reflect.DeepEqual(withoutExpiry(events), withoutExpiry(rung)) {
				rt.Fatalf("with the alarm on time %v, %v; without %v, %v", rung, errRung, events, err)
			}
			if err != nil && len(events) > 0 {
				rt.Fatalf("refused with %v, and yet %v", err, events)
			}
			for _, e := range events {
				if key := onceOnly(e); key != nil {
					if seen[key] {
						rt.Fatalf("recorded twice: %+v", e)
					}
					seen[key] = true
				}
			}
			i, history = event.Fold(i, events...), append(history, events...)
			checkInvariants(rt, i, history, now)
			checkInvariants(rt, i, history, now.Add(30*24*time.Hour)) // no alarm has rung by then
		}
	})
}

func drawDecision(rt *rapid.T, sendings int, to *invite.Person, now time.Time) decision {
	nth := rapid.IntRange(0, sendings+1).Draw(rt, "nth")
	switch rapid.SampledFrom([]string{"send", "send", "take back", "open", "accept", "accept", "withdraw", "remove", "move", "record", "elapse"}).Draw(rt, "what") {
	case "send":
		s := sending(func(s *invite.Sending) {
			s.To, s.ExpiresAt = *to, now.Add(30*24*time.Hour)
			s.Access = rapid.SampledFrom([]invite.Access{invite.ByAccount, invite.ByLink}).Draw(rt, "access")
			s.Channels = rapid.SampledFrom([]invite.Channels{invite.ByEmail, invite.ByText, invite.ByBoth, invite.ByNone}).Draw(rt, "channels")
			s.Client = rapid.SampledFrom([]uuid.UUID{acme, globex, {}}).Draw(rt, "client")
			if rapid.Bool().Draw(rt, "held") {
				s.HoldUntil = now.Add(30 * time.Second)
			}
			if rapid.IntRange(0, 3).Draw(rt, "bulk") == 0 {
				s.Job = id(byte(100 + rapid.IntRange(0, 3).Draw(rt, "job")))
			}
		})
		return func(i state) ([]ev, error) { return i.Send(s, now) }
	case "take back":
		return takeBack(nth, now)
	case "open":
		return open(nth, now)
	case "accept":
		return accept(nth, now)
	case "withdraw":
		return withdraw(now)
	case "remove":
		return remove(now)
	case "move":
		to.Email = rapid.SampledFrom([]string{"ida@example.org", "other@example.org"}).Draw(rt, "email")
		to.Phone = rapid.SampledFrom([]string{"+4791234567", "+4790000000"}).Draw(rt, "phone")
		return void(*to, now)
	case "record":
		return record(invite.Outcome{
			Nth: nth, Channel: rapid.SampledFrom([]invite.Channel{invite.Email, invite.Text}).Draw(rt, "channel"),
			What: invite.OutcomeKind(rapid.IntRange(1, 4).Draw(rt, "outcome")),
		}, now)
	}
	return func(i state) ([]ev, error) { return i.Elapse(now), nil }
}

// onceOnly names what may be recorded once, nil for what may come again.
func onceOnly(e ev) any {
	switch e := e.(type) {
	case invite.Sent:
		return [2]any{"sent", e.Nth}
	case invite.TakenBack, invite.HandedOver, invite.Delivered, invite.Bounced, invite.GaveUp, invite.Opened, invite.Accepted,
		invite.Expired, invite.Withdrawn, invite.Voided:
		v := reflect.ValueOf(e)
		key := [3]any{e.EventType(), v.FieldByName("Nth").Interface()}
		if c := v.FieldByName("Channel"); c.IsValid() {
			key[2] = c.Interface()
		}
		return key
	}
	return nil
}

func withoutExpiry(events []ev) []ev {
	return append([]ev{}, slices.DeleteFunc(slices.Clone(events), func(e ev) bool { _, ok := e.(invite.Expired); return ok })...) // none is none
}

func sendings(history []ev) (all []invite.Sent) {
	for _, e := range history {
		if s, ok := e.(invite.Sent); ok {
			all = append(all, s)
		}
	}
	return all
}

// checkInvariants holds the state against what the history says in so many words.
func checkInvariants(rt *rapid.T, i state, history []ev, now time.Time) {
	var in invite.Access
	ended, jobs := map[int]string{}, map[uuid.UUID]int{}
	all := sendings(history)
	removedAt := 0
	sent := 0
	for _, e := range history {
		switch e := e.(type) {
		case invite.Accepted:
			in, ended[e.Nth] = e.Access, "accepted"
		case invite.AccessRemoved:
			in, removedAt = "", sent
		case invite.TakenBack:
			ended[e.Nth] = "taken back"
		case invite.Expired:
			ended[e.Nth] = "expired"
		case invite.Withdrawn:
			ended[e.Nth] = "withdrawn"
		case invite.Voided:
			ended[e.Nth] = "voided"
		case invite.Sent:
			sent++
			jobs[e.Job]++
		case invite.Told:
			jobs[e.Job]++
		}
	}
	access, err := i.MayEnter()
	if (err == nil) != (in != "") || access != in {
		rt.Fatalf("in by %q, and may enter by %q: %v", in, access, err)
	}
	for job, n := range jobs {
		if job != uuid.Nil && n > 1 {
			rt.Fatalf("job %s asked %d times", job, n)
		}
	}
	current := len(all)
	for current > 0 && ended[current] == "taken back" {
		current--
	}
	for n := range len(all) + 2 {
		r, err := i.Holder(n, now)
		if n >= 1 && n <= len(all) && all[n-1].Nth != n {
			rt.Fatalf("sending %d has the number %d", n, all[n-1].Nth)
		}
		opens := n == current && n > 0 && current > removedAt && in != invite.ByAccount &&
			(ended[n] == "accepted" || ended[n] == "" && now.Before(all[n-1].ExpiresAt))
		if (err == nil) != opens || r.In != (opens && ended[n] == "accepted") {
			rt.Fatalf("the holder of sending %d of %d (%q, in by %q) gets %+v, %v", n, len(all), ended[n], in, r, err)
		}
	}
	wake, due := i.Wake(), i.Elapse(now)
	if (len(due) > 0) != (!wake.IsZero() && !now.Before(wake)) {
		rt.Fatalf("wakes at %s, and at %s time has caused %v", wake, now, due)
	}
	if after := event.Fold(event.Fold(state{}, history...), due...); len(after.Elapse(now)) > 0 {
		rt.Fatal("time has caused the same thing twice")
	}
}
