package api

import (
	"context"
	"fmt"

	clientapp "portico/app/client"
	"portico/domain/client"

	"github.com/google/uuid"
)

// Client is one client record.
type Client struct {
	ID           ID        `json:"id"`
	Name         string    `json:"name"`
	Email        string    `json:"email" doc:"May be empty"`
	Sort         string    `json:"sort" doc:"person, company, partnership, trust or charity"`
	Reference    string    `json:"reference" doc:"The practice's own number for the client; may be empty"`
	OwnerID      MaybeID   `json:"owner_id" doc:"The practitioner in charge"`
	Owner        string    `json:"owner" doc:"That practitioner's name"`
	Tags         []string  `json:"tags" nullable:"false"`
	People       int       `json:"people" doc:"Who are linked to it"`
	Portal       string    `json:"portal" doc:"Where its people stand, the best that is known: signed_in, bounced, invited, no_address, unmailed, without; empty: there is nobody"`
	ArchivedAt   MaybeTime `json:"archived_at" doc:"null: active"`
	UploadLinks  int       `json:"upload_links" doc:"Upload links ever sent for this client"`
	Files        int       `json:"files" doc:"Files that have reached the practice"`
	CreatedAt    Time      `json:"created_at"`
	LastActivity MaybeTime `json:"last_activity_at"`
}

func showClient(c clientapp.ClientRow) Client {
	return Client{
		ID: ID(c.ID), Name: c.Name, Email: c.Email, Sort: string(c.Sort), Reference: c.Reference, OwnerID: MaybeID(c.Owner), Owner: c.OwnerName,
		Tags: append([]string{}, c.Tags...), People: c.People, Portal: string(c.Stand), ArchivedAt: MaybeTime(c.ArchivedAt), UploadLinks: c.Links, Files: c.Files, CreatedAt: Time(c.CreatedAt), LastActivity: MaybeTime(c.LastActivity),
	}
}

type listClients struct {
	Paging
	Query  string `query:"query" maxLength:"200" doc:"Beginnings of words of a name, an address or a reference, the client's or their people's"`
	Owner  string `query:"owner_id" doc:"Only clients of this practitioner"`
	Sort   string `query:"sort" doc:"person, company, partnership, trust or charity"`
	Tag    string `query:"tag" maxLength:"40"`
	Portal string `query:"portal" enum:"without,invited,signed_in,bounced,no_address,unmailed" doc:"Where their people stand; may be a few seconds old"`
	Shelf  string `query:"shelf" enum:"active,archived,all" doc:"active, where none is sent"`
	Order  string `query:"order" enum:"name,reference,newest"`
}

func (s *Server) listClients(ctx context.Context, in *listClients) (*body[Page[Client]], error) {
	owner, err := optionalID(in.Owner, client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	q := clientapp.Query{
		Text: in.Query, Owner: owner, Sort: client.Sort(in.Sort), Tag: in.Tag, Portal: clientapp.Portal(in.Portal), Shelf: clientapp.Shelf(in.Shelf), Order: clientapp.Order(in.Order),
		After: in.Cursor, Limit: in.Limit,
	}
	if q.Shelf == "active" {
		q.Shelf = clientapp.Active
	}
	if q.Order == "name" {
		q.Order = clientapp.ByName
	}
	rows, next, err := s.ClientDB.Clients(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	return page(rows, next, showClient), nil
}

type createClient struct {
	Idempotent
	Body struct {
		Name      string `json:"name"`
		Email     string `json:"email,omitempty"`
		Sort      string `json:"sort,omitempty" doc:"person (where none is sent), company, partnership, trust or charity"`
		Reference string `json:"reference,omitempty" doc:"The practice's own number for the client"`
	}
}

func (s *Server) createClient(ctx context.Context, in *createClient) (*body[Client], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("draw a client's id: %w", err)
	}
	r, err := s.Clients.Create(ctx, clientapp.Create{
		By: who, ID: id, Name: in.Body.Name, Email: in.Body.Email, Sort: client.Sort(in.Body.Sort), Reference: in.Body.Reference, Owner: who.Actor.ID,
	})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.client(ctx, r.Stream.ID) // of the first time, where the command is repeated
}

func (s *Server) getClient(ctx context.Context, in *ByID) (*body[Client], error) {
	id, err := in.parse(client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.client(ctx, id)
}

func (s *Server) client(ctx context.Context, id uuid.UUID) (*body[Client], error) {
	row, err := s.ClientDB.Client(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	return &body[Client]{Body: showClient(row)}, nil
}
