package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// begin clears what a rebuild that died left, and makes the next generation's tables.
func (b *Rebuilder) begin(ctx context.Context, m Model) (generation int, err error) {
	err = pgx.BeginFunc(ctx, b.DB.Work, func(tx pgx.Tx) error {
		if err := dropGenerations(ctx, tx, m, `state = 'building'`); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `
			INSERT INTO es.generations (name, generation, version, state)
			SELECT $1, 1 + coalesce(max(generation), 0), $2, 'building' FROM es.generations WHERE name = $1 RETURNING generation`,
			m.Name, m.Version).Scan(&generation); err != nil {
			return err
		}
		for _, t := range m.Tables {
			if err := execAll(ctx, tx, `DROP TABLE IF EXISTS `+t.in(generation), t.create(generation)); err != nil {
				return err
			}
		}
		return nil
	})
	return generation, err
}

// dropGenerations removes the tables of a model's generations that a condition on es.generations chooses; its first
// argument is the model's name.
func dropGenerations(ctx context.Context, tx pgx.Tx, m Model, where string, args ...any) error {
	rows, err := tx.Query(ctx, `SELECT generation FROM es.generations WHERE name = $1 AND `+where, append([]any{m.Name}, args...)...)
	if err != nil {
		return err
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	for _, g := range old {
		if err := dropGeneration(ctx, tx, m, g); err != nil {
			return err
		}
	}
	return nil
}

func dropGeneration(ctx context.Context, tx pgx.Tx, m Model, generation int) error {
	for _, t := range m.Tables {
		if err := execAll(ctx, tx, `DROP TABLE IF EXISTS `+t.in(generation)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM es.generations WHERE name = $1 AND generation = $2`, m.Name, generation)
	return err
}

// DropRetired removes the tables of generations that were swapped out RetiredKept ago.
func (b *Rebuilder) DropRetired(ctx context.Context, models []Model) error {
	for _, m := range models {
		err := pgx.BeginFunc(ctx, b.DB.Work, func(tx pgx.Tx) error {
			return dropGenerations(ctx, tx, m, `state = 'retired' AND ended_at < clock_timestamp() - $2::interval`, RetiredKept)
		})
		if err != nil {
			return fmt.Errorf("drop retired tables of %s: %w", m.Name, err)
		}
	}
	return nil
}
