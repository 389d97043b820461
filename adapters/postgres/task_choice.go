package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/task"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// tasksWhere asks for what a query chooses, but for its cursor; $1 is the firm.
func tasksWhere(q app.Query, where *conditions) {
	equal := func(column string, value any) { where.where += ` AND c.` + column + ` = ` + where.ask(value) }
	switch q.Shelf {
	case app.OpenShelf:
		where.where += ` AND c.open`
	case app.ShutShelf:
		where.where += ` AND NOT c.open`
	case app.AllShelf:
	}
	switch q.Of {
	case app.OfMe:
		equal("owner_id", q.Me)
	case app.OfTeam:
		where.where += ` AND c.owner_id <> ` + where.ask(q.Me)
	case app.OfNone:
		equal("owner_id", uuid.Nil)
	case app.OfAll:
	}
	if q.Owner != uuid.Nil {
		equal("owner_id", q.Owner)
	}
	if q.Client != uuid.Nil {
		equal("client_id", q.Client)
	}
	if q.Only != uuid.Nil {
		equal("subject_id", q.Only)
	}
	if q.Job != uuid.Nil {
		equal("job_id", q.Job)
	}
	if q.Kind != "" {
		equal("kind", string(q.Kind))
	}
	if q.Urgent != "" {
		equal("priority", string(q.Urgent))
	}
	if q.Tasks != nil {
		where.where += ` AND c.id = ANY (` + where.ask(q.Tasks) + `)`
	}
	if q.Tag != "" {
		where.where += ` AND c.client_id = ANY (ARRAY(` + fmt.Sprintf(clientsTagged, where.ask(tagKey(q.Tag))) + `))`
	}
	if q.Their != "" {
		where.where += ` AND ` + standsAs(q, where.ask(string(q.Their)))
	}
	if q.ToReview {
		where.where += ` AND c.review`
	}
	if q.Part != "" {
		equal("part", string(q.Part))
	}
	if q.NobodyActs {
		where.where += ` AND ` + amongStuck
	}
	switch q.Due {
	case app.Overdue:
		where.where += ` AND c.due_key < ` + where.ask(q.Today)
	case app.DueToday:
		equal("due_key", q.Today)
	case app.DueWeek:
		where.where += ` AND c.due_key >= ` + where.ask(q.Today) + ` AND c.due_key <= ` + where.ask(weekAfter(q.Today))
	case app.NoDue:
		where.where += ` AND c.due_key = '9999-99-99'`
	case app.AnyDue:
	}
	searchTasks(q.Text, where)
}

func searchTasks(text string, where *conditions) {
	where.initial = "initial"
	where.search(text, `SELECT w.task_id FROM portal.task_word w WHERE w.firm_no = $1 AND w.word >= %[1]s AND w.word < %[2]s
		UNION ALL SELECT t.id FROM portal.task t WHERE t.client_id = ANY (ARRAY(`+clientsWithWord+`))`)
}

// areBroad tells of each word that q looks for whether it is in so many tasks that they aren't looked up one by one.
func areBroad(ctx context.Context, tx pgx.Tx, firm int32, q app.Query) ([]bool, error) {
	where := conditions{args: []any{firm}}
	searchTasks(q.Text, &where)
	return where.weigh(ctx, tx)
}

func weekAfter(today string) string {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return today
	}
	return day.AddDate(0, 0, 7).Format(time.DateOnly)
}

// Matching are the ids of all tasks that a query chooses.
func (l TaskList) Matching(ctx context.Context, firm int32, q app.Query) (ids []uuid.UUID, err error) {
	where := conditions{args: []any{firm, app.MaxMany + 1}}
	tasksWhere(q, &where)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) (err error) {
		if where.broad, err = areBroad(ctx, tx, firm, q); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, able+`SELECT c.id FROM portal.task c WHERE c.firm_no = $1`+where.sql()+` ORDER BY c.due_key, c.id LIMIT $2`, where.args...)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list matching tasks: %w", err)
	}
	return ids, nil
}

// heap is tasks that all filters with numbers treat alike.
type heap struct {
	owner uuid.UUID
	is    facets
	n     int
	stuck int // of n, those that nobody can do
}

// The filters that have numbers beside their choices.
const (
	byOf = 1 << iota
	byTaskOwner
	byDue
	byStand
	byPart
	byKind
	byPriority
	byReview
	byEach = byOf | byTaskOwner | byDue | byStand | byPart | byKind | byPriority | byReview
)

// passes says which filters of a query let a heap through.
func (h heap) passes(q app.Query) (bits int) {
	if h.of(q.Of, q.Me) {
		bits |= byOf
	}
	if q.Owner == uuid.Nil || q.Owner == h.owner {
		bits |= byTaskOwner
	}
	if q.Due == app.AnyDue || h.isDue(q.Due) {
		bits |= byDue
	}
	if q.Their == "" || q.Their == h.is.stand() {
		bits |= byStand
	}
	if q.Part == "" || q.Part == h.is.part() {
		bits |= byPart
	}
	if q.Kind == "" || q.Kind == h.is.kind() {
		bits |= byKind
	}
	if q.Urgent == "" || q.Urgent == h.is.prio() {
		bits |= byPriority
	}
	if !q.ToReview || h.is.review() {
		bits |= byReview
	}
	return bits
}

func (h heap) of(of app.Of, me uuid.UUID) bool {
	switch of {
	case app.OfMe:
		return h.owner == me
	case app.OfTeam:
		return h.owner != me
	case app.OfNone:
		return h.owner == uuid.Nil
	case app.OfAll:
	}
	return true
}

func (h heap) isDue(d app.Due) bool {
	is := h.is.due()
	return is == d || d == app.DueWeek && is == app.DueToday
}

// Counts are the numbers beside the filters, of one look at all tasks that the filters without numbers let through, in
// heaps. It needs nothing but an index, and the rows of tasks that aren't for everybody.
func (l TaskList) Counts(ctx context.Context, firm int32, q app.Query) (out app.Counts, err error) {
	heaps, err := l.heaps(ctx, firm, q)
	if err != nil {
		return app.Counts{}, fmt.Errorf("count tasks: %w", err)
	}
	out = app.Counts{
		Of: map[app.Of]int{}, Owners: map[uuid.UUID]int{}, Due: map[app.Due]int{}, Stands: map[app.Stand]int{}, Parts: map[task.Progress]int{}, Kinds: map[task.Sort]int{},
		Priorities: map[task.Priority]int{},
	}
	for _, h := range heaps {
		passed := h.passes(q)
		but := func(filter int) bool { return passed|filter == byEach } // all others let it through
		if passed == byEach {
			out.Found += h.n
			out.NobodyActs += h.stuck
		}
		for _, of := range []app.Of{app.OfMe, app.OfTeam, app.OfNone} {
			if but(byOf) && h.of(of, q.Me) {
				out.Of[of] += h.n
			}
		}
		for _, d := range []app.Due{app.Overdue, app.DueToday, app.DueWeek, app.NoDue} {
			if but(byDue) && h.isDue(d) {
				out.Due[d] += h.n
			}
		}
		if but(byTaskOwner) {
			out.Owners[h.owner] += h.n
		}
		if but(byStand) {
			out.Stands[h.is.stand()] += h.n
		}
		if but(byPart) {
			out.Parts[h.is.part()] += h.n
		}
		if but(byKind) {
			out.Kinds[h.is.kind()] += h.n
		}
		if but(byPriority) {
			out.Priorities[h.is.prio()] += h.n
		}
		if but(byReview) && h.is.review() {
			out.ToReview += h.n
		}
	}
	return out, nil
}

func (l TaskList) heaps(ctx context.Context, firm int32, q app.Query) (heaps []heap, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		broad, err := areBroad(ctx, tx, firm, q)
		if err != nil {
			return err
		}
		sql, args := heapsSQL(firm, q, broad)
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		heaps, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (h heap, err error) {
			return h, r.Scan(&h.owner, &h.is, &h.n, &h.stuck)
		})
		return err
	})
	return heaps, err
}

func heapsSQL(firm int32, q app.Query, broad []bool) (sql string, args []any) {
	where := conditions{args: []any{firm}, broad: broad}
	today := dayNumber(q.Today, 0)
	q.Of, q.Owner, q.Due, q.Their, q.Part, q.Kind, q.Urgent, q.ToReview = app.OfAll, uuid.Nil, app.AnyDue, "", "", "", "", false
	tasksWhere(q, &where)
	now, week := where.ask(today), where.ask(today+7)
	stuck := amongStuck
	if q.NobodyActs {
		stuck = `true`
	}
	return able + fmt.Sprintf(`SELECT c.owner_id, `+facetsNow(q.Shelf)+` + (CASE WHEN c.due_day < %[1]s THEN 0 WHEN c.due_day = %[1]s THEN 1 WHEN c.due_day <= %[2]s THEN 2
			WHEN c.due_day < %[3]d THEN 3 ELSE 4 END << %[4]d), count(*), count(*) FILTER (WHERE %[5]s)
		FROM portal.task c WHERE c.firm_no = $1%[6]s GROUP BY 1, 2`, now, week, noDay, dueBits, stuck, where.sql()), where.args
}
