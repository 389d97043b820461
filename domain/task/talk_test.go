package task_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	hello, other = id(31), id(32) // messages
	forIda       = task.Who{Kind: event.Staff, ID: mary, For: ida}
	internal     = task.Talk{Internal: true}
	withIda      = task.Talk{With: ida}
)

// post is what somebody writes: a contact, or where who is zero Mary.
func post(who uuid.UUID, words string, change ...func(*task.Posting)) decision {
	return func(t state) ([]ev, error) {
		p := task.Posting{Message: hello, Contact: who, Text: words, Via: task.ByPage}
		for _, f := range change {
			f(&p)
		}
		return t.Post(p, people, writer(who), noon)
	}
}

func writer(who uuid.UUID) task.Who {
	if who == uuid.Nil {
		return byMary
	}
	return by(who)
}

func in(talk task.Talk) func(*task.Posting) { return func(p *task.Posting) { p.Talk = talk } }

// posted is what post records.
func posted(who uuid.UUID, words string, tell []uuid.UUID, change ...func(*task.Posted)) task.Posted {
	e := task.Posted{Message: hello, By: writer(who), Text: text(words), Tell: tell, Via: task.ByPage, At: noon}
	for _, f := range change {
		f(&e)
	}
	return e
}

func said(talk task.Talk) func(*task.Posted) { return func(e *task.Posted) { e.Talk = talk } }

func edit(who uuid.UUID, words string, now time.Time) decision {
	return func(t state) ([]ev, error) { return t.Edit(hello, words, nil, who, writer(who), now) }
}

func remove(who uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Delete(hello, who, writer(who), noon) }
}

func read(upto, who uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Read(upto, who, writer(who), noon) }
}

// Rules 19 and 20: S2.10, S2.i5.
func TestPost(t *testing.T) {
	only := func(c uuid.UUID) []uuid.UUID { return []uuid.UUID{c} }
	t.Run("to everybody on the task", func(t *testing.T) {
		given(t, assigned()).When(post(ida, " Wrong file,\r\nsorry ")).Then(posted(ida, "Wrong file,\nsorry", only(bo)))
		given(t, assigned()).When(post(uuid.Nil, "Thanks")).Then(posted(uuid.Nil, "Thanks", people))
		given(t, assigned(toIda)).When(post(uuid.Nil, "Thanks")).Then(posted(uuid.Nil, "Thanks", only(ida)))
		given(t, assigned(), closed(bo, task.Completed)).When(post(uuid.Nil, "Thanks")).Then(posted(uuid.Nil, "Thanks", only(ida)))
	})
	t.Run("between one contact and the practice (S2.i5)", func(t *testing.T) {
		given(t, assigned()).When(post(ida, "Just us", in(withIda))).Then(posted(ida, "Just us", nil, said(withIda)))
		given(t, assigned()).When(post(uuid.Nil, "Just us", in(withIda))).Then(posted(uuid.Nil, "Just us", only(ida), said(withIda)))
	})
	t.Run("a note of the practice for itself tells no contact", func(t *testing.T) {
		given(t, assigned()).When(post(uuid.Nil, "Late again", in(internal))).Then(posted(uuid.Nil, "Late again", nil, said(internal)))
	})
	t.Run("in somebody's place (S4.i1)", func(t *testing.T) {
		given(t, assigned()).When(func(s state) ([]ev, error) {
			return s.Post(task.Posting{Message: hello, Contact: ida, Text: "Here", Via: task.ByPage}, people, forIda, noon)
		}).Then(posted(ida, "Here", only(bo), func(e *task.Posted) { e.By = forIda })).
			When(edit(ida, "There", noon)).Then(task.MessageEdited{Message: hello, Text: text("There"), At: noon})
	})
	t.Run("mentions each colleague once", func(t *testing.T) {
		colleagues := func(p *task.Posting) { p.Mentions = []uuid.UUID{eve, mary, eve, uuid.Nil} }
		given(t, assigned()).When(post(uuid.Nil, "@Eve", colleagues)).
			Then(posted(uuid.Nil, "@Eve", people, func(e *task.Posted) { e.Mentions = []uuid.UUID{eve, mary} }))
		given(t, assigned()).When(post(ida, "@Eve", colleagues)).ThenError(task.ErrMentions)
		given(t, assigned()).When(post(uuid.Nil, "@all", func(p *task.Posting) {
			for n := range byte(task.MaxMentions + 1) {
				p.Mentions = append(p.Mentions, id(100+n))
			}
		})).ThenError(task.ErrMentions)
	})
	t.Run("once, however often the form is sent", func(t *testing.T) {
		s := given(t, assigned()).When(post(ida, "Here")).Then(posted(ida, "Here", only(bo)))
		s.When(post(ida, "Here")).ThenNothing()
		s.When(post(ida, "Something else")).ThenNothing()
		s.When(post(bo, "Here")).ThenError(task.ErrMessage)
		s.When(post(uuid.Nil, "Here")).ThenError(task.ErrMessage)
	})
	t.Run("refuses", func(t *testing.T) {
		given(t).When(post(uuid.Nil, "Hello")).ThenError(task.ErrNotFound)
		given(t, assigned(toIda)).When(post(bo, "Hello")).ThenError(task.ErrNotFound)
		given(t, assigned(held)).When(post(ida, "Hello")).ThenError(task.ErrNotFound)
		given(t, assigned(), task.TakenBack{By: byMary, At: noon}).When(post(uuid.Nil, "Hello", in(internal))).ThenError(task.ErrNotFound)
		given(t, assigned()).When(post(ida, " \u202e\n")).ThenError(task.ErrText)
		given(t, assigned()).When(post(ida, strings.Repeat("é", task.MaxMessage+1))).ThenError(task.ErrText)
		given(t, assigned()).When(post(ida, "Hello", func(p *task.Posting) { p.Message = uuid.Nil })).ThenError(task.ErrMessage)
		given(t, assigned()).When(post(ida, "Hello", in(internal))).ThenError(task.ErrTalk)
		given(t, assigned()).When(post(bo, "Hello", in(withIda))).ThenError(task.ErrTalk)
		given(t, assigned()).When(post(uuid.Nil, "Hello", in(task.Talk{With: ida, Internal: true}))).ThenError(task.ErrTalk)
		given(t, assigned(toIda)).When(post(uuid.Nil, "Hello", in(task.Talk{With: bo}))).ThenError(task.ErrTalk)
	})
	t.Run("what is closed takes none, but for the practice's own notes (S2.i8)", func(t *testing.T) {
		s := given(t, assigned(), closed(uuid.Nil, task.Completed))
		s.When(post(ida, "One more thing")).ThenError(task.ErrClosed)
		s.When(post(uuid.Nil, "One more thing")).ThenError(task.ErrClosed)
		s.When(post(uuid.Nil, "Filed", in(internal))).Then(posted(uuid.Nil, "Filed", nil, said(internal)))
		one := given(t, assigned(), closed(ida, task.Completed))
		one.When(post(ida, "One more thing")).ThenError(task.ErrClosed)
		one.When(post(uuid.Nil, "One more thing", in(withIda))).ThenError(task.ErrClosed)
	})
}

// Rule 21.
func TestEditAndDelete(t *testing.T) {
	deleted := task.MessageDeleted{Message: hello, By: by(ida), At: noon}
	s := given(t, assigned(), posted(ida, "Teh ledger", nil))
	t.Run("for five minutes", func(t *testing.T) {
		early := after(task.EditWindow - time.Nanosecond)
		s.When(edit(ida, "The ledger", early)).Then(task.MessageEdited{Message: hello, Text: text("The ledger"), At: early}).
			When(edit(ida, "The ledger", after(time.Hour))).ThenNothing()
		s.When(edit(ida, "The ledger", after(task.EditWindow))).ThenError(task.ErrEditLate)
		s.When(edit(ida, " ", noon)).ThenError(task.ErrText)
	})
	t.Run("a mark stays", func(t *testing.T) {
		gone := s.When(remove(ida)).Then(deleted)
		gone.When(remove(ida)).ThenNothing()
		gone.When(edit(ida, "The ledger", noon)).ThenError(task.ErrMessage)
		gone.When(post(ida, "Teh ledger")).ThenNothing() // the form was sent again
	})
	t.Run("by who wrote it", func(t *testing.T) {
		s.When(edit(bo, "Mine", noon)).ThenError(task.ErrAuthor)
		s.When(remove(uuid.Nil)).ThenError(task.ErrAuthor)
		s.When(func(s state) ([]ev, error) { return s.Delete(other, ida, by(ida), noon) }).ThenError(task.ErrMessage)
		given(t, assigned(), posted(uuid.Nil, "Late again", nil, said(internal))).When(remove(ida)).ThenError(task.ErrMessage)
		given(t, assigned(), posted(ida, "Hello", nil), task.ContactRemoved{Contact: ida}).When(remove(ida)).ThenError(task.ErrNotFound)
	})
	t.Run("a colleague who writes for the contact changes what they wrote, not what the practice did", func(t *testing.T) {
		given(t, assigned(), posted(uuid.Nil, "Thanks", nil)).
			When(func(s state) ([]ev, error) { return s.Delete(hello, ida, forIda, noon) }).ThenError(task.ErrAuthor)
	})
	t.Run("not in what is closed", func(t *testing.T) {
		shut := given(t, assigned(), posted(ida, "Hello", nil), closed(uuid.Nil, task.Completed))
		shut.When(edit(ida, "Hi", noon)).ThenError(task.ErrClosed)
		shut.When(remove(ida)).ThenError(task.ErrClosed)
	})
	t.Run("colleagues can be mentioned anew", func(t *testing.T) {
		given(t, assigned(), posted(uuid.Nil, "Eve?", nil)).
			When(func(s state) ([]ev, error) { return s.Edit(hello, "@Eve?", []uuid.UUID{eve}, uuid.Nil, byMary, noon) }).
			Then(task.MessageEdited{Message: hello, Text: text("@Eve?"), Mentions: []uuid.UUID{eve}, At: noon})
		given(t, assigned(), posted(ida, "Eve?", nil)).
			When(func(s state) ([]ev, error) { return s.Edit(hello, "@Eve?", []uuid.UUID{eve}, ida, by(ida), noon) }).ThenError(task.ErrMentions)
	})
}

// Rule 22: S2.i13.
func TestRead(t *testing.T) {
	second := posted(bo, "Two", nil, func(e *task.Posted) { e.Message = other })
	s := given(t, assigned(), posted(bo, "One", nil), second)
	s.When(read(other, ida)).Then(task.MessagesRead{By: by(ida), Upto: other, At: noon}).When(read(hello, ida)).ThenNothing().
		When(read(other, uuid.Nil)).Then(task.MessagesRead{By: byMary, Upto: other, At: noon})
	s.When(func(s state) ([]ev, error) { return s.Read(other, ida, forIda, noon) }).ThenNothing()
	s.When(read(id(99), ida)).ThenError(task.ErrMessage)
	s.When(read(other, eve)).Then(task.MessagesRead{By: by(eve), Upto: other, At: noon})
	given(t, assigned(held), second).When(read(other, ida)).ThenError(task.ErrNotFound)
	given(t).When(read(other, uuid.Nil)).ThenError(task.ErrNotFound)
}

// Rules 9 and 19: who reads what (T4, S2.i5).
func TestReads(t *testing.T) {
	early := func(talk task.Talk) ev { return posted(uuid.Nil, "Hello", nil, said(talk)) }
	later := task.ContactAdded{Contact: bo, From: task.FromNow, At: after(time.Minute)}
	left := task.ContactRemoved{Contact: bo, At: after(2 * time.Minute)}
	again := task.ContactAdded{Contact: bo, From: task.FromStart, At: after(3 * time.Minute)}
	for name, c := range map[string]struct {
		history []ev
		who     uuid.UUID
		reads   bool
	}{
		"everybody":                       {[]ev{assigned(), early(task.Talk{})}, bo, true},
		"their own":                       {[]ev{assigned(), early(withIda)}, ida, true},
		"another's":                       {[]ev{assigned(), early(withIda)}, bo, false},
		"the practice's":                  {[]ev{assigned(), early(internal)}, ida, false},
		"from now on":                     {[]ev{assigned(toIda), early(task.Talk{}), later}, bo, false},
		"from the start, the second time": {[]ev{assigned(toIda), early(task.Talk{}), later, left, again}, bo, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := given(t, c.history...)
			if c.reads {
				s.When(read(hello, c.who)).Then(task.MessagesRead{By: by(c.who), Upto: hello, At: noon})
			} else {
				s.When(read(hello, c.who)).ThenError(task.ErrMessage)
			}
		})
	}
}
