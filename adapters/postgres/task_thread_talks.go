package postgres

import (
	"context"
	"fmt"

	app "portico/app/task"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Newest is the newest message that somebody reads of each of some tasks.
func (l TaskThreads) Newest(ctx context.Context, firm int32, who event.Actor, tasks []uuid.UUID) (map[uuid.UUID]app.Message, error) {
	said, err := l.said(ctx, firm, `
		SELECT DISTINCT ON (m.task_id) `+messageColumns+`, m.task_id, '', false`+threadFrom+` WHERE m.task_id = ANY ($3)`+threadReads+` ORDER BY m.task_id, m.n DESC`,
		who.ID, string(who.Kind), tasks)
	if err != nil {
		return nil, fmt.Errorf("read the newest messages: %w", err)
	}
	out := map[uuid.UUID]app.Message{}
	for _, m := range said {
		out[m.Task] = m.Message
	}
	return out, nil
}

// Said is what the practice and a contact have said to each other on all tasks that are for the contact, also where they
// may not see them just now.
func (l TaskThreads) Said(ctx context.Context, firm int32, staff, contact uuid.UUID, q app.SaidQuery) ([]app.SaidOn, error) {
	said, err := l.said(ctx, firm, `
		SELECT `+messageColumns+`, c.id, c.title, NOT c.open
		FROM portal.task c JOIN portal.task_message m ON m.task_id = c.id
			LEFT JOIN portal.task_reader o ON o.task_id = m.task_id AND o.kind = $2 AND o.person_id = $1
			LEFT JOIN portal.task_reader x ON x.task_id = m.task_id AND x.kind = 'contact' AND x.person_id = $3
		WHERE (c.subject_id = $3 OR c.client_id IN `+clientsOf("$3")+`)
			AND (c.everybody OR $3 = ANY (c.contacts)) AND NOT $3 = ANY (c.without)
			AND NOT m.internal AND (m.with_id = '00000000-0000-0000-0000-000000000000' OR m.with_id = $3) AND (x.since IS NULL OR m.at >= x.since)
			AND ($4::uuid = '00000000-0000-0000-0000-000000000000' OR (m.at, m.id) < (SELECT b.at, b.id FROM portal.task_message b WHERE b.id = $4 LIMIT 1))
		ORDER BY m.at DESC, m.id DESC LIMIT $5`,
		staff, string(event.Staff), contact, q.Before, pageLimit(q.Limit))
	if err != nil {
		return nil, fmt.Errorf("read what was said with contact %s: %w", contact, err)
	}
	return said, nil
}

// said runs a query for messages, each with its task, and names their people.
func (l TaskThreads) said(ctx context.Context, firm int32, query string, args ...any) (said []app.SaidOn, err error) {
	staff := []uuid.UUID{}
	names := map[uuid.UUID]string{} // of contacts
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		said, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (s app.SaidOn, err error) {
			s.Message, err = scanTaskMessage(r, &s.Task, &s.Title, &s.Over)
			return s, err
		})
		if err != nil {
			return err
		}
		contacts := []uuid.UUID{}
		for _, m := range said {
			contacts, staff = append(contacts, m.Talk.With), append(append(staff, m.Hand), m.Mentions...)
			if m.By.Kind == event.Contact {
				contacts = append(contacts, m.By.ID)
			} else {
				staff = append(staff, m.By.ID)
			}
		}
		names, err = contactNames(ctx, tx, contacts)
		return err
	})
	var colleagues map[uuid.UUID]string
	if err == nil {
		colleagues, err = l.DB.staffNames(ctx, firm, staff)
	}
	for i := range said {
		m := &said[i]
		m.ByName, m.HandName, m.WithName = colleagues[m.By.ID], colleagues[m.Hand], names[m.Talk.With]
		if m.By.Kind == event.Contact {
			m.ByName = names[m.By.ID]
		}
		for _, s := range m.Mentions {
			m.Named = append(m.Named, colleagues[s])
		}
	}
	return said, err
}
