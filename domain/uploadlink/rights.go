package uploadlink

import (
	"errors"
	"slices"
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// TransferLimit is how long a transfer may take from its start (rule 5, L4). TransferIdle is how long it may rest; the
// rows of the transfers keep that time, because progress is no event.
const (
	TransferLimit = 72 * time.Hour
	TransferIdle  = 24 * time.Hour
)

// What can be wrong with a secret or a transfer's right.
var (
	ErrNotFound = fault.New(fault.NotFound, "uploadlink.not_found",
		"This link is unknown. Check that the whole address from the mail was copied, or ask the practice for a new link.")
	ErrReplaced = fault.New(fault.Gone, "uploadlink.replaced",
		"A newer mail with a new link has been sent. Open the newest mail and use its button.")
	ErrMisdirected = fault.New(fault.Gone, "uploadlink.misdirected",
		"This link went to a wrong address and has been closed. Ask the practice if you expected it.")
	ErrRevoked = fault.New(fault.Gone, "uploadlink.revoked",
		"This link has been closed by the practice. Ask them for a new link if you still have something to send.")
	ErrExpired = fault.New(fault.Gone, "uploadlink.expired",
		"This link has expired. Ask the practice for a new one.")
	ErrTransferEnded = fault.New(fault.Gone, "uploadlink.transfer_ended",
		"This upload has ended. Choose the file again to send it.")
	ErrTransferTooOld = fault.New(fault.Gone, "uploadlink.transfer_too_old",
		"This upload took longer than 72 hours and has ended. Ask the practice for a new link or another way to send the file.")
)

// Holder is who holds a secret: a recipient and the secret's generation, both taken from a token whose MAC was checked.
type Holder struct {
	Recipient  uuid.UUID
	Generation int
}

// Access tells whether h may add files at now: nil, or ErrNotFound, ErrMisdirected, ErrRevoked, ErrReplaced, ErrExpired
// (rules 2, 3, 14, 21).
func (l Link) Access(h Holder, now time.Time) error {
	if err := l.holds(h); err != nil {
		return err
	}
	if l.ended(now) {
		return ErrExpired
	}
	return nil
}

// holds is Access but for the expiry, which ends neither a window nor the receipt (rule 9, S1.i14).
func (l Link) holds(h Holder) error {
	if l.subject == uuid.Nil {
		return ErrNotFound
	}
	r := l.recipient(h.Recipient)
	switch {
	case r == nil, h.Generation < 1, h.Generation > len(r.fates):
		return ErrNotFound
	case h.Generation < r.since:
		return ErrMisdirected
	case l.revoked:
		return ErrRevoked
	case h.Generation < len(r.fates):
		return ErrReplaced
	}
	return nil
}

// begins tells when a transfer of h starts: now, where Access lets it, or at admitted, where a file has come whole since.
// Neither a newer secret nor the expiry stops that one meanwhile (rule 5); what closes a link for good does (rules 14, 21).
func (l Link) begins(h Holder, admitted, now time.Time) (time.Time, error) {
	if admitted.IsZero() {
		return now, l.Access(h, now)
	}
	if admitted.After(now) { // the clock went back
		admitted = now
	}
	err := l.holds(h)
	if errors.Is(err, ErrReplaced) && !l.recipient(h.Recipient).ends[h.Generation-1].Before(admitted) {
		err = nil
	}
	if err == nil && l.ended(admitted) {
		err = ErrExpired
	}
	return admitted, err
}

// ended tells that the expiry has come, recorded or not.
func (l Link) ended(now time.Time) bool { return !now.Before(l.expiresAt) }

// Transfer tells whether file may still take bytes at now: nil, or why not: ErrNotFound, ErrRevoked, ErrTransferTooOld,
// or ErrTransferEnded for one that was abandoned or is complete (rules 5, 14).
func (l Link) Transfer(file uuid.UUID, now time.Time) error {
	f := l.file(file)
	switch {
	case f == nil:
		return ErrNotFound
	case f.state == tooOld:
		return ErrTransferTooOld
	case f.state != receiving && l.revoked:
		return ErrRevoked
	case f.state != receiving:
		return ErrTransferEnded
	case !now.Before(f.startedAt.Add(TransferLimit)):
		return ErrTransferTooOld
	}
	return nil
}

// Visitor is what is known of a browser. Every field may be empty.
type Visitor struct {
	Device   string    // its user agent
	Address  string    // the network address
	DeviceID uuid.UUID // the same for one browser on one link (L10)
}

// How many presses of the button are recorded (rule 16).
const (
	visitEvery = time.Hour // one of a browser
	maxVisits  = 20        // of a recipient in visitEvery
)

// Redeem records that a person pressed the button of the link's first page (rules 4, 16). One that is not recorded is
// no refusal. It refuses like Access.
func (l Link) Redeem(h Holder, v Visitor, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	if err := l.Access(h, now); err != nil {
		return nil, err
	}
	if l.recipient(h.Recipient).recent(v.DeviceID, now) {
		return due, nil
	}
	return append(due, Redeemed{
		Recipient: h.Recipient, Generation: h.Generation,
		Device: about(h.Recipient, v.Device, maxDevice), Address: about(h.Recipient, v.Address, maxDevice), DeviceID: v.DeviceID, At: now,
	}), nil
}

// recent tells that a visit at now is one too many. The visits kept are enough to know: where there are maxVisits, none
// is forgotten before visitEvery has passed.
func (r *recipient) recent(device uuid.UUID, now time.Time) bool {
	fresh := func(v visit) bool { return now.Before(v.at.Add(visitEvery)) }
	if len(r.visits) == maxVisits && fresh(r.visits[0]) {
		return true
	}
	return slices.ContainsFunc(r.visits, func(v visit) bool { return v.device == device && fresh(v) })
}
