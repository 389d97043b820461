package postgres

import (
	"context"
	"fmt"
	"slices"

	app "portico/app/task"
	"portico/domain/client"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// answered is whose answer to an item; a zero contact's is that of all.
type answered struct{ item, whose uuid.UUID }

// cancel forgets what was answered to an item that is wanted no more.
func (v *taskView) cancel(item uuid.UUID) {
	for a := range v.waits {
		if a.item == item {
			delete(v.waits, a)
		}
	}
}

// counted are the parts of the contacts whom it is for, of those who did something.
func (v *taskView) counted() (parts []app.Part) {
	for c, p := range v.parts {
		among := !slices.Contains(v.without, c) && (v.says.Audience.All || slices.Contains(v.says.Audience.Contacts, c))
		if c != uuid.Nil && among && p.Outcome == "" {
			parts = append(parts, *p)
		}
	}
	return parts
}

// stand is where the clients stand. Where each does it for themselves it is where those stand who are done, if there are
// any: who has still to do it is another history's to tell, see laggards.
func (v *taskView) stand() app.Stand {
	seen, done, agreed := false, false, true
	for _, p := range v.counted() {
		seen = seen || !p.SeenAt.IsZero() || !p.DoneAt.IsZero()
		if v.says.Each && !p.DoneAt.IsZero() {
			done, agreed = true, agreed && !p.ConfirmedAt.IsZero()
		}
	}
	if all := v.parts[uuid.Nil]; !v.says.Each && all != nil {
		done, agreed = !all.DoneAt.IsZero(), !all.ConfirmedAt.IsZero()
	}
	switch {
	case done && agreed:
		return app.Agreed
	case done:
		return app.DoneStand
	case seen:
		return app.SeenStand
	}
	return app.NotSeen
}

// finished are those who have nothing more to do about a task that each does for themselves: they are done, or it is closed
// for them. some tells that there is somebody of a client who is done.
func (v *taskView) finished() (who []uuid.UUID, some bool) {
	if !v.says.Each || v.says.Client == uuid.Nil {
		return nil, false
	}
	for c, p := range v.parts {
		if c != uuid.Nil && (!p.DoneAt.IsZero() || p.Outcome != "") {
			who = append(who, c)
		}
	}
	slices.SortFunc(who, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return who, slices.ContainsFunc(v.counted(), func(p app.Part) bool { return !p.DoneAt.IsZero() })
}

// lagging holds for a task c that each does for themselves, some are done with, and somebody who sees it isn't. Who that is
// changes when people are linked to a client, or their rights do, so that no column could hold it.
var lagging = `c.some_done AND EXISTS (SELECT FROM ` + holders(client.Tasks) + ` AND k.client_id = c.client_id AND ` + isWhose + ` AND NOT k.contact_id = ANY (c.finished))`

// standsNow is where the clients of a task c stand. It is what is asked of a few tasks.
var standsNow = `CASE WHEN ` + lagging + ` THEN '` + string(app.SeenStand) + `' ELSE c.stand END`

// laggards are the ids of those of which lagging holds, on one shelf of a firm, $1: for choosing among all tasks.
func laggards(shelf app.Shelf) string {
	open := ``
	if shelf == app.OpenShelf {
		open = ` AND c.open`
	}
	return `SELECT c.id FROM portal.task c WHERE c.firm_no = $1` + open + ` AND ` + lagging
}

// standsAs chooses those tasks of a query whose clients stand so.
func standsAs(q app.Query, stand string) string {
	if q.Their == app.SeenStand {
		return `(c.stand = ` + stand + ` OR c.id = ANY (ARRAY(` + laggards(q.Shelf) + `)))`
	}
	return `c.stand = ` + stand + ` AND NOT (c.some_done AND c.id = ANY (ARRAY(` + laggards(q.Shelf) + `)))`
}

// facetsNow are the facets of a task as its clients stand now, but for those that no filter with numbers chooses by: fewer
// heaps are counted faster.
func facetsNow(shelf app.Shelf) string {
	seen := facet(facetStands, app.SeenStand) << standBits
	return fmt.Sprintf(`(CASE WHEN c.facets & %d <> 0 AND c.id IN (%s) THEN c.facets & %d | %d ELSE c.facets END & %d)`, 1<<someBit, laggards(shelf), ^(7 << standBits), seen,
		^(1<<someBit | 1<<narrowBit))
}

// addNumbers says of requests how many things they ask for, and how those stand (S4.i4).
func addNumbers(ctx context.Context, tx pgx.Tx, rows []app.Row) error {
	var ids []uuid.UUID
	for _, r := range rows {
		if r.Kind == task.Documents {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	items, err := itemsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	found, err := tx.Query(ctx, `SELECT c.id, k.contact_id FROM portal.task c, LATERAL (
			SELECT k.contact_id FROM `+holders(client.Tasks)+` AND k.client_id = c.client_id AND `+isWhose+` UNION SELECT c.subject_id WHERE c.client_id = `+nobodys+`) AS k
		WHERE c.id = ANY ($1) AND NOT EXISTS (SELECT FROM portal.task_part p WHERE p.task_id = c.id AND p.contact_id = k.contact_id AND p.outcome <> '')`, ids)
	if err != nil {
		return err
	}
	whom := map[uuid.UUID][]uuid.UUID{}
	var id, contact uuid.UUID
	if _, err = pgx.ForEachRow(found, []any{&id, &contact}, func() error { whom[id] = append(whom[id], contact); return nil }); err != nil {
		return err
	}
	for i := range rows {
		rows[i].Numbers = app.Count(items[rows[i].ID], whom[rows[i].ID]...)
	}
	return nil
}
