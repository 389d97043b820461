// Package client decides what a client record is.
//
//  1. A record is created once.
//  2. It has a name, of 1 to 200 letters, and may have an address and the practice's own number.
//  3. It is a person, a company, a partnership, a trust or a charity.
package client

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Lengths in letters.
const (
	MaxName      = 200
	MaxReference = 40
)

// What can be wrong with a client record.
var (
	ErrNotFound  = fault.New(fault.NotFound, "client.not_found", "This client is unknown. Look in the list of clients.")
	ErrName      = fault.New(fault.Invalid, "client.name", "Enter the client's name, up to 200 letters.")
	ErrReference = fault.New(fault.Invalid, "client.reference", "The client's number may have up to 40 letters and digits, without line breaks.")
	ErrSort      = fault.New(fault.Invalid, "client.sort", "Choose person, company, partnership, trust or charity.")
)

// Client is the state of one record. The zero value has not been created.
type Client struct{ created bool }

// Apply assigns what e says.
func (c Client) Apply(e Event) Client {
	switch e.(type) {
	case Created:
		c.created = true
	}
	return c
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

// Create opens the record (rules 1 to 3). Creating it again changes nothing, so that a form sent twice is one client.
// It refuses with ErrName, ErrReference, ErrSort, address.ErrInvalid.
func (c Client) Create(n Creating) ([]Event, error) {
	if c.created {
		return nil, nil
	}
	name := strings.TrimSpace(n.Name)
	if name == "" || utf8.RuneCountInString(name) > MaxName || unprintable(name) {
		return nil, ErrName
	}
	reference := strings.TrimSpace(n.Reference)
	if utf8.RuneCountInString(reference) > MaxReference || unprintable(reference) {
		return nil, ErrReference
	}
	sort, err := sortOf(n.Sort)
	if err != nil {
		return nil, err
	}
	email := strings.TrimSpace(n.Email)
	if email != "" {
		if email, err = address.Parse(email); err != nil {
			return nil, err
		}
	}
	return []Event{Created{
		Name: event.Of(n.Client, name), Email: event.Of(n.Client, email), Sort: sort, Reference: reference, Owner: n.Owner,
	}}, nil
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
