package invite_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/invite"
)

func byNone(e *invite.Sent) { e.Channels = invite.ByNone }

func give(now time.Time, change ...func(*invite.Sending)) decision {
	return send(now, append([]func(*invite.Sending){func(s *invite.Sending) { s.Channels = invite.ByNone }}, change...)...)
}

// Rule 16: I4. Access is given without a mail; its secret opens, and what becomes of it is recorded once it has left.
func TestGive(t *testing.T) {
	later := func(s *invite.Sending) { s.HoldUntil = after(time.Minute) }
	s := given(t).When(give(noon, later)).Then(sent(1, noon, byNone)) // nothing leaves, so nothing is held
	s.When(takeBack(1, noon)).ThenError(invite.ErrLeft)
	s.When(accept(1, noon)).Then(accepted(1, noon))
	s.When(withdraw(noon)).Then(withdrawn(1, noon))
	s.When(void(invite.Person{Contact: ida, Email: "other@example.org"}, noon)).Then(invite.Voided{Nth: 1, At: noon})
	s.When(record(invite.Outcome{Nth: 1, Channel: invite.Text, What: invite.WasHandedOver}, noon)).ThenError(invite.ErrNotFound)
	handed := invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}
	s = s.When(record(invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasHandedOver}, noon)).Then(handed)
	bounced := invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550", Detail: event.Of(ida, ""), At: noon}
	s.When(record(invite.Outcome{Nth: 1, Channel: invite.Email, What: invite.WasBounced, Code: "550"}, noon)).Then(bounced)
	if !event.Fold(state{}, []ev{sent(1, noon, byNone), bounced}...).Lost(1) {
		t.Error("its only mail came back, and yet it is not lost")
	}
	t.Run("to nobody who was mailed", func(t *testing.T) {
		given(t, sent(1, noon)).When(give(noon)).ThenError(invite.ErrWaits)
		given(t, sent(1, noon, byNone)).When(give(noon)).ThenError(invite.ErrWaits)
		given(t, sent(1, noon), accepted(1, noon)).When(give(noon)).ThenError(invite.ErrIn)
		given(t, sent(1, noon, byLink), acceptedByLink(1, noon)).When(give(noon)).ThenError(invite.ErrIn)
		given(t, sent(1, noon), withdrawn(1, noon)).When(give(noon)).Then(sent(2, noon, byNone))
		given(t).When(give(noon, func(s *invite.Sending) { s.To.Email = "" })).ThenError(invite.ErrNoEmail)
	})
	t.Run("sending it again mails it", func(t *testing.T) {
		given(t, sent(1, noon, byNone)).When(func(i state) ([]ev, error) { return i.Resend(person, mary, false, expiry, "Europe/London", noon) }).Then(sent(2, noon))
	})
}

// Rule 16: mails about tasks carry it while it waits for an answer.
func TestGiven(t *testing.T) {
	pass := invite.Pass{Nth: 1, Access: invite.ByAccount, ExpiresAt: expiry, Zone: "Europe/London"}
	for name, c := range map[string]struct {
		want    invite.Pass
		now     time.Time
		history []ev
	}{
		"never":      {invite.Pass{}, noon, nil},
		"mailed":     {invite.Pass{}, noon, []ev{sent(1, noon)}},
		"given":      {pass, noon, []ev{sent(1, noon, byNone)}},
		"opened":     {pass, noon, []ev{sent(1, noon, byNone), invite.Opened{Nth: 1, At: noon}}},
		"expired":    {invite.Pass{}, expiry, []ev{sent(1, noon, byNone)}},
		"accepted":   {invite.Pass{}, noon, []ev{sent(1, noon, byNone), accepted(1, noon)}},
		"withdrawn":  {invite.Pass{}, noon, []ev{sent(1, noon, byNone), withdrawn(1, noon)}},
		"mailed now": {invite.Pass{}, noon, []ev{sent(1, noon, byNone), sent(2, noon)}},
	} {
		if got := event.Fold(state{}, c.history...).Given(c.now); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
