package task

import (
	"context"
	"errors"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Reply is a mail with which a contact answers. Message follows from the mail.
type Reply struct {
	Firm    int32
	Task    uuid.UUID
	Contact uuid.UUID // to whom the address for answers belongs
	Message uuid.UUID
	Text    string
	Private bool         // for the practice alone; otherwise for everybody on the task
	Refused task.Refusal // why it is not taken whatever the task says; "": the task decides
	Files   []uuid.UUID  // that were enclosed, and put on the task for this message
	Names   []string     // theirs
	Lost    []string     // the names of files that were enclosed and can't be taken
}

// Reply posts what a contact has written in answer to a mail, or records why it doesn't (rule 35 of tasks), which why tells,
// now or when the same mail came before. It refuses with task.ErrNotFound where
// nobody is to be told.
func (c Commands) Reply(ctx context.Context, cmd Reply) (why task.Refusal, res es.Result, err error) {
	people, client, err := c.around(ctx, cmd.Firm, cmd.Task)
	if err != nil {
		return "", es.Result{}, err
	}
	r := task.Replying{Posting: task.Posting{Message: cmd.Message, Contact: cmd.Contact, Text: cmd.Text, Files: cmd.Files, Via: task.ByMail}, Refused: cmd.Refused, Names: cmd.Names, Lost: cmd.Lost}
	if cmd.Private {
		r.Talk.With = cmd.Contact
	}
	if r.Refused == "" {
		if r.Refused, err = c.bars(ctx, cmd, people, client); err != nil {
			return "", es.Result{}, err
		}
	}
	by := es.By{Firm: cmd.Firm, Actor: event.Actor{Kind: event.Contact, ID: cmd.Contact}}
	if r.Refused != "" { // nobody else's doing is theirs, and what was refused they have not done
		by.Actor = event.Actor{Kind: event.System}
	}
	res, err = c.on(ctx, by, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		events, err := t.Reply(r, people, who(by, uuid.Nil), now)
		why = t.Declined(cmd.Message)
		for _, e := range events {
			if refused, ok := event.Event(e).(task.ReplyRefused); ok {
				why = refused.Why
			}
		}
		return events, err
	})
	if err == nil && len(cmd.Files) > 0 {
		err = c.takeBack(ctx, cmd)
	}
	return why, res, err
}

// takeBack discards those files of a mail that no message has: it was refused, or came to another node at the same moment.
// What can't be discarded is destroyed in seven days (rule 25 of tasks).
func (c Commands) takeBack(ctx context.Context, cmd Reply) error {
	var unsent []uuid.UUID
	err := es.Look(ctx, c.Events, cmd.Firm, task.Stream(cmd.Task), func(t task.Task, _ int, _ time.Time) error {
		unsent = t.Unsent(cmd.Files)
		return nil
	})
	for _, f := range unsent {
		act := Act{By: es.By{Firm: cmd.Firm, Actor: event.Actor{Kind: event.Contact, ID: cmd.Contact}}, Task: cmd.Task, Contact: cmd.Contact}
		_, discarded := c.DiscardFile(ctx, OfFile{Act: act, File: f})
		if _, ok := errors.AsType[*fault.Error](discarded); discarded != nil && !ok {
			return discarded
		}
	}
	return err
}

// Replied tells whether a mail has come before, and was posted or refused.
func (c Commands) Replied(ctx context.Context, firm int32, id, message uuid.UUID) (before bool, err error) {
	err = es.Look(ctx, c.Events, firm, task.Stream(id), func(t task.Task, _ int, _ time.Time) error {
		_, _, posted := t.Message(message)
		before = posted || t.Declined(message) != ""
		return nil
	})
	return before, err
}

// bars tells what stands in the way of a contact's answer that the task itself doesn't know.
func (c Commands) bars(ctx context.Context, cmd Reply, people []uuid.UUID, client uuid.UUID) (task.Refusal, error) {
	if !slices.Contains(people, cmd.Contact) {
		return task.ForAccess, nil
	}
	if client == uuid.Nil {
		return "", nil
	}
	active, err := c.People.Active(ctx, cmd.Firm, client)
	if err != nil || active {
		return "", err
	}
	return task.ForArchive, nil
}

// Correspondents are the contacts to one of whom an address for answers about a task may belong: who could see it now, and
// who was ever mailed about it.
func (c Commands) Correspondents(ctx context.Context, firm int32, id uuid.UUID) ([]uuid.UUID, error) {
	people, _, err := c.around(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	err = es.Look(ctx, c.Events, firm, task.Stream(id), func(t task.Task, _ int, _ time.Time) error {
		for _, m := range t.Mailed() {
			if !slices.Contains(people, m) {
				people = append(slices.Clip(people), m)
			}
		}
		return nil
	})
	return people, err
}

// around is who could see a task, and whose it is.
func (c Commands) around(ctx context.Context, firm int32, id uuid.UUID) (people []uuid.UUID, client uuid.UUID, err error) {
	if people, err = c.peopleOf(ctx, firm, id); err != nil {
		return nil, uuid.Nil, err
	}
	err = es.Look(ctx, c.Events, firm, task.Stream(id), func(t task.Task, _ int, _ time.Time) error {
		client = t.Client()
		return nil
	})
	return people, client, err
}
