package uploadlink_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

const tick = time.Millisecond

// accessible checks who may add files, and for whom else the answer is which.
func accessible(t *testing.T, l state, h uploadlink.Holder, now time.Time, want error) {
	t.Helper()
	if err := l.Access(h, now); !errors.Is(err, want) {
		t.Errorf("%v at %s: %v, want %v", h, now.Format(time.TimeOnly), err, want)
	}
}

func TestAccess(t *testing.T) {
	nobody := uploadlink.Holder{Recipient: id(99), Generation: 1}
	t.Run("S1.11: until the expiry, not at it", func(t *testing.T) {
		l := given(t, issuedToIdaAndBen).State()
		accessible(t, l, holder, noon, nil)
		accessible(t, l, holder, expiry.Add(-tick), nil)
		accessible(t, l, holder, expiry, uploadlink.ErrExpired) // whatever the alarm does (U6)
	})
	t.Run("an unknown link, person or secret is one answer", func(t *testing.T) {
		accessible(t, state{}, holder, noon, uploadlink.ErrNotFound)
		l := given(t, issuedToIdaAndBen).State()
		accessible(t, l, nobody, noon, uploadlink.ErrNotFound)
		for _, generation := range []int{-1, 0, 2} {
			accessible(t, l, uploadlink.Holder{Recipient: ida, Generation: generation}, noon, uploadlink.ErrNotFound)
		}
	})
	t.Run("S1.i17, L2: a newer secret replaces the older one, of that person only", func(t *testing.T) {
		l := given(t, issuedToIdaAndBen, resentToIda).State()
		accessible(t, l, holder, noon, uploadlink.ErrReplaced)
		accessible(t, l, uploadlink.Holder{Recipient: ida, Generation: 2}, noon, nil)
		accessible(t, l, other, noon, nil)
		accessible(t, l, holder, expiry, uploadlink.ErrReplaced)
	})
	t.Run("L3: revoked is the last word", func(t *testing.T) {
		l := given(t, issuedToIdaAndBen, resentToIda, revokedAtNoon).State()
		accessible(t, l, holder, noon, uploadlink.ErrRevoked)
		accessible(t, l, other, expiry, uploadlink.ErrRevoked)
		accessible(t, l, nobody, noon, uploadlink.ErrNotFound)
	})
}

func TestRedeem(t *testing.T) {
	pressed := func(at time.Time) ev {
		return uploadlink.Redeemed{Recipient: ida, Generation: 1, Device: event.Of(ida, "Firefox"), Address: event.Of(ida, "192.0.2.1"), At: at}
	}
	t.Run("S1.24: as often as wanted, recorded once an hour (rule 16)", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(redeem(holder, noon)).Then(pressed(noon)).
			When(redeem(holder, noon)).ThenNothing().
			When(redeem(holder, after(time.Hour-tick))).ThenNothing().
			When(redeem(holder, after(time.Hour))).Then(pressed(after(time.Hour)))
	})
	t.Run("from however many browsers, 20 times in an hour (rule 16)", func(t *testing.T) {
		history := []ev{issuedToIdaAndBen}
		in := func(device byte, at time.Time) uploadlink.Redeemed {
			return uploadlink.Redeemed{Recipient: ida, Generation: 1, Device: event.Of(ida, ""), Address: event.Of(ida, ""), DeviceID: id(device), At: at}
		}
		press := func(device byte, at time.Time) decision {
			return func(l state) ([]ev, error) { return l.Redeem(holder, uploadlink.Visitor{DeviceID: id(device)}, at) }
		}
		for n := range byte(20) {
			history = append(history, in(100+n, after(time.Duration(n)*time.Minute)))
		}
		given(t, history[:20]...).When(press(119, after(19*time.Minute))).Then(history[20])
		next := given(t, history...)
		next.When(press(120, after(time.Hour-tick))).ThenNothing()
		next = next.When(press(120, after(time.Hour))).Then(in(120, after(time.Hour)))
		next.When(press(121, after(time.Hour))).ThenNothing()
		next.When(press(101, after(time.Hour+time.Minute-tick))).ThenNothing()
		next.When(press(101, after(time.Hour+time.Minute))).Then(in(101, after(time.Hour+time.Minute)))
	})
	t.Run("another person and another secret have their own hour", func(t *testing.T) {
		next := given(t, issuedToIdaAndBen, pressed(noon))
		bens := uploadlink.Redeemed{Recipient: ben, Generation: 1, Device: event.Of(ben, "Firefox"), Address: event.Of(ben, "192.0.2.1"), At: noon}
		next.When(redeem(other, noon)).Then(bens)
		newer := pressed(noon).(uploadlink.Redeemed)
		newer.Generation = 2
		next.When(resend(noon, ida)).Then(resentToIda).When(redeem(uploadlink.Holder{Recipient: ida, Generation: 2}, noon)).Then(newer)
	})
	t.Run("a press that is not recorded still says what time has caused", func(t *testing.T) {
		history := append(oneInWindow(), pressed(noon))
		given(t, history...).When(redeem(holder, at10(0))).Then(releasedAt(batch1, at10(0), fileA))
	})
	t.Run("S1.11: not from the expiry on", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(redeem(holder, expiry)).ThenError(uploadlink.ErrExpired)
	})
	t.Run("L10, S4.i11: a browser has an id for this link", func(t *testing.T) {
		phone := uploadlink.Visitor{Device: "Safari", Address: "192.0.2.1", DeviceID: id(70)}
		given(t, issuedToIdaAndBen).When(func(l state) ([]ev, error) { return l.Redeem(holder, phone, noon) }).Then(uploadlink.Redeemed{
			Recipient: ida, Generation: 1, Device: event.Of(ida, "Safari"), Address: event.Of(ida, "192.0.2.1"), DeviceID: id(70), At: noon,
		})
	})
	t.Run("a long user agent is cut between letters", func(t *testing.T) {
		events, err := given(t, issuedToIdaAndBen).State().Redeem(holder, uploadlink.Visitor{Device: strings.Repeat("é", 300) + "x"}, noon)
		if err != nil || len(events) != 1 {
			t.Fatalf("%v, %v", events, err)
		}
		if got := events[0].(uploadlink.Redeemed).Device.Text; got != strings.Repeat("é", 256) {
			t.Errorf("kept %d bytes of the user agent, want 512", len(got))
		}
	})
}

func TestResend(t *testing.T) {
	t.Run("S1.12: to one", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(resend(noon, ida)).Then(resentToIda)
	})
	t.Run("to all, each counting their own", func(t *testing.T) {
		given(t, issuedToIdaAndBen, resentToIda).When(resend(noon)).Then(
			uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: 3}, {Recipient: ben, Generation: 2}}, At: noon})
	})
	t.Run("the same person named twice gets one", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(resend(noon, ida, ida)).Then(resentToIda)
	})
	t.Run("not to a stranger", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(resend(noon, ida, id(99))).ThenError(uploadlink.ErrRecipientUnknown)
	})
	t.Run("not when the link is over", func(t *testing.T) {
		given(t).When(resend(noon)).ThenError(uploadlink.ErrNotFound)
		given(t, issuedToIdaAndBen).When(resend(expiry)).ThenError(uploadlink.ErrOver)
		given(t, issuedToIdaAndBen, revokedAtNoon).When(resend(noon)).ThenError(uploadlink.ErrRevoked)
	})
	t.Run("a thousand times are enough", func(t *testing.T) {
		last := uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: uploadlink.MaxSendings}}}
		given(t, issuedToIdaAndBen, last).When(resend(noon, ida)).ThenError(uploadlink.ErrTooManySendings)
	})
	t.Run("what time caused comes first (U6)", func(t *testing.T) {
		given(t, oneInWindow()...).When(resend(after(time.Hour), ida)).Then(releasedAt(batch1, after(10*time.Minute), fileA), resentToIdaAt(after(time.Hour)))
	})
}

func TestExtend(t *testing.T) {
	later := expiry.AddDate(0, 0, 7)
	extended := uploadlink.Extended{ExpiresAt: later, Zone: "Europe/London"}
	t.Run("L2: the secret stays", func(t *testing.T) {
		next := given(t, issuedToIdaAndBen).When(extend(later, noon)).Then(extended)
		accessible(t, next.State(), holder, expiry, nil)
		accessible(t, next.State(), holder, later, uploadlink.ErrExpired)
	})
	t.Run("L7: an expired link opens again: the newest expiry counts, whatever was recorded of an older one", func(t *testing.T) {
		next := given(t, issuedToIdaAndBen).When(extend(later, expiry)).Then(uploadlink.Expired{At: expiry}, extended)
		accessible(t, next.State(), holder, expiry, nil)
		accessible(t, next.State(), holder, later.Add(-tick), nil)
		accessible(t, next.State(), holder, later, uploadlink.ErrExpired)
		next.When(redeem(holder, expiry)).Then(uploadlink.Redeemed{Recipient: ida, Generation: 1, Device: event.Of(ida, "Firefox"), Address: event.Of(ida, "192.0.2.1"), At: expiry})
		next.When(elapse(later)).Then(uploadlink.Expired{At: later})
	})
	t.Run("only forward, and only into the future", func(t *testing.T) {
		given(t).When(extend(later, noon)).ThenError(uploadlink.ErrNotFound)
		given(t, issuedToIdaAndBen).When(extend(expiry.Add(-tick), noon)).ThenError(uploadlink.ErrNotLater)
		given(t, issuedToIdaAndBen).When(extend(expiry, noon)).ThenNothing()
		given(t, issuedToIdaAndBen).When(extend(expiry, expiry)).ThenError(uploadlink.ErrExpiry)
		given(t, issuedToIdaAndBen).When(extend(later, later)).ThenError(uploadlink.ErrExpiry)
		given(t, issuedToIdaAndBen).When(extend(noon.Add(uploadlink.MaxLife+tick), noon)).ThenError(uploadlink.ErrExpiry)
		given(t, issuedToIdaAndBen, revokedAtNoon).When(extend(later, noon)).ThenError(uploadlink.ErrRevoked)
	})
}

func TestRevoke(t *testing.T) {
	history := append(oneInWindow(), started(fileB, "b.pdf", noon))
	revokedAt := func(u uploadlink.Unreleased, at time.Time) ev {
		return uploadlink.Revoked{Reason: event.Of(acme, "left the firm"), Unreleased: u, At: at}
	}
	stopped := func(file uuid.UUID, at time.Time) ev {
		return uploadlink.TransferAbandoned{File: file, Reason: uploadlink.LinkRevoked, At: at}
	}
	t.Run("S1.i18 keep: the transfer stops, the window goes on to its end", func(t *testing.T) {
		now := after(time.Minute)
		next := given(t, history...).When(revoke(uploadlink.Keep, now)).Then(revokedAt(uploadlink.Keep, now), stopped(fileB, now))
		if got := next.State().Wake(); !got.Equal(after(10 * time.Minute)) {
			t.Errorf("wakes at %s, want the window's end", got)
		}
		next.When(rename(holder, fileA, "x", now)).ThenError(uploadlink.ErrRevoked)
		next.When(remove(holder, fileA, now)).ThenError(uploadlink.ErrRevoked)
		next.When(sendNow(holder, now)).ThenError(uploadlink.ErrRevoked)
		next.When(start(holder, fileC, "c.pdf", 1, now)).ThenError(uploadlink.ErrRevoked)
		next.When(receive(fileB, batch2, now)).ThenError(uploadlink.ErrRevoked)
		next.When(elapse(expiry)).Then(releasedAt(batch1, after(10*time.Minute), fileA)).When(elapse(expiry)).ThenNothing()
	})
	t.Run("S1.i18 discard: nothing of it reaches the practice", func(t *testing.T) {
		now := after(time.Minute)
		given(t, history...).When(revoke(uploadlink.Discard, now)).Then(
			revokedAt(uploadlink.Discard, now), stopped(fileB, now),
			uploadlink.FileDeleted{File: fileA, Batch: batch1, Name: event.Of(acme, "a.pdf"), Size: 100, SHA256: digestA, Reason: uploadlink.ByRevocation, At: now},
			uploadlink.BatchCancelled{Batch: batch1, At: now},
		).When(elapse(expiry)).ThenNothing()
	})
	t.Run("discard leaves what the practice has seen, and what was released", func(t *testing.T) {
		delivered := func(e *uploadlink.FileReceived) { e.Delivered = true }
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon), opened(batch1, noon), got(fileA, batch1, "a.pdf", noon, delivered)).
			When(revoke(uploadlink.Discard, noon)).Then(revokedAt(uploadlink.Discard, noon)).
			When(elapse(after(10 * time.Minute))).Then(releasedAt(batch1, after(10*time.Minute), fileA))
		now := after(10 * time.Minute) // the window ends in the very instant
		given(t, oneInWindow()...).When(revoke(uploadlink.Discard, now)).Then(releasedAt(batch1, now, fileA), revokedAt(uploadlink.Discard, now))
	})
	t.Run("twice is once; an expired link can be revoked", func(t *testing.T) {
		given(t).When(revoke(uploadlink.Keep, noon)).ThenError(uploadlink.ErrNotFound)
		given(t, issuedToIdaAndBen, revokedAtNoon).When(revoke(uploadlink.Discard, after(tick))).ThenNothing()
		given(t, issuedToIdaAndBen).When(revoke(uploadlink.Keep, expiry)).Then(uploadlink.Expired{At: expiry}, revokedAt(uploadlink.Keep, expiry))
		given(t, issuedToIdaAndBen, revokedAtNoon).When(elapse(expiry)).ThenNothing()
	})
}

func TestMailIsRecordedOncePerSecret(t *testing.T) { // S1.i24, T13
	first, second := uploadlink.Secret{Recipient: ida, Generation: 1}, uploadlink.Secret{Recipient: ida, Generation: 2}
	handOver := func(s uploadlink.Secret) decision {
		return func(l state) ([]ev, error) { return l.MailHandedOver(s, noon) }
	}
	bounce := func(s uploadlink.Secret) decision {
		return func(l state) ([]ev, error) { return l.MailBounced(s, "5.1.1", "no ida here", noon) }
	}
	deliver := func(s uploadlink.Secret) decision {
		return func(l state) ([]ev, error) { return l.MailDelivered(s, noon) }
	}
	giveUp := func(s uploadlink.Secret) decision {
		return func(l state) ([]ev, error) { return l.MailGaveUp(s, 9, noon) }
	}
	next := given(t, issuedToIdaAndBen, resentToIda).
		When(handOver(first)).Then(uploadlink.MailHandedOver{Recipient: ida, Generation: 1, At: noon}).
		When(deliver(first)).Then(uploadlink.MailDelivered{Recipient: ida, Generation: 1, At: noon}).
		When(bounce(first)).Then(uploadlink.MailBounced{Recipient: ida, Generation: 1, Code: "5.1.1", Detail: event.Of(ida, "no ida here"), At: noon}).
		When(giveUp(second)).Then(uploadlink.MailGaveUp{Recipient: ida, Generation: 2, Tries: 9, At: noon}).
		When(handOver(second)).Then(uploadlink.MailHandedOver{Recipient: ida, Generation: 2, At: noon})
	for _, again := range []decision{handOver(first), deliver(first), bounce(first), giveUp(second), handOver(second)} {
		next.When(again).ThenNothing()
	}
	for _, s := range []uploadlink.Secret{{Recipient: ida, Generation: 3}, {Recipient: ida}, {Recipient: id(99), Generation: 1}} {
		next.When(handOver(s)).ThenError(uploadlink.ErrNotFound)
		next.When(deliver(s)).ThenError(uploadlink.ErrNotFound)
	}
	given(t, issuedToIdaAndBen, revokedAtNoon).When(bounce(first)).Then( // a bounce may come late
		uploadlink.MailBounced{Recipient: ida, Generation: 1, Code: "5.1.1", Detail: event.Of(ida, "no ida here"), At: noon})
}
