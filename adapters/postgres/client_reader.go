package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	app "portico/app/client"
	"portico/app/clientimport"
	contactapp "portico/app/contact"
	"portico/app/taskjob"
	"portico/domain/client"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ClientList reads the clients. It implements app/client.Reader.
type ClientList struct{ DB *DB }

const clientColumns = `c.id, c.name, c.email, c.sort, c.reference, c.owner_id, c.tags, c.created_at, c.archived_at`

// Clients lists a firm's clients.
func (l ClientList) Clients(ctx context.Context, firm int32, q app.Query) (rows []app.ClientRow, next string, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		if q.Portal == app.AnyPortal {
			rows, next, err = l.page(ctx, tx, firm, q)
		} else {
			rows, next, err = l.pageByPortal(ctx, tx, firm, q)
		}
		if err == nil {
			err = addStands(ctx, tx, firm, rows)
		}
		if err != nil {
			return err
		}
		return addActivity(ctx, tx, rows)
	})
	if err == nil {
		err = l.addOwners(ctx, firm, rows)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list clients: %w", err)
	}
	return rows, next, nil
}

func (l ClientList) page(ctx context.Context, tx pgx.Tx, firm int32, q app.Query) (rows []app.ClientRow, next string, err error) {
	sql, args, err := clientsSQL(firm, q)
	if err != nil {
		return nil, "", err
	}
	found, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, "", err
	}
	var keys []string
	rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (app.ClientRow, error) {
		var key string
		c, err := scanClient(r, &key)
		keys = append(keys, key)
		return c, err
	})
	if limit := pageLimit(q.Limit); err == nil && len(rows) > limit {
		rows, next = rows[:limit], nextClient(rows[limit-1].ID, keys[limit-1])
	}
	return rows, next, err
}

// pageByPortal is a page of clients that are chosen by where their people stand.
func (l ClientList) pageByPortal(ctx context.Context, tx pgx.Tx, firm int32, q app.Query) (rows []app.ClientRow, next string, err error) {
	ids, next, err := l.pageOfCensus(ctx, tx, firm, q)
	if err != nil {
		return nil, "", err
	}
	found, err := tx.Query(ctx, `SELECT `+clientColumns+` FROM portal.client c WHERE c.id = ANY ($1) ORDER BY array_position($1, c.id)`, ids)
	if err != nil {
		return nil, "", err
	}
	rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (app.ClientRow, error) { return scanClient(r) })
	return rows, next, err
}

// clientsSQL is the statement that finds a page of clients, and what it is asked with. Each order has its index, so that
// the page after the last one costs as much as the first.
func clientsSQL(firm int32, q app.Query) (sql string, args []any, err error) {
	after, id, err := clientCursor(q.After)
	if err != nil {
		return "", nil, err
	}
	key, beyond, order := `c.name_key`, `(c.name_key, c.id) > (%s, %s)`, `c.name_key, c.id`
	switch q.Order {
	case app.ByName:
	case app.ByReference:
		key, beyond, order = `c.reference_key`, `(c.reference_key, c.id) > (%s, %s)`, `c.reference_key, c.id`
	case app.Newest:
		key, beyond, order = `to_char(c.created_at, 'YYYY-MM-DD HH24:MI:SS.US')`, `(c.created_at, c.id) < (%s::timestamptz, %s)`, `c.created_at DESC, c.id DESC`
	}
	where := conditions{args: []any{firm, pageLimit(q.Limit) + 1}}
	clientsWhere(q, &where)
	if q.After != "" {
		where.where += ` AND ` + fmt.Sprintf(beyond, where.ask(after), where.ask(id))
	}
	return `SELECT ` + clientColumns + `, ` + key + ` FROM portal.client c WHERE c.firm_no = $1` + where.sql() + ` ORDER BY ` + order + ` LIMIT $2`, where.args, nil
}

// clientsWhere asks for what a query chooses, but for its cursor; $1 is the firm.
func clientsWhere(q app.Query, where *conditions) {
	switch q.Shelf {
	case app.Active:
		where.where += ` AND c.active`
	case app.Archived:
		where.where += ` AND NOT c.active`
	case app.Everywhere:
	}
	if q.Owner != uuid.Nil {
		where.where += ` AND c.owner_id = ` + where.ask(q.Owner)
	}
	if q.Sort != "" {
		where.where += ` AND c.sort = ` + where.ask(string(q.Sort))
	}
	if q.Tag != "" {
		where.ids = append(where.ids, fmt.Sprintf(clientsTagged, where.ask(tagKey(q.Tag))))
	}
	where.search(q.Text, clientsWithWord)
}

// clientsTagged are the clients with a tag, as SQL.
const clientsTagged = `SELECT t.client_id FROM portal.client_tag t WHERE t.firm_no = $1 AND t.tag_key = %s`

// clientsWithWord are the clients with a word, of their own or of their people's, from one text up to another, as SQL.
const clientsWithWord = `SELECT w.client_id FROM portal.client_word w WHERE w.firm_no = $1 AND w.word >= %[1]s AND w.word < %[2]s
	UNION SELECT k.client_id FROM portal.client_contact k WHERE k.contact_id = ANY (ARRAY(` + contactsWithWord + `))`

// Client is one client.
func (l ClientList) Client(ctx context.Context, firm int32, id uuid.UUID) (app.ClientRow, error) {
	var rows []app.ClientRow
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+clientColumns+` FROM portal.client c WHERE c.id = $1`, id)
		if err != nil {
			return err
		}
		if rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (app.ClientRow, error) { return scanClient(r) }); err != nil {
			return err
		}
		if err := addStands(ctx, tx, firm, rows); err != nil {
			return err
		}
		return addActivity(ctx, tx, rows)
	})
	if err == nil {
		err = l.addOwners(ctx, firm, rows)
	}
	if err != nil {
		return app.ClientRow{}, fmt.Errorf("read client %s: %w", id, err)
	}
	if len(rows) == 0 {
		return app.ClientRow{}, client.ErrNotFound
	}
	return rows[0], nil
}

func scanClient(r pgx.CollectableRow, more ...any) (c app.ClientRow, err error) {
	var archived *time.Time
	err = r.Scan(append([]any{&c.ID, &c.Name, &c.Email, &c.Sort, &c.Reference, &c.Owner, &c.Tags, &c.CreatedAt, &archived}, more...)...)
	c.ArchivedAt, c.LastActivity = timeOr(archived), c.CreatedAt
	return c, err
}

// addActivity adds what the model of links knows.
func addActivity(ctx context.Context, tx pgx.Tx, rows []app.ClientRow) error {
	ids := make([]uuid.UUID, len(rows))
	for i, c := range rows {
		ids[i] = c.ID
	}
	activity, err := uploadActivity(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		c := &rows[i]
		a := activity[c.ID]
		c.Links, c.Files = a.links, a.files
		if a.last.After(c.LastActivity) {
			c.LastActivity = a.last
		}
	}
	return nil
}

// addOwners adds what the accounts know.
func (l ClientList) addOwners(ctx context.Context, firm int32, rows []app.ClientRow) error {
	ids := make([]uuid.UUID, len(rows))
	for i, c := range rows {
		ids[i] = c.Owner
	}
	names, err := l.DB.staffNames(ctx, firm, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].OwnerName = names[rows[i].Owner]
	}
	return nil
}

// staffNames finds names for rows of read models, outside their transaction.
func (db *DB) staffNames(ctx context.Context, firm int32, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	out := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return out, nil // Staff would name everybody
	}
	people, err := Accounts{Pool: db.App}.Staff(ctx, firm, ids...)
	for _, p := range people {
		out[p.ID] = p.Name
	}
	return out, err
}

// clientLink is a person of a client.
type clientLink struct {
	contact uuid.UUID
	rights  []string
	at      time.Time
}

// linksOfClient finds the people of a client for other models, in the order in which they were linked.
func linksOfClient(ctx context.Context, tx pgx.Tx, id uuid.UUID) ([]clientLink, error) {
	rows, err := tx.Query(ctx, `
		SELECT k.contact_id, k.rights, k.linked_at FROM portal.client_contact k WHERE k.client_id = $1 ORDER BY k.linked_at, k.contact_id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (k clientLink, err error) {
		err = r.Scan(&k.contact, &k.rights, &k.at)
		return k, err
	})
}

// membershipsOf finds the clients of a person for other models, by name.
func membershipsOf(ctx context.Context, tx pgx.Tx, contact uuid.UUID) ([]contactapp.Membership, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.name, k.rights, c.active FROM portal.client_contact k JOIN portal.client c ON c.id = k.client_id
		WHERE k.contact_id = $1 ORDER BY c.name_key, c.id`, contact)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (m contactapp.Membership, err error) {
		err = r.Scan(&m.Client, &m.ClientName, &m.Rights, &m.Active)
		return m, err
	})
}

// linkedWith holds for an active client to whom somebody is linked by k with the right, and with what else is wanted of k.
func linkedWith(right client.Right, id, more string) string {
	return `EXISTS (SELECT FROM ` + links(right) + ` WHERE k.client_id = ` + id + ` AND ` + more + `)`
}

// links are the pairs of an active client and somebody linked to it with the right, as k.
func links(right client.Right) string {
	return `portal.client_contact k JOIN portal.client l ON l.id = k.client_id AND l.active AND '` + string(right) + `' = ANY (k.rights)`
}

// holders are the pairs of a client, archived or not, and somebody linked to it with the right, as k; a condition may follow.
func holders(right client.Right) string {
	return `portal.client_contact k WHERE '` + string(right) + `' = ANY (k.rights)`
}

// clientsOf are those to which a contact is linked, with whatever rights, as SQL.
func clientsOf(contact string) string {
	return `(SELECT k.client_id FROM portal.client_contact k WHERE k.contact_id = ` + contact + `)`
}

// linkedSomewhere holds for a contact c who belongs to a client, as SQL.
const linkedSomewhere = `EXISTS (SELECT FROM portal.client_contact k WHERE k.contact_id = c.id)`

// clientCounts says of how many clients people are, for other models.
func clientCounts(ctx context.Context, tx pgx.Tx, contacts []uuid.UUID) (map[uuid.UUID]int, error) {
	out := map[uuid.UUID]int{}
	if len(contacts) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `SELECT k.contact_id, count(*) FROM portal.client_contact k WHERE k.contact_id = ANY ($1) GROUP BY 1`, contacts)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		out[id] = n
		return nil
	})
	return out, err
}

// clientNames finds names for rows of other models.
func clientNames(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return namesBy(ctx, tx, `SELECT id, name FROM portal.client WHERE id = ANY ($1)`, ids)
}

// clientsAsked are clients as jobs ask them for something.
func clientsAsked(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]taskjob.Target, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.name, c.owner_id, c.active, ARRAY(SELECT k.contact_id FROM portal.client_contact k WHERE k.client_id = c.id AND $2 = ANY (k.rights) ORDER BY 1)
		FROM portal.client c WHERE c.id = ANY ($1)`, ids, string(client.Tasks))
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]taskjob.Target, len(ids))
	_, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (t taskjob.Target, err error) {
		err = r.Scan(&t.ID, &t.Name, &t.Owner, &t.Active, &t.People)
		out[t.ID] = t
		return t, err
	})
	return out, err
}

func namesBy(ctx context.Context, tx pgx.Tx, sql string, args ...any) (map[uuid.UUID]string, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]string{}
	var id uuid.UUID
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		out[id] = name
		return nil
	})
	return out, err
}

// knownClients are all clients of the practice; those known longest come first.
func knownClients(ctx context.Context, tx pgx.Tx) (all []clientimport.KnownClient, err error) {
	rows, err := tx.Query(ctx, `SELECT id, name, email, sort, reference, owner_id, tags FROM portal.client ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (k clientimport.KnownClient, err error) {
		err = r.Scan(&k.Says.Client, &k.Says.Name, &k.Says.Email, &k.Says.Sort, &k.Says.Reference, &k.Says.Owner, &k.Tags)
		return k, err
	})
	if err != nil {
		return nil, err
	}
	at := make(map[uuid.UUID]int, len(all))
	for i, k := range all {
		at[k.Says.Client] = i
	}
	rows, err = tx.Query(ctx, `SELECT client_id, contact_id, rights FROM portal.client_contact ORDER BY linked_at, contact_id`)
	if err != nil {
		return nil, err
	}
	var id, contact uuid.UUID
	var rights []client.Right
	_, err = pgx.ForEachRow(rows, []any{&id, &contact, &rights}, func() error {
		if i, ok := at[id]; ok {
			all[i].People = append(all[i].People, clientimport.KnownLink{Person: contact, Rights: slices.Clone(rights)})
		}
		return nil
	})
	return all, err
}
