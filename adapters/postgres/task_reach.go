package postgres

import (
	"context"

	app "portico/app/task"
	"portico/domain/client"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// nobodyActs holds for an open task c that nobody whom it is for could do: they have no access, or never had, or the
// client is archived (S3.i5, S3.i23, I1).
var nobodyActs = `c.open
	AND NOT ` + linkedWith(client.Tasks, "c.client_id", `(c.everybody OR k.contact_id = ANY (c.contacts)) AND NOT k.contact_id = ANY (c.without) AND `+comesIn("k.contact_id")) + `
	AND NOT (c.client_id = '00000000-0000-0000-0000-000000000000' AND ` + comesIn("c.subject_id") + `)`

// addNobodyActs says of rows whether somebody could do them.
func addNobodyActs(ctx context.Context, tx pgx.Tx, rows []app.Row) error {
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]*app.Row, len(rows))
	for i := range rows {
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	found, err := tx.Query(ctx, `SELECT c.id FROM portal.task c WHERE c.id = ANY ($1) AND `+nobodyActs, ids)
	if err != nil {
		return err
	}
	var id uuid.UUID
	_, err = pgx.ForEachRow(found, []any{&id}, func() error {
		at[id].NobodyActs = true
		return nil
	})
	return err
}
