// Package taskjobtest keeps jobs in memory, for tests.
package taskjobtest

import (
	"context"
	"slices"
	"sync"

	"portico/app/taskjob"

	"github.com/google/uuid"
)

// Lists is taskjob.Lists and taskjob.Targets in memory.
type Lists struct {
	Clients map[uuid.UUID]taskjob.Target
	Saved   []taskjob.Template

	mu     sync.Mutex
	drafts []taskjob.Draft
	rows   map[uuid.UUID][]taskjob.Row
	kept   map[uuid.UUID]bool
}

var (
	_ taskjob.Lists   = (*Lists)(nil)
	_ taskjob.Targets = (*Lists)(nil)

	_ taskjob.TemplateList = (*Lists)(nil)
)

// Templates is taskjob.TemplateList.
func (l *Lists) Templates(context.Context, int32) ([]taskjob.Template, error) { return l.Saved, nil }

// Targets is taskjob.Targets.
func (l *Lists) Targets(_ context.Context, _ int32, ids []uuid.UUID) (map[uuid.UUID]taskjob.Target, error) {
	out := map[uuid.UUID]taskjob.Target{}
	for _, id := range ids {
		if t, ok := l.Clients[id]; ok {
			out[id] = t
		}
	}
	return out, nil
}

// Save is taskjob.Lists.
func (l *Lists) Save(_ context.Context, _ int32, d taskjob.Draft, targets []uuid.UUID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rows == nil {
		l.rows, l.kept = map[uuid.UUID][]taskjob.Row{}, map[uuid.UUID]bool{}
	}
	if l.rows[d.ID] != nil {
		return nil
	}
	l.drafts = append(l.drafts, d)
	for i, id := range targets {
		l.rows[d.ID] = append(l.rows[d.ID], taskjob.Row{Chosen: taskjob.Chosen{No: i + 1, Target: id}, Task: id})
	}
	return nil
}

// Draft is taskjob.Lists.
func (l *Lists) Draft(_ context.Context, _ int32, id uuid.UUID) (taskjob.Draft, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.drafts {
		if d.ID == id {
			return d, nil
		}
	}
	return taskjob.Draft{}, taskjob.ErrUnknown
}

// Drafts is taskjob.Lists.
func (l *Lists) Drafts(_ context.Context, _ int32, limit int) (all []taskjob.Draft, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range slices.Backward(l.drafts) {
		if l.kept[d.ID] && len(all) < limit {
			all = append(all, d)
		}
	}
	return all, nil
}

// Keep is taskjob.Lists.
func (l *Lists) Keep(_ context.Context, _ int32, id, staff uuid.UUID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.drafts {
		if l.drafts[i].ID != id {
			continue
		}
		if !l.kept[id] {
			l.drafts[i].Staff = staff
		}
		l.kept[id] = true
		return nil
	}
	return taskjob.ErrUnknown
}

// Waiting is taskjob.Lists.
func (l *Lists) Waiting(_ context.Context, _ int32, id uuid.UUID, limit int) (all []taskjob.Chosen, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.rows[id] {
		if r.Outcome == taskjob.Waits && (limit == 0 || len(all) < limit) {
			all = append(all, r.Chosen)
		}
	}
	return all, nil
}

// Note is taskjob.Lists.
func (l *Lists) Note(_ context.Context, _ int32, id uuid.UUID, noted []taskjob.Noted) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range noted {
		for i := range l.rows[id] {
			if r := &l.rows[id][i]; r.Target == n.Target {
				r.Outcome, r.Code, r.Note = n.Outcome, n.Code, n.Note
			}
		}
	}
	return nil
}

// Tally is taskjob.Lists.
func (l *Lists) Tally(_ context.Context, _ int32, id uuid.UUID) (n taskjob.Tally, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n.Targets = len(l.rows[id])
	for _, r := range l.rows[id] {
		switch r.Outcome {
		case taskjob.Waits:
			n.Waiting++
		case taskjob.Done:
			n.Done++
		case taskjob.Refused:
			n.Refused++
		}
	}
	return n, nil
}

// Rows is taskjob.Lists.
func (l *Lists) Rows(_ context.Context, _ int32, d taskjob.Draft, outcome *taskjob.Outcome, after, limit int) (all []taskjob.Row, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.rows[d.ID] {
		if r.No > after && (outcome == nil || r.Outcome == *outcome) && (limit == 0 || len(all) < limit) {
			all = append(all, r)
		}
	}
	return all, nil
}
