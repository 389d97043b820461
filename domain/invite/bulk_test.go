package invite_test

import (
	"testing"
	"time"

	"portico/domain/invite"

	"github.com/google/uuid"
)

func bulk(now time.Time, change ...func(*invite.Sending)) decision {
	return send(now, append([]func(*invite.Sending){func(s *invite.Sending) { s.Job = job }}, change...)...)
}

func again(s *invite.Sending) { s.Again = true }

// Rule 14; S3.i6, I6: whom a job passes by, and whom it invites.
func TestBulkPassesBy(t *testing.T) {
	bounced := invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550", At: noon}
	later := after(time.Hour)
	nth := func(n int, change ...func(*invite.Sent)) invite.Sent {
		return sent(n, later, append([]func(*invite.Sent){ofJob}, change...)...)
	}
	given(t).When(bulk(later)).Then(nth(1))
	given(t, sent(1, noon)).When(bulk(later)).ThenError(invite.ErrWaits)
	given(t, sent(1, noon)).When(bulk(later, again)).Then(nth(2))
	given(t, sent(1, noon), bounced).When(bulk(later)).ThenError(invite.ErrCameBack)
	given(t, sent(1, noon), bounced).When(bulk(later, again)).ThenError(invite.ErrCameBack)
	given(t, sent(1, noon, byBoth), bounced).When(bulk(later)).ThenError(invite.ErrWaits) // the text message has arrived
	given(t, sent(1, noon), bounced, invite.Opened{Nth: 1, At: noon}).When(bulk(later)).ThenError(invite.ErrWaits)
	given(t, sent(1, noon, elsewhere), bounced).When(bulk(later)).Then(nth(2)) // they have another address by now
	given(t, sent(1, noon), accepted(1, noon)).When(bulk(later, again)).ThenError(invite.ErrIn)
	given(t, sent(1, noon, byLink), acceptedByLink(1, noon)).When(bulk(later)).ThenError(invite.ErrIn)
	given(t, sent(1, noon), accepted(1, noon)).When(bulk(later, func(s *invite.Sending) { s.Client = globex })).ThenError(invite.ErrIn)
	given(t, sent(1, noon), accepted(1, noon), removed(noon)).When(bulk(later, again)).ThenError(invite.ErrShut)
	given(t, sent(1, noon), withdrawn(1, noon)).When(bulk(later)).Then(nth(2))
	given(t, sent(1, noon), invite.Expired{Nth: 1, At: noon}).When(bulk(later)).Then(nth(2))
	given(t, sent(1, noon), invite.TakenBack{Nth: 1, At: noon}).When(bulk(later)).Then(nth(2))
	given(t, nth(1)).When(bulk(later)).ThenNothing() // rule 12
	given(t).When(bulk(later, func(s *invite.Sending) { s.To.Email, s.To.Phone = "", "" })).ThenError(invite.ErrNoEmail)
}

// Rule 15; S3.i9: what a stopped job has sent and what has not left is as if never sent.
func TestRecall(t *testing.T) {
	recall := func(of uuid.UUID) decision {
		return func(i state) ([]ev, error) { return i.Recall(of, after(time.Minute)), nil }
	}
	back := invite.TakenBack{Nth: 2, At: after(time.Minute)}
	given(t, sent(1, noon), sent(2, noon, ofJob)).When(recall(job)).Then(back).When(recall(job)).ThenNothing().When(bulk(after(time.Hour))).ThenNothing()
	given(t, sent(1, noon, ofJob)).When(recall(uuid.UUID{15: 77})).ThenNothing()
	given(t, sent(1, noon)).When(recall(uuid.Nil)).ThenNothing()
	for _, e := range []ev{
		invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}, invite.Opened{Nth: 1, At: noon}, accepted(1, noon), withdrawn(1, noon),
	} {
		given(t, sent(1, noon, ofJob), e).When(recall(job)).ThenNothing()
	}
}
