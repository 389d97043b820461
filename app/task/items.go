package task

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Answer is what a contact says to items of a request, to all of them or none. What refuses one of them is a task.Refused
// with its place.
type Answer struct {
	Act
	Items []ItemAnswer
}

// ItemAnswer is files and a note for one item, or that it does not apply.
type ItemAnswer struct {
	Item          uuid.UUID
	Files         []uuid.UUID // attachments that were put there
	Note          string
	NotApplicable bool
}

// Answer returns items, or says that they don't apply.
func (c Commands) Answer(ctx context.Context, cmd Answer) (es.Result, error) {
	return c.act(ctx, cmd.Act, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return task.Several(t, cmd.Items, func(t task.Task, i ItemAnswer) ([]task.Event, error) {
			a := task.Answering{Item: i.Item, Contact: cmd.Contact, Files: i.Files, Note: i.Note, People: people}
			if i.NotApplicable {
				return t.NotApplicable(a, by, now)
			}
			return t.Return(a, by, now)
		})
	})
}

// Drafts keep what contacts have typed for items and not returned yet (S4.i7). The practice never sees it.
type Drafts interface {
	// Drafts are those of a contact for one task, by item.
	Drafts(ctx context.Context, firm int32, t, contact uuid.UUID) (map[uuid.UUID]Draft, error)
	// SaveDrafts keeps notes of a contact for items of a task, sealed under the task's subject. An empty one is forgotten.
	SaveDrafts(ctx context.Context, firm int32, t, subject, contact uuid.UUID, notes map[uuid.UUID]string) error
}

// Draft is a note that was not returned yet.
type Draft struct {
	Note string
	At   time.Time
}

// Judgement is what the practice makes of what was returned.
type Judgement string

// The judgements.
const (
	LookAt   Judgement = "look"      // it is being looked at
	Accept   Judgement = "accept"    //
	SendBack Judgement = "send_back" // with a reason
	Unjudge  Judgement = "reopen"    // takes either answer back (T7)
)

// ErrJudgement refuses what is none.
var ErrJudgement = fault.New(fault.Invalid, "task.judgement", "What was returned is looked at, accepted, sent back or reopened.")

// Review is what the practice makes of rounds of one request, of all of them or none.
type Review struct {
	By     es.By
	Task   uuid.UUID
	Rounds []task.Judging // but for People
	As     Judgement
	Reason string // of SendBack; the client reads it
}

// Review records what the practice makes of rounds.
func (c Commands) Review(ctx context.Context, cmd Review) (es.Result, error) {
	return c.wants(ctx, cmd.By, cmd.Task, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return task.Several(t, cmd.Rounds, func(t task.Task, j task.Judging) ([]task.Event, error) {
			j.People = people
			switch cmd.As {
			case LookAt:
				return t.BeginReview(j, by, now)
			case Accept:
				return t.Accept(j, by, now)
			case SendBack:
				return t.SendBack(j, cmd.Reason, by, now)
			case Unjudge:
				return t.ReopenItem(j, by, now)
			}
			return nil, ErrJudgement
		})
	})
}

// Want asks for one thing more, or states anew what an item asks for.
type Want struct {
	By   es.By
	Task uuid.UUID
	Item task.Asking
}

// AddItem asks for one thing more.
func (c Commands) AddItem(ctx context.Context, cmd Want) (es.Result, error) {
	return c.wants(ctx, cmd.By, cmd.Task, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.AddItem(cmd.Item, people, by, now)
	})
}

// ChangeItem states anew what an item asks for.
func (c Commands) ChangeItem(ctx context.Context, cmd Want) (es.Result, error) {
	return c.wants(ctx, cmd.By, cmd.Task, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.ChangeItem(cmd.Item, people, by, now)
	})
}

// CancelItem says that an item is no longer wanted, of anybody.
func (c Commands) CancelItem(ctx context.Context, cmd One, item uuid.UUID) (es.Result, error) {
	return c.wants(ctx, cmd.By, cmd.Task, func(t task.Task, people []uuid.UUID, by task.Who, now time.Time) ([]task.Event, error) {
		return t.CancelItem(item, people, by, now)
	})
}

// wants runs one decision of the practice that depends on whom the task concerns.
func (c Commands) wants(ctx context.Context, by es.By, id uuid.UUID, decide func(task.Task, []uuid.UUID, task.Who, time.Time) ([]task.Event, error)) (es.Result, error) {
	people, err := c.peopleOf(ctx, by.Firm, id)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, by, id, func(t task.Task, now time.Time) ([]task.Event, error) {
		return decide(t, people, who(by, uuid.Nil), now)
	})
}
