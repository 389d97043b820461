package api

import (
	"context"
	"fmt"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/address"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Contact is one person that the practice knows.
type Contact struct {
	ID       ID     `json:"id"`
	Given    string `json:"given"`
	Family   string `json:"family"`
	Email    string `json:"email" doc:"May be empty"`
	Phone    string `json:"phone" doc:"E.164; may be empty"`
	Language string `json:"language" doc:"BCP 47; empty: the practice's"`
	Zone     string `json:"zone" doc:"IANA; empty: the practice's"`
	Clients  int    `json:"clients" doc:"How many they are linked to"`
	AddedAt  Time   `json:"added_at"`
}

func showContact(c contactapp.Row) Contact {
	return Contact{
		ID: ID(c.ID), Given: c.Given, Family: c.Family, Email: c.Email, Phone: c.Phone, Language: c.Language, Zone: c.Zone, Clients: c.Clients, AddedAt: Time(c.AddedAt),
	}
}

// ContactDetail is one person with their clients.
type ContactDetail struct {
	Contact
	Of []Membership `json:"client_list" nullable:"false"`
}

// Membership is a client of a person.
type Membership struct {
	ClientID ID       `json:"client_id"`
	Client   string   `json:"client" doc:"Its name"`
	Rights   []string `json:"rights" nullable:"false"`
	Active   bool     `json:"active" doc:"false: archived, and nobody enters the portal through it"`
}

// LinkedContact is a person of a client.
type LinkedContact struct {
	Contact
	Rights   []string `json:"rights" nullable:"false" doc:"What they may do for this client: files, tasks, billing, schedule, sign"`
	LinkedAt Time     `json:"linked_at"`
}

type listContacts struct {
	Paging
	Query string `query:"query" maxLength:"200" doc:"Beginnings of words of names, addresses and numbers"`
	Email string `query:"email" maxLength:"254" doc:"Only who has this address, whatever its case; the other parameters count for nothing"`
	Loose bool   `query:"without_client" doc:"Only who belongs to no client"`
	Unset bool   `query:"without_address"`
}

func (s *Server) listContacts(ctx context.Context, in *listContacts) (*body[Page[Contact]], error) {
	if in.Email != "" {
		email, err := address.Parse(in.Email)
		if err != nil {
			return nil, err
		}
		rows, err := s.ContactDB.ByEmail(ctx, from(ctx).Firm, email)
		if err != nil {
			return nil, err
		}
		return page(rows, "", showContact), nil
	}
	rows, next, err := s.ContactDB.Contacts(ctx, from(ctx).Firm, contactapp.Query{Text: in.Query, Loose: in.Loose, Unset: in.Unset, After: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return page(rows, next, showContact), nil
}

// personBody is what is known of a person.
type personBody struct {
	Given    string `json:"given,omitempty"`
	Family   string `json:"family,omitempty"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty" doc:"With its country: +44 20 7946 0958"`
	Language string `json:"language,omitempty"`
	Zone     string `json:"zone,omitempty"`
}

func (b personBody) entry() contact.Entry {
	return contact.Entry{Given: b.Given, Family: b.Family, Email: b.Email, Phone: b.Phone, Language: b.Language, Zone: b.Zone}
}

type createContact struct {
	Idempotent
	Body personBody
}

func (s *Server) createContact(ctx context.Context, in *createContact) (*body[ContactDetail], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("draw a contact's id: %w", err)
	}
	r, err := s.Contacts.Add(ctx, contactapp.Add{By: who, ID: id, Details: in.Body.entry()})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.contact(ctx, r.Stream.ID)
}

func (s *Server) getContact(ctx context.Context, in *ByID) (*body[ContactDetail], error) {
	id, err := in.parse(contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.contact(ctx, id)
}

func (s *Server) contact(ctx context.Context, id uuid.UUID) (*body[ContactDetail], error) {
	row, err := s.ContactDB.Contact(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	of, err := s.ContactDB.ClientsOf(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	d := ContactDetail{Contact: showContact(row), Of: make([]Membership, len(of))}
	for i, m := range of {
		d.Of[i] = Membership{ClientID: ID(m.Client), Client: m.ClientName, Rights: m.Rights, Active: m.Active}
	}
	return &body[ContactDetail]{Body: d}, nil
}

type changeContact struct {
	ByID
	Idempotent
	Body personBody
}

func (s *Server) changeContact(ctx context.Context, in *changeContact) (*body[ContactDetail], error) {
	id, err := in.parse(contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	r, err := s.Contacts.Change(ctx, contactapp.Change{By: who, Contact: id, Details: in.Body.entry()})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.contact(ctx, id)
}

func (s *Server) listClientContacts(ctx context.Context, in *ByID) (*body[Page[LinkedContact]], error) {
	id, err := in.parse(client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.clientContacts(ctx, id)
}

func (s *Server) clientContacts(ctx context.Context, id uuid.UUID) (*body[Page[LinkedContact]], error) {
	if _, err := s.ClientDB.Client(ctx, from(ctx).Firm, id); err != nil {
		return nil, err
	}
	people, err := s.ContactDB.OfClient(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	return page(people, "", func(l contactapp.Linked) LinkedContact {
		return LinkedContact{Contact: showContact(l.Row), Rights: l.Rights, LinkedAt: Time(l.LinkedAt)}
	}), nil
}

// OfClient names a person of a client in an address.
type OfClient struct {
	ByID
	Contact string `path:"contact" doc:"UUID"`
}

func (in OfClient) both() (of, who uuid.UUID, err error) {
	if of, err = in.parse(client.ErrNotFound); err == nil {
		who, err = ByID{ID: in.Contact}.parse(contact.ErrNotFound)
	}
	return of, who, err
}

type putClientContact struct {
	OfClient
	Idempotent
	Body struct {
		Rights []string `json:"rights" nullable:"false" doc:"All of them: files, tasks, billing, schedule, sign"`
	}
}

func (s *Server) putClientContact(ctx context.Context, in *putClientContact) (*body[Page[LinkedContact]], error) {
	of, who, err := in.both()
	if err != nil {
		return nil, err
	}
	sender, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if _, err := s.ContactDB.Contact(ctx, sender.Firm, who); err != nil { // one that the caller may see
		return nil, err
	}
	cmd := clientapp.LinkContact{By: sender, Client: of, Contact: who}
	for _, right := range in.Body.Rights {
		cmd.Rights = append(cmd.Rights, client.Right(right))
	}
	r, err := s.Clients.LinkContact(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.clientContacts(ctx, of)
}

type deleteClientContact struct {
	OfClient
	Idempotent
}

func (s *Server) deleteClientContact(ctx context.Context, in *deleteClientContact) (*struct{}, error) {
	of, who, err := in.both()
	if err != nil {
		return nil, err
	}
	sender, err := by(ctx, in.Key, nil)
	if err != nil {
		return nil, err
	}
	r, err := s.Clients.UnlinkContact(ctx, clientapp.UnlinkContact{By: sender, Client: of, Contact: who})
	if err != nil {
		return nil, err
	}
	return nil, s.shown(ctx, r)
}

type putClient struct {
	ByID
	Idempotent
	Body struct {
		Name      string   `json:"name"`
		Email     string   `json:"email,omitempty"`
		Sort      string   `json:"sort,omitempty" doc:"person (where none is sent), company, partnership, trust or charity"`
		Reference string   `json:"reference,omitempty"`
		OwnerID   string   `json:"owner_id,omitempty" doc:"The practitioner in charge; empty: nobody"`
		Tags      []string `json:"tags,omitempty" nullable:"false"`
	}
}

var errOwner = fault.New(fault.Invalid, "api.owner", "owner_id names nobody who works at the practice.")

func (s *Server) putClient(ctx context.Context, in *putClient) (*body[Client], error) {
	id, err := in.parse(client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	now, err := s.ClientDB.Client(ctx, who.Firm, id)
	if err != nil {
		return nil, err
	}
	owner, err := optionalID(in.Body.OwnerID, errOwner)
	if err != nil {
		return nil, err
	}
	if owner != uuid.Nil && owner != now.Owner {
		if err := s.employed(ctx, who.Firm, owner); err != nil {
			return nil, err
		}
	}
	also := func(what string) es.By {
		b := who
		b.Command = uuid.NewSHA1(who.Command, []byte(what))
		return b
	}
	var last es.Result
	for _, act := range []func() (es.Result, error){
		func() (es.Result, error) {
			return s.Clients.Change(ctx, clientapp.Change{By: who, Client: id, Name: in.Body.Name, Email: in.Body.Email, Sort: client.Sort(in.Body.Sort), Reference: in.Body.Reference})
		},
		func() (es.Result, error) {
			return s.Clients.SetTags(ctx, clientapp.SetTags{By: also("tags"), Client: id, Tags: in.Body.Tags})
		},
		func() (es.Result, error) {
			return s.Clients.SetOwner(ctx, clientapp.SetOwner{By: also("owner"), Client: id, Owner: owner})
		},
	} {
		r, err := act()
		if err != nil {
			return nil, err
		}
		if r.Position > 0 {
			last = r
		}
	}
	if err := s.shown(ctx, last); err != nil {
		return nil, err
	}
	return s.client(ctx, id)
}

type shelveClient struct {
	ByID
	Idempotent
}

func (s *Server) archiveClient(ctx context.Context, in *shelveClient) (*body[Client], error) {
	return s.shelve(ctx, in, s.Clients.Archive)
}

func (s *Server) restoreClient(ctx context.Context, in *shelveClient) (*body[Client], error) {
	return s.shelve(ctx, in, s.Clients.Restore)
}

func (s *Server) shelve(ctx context.Context, in *shelveClient, do func(context.Context, clientapp.Archive) (es.Result, error)) (*body[Client], error) {
	id, err := in.parse(client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, nil)
	if err != nil {
		return nil, err
	}
	r, err := do(ctx, clientapp.Archive{By: who, Client: id})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.client(ctx, id)
}
