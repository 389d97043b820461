package uploadlink_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"
)

func askBack(h uploadlink.Holder, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.AskWithdrawal(h, fileA, " Wrong month\n", now) }
}

func accept(now time.Time) decision {
	return func(l state) ([]ev, error) { return l.AcceptWithdrawal(fileA, now) }
}

func refuse(why string, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.RefuseWithdrawal(fileA, why, now) }
}

// sent is a link whose one file the practice has since ten past twelve.
func sent() []ev { return append(oneInWindow(), releasedAt(batch1, after(10*time.Minute), fileA)) }

var (
	one        = after(time.Hour)
	askedBack  = uploadlink.WithdrawalRequested{File: fileA, Reason: event.Of(acme, "Wrong month"), At: one}
	accepted   = uploadlink.WithdrawalAccepted{File: fileA, At: one}
	keptAtOne  = uploadlink.WithdrawalRefused{File: fileA, Reason: event.Of(acme, "It is in the return"), At: one}
	whyItStays = " It is in the return "
)

func TestAskWithdrawal(t *testing.T) { // U5
	t.Run("a sent file, once until the answer", func(t *testing.T) {
		given(t, sent()...).When(askBack(holder, one)).Then(askedBack).When(askBack(holder, after(2*time.Hour))).ThenNothing()
	})
	t.Run("from the deadline on, whether or not the alarm has rung", func(t *testing.T) {
		edge := after(10 * time.Minute)
		given(t, oneInWindow()...).When(askBack(holder, edge.Add(-tick))).ThenError(uploadlink.ErrNotSent)
		at := askedBack
		at.At = edge
		given(t, oneInWindow()...).When(askBack(holder, edge)).Then(releasedAt(batch1, edge, fileA), at)
	})
	t.Run("after the link's expiry", func(t *testing.T) {
		late := askedBack
		late.At = expiry.Add(time.Hour)
		given(t, sent()...).When(askBack(holder, late.At)).Then(uploadlink.Expired{At: expiry}, late)
	})
	t.Run("once more after a refusal, and no third time", func(t *testing.T) {
		twice := given(t, append(sent(), askedBack, keptAtOne)...).When(askBack(holder, one)).Then(askedBack)
		twice.When(refuse(whyItStays, one)).Then(keptAtOne).When(askBack(holder, one)).ThenError(uploadlink.ErrKept)
		twice.When(accept(one)).Then(accepted)
	})
	t.Run("only one's own, with a secret that is good", func(t *testing.T) {
		given(t).When(askBack(holder, one)).ThenError(uploadlink.ErrNotFound)
		given(t, sent()...).When(askBack(other, one)).ThenError(uploadlink.ErrFileNotFound)
		given(t, issuedToIdaAndBen).When(askBack(holder, one)).ThenError(uploadlink.ErrFileNotFound)
		given(t, append(sent(), resentToIda)...).When(askBack(holder, one)).ThenError(uploadlink.ErrReplaced)
		given(t, append(sent(), revokedAtNoon)...).When(askBack(holder, one)).ThenError(uploadlink.ErrRevoked)
	})
	t.Run("what was never sent is not askedBack back", func(t *testing.T) {
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(askBack(holder, noon)).ThenError(uploadlink.ErrStillArriving)
		given(t, append(oneInWindow(), uploadlink.FileDeleted{File: fileA, Batch: batch1}, uploadlink.BatchCancelled{Batch: batch1})...).
			When(askBack(holder, one)).ThenError(uploadlink.ErrFileDeleted)
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon), uploadlink.TransferAbandoned{File: fileA, Reason: uploadlink.Cancelled, At: noon}).
			When(askBack(holder, one)).ThenError(uploadlink.ErrTransferEnded)
		given(t, append(sent(), askedBack, accepted)...).When(askBack(holder, one)).ThenError(uploadlink.ErrWithdrawn)
	})
	t.Run("a reason of any sort, up to its limit", func(t *testing.T) {
		with := func(reason string) decision {
			return func(l state) ([]ev, error) { return l.AskWithdrawal(holder, fileA, reason, one) }
		}
		for reason, kept := range map[string]string{"": "", " \n": "", "a\xffb": "a\uFFFDb", strings.Repeat("é", uploadlink.MaxReason): strings.Repeat("é", uploadlink.MaxReason)} {
			given(t, sent()...).When(with(reason)).Then(uploadlink.WithdrawalRequested{File: fileA, Reason: event.Of(acme, kept), At: one})
		}
		given(t, sent()...).When(with(strings.Repeat("é", uploadlink.MaxReason+1))).ThenError(uploadlink.ErrText)
	})
}

func TestAnswerWithdrawal(t *testing.T) { // U5
	t.Run("accepted, once and for good", func(t *testing.T) {
		gone := given(t, append(sent(), askedBack)...).When(accept(one)).Then(accepted)
		gone.When(accept(one)).ThenNothing()
		gone.When(refuse(whyItStays, one)).ThenError(uploadlink.ErrWithdrawn)
		gone.When(rename(holder, fileA, "b", one)).ThenError(uploadlink.ErrWithdrawn)
		gone.When(remove(holder, fileA, one)).ThenError(uploadlink.ErrWithdrawn)
		gone.When(sendNow(holder, one)).ThenNothing()
	})
	t.Run("refused with a reason", func(t *testing.T) {
		open := given(t, append(sent(), askedBack)...)
		open.When(refuse(" \n", one)).ThenError(uploadlink.ErrNoReason)
		open.When(refuse(strings.Repeat("x", uploadlink.MaxReason+1), one)).ThenError(uploadlink.ErrText)
		kept := open.When(refuse(whyItStays, one)).Then(keptAtOne)
		kept.When(refuse(whyItStays, one)).ThenError(uploadlink.ErrNoWithdrawal)
		kept.When(accept(one)).ThenError(uploadlink.ErrNoWithdrawal)
	})
	t.Run("only what somebody asks for", func(t *testing.T) {
		for _, history := range [][]ev{nil, {issuedToIdaAndBen}} {
			given(t, history...).When(accept(one)).ThenError(uploadlink.ErrFileNotFound)
			given(t, history...).When(refuse(whyItStays, one)).ThenError(uploadlink.ErrFileNotFound)
		}
		given(t, sent()...).When(accept(one)).ThenError(uploadlink.ErrNoWithdrawal)
		given(t, sent()...).When(refuse(whyItStays, one)).ThenError(uploadlink.ErrNoWithdrawal)
	})
	t.Run("when the link is over, too", func(t *testing.T) {
		given(t, append(sent(), askedBack, revokedAtNoon)...).When(accept(one)).Then(accepted)
		given(t, append(sent(), askedBack, uploadlink.Expired{At: expiry})...).When(refuse(whyItStays, one)).Then(keptAtOne)
	})
}

// T15, S1.i12: what was withdrawn is no earlier copy, and its name is free.
func TestAfterAWithdrawal(t *testing.T) {
	again := got(fileB, batch2, "a.pdf", one, func(e *uploadlink.FileReceived) { e.StartedAt = one })
	given(t, append(sent(), askedBack, accepted, started(fileB, "a.pdf", one))...).
		When(receive(fileB, batch2, one)).Then(opened(batch2, one), again)
}
