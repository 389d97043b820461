package postgres

import (
	"context"
	"crypto/rand"
	"time"

	"portico/app/es"

	"github.com/jackc/pgx/v5"
)

// MessagesSQL is the statement that finds a page of the ledger.
var MessagesSQL = messagesSQL

// SetLease makes the lease of what w performs from now on this short.
func (w *Effects) SetLease(lease time.Duration) { w.lease = lease }

// AppendIn appends inside a transaction of the caller's, with made-up hashes on top of head: written is false where the
// stream was elsewhere.
func (s *Store) AppendIn(ctx context.Context, tx pgx.Tx, a es.Append, head []byte) (written bool, position int64, err error) {
	copy(a.Prev[:], head)
	rows, err := s.prepare(ctx, a)
	if err != nil {
		return false, 0, err
	}
	rand.Read(rows[len(rows)-1].hash[:])
	verdicts, position, err := appendBatch(ctx, tx, []*pending{{Append: a, rows: rows}})
	if err != nil {
		return false, 0, err
	}
	return verdicts[0] == verdictWritten, position, nil
}
