package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	app "portico/app/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TaskDrafts keep what contacts have typed for items and not returned yet. It is app.Drafts.
type TaskDrafts struct {
	DB    *DB
	Vault *Vault
}

var _ app.Drafts = TaskDrafts{}

const draftsKept = 180 * 24 * time.Hour // untouched

func draftContext(t, contact, item uuid.UUID) []byte {
	b := append([]byte("portico item draft "), t[:]...)
	return append(append(b, contact[:]...), item[:]...)
}

// Drafts is app.Drafts. Those of an erased subject are gone.
func (d TaskDrafts) Drafts(ctx context.Context, firm int32, t, contact uuid.UUID) (map[uuid.UUID]app.Draft, error) {
	type row struct {
		Item, Subject uuid.UUID
		Sealed        []byte
		At            time.Time
	}
	var found []row
	err := d.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT item_id, subject_id, sealed, saved_at FROM intake.item_draft WHERE task_id = $1 AND contact_id = $2`, t, contact)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		return err
	})
	drafts := map[uuid.UUID]app.Draft{}
	for _, r := range found {
		plain, unsealed := d.Vault.openFor(ctx, firm, r.Subject, r.Sealed, draftContext(t, contact, r.Item))
		if errors.Is(unsealed, ErrErased) {
			continue
		}
		if unsealed != nil {
			err = unsealed
			break
		}
		drafts[r.Item] = app.Draft{Note: string(plain), At: r.At}
	}
	if err != nil {
		return nil, fmt.Errorf("read the drafts of task %s: %w", t, err)
	}
	return drafts, nil
}

// SaveDrafts is app.Drafts. What stands so already is left as it is, and so keeps its time.
func (d TaskDrafts) SaveDrafts(ctx context.Context, firm int32, t, subject, contact uuid.UUID, notes map[uuid.UUID]string) error {
	if len(notes) == 0 {
		return nil
	}
	kept, err := d.Drafts(ctx, firm, t, contact)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for item, note := range notes {
		switch {
		case note == kept[item].Note:
		case note == "":
			b.Queue(`DELETE FROM intake.item_draft WHERE task_id = $1 AND contact_id = $2 AND item_id = $3`, t, contact, item)
		default:
			sealed, err := d.Vault.sealFor(ctx, firm, subject, []byte(note), draftContext(t, contact, item))
			if err != nil {
				return fmt.Errorf("seal a draft of task %s: %w", t, err)
			}
			b.Queue(`
				INSERT INTO intake.item_draft (firm_no, task_id, contact_id, item_id, subject_id, sealed) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (task_id, contact_id, item_id) DO UPDATE SET sealed = excluded.sealed, subject_id = excluded.subject_id, saved_at = statement_timestamp()`,
				firm, t, contact, item, subject, sealed)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	b.Queue(`DELETE FROM intake.item_draft WHERE saved_at < statement_timestamp() - $1::interval`, draftsKept)
	begin := `BEGIN; SET LOCAL portico.firm = '` + strconv.Itoa(int(firm)) + `'`
	err = pgx.BeginTxFunc(ctx, d.DB.App, pgx.TxOptions{BeginQuery: begin}, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
	if err != nil {
		return fmt.Errorf("save drafts of task %s: %w", t, err)
	}
	return nil
}
