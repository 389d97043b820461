package task

import (
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// notice is what is known of one mail or text to one contact.
type notice struct {
	contact   uuid.UUID
	channel   Channel
	about     Notice
	mail      uuid.UUID
	handed    bool
	delivered bool
	failed    bool
}

func (t Task) applyNotice(e noticeEvent) Task {
	switch e := e.(type) {
	case Notified:
		t = t.learns(notice{contact: e.Contact, channel: e.Channel, about: e.About, mail: e.Mail}, func(n *notice) { n.handed = true })
	case NoticeDelivered:
		for i, n := range t.notices {
			if n.contact == e.Contact && n.channel == e.Channel && n.mail == e.Mail {
				t.notices[i].delivered = true
			}
		}
	case NoticeFailed:
		t = t.learns(notice{contact: e.Contact, channel: e.Channel, about: e.About, mail: e.Mail}, func(n *notice) { n.failed = true })
	}
	return t
}

func (t Task) learns(n notice, do func(*notice)) Task {
	i := t.noticeAt(n)
	if i < 0 {
		t.notices = append(t.notices, n)
		i = len(t.notices) - 1
	}
	do(&t.notices[i])
	return t
}

func (t Task) noticeAt(n notice) int {
	return slices.IndexFunc(t.notices, func(o notice) bool {
		return o.contact == n.contact && o.channel == n.channel && o.about == n.about && o.mail == n.mail
	})
}

// Fate is what became of a mail or text about the task.
type Fate struct {
	Contact   uuid.UUID
	Channel   Channel
	About     Notice
	Mail      uuid.UUID
	Handed    bool   // a provider took it; otherwise it failed for good
	Delivered bool   // the receiving side did, as somebody tells
	Code      string // of a failure: "550", a provider's number; empty: given up after Tries
	Detail    string // the server's words
	Tries     int
}

const maxDetail = 1_000 // letters

// Record notes what became of a notice, once (rule 13). It refuses with ErrNotFound what the task was never told of.
func (t Task) Record(f Fate, now time.Time) ([]Event, error) {
	if !t.assigned {
		return nil, ErrNotFound
	}
	var known notice
	if i := t.noticeAt(notice{contact: f.Contact, channel: f.Channel, about: f.About, mail: f.Mail}); i >= 0 {
		known = t.notices[i]
	}
	switch {
	case f.Delivered && !known.handed:
		return nil, ErrNotFound
	case f.Delivered && known.delivered, f.Handed && !f.Delivered && known.handed, !f.Handed && !f.Delivered && known.failed:
		return nil, nil
	case f.Delivered:
		return []Event{NoticeDelivered{Contact: f.Contact, Channel: f.Channel, Mail: f.Mail, At: now}}, nil
	case f.Handed:
		return []Event{Notified{Contact: f.Contact, Channel: f.Channel, About: f.About, Mail: f.Mail, At: now}}, nil
	}
	detail := []rune(manyLines(f.Detail))
	detail = detail[:min(len(detail), maxDetail)]
	e := NoticeFailed{Contact: f.Contact, Channel: f.Channel, About: f.About, Mail: f.Mail, Code: f.Code, Tries: f.Tries, At: now}
	if len(detail) > 0 {
		e.Detail = event.Of(f.Contact, string(detail))
	}
	return []Event{e}, nil
}
