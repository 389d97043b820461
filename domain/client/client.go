// Package client decides what a client record is.
//
//  1. A record is created once.
//  2. It has a name, of 1 to 200 letters, and may have an address and the practice's own number.
//  3. It is a person, a company, a partnership, a trust or a charity.
//  4. It may have an owner, who is one of the practice's staff.
//  5. It has at most 20 tags of 1 to 40 letters each, without commas. Tags that differ in case alone are one.
//  6. An archived client is inactive: nobody enters the portal through it (S3.i23). It can still be corrected, and
//     restored.
//  7. Up to 100 people are linked to a client, each with rights: files, tasks, billing, schedule, sign. Rights hold from
//     the person's next request on, and before the first one too (S5.i6). A person may be linked to several clients.
package client

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Lengths in letters, and how many of each.
const (
	MaxName      = 200
	MaxReference = 40
	MaxTags      = 20
	MaxTag       = 40
	MaxContacts  = 100
)

// What can be wrong with a client record.
var (
	ErrNotFound  = fault.New(fault.NotFound, "client.not_found", "This client is unknown. Look in the list of clients.")
	ErrName      = fault.New(fault.Invalid, "client.name", "Enter the client's name, up to 200 letters.")
	ErrReference = fault.New(fault.Invalid, "client.reference", "The client's number may have up to 40 letters and digits, without line breaks.")
	ErrSort      = fault.New(fault.Invalid, "client.sort", "Choose person, company, partnership, trust or charity.")
	ErrTag       = fault.New(fault.Invalid, "client.tag", "A tag has 1 to 40 letters and no comma, and a client has at most 20 of them.")
	ErrContacts  = fault.New(fault.Conflict, "client.contacts", "100 people are linked to this client, and no more fit. Remove somebody first.")
	ErrNotLinked = fault.New(fault.NotFound, "client.not_linked", "This person is not linked to the client, or no longer. Reload the page.")
	ErrRight     = fault.New(fault.Invalid, "client.right", "A person's rights are files, tasks, billing, schedule and sign.")
)

// Rights are all rights, in the order in which they are kept and shown.
var Rights = []Right{Files, Tasks, Billing, Schedule, Sign}

// Client is the state of one record. The zero value has not been created.
type Client struct {
	created  bool
	archived bool
	says     Changed
	owner    uuid.UUID
	tags     []event.Personal
	contacts map[uuid.UUID][]Right
}

// Apply assigns what e says.
func (c Client) Apply(e Event) Client {
	switch e := e.(type) {
	case Created:
		c.created, c.owner = true, e.Owner
		c.says = Changed{Name: e.Name, Email: e.Email, Sort: e.Sort, Reference: e.Reference}
	case Changed:
		c.says = e
	case OwnerSet:
		c.owner = e.Owner
	case TagsSet:
		c.tags = e.Tags
	case Archived:
		c.archived = true
	case Restored:
		c.archived = false
	case ContactLinked:
		c.contacts = with(c.contacts, e.Contact, e.Rights)
	case ContactRightsSet:
		c.contacts = with(c.contacts, e.Contact, e.Rights)
	case ContactUnlinked:
		c.contacts = maps.Clone(c.contacts)
		delete(c.contacts, e.Contact)
	}
	return c
}

func with(contacts map[uuid.UUID][]Right, contact uuid.UUID, rights []Right) map[uuid.UUID][]Right {
	out := maps.Clone(contacts)
	if out == nil {
		out = map[uuid.UUID][]Right{}
	}
	out[contact] = rights
	return out
}

// Creating is what a practitioner enters for a new client. Email and Reference may be empty; an empty Sort is a person.
type Creating struct {
	Client    uuid.UUID
	Name      string
	Email     string
	Sort      Sort
	Reference string
	Owner     uuid.UUID // staff; zero: nobody yet
}

// Create opens the record (rules 1 to 4). Creating it again changes nothing, so that a form sent twice is one client.
// It refuses with ErrName, ErrReference, ErrSort, address.ErrInvalid.
func (c Client) Create(n Creating) ([]Event, error) {
	if c.created {
		return nil, nil
	}
	says, err := check(n)
	if err != nil {
		return nil, err
	}
	return []Event{Created{Name: says.Name, Email: says.Email, Sort: says.Sort, Reference: says.Reference, Owner: n.Owner}}, nil
}

// Change states anew what the record says; n.Owner counts for nothing (rules 2, 3). What stands so already is no event.
// It refuses with ErrNotFound, and as Create does.
func (c Client) Change(n Creating) ([]Event, error) {
	if !c.created {
		return nil, ErrNotFound
	}
	says, err := check(n)
	if err != nil || says == c.says {
		return nil, err
	}
	return []Event{says}, nil
}

// Merge is Change with whatever n leaves empty as it was. It refuses as Change does.
func (c Client) Merge(n Creating) ([]Event, error) {
	n.Name, n.Email = cmp.Or(strings.TrimSpace(n.Name), c.says.Name.Text), cmp.Or(strings.TrimSpace(n.Email), c.says.Email.Text)
	n.Sort, n.Reference = cmp.Or(n.Sort, c.says.Sort), cmp.Or(strings.TrimSpace(n.Reference), c.says.Reference)
	return c.Change(n)
}

// Active tells whether people enter the portal through the client (rule 6).
func (c Client) Active() bool { return c.created && !c.archived }

// Linked tells whether a person is linked to the client.
func (c Client) Linked(contact uuid.UUID) bool {
	_, ok := c.contacts[contact]
	return ok
}

// With are the people linked to the client who have a right, those known longest first; nobody while it is archived (rules
// 6, 7).
func (c Client) With(right Right) (people []uuid.UUID) {
	for contact, rights := range c.contacts {
		if !c.archived && slices.Contains(rights, right) {
			people = append(people, contact)
		}
	}
	slices.SortFunc(people, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return people
}

func check(n Creating) (Changed, error) {
	name := strings.TrimSpace(n.Name)
	if name == "" || utf8.RuneCountInString(name) > MaxName || unprintable(name) {
		return Changed{}, ErrName
	}
	reference := strings.TrimSpace(n.Reference)
	if utf8.RuneCountInString(reference) > MaxReference || unprintable(reference) {
		return Changed{}, ErrReference
	}
	sort, err := sortOf(n.Sort)
	if err != nil {
		return Changed{}, err
	}
	email := strings.TrimSpace(n.Email)
	if email != "" {
		if email, err = address.Parse(email); err != nil {
			return Changed{}, err
		}
	}
	return Changed{Name: event.Of(n.Client, name), Email: event.Of(n.Client, email), Sort: sort, Reference: reference}, nil
}

func sortOf(s Sort) (Sort, error) {
	switch s {
	case "":
		return Person, nil
	case Person, Company, Partnership, Trust, Charity:
		return s, nil
	}
	return "", ErrSort
}

func unprintable(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl)
}

// SetOwner puts somebody of the practice in charge, or nobody (rule 4). It refuses with ErrNotFound.
func (c Client) SetOwner(staff uuid.UUID) ([]Event, error) {
	if !c.created {
		return nil, ErrNotFound
	}
	if staff == c.owner {
		return nil, nil
	}
	return []Event{OwnerSet{Owner: staff}}, nil
}

// SetTags states all tags anew; they are kept in the order of the alphabet (rule 5). It refuses with ErrNotFound, ErrTag.
func (c Client) SetTags(id uuid.UUID, tags []string) ([]Event, error) {
	if !c.created {
		return nil, ErrNotFound
	}
	var kept []event.Personal
	seen := map[string]bool{}
	for _, t := range tags {
		t = strings.Join(strings.Fields(t), " ")
		if key := strings.ToLower(t); t == "" || seen[key] {
			continue
		} else {
			seen[key] = true
		}
		if utf8.RuneCountInString(t) > MaxTag || strings.Contains(t, ",") || unprintable(t) {
			return nil, ErrTag
		}
		kept = append(kept, event.Of(id, t))
	}
	if len(kept) > MaxTags {
		return nil, ErrTag.Withf("A client has at most 20 tags; these are %d.", len(kept))
	}
	slices.SortFunc(kept, func(a, b event.Personal) int {
		return strings.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text))
	})
	if slices.Equal(kept, c.tags) {
		return nil, nil
	}
	return []Event{TagsSet{Tags: kept}}, nil
}

// Archive makes the client inactive (rule 6). It refuses with ErrNotFound.
func (c Client) Archive(now time.Time) ([]Event, error) {
	switch {
	case !c.created:
		return nil, ErrNotFound
	case c.archived:
		return nil, nil
	}
	return []Event{Archived{At: now}}, nil
}

// Restore makes it active again (rule 6). It refuses with ErrNotFound.
func (c Client) Restore(now time.Time) ([]Event, error) {
	switch {
	case !c.created:
		return nil, ErrNotFound
	case !c.archived:
		return nil, nil
	}
	return []Event{Restored{At: now}}, nil
}

// Link ties a person to the client, or gives somebody who is linked these rights (rule 7). The caller knows that the
// person is the practice's. It refuses with ErrNotFound, ErrContacts, ErrRight.
func (c Client) Link(contact uuid.UUID, rights []Right, now time.Time) ([]Event, error) {
	if _, ok := c.contacts[contact]; ok {
		return c.SetRights(contact, rights)
	}
	rights, err := inOrder(rights)
	switch {
	case !c.created:
		return nil, ErrNotFound
	case err != nil:
		return nil, err
	case len(c.contacts) >= MaxContacts:
		return nil, ErrContacts
	}
	return []Event{ContactLinked{Contact: contact, Rights: rights, At: now}}, nil
}

// SetRights states all rights of a linked person anew (rule 7). It refuses with ErrNotLinked, ErrRight.
func (c Client) SetRights(contact uuid.UUID, rights []Right) ([]Event, error) {
	has, ok := c.contacts[contact]
	if !ok {
		return nil, ErrNotLinked
	}
	rights, err := inOrder(rights)
	if err != nil || slices.Equal(rights, has) {
		return nil, err
	}
	return []Event{ContactRightsSet{Contact: contact, Rights: rights}}, nil
}

// Unlink parts a person from the client. Who isn't linked changes nothing. It refuses with ErrNotFound.
func (c Client) Unlink(contact uuid.UUID) ([]Event, error) {
	if !c.created {
		return nil, ErrNotFound
	}
	if _, ok := c.contacts[contact]; !ok {
		return nil, nil
	}
	return []Event{ContactUnlinked{Contact: contact}}, nil
}

// inOrder is rights once each, in the order of Rights.
func inOrder(rights []Right) ([]Right, error) {
	for _, r := range rights {
		if !slices.Contains(Rights, r) {
			return nil, ErrRight
		}
	}
	out := make([]Right, 0, len(rights))
	for _, r := range Rights {
		if slices.Contains(rights, r) {
			out = append(out, r)
		}
	}
	return out, nil
}
