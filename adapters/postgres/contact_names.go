package postgres

import (
	"context"
	"fmt"

	app "portico/app/contact"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// addressOfContact is that of a contact, as SQL; nothing where there is none.
const addressOfContact = `SELECT p.email_key COLLATE "default" FROM portal.contact p WHERE p.id = $x AND p.email_key <> ''`

// contactsAt are the contacts of a practice by address, those whose address is theirs alone.
func contactsAt(ctx context.Context, tx pgx.Tx, addresses []string) (map[string]uuid.UUID, error) {
	out := map[string]uuid.UUID{}
	if len(addresses) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT c.email_key, min(c.id::text)::uuid FROM portal.contact c
		WHERE c.firm_no = current_setting('portico.firm')::integer AND c.email_key = ANY ($1) AND c.email_key <> '' GROUP BY 1 HAVING count(*) = 1`, addresses)
	if err != nil {
		return nil, err
	}
	var address string
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&address, &id}, func() error {
		out[address] = id
		return nil
	})
	return out, err
}

// contactNames finds names for rows of other models; the address where there is no name.
func contactNames(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return namesBy(ctx, tx, `SELECT c.id, coalesce(nullif(trim(c.given || ' ' || c.family), ''), c.email) FROM portal.contact c WHERE c.id = ANY ($1)`, ids)
}

// What the model of contacts says of a client's person k, as SQL.
const joinContact = `JOIN portal.contact p ON p.id = k.contact_id`

var contactBits = fmt.Sprintf(`CASE WHEN p.email_key <> '' THEN %d ELSE 0 END | CASE WHEN p.phone <> '' THEN %d ELSE 0 END`, somebodyAddressed, somebodyNumbered)

// contactStands is what the model says of everybody, for the census of clients.
func contactStands(ctx context.Context, tx pgx.Tx, firm int32) (map[uuid.UUID]int16, error) {
	return stands16(ctx, tx, `SELECT p.id, (`+contactBits+`)::smallint FROM portal.contact p WHERE p.firm_no = $1`, firm)
}

// contactsByID finds people for rows of other models.
func contactsByID(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]app.Row, error) {
	found, err := tx.Query(ctx, `SELECT `+contactColumns+` FROM portal.contact c WHERE c.id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(found, scanContact)
	out := make(map[uuid.UUID]app.Row, len(rows))
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, err
}
