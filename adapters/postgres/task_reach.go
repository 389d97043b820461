package postgres

import (
	"context"
	"fmt"

	app "portico/app/task"
	"portico/domain/client"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// nobodyActs holds for an open task c that nobody whom it is for could do: they have no access, or never had, or the
// client is archived (S3.i5, S3.i23, I1). It is what is asked of a few tasks.
var nobodyActs = `c.open
	AND NOT ` + linkedWith(client.Tasks, "c.client_id", isWhose+` AND `+comesIn("k.contact_id")) + `
	AND NOT (c.client_id = ` + nobodys + ` AND ` + comesIn("c.subject_id") + `)`

const (
	// isWhose holds for a link k of somebody whom task c is for.
	isWhose = `(c.everybody OR k.contact_id = ANY (c.contacts)) AND NOT k.contact_id = ANY (c.without)`
	nobodys = `'00000000-0000-0000-0000-000000000000'`
)

// amongStuck is nobodyActs for choosing among all tasks of a firm, $1, in a query that begins with able: who can act is
// found once, and not for each task. Access ends by the clock, too, so that no column could hold it.
var amongStuck = `c.open AND CASE WHEN c.client_id = ` + nobodys + ` THEN c.subject_id NOT IN (` + comeIn + `)
	ELSE c.client_id NOT IN (SELECT k.client_id FROM able k)
		OR ` + fmt.Sprintf(`c.facets & %d <> 0`, 1<<narrowBit) + ` AND c.id IN (SELECT c.id FROM portal.task c WHERE c.firm_no = $1 AND c.narrow AND c.open
			AND NOT EXISTS (SELECT FROM able k WHERE k.client_id = c.client_id AND ` + isWhose + `)) END`

// able are the clients, and those of their people who can act for them.
var able = `WITH able AS MATERIALIZED (SELECT k.client_id, k.contact_id FROM ` + links(client.Tasks) + ` WHERE k.contact_id IN (` + comeIn + `)) `

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
