package postgres

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	app "portico/app/client"
	"portico/domain/client"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// clientModel owns portal.client.
var clientModel = Model{
	Name: "client_list", Version: 1, Kinds: []event.Kind{client.Kind},
	Tables: []Table{{
		Name: "client",
		Columns: []string{
			"id uuid NOT NULL", "firm_no integer NOT NULL", "name text NOT NULL", "email text NOT NULL", "sort text NOT NULL",
			"reference text NOT NULL", "owner_id uuid NOT NULL", "created_at timestamptz NOT NULL",
		},
		Key:     []string{"id"},
		Indexes: []string{"firm_no, lower(name), id"},
	}},
	New: func(s event.Stream, firm int32) View { return &clientView{id: s.ID, firm: firm} },
}

type clientView struct {
	id      uuid.UUID
	firm    int32
	created client.Created
	at      time.Time
}

func (v *clientView) Apply(r event.Recorded) error {
	e, ok := r.Event.(client.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case client.Created:
		v.created, v.at = e, r.At
	}
	return nil
}

// unexpected is the error of a fold that meets an event which is none of its own.
func unexpected(r event.Recorded) error {
	return fmt.Errorf("%s is no event of this model", r.Event.EventType())
}

func (v *clientView) Rows() [][]Row {
	return [][]Row{{{
		v.id, v.firm, v.created.Name.String(), v.created.Email.String(), string(v.created.Sort), v.created.Reference, v.created.Owner, v.at,
	}}}
}

// ClientList reads the clients. It implements app/client.Reader.
type ClientList struct{ DB *DB }

const clientColumns = `id, name, email, sort, reference, owner_id, created_at`

// Clients lists a firm's clients by name.
func (l ClientList) Clients(ctx context.Context, firm int32, q app.Query) (rows []app.ClientRow, next string, err error) {
	name, id, err := clientCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT `+clientColumns+` FROM portal.client
			WHERE ($1::text = '' OR name ILIKE $1 OR email ILIKE $1 OR reference ILIKE $1) AND ($2::uuid = $6::uuid OR owner_id = $2)
			  AND ($4::uuid = $6 OR (lower(name), id) > ($3, $4))
			ORDER BY lower(name), id LIMIT $5`, pattern(q.Text), q.Owner, name, id, limit+1, uuid.Nil)
		if err != nil {
			return err
		}
		if rows, err = pgx.CollectRows(found, scanClient); err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			last := rows[limit-1]
			next = base64.RawURLEncoding.EncodeToString(append(last.ID[:], strings.ToLower(last.Name)...))
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

// Client is one client.
func (l ClientList) Client(ctx context.Context, firm int32, id uuid.UUID) (app.ClientRow, error) {
	var rows []app.ClientRow
	err := l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+clientColumns+` FROM portal.client WHERE id = $1`, id)
		if err != nil {
			return err
		}
		if rows, err = pgx.CollectRows(found, scanClient); err != nil {
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

func scanClient(r pgx.CollectableRow) (c app.ClientRow, err error) {
	err = r.Scan(&c.ID, &c.Name, &c.Email, &c.Sort, &c.Reference, &c.Owner, &c.CreatedAt)
	c.LastActivity = c.CreatedAt
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

// clientNames finds names for rows of other models.
func clientNames(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return namesBy(ctx, tx, `SELECT id, name FROM portal.client WHERE id = ANY ($1)`, ids)
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
