package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/task"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TaskThreads reads the messages of tasks. It implements app/task.Threads.
type TaskThreads struct{ DB *DB }

var _ app.Threads = TaskThreads{}

// threadFrom are the messages m, and how far their reader $1 of kind $2 has read, o.
const threadFrom = ` FROM portal.task_message m LEFT JOIN portal.task_reader o ON o.task_id = m.task_id AND o.kind = $2 AND o.person_id = $1`

// threadReads is what a contact $1 reads of them, as the domain's Task.Reads decides; of the practice $1 reads everything.
const threadReads = ` AND ($2 <> 'contact' OR NOT m.internal AND (m.with_id = '00000000-0000-0000-0000-000000000000' OR m.with_id = $1)
	AND (o.since IS NULL OR m.at >= o.since))`

// threadNew is what $1 has not read of them.
const threadNew = `m.n > coalesce(o.upto, 0) AND m.deleted_at IS NULL AND NOT (m.by_kind = $2 AND m.by_id = $1)`

// Thread is what the practice sees of a task's thread.
func (l TaskThreads) Thread(ctx context.Context, firm int32, id, staff uuid.UUID) (app.Thread, error) {
	return l.thread(ctx, firm, id, event.Actor{Kind: event.Staff, ID: staff})
}

// ThreadOf is what a contact sees of it.
func (l TaskThreads) ThreadOf(ctx context.Context, firm int32, id, contact uuid.UUID) (app.Thread, error) {
	return l.thread(ctx, firm, id, event.Actor{Kind: event.Contact, ID: contact})
}

func (l TaskThreads) thread(ctx context.Context, firm int32, id uuid.UUID, who event.Actor) (t app.Thread, err error) {
	staff := []uuid.UUID{}
	names := map[uuid.UUID]string{} // of contacts
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		if t.Messages, err = threadMessages(ctx, tx, id, who); err != nil {
			return err
		}
		if t.Readers, err = threadReaders(ctx, tx, id, who); err != nil {
			return err
		}
		contacts := []uuid.UUID{}
		know := func(a event.Actor) {
			if a.Kind == event.Contact {
				contacts = append(contacts, a.ID)
			} else {
				staff = append(staff, a.ID)
			}
		}
		for _, m := range t.Messages {
			know(m.By)
			contacts, staff = append(contacts, m.Talk.With), append(append(staff, m.Hand), m.Mentions...)
		}
		for _, r := range t.Readers {
			know(r.Who)
		}
		names, err = contactNames(ctx, tx, contacts)
		return err
	})
	var colleagues map[uuid.UUID]string
	if err == nil {
		colleagues, err = l.DB.staffNames(ctx, firm, staff)
	}
	if err != nil {
		return app.Thread{}, fmt.Errorf("read the thread of task %s: %w", id, err)
	}
	of := func(a event.Actor) string {
		if a.Kind == event.Contact {
			return names[a.ID]
		}
		return colleagues[a.ID]
	}
	for i := range t.Messages {
		m := &t.Messages[i]
		m.ByName, m.HandName, m.WithName = of(m.By), colleagues[m.Hand], names[m.Talk.With]
		for _, s := range m.Mentions {
			m.Named = append(m.Named, colleagues[s])
		}
		if m.New {
			t.Unread++
		}
	}
	for i := range t.Readers {
		t.Readers[i].Name = of(t.Readers[i].Who)
	}
	return t, nil
}

func threadMessages(ctx context.Context, tx pgx.Tx, id uuid.UUID, who event.Actor) ([]app.Message, error) {
	found, err := tx.Query(ctx, `
		SELECT `+messageColumns+threadFrom+` WHERE m.task_id = $3`+threadReads+` ORDER BY m.n`, who.ID, string(who.Kind), id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (app.Message, error) { return scanTaskMessage(r) })
}

// messageColumns are those of the messages m that scanTaskMessage reads.
const messageColumns = `m.id, m.n, m.by_kind, m.by_id, m.hand_id, m.body, m.with_id, m.internal, m.mentions, m.via, m.at, m.edited_at, m.deleted_at, ` + threadNew

func scanTaskMessage(r pgx.CollectableRow, more ...any) (m app.Message, err error) {
	var edited, deleted *time.Time
	err = r.Scan(append([]any{
		&m.ID, &m.N, &m.By.Kind, &m.By.ID, &m.Hand, &m.Text, &m.Talk.With, &m.Talk.Internal, &m.Mentions, &m.Via, &m.At, &edited, &deleted, &m.New,
	}, more...)...)
	m.EditedAt, m.DeletedAt = timeOr(edited), timeOr(deleted)
	return m, err
}

// threadReaders are those who have read anything, but for who asks; a contact is told of the practice only.
func threadReaders(ctx context.Context, tx pgx.Tx, id uuid.UUID, who event.Actor) ([]app.ThreadReader, error) {
	found, err := tx.Query(ctx, `
		SELECT o.kind, o.person_id, o.upto, o.read_at FROM portal.task_reader o
		WHERE o.task_id = $1 AND o.upto > 0 AND NOT (o.kind = $2 AND o.person_id = $3) AND ($2 <> 'contact' OR o.kind <> 'contact')
		ORDER BY o.upto, o.kind, o.person_id`, id, string(who.Kind), who.ID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (o app.ThreadReader, err error) {
		var at *time.Time
		err = r.Scan(&o.Who.Kind, &o.Who.ID, &o.Upto, &at)
		o.At = timeOr(at)
		return o, err
	})
}

// Unread counts the messages that somebody has not read.
func (l TaskThreads) Unread(ctx context.Context, firm int32, who event.Actor, tasks []uuid.UUID) (map[uuid.UUID]int, error) {
	out := map[uuid.UUID]int{}
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT m.task_id, count(*)`+threadFrom+` WHERE m.task_id = ANY ($3)`+threadReads+` AND `+threadNew+` GROUP BY 1`,
			who.ID, string(who.Kind), tasks)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var n int
		_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
			out[id] = n
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count unread messages: %w", err)
	}
	return out, nil
}
