package invite

import (
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// Why a bulk job passes somebody by (rule 14). ErrIn is another reason.
var (
	ErrWaits = fault.New(fault.Conflict, "invite.waits",
		"This person was invited already and has not answered yet.")
	ErrCameBack = fault.New(fault.Conflict, "invite.came_back",
		"The last invitation came back from this address. Correct the address first.")
	ErrShut = fault.New(fault.Conflict, "invite.shut",
		"The practice has removed this person’s access. Invite them one by one where that was meant to end.")
)

// passes tells why a bulk job leaves the contact alone (rule 14); nil: it invites them. What went to an address that is
// no longer theirs counts for nothing.
func (i Invite) passes(to Person, again bool) error {
	s := i.pending()
	switch {
	case i.in != "":
		return ErrIn
	case i.shut():
		return ErrShut
	case s == nil, s.strayed(to.Email, to.Phone):
		return nil
	case s.lost():
		return ErrCameBack
	case !again:
		return ErrWaits
	}
	return nil
}

// lost tells that nobody has opened the sending, and that it failed for good on every channel that it went by.
func (s *sending) lost() bool {
	failed := func(c Channel) bool { return s.fates[c]&(bounced|gaveUp) != 0 }
	mailed, texted := s.channels.carries(Email) && s.email != "", s.channels.carries(Text) && s.phone != ""
	return !s.opened && (mailed || texted) && (!mailed || failed(Email)) && (!texted || failed(Text))
}

// Recall takes back what a bulk job has sent to the contact (rule 15). The caller knows that no message of it has left,
// and that none will. Where it is not the sending that stands, or something is known of it already, nothing changes.
func (i Invite) Recall(job uuid.UUID, now time.Time) []Event {
	i, due := i.ahead(now)
	s := i.pending()
	if s == nil || s.job != job || job == uuid.Nil || s.opened || len(s.fates) > 0 {
		return due
	}
	return append(due, TakenBack{Nth: i.current(), At: now})
}
