package task

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/taskfilter"

	"github.com/google/uuid"
)

// Filter is what somebody looks for again and again in the list of tasks.
type Filter struct {
	ID, Owner uuid.UUID
	Name      string
	Says      string // as the address of the list does
	Shared    bool
}

// FilterList reads saved filters by name: those of a person of the practice, and what colleagues share. Implementation:
// adapters/postgres.
type FilterList interface {
	Filters(ctx context.Context, firm int32, staff uuid.UUID) ([]Filter, error)
}

// SaveFilter keeps a filter, or states it anew. ID is chosen by the caller (UUIDv7). A nil Says leaves what it looks for.
type SaveFilter struct {
	By     es.By
	ID     uuid.UUID
	Name   string
	Says   *string
	Shared bool
	Keeps  bool // By keeps the practice's texts
}

// SaveFilter keeps a filter. It refuses as the domain's Save does.
func (c Commands) SaveFilter(ctx context.Context, cmd SaveFilter) (es.Result, error) {
	return es.Execute(ctx, c.Events, cmd.By, taskfilter.Stream(cmd.ID), func(f taskfilter.Filter, now time.Time) ([]taskfilter.Event, error) {
		return f.Save(taskfilter.Saving{Name: cmd.Name, Says: cmd.Says, Shared: cmd.Shared}, taskfilter.Who{ID: cmd.By.Actor.ID, Keeps: cmd.Keeps}, now)
	})
}

// RemoveFilter takes a filter away. keeps: By keeps the practice's texts. It refuses as the domain's Remove does.
func (c Commands) RemoveFilter(ctx context.Context, by es.By, id uuid.UUID, keeps bool) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, taskfilter.Stream(id), func(f taskfilter.Filter, now time.Time) ([]taskfilter.Event, error) {
		return f.Remove(taskfilter.Who{ID: by.Actor.ID, Keeps: keeps}, now)
	})
}
