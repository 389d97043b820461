package task

import (
	"slices"
	"time"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// How much a message holds, and how long it can be changed.
const (
	MaxMessage  = 10_000 // letters
	MaxMentions = 20
	MaxEnclosed = 100 // files
	EditWindow  = 5 * time.Minute
)

// What can stand in the way of a message.
var (
	ErrText = fault.New(fault.Invalid, "task.message_text",
		"Write your message, then send it.")
	ErrMessageFiles = fault.New(fault.Invalid, "task.message_files",
		"A file of this message is not here any more, or was sent already. Look at what is listed, then send the message.")
	ErrTalk = fault.New(fault.Invalid, "task.message_talk",
		"Choose who reads the message: everybody on the task, or one person who sees it.")
	ErrMentions = fault.New(fault.Invalid, "task.message_mentions",
		"A message of the practice mentions at most 20 colleagues.")
	ErrMessage = fault.New(fault.NotFound, "task.message_not_found",
		"This message is unknown, or was deleted. Reload the page.")
	ErrAuthor = fault.New(fault.Forbidden, "task.message_author",
		"Only who wrote a message can change or delete it.")
	ErrEditLate = fault.New(fault.Conflict, "task.message_late",
		"A message can be changed for five minutes after it was sent. Write another one.")
)

// message is what decisions know of one message.
type message struct {
	id      uuid.UUID
	by      Who
	text    event.Personal
	talk    Talk
	at      time.Time
	deleted bool
	files   bool        // it has some
	named   []uuid.UUID // staff
	mailed  bool        // it came by mail
}

func (t Task) applyTalk(e talkEvent) Task {
	switch e := e.(type) {
	case Posted:
		t.messages = append(t.messages, message{id: e.Message, by: e.By, text: e.Text, talk: e.Talk, at: e.At, files: len(e.Files) > 0, named: e.Mentions, mailed: e.Via == ByMail})
		for _, id := range e.Files {
			t.file(id, func(f *file) { f.returned, f.place = true, Place{Message: e.Message, Talk: e.Talk} })
		}
	case MessageEdited:
		if i := t.messageAt(e.Message); i >= 0 {
			t.messages[i].text, t.messages[i].named = e.Text, e.Mentions
		}
	case MessageDeleted:
		if i := t.messageAt(e.Message); i >= 0 {
			t.messages[i].deleted, t.messages[i].text = true, event.Personal{}
		}
	case MessagesRead:
		t.read = set(t.read, Who{Kind: e.By.Kind, ID: e.By.ID}, e.Upto)
	case ReplyRefused:
		t.refused = append(t.refused, refused{e.Mail, e.Contact, e.Why, e.At})
	}
	return t
}

// messageAt is its place in the thread, -1 where there is none.
func (t Task) messageAt(id uuid.UUID) int {
	return slices.IndexFunc(t.messages, func(m message) bool { return m.id == id })
}

// author is in whose name it was written: the contact's, where somebody of the practice did it in their place.
func (w Who) author() Who {
	if w.For != uuid.Nil {
		return Who{Kind: event.Contact, ID: w.For}
	}
	return w
}

// Reads tells whether a contact who sees the task reads what is said in talk at that time (rules 9, 19).
func (t Task) Reads(contact uuid.UUID, talk Talk, at time.Time) bool {
	return !talk.Internal && (talk.With == uuid.Nil || talk.With == contact) && !at.Before(t.since[contact])
}

// Posting is a message as it is written. Contact is who writes it or in whose place it is written; zero: the practice.
type Posting struct {
	Message  uuid.UUID
	Contact  uuid.UUID
	Text     string
	Talk     Talk
	Files    []uuid.UUID // that were sent for it
	Mentions []uuid.UUID // staff
	Via      Via
}

// Post says something in the thread (rules 19, 20). people are those who could see a task of the client now, as in
// Assigning. A message that is there already is no event, so that a form sent twice is one message. It refuses with
// ErrNotFound, ErrClosed, ErrText, ErrTalk, ErrMentions, ErrMessage, ErrMessageFiles, ErrFilesOver.
func (t Task) Post(p Posting, people []uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if p.Message == uuid.Nil {
		return nil, ErrMessage
	}
	if i := t.messageAt(p.Message); i >= 0 {
		if t.messages[i].by.author() != by.author() {
			return nil, ErrMessage
		}
		return due, nil
	}
	if err := t.mayTalk(p.Contact, p.Talk, now); err != nil {
		return nil, err
	}
	if err := t.checkTalk(p.Contact, p.Talk); err != nil {
		return nil, err
	}
	files, err := t.enclosed(p, by)
	if err != nil {
		return nil, err
	}
	text, err := messageText(p.Text, len(files) > 0)
	if err != nil {
		return nil, err
	}
	mentions, err := mentioned(p.Contact, p.Mentions)
	if err != nil {
		return nil, err
	}
	return append(due, Posted{
		Message: p.Message, By: by, Text: of(t.says.Subject, text), Talk: p.Talk, Files: files, Mentions: mentions, Tell: t.hearers(p, people, now),
		Via: p.Via, At: now,
	}), nil
}

// mayTalk refuses whom the task does not concern, and what it no longer takes: a note for the practice itself it always
// takes (rule 20).
func (t Task) mayTalk(contact uuid.UUID, talk Talk, now time.Time) error {
	switch {
	case contact != uuid.Nil:
		return t.acts(contact, now)
	case talk.Internal:
		return t.there()
	case t.there() != nil:
		return ErrNotFound
	}
	return t.Takes(talk.With)
}

// checkTalk refuses an audience that nobody of it may choose (rule 19).
func (t Task) checkTalk(contact uuid.UUID, talk Talk) error {
	switch {
	case talk.Internal && (contact != uuid.Nil || talk.With != uuid.Nil),
		contact != uuid.Nil && talk.With != uuid.Nil && talk.With != contact,
		talk.With != uuid.Nil && !t.Sees(talk.With):
		return ErrTalk
	}
	return nil
}

func messageText(text string, files bool) (string, error) {
	text = manyLines(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && !files:
		return "", ErrText
	case n > MaxMessage:
		return "", ErrText.Withf("The message has %d letters; at most %d fit. Send it in two parts.", n, MaxMessage)
	}
	return text, nil
}

// enclosed are the files of a message, each once: complete ones that its author has sent for one, and that no other has
// (rule 25). What takes no files takes none in a message either.
func (t Task) enclosed(p Posting, by Who) (files []uuid.UUID, err error) {
	for _, id := range p.Files {
		f := t.attachment(id)
		switch {
		case f == nil || !f.kept() || !f.unsent() || f.by.author() != by.author():
			return nil, ErrMessageFiles
		case !slices.Contains(files, id):
			files = append(files, id)
		}
	}
	switch {
	case len(files) == 0:
		return nil, nil
	case len(files) > MaxEnclosed:
		return nil, ErrMessageFiles.Withf("A message takes at most %d files. Send it in two parts.", MaxEnclosed)
	}
	return files, t.takesFiles(p.Contact, Place{}, FilePolicy{})
}

// mentioned are the colleagues of a message of the practice, each once.
func mentioned(contact uuid.UUID, staff []uuid.UUID) (mentions []uuid.UUID, err error) {
	for _, s := range staff {
		if s != uuid.Nil && !slices.Contains(mentions, s) {
			mentions = append(mentions, s)
		}
	}
	if len(mentions) > MaxMentions || contact != uuid.Nil && len(mentions) > 0 {
		return nil, ErrMentions
	}
	return mentions, nil
}

// hearers are the contacts who are to be told of a message: who may read it by then, but not its author.
func (t Task) hearers(p Posting, people []uuid.UUID, now time.Time) (who []uuid.UUID) {
	for _, c := range people {
		if c != p.Contact && t.Sees(c) && t.Takes(c) == nil && t.Reads(c, p.Talk, now) {
			who = append(who, c)
		}
	}
	return who
}

// mine is a message that by may change, of a contact who still sees it. It refuses with ErrNotFound, ErrClosed, ErrMessage,
// ErrAuthor.
func (t Task) mine(id, contact uuid.UUID, by Who, now time.Time) (m message, err error) {
	i := t.messageAt(id)
	if i >= 0 {
		m = t.messages[i]
	}
	if err := t.mayTalk(contact, m.talk, now); err != nil {
		return message{}, err
	}
	switch {
	case i < 0, contact != uuid.Nil && !t.Reads(contact, m.talk, m.at):
		return message{}, ErrMessage
	case m.by.author() != by.author():
		return message{}, ErrAuthor
	}
	return m, nil
}

// Edit changes a message shortly after it was posted (rule 21). contact is as in Posting. What it says already is no
// event. It refuses with ErrNotFound, ErrClosed, ErrMessage, ErrAuthor, ErrEditLate, ErrText, ErrMentions.
func (t Task) Edit(id uuid.UUID, text string, mentions []uuid.UUID, contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	m, err := t.mine(id, contact, by, now)
	switch {
	case err != nil:
		return nil, err
	case m.deleted:
		return nil, ErrMessage
	}
	if text, err = messageText(text, m.files); err != nil {
		return nil, err
	}
	if mentions, err = mentioned(contact, mentions); err != nil {
		return nil, err
	}
	switch next := of(t.says.Subject, text); {
	case next == m.text:
		return due, nil
	case !now.Before(m.at.Add(EditWindow)):
		return nil, ErrEditLate
	default:
		return append(due, MessageEdited{Message: id, Text: next, Mentions: mentions, At: now}), nil
	}
}

// Delete takes a message away; a mark stays in its place (rule 21). contact is as in Posting. The second time changes
// nothing. It refuses with ErrNotFound, ErrClosed, ErrMessage, ErrAuthor.
func (t Task) Delete(id, contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	m, err := t.mine(id, contact, by, now)
	if err != nil {
		return nil, err
	}
	if m.deleted {
		return due, nil
	}
	return append(due, MessageDeleted{Message: id, By: by, At: now}), nil
}

// Read says up to where somebody has read the thread (rule 22): a contact, or where contact is zero somebody of the
// practice. What was read already is no event, and nor is what the practice reads in a contact's place. It refuses with
// ErrNotFound, ErrMessage.
func (t Task) Read(upto, contact uuid.UUID, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	err := t.there()
	if contact != uuid.Nil {
		err = t.Shown(contact, now)
	}
	if err != nil {
		return nil, err
	}
	i := t.messageAt(upto)
	switch {
	case i < 0, contact != uuid.Nil && !t.Reads(contact, t.messages[i].talk, t.messages[i].at):
		return nil, ErrMessage
	case by.For != uuid.Nil, i <= t.messageAt(t.read[Who{Kind: by.Kind, ID: by.ID}]):
		return due, nil
	}
	return append(due, MessagesRead{By: by, Upto: upto, At: now}), nil
}
