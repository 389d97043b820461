package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"portico/app/es"
	"portico/app/message"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// MessageReports finds messages by what the outside world calls them. It implements app/message.Finder, for all
// practices: who reports knows none.
type MessageReports struct{ DB *DB }

var _ message.Finder = MessageReports{}

// Find is message.Finder. An id is known from the first try on.
func (m MessageReports) Find(ctx context.Context, channel message.Channel, id string) ([]es.Effect, error) {
	rows, err := m.DB.Work.Query(ctx, `
		SELECT f.key, f.firm_no, f.kind, s.kind, f.stream_id, f.args, f.streams, f.causes
		FROM es.effects f JOIN es.streams s ON s.stream_id = f.stream_id
		WHERE f.message_ids @> ARRAY[$1::text] AND f.message_ids <> '{}' AND split_part(f.kind, '.', 1) = $2 ORDER BY f.key`, id, string(channel))
	if err != nil {
		return nil, fmt.Errorf("find message %s: %w", id, err)
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (e es.Effect, err error) {
		var args []byte
		var streams []uuid.UUID
		var versions []int32
		if err := r.Scan(&e.Key, &e.Firm, &e.Kind, &e.Stream.Kind, &e.Stream.ID, &args, &streams, &versions); err != nil {
			return e, err
		}
		e.Causes = causesOf(streams, versions)
		return e, json.Unmarshal(args, &e.Args)
	})
	if err != nil {
		return nil, fmt.Errorf("find message %s: %w", id, err)
	}
	return found, nil
}

// Note is message.Finder.
func (m MessageReports) Note(ctx context.Context, key string, r message.Report) error {
	sql := `UPDATE es.effects SET delivered_at = coalesce(delivered_at, clock_timestamp()) WHERE key = $1 AND $2::text IS NOT NULL`
	if r.Fate == message.Bounced {
		sql = `UPDATE es.effects SET code = CASE WHEN bounced_at IS NULL THEN nullif($2, '') ELSE code END,
			bounced_at = coalesce(bounced_at, clock_timestamp()) WHERE key = $1`
	}
	if _, err := m.DB.Work.Exec(ctx, sql, key, r.Code); err != nil {
		return fmt.Errorf("note what became of %s: %w", key, err)
	}
	return nil
}
