package uploadlink

import (
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Bounds of asking a file back (rule 22).
const (
	MaxWithdrawals = 2     // times a file can be asked back
	MaxReason      = 1_000 // letters, of either side's reason
)

// What can be wrong with asking a file back, and with the answer.
var (
	ErrNotSent = fault.New(fault.Conflict, "uploadlink.not_sent",
		"This file has not been sent yet, so you need not ask anybody: delete it.")
	ErrBeingChecked = fault.New(fault.Conflict, "uploadlink.being_checked",
		"This file is being checked for viruses and has not reached the practice yet. Ask again when it has been sent.")
	ErrWithdrawn = fault.New(fault.Gone, "uploadlink.withdrawn",
		"This file was withdrawn by the person who sent it, and destroyed. Its name, size and SHA-256 stay in the history.")
	ErrKept = fault.New(fault.Conflict, "uploadlink.kept",
		"The practice has been asked twice for this file and keeps it. Reply to their e-mail if you need to talk about it.")
	ErrNoWithdrawal = fault.New(fault.Conflict, "uploadlink.no_withdrawal",
		"Nobody is asking for this file back just now; the request may have been answered already. Reload the page to see.")
	ErrNoReason = fault.New(fault.Invalid, "uploadlink.no_reason",
		"Say why you keep the file. The person who asked reads it.")
)

// AskWithdrawal asks the practice to give up a file that it has (rule 22, U5). reason may be empty. Asking again while
// the practice has not answered changes nothing. It refuses like Rename where the file or the secret is the reason, but
// with ErrNotSent for a file in its window, which its sender may delete, and ErrBeingChecked after it; with ErrWithdrawn for one that is gone already,
// ErrKept after MaxWithdrawals refusals, ErrText for a reason that is too long.
func (l Link) AskWithdrawal(h Holder, file uuid.UUID, reason string, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	f, err := l.askable(h, file)
	if err != nil {
		return nil, err
	}
	if f.asked {
		return nil, nil
	}
	if f.asks >= MaxWithdrawals {
		return nil, ErrKept
	}
	if reason, err = words(reason); err != nil {
		return nil, err
	}
	return append(due, WithdrawalRequested{File: file, Reason: event.Of(l.subject, reason), At: now}), nil
}

// askable is h's file while the practice has it; l has elapsed.
func (l Link) askable(h Holder, id uuid.UUID) (*file, error) {
	if err := l.holds(h); err != nil {
		return nil, err
	}
	f := l.file(id)
	if f == nil || f.recipient != h.Recipient {
		return nil, ErrFileNotFound
	}
	switch f.state {
	case released:
		return f, nil
	case received:
		if b := l.batch(f.batch); b == nil || b.sealed != "" {
			return nil, ErrBeingChecked
		}
		return nil, ErrNotSent
	case infected, destroyed:
		return nil, ErrInfected
	case receiving:
		return nil, ErrStillArriving
	case deleted:
		return nil, ErrFileDeleted
	case withdrawn:
		return nil, ErrWithdrawn
	case abandoned, tooOld:
		return nil, ErrTransferEnded
	}
	return nil, ErrFileNotFound
}

// AcceptWithdrawal gives a file up: its bytes are destroyed, its name, size and digest stay in the history (rule 22).
// Accepting again changes nothing. It refuses with ErrFileNotFound, and with ErrNoWithdrawal where nobody is asking.
func (l Link) AcceptWithdrawal(file uuid.UUID, now time.Time) ([]Event, error) {
	f := l.file(file)
	switch {
	case f == nil:
		return nil, ErrFileNotFound
	case f.state == withdrawn:
		return nil, nil
	case !f.asked:
		return nil, ErrNoWithdrawal
	}
	return []Event{WithdrawalAccepted{File: file, At: now}}, nil
}

// RefuseWithdrawal keeps a file, for a reason that its sender reads (rule 22). It refuses like AcceptWithdrawal, with
// ErrWithdrawn where the file is gone, ErrNoReason for an empty reason and ErrText for one that is too long.
func (l Link) RefuseWithdrawal(file uuid.UUID, reason string, now time.Time) ([]Event, error) {
	f := l.file(file)
	switch {
	case f == nil:
		return nil, ErrFileNotFound
	case f.state == withdrawn:
		return nil, ErrWithdrawn
	case !f.asked:
		return nil, ErrNoWithdrawal
	}
	reason, err := words(reason)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, ErrNoReason
	}
	return []Event{WithdrawalRefused{File: file, Reason: event.Of(l.subject, reason), At: now}}, nil
}

// words is a reason as it is kept.
func words(reason string) (string, error) {
	reason = strings.TrimSpace(valid(reason))
	if n := utf8.RuneCountInString(reason); n > MaxReason {
		return "", ErrText.Withf("The reason has %d letters; at most %d fit. Shorten it.", n, MaxReason)
	}
	return reason, nil
}
