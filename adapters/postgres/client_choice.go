package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	app "portico/app/client"
	"portico/domain/client"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// choosing tells of each client whether a query chooses it, filter by filter.
type choosing struct {
	q     app.Query
	tag   string
	found map[uuid.UUID]bool // by the text; nil: all
}

func (l ClientList) choosing(ctx context.Context, tx pgx.Tx, firm int32, q app.Query) (c choosing, err error) {
	c = choosing{q: q, tag: tagKey(q.Tag)}
	if len(searchFor(q.Text).from) == 0 {
		return c, nil
	}
	where := conditions{args: []any{firm}}
	where.search(q.Text, clientsWithWord)
	rows, err := tx.Query(ctx, `SELECT c.id FROM portal.client c WHERE c.firm_no = $1`+where.sql(), where.args...)
	if err != nil {
		return c, err
	}
	c.found = map[uuid.UUID]bool{}
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		c.found[id] = true
		return nil
	})
	return c, err
}

// The filters that have numbers beside their choices.
const (
	byShelf = 1 << iota
	byOwner
	bySort
	byTag
	byPortal
	byAll = byShelf | byOwner | bySort | byTag | byPortal
)

// passes says which filters let a client through; none where the text doesn't.
func (c choosing) passes(r *counted) (bits int) {
	if c.found != nil && !c.found[r.id] {
		return 0
	}
	if c.q.Shelf == app.Everywhere || r.active == (c.q.Shelf == app.Active) {
		bits |= byShelf
	}
	if c.q.Owner == uuid.Nil || c.q.Owner == r.owner {
		bits |= byOwner
	}
	if c.q.Sort == "" || c.q.Sort == r.sort {
		bits |= bySort
	}
	if c.q.Tag == "" || slices.ContainsFunc(r.tags, func(t string) bool { return tagKey(t) == c.tag }) {
		bits |= byTag
	}
	if stands(r.people, c.q.Portal) {
		bits |= byPortal
	}
	return bits
}

// Counts are the numbers beside the filters of a query.
func (l ClientList) Counts(ctx context.Context, firm int32, q app.Query, me uuid.UUID) (out app.Counts, err error) {
	var n *census
	var c choosing
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		if n, err = l.census(ctx, tx, firm, q.Fresh); err != nil {
			return err
		}
		c, err = l.choosing(ctx, tx, firm, q)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("count clients: %w", err)
	}
	out = app.Counts{Sorts: map[client.Sort]int{}, Portal: map[app.Portal]int{}}
	tags := map[string]*app.TagCount{}
	for i := range n.rows {
		r := &n.rows[i]
		passed := c.passes(r)
		but := func(filter int) bool { return passed|filter == byAll } // all others let it through
		if passed == byAll {
			out.Found++
		}
		if but(byShelf) && r.active {
			out.Active++
		}
		if but(byShelf) && !r.active {
			out.Archived++
		}
		if but(byOwner) && r.owner == me {
			out.Mine++
		}
		if but(bySort) {
			out.Sorts[r.sort]++
		}
		if but(byTag) {
			for _, t := range r.tags {
				if tags[tagKey(t)] == nil {
					tags[tagKey(t)] = &app.TagCount{Tag: t}
				}
				tags[tagKey(t)].Count++
			}
		}
		if but(byPortal) {
			for _, p := range app.Portals {
				if stands(r.people, p) {
					out.Portal[p]++
				}
			}
		}
	}
	for _, t := range tags {
		out.Tags = append(out.Tags, *t)
	}
	slices.SortFunc(out.Tags, func(a, b app.TagCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(tagKey(a.Tag), tagKey(b.Tag)))
	})
	return out, nil
}

// Matching are the ids of all clients that a query chooses, in its order, whatever its cursor and limit.
func (l ClientList) Matching(ctx context.Context, firm int32, q app.Query) (ids []uuid.UUID, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := l.matching(ctx, tx, firm, q)
		for _, r := range rows {
			ids = append(ids, r.id)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list matching clients: %w", err)
	}
	return ids, nil
}

func (l ClientList) matching(ctx context.Context, tx pgx.Tx, firm int32, q app.Query) (rows []*counted, err error) {
	n, err := l.census(ctx, tx, firm, q.Fresh)
	if err != nil {
		return nil, err
	}
	c, err := l.choosing(ctx, tx, firm, q)
	if err != nil {
		return nil, err
	}
	for i := range n.rows {
		if c.passes(&n.rows[i]) == byAll {
			rows = append(rows, &n.rows[i])
		}
	}
	if q.Order != app.ByName { // the census's own
		slices.SortFunc(rows, inOrder(q.Order))
	}
	return rows, nil
}

func inOrder(o app.Order) func(a, b *counted) int {
	byID := func(a, b *counted) int { return slices.Compare(a.id[:], b.id[:]) }
	switch o {
	case app.ByReference:
		return func(a, b *counted) int { return cmp.Or(strings.Compare(a.ref, b.ref), byID(a, b)) }
	case app.Newest:
		return func(a, b *counted) int { return cmp.Or(b.created.Compare(a.created), byID(b, a)) }
	case app.ByName:
	}
	return func(a, b *counted) int { return cmp.Or(strings.Compare(a.name, b.name), byID(a, b)) }
}

// key is where a client stands in an order, as a cursor says it.
func (r *counted) key(o app.Order) string {
	switch o {
	case app.ByReference:
		return r.ref
	case app.Newest:
		return r.created.UTC().Format(createdKey)
	case app.ByName:
	}
	return r.name
}

const createdKey = "2006-01-02 15:04:05.000000"

// pageOfCensus finds the ids of a page that is chosen by where people stand, and where the next one begins.
func (l ClientList) pageOfCensus(ctx context.Context, tx pgx.Tx, firm int32, q app.Query) (ids []uuid.UUID, next string, err error) {
	key, id, err := clientCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := l.matching(ctx, tx, firm, q)
	if err != nil {
		return nil, "", err
	}
	if q.After != "" {
		last := &counted{id: id, name: key, ref: key}
		if q.Order == app.Newest {
			if last.created, err = time.Parse(createdKey, key); err != nil {
				return nil, "", ErrCursor
			}
		}
		compare := inOrder(q.Order)
		first := slices.IndexFunc(rows, func(r *counted) bool { return compare(r, last) > 0 })
		if first < 0 {
			first = len(rows)
		}
		rows = rows[first:]
	}
	if limit := pageLimit(q.Limit); len(rows) > limit {
		rows = rows[:limit]
		next = nextClient(rows[limit-1].id, rows[limit-1].key(q.Order))
	}
	for _, r := range rows {
		ids = append(ids, r.id)
	}
	return ids, next, nil
}
