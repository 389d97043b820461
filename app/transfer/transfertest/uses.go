package transfertest

import (
	"bytes"
	"context"
	"slices"
	"time"

	"portico/app/transfer"

	"github.com/google/uuid"
)

type memoryUse struct {
	transfer.Use
	confirmed bool
	at        time.Time
}

// of is the transfer of which id is a use; rs is locked, as in all that is not exported.
func (rs *Rows) of(firm int32, id uuid.UUID) uuid.UUID {
	if u, ok := rs.uses[id]; ok && u.Firm == firm {
		return u.Transfer
	}
	return id
}

// giveUp forgets a use, and tells whether its transfer has others.
func (rs *Rows) giveUp(firm int32, id uuid.UUID) (of uuid.UUID, used bool) {
	of = rs.of(firm, id)
	if u, ok := rs.uses[id]; ok && u.Firm == firm {
		delete(rs.uses, id)
	}
	for _, u := range rs.uses {
		used = used || u.Transfer == of
	}
	return of, used
}

// Hold implements transfer.Rows.
func (rs *Rows) Hold(_ context.Context, u transfer.Use) error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r, ok := rs.m[u.Transfer]
	if !ok || r.Owner.Firm != u.Firm || r.State != transfer.Received && r.State != transfer.Finishing {
		return transfer.ErrGone
	}
	if rs.uses == nil {
		rs.uses = make(map[uuid.UUID]*memoryUse)
	}
	first := true
	for _, o := range rs.uses {
		first = first && o.Transfer != u.Transfer
	}
	if first && u.ID != u.Transfer {
		rs.uses[r.ID] = &memoryUse{transfer.Use{Firm: u.Firm, Transfer: r.ID, ID: r.ID, Target: r.Owner.Link}, true, time.Now()}
	}
	if _, ok := rs.uses[u.ID]; !ok {
		rs.uses[u.ID] = &memoryUse{u, false, time.Now()}
	}
	return nil
}

// Confirm implements transfer.Rows.
func (rs *Rows) Confirm(_ context.Context, firm int32, id uuid.UUID) error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if u, ok := rs.uses[id]; ok && u.Firm == firm {
		u.confirmed = true
	}
	return nil
}

// Uses implements transfer.Rows.
func (rs *Rows) Uses(_ context.Context, firm int32, id uuid.UUID) (uses []transfer.Use, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	of := rs.of(firm, id)
	for _, u := range rs.uses {
		if u.Firm == firm && u.Transfer == of {
			uses = append(uses, u.Use)
		}
	}
	slices.SortFunc(uses, func(a, b transfer.Use) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return uses, nil
}

// Examples implements transfer.Rows.
func (rs *Rows) Examples(_ context.Context, firm int32, ids []uuid.UUID) (all []transfer.Example, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, id := range ids {
		if u, ok := rs.uses[id]; ok && u.Firm == firm && u.Name != "" {
			r := rs.m[u.Transfer]
			all = append(all, transfer.Example{Use: u.Use, Size: r.Size, SHA256: r.SHA256, Media: r.Found, Apart: r.State == transfer.Quarantined})
		}
	}
	return all, nil
}

// Confirmed implements transfer.Rows.
func (rs *Rows) Confirmed(_ context.Context, firm int32, target uuid.UUID) (uses []transfer.Use, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, u := range rs.uses {
		if u.Firm == firm && u.Target == target && u.Name != "" && u.confirmed {
			uses = append(uses, u.Use)
		}
	}
	return uses, nil
}

// Apart implements transfer.Rows.
func (rs *Rows) Apart(_ context.Context, firm int32, id uuid.UUID) (bool, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r, ok := rs.m[rs.of(firm, id)]
	return ok && r.Owner.Firm == firm && r.State == transfer.Quarantined, nil
}

// Unconfirmed implements transfer.Rows.
func (rs *Rows) Unconfirmed(_ context.Context, limit int) (uses []transfer.Use, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, u := range rs.uses {
		wait := time.Hour
		if u.Name != "" {
			wait = 7 * 24 * time.Hour
		}
		if !u.confirmed && len(uses) < limit && time.Since(u.at) > wait {
			uses = append(uses, u.Use)
		}
	}
	return uses, nil
}

// AgeUses makes all uses as old as if d had passed since they were held.
func (rs *Rows) AgeUses(d time.Duration) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, u := range rs.uses {
		u.at = u.at.Add(-d)
	}
}
