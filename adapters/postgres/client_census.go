package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/app/account"
	app "portico/app/client"
	"portico/domain/client"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// census is one look at all clients of a practice and at where their people stand, from three models at once. The numbers
// beside filters come from it, and so does the choice of clients by where their people stand: each of them would be a
// join over everybody at each request otherwise. It is kept while the models stand where they stood; while they move it is
// a few seconds old at most, but for who has just written something.
type census struct {
	taken time.Time
	at    string // where the models stood
	rows  []counted
}

// counted is one client in a census.
type counted struct {
	id, owner uuid.UUID
	name, ref string // as orders compare them
	created   time.Time
	sort      client.Sort
	active    bool
	tags      []string
	people    int16 // the bits below
}

// What the people of a client come to.
const (
	somebodyIn = 1 << iota
	somebodyInvited
	somebodyBounced
	somebodyAddressed
	somebodyUnmailed
)

// stands tells whether a client whose people come to bits is one of p.
func stands(bits int16, p app.Portal) bool {
	has := func(bit int16) bool { return bits&bit != 0 }
	switch p {
	case app.AnyPortal:
		return true
	case app.WithoutPortal:
		return !has(somebodyIn | somebodyInvited)
	case app.Invited:
		return !has(somebodyIn) && has(somebodyInvited)
	case app.SignedIn:
		return has(somebodyIn)
	case app.Bounced:
		return has(somebodyBounced)
	case app.Unaddressed:
		return !has(somebodyAddressed)
	case app.Unmailed:
		return has(somebodyUnmailed)
	}
	return false
}

const (
	censusAge  = time.Second     // until the next one is begun
	censusOld  = 5 * time.Second // until somebody waits for it
	censusKept = 32              // at once
)

// censuses are those that this process keeps, by practice and by whose clients somebody is limited to.
type censuses struct {
	mu   sync.Mutex
	kept map[censusOf]*keptCensus
}

type censusOf struct {
	firm int32
	only uuid.UUID
}

type keptCensus struct {
	sync.Mutex // held while somebody waits for one: who comes meanwhile waits, too
	census     *census
	begun      bool      // the next one is being taken
	used       time.Time // guarded by censuses.mu
}

func (c *censuses) of(key censusOf) *keptCensus {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.kept[key]
	if !ok {
		if c.kept == nil {
			c.kept = map[censusOf]*keptCensus{}
		}
		if len(c.kept) >= censusKept {
			oldest := key
			for other, o := range c.kept {
				if oldest == key || o.used.Before(c.kept[oldest].used) {
					oldest = other
				}
			}
			delete(c.kept, oldest)
		}
		k = &keptCensus{}
		c.kept[key] = k
	}
	k.used = time.Now()
	return k
}

// census is a census that is new enough; fresh says that what is written must be in it. Who asks while the models move
// gets the one of a moment ago, and the next is taken meanwhile.
func (l ClientList) census(ctx context.Context, tx pgx.Tx, firm int32, fresh bool) (_ *census, err error) {
	k := l.DB.censuses.of(censusOf{firm, account.Only(ctx)})
	k.Lock()
	defer k.Unlock()
	if k.census != nil && !fresh {
		age := time.Since(k.census.taken)
		if age > censusAge && age < censusOld && !k.begun {
			k.begun = true
			go l.nextCensus(context.WithoutCancel(ctx), firm, k, k.census)
		}
		if age < censusOld {
			return k.census, nil
		}
	}
	n, err := takeCensus(ctx, tx, firm, k.census)
	if err == nil {
		k.census = n
	}
	return n, err
}

// nextCensus takes one that nobody waits for. Where it fails, the next who asks waits for another.
func (l ClientList) nextCensus(ctx context.Context, firm int32, k *keptCensus, last *census) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var n *census
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) (err error) {
		n, err = takeCensus(ctx, tx, firm, last)
		return err
	})
	k.Lock()
	defer k.Unlock()
	k.begun = false
	if err == nil && n.taken.After(k.census.taken) {
		k.census = n
	}
}

// takeCensus is last with a new date where the models stand as they stood.
func takeCensus(ctx context.Context, tx pgx.Tx, firm int32, last *census) (*census, error) {
	n := &census{taken: time.Now()}
	if err := tx.QueryRow(ctx, `
		SELECT string_agg(p.name || ' ' || p.generation || ' ' || p.position, ', ' ORDER BY p.name, p.generation)
		FROM es.projections p WHERE p.name = ANY ($1)`, []string{clientModel.Name, contactModel.Name, inviteModel.Name}).Scan(&n.at); err != nil {
		return nil, err
	}
	if last != nil && last.at == n.at {
		n.rows = last.rows
		return n, nil
	}
	found, err := tx.Query(ctx, censusSQL, firm)
	if err != nil {
		return nil, err
	}
	n.rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (c counted, err error) {
		err = r.Scan(&c.id, &c.owner, &c.name, &c.ref, &c.created, &c.sort, &c.active, &c.tags, &c.people)
		return c, err
	})
	return n, err
}

var censusSQL = `
	SELECT c.id, c.owner_id, c.name_key, c.reference_key, c.created_at, c.sort, c.active, c.tags, coalesce(p.bits, 0)
	FROM portal.client c LEFT JOIN (
		SELECT k.client_id, bit_or((` + contactBits + ` | ` + inviteBits + `)::smallint) AS bits
		FROM portal.client_contact k ` + joinContact + ` ` + joinInvite + ` WHERE k.firm_no = $1 GROUP BY k.client_id
	) AS p ON p.client_id = c.id
	WHERE c.firm_no = $1 ORDER BY c.name_key, c.id`

// addStands says of rows where their people stand.
func addStands(ctx context.Context, tx pgx.Tx, firm int32, rows []app.ClientRow) error {
	ids, at := make([]uuid.UUID, len(rows)), make(map[uuid.UUID]*app.ClientRow, len(rows))
	for i := range rows {
		ids[i], at[rows[i].ID] = rows[i].ID, &rows[i]
	}
	found, err := tx.Query(ctx, `
		SELECT k.client_id, count(*), bit_or((`+contactBits+` | `+inviteBits+`)::smallint)
		FROM portal.client_contact k `+joinContact+` `+joinInvite+` WHERE k.firm_no = $1 AND k.client_id = ANY ($2) GROUP BY 1`, firm, ids)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var n int
	var bits int16
	_, err = pgx.ForEachRow(found, []any{&id, &n, &bits}, func() error {
		c := at[id]
		c.People, c.Stand = n, app.WithoutPortal
		for _, p := range []app.Portal{app.SignedIn, app.Bounced, app.Invited, app.Unaddressed, app.Unmailed} {
			if stands(bits, p) {
				c.Stand = p
				break
			}
		}
		return nil
	})
	return err
}

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
