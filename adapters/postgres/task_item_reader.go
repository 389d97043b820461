package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

var _ app.RequestReader = TaskList{}

// Items are those of each of the tasks, with all rounds.
func (l TaskList) Items(ctx context.Context, firm int32, tasks ...uuid.UUID) (items map[uuid.UUID][]app.Item, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		items, err = itemsOf(ctx, tx, tasks)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the items of tasks: %w", err)
	}
	return items, nil
}

func itemsOf(ctx context.Context, tx pgx.Tx, tasks []uuid.UUID) (items map[uuid.UUID][]app.Item, err error) {
	rounds, err := itemRounds(ctx, tx, tasks)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT i.task_id, i.id, i.title, i.help, i.example_id, i.types, i.most, i.optional, i.own, i.cancelled
		FROM portal.task_item i WHERE i.task_id = ANY ($1) ORDER BY i.task_id, i.n`, tasks)
	if err != nil {
		return nil, err
	}
	items = map[uuid.UUID][]app.Item{}
	var of uuid.UUID
	var i app.Item
	_, err = pgx.ForEachRow(rows, []any{&of, &i.ID, &i.Title, &i.Help, &i.Example, &i.Types, &i.Most, &i.Optional, &i.Own, &i.Cancelled}, func() error {
		one := i
		one.Rounds = rounds[[2]uuid.UUID{of, i.ID}]
		items[of] = append(items[of], one)
		return nil
	})
	return items, err
}

// itemRounds are the rounds of each task and item.
func itemRounds(ctx context.Context, tx pgx.Tx, tasks []uuid.UUID) (rounds map[[2]uuid.UUID][]app.Round, err error) {
	rows, err := tx.Query(ctx, `SELECT r.task_id, r.item_id, r.contact_id, r.nth, r.stands, r.not_applicable, r.by_kind, r.by_id, r.by_for, r.files, r.note, r.at,
		r.judged_by, r.judged_at, r.reason FROM portal.task_round r WHERE r.task_id = ANY ($1) ORDER BY r.task_id, r.n`, tasks)
	if err != nil {
		return nil, err
	}
	rounds = map[[2]uuid.UUID][]app.Round{}
	var of [2]uuid.UUID
	var r app.Round
	var judged *time.Time
	to := []any{
		&of[0], &of[1], &r.For, &r.Nth, &r.Stands, &r.NotApplicable, &r.By.Kind, &r.By.ID, &r.By.For, &r.Files, &r.Note, &r.At, &r.JudgedBy, &judged, &r.Reason,
	}
	_, err = pgx.ForEachRow(rows, to, func() error {
		one := r
		one.JudgedAt = timeOr(judged)
		rounds[of] = append(rounds[of], one)
		return nil
	})
	return rounds, err
}
