package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/adapters/postgres"
	"portico/app/account"
	contactapp "portico/app/contact"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/app/language"
	"portico/app/message"
	"portico/app/notify"
	taskapp "portico/app/task"
	accounts "portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// tasksPeople tells tasks who could see them, by the client's own history: what was saved a moment ago counts.
type tasksPeople struct {
	events   es.Store
	contacts contactapp.Commands
}

var _ taskapp.People = tasksPeople{}

// OfClient is taskapp.People.
func (p tasksPeople) OfClient(ctx context.Context, firm int32, id uuid.UUID) (people []uuid.UUID, err error) {
	err = es.Look(ctx, p.events, firm, client.Stream(id), func(c client.Client, version int, _ time.Time) error {
		if version == 0 {
			return client.ErrNotFound
		}
		people = c.With(client.Tasks)
		return nil
	})
	return people, err
}

// Active is taskapp.People.
func (p tasksPeople) Active(ctx context.Context, firm int32, id uuid.UUID) (active bool, err error) {
	err = es.Look(ctx, p.events, firm, client.Stream(id), func(c client.Client, _ int, _ time.Time) error {
		active = c.Active()
		return nil
	})
	return active, err
}

// Known is taskapp.People.
func (p tasksPeople) Known(ctx context.Context, firm int32, contact uuid.UUID) error {
	return p.contacts.Known(ctx, firm, contact)
}

// colleagues tells tasks who is of the practice.
type colleagues struct{ accounts postgres.Accounts }

var _ taskapp.Colleagues = colleagues{}

// Known is taskapp.Colleagues. Who has left isn't one.
func (c colleagues) Known(ctx context.Context, firm int32, staff []uuid.UUID) error {
	rows, err := c.accounts.Staff(ctx, firm, staff...)
	if err != nil {
		return err
	}
	for _, id := range staff {
		if !slices.ContainsFunc(rows, func(r account.StaffRow) bool { return r.ID == id && r.DeactivatedAt.IsZero() }) {
			return accounts.ErrUnknown
		}
	}
	return nil
}

// blanks are what stands for the blanks in what is asked of a client: in the language of the practice's clients.
func blanks(firms postgres.FirmList, clients postgres.ClientList) func(ctx context.Context, firm int32, client uuid.UUID, dueOn string) (task.Blanks, error) {
	return func(ctx context.Context, firm int32, client uuid.UUID, dueOn string) (task.Blanks, error) {
		p, err := firms.Portal(ctx, firm)
		if err != nil {
			return task.Blanks{}, err
		}
		c, err := clients.Client(ctx, firm, client)
		if err != nil {
			return task.Blanks{}, err
		}
		return taskapp.BlanksOf(language.For(p.Language), c.Name, dueOn, time.Time{}), nil
	}
}

// nextOfSeries assigns the next task of a series once the one before it says that it comes (T10). Hearing it twice is harmless.
func nextOfSeries(tasks taskapp.Commands) postgres.Subscription {
	return postgres.Subscription{
		Name: "next_of_series", Version: 1, Types: []string{task.Repeated{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				e, ok := r.Event.(task.Repeated)
				if !ok {
					return fmt.Errorf("%s is no end of a round", r.Event.EventType())
				}
				by := es.By{Firm: r.Firm, Actor: event.Actor{Kind: event.System}}
				if _, err := tasks.Follow(ctx, by, r.Stream.ID, e); err != nil {
					return fmt.Errorf("assign what follows %s: %w", r.Stream, err)
				}
			}
			return nil
		},
	}
}

// cameBack tells mails whether the last one to the address that a contact has now came back.
func cameBack(events es.Store, ledger postgres.MessageList) func(ctx context.Context, firm int32, contact uuid.UUID) (bool, error) {
	return func(ctx context.Context, firm int32, id uuid.UUID) (bool, error) {
		at, err := ledger.CameBack(ctx, firm, id)
		if err != nil || at.IsZero() {
			return false, err
		}
		address, since := "", time.Time{}
		for r, err := range events.Load(ctx, firm, contact.Stream(id), 0) {
			if err != nil {
				return false, fmt.Errorf("find since when they have their address: %w", err)
			}
			was := person{}
			if e, ok := r.Event.(contact.Event); ok {
				was = was.Apply(e)
			}
			if was.Email.Text != address {
				address, since = was.Email.Text, r.At
			}
		}
		return at.After(since), nil
	}
}

// recordTaskMail notes on each task of a mail what the outside world tells of it (T13).
func (h *house) recordTaskMail(ctx context.Context, e es.Effect, r message.Report) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	pass, err := h.invites.Given(ctx, e.Firm, e.Args.Recipient)
	if err != nil {
		return err
	}
	if pass.Nth > 0 { // it brought the way in (I4)
		e := es.Effect{Kind: inviteapp.MailInvitation, Firm: e.Firm, Stream: invite.Stream(e.Args.Recipient), Args: es.EffectArgs{Generation: pass.Nth}}
		if err := h.recordInvitation(ctx, e, r); err != nil {
			return err
		}
	}
	var refused error
	for _, c := range e.Causes {
		err := h.tasks.Report(ctx, taskapp.Report{
			By: by, Task: c.Stream, Contact: e.Args.Recipient, Mail: notify.TaskMailID(e), Delivered: r.Fate == message.Delivered, Code: r.Code, Detail: r.Detail,
		})
		if _, ok := errors.AsType[*fault.Error](err); err != nil && !ok {
			return err
		} else if ok {
			refused = err // it was no part of the mail
		}
	}
	return refused
}
