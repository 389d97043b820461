package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Verify walks the chains of everything, of one firm or of one stream, in one snapshot of the database. Zero fields
// choose everything. progress is told events; it may be nil.
func (h History) Verify(ctx context.Context, firm int32, stream event.Stream, progress func(done, total int64)) (Report, error) {
	started := time.Now()
	v := &verification{firm: firm, stream: stream, print: newFingerprint(), progress: progress}
	err := pgx.BeginTxFunc(ctx, h.DB.Work, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := v.count(ctx, tx); err != nil {
			return err
		}
		for more := true; more; {
			heads, err := v.heads(ctx, tx)
			if err != nil {
				return err
			}
			for _, part := range parts(heads) {
				if err := v.walk(ctx, tx, part); err != nil {
					return err
				}
			}
			more = len(heads) == verifyPage
		}
		return v.orphans(ctx, tx)
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify: %w", err)
	}
	v.report.Took, v.report.Fingerprint = time.Since(started), v.print.String()
	return v.report, nil
}

const (
	verifyPage = 500    // heads read at once
	verifyRows = 20_000 // events in memory at once, or one stream's
)

// parts splits heads so that the events of each part are few.
func parts(heads []Head) (out [][]Head) {
	rows := 0
	for i, h := range heads {
		if i == 0 || rows+h.Version > verifyRows {
			out, rows = append(out, nil), 0
		}
		rows += h.Version
		out[len(out)-1] = append(out[len(out)-1], h)
	}
	return out
}

type verification struct {
	firm     int32
	stream   event.Stream
	last     uuid.UUID
	total    int64
	report   Report
	print    fingerprint
	progress func(done, total int64)
}

// chosen is the condition on a table's stream and firm, as $1 and $2.
const chosen = ` ($1::uuid = '00000000-0000-0000-0000-000000000000' OR %[1]s.stream_id = $1) AND ($2 = 0 OR %[1]s.firm_no = $2) `

func (v *verification) count(ctx context.Context, tx pgx.Tx) error {
	return tx.QueryRow(ctx, `SELECT coalesce(sum(version), 0) FROM es.streams s WHERE`+fmt.Sprintf(chosen, "s"), v.stream.ID, v.firm).Scan(&v.total)
}

func (v *verification) heads(ctx context.Context, tx pgx.Tx) ([]Head, error) {
	rows, err := tx.Query(ctx, `
		SELECT stream_id, kind, firm_no, version, head_hash FROM es.streams s WHERE`+fmt.Sprintf(chosen, "s")+`AND stream_id > $3
		ORDER BY stream_id LIMIT $4`, v.stream.ID, v.firm, v.last, verifyPage)
	if err != nil {
		return nil, err
	}
	heads, err := pgx.CollectRows(rows, scanHead)
	if len(heads) > 0 {
		v.last = heads[len(heads)-1].Stream.ID
	}
	return heads, err
}

func scanHead(row pgx.CollectableRow) (h Head, err error) {
	var kind string
	var hash []byte
	err = row.Scan(&h.Stream.ID, &kind, &h.Firm, &h.Version, &hash)
	h.Stream.Kind = event.Kind(kind)
	copy(h.Hash[:], hash)
	return h, err
}

// walk checks a page of streams. Each is read by its id alone: rows that moved to another firm are found as well.
func (v *verification) walk(ctx context.Context, tx pgx.Tx, heads []Head) error {
	ids := make([]uuid.UUID, len(heads))
	for i, h := range heads {
		ids[i] = h.Stream.ID
		v.print.add(h)
	}
	rows, err := tx.Query(ctx, selectEntries+` WHERE stream_id = ANY ($1) ORDER BY stream_id, version, position`, ids)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return err
	}
	for _, h := range heads {
		n := 0
		for n < len(entries) && entries[n].Stream.ID == h.Stream.ID {
			n++
		}
		checkStream(&v.report, kindIn(h.Stream, entries[:n]), entries[:n]).end(h)
		entries = entries[n:]
	}
	if v.progress != nil {
		v.progress(v.report.Events, v.total)
	}
	return nil
}

// kindIn is the stream with the kind that its events are chained under: the head's, unless none of them has it.
func kindIn(s event.Stream, entries []Entry) event.Stream {
	if len(entries) == 0 || slices.ContainsFunc(entries, func(e Entry) bool { return e.Stream == s }) {
		return s
	}
	return entries[0].Stream
}

// orphans are events whose stream has no head.
func (v *verification) orphans(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, selectEntries+` AS e WHERE`+fmt.Sprintf(chosen, "e")+`
		AND NOT EXISTS (SELECT FROM es.streams s WHERE s.stream_id = e.stream_id) ORDER BY stream_id, version`, v.stream.ID, v.firm)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return err
	}
	eachStream(entries, func(stream event.Stream, rows []Entry) { noHead(&v.report, stream, rows) })
	return nil
}

func noHead(report *Report, stream event.Stream, rows []Entry) {
	c := checkStream(report, stream, rows)
	c.find(rows[0].Version, "the stream has %d events and no head", len(rows))
}

// eachStream splits entries that are sorted by stream.
func eachStream(entries []Entry, do func(stream event.Stream, rows []Entry)) {
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].Stream.ID == entries[0].Stream.ID {
			n++
		}
		do(entries[0].Stream, entries[:n])
		entries = entries[n:]
	}
}
