package task

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// talkEvent is an event about the thread.
//
//sumtype:decl
type talkEvent interface {
	Event
	ofTalk()
}

// noticeEvent is an event about a notice.
//
//sumtype:decl
type noticeEvent interface {
	Event
	ofNotice()
}

// Talk is who reads along: everybody on the task, one contact and the practice, or the practice alone.
type Talk struct {
	With     uuid.UUID `json:"with,omitzero" es:"id"` // a contact; zero: everybody
	Internal bool      `json:"internal,omitzero" es:"fact"`
}

// Posted says something in the task's thread.
type Posted struct {
	Message  uuid.UUID      `json:"message" es:"id"`
	By       Who            `json:"by" es:"nested"`
	Text     event.Personal `json:"text" es:"personal"` // plain; may be empty where there are files (S2.12)
	Talk     Talk           `json:"talk,omitzero" es:"nested"`
	Files    []uuid.UUID    `json:"files,omitempty" es:"id"`    // attachments
	Mentions []uuid.UUID    `json:"mentions,omitempty" es:"id"` // staff
	Tell     []uuid.UUID    `json:"tell,omitempty" es:"id"`     // contacts: who could read it by then, but for its author
	Via      Via            `json:"via" es:"fact"`
	At       time.Time      `json:"at" es:"fact"`
}

// Via is the way on which a message came.
type Via string

// The ways. Their words are stored.
const (
	ByPage Via = "page"
	ByMail Via = "mail"
	ByAPI  Via = "api"
)

// MessageEdited changes the text of a message shortly after it was posted.
type MessageEdited struct {
	Message  uuid.UUID      `json:"message" es:"id"`
	Text     event.Personal `json:"text" es:"personal"`
	Mentions []uuid.UUID    `json:"mentions,omitempty" es:"id"`
	At       time.Time      `json:"at" es:"fact"`
}

// MessageDeleted takes a message away; a mark stays in its place.
type MessageDeleted struct {
	Message uuid.UUID `json:"message" es:"id"`
	By      Who       `json:"by" es:"nested"`
	At      time.Time `json:"at" es:"fact"`
}

// MessagesRead says that somebody has read the thread, of what they may see, up to a message.
type MessagesRead struct {
	By   Who       `json:"by" es:"nested"`
	Upto uuid.UUID `json:"upto" es:"id"`
	At   time.Time `json:"at" es:"fact"`
}

// ReplyRefused says that a mail with which a contact has answered was not taken, or not all that was enclosed. They are told
// (rule 35).
type ReplyRefused struct {
	Contact uuid.UUID        `json:"contact" es:"id"` // to whom the address for answers belongs
	Mail    uuid.UUID        `json:"mail" es:"id"`    // the id of the message that it would have been
	Why     Refusal          `json:"why" es:"fact"`
	Text    event.Personal   `json:"text" es:"personal"` // what they wrote, as far as it is kept; of a stranger nothing
	Cut     bool             `json:"cut,omitzero" es:"fact"`
	Files   []event.Personal `json:"files,omitempty" es:"personal"` // the names of what was enclosed
	At      time.Time        `json:"at" es:"fact"`
}

// Refusal is why a mail was not taken.
type Refusal string

// The refusals. Their words are stored.
const (
	ForLength    Refusal = "length"    // it has too many letters
	ForNothing   Refusal = "nothing"   // it has none
	ForClosing   Refusal = "closed"    // the task takes nothing any more
	ForAccess    Refusal = "access"    // they don't see the task any more, or can't come in
	ForArchive   Refusal = "archived"  // nobody works for the client any more
	ForSender    Refusal = "sender"    // it came from somebody else
	ForFiles     Refusal = "files"     // what was enclosed; what was written was posted, if there was anything
	ForFrequency Refusal = "frequency" // there were too many within an hour
)

// Notified says that a mail or text about the task was handed over to a contact (T13). Mail is its id, one for all tasks that
// it speaks of.
type Notified struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Channel Channel   `json:"channel" es:"fact"`
	About   Notice    `json:"about" es:"fact"`
	Mail    uuid.UUID `json:"mail,omitzero" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// NoticeDelivered says that the receiving side has accepted it, where anybody tells.
type NoticeDelivered struct {
	Contact uuid.UUID `json:"contact" es:"id"`
	Channel Channel   `json:"channel" es:"fact"`
	Mail    uuid.UUID `json:"mail,omitzero" es:"id"`
	At      time.Time `json:"at" es:"fact"`
}

// NoticeFailed says that it was refused for good, at once or later, or that the last try has failed.
type NoticeFailed struct {
	Contact uuid.UUID      `json:"contact" es:"id"`
	Channel Channel        `json:"channel" es:"fact"`
	About   Notice         `json:"about" es:"fact"`
	Mail    uuid.UUID      `json:"mail,omitzero" es:"id"`
	Code    string         `json:"code,omitempty" es:"fact"` // "550", "5.1.1", a provider's number; empty: given up after Tries
	Detail  event.Personal `json:"detail" es:"personal"`     // the server's words, which may quote the address
	Tries   int            `json:"tries,omitzero" es:"fact"`
	At      time.Time      `json:"at" es:"fact"`
}

// Channel is one way on which a notice goes.
type Channel string

// The channels. Their words are stored.
const (
	Email Channel = "email"
	Text  Channel = "text"
)

// Notice is what a mail about a task is about.
type Notice string

// The notices. Their words are stored.
const (
	OfAssignment Notice = "assigned"
	OfReopening  Notice = "reopened"
	OfMessage    Notice = "message"
	OfSendBack   Notice = "sent_back"
	OfAcceptance Notice = "accepted"
	OfClosing    Notice = "closed"
	OfReminder   Notice = "reminder"
)

func (Posted) EventType() string          { return "task.posted" }
func (MessageEdited) EventType() string   { return "task.message_edited" }
func (MessageDeleted) EventType() string  { return "task.message_deleted" }
func (MessagesRead) EventType() string    { return "task.messages_read" }
func (ReplyRefused) EventType() string    { return "task.reply_refused" }
func (Notified) EventType() string        { return "task.notified" }
func (NoticeDelivered) EventType() string { return "task.notice_delivered" }
func (NoticeFailed) EventType() string    { return "task.notice_failed" }

func (Posted) task()          {}
func (MessageEdited) task()   {}
func (MessageDeleted) task()  {}
func (MessagesRead) task()    {}
func (ReplyRefused) task()    {}
func (Notified) task()        {}
func (NoticeDelivered) task() {}
func (NoticeFailed) task()    {}

func (Posted) ofTalk()         {}
func (MessageEdited) ofTalk()  {}
func (MessageDeleted) ofTalk() {}
func (MessagesRead) ofTalk()   {}
func (ReplyRefused) ofTalk()   {}

func (Notified) ofNotice()        {}
func (NoticeDelivered) ofNotice() {}
func (NoticeFailed) ofNotice()    {}
