package task

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// message is what decisions know of one message.
type message struct {
	id      uuid.UUID
	by      Who
	talk    Talk
	at      time.Time
	deleted bool
}

func (t Task) applyTalk(e talkEvent) Task {
	switch e := e.(type) {
	case Posted:
		t.messages = append(t.messages, message{id: e.Message, by: e.By, talk: e.Talk, at: e.At})
	case MessageEdited:
		// Nothing is decided on it; read models show it.
	case MessageDeleted:
		if i := t.messageAt(e.Message); i >= 0 {
			t.messages[i].deleted = true
		}
	case MessagesRead:
		t.read = set(t.read, Who{Kind: e.By.Kind, ID: e.By.ID}, e.Upto)
	}
	return t
}

// messageAt is its place in the thread, -1 where there is none.
func (t Task) messageAt(id uuid.UUID) int {
	return slices.IndexFunc(t.messages, func(m message) bool { return m.id == id })
}
