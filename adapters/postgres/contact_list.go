package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"portico/app/clientimport"
	app "portico/app/contact"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// contactModel owns portal.contact and portal.contact_word.
var contactModel = Model{
	Name: "contact_list", Version: 2, Kinds: []event.Kind{contact.Kind},
	Tables: []Table{
		{
			Name: "contact",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "given text NOT NULL", "family text NOT NULL", `name_key text COLLATE "C" NOT NULL`,
				"email text NOT NULL", `email_key text COLLATE "C" NOT NULL`, "phone text NOT NULL", "language text NOT NULL", "zone text NOT NULL",
				"added_at timestamptz NOT NULL", "added_by uuid NOT NULL",
			},
			Key:     []string{"id"},
			Indexes: []string{"firm_no, name_key, id", "firm_no, email_key, id", "firm_no, added_by, id"},
			Own:     "id IN (SELECT portal.own_contacts())",
		},
		{
			Name:    "contact_word",
			Columns: []string{"contact_id uuid NOT NULL", "firm_no integer NOT NULL", `word text COLLATE "C" NOT NULL`},
			Key:     []string{"contact_id", "word"},
			Indexes: []string{"firm_no, word, contact_id"},
			Own:     "contact_id IN (SELECT portal.own_contacts())",
		},
	},
	New: func(s event.Stream, firm int32) View { return &contactView{id: s.ID, firm: firm} },
}

type contactView struct {
	id      uuid.UUID
	firm    int32
	details contact.Details
	by      uuid.UUID // staff
	at      time.Time
}

func (v *contactView) Apply(r event.Recorded) error {
	e, ok := r.Event.(contact.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case contact.Added:
		v.details, v.by, v.at = e.Details, e.By, r.At
	case contact.Changed:
		v.details = e.Details
	}
	return nil
}

func (v *contactView) Rows() [][]Row {
	d := v.details
	given, family, email := d.Given.String(), d.Family.Text, d.Email.Text // of who was erased one word is left
	key := fold(strings.TrimSpace(family + " " + given))
	if key == "" {
		key = fold(email)
	}
	return [][]Row{
		{{v.id, v.firm, given, family, key, email, emailKey(email), d.Phone.Text, d.Language, d.Zone, v.at, v.by}},
		wordRows(v.id, v.firm, given, family, email, d.Phone.Text),
	}
}

// emailKey is an address as people compare them: in fact its own server alone says what case means, and none cares.
func emailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// contactsWithWord are the people with a word from one text up to another, as SQL.
const contactsWithWord = `SELECT w.contact_id FROM portal.contact_word w WHERE w.firm_no = $1 AND w.word >= %[1]s AND w.word < %[2]s`

// ContactList reads the people that a practice knows. It implements app/contact.Reader.
type ContactList struct{ DB *DB }

const contactColumns = `c.id, c.given, c.family, c.email, c.phone, c.language, c.zone, c.added_at`

func scanContact(r pgx.CollectableRow) (c app.Row, err error) {
	err = r.Scan(&c.ID, &c.Given, &c.Family, &c.Email, &c.Phone, &c.Language, &c.Zone, &c.AddedAt)
	return c, err
}

// Contact is one person.
func (l ContactList) Contact(ctx context.Context, firm int32, id uuid.UUID) (app.Row, error) {
	rows, err := l.some(ctx, firm, `c.id = $2`, id)
	if err != nil {
		return app.Row{}, fmt.Errorf("read contact %s: %w", id, err)
	}
	if len(rows) == 0 {
		return app.Row{}, contact.ErrNotFound
	}
	return rows[0], nil
}

// ByEmail are the people with an address, the one known longest first.
func (l ContactList) ByEmail(ctx context.Context, firm int32, email string) ([]app.Row, error) {
	key := emailKey(email)
	if key == "" {
		return nil, nil
	}
	rows, err := l.some(ctx, firm, `c.email_key = $2`, key)
	if err != nil {
		return nil, fmt.Errorf("find contacts by address: %w", err)
	}
	return rows, nil
}

func (l ContactList) some(ctx context.Context, firm int32, which string, args ...any) (rows []app.Row, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+contactColumns+` FROM portal.contact c WHERE c.firm_no = $1 AND `+which+` ORDER BY c.id LIMIT 100`, append([]any{firm}, args...)...)
		if err != nil {
			return err
		}
		if rows, err = pgx.CollectRows(found, scanContact); err != nil {
			return err
		}
		return countClients(ctx, tx, rows)
	})
	return rows, err
}

// Contacts lists a firm's people by family and given name.
func (l ContactList) Contacts(ctx context.Context, firm int32, q app.Query) (rows []app.Row, next string, err error) {
	name, id, err := clientCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	where := conditions{args: []any{firm, name, id, limit + 1}}
	if q.Unset {
		where.where += ` AND c.email_key = ''`
	}
	if q.Loose {
		where.where += ` AND NOT ` + linkedSomewhere
	}
	where.search(q.Text, contactsWithWord)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `SELECT `+contactColumns+`, c.name_key FROM portal.contact c WHERE c.firm_no = $1 AND (c.name_key, c.id) > ($2, $3)`+
			where.sql()+` ORDER BY c.name_key, c.id LIMIT $4`, where.args...)
		if err != nil {
			return err
		}
		var keys []string
		if rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (c app.Row, err error) {
			var key string
			err = r.Scan(&c.ID, &c.Given, &c.Family, &c.Email, &c.Phone, &c.Language, &c.Zone, &c.AddedAt, &key)
			keys = append(keys, key)
			return c, err
		}); err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = nextClient(rows[limit-1].ID, keys[limit-1])
		}
		return countClients(ctx, tx, rows)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list contacts: %w", err)
	}
	return rows, next, nil
}

// OfClient are the people of a client, in the order in which they were linked.
func (l ContactList) OfClient(ctx context.Context, firm int32, client uuid.UUID) (people []app.Linked, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		links, err := linksOfClient(ctx, tx, client)
		if err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(links))
		for i, k := range links {
			ids[i] = k.contact
		}
		found, err := tx.Query(ctx, `SELECT `+contactColumns+` FROM portal.contact c WHERE c.id = ANY ($1)`, ids)
		if err != nil {
			return err
		}
		rows, err := pgx.CollectRows(found, scanContact)
		if err != nil {
			return err
		}
		if err := countClients(ctx, tx, rows); err != nil {
			return err
		}
		known := map[uuid.UUID]app.Row{}
		for _, r := range rows {
			known[r.ID] = r
		}
		for _, k := range links { // a model that is behind the other shows who both know
			if r, ok := known[k.contact]; ok {
				people = append(people, app.Linked{Row: r, Rights: k.rights, LinkedAt: k.at})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the people of client %s: %w", client, err)
	}
	return people, nil
}

// ClientsOf are the clients of a person, by name.
func (l ContactList) ClientsOf(ctx context.Context, firm int32, who uuid.UUID) (list []app.Membership, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		list, err = membershipsOf(ctx, tx, who)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the clients of contact %s: %w", who, err)
	}
	return list, nil
}

// countClients adds what the model of clients knows.
func countClients(ctx context.Context, tx pgx.Tx, rows []app.Row) error {
	ids := make([]uuid.UUID, len(rows))
	for i, c := range rows {
		ids[i] = c.ID
	}
	n, err := clientCounts(ctx, tx, ids)
	for i := range rows {
		rows[i].Clients = n[rows[i].ID]
	}
	return err
}

// knownPeople are all people of the practice; those known longest come first.
func knownPeople(ctx context.Context, tx pgx.Tx) (all []clientimport.KnownPerson, err error) {
	rows, err := tx.Query(ctx, `SELECT id, given, family, email, phone, language, zone FROM portal.contact ORDER BY added_at, id`)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var given, family, email, phone, language, zone string
	_, err = pgx.ForEachRow(rows, []any{&id, &given, &family, &email, &phone, &language, &zone}, func() error {
		all = append(all, clientimport.KnownPerson{ID: id, Details: contact.Details{
			Given: event.Of(id, given), Family: event.Of(id, family), Email: event.Of(id, email), Phone: event.Of(id, phone), Language: language, Zone: zone,
		}})
		return nil
	})
	return all, err
}
