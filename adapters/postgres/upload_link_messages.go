package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What the ledger of messages asks of links: f is the effect.
const (
	// messageLink adds the link l that a message belongs to, and, where it is about a batch or a file, those as b and u.
	messageLink = `
		LEFT JOIN portal.upload_link l ON l.id = f.stream_id
		LEFT JOIN portal.upload_batch b ON b.link_id = f.stream_id AND b.id = (f.args ->> 'batch')::uuid
		LEFT JOIN portal.upload_file u ON u.link_id = f.stream_id AND u.id = (f.args ->> 'file')::uuid`

	messageLinksOf = `SELECT l.id FROM portal.upload_link l WHERE l.client_id = $x`

	// linksWithWord are those for clients that a word finds, and those to people with it anywhere in name or address.
	linksWithWord = `SELECT l.id FROM portal.upload_link l WHERE l.firm_no = $1 AND l.client_id IN (` + clientsWithWord + `)
		UNION SELECT r.link_id FROM portal.upload_recipient r WHERE r.firm_no = $1 AND strpos(lower(r.name || ' ' || r.email), %[1]s) > 0`
)

// recipientsAt are the recipients of links whose address is among those that a subquery finds, as SQL.
const recipientsAt = `SELECT r.id FROM portal.upload_recipient r WHERE r.firm_no = $1 AND lower(r.email) = ANY (ARRAY(%s))`

// recipientAddresses are those of recipients, as people compare them.
func recipientAddresses(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return namesBy(ctx, tx, `SELECT r.id, lower(r.email) FROM portal.upload_recipient r WHERE r.id = ANY ($1)`, ids)
}

// recipientNames finds names for rows of other models; the address where there is no name.
func recipientNames(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return namesBy(ctx, tx, `SELECT r.id, coalesce(nullif(r.name, ''), r.email) FROM portal.upload_recipient r WHERE r.id = ANY ($1)`, ids)
}
