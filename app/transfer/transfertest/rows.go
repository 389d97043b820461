// Package transfertest is what tests of uploads stand on: rows, blobs and a link in memory, processes that can be
// killed, and the suites that every implementation passes.
package transfertest

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

// Rows keeps transfers in memory. The zero value is ready.
type Rows struct {
	mu sync.Mutex
	m  map[uuid.UUID]*memoryRow

	uses map[uuid.UUID]*memoryUse
}

type memoryRow struct {
	transfer.Row
	touched time.Time
	emptied bool
}

func (r *memoryRow) seen() transfer.Row {
	row := r.Row
	row.HashState, row.SHA256 = bytes.Clone(r.HashState), bytes.Clone(r.SHA256)
	row.Expired = !time.Now().Before(r.ExpiresAt)
	return row
}

func (r *memoryRow) move(l transfer.Limits) {
	r.touched = time.Now()
	r.ExpiresAt = r.touched.Add(l.Idle)
	if end := r.CreatedAt.Add(l.Age); end.Before(r.ExpiresAt) {
		r.ExpiresAt = end
	}
}

// Insert implements transfer.Rows.
func (rs *Rows) Insert(_ context.Context, row transfer.Row, l transfer.Limits, quota int64) (transfer.Row, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if quota > 0 && rs.used(row.Owner.Firm)+row.Size > quota {
		return transfer.Row{}, transfer.ErrQuota
	}
	if rs.m == nil {
		rs.m = make(map[uuid.UUID]*memoryRow)
	}
	r := &memoryRow{Row: row}
	if row.State == transfer.Finishing {
		r.Offset = row.Size
	}
	r.CreatedAt = time.Now()
	r.move(l)
	rs.m[row.ID] = r
	return r.seen(), nil
}

// Used implements transfer.Rows.
func (rs *Rows) Used(_ context.Context, firm int32) (int64, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.used(firm), nil
}

func (rs *Rows) used(firm int32) (sum int64) {
	for _, r := range rs.m {
		if r.Owner.Firm == firm && !r.emptied {
			sum += r.Size
		}
	}
	return sum
}

// Load implements transfer.Rows.
func (rs *Rows) Load(_ context.Context, owner transfer.Owner, id uuid.UUID) (transfer.Row, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r, ok := rs.m[id]
	if !ok || r.Owner != owner {
		return transfer.Row{}, transfer.ErrUnknown
	}
	return r.seen(), nil
}

// Running implements transfer.Rows.
func (rs *Rows) Running(_ context.Context, owner transfer.Owner) (list []transfer.Row, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, r := range rs.m {
		if r.Owner == owner && r.State == transfer.Receiving {
			list = append(list, r.seen())
		}
	}
	return list, nil
}

// Take implements transfer.Rows.
func (rs *Rows) Take(ctx context.Context, owner transfer.Owner, id uuid.UUID, offset int64) (transfer.Row, bool, error) {
	row, err := rs.Load(ctx, owner, id)
	if err != nil {
		return row, false, err
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.m[id]
	if r.State != transfer.Receiving || r.Offset != offset || r.seen().Expired {
		return r.seen(), false, nil
	}
	r.Epoch++
	return r.seen(), true, nil
}

// Checkpoint implements transfer.Rows.
func (rs *Rows) Checkpoint(_ context.Context, row transfer.Row, l transfer.Limits) (transfer.Row, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.m[row.ID]
	if r.State != transfer.Receiving || r.Epoch != row.Epoch {
		return row, transfer.ErrLocked
	}
	r.Offset, r.HashState = row.Offset, bytes.Clone(row.HashState)
	r.move(l)
	return r.seen(), nil
}

// Finish implements transfer.Rows.
func (rs *Rows) Finish(_ context.Context, row transfer.Row) (transfer.Row, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.m[row.ID]
	if r.State != transfer.Receiving || r.Epoch != row.Epoch {
		return row, transfer.ErrLocked
	}
	r.State, r.Offset, r.HashState, r.SHA256, r.Found, r.touched = transfer.Finishing, r.Size, nil, row.SHA256, row.Found, time.Now()
	r.Fingerprint = ""
	return r.seen(), nil
}

// Receive implements transfer.Rows.
func (rs *Rows) Receive(_ context.Context, firm int32, id uuid.UUID) error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if r, ok := rs.m[id]; ok && r.Owner.Firm == firm && r.State == transfer.Finishing {
		r.State = transfer.Received
	}
	return nil
}

// Abandon implements transfer.Rows.
func (rs *Rows) Abandon(_ context.Context, firm int32, id uuid.UUID, reason transfer.Reason) (transfer.Row, bool, error) {
	return rs.end(firm, id, transfer.Abandoned, reason, transfer.Receiving, transfer.Finishing)
}

// Quarantine implements transfer.Rows.
func (rs *Rows) Quarantine(_ context.Context, firm int32, id uuid.UUID) (transfer.Row, bool, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.ends(firm, rs.of(firm, id), transfer.Quarantined, "", transfer.Finishing, transfer.Received)
}

// Discard implements transfer.Rows.
func (rs *Rows) Discard(_ context.Context, firm int32, id uuid.UUID) (transfer.Row, bool, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	of, used := rs.giveUp(firm, id)
	if used {
		return transfer.Row{}, false, nil
	}
	return rs.ends(firm, of, transfer.Discarded, "", transfer.Finishing, transfer.Received, transfer.Quarantined)
}

func (rs *Rows) end(firm int32, id uuid.UUID, to transfer.State, reason transfer.Reason, from ...transfer.State) (transfer.Row, bool, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.ends(firm, id, to, reason, from...)
}

func (rs *Rows) ends(firm int32, id uuid.UUID, to transfer.State, reason transfer.Reason, from ...transfer.State) (transfer.Row, bool, error) {
	r, ok := rs.m[id]
	if !ok || r.Owner.Firm != firm {
		return transfer.Row{}, false, nil
	}
	for _, s := range from {
		if r.State == s {
			r.State, r.Reason, r.HashState, r.Fingerprint, r.touched = to, reason, nil, "", time.Now()
			r.Epoch++
			return r.seen(), true, nil
		}
	}
	return r.seen(), false, nil
}

// Emptied implements transfer.Rows.
func (rs *Rows) Emptied(_ context.Context, firm int32, id uuid.UUID) error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if r, ok := rs.m[id]; ok && r.Owner.Firm == firm && (r.State == transfer.Abandoned || r.State == transfer.Discarded) {
		r.emptied = true
	}
	return nil
}

// Stale implements transfer.Rows.
func (rs *Rows) Stale(_ context.Context, limit int) (rows []transfer.Row, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, r := range rs.m {
		seen := r.seen()
		ended := r.State == transfer.Abandoned || r.State == transfer.Discarded
		left := r.State == transfer.Finishing || ended && !r.emptied
		if len(rows) < limit && (r.State == transfer.Receiving && seen.Expired || left && time.Since(r.touched) > time.Minute) {
			rows = append(rows, seen)
		}
	}
	return rows, nil
}

// Kept implements transfer.Rows.
func (rs *Rows) Kept(_ context.Context, after uuid.UUID, limit int) (rows []transfer.Row, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, r := range rs.m {
		if r.State == transfer.Received && bytes.Compare(r.ID[:], after[:]) > 0 {
			rows = append(rows, r.seen())
		}
	}
	slices.SortFunc(rows, func(a, b transfer.Row) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return rows[:min(limit, len(rows))], nil
}

// Unknown implements transfer.Rows.
func (rs *Rows) Unknown(_ context.Context, ids []uuid.UUID) (unknown []uuid.UUID, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, id := range ids {
		if _, ok := rs.m[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	return unknown, nil
}

// Age makes a transfer as old as if d had passed since it last moved.
func (rs *Rows) Age(id uuid.UUID, d time.Duration) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.m[id]
	r.CreatedAt, r.ExpiresAt, r.touched = r.CreatedAt.Add(-d), r.ExpiresAt.Add(-d), r.touched.Add(-d)
}
