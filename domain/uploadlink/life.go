package uploadlink

import (
	"slices"
	"strings"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxSendings is how many secrets a recipient of one link gets.
const MaxSendings = 1_000

// What can be wrong with sending again (rule 3).
var (
	ErrOver = fault.New(fault.Gone, "uploadlink.over",
		"This link has expired. Give it a later day first, then send it again.")
	ErrTooManySendings = fault.New(fault.TooMany, "uploadlink.too_many_sendings",
		"This link has been sent 1,000 times. Make a new one.")
)

// errRevokedForGood is ErrRevoked as the practice reads it.
var errRevokedForGood = ErrRevoked.Withf("This link has been revoked, and stays so. Make a new one for its recipients.")

// Resend gives recipients new secrets, all of them where none is named (rule 3). It refuses with ErrNotFound,
// ErrRevoked, ErrOver, ErrRecipientUnknown, ErrTooManySendings.
func (l Link) Resend(recipients []uuid.UUID, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	switch {
	case l.subject == uuid.Nil:
		return nil, ErrNotFound
	case l.revoked:
		return nil, errRevokedForGood
	case l.ended(now):
		return nil, ErrOver
	}
	for _, id := range recipients {
		if l.recipient(id) == nil {
			return nil, ErrRecipientUnknown
		}
	}
	var secrets []Secret
	for _, r := range l.recipients {
		if len(r.fates) >= MaxSendings {
			return nil, ErrTooManySendings
		}
		if len(recipients) == 0 || slices.Contains(recipients, r.id) {
			secrets = append(secrets, Secret{Recipient: r.id, Generation: len(r.fates) + 1})
		}
	}
	return append(due, Resent{Secrets: secrets, At: now}), nil
}

// Extend moves the expiry forward; the same day again changes nothing (rule 3). It refuses with ErrNotFound, ErrRevoked,
// ErrExpiry, ErrNotLater.
func (l Link) Extend(expiresAt time.Time, zone string, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	switch {
	case l.subject == uuid.Nil:
		return nil, ErrNotFound
	case l.revoked:
		return nil, errRevokedForGood
	case expiresAt.Equal(l.expiresAt) && !l.ended(now):
		return nil, nil
	case expiresAt.Before(l.expiresAt):
		return nil, ErrNotLater
	}
	if err := checkExpiry(expiresAt, now); err != nil {
		return nil, err
	}
	return append(due, Extended{ExpiresAt: expiresAt, Zone: zone}), nil
}

// Renew gives the link a later day, unless its own is as late, and new secrets to recipients, all where none is named
// (rules 3, 20). It refuses like Extend and Resend, and then neither happens.
func (l Link) Renew(recipients []uuid.UUID, expiresAt time.Time, zone string, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	if expiresAt.After(l.expiresAt) {
		later, err := l.Extend(expiresAt, zone, now)
		if err != nil {
			return nil, err
		}
		events = append(events, later...)
		l = event.Fold(l.fork(), later...)
	}
	secrets, err := l.Resend(recipients, now)
	if err != nil {
		return nil, err
	}
	return append(events, secrets...), nil
}

// Revoke ends the link (rule 14). reason is internal and may be empty. Revoking again changes nothing. It refuses with
// ErrNotFound, and with ErrText for a reason longer than a message.
func (l Link) Revoke(reason string, unreleased Unreleased, now time.Time) ([]Event, error) {
	l, events := l.ahead(now)
	if l.subject == uuid.Nil {
		return nil, ErrNotFound
	}
	if l.revoked {
		return nil, nil
	}
	reason = strings.TrimSpace(valid(reason))
	if len(reason) > MaxMessage {
		return nil, ErrText.Withf("The reason has %d bytes; at most %d fit. Shorten it.", len(reason), MaxMessage)
	}
	events = append(events, Revoked{Reason: event.Of(l.subject, reason), Unreleased: unreleased, At: now})
	for _, f := range l.files {
		if f.state == receiving {
			events = append(events, TransferAbandoned{File: f.id, Reason: LinkRevoked, At: now})
		}
	}
	if unreleased == Discard {
		events = append(events, l.discard(now)...)
	}
	return events, nil
}

// discard deletes what is in its window, but for what the practice has already seen. What only waits for a verdict was
// sent before (rule 9).
func (l Link) discard(now time.Time) (events []Event) {
	for _, b := range l.batches {
		if b.delivered || b.sealed != "" {
			continue
		}
		for _, id := range l.inWindow(b.id) {
			events = append(events, l.deletion(l.file(id), ByRevocation, now))
		}
		events = append(events, BatchCancelled{Batch: b.id, At: now})
	}
	return events
}

// MailHandedOver records that the mail server took the mail with s (rule 15). The second time changes nothing. It
// returns ErrNotFound for a secret that was never made.
func (l Link) MailHandedOver(s Secret, now time.Time) ([]Event, error) {
	return l.record(s, handedOver, MailHandedOver{Recipient: s.Recipient, Generation: s.Generation, At: now})
}

// MailDelivered records that the receiving side has accepted the mail with s.
func (l Link) MailDelivered(s Secret, now time.Time) ([]Event, error) {
	return l.record(s, mailDelivered, MailDelivered{Recipient: s.Recipient, Generation: s.Generation, At: now})
}

// MailBounced records that the mail with s was refused for good. code is the server's status, detail its words.
func (l Link) MailBounced(s Secret, code, detail string, now time.Time) ([]Event, error) {
	return l.record(s, bounced, MailBounced{
		Recipient: s.Recipient, Generation: s.Generation, Code: code, Detail: about(s.Recipient, detail, maxSent), At: now,
	})
}

// MailGaveUp records that the last of several tries to hand the mail over failed.
func (l Link) MailGaveUp(s Secret, tries int, now time.Time) ([]Event, error) {
	return l.record(s, gaveUp, MailGaveUp{Recipient: s.Recipient, Generation: s.Generation, Tries: tries, At: now})
}

func (l Link) record(s Secret, f fate, e Event) ([]Event, error) {
	r := l.recipient(s.Recipient)
	switch {
	case r == nil, s.Generation < 1, s.Generation > len(r.fates):
		return nil, ErrNotFound
	case r.fates[s.Generation-1]&f != 0:
		return nil, nil
	}
	return []Event{e}, nil
}
