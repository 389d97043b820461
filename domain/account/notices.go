package account

import (
	"slices"
	"time"

	"portico/domain/fault"
)

// NoticeSort is a sort of mails about tasks that a contact can do without (rule 22).
type NoticeSort string

// The sorts. Their words are stored.
const (
	AskedNotices   NoticeSort = "asked"    // something is asked of them, or asked again
	SettledNotices NoticeSort = "settled"  // what they returned was accepted, or nothing more is needed
	MessageNotices NoticeSort = "messages" // somebody has written to them
)

// NoticeSorts are all of them.
func NoticeSorts() []NoticeSort { return []NoticeSort{AskedNotices, SettledNotices, MessageNotices} }

// ErrNotices refuses a sort that there isn't.
var ErrNotices = fault.New(fault.Invalid, "account.notices", "There is no such sort of e-mail to choose. Reload the page.")

// ChooseNotices states anew which mails a contact does without (rule 22). What stands so already is no event. It refuses with
// ErrNotices.
func (a Account) ChooseNotices(off []NoticeSort, now time.Time) ([]Event, error) {
	for _, sort := range off {
		if !slices.Contains(NoticeSorts(), sort) {
			return nil, ErrNotices
		}
	}
	chosen := slices.DeleteFunc(NoticeSorts(), func(s NoticeSort) bool { return !slices.Contains(off, s) })
	if slices.Equal(chosen, a.off) {
		return nil, nil
	}
	return []Event{NoticesChosen{Off: chosen, At: now}}, nil
}

// Wants tells whether the person gets mails of a sort.
func (a Account) Wants(sort NoticeSort) bool { return !slices.Contains(a.off, sort) }
