// Package taskfilter keeps what people look for again and again in the list of tasks.
package taskfilter

import (
	"context"
	"net/url"
	"time"

	"portico/app/es"
	domain "portico/domain/taskfilter"

	"github.com/google/uuid"
)

// Filter is what somebody looks for again and again in the list of tasks.
type Filter struct {
	ID, Owner uuid.UUID
	Name      string
	Says      string // as the address of the list does
	Shared    bool
}

// Fields are what an address of the list of tasks says of those that are meant; Says keeps view and order besides.
var Fields = []string{"q", "client", "owner", "tag", "of", "due", "their", "review", "can", "part", "kind", "priority", "shelf"}

// Says is what a filter keeps of an address of the list: what is looked for, in which order, as a list or a board.
func Says(v url.Values) string {
	kept := url.Values{}
	for _, name := range append(Fields[:len(Fields):len(Fields)], "view", "order") {
		if value := v.Get(name); value != "" {
			kept.Set(name, value)
		}
	}
	return kept.Encode()
}

// Reader reads saved filters by name: those of a person of the practice, and what colleagues share. Implementation:
// adapters/postgres.
type Reader interface {
	Filters(ctx context.Context, firm int32, staff uuid.UUID) ([]Filter, error)
}

// Commands are what people ask of saved filters.
type Commands struct{ Events es.Store }

// Save keeps a filter, or states it anew. ID is chosen by the caller (UUIDv7). A nil Says leaves what it looks for.
type Save struct {
	By     es.By
	ID     uuid.UUID
	Name   string
	Says   *string
	Shared bool
	Keeps  bool // By keeps the practice's texts
}

// Save keeps a filter. It refuses as the domain's Save does.
func (c Commands) Save(ctx context.Context, cmd Save) (es.Result, error) {
	return es.Execute(ctx, c.Events, cmd.By, domain.Stream(cmd.ID), func(f domain.Filter, now time.Time) ([]domain.Event, error) {
		return f.Save(domain.Saving{Name: cmd.Name, Says: cmd.Says, Shared: cmd.Shared}, domain.Who{ID: cmd.By.Actor.ID, Keeps: cmd.Keeps}, now)
	})
}

// Remove takes a filter away. keeps: By keeps the practice's texts. It refuses as the domain's Remove does.
func (c Commands) Remove(ctx context.Context, by es.By, id uuid.UUID, keeps bool) (es.Result, error) {
	return es.Execute(ctx, c.Events, by, domain.Stream(id), func(f domain.Filter, now time.Time) ([]domain.Event, error) {
		return f.Remove(domain.Who{ID: by.Actor.ID, Keeps: keeps}, now)
	})
}
