package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"portico/app/account"
	app "portico/app/client"
	"portico/domain/client"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// census is one look at all clients of a practice and at where their people stand, from three models at once. The numbers
// beside filters come from it, and so does the choice of clients and of people by where they stand: each of them would be a
// join over everybody at each request otherwise. It is kept while the models stand where they stood; while they move it is
// a few seconds old at most, but for who has just written something. Of what has not moved the last one's part is kept:
// while people are invited, their invitations alone are read again.
type census struct {
	taken     time.Time
	at        map[string]string // where each model stood
	places    map[uuid.UUID]int // of clients in rows
	links     []censusLink
	addressed map[uuid.UUID]int16 // by contact
	invited   map[uuid.UUID]int16 // by contact
	rows      []counted
}

// counted is one client in a census.
type counted struct {
	id, owner uuid.UUID
	name, ref string // as orders compare them
	created   time.Time
	sort      client.Sort
	active    bool
	tags      []string
	people    int16 // the bits below, of all of them
	who       []countedPerson
}

type countedPerson struct {
	contact uuid.UUID
	bits    int16
}

type censusLink struct{ client, contact uuid.UUID }

// What the people of a client come to.
const (
	somebodyIn = 1 << iota
	somebodyInvited
	somebodyBounced
	somebodyAddressed
	somebodyUnmailed
	somebodyNumbered // has a telephone
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

// takeCensus is last with a new date where the models stand as they stood, and reads what has moved.
func takeCensus(ctx context.Context, tx pgx.Tx, firm int32, last *census) (*census, error) {
	n := &census{taken: time.Now(), at: map[string]string{}}
	found, err := tx.Query(ctx, `
		SELECT p.name, string_agg(p.generation || ' ' || p.position, ', ' ORDER BY p.generation) FROM es.projections p WHERE p.name = ANY ($1) GROUP BY 1`,
		[]string{clientModel.Name, contactModel.Name, inviteModel.Name})
	if err != nil {
		return nil, err
	}
	var model, at string
	if _, err := pgx.ForEachRow(found, []any{&model, &at}, func() error {
		n.at[model] = at
		return nil
	}); err != nil {
		return nil, err
	}
	if last == nil {
		last = &census{}
	}
	stays := func(m Model) bool { return last.at[m.Name] != "" && last.at[m.Name] == n.at[m.Name] }
	if n.rows, n.places, n.links = last.rows, last.places, last.links; !stays(clientModel) {
		if err := n.readClients(ctx, tx, firm); err != nil {
			return nil, err
		}
	}
	if n.addressed = last.addressed; !stays(contactModel) {
		if n.addressed, err = contactStands(ctx, tx, firm); err != nil {
			return nil, err
		}
	}
	if n.invited = last.invited; !stays(inviteModel) {
		if n.invited, err = inviteStands(ctx, tx, firm); err != nil {
			return nil, err
		}
	}
	if !stays(clientModel) || !stays(contactModel) || !stays(inviteModel) {
		n.count()
	}
	return n, nil
}

// readClients reads clients in the order of their names, and whose people are who.
func (n *census) readClients(ctx context.Context, tx pgx.Tx, firm int32) error {
	found, err := tx.Query(ctx, `
		SELECT c.id, c.owner_id, c.name_key, c.reference_key, c.created_at, c.sort, c.active, c.tags
		FROM portal.client c WHERE c.firm_no = $1 ORDER BY c.name_key, c.id`, firm)
	if err != nil {
		return err
	}
	if n.rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (c counted, err error) {
		err = r.Scan(&c.id, &c.owner, &c.name, &c.ref, &c.created, &c.sort, &c.active, &c.tags)
		return c, err
	}); err != nil {
		return err
	}
	n.places = make(map[uuid.UUID]int, len(n.rows))
	for i := range n.rows {
		n.places[n.rows[i].id] = i
	}
	if found, err = tx.Query(ctx, `SELECT k.client_id, k.contact_id FROM portal.client_contact k WHERE k.firm_no = $1 ORDER BY k.linked_at, k.contact_id`, firm); err != nil {
		return err
	}
	n.links, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (k censusLink, err error) {
		err = r.Scan(&k.client, &k.contact)
		return k, err
	})
	return err
}

// count says of a copy of the clients where their people stand. Who is linked and not yet known is left out.
func (n *census) count() {
	n.rows = slices.Clone(n.rows)
	many := make([]int, len(n.rows))
	for _, k := range n.links {
		if i, ok := n.places[k.client]; ok {
			many[i]++
		}
	}
	all := make([]countedPerson, len(n.links))
	for i := range n.rows {
		n.rows[i].people, n.rows[i].who = 0, all[:0:many[i]]
		all = all[many[i]:]
	}
	for _, k := range n.links {
		i, ok := n.places[k.client]
		bits, known := n.addressed[k.contact]
		if !ok || !known {
			continue
		}
		if invited, ok := n.invited[k.contact]; ok {
			bits |= invited
		} else {
			bits |= somebodyUnmailed
		}
		n.rows[i].people |= bits
		n.rows[i].who = append(n.rows[i].who, countedPerson{k.contact, bits})
	}
}

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
