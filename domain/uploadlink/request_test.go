package uploadlink_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func ask(h uploadlink.Holder, note string, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.RequestNewLink(h, note, now) }
}

func dismiss(recipient uuid.UUID, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.DismissRequest(recipient, now) }
}

func copied(recipient uuid.UUID, now time.Time) decision {
	return func(l state) ([]ev, error) { return l.Copy(recipient, now) }
}

func correct(recipient uuid.UUID, name, email string, now time.Time) decision {
	return func(l state) ([]ev, error) {
		return l.CorrectAddress(uploadlink.Addressee{ID: recipient, Name: name, Email: email}, now)
	}
}

func renew(to, now time.Time, recipients ...uuid.UUID) decision {
	return func(l state) ([]ev, error) { return l.Renew(recipients, to, "Europe/London", now) }
}

func asked(generation int, note string, at time.Time) ev {
	return uploadlink.NewLinkRequested{Recipient: ida, Generation: generation, Note: event.Of(ida, note), At: at}
}

// S1.i21, L6, rule 20.
func TestRequestNewLink(t *testing.T) {
	over := uploadlink.Expired{At: expiry}
	t.Run("S1.i21: after the expiry, with a note", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(ask(holder, " I was away.\n", expiry)).Then(over, asked(1, "I was away.", expiry))
	})
	t.Run("with a replaced secret, and a revoked one", func(t *testing.T) {
		given(t, issuedToIdaAndBen, resentToIda).When(ask(holder, "", noon)).Then(asked(1, "", noon))
		given(t, issuedToIdaAndBen, revokedAtNoon).When(ask(holder, "", noon)).Then(asked(1, "", noon))
	})
	t.Run("not while one's own secret works", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(ask(holder, "", expiry.Add(-tick))).ThenError(uploadlink.ErrStillWorks)
		given(t, issuedToIdaAndBen, resentToIda).When(ask(uploadlink.Holder{Recipient: ida, Generation: 2}, "", noon)).ThenError(uploadlink.ErrStillWorks)
		given(t, issuedToIdaAndBen, resentToIda).When(ask(other, "", noon)).ThenError(uploadlink.ErrStillWorks)
	})
	t.Run("again within a day is no event, a day later it is", func(t *testing.T) {
		once := given(t, issuedToIdaAndBen, over, asked(1, "", expiry))
		once.When(ask(holder, "please", expiry.Add(24*time.Hour-tick))).ThenNothing()
		once.When(ask(other, "", expiry)).Then(uploadlink.NewLinkRequested{Recipient: ben, Generation: 1, Note: event.Of(ben, ""), At: expiry})
		once.When(ask(holder, "please", expiry.Add(24*time.Hour))).Then(asked(1, "please", expiry.Add(24*time.Hour)))
	})
	t.Run("an answer ends it: a later day, a new secret", func(t *testing.T) {
		later := expiry.AddDate(0, 0, 30)
		given(t, issuedToIdaAndBen, over, asked(1, "", expiry), uploadlink.Extended{ExpiresAt: later, Zone: "Europe/London"}, uploadlink.Expired{At: later}).
			When(ask(holder, "", later)).Then(asked(1, "", later))
		given(t, issuedToIdaAndBen, resentToIda, asked(1, "", noon), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: 3}}}).
			When(ask(holder, "", after(tick))).Then(asked(1, "", after(tick)))
	})
	t.Run("a long note is refused with its length", func(t *testing.T) {
		given(t, issuedToIdaAndBen, over).When(ask(holder, strings.Repeat("é", uploadlink.MaxNote+1), expiry)).ThenError(uploadlink.ErrText)
		note := strings.Repeat("é", uploadlink.MaxNote)
		given(t, issuedToIdaAndBen, over).When(ask(holder, note, expiry)).Then(asked(1, note, expiry))
	})
	t.Run("strangers", func(t *testing.T) {
		given(t).When(ask(holder, "", noon)).ThenError(uploadlink.ErrNotFound)
		given(t, issuedToIdaAndBen, over).When(ask(uploadlink.Holder{Recipient: id(99), Generation: 1}, "", expiry)).ThenError(uploadlink.ErrNotFound)
		given(t, issuedToIdaAndBen, over).When(ask(uploadlink.Holder{Recipient: ida, Generation: 2}, "", expiry)).ThenError(uploadlink.ErrNotFound)
	})
}

func TestDismissRequest(t *testing.T) {
	no := uploadlink.NewLinkRequestDismissed{Recipient: ida, At: after(tick)}
	t.Run("the request is settled, and bars another one for the rest of its day", func(t *testing.T) {
		given(t, issuedToIdaAndBen, resentToIda, asked(1, "", noon)).When(dismiss(ida, after(tick))).Then(no).
			When(dismiss(ida, after(tick))).ThenNothing().
			When(ask(holder, "", after(time.Hour))).ThenNothing().
			When(ask(holder, "", after(24*time.Hour))).Then(asked(1, "", after(24*time.Hour)))
	})
	t.Run("of nobody who asks", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(dismiss(ida, noon)).ThenNothing()
		given(t, issuedToIdaAndBen).When(dismiss(id(99), noon)).ThenError(uploadlink.ErrRecipientUnknown)
		given(t).When(dismiss(ida, noon)).ThenError(uploadlink.ErrNotFound)
	})
}

// One press answers who asks: the link works again, and there is a new mail.
func TestRenew(t *testing.T) {
	later := expiry.AddDate(0, 0, 30)
	extended := uploadlink.Extended{ExpiresAt: later, Zone: "Europe/London"}
	t.Run("an expired link: a later day and a new secret, for who asks", func(t *testing.T) {
		next := given(t, issuedToIdaAndBen, uploadlink.Expired{At: expiry}, asked(1, "", expiry)).When(renew(later, expiry, ida)).Then(extended, resentToIdaAt(expiry))
		accessible(t, next.State(), uploadlink.Holder{Recipient: ida, Generation: 2}, expiry, nil)
		accessible(t, next.State(), holder, expiry, uploadlink.ErrReplaced)
		accessible(t, next.State(), other, expiry, nil)
	})
	t.Run("what time caused comes first", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(renew(later, expiry, ida)).Then(uploadlink.Expired{At: expiry}, extended, resentToIdaAt(expiry))
	})
	t.Run("a link that lasts longer keeps its day", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(renew(expiry, noon, ida)).Then(resentToIda)
		given(t, issuedToIdaAndBen).When(renew(noon.Add(time.Hour), noon, ida)).Then(resentToIda)
	})
	t.Run("both or neither", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(renew(later, noon, id(99))).ThenError(uploadlink.ErrRecipientUnknown)
		given(t, issuedToIdaAndBen).When(renew(noon.Add(uploadlink.MaxLife+tick), noon, ida)).ThenError(uploadlink.ErrExpiry)
		given(t, issuedToIdaAndBen, revokedAtNoon).When(renew(later, noon, ida)).ThenError(uploadlink.ErrRevoked)
		given(t, issuedToIdaAndBen).When(renew(expiry, expiry, ida)).ThenError(uploadlink.ErrOver)
		given(t).When(renew(later, noon, ida)).ThenError(uploadlink.ErrNotFound)
	})
}

// L8, rule 21.
func TestCopy(t *testing.T) {
	took := func(generation int, at time.Time) ev {
		return uploadlink.Copied{Recipient: ida, Generation: generation, At: at}
	}
	given(t, issuedToIdaAndBen).When(copied(ida, noon)).Then(took(1, noon)).When(copied(ida, noon)).Then(took(1, noon)) // each time is recorded
	given(t, issuedToIdaAndBen, resentToIda).When(copied(ida, noon)).Then(took(2, noon))
	given(t, issuedToIdaAndBen).When(copied(id(99), noon)).ThenError(uploadlink.ErrRecipientUnknown)
	given(t, issuedToIdaAndBen).When(copied(ida, expiry)).ThenError(uploadlink.ErrOver)
	given(t, issuedToIdaAndBen, revokedAtNoon).When(copied(ida, noon)).ThenError(uploadlink.ErrRevoked)
	given(t).When(copied(ida, noon)).ThenError(uploadlink.ErrNotFound)
}

// I6, rule 21.
func TestCorrectAddress(t *testing.T) {
	corrected := uploadlink.AddressCorrected{Recipient: ida, Name: event.Of(ida, "Ida B."), Email: event.Of(ida, "ida@example.com"), Generation: 2, At: noon}
	t.Run("the old secret is dead at once and tells nothing, the new one works", func(t *testing.T) {
		next := given(t, issuedToIdaAndBen).When(correct(ida, " Ida B. ", "ida@EXAMPLE.com ", noon)).Then(corrected)
		accessible(t, next.State(), holder, noon, uploadlink.ErrMisdirected)
		accessible(t, next.State(), holder, expiry, uploadlink.ErrMisdirected)
		accessible(t, next.State(), uploadlink.Holder{Recipient: ida, Generation: 2}, noon, nil)
		accessible(t, next.State(), other, noon, nil)
		next.When(ask(holder, "", noon)).ThenError(uploadlink.ErrMisdirected)
		next.When(resend(noon, ida)).Then(uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: 3}}, At: noon})
	})
	t.Run("a bounce of the old mail stays with it", func(t *testing.T) {
		bounced := func(generation int) decision {
			return func(l state) ([]ev, error) {
				return l.MailBounced(uploadlink.Secret{Recipient: ida, Generation: generation}, "550", "", noon)
			}
		}
		given(t, issuedToIdaAndBen, corrected).When(bounced(1)).Then(uploadlink.MailBounced{Recipient: ida, Generation: 1, Code: "550", Detail: event.Of(ida, ""), At: noon})
	})
	t.Run("only to an address that is one, another one, and nobody else's", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(correct(ida, "Ida", "ida@nowhere", noon)).ThenError(address.ErrInvalid)
		given(t, issuedToIdaAndBen).When(correct(ida, "Ida", "ida@example.org", noon)).ThenError(uploadlink.ErrAddressSame)
		given(t, issuedToIdaAndBen).When(correct(ida, "Ida", "Ben@Example.org", noon)).ThenError(uploadlink.ErrRecipients)
		given(t, issuedToIdaAndBen).When(correct(ida, strings.Repeat("é", uploadlink.MaxPerson+1), "ida@example.com", noon)).ThenError(uploadlink.ErrText)
		given(t, issuedToIdaAndBen).When(correct(id(99), "", "x@example.com", noon)).ThenError(uploadlink.ErrRecipientUnknown)
	})
	t.Run("a name alone can be corrected: the mail before went to the right address", func(t *testing.T) {
		next := given(t, issuedToIdaAndBen).When(correct(ida, "Ida B.", "ida@example.org", noon)).Then(uploadlink.AddressCorrected{
			Recipient: ida, Name: event.Of(ida, "Ida B."), Email: event.Of(ida, "ida@example.org"), Generation: 2, At: noon,
		})
		accessible(t, next.State(), holder, noon, uploadlink.ErrReplaced)
	})
	t.Run("not of one who has sent something: another person's files are not theirs (S1.i14)", func(t *testing.T) {
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(correct(ida, "", "ida@example.com", noon)).ThenError(uploadlink.ErrAddressUsed)
		given(t, issuedToIdaAndBen, started(fileA, "a.pdf", noon)).When(correct(ben, "", "b@example.com", noon)).Then(
			uploadlink.AddressCorrected{Recipient: ben, Name: event.Of(ben, ""), Email: event.Of(ben, "b@example.com"), Generation: 2, At: noon})
	})
	t.Run("not when the link is over", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(correct(ida, "", "x@example.com", expiry)).ThenError(uploadlink.ErrOver)
		given(t, issuedToIdaAndBen, revokedAtNoon).When(correct(ida, "", "x@example.com", noon)).ThenError(uploadlink.ErrRevoked)
		given(t).When(correct(ida, "", "x@example.com", noon)).ThenError(uploadlink.ErrNotFound)
		last := uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: uploadlink.MaxSendings}}}
		given(t, issuedToIdaAndBen, last).When(correct(ida, "", "x@example.com", noon)).ThenError(uploadlink.ErrTooManySendings)
	})
}
