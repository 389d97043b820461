package notify

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

func (o *outbox) ReplyRefused(_ context.Context, m ReplyRefused) (Outcome, error) {
	o.replies = append(o.replies, m)
	return Outcome{Status: HandedOver}, nil
}

// Rule 17: where there is a domain for answers, they go into the talk that the mail tells of, and to where they went before
// where it could mean several or takes nothing.
func TestAnswers(t *testing.T) {
	mary := Person{"Mary", "mary@harbour.example"}
	said := func(m uuid.UUID, talk task.Talk) task.Posted {
		return task.Posted{Message: m, By: byMary, Text: event.Of(boats, "Secret"), Talk: talk, At: noon}
	}
	of := func(private bool) string {
		return keys(t).ReplyAddress(secret.ReplyTo{Task: ledger, Person: ida, Private: private}) + "@in.example"
	}
	for name, c := range map[string]struct {
		kind  string
		also  []event.Event
		other bool // a second task
		off   bool
		want  Answers
		to    string
	}{
		"a new task":           {TaskMail, nil, false, false, AnswersPractice, of(true)},
		"nothing is set":       {TaskMail, nil, false, true, AnswersNobody, mary.Email},
		"several tasks":        {TaskMail, nil, true, false, AnswersNobody, mary.Email},
		"written to everybody": {TaskMessageMail, []event.Event{said(hello, task.Talk{})}, false, false, AnswersAll, of(false)},
		"written to ida":       {TaskMessageMail, []event.Event{said(hello, task.Talk{With: ida})}, false, false, AnswersPractice, of(true)},
		"closed":               {TaskMail, []event.Event{task.Notified{Contact: ida, Channel: task.Email, About: task.OfAssignment, At: noon}, task.Closed{Outcome: task.Cancelled, At: noon}}, false, false, AnswersNobody, mary.Email},
	} {
		t.Run(name, func(t *testing.T) {
			w := tellingIda(t)
			if w.ReplyDomain = "in.example"; c.off {
				w.ReplyDomain = ""
			}
			w.given(ledger, assignedTo(boats, "Send the ledger"))
			tasks := []uuid.UUID{ledger}
			if w.given(ledger, c.also...); c.other {
				w.given(taxes, assignedTo(bakery, "Sign the return"))
				tasks = append(tasks, taxes)
			}
			if err := w.tell(c.kind, ida, tasks...); err != nil {
				t.Fatal(err)
			}
			if m := w.box.tasks[0]; m.Answers != c.want || m.ReplyTo.Email != c.to || len(m.ReplyTo.Email) > 64+len("@in.example") {
				t.Errorf("answers to %q, read by %q", m.ReplyTo.Email, m.Answers)
			}
		})
	}
	t.Run("to her and to everybody at once", func(t *testing.T) {
		w := tellingIda(t)
		w.ReplyDomain = "in.example"
		w.given(ledger, assignedTo(boats, "Send the ledger"), said(hello, task.Talk{}), said(visit, task.Talk{With: ida}))
		e := es.Effect{Kind: TaskMessageMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: ida}, Causes: []es.Cause{{Stream: ledger, Version: 2}, {Stream: ledger, Version: 3}}}
		if _, err := w.Perform(t.Context(), e); err != nil || w.box.tasks[0].Answers != AnswersPractice {
			t.Errorf("%v, %+v", err, w.box.tasks)
		}
	})
}

// Rule 17: whose mail was not taken hears it with what they wrote, by whatever door they come in or don't, and whatever they
// have chosen; where they don't see the task any more nothing names it, and who was erased hears nothing.
func TestReplyRefused(t *testing.T) {
	refused := task.ReplyRefused{Contact: ida, Mail: hello, Why: task.ForClosing, Text: event.Of(boats, "Wait!"), Files: []event.Personal{event.Of(boats, "a.pdf")}, At: noon}
	perform := func(w *telling, events ...event.Event) error {
		w.given(ledger, append([]event.Event{assignedTo(boats, "Send the ledger")}, events...)...)
		at := slices.IndexFunc(events, func(e event.Event) bool { _, ok := e.(task.ReplyRefused); return ok }) + 2
		_, err := w.Perform(w.Context(), es.Effect{Kind: ReplyRefusedMail, Key: "k", Firm: 1, Stream: task.Stream(ledger), Args: es.EffectArgs{Recipient: ida, Version: at}, Person: ida})
		return err
	}
	t.Run("closed", func(t *testing.T) {
		w := tellingIda(t)
		if err := perform(w, task.Closed{Outcome: task.Cancelled, At: noon}, refused); err != nil {
			t.Fatal(err)
		}
		m := w.box.replies[0]
		if m.To != (Person{"Ida Berg", "ida@example.org"}) || m.Language != "de" || m.Title != "Send the ledger" || m.Text != "Wait!" || !slices.Equal(m.Files, []string{"a.pdf"}) || m.Posted || m.Why != task.ForClosing || !strings.Contains(m.URL, ledger.String()) {
			t.Errorf("%+v", m)
		}
	})
	t.Run("posted but for its files", func(t *testing.T) {
		w := tellingIda(t)
		files := refused
		files.Why = task.ForFiles
		if err := perform(w, task.Posted{Message: hello, By: task.Who{Kind: event.Contact, ID: ida}, Text: event.Of(boats, "See there"), Via: task.ByMail, At: noon}, files); err != nil || !w.box.replies[0].Posted {
			t.Errorf("%v, %+v", err, w.box.replies)
		}
	})
	t.Run("the task is theirs no more", func(t *testing.T) {
		for _, change := range []func(w *telling){func(w *telling) { w.linked = nil }, func(w *telling) { w.given(ledger) }} {
			w := tellingIda(t)
			change(w)
			access := refused
			access.Why = task.ForAccess
			if err := perform(w, task.ContactRemoved{Contact: ida}, access); err != nil || w.box.replies[0].Title != "" || w.box.replies[0].URL != "" {
				t.Errorf("%v, %+v", err, w.box.replies)
			}
		}
	})
	t.Run("no way in", func(t *testing.T) {
		w := tellingIda(t, sentTo(1), invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon}, invite.AccessRemoved{At: noon})
		if err := perform(w, refused); err != nil || w.box.replies[0].URL != "" || w.box.replies[0].Text != "Wait!" {
			t.Errorf("%v, %+v", err, w.box.replies)
		}
		if in, err := w.Enters(t.Context(), 1, ida); err != nil || in {
			t.Errorf("she comes in: %v", err)
		}
	})
	t.Run("of a stranger", func(t *testing.T) {
		w := tellingIda(t)
		if err := perform(w, task.ReplyRefused{Contact: ida, Mail: hello, Why: task.ForSender, At: noon}); err != nil || w.box.replies[0].Title != "" || w.box.replies[0].To.Email != "ida@example.org" {
			t.Errorf("%v, %+v", err, w.box.replies)
		}
		if in, err := w.Enters(t.Context(), 1, ida); err != nil || !in {
			t.Errorf("she doesn't come in: %v", err)
		}
	})
	t.Run("erased", func(t *testing.T) {
		w := tellingIda(t)
		w.Contact = func(context.Context, int32, uuid.UUID) (Contact, error) { return Contact{}, nil }
		if err := perform(w, refused); !errors.Is(err, es.ErrWithdrawn) || len(w.box.replies) != 0 {
			t.Errorf("%v, %+v", err, w.box.replies)
		}
	})
}
