package invite_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/invite"

	"github.com/google/uuid"
)

type (
	state    = invite.Invite
	ev       = invite.Event
	scenario = eventtest.Scenario[state, ev]
	decision = func(state) ([]ev, error)
)

func given(t testing.TB, history ...ev) scenario { return eventtest.Given[state](t, history...) }

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

// Fixed ids and times. Ida is invited at noon on 2 March; the invitation lasts until the end of 1 April in London.
var (
	ida, acme, globex, job = id(1), id(2), id(3), id(4)
	mary                   = id(5) // of the practice
	noon                   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	expiry                 = time.Date(2026, 4, 1, 23, 0, 0, 0, time.UTC)
	person                 = invite.Person{Contact: ida, Given: "Ida", Name: "Ida Berg", Email: "ida@example.org", Phone: "+4791234567"}
)

func after(d time.Duration) time.Time { return noon.Add(d) }

// sending is what the practice chooses unless a test says otherwise.
func sending(change ...func(*invite.Sending)) invite.Sending {
	s := invite.Sending{
		To: person, Client: acme, Sender: mary, Channels: invite.ByEmail, Message: "Welcome", Access: invite.ByAccount, DueOn: "2026-03-20",
		ExpiresAt: expiry, Zone: "Europe/London",
	}
	for _, f := range change {
		f(&s)
	}
	return s
}

func send(now time.Time, change ...func(*invite.Sending)) decision {
	return func(i state) ([]ev, error) { return i.Send(sending(change...), now) }
}

// sent is what send records.
func sent(nth int, at time.Time, change ...func(*invite.Sent)) invite.Sent {
	e := invite.Sent{
		Nth: nth, Contact: ida, Client: acme, Sender: mary, Name: event.Of(ida, "Ida Berg"), Email: event.Of(ida, "ida@example.org"),
		Phone: event.Of(ida, "+4791234567"), Channels: invite.ByEmail, Message: event.Of(ida, "Welcome"), Access: invite.ByAccount,
		DueOn: "2026-03-20", ExpiresAt: expiry, Zone: "Europe/London", At: at,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func byLink(e *invite.Sent)    { e.Access = invite.ByLink }
func byBoth(e *invite.Sent)    { e.Channels = invite.ByBoth }
func byText(e *invite.Sent)    { e.Channels = invite.ByText }
func held(e *invite.Sent)      { e.HoldUntil = e.At.Add(30 * time.Second) }
func elsewhere(e *invite.Sent) { e.Email = event.Of(ida, "other@example.org") }
func ofJob(e *invite.Sent)     { e.Job = job }

func accepted(nth int, at time.Time) ev {
	return invite.Accepted{Nth: nth, Access: invite.ByAccount, From: event.Of(ida, "192.0.2.1"), At: at}
}

func acceptedByLink(nth int, at time.Time) ev {
	return invite.Accepted{Nth: nth, Access: invite.ByLink, From: event.Of(ida, "192.0.2.1"), At: at}
}

func removed(at time.Time) ev { return invite.AccessRemoved{Reason: event.Of(ida, "left"), At: at} }

func withdrawn(nth int, at time.Time) ev {
	return invite.Withdrawn{Nth: nth, Reason: event.Of(ida, "left"), At: at}
}

func accept(nth int, now time.Time) decision {
	return func(i state) ([]ev, error) { return i.Accept(nth, "192.0.2.1", now) }
}

func open(nth int, now time.Time) decision {
	return func(i state) ([]ev, error) { return i.Open(nth, now) }
}

func withdraw(now time.Time) decision {
	return func(i state) ([]ev, error) { return i.Withdraw(" left ", now) }
}

func remove(now time.Time) decision {
	return func(i state) ([]ev, error) { return i.RemoveAccess(" left ", now) }
}

func takeBack(nth int, now time.Time) decision {
	return func(i state) ([]ev, error) { return i.TakeBack(nth, now) }
}

func void(to invite.Person, now time.Time) decision {
	return func(i state) ([]ev, error) { return i.Void(to, now), nil }
}

func record(o invite.Outcome, now time.Time) decision {
	return func(i state) ([]ev, error) { return i.Record(o, now) }
}

// refused wants every secret's holder refused with its error, in the order of the sendings.
func refused(t *testing.T, s scenario, now time.Time, want ...error) {
	t.Helper()
	for n, err := range want {
		if _, got := s.State().Holder(n+1, now); !errors.Is(got, err) {
			t.Errorf("the holder of sending %d gets %v, want %v", n+1, got, err)
		}
	}
}

// Rules 1 to 4: S3.5, S4.4, S4.i2, S5.4, S5.i2.
func TestSend(t *testing.T) {
	given(t).When(send(noon)).Then(sent(1, noon))
	t.Run("what is typed is kept without what does not show", func(t *testing.T) {
		given(t).When(send(noon, func(s *invite.Sending) { s.Message = " Dear\r\nIda\u202e\x00 " })).
			Then(sent(1, noon, func(e *invite.Sent) { e.Message = event.Of(ida, "Dear\nIda") }))
	})
	t.Run("both channels need one of the two", func(t *testing.T) {
		given(t).When(send(noon, func(s *invite.Sending) { s.Channels, s.To.Phone = invite.ByBoth, "" })).
			Then(sent(1, noon, byBoth, func(e *invite.Sent) { e.Phone = event.Personal{} }))
		given(t).When(send(noon, func(s *invite.Sending) { s.Channels, s.To.Email = invite.ByBoth, "" })).
			Then(sent(1, noon, byBoth, func(e *invite.Sent) { e.Email = event.Personal{} }))
	})
	for name, c := range map[string]struct {
		change func(*invite.Sending)
		want   error
	}{
		"no first name":            {func(s *invite.Sending) { s.To.Given = " " }, invite.ErrName},
		"a mail without address":   {func(s *invite.Sending) { s.To.Email = "" }, invite.ErrNoEmail},
		"a text without number":    {func(s *invite.Sending) { s.Channels, s.To.Phone = invite.ByText, "" }, invite.ErrNoPhone},
		"both, and neither":        {func(s *invite.Sending) { s.Channels, s.To.Email, s.To.Phone = invite.ByBoth, "", "" }, invite.ErrUnreachable},
		"no channel":               {func(s *invite.Sending) { s.Channels = "pigeon" }, invite.ErrChannels},
		"no access":                {func(s *invite.Sending) { s.Access = "" }, invite.ErrAccess},
		"a message too long":       {func(s *invite.Sending) { s.Message = strings.Repeat("é", invite.MaxMessage+1) }, invite.ErrMessage},
		"a due date that is none":  {func(s *invite.Sending) { s.DueOn = "2026-02-30" }, invite.ErrDueOn},
		"an expiry now":            {func(s *invite.Sending) { s.ExpiresAt = noon }, invite.ErrExpiry},
		"an expiry in two years":   {func(s *invite.Sending) { s.ExpiresAt = noon.Add(2 * invite.MaxLife) }, invite.ErrExpiry},
		"no zone":                  {func(s *invite.Sending) { s.Zone = "" }, invite.ErrExpiry},
		"a hold of more than that": {func(s *invite.Sending) { s.HoldUntil = noon.Add(invite.MaxHold + 1) }, invite.ErrHold},
		"a hold beyond the expiry": {func(s *invite.Sending) { s.ExpiresAt, s.HoldUntil = after(time.Minute), after(time.Minute) }, invite.ErrHold},
	} {
		t.Run(name, func(t *testing.T) { given(t).When(send(noon, c.change)).ThenError(c.want) })
	}
	t.Run("a hold in the past is none", func(t *testing.T) {
		given(t).When(send(noon, func(s *invite.Sending) { s.HoldUntil = noon })).Then(sent(1, noon))
	})
	t.Run("not for ever", func(t *testing.T) {
		var all []ev
		for n := range invite.MaxSendings {
			all = append(all, sent(n+1, noon))
		}
		given(t, all...).When(send(noon)).ThenError(invite.ErrTooManySendings)
	})
}

// S3.i2, L2, S5.i3: each sending has a secret and a clock of its own.
func TestResend(t *testing.T) {
	later := expiry.AddDate(0, 0, 7)
	again := func(to invite.Person, now time.Time) decision {
		return func(i state) ([]ev, error) { return i.Resend(to, mary, false, later, "Europe/London", now) }
	}
	hour := after(time.Hour)
	want := sent(2, hour, func(e *invite.Sent) { e.ExpiresAt = later })
	resent := given(t, sent(1, noon)).When(again(person, hour)).Then(want)
	refused(t, resent, hour, invite.ErrReplaced, nil)
	if got := resent.State().Wake(); !got.Equal(later) {
		t.Errorf("wakes at %s, want the new expiry", got)
	}
	t.Run("also when it had expired, which is said first", func(t *testing.T) {
		late := expiry.Add(time.Hour)
		given(t, sent(1, noon)).When(again(person, late)).Then(invite.Expired{Nth: 1, At: expiry}, sent(2, late, func(e *invite.Sent) { e.ExpiresAt = later }))
	})
	t.Run("to another address, and the old one learns nothing of it (I6)", func(t *testing.T) {
		moved := person
		moved.Email = "other@example.org"
		s := given(t, sent(1, noon)).When(again(moved, hour)).Then(sent(2, hour, elsewhere, func(e *invite.Sent) { e.ExpiresAt = later }))
		refused(t, s, hour, invite.ErrVoided, nil)
	})
	t.Run("by text after a mail: the same person", func(t *testing.T) {
		refused(t, given(t, sent(1, noon), sent(2, hour, byText)), hour, invite.ErrReplaced, nil)
	})
	given(t).When(again(person, noon)).ThenError(invite.ErrNeverSent)
}

// S3.i23: nobody is invited through an archived client, neither for the first time nor again, nor told of it.
func TestInactive(t *testing.T) {
	archived := func(s *invite.Sending) { s.Inactive = true }
	given(t).When(send(noon, archived)).ThenError(invite.ErrInactive)
	given(t, sent(1, noon)).When(send(noon, archived)).ThenError(invite.ErrInactive)
	given(t, sent(1, noon), accepted(1, noon)).When(send(noon, archived, func(s *invite.Sending) { s.Client = globex })).ThenError(invite.ErrInactive)
	given(t, sent(1, noon)).When(func(i state) ([]ev, error) { return i.Resend(person, mary, true, expiry, "Europe/London", noon) }).ThenError(invite.ErrInactive)
	given(t, sent(1, noon, ofJob)).When(send(noon, archived, func(s *invite.Sending) { s.Job = job })).ThenNothing()
}

// T5: until the hold ends, a sending can be taken back.
func TestTakeBack(t *testing.T) {
	hold := after(30 * time.Second)
	before := hold.Add(-time.Millisecond)
	back := given(t, sent(1, noon, held)).When(takeBack(1, before)).Then(invite.TakenBack{Nth: 1, At: before})
	refused(t, back, before, invite.ErrNotFound)
	back.When(takeBack(1, before)).ThenNothing()
	back.When(send(before)).Then(sent(2, before)) // its number is not given again
	given(t, sent(1, noon, held)).When(takeBack(1, hold)).ThenError(invite.ErrLeft)
	given(t, sent(1, noon)).When(takeBack(1, noon)).ThenError(invite.ErrLeft)
	given(t, sent(1, noon, held), sent(2, noon)).When(takeBack(1, before)).ThenError(invite.ErrLeft)
	given(t, sent(1, noon, held), invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}).When(takeBack(1, before)).ThenError(invite.ErrLeft)
	given(t, sent(1, noon, held), invite.Opened{Nth: 1, At: noon}).When(takeBack(1, before)).ThenError(invite.ErrLeft)
	given(t).When(takeBack(1, noon)).ThenError(invite.ErrNotFound)

	t.Run("what was before it stands again", func(t *testing.T) {
		s := given(t, sent(1, noon), sent(2, after(time.Second), held), invite.TakenBack{Nth: 2, At: after(2 * time.Second)})
		refused(t, s, before, nil, invite.ErrNotFound)
		s.When(accept(1, before)).Then(accepted(1, before))
	})
	t.Run("also a removal", func(t *testing.T) {
		s := given(t, sent(1, noon), accepted(1, noon), removed(noon), sent(2, noon, held), invite.TakenBack{Nth: 2, At: noon})
		refused(t, s, noon, invite.ErrRemoved)
	})
}

// L1, S1.i19: looking is nothing, pressing is one event a sending.
func TestOpen(t *testing.T) {
	opened := given(t, sent(1, noon)).When(open(1, noon)).Then(invite.Opened{Nth: 1, At: noon})
	opened.When(open(1, after(time.Hour))).ThenNothing()
	given(t, sent(1, noon), invite.Opened{Nth: 1, At: noon}, sent(2, noon)).When(open(2, noon)).Then(invite.Opened{Nth: 2, At: noon})
	given(t, sent(1, noon)).When(open(1, expiry)).ThenError(invite.ErrExpired)
	given(t, sent(1, noon, byLink), acceptedByLink(1, noon)).When(open(1, noon)).ThenNothing() // in by a link: no invitation any more
}

// Rule 7: S3.14, S3.i3, S5.i7.
func TestAccept(t *testing.T) {
	last := expiry.Add(-time.Millisecond)
	in := given(t, sent(1, noon)).When(accept(1, last)).Then(accepted(1, last))
	if access, err := in.State().MayEnter(); err != nil || access != invite.ByAccount {
		t.Errorf("may enter: %q, %v", access, err)
	}
	if !in.State().Wake().IsZero() {
		t.Error("somebody who is in has a deadline")
	}
	t.Run("not from the moment it expires", func(t *testing.T) {
		given(t, sent(1, noon)).When(accept(1, expiry)).ThenError(invite.ErrExpired)
		given(t, sent(1, noon), invite.Expired{Nth: 1, At: expiry}).When(accept(1, expiry)).ThenError(invite.ErrExpired)
	})
	t.Run("twice", func(t *testing.T) { in.When(accept(1, last)).ThenError(invite.ErrUsed) })
	t.Run("with an older secret once somebody is in", func(t *testing.T) {
		given(t, sent(1, noon), sent(2, noon), accepted(2, noon)).When(accept(1, noon)).ThenError(invite.ErrUsed)
	})
	t.Run("after removal", func(t *testing.T) {
		given(t, sent(1, noon), accepted(1, noon), removed(noon)).When(accept(1, noon)).ThenError(invite.ErrRemoved)
	})
	t.Run("after withdrawal", func(t *testing.T) {
		given(t, sent(1, noon), withdrawn(1, noon)).When(accept(1, noon)).ThenError(invite.ErrWithdrawn)
	})
	t.Run("with a secret that was never made", func(t *testing.T) {
		for _, n := range []int{-1, 0, 2} {
			given(t, sent(1, noon)).When(accept(n, noon)).ThenError(invite.ErrNotFound)
		}
		given(t).When(accept(1, noon)).ThenError(invite.ErrNotFound)
	})
	t.Run("although a mail has bounced: it may have been handed on", func(t *testing.T) {
		given(t, sent(1, noon), invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550", At: noon}).When(accept(1, noon)).Then(accepted(1, noon))
	})
	t.Run("by a link, which goes on opening the portal after the expiry", func(t *testing.T) {
		s := given(t, sent(1, noon, byLink)).When(accept(1, noon)).Then(acceptedByLink(1, noon))
		if r, err := s.State().Holder(1, expiry.AddDate(0, 1, 0)); err != nil || r != (invite.Right{Contact: ida, Client: acme, Access: invite.ByLink, In: true}) {
			t.Errorf("the holder gets %+v, %v", r, err)
		}
		s.When(accept(1, noon)).ThenError(invite.ErrUsed)
	})
}

// S3.i10, rule 9: who is in is told of a further client once; nobody gets a second account.
func TestSendToSomebodyWhoIsIn(t *testing.T) {
	toGlobex := func(s *invite.Sending) { s.Client = globex }
	told := invite.Told{
		Client: globex, Sender: mary, Name: event.Of(ida, "Ida Berg"), Email: event.Of(ida, "ida@example.org"), Phone: event.Of(ida, "+4791234567"),
		Message: event.Of(ida, "Welcome"), At: noon,
	}
	in := given(t, sent(1, noon), accepted(1, noon))
	in.When(send(noon)).ThenError(invite.ErrIn)
	in.When(send(noon, func(s *invite.Sending) { s.Client = uuid.Nil })).ThenError(invite.ErrIn)
	also := in.When(send(noon, toGlobex)).Then(told)
	also.When(send(noon, toGlobex)).ThenError(invite.ErrIn)
	also.When(open(1, noon)).ThenError(invite.ErrUsed) // no secret came with it

	t.Run("who is in by a link gets a new link, and stays in", func(t *testing.T) {
		s := given(t, sent(1, noon, byLink), acceptedByLink(1, noon)).
			When(send(noon, func(s *invite.Sending) { s.Access = invite.ByLink })).Then(sent(2, noon, byLink))
		refused(t, s, noon, invite.ErrReplaced, nil)
		if _, err := s.State().MayEnter(); err != nil {
			t.Errorf("may not enter: %v", err)
		}
	})
	t.Run("who is in by a link can be asked for a password", func(t *testing.T) {
		s := given(t, sent(1, noon, byLink), acceptedByLink(1, noon), sent(2, noon)).When(accept(2, noon)).Then(accepted(2, noon))
		if access, _ := s.State().MayEnter(); access != invite.ByAccount {
			t.Errorf("in by %q", access)
		}
	})
}

// S3.i4, I1, rule 8.
func TestRemoveAccess(t *testing.T) {
	gone := given(t, sent(1, noon), accepted(1, noon)).When(remove(noon)).Then(removed(noon))
	if _, err := gone.State().MayEnter(); !errors.Is(err, invite.ErrRemoved) {
		t.Errorf("may enter: %v", err)
	}
	refused(t, gone, noon, invite.ErrRemoved)
	gone.When(remove(noon)).ThenNothing()
	gone.When(withdraw(noon)).ThenNothing()

	t.Run("a new invitation brings them back, and tells of their clients anew", func(t *testing.T) {
		back := gone.When(send(noon)).Then(sent(2, noon))
		refused(t, back, noon, invite.ErrReplaced, nil)
		if _, err := back.State().MayEnter(); !errors.Is(err, invite.ErrRemoved) {
			t.Errorf("an invitation alone lets them in: %v", err)
		}
		back.When(remove(noon)).ThenError(invite.ErrNotAccepted)
		back.When(accept(2, noon)).Then(accepted(2, noon))
	})
	t.Run("of somebody in by a link, with a new link on its way", func(t *testing.T) {
		s := given(t, sent(1, noon, byLink), acceptedByLink(1, noon), sent(2, noon, byLink)).When(remove(noon)).Then(removed(noon))
		refused(t, s, noon, invite.ErrRemoved, invite.ErrRemoved)
		if !s.State().Wake().IsZero() {
			t.Error("a sending that is over has a deadline")
		}
	})
	given(t, sent(1, noon)).When(remove(noon)).ThenError(invite.ErrNotAccepted)
	given(t).When(remove(noon)).ThenError(invite.ErrNotAccepted)
	given(t, sent(1, noon), accepted(1, noon)).When(func(i state) ([]ev, error) {
		return i.RemoveAccess(strings.Repeat("x", invite.MaxReason+1), noon)
	}).ThenError(invite.ErrReason)
}

func TestWithdraw(t *testing.T) {
	over := given(t, sent(1, noon), invite.Opened{Nth: 1, At: noon}).When(withdraw(noon)).Then(withdrawn(1, noon))
	over.When(withdraw(noon)).ThenNothing()
	over.When(send(noon)).Then(sent(2, noon))
	given(t, sent(1, noon), accepted(1, noon)).When(withdraw(noon)).ThenError(invite.ErrAccepted) // they were faster
	given(t, sent(1, noon)).When(withdraw(expiry)).Then(invite.Expired{Nth: 1, At: expiry})       // it had ended by itself
	given(t).When(withdraw(noon)).ThenError(invite.ErrNeverSent)
	given(t, sent(1, noon, byLink), acceptedByLink(1, noon), sent(2, noon, byLink)).When(withdraw(noon)).Then(withdrawn(2, noon))
}

// S3.i12, I6, rule 10.
func TestVoid(t *testing.T) {
	moved, called, both := person, person, person
	moved.Email, called.Phone = "other@example.org", "+4790000000"
	both.Email, both.Phone = moved.Email, called.Phone
	voided := invite.Voided{Nth: 1, At: noon}
	s := given(t, sent(1, noon)).When(void(moved, noon)).Then(voided)
	refused(t, s, noon, invite.ErrVoided)
	s.When(void(moved, noon)).ThenNothing()
	given(t, sent(1, noon)).When(void(called, noon)).ThenNothing() // no text went there
	given(t, sent(1, noon)).When(void(person, noon)).ThenNothing()
	given(t, sent(1, noon, byBoth)).When(void(called, noon)).Then(voided)
	given(t, sent(1, noon, byText)).When(void(moved, noon)).ThenNothing()
	given(t, sent(1, noon, byText)).When(void(both, noon)).Then(voided)
	given(t, sent(1, noon), accepted(1, noon)).When(void(moved, noon)).ThenNothing() // then it needs the person's proof
	given(t, sent(1, noon), sent(2, noon, elsewhere)).When(void(moved, noon)).ThenNothing()
	given(t).When(void(moved, noon)).ThenNothing()
	upper := person
	upper.Email = "Ida@example.org"
	given(t, sent(1, noon)).When(void(upper, noon)).ThenNothing()
}

// T13, I2, S3.i1, rule 11.
func TestRecord(t *testing.T) {
	handed := invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}
	o := invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasHandedOver}
	s := given(t, sent(1, noon)).When(record(o, noon)).Then(handed)
	s.When(record(o, noon)).ThenNothing()
	o.What = invite.WasDelivered
	s.When(record(o, noon)).Then(invite.Delivered{Nth: 1, Channel: invite.Email, At: noon})
	o.What, o.Code, o.Detail = invite.WasBounced, "550", "no such user"
	s.When(record(o, noon)).Then(invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550", Detail: event.Of(ida, "no such user"), At: noon})
	given(t, sent(1, noon), accepted(1, noon), removed(noon)).When(record(o, noon)).
		Then(invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550", Detail: event.Of(ida, "no such user"), At: noon}) // a fact stays one
	o.What, o.Tries = invite.WasGivenUp, 7
	s.When(record(o, noon)).Then(invite.GaveUp{Nth: 1, Channel: invite.Email, Tries: 7, At: noon})
	o.Channel = invite.Text
	s.When(record(o, noon)).ThenError(invite.ErrNotFound)
	given(t, sent(1, noon, byBoth), handed).When(record(invite.Outcome{Nth: 1, Channel: invite.Text, What: invite.WasHandedOver}, noon)).
		Then(invite.HandedOver{Nth: 1, Channel: invite.Text, At: noon})
	s.When(record(invite.Outcome{Nth: 2, Channel: invite.Email, What: invite.WasHandedOver}, noon)).ThenError(invite.ErrNotFound)
}

// S3.i6, I2, rule 12: a job that is repeated mails nobody twice.
func TestJob(t *testing.T) {
	inJob := func(s *invite.Sending) { s.Job = job }
	s := given(t).When(send(noon, inJob)).Then(sent(1, noon, ofJob))
	s.When(send(after(time.Hour), inJob)).ThenNothing()
	given(t, sent(1, noon, ofJob, held), invite.TakenBack{Nth: 1, At: noon}).When(send(noon, inJob)).ThenNothing()
	s.When(send(noon)).Then(sent(2, noon))
}

// S3.i1, U6: expiry is a matter of the clock, not of the alarm.
func TestExpiry(t *testing.T) {
	elapse := func(now time.Time) decision {
		return func(i state) ([]ev, error) { return i.Elapse(now), nil }
	}
	s := given(t, sent(1, noon))
	if got := s.State().Wake(); !got.Equal(expiry) {
		t.Errorf("wakes at %s", got)
	}
	s.When(elapse(expiry.Add(-time.Millisecond))).ThenNothing()
	over := s.When(elapse(expiry.AddDate(0, 0, 3))).Then(invite.Expired{Nth: 1, At: expiry})
	over.When(elapse(expiry.AddDate(0, 0, 4))).ThenNothing()
	given(t, sent(1, noon), accepted(1, noon)).When(elapse(expiry)).ThenNothing()
}

// The id of an invite and that of its contact are found from each other.
func TestID(t *testing.T) {
	if invite.ID(ida) == ida || invite.ContactOf(invite.ID(ida)) != ida || invite.ID(ida).Version() != 7 {
		t.Errorf("%s, %s", invite.ID(ida), invite.ContactOf(invite.ID(ida)))
	}
	for _, c := range []invite.Channels{invite.ByEmail, invite.ByText, invite.ByBoth} {
		if got := []bool{c.Uses(invite.Email), c.Uses(invite.Text)}; !slices.Contains(got, true) || (c == invite.ByBoth) == slices.Contains(got, false) {
			t.Errorf("%s uses %v", c, got)
		}
	}
}

// S4.9: the day that the newest sending names, for those who are in.
func TestDueOn(t *testing.T) {
	due := sent(1, noon, func(s *invite.Sent) { s.DueOn = "2026-05-12" })
	in := invite.Accepted{Nth: 1, Access: invite.ByAccount, At: noon}
	for _, c := range []struct {
		history []ev
		want    string
	}{
		{nil, ""},
		{[]ev{due}, ""},
		{[]ev{due, in}, "2026-05-12"},
		{[]ev{sent(1, noon, func(s *invite.Sent) { s.DueOn = "" }), in}, ""},
		{[]ev{due, in, invite.AccessRemoved{At: noon}}, ""},
	} {
		if got := given(t, c.history...).State().DueOn(); got != c.want {
			t.Errorf("after %v it is due on %q, want %q", c.history, got, c.want)
		}
	}
}
