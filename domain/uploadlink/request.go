package uploadlink

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

const (
	AskAgain = 24 * time.Hour // a request for a new link stands for so long before it can be made again (rule 20)
	MaxNote  = 1_000          // letters of what somebody adds to it
)

// What can be wrong with a request for a new link (rule 20), a copy or a correction (rule 21).
var (
	ErrStillWorks = fault.New(fault.Conflict, "uploadlink.still_works",
		"Your link still works, so there is no need for a new one. Open it and send your files.")
	ErrCopyReplaced = fault.New(fault.Conflict, "uploadlink.copy_replaced",
		"The link has been sent again since you copied it. Go back to its page and copy the new one.")
	ErrAddressSame = fault.New(fault.Invalid, "uploadlink.address_same",
		"The mail went to this very address. Change it, or use Send again.")
	ErrAddressUsed = fault.New(fault.Conflict, "uploadlink.address_used",
		"This person has sent files through the link already, so it stays theirs. Make a new link for the other address.")
)

// RequestNewLink records that h, whose secret works no more, asks for a new one (rule 20); note may be empty. Asking
// again within AskAgain changes nothing. It refuses with ErrNotFound, ErrMisdirected, ErrStillWorks, and with ErrText for
// a note longer than MaxNote.
func (l Link) RequestNewLink(h Holder, note string, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	switch err := l.Access(h, now); {
	case err == nil:
		return nil, ErrStillWorks
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrMisdirected):
		return nil, err
	}
	note = strings.TrimSpace(valid(note))
	if n := utf8.RuneCountInString(note); n > MaxNote {
		return nil, ErrText.Withf("Your note has %d letters; at most %d fit. Shorten it.", n, MaxNote)
	}
	if now.Before(l.recipient(h.Recipient).askedAt.Add(AskAgain)) {
		return nil, nil
	}
	return append(due, NewLinkRequested{
		Recipient: h.Recipient, Generation: h.Generation, Note: event.Of(h.Recipient, note), At: now,
	}), nil
}

// DismissRequest answers a recipient's request with no; where there is none it changes nothing. It refuses with
// ErrNotFound and ErrRecipientUnknown.
func (l Link) DismissRequest(recipient uuid.UUID, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	r, err := l.known(recipient)
	if err != nil {
		return nil, err
	}
	if !r.asking {
		return nil, nil
	}
	return append(due, NewLinkRequestDismissed{Recipient: recipient, At: now}), nil
}

// Copy records that somebody of the practice took the link of a recipient, as often as they do (rule 21). It refuses with
// ErrNotFound, ErrRecipientUnknown, ErrRevoked, ErrOver.
func (l Link) Copy(recipient uuid.UUID, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	r, err := l.reachable(recipient, now)
	if err != nil {
		return nil, err
	}
	return append(due, Copied{Recipient: recipient, Generation: len(r.fates), At: now}), nil
}

// CorrectAddress gives the recipient to.ID another name and address, and a new secret (rule 21). It refuses with
// ErrNotFound, ErrRecipientUnknown, ErrRevoked, ErrOver, address.ErrInvalid, ErrText, ErrAddressSame, ErrAddressUsed,
// ErrTooManySendings, and with ErrRecipients for an address that another recipient has.
func (l Link) CorrectAddress(to Addressee, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	r, err := l.reachable(to.ID, now)
	if err != nil {
		return nil, err
	}
	corrected, err := to.recipient()
	if err != nil {
		return nil, err
	}
	for _, other := range l.recipients {
		if other.id != to.ID && strings.EqualFold(other.email, corrected.Email.Text) {
			return nil, ErrRecipients.Withf("The address %s belongs to another recipient of this link. Enter one of their own.", corrected.Email.Text)
		}
	}
	switch {
	case r.email == corrected.Email.Text && r.name == corrected.Name.Text:
		return nil, ErrAddressSame
	case l.hasSent(to.ID):
		return nil, ErrAddressUsed
	case len(r.fates) >= MaxSendings:
		return nil, ErrTooManySendings
	}
	return append(due, AddressCorrected{
		Recipient: to.ID, Name: corrected.Name, Email: corrected.Email, Generation: len(r.fates) + 1, At: now,
	}), nil
}

// known is a recipient of a link that was issued.
func (l Link) known(id uuid.UUID) (*recipient, error) {
	if l.subject == uuid.Nil {
		return nil, ErrNotFound
	}
	r := l.recipient(id)
	if r == nil {
		return nil, ErrRecipientUnknown
	}
	return r, nil
}

// reachable is a recipient whose link can take them somewhere at now.
func (l Link) reachable(id uuid.UUID, now time.Time) (*recipient, error) {
	r, err := l.known(id)
	switch {
	case err != nil:
		return nil, err
	case l.revoked:
		return nil, errRevokedForGood
	case l.ended(now):
		return nil, ErrOver
	}
	return r, nil
}

// hasSent tells that a transfer of the recipient was ever started.
func (l Link) hasSent(id uuid.UUID) bool {
	for _, f := range l.files {
		if f.recipient == id {
			return true
		}
	}
	return false
}
