package api

import (
	"errors"
	"strconv"
	"time"

	"portico/domain/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// Time is an instant as the API writes it: UTC, RFC 3339, milliseconds.
type Time time.Time

// MarshalJSON writes the instant.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

// Schema is huma.SchemaProvider.
func (Time) Schema(huma.Registry) *huma.Schema { return timeSchema(false) }

// MaybeTime is a Time whose zero value is null.
type MaybeTime time.Time

// MarshalJSON writes the instant or null.
func (t MaybeTime) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return Time(t).MarshalJSON()
}

// Schema is huma.SchemaProvider.
func (MaybeTime) Schema(huma.Registry) *huma.Schema { return timeSchema(true) }

func timeSchema(nullable bool) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: nullable, Examples: []any{"2026-11-21T09:30:00.000Z"}}
}

// ID is an id as the API writes it.
type ID uuid.UUID

// MarshalJSON writes the id.
func (id ID) MarshalJSON() ([]byte, error) { return []byte(`"` + uuid.UUID(id).String() + `"`), nil }

// Schema is huma.SchemaProvider.
func (ID) Schema(huma.Registry) *huma.Schema { return idSchema(false) }

// MaybeID is an ID whose zero value is null.
type MaybeID uuid.UUID

// MarshalJSON writes the id or null.
func (id MaybeID) MarshalJSON() ([]byte, error) {
	if uuid.UUID(id) == uuid.Nil {
		return []byte("null"), nil
	}
	return ID(id).MarshalJSON()
}

// Schema is huma.SchemaProvider.
func (MaybeID) Schema(huma.Registry) *huma.Schema { return idSchema(true) }

func idSchema(nullable bool) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid", Nullable: nullable}
}

// Page is one page of a list. Next is the cursor of the page after, null at the end.
type Page[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"Send it as cursor to get the next page; null: this was the last"`
}

type body[T any] struct{ Body T }

// page maps rows and their cursor.
func page[R, T any](rows []R, next string, show func(R) T) *body[Page[T]] {
	p := Page[T]{Items: make([]T, len(rows))}
	for i, r := range rows {
		p.Items[i] = show(r)
	}
	if next != "" {
		p.Next = &next
	}
	return &body[Page[T]]{Body: p}
}

// Paging is part of every list's input. It and its like are exported because the library sees no others.
type Paging struct {
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

var errCursor = fault.New(fault.Invalid, "page.cursor", "This page's address is damaged. Go back to the first page of the list.")

// after is the number of the last row of the page before, 0 on the first page of rows that are numbered.
func (in Paging) after() (int, error) {
	if in.Cursor == "" {
		return 0, nil
	}
	no, err := strconv.Atoi(in.Cursor)
	if err != nil {
		return 0, errCursor
	}
	return no, nil
}

// numberedPage is a page of at most limit rows that are numbered; rows may hold more.
func numberedPage[R, T any](rows []R, limit int, no func(R) int, show func(R) T) *body[Page[T]] {
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = strconv.Itoa(no(rows[limit-1]))
	}
	return page(rows, next, show)
}

// those are what look finds of rows, in their order, without what is unknown by now: a draft whose day is over.
func those[R, T any](rows []R, unknown error, look func(R) (T, error)) ([]T, error) {
	found := make([]T, 0, len(rows))
	for _, r := range rows {
		one, err := look(r)
		if errors.Is(err, unknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

// ByID is the input of what concerns one thing.
type ByID struct {
	ID string `path:"id" doc:"UUID"`
}

// parse is the id in an address. What is no UUID is as unknown as an id of another practice.
func (in ByID) parse(unknown *fault.Error) (uuid.UUID, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return uuid.Nil, unknown
	}
	return id, nil
}

// optionalID reads an id of a query or a body, where an empty text is none.
func optionalID(text string, unknown *fault.Error) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	return ByID{ID: text}.parse(unknown)
}

var errDate = fault.New(fault.Invalid, "api.date", "Write the day like 2026-12-04.")

// day reads a civil date.
func day(text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, errDate
	}
	return t, nil
}
