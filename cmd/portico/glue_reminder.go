package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/adapters/postgres"
	"portico/app/account"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/message"
	"portico/app/notify"
	reminderapp "portico/app/reminder"
	taskapp "portico/app/task"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// reminderBook finds what people are to be reminded of, by the histories of tasks and clients.
func reminderBook(events es.Store, list reminderapp.Reader, firms firmapp.Reader) reminderapp.Book {
	return reminderapp.Book{
		Events: events, List: list, Since: rightSince(events),
		Practice: func(ctx context.Context, firm int32) (uuid.UUID, string, error) {
			p, err := firms.Firm(ctx, firm)
			return p.ID, p.Zone, err
		},
		Zone: func(ctx context.Context, firm int32, id uuid.UUID) (zone string, err error) {
			err = es.Look(ctx, events, firm, contact.Stream(id), func(p person, _ int, _ time.Time) error {
				zone = p.Zone
				return nil
			})
			return zone, err
		},
	}
}

// rightSince tells from when on a contact has had the right to a client's tasks; zero: they don't have it.
func rightSince(events es.Store) func(ctx context.Context, firm int32, of, contact uuid.UUID) (time.Time, error) {
	return func(ctx context.Context, firm int32, of, contact uuid.UUID) (since time.Time, err error) {
		for r, err := range events.Load(ctx, firm, client.Stream(of), 0) {
			if err != nil {
				return time.Time{}, err
			}
			may := !since.IsZero()
			switch e := r.Event.(type) {
			case client.ContactLinked:
				may = e.Contact == contact && slices.Contains(e.Rights, client.Tasks) || e.Contact != contact && may
			case client.ContactRightsSet:
				may = e.Contact == contact && slices.Contains(e.Rights, client.Tasks) || e.Contact != contact && may
			case client.ContactUnlinked:
				may = e.Contact != contact && may
			}
			switch {
			case !may:
				since = time.Time{}
			case since.IsZero():
				since = r.At
			}
		}
		return since, nil
	}
}

// plansAtOnce is how many people are planned for at the same time.
const plansAtOnce = 4

// reminderPlans states people's next reminders anew when something has changed that they depend on. Hearing it twice is
// harmless. The lists that it asks are waited for: they show what it has heard.
func reminderPlans(reminders reminderapp.Commands, people reminderapp.People, shown func(ctx context.Context, position int64) (bool, error)) postgres.Subscription {
	return postgres.Subscription{
		Name: "reminder_plans", Version: 1, Types: reminderapp.PlanTypes(), Limit: 15 * time.Minute, // a batch may concern very many
		Handle: func(ctx context.Context, tx pgx.Tx, b postgres.Batch) error {
			defer keepAwake(ctx, tx)()
			if err := listsShow(ctx, shown, b.Events[len(b.Events)-1]); err != nil {
				return err
			}
			ctx = account.Unlimited(ctx)
			whom, err := people.Concerned(ctx, b.Events)
			if err != nil {
				return fmt.Errorf("find whom it concerns: %w", err)
			}
			group, ctx := errgroup.WithContext(ctx)
			group.SetLimit(plansAtOnce)
			for _, p := range whom {
				group.Go(func() error { return reminders.Plan(ctx, p.Firm, p.Contact) })
			}
			return group.Wait()
		},
	}
}

// reminderReplans asks for everybody's next reminder to be stated anew when the rules of a practice have changed, once the
// lists show all that was there before.
func reminderReplans(effects *postgres.Effects, shown func(ctx context.Context, position int64) (bool, error)) postgres.Subscription {
	s := effects.Reactor("reminder_replans", reminderapp.RulesTypes(), reminderapp.Replans)
	ask := s.Handle
	s.Limit, s.Handle = 15*time.Minute, func(ctx context.Context, tx pgx.Tx, b postgres.Batch) error {
		stop := keepAwake(ctx, tx)
		err := listsShow(ctx, shown, b.Events[len(b.Events)-1])
		stop()
		if err != nil {
			return err
		}
		return ask(ctx, tx, b)
	}
	return s
}

// listsShow waits until the lists show an event.
func listsShow(ctx context.Context, shown func(ctx context.Context, position int64) (bool, error), r event.Recorded) error {
	for ok := false; !ok; {
		var err error
		if ok, err = shown(ctx, r.Position); err != nil {
			return fmt.Errorf("wait for the lists: %w", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// keepAwake lets the session of a transaction that does nothing by itself for long not be taken for one that was forgotten.
// It ends with stop, after which the transaction is its owner's again.
func keepAwake(ctx context.Context, tx pgx.Tx) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				_, _ = tx.Exec(context.WithoutCancel(ctx), "SELECT 1") // a session that is lost is noticed by its owner
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// recordReminder notes on a person's reminders, and on the tasks that it was about, what the outside world tells of one.
func (h *house) recordReminder(ctx context.Context, e es.Effect, r message.Report) error {
	by := es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}
	who, mail := e.Args.Recipient, reminderapp.MailID(e.Args.Recipient, e.Args.Since)
	sheet, err := h.reminders.Look(ctx, e.Firm, who)
	if err != nil {
		return err
	}
	if err := h.reminders.Report(ctx, reminderapp.Report{By: by, Contact: who, Mail: mail, Delivered: r.Fate == message.Delivered, Code: r.Code}); err != nil {
		return err
	}
	_, tasks, _ := sheet.Reminders.SentAt(e.Args.Since)
	for _, id := range tasks {
		err := h.tasks.Report(ctx, taskapp.Report{By: by, Task: id, Contact: who, Mail: mail, Delivered: r.Fate == message.Delivered, Code: r.Code, Detail: r.Detail})
		if err != nil {
			return err
		}
	}
	return nil
}

// blocked tells pages why somebody would not be reminded (T9), as mails decide it.
func (h *house) blocked(baseURL string) func(ctx context.Context, firm int32, contact, client uuid.UUID) (string, error) {
	return notify.Sender{
		Events: h.store, Keys: h.keys.links, BaseURL: baseURL, Contact: addressBook{h.store}.addressees, Archived: archived(h.store, h.contactList),
		CameBack: cameBack(h.store, postgres.MessageList{DB: h.db}),
	}.Blocked
}
