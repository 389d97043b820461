package postgres

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrCursor says that a page's cursor was not made by the page before.
var ErrCursor = fault.New(fault.Invalid, "page.cursor", "This page's address is damaged. Go back to the first page of the list.")

func clientCursor(after string) (name string, id uuid.UUID, err error) {
	if after == "" {
		return "", uuid.Nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(after)
	if err != nil || len(b) < 16 {
		return "", uuid.Nil, ErrCursor
	}
	return string(b[16:]), uuid.UUID(b[:16]), nil
}

// nextClient is what clientCursor reads.
func nextClient(id uuid.UUID, key string) string {
	return base64.RawURLEncoding.EncodeToString(append(id[:], key...))
}

// pattern is a LIKE pattern that finds text anywhere, taken as it stands; empty finds all.
func pattern(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

func pageLimit(asked int) int {
	switch {
	case asked <= 0:
		return 50
	case asked > 200:
		return 200
	}
	return asked
}

func idCursor(after string) (uuid.UUID, error) {
	if after == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(after)
	if err != nil {
		return uuid.Nil, ErrCursor
	}
	return id, nil
}

func timeCursor(after string) (at time.Time, id uuid.UUID, err error) {
	if after == "" {
		return at, uuid.Nil, nil
	}
	text, last, ok := strings.Cut(after, "_")
	if !ok {
		return at, id, ErrCursor
	}
	if at, err = time.Parse(time.RFC3339Nano, text); err != nil {
		return at, id, ErrCursor
	}
	id, err = idCursor(last)
	return at, id, err
}

// nextAfter is what timeCursor reads.
func nextAfter(at time.Time, id uuid.UUID) string {
	return at.Format(time.RFC3339Nano) + "_" + id.String()
}

// notFoundOr turns "no row" into the refusal that people see, whether a thing is unknown or another practice's.
func notFoundOr(err error, doing string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return uploadlink.ErrNotFound
	}
	return fmt.Errorf("%s: %w", doing, err)
}
