package account

import (
	"slices"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// The limits of what a contact does (rules 11, 13, 14), by the database's clock.
const (
	PortalIdle  = 24 * time.Hour
	PortalLimit = 30 * 24 * time.Hour
	LinkIdle    = time.Hour
	LinkLimit   = 24 * time.Hour

	ResetFor    = time.Hour
	ResetsAHour = 5
	MoveFor     = 24 * time.Hour
	MovesADay   = 5
)

// The refusals of mailed links.
var (
	ErrResetGone = fault.New(fault.Gone, "account.reset_gone", "This link to set a new password doesn't work any more. Ask for a new one.")
	ErrMoveGone  = fault.New(fault.Gone, "account.move_gone", "This link to change an e-mail address doesn't work any more. Start again from your settings.")
	ErrMoveSame  = fault.New(fault.Invalid, "account.move_same", "This is your present e-mail address. Enter another one.")
	ErrMoves     = fault.New(fault.TooMany, "account.moves", "You have asked for many changes of address today. Try again tomorrow.")
	ErrTerms     = fault.New(fault.Conflict, "account.terms", "The terms have changed since you opened this page. Read them again.")
)

// Account is the state of one person's account, as far as decisions read it. The zero value is an account that nothing
// has happened to.
//
// Apply reuses its receiver's memory, as append does: go on with what it returns. Decisions never change their receiver.
type Account struct {
	terms  int         // the newest version that was accepted
	resets []time.Time // when links to set a new password were asked for, by generation-1
	spent  int         // generations of them that open nothing any more
	moves  []move      // wishes for another address, by generation-1
	off    []NoticeSort
}

// move is one wish for another address. Only the newest can be open.
type move struct {
	to       event.Personal
	at       time.Time
	old, new bool // who has agreed
	over     bool // called off or done
}

// Apply assigns what e says.
func (a Account) Apply(e Event) Account {
	switch e := e.(type) {
	case PasswordSet:
		a.spent = len(a.resets)
	case TermsAccepted:
		a.terms = max(a.terms, e.Version)
	case ResetRequested:
		a.resets = append(a.resets, e.At)
	case AddressChangeRequested:
		a.moves = append(a.moves, move{to: e.New, at: e.At})
	case AddressChangeAgreed:
		if m := a.move(e.Generation); m != nil {
			m.old, m.new = m.old || e.End == OldEnd, m.new || e.End == NewEnd
		}
	case AddressChangeRefused:
		if m := a.move(e.Generation); m != nil {
			m.over = true
		}
	case AddressChanged:
		if n := len(a.moves); n > 0 {
			a.moves[n-1].over = true
		}
	case NoticesChosen:
		a.off = e.Off
	case SignedIn, CodeRequested, FactorAdded, FactorRemoved, FactorsReset, RecoveryCodesMade, RecoveryCodeUsed, SessionsEnded,
		StaffAdded, StaffInvited, StaffJoined, StaffRoleSet, StaffDeactivated, StaffReactivated, ProviderLinked:
		// No decision here reads them.
	}
	return a
}

func (a Account) move(generation int) *move {
	if generation < 1 || generation > len(a.moves) {
		return nil
	}
	return &a.moves[generation-1]
}

// Terms is the newest version of the practice's terms that the person has accepted; 0: none (rule 12).
func (a Account) Terms() int { return a.terms }

// AcceptTerms agrees to a version; one that was agreed to before is no event (rule 12).
func (a Account) AcceptTerms(version int, from event.Personal, now time.Time) ([]Event, error) {
	if version <= a.terms {
		return nil, nil
	}
	return []Event{TermsAccepted{Version: version, From: from, At: now}}, nil
}

// SetPassword records that there is another password (rule 15).
func (a Account) SetPassword(cause PasswordCause, now time.Time) ([]Event, error) {
	return []Event{PasswordSet{Cause: cause, At: now}}, nil
}

// RequestReset asks for a link that sets a new password. No event: the newest link is young and there were enough (rule 13).
func (a Account) RequestReset(now time.Time) ([]Event, error) {
	recent := 0
	for _, at := range slices.Backward(a.resets) {
		if now.Sub(at) >= time.Hour {
			break
		}
		recent++
	}
	if recent >= ResetsAHour && a.spent < len(a.resets) {
		return nil, nil
	}
	return []Event{ResetRequested{Generation: len(a.resets) + 1, At: now}}, nil
}

// MayReset tells whether the link of a generation sets a new password now. ErrResetGone (rule 13).
func (a Account) MayReset(generation int, now time.Time) error {
	if generation < 1 || generation != len(a.resets) || generation <= a.spent || !now.Before(a.resets[generation-1].Add(ResetFor)) {
		return ErrResetGone
	}
	return nil
}

// ResetUntil is when the newest link to set a new password stops to work.
func (a Account) ResetUntil() time.Time {
	if len(a.resets) == 0 {
		return time.Time{}
	}
	return a.resets[len(a.resets)-1].Add(ResetFor)
}

// MoveUntil is when the newest wish for another address ends.
func (a Account) MoveUntil() time.Time {
	if len(a.moves) == 0 {
		return time.Time{}
	}
	return a.moves[len(a.moves)-1].at.Add(MoveFor)
}

// Reset sets a new password by the link of a generation. ErrResetGone (rules 13, 15).
func (a Account) Reset(generation int, now time.Time) ([]Event, error) {
	if err := a.MayReset(generation, now); err != nil {
		return nil, err
	}
	return []Event{PasswordSet{Cause: ByReset, At: now}}, nil
}

// RequestAddress wishes for another address; from is the present one. Errors: ErrMoveSame, ErrMoves (rule 14).
func (a Account) RequestAddress(from string, to event.Personal, now time.Time) ([]Event, error) {
	if from == to.Text {
		return nil, ErrMoveSame
	}
	recent := 0
	for _, m := range slices.Backward(a.moves) {
		if now.Sub(m.at) >= 24*time.Hour {
			break
		}
		recent++
	}
	if recent >= MovesADay {
		return nil, ErrMoves
	}
	return []Event{AddressChangeRequested{Generation: len(a.moves) + 1, New: to, At: now}}, nil
}

// Move is the open wish of a generation: the address, and which ends have agreed. ErrMoveGone (rule 14).
func (a Account) Move(generation int, now time.Time) (to event.Personal, old, new bool, err error) {
	m := a.move(generation)
	if m == nil || generation != len(a.moves) || m.over || m.to.Erased || !now.Before(m.at.Add(MoveFor)) {
		return event.Personal{}, false, false, ErrMoveGone
	}
	return m.to, m.old, m.new, nil
}

// OpenMove is the wish that is open now, if there is one: the address and its generation.
func (a Account) OpenMove(now time.Time) (to event.Personal, generation int, old, new bool) {
	to, old, new, err := a.Move(len(a.moves), now)
	if err != nil {
		return event.Personal{}, 0, false, false
	}
	return to, len(a.moves), old, new
}

// AgreeAddress says yes at one end; the second yes changes the address. Saying it twice changes nothing. from is the
// present address. ErrMoveGone (rule 14).
func (a Account) AgreeAddress(generation int, end End, from event.Personal, now time.Time) ([]Event, error) {
	to, old, new, err := a.Move(generation, now)
	if err != nil {
		return nil, err
	}
	if end == OldEnd && old || end == NewEnd && new {
		return nil, nil
	}
	events := []Event{AddressChangeAgreed{Generation: generation, End: end, At: now}}
	if old || new {
		events = append(events, AddressChanged{Old: from, New: to, At: now})
	}
	return events, nil
}

// RefuseAddress calls the wish off. ErrMoveGone (rule 14).
func (a Account) RefuseAddress(generation int, now time.Time) ([]Event, error) {
	if _, _, _, err := a.Move(generation, now); err != nil {
		return nil, err
	}
	return []Event{AddressChangeRefused{Generation: generation, At: now}}, nil
}

// SignIn is a session that has begun. person is whose, for what is personal in it.
func SignIn(person uuid.UUID, method Method, device uuid.UUID, first bool, from, agent string, now time.Time) SignedIn {
	return SignedIn{Method: method, Device: device, New: first, From: event.Of(person, from), Agent: event.Of(person, agent), At: now}
}
