package invite

import (
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"
)

// What can be wrong with ending an invitation or an access.
var (
	ErrLeft = fault.New(fault.Conflict, "invite.left",
		"This invitation has left already and can't be taken back. Withdraw it instead.")
	ErrAccepted = fault.New(fault.Conflict, "invite.accepted",
		"This person has accepted meanwhile. To shut the portal for them, remove their access.")
	ErrNotAccepted = fault.New(fault.Conflict, "invite.not_accepted",
		"This person is not in, so there is no access to remove. An invitation that is still open can be withdrawn.")
	ErrReason = fault.New(fault.Invalid, "invite.reason",
		"This reason is too long. Shorten it.")
)

// TakeBack undoes the nth sending before its hold has ended (rule 5). The second time changes nothing. It refuses with
// ErrNotFound and ErrLeft.
func (i Invite) TakeBack(nth int, now time.Time) ([]Event, error) {
	s := i.nth(nth)
	switch {
	case s == nil:
		return nil, ErrNotFound
	case s.end == takenBack:
		return nil, nil
	case nth != len(i.sendings), s.end != open, s.opened, len(s.fates) > 0, !now.Before(s.holdUntil):
		return nil, ErrLeft
	}
	return []Event{TakenBack{Nth: nth, At: now}}, nil
}

// Withdraw ends the sending that nobody has accepted (rule 8). Where none is open it changes nothing. reason is for the
// practice only. It refuses with ErrNeverSent, ErrAccepted, ErrReason.
func (i Invite) Withdraw(reason string, now time.Time) ([]Event, error) {
	i, due := i.ahead(now)
	s := i.nth(i.current())
	if s == nil {
		return nil, ErrNeverSent
	}
	reason, err := checkReason(reason)
	switch {
	case err != nil:
		return nil, err
	case i.pending() != nil:
		return append(due, Withdrawn{Nth: i.current(), Reason: event.Of(s.contact, reason), At: now}), nil
	case i.in != "" && s.end == accepted:
		return nil, ErrAccepted
	}
	return due, nil
}

// RemoveAccess shuts the portal for the contact (rule 8). The second time changes nothing. It refuses with
// ErrNotAccepted, ErrReason.
func (i Invite) RemoveAccess(reason string, now time.Time) ([]Event, error) {
	i, due := i.ahead(now)
	switch {
	case i.in == "" && i.shut():
		return due, nil
	case i.in == "":
		return nil, ErrNotAccepted
	}
	reason, err := checkReason(reason)
	if err != nil {
		return nil, err
	}
	return append(due, AccessRemoved{Reason: event.Of(i.nth(i.current()).contact, reason), At: now}), nil
}

// Void ends the sending that waits for an answer where it went to an address or number that is no longer the contact's
// (rule 10). to is the contact as they are now.
func (i Invite) Void(to Person, now time.Time) []Event {
	i, due := i.ahead(now)
	s := i.pending()
	if s == nil || !s.strayed(to.Email, to.Phone) {
		return due
	}
	return append(due, Voided{Nth: i.current(), At: now})
}

// strayed tells that the sending went to an address or number other than these.
func (s *sending) strayed(email, phone string) bool {
	return s.email != "" && s.channels.carries(Email) && !strings.EqualFold(s.email, email) ||
		s.phone != "" && s.channels.carries(Text) && s.phone != phone
}

// Outcome is what became of a sending on one channel.
type Outcome struct {
	Nth     int
	Channel Channel
	What    OutcomeKind
	Code    string // of a bounce: "550", "5.1.1", a provider's number
	Detail  string // of a bounce: the server's words
	Tries   int    // of giving up
}

// OutcomeKind is the sort of an outcome.
type OutcomeKind uint8

// The sorts.
const (
	WasHandedOver OutcomeKind = iota + 1
	WasDelivered
	WasBounced
	WasGivenUp
)

const maxDetail = 1_000 // bytes

// Record notes what became of a sending (rule 11). The second time changes nothing. It refuses with ErrNotFound what was
// never sent.
func (i Invite) Record(o Outcome, now time.Time) ([]Event, error) {
	s := i.nth(o.Nth)
	if s == nil || !s.channels.carries(o.Channel) {
		return nil, ErrNotFound
	}
	var e Event
	var f fate
	switch o.What {
	case WasHandedOver:
		e, f = HandedOver{Nth: o.Nth, Channel: o.Channel, At: now}, handedOver
	case WasDelivered:
		e, f = Delivered{Nth: o.Nth, Channel: o.Channel, At: now}, delivered
	case WasBounced:
		e, f = Bounced{Nth: o.Nth, Channel: o.Channel, Code: o.Code, Detail: event.Of(s.contact, cut(o.Detail)), At: now}, bounced
	case WasGivenUp:
		e, f = GaveUp{Nth: o.Nth, Channel: o.Channel, Tries: o.Tries, At: now}, gaveUp
	}
	if e == nil || s.fates[o.Channel]&f != 0 {
		return nil, nil
	}
	return []Event{e}, nil
}

func cut(text string) string {
	if len(text) > maxDetail {
		text = text[:maxDetail]
	}
	return strings.ToValidUTF8(text, "")
}

func checkReason(reason string) (string, error) {
	reason = manyLines(reason)
	if n := utf8.RuneCountInString(reason); n > MaxReason {
		return "", ErrReason.Withf("The reason has %d letters; at most %d fit. Shorten it.", n, MaxReason)
	}
	return reason, nil
}
