package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"

	"github.com/google/uuid"
)

// Rule 10: a use that a crash has left is asked after, kept where its target names the bytes, and given up otherwise.
func TestUnconfirmedUses(t *testing.T) {
	rows, blobs := &transfertest.Rows{}, &transfertest.Blobs{}
	named := uuid.UUID{}
	s := &transfer.Service{Rows: rows, Blobs: blobs, Named: func(_ context.Context, u transfer.Use) (bool, error) { return u.ID == named, nil }}
	id := transfertest.NewID()
	if err := blobs.Create(id); err != nil {
		t.Fatal(err)
	}
	row := transfer.Row{ID: id, Owner: transfer.Owner{Firm: 1, Link: transfertest.NewID()}, Size: 1, State: transfer.Finishing, SHA256: bytes.Repeat([]byte{7}, 32)}
	if _, err := rows.Insert(t.Context(), row, transfer.Standard(1<<20, nil), 0); err != nil {
		t.Fatal(err)
	}
	if err := rows.Receive(t.Context(), 1, id); err != nil {
		t.Fatal(err)
	}
	use := func() uuid.UUID {
		u := transfer.Use{Firm: 1, Transfer: id, ID: transfertest.NewID(), Target: transfertest.NewID()}
		if err := s.Hold(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		return u.ID
	}
	named = use()
	left := use()
	collect := func() {
		rows.AgeUses(2 * time.Hour)
		if _, err := s.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	collect()
	others, err := s.Others(t.Context(), 1, named)
	if err != nil || len(others) != 1 || others[0].ID != id {
		t.Errorf("besides the first use: %+v, %v; %s was nobody's", others, err, left)
	}
	if err := s.Discard(t.Context(), 1, id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(id); err != nil {
		t.Errorf("its bytes are gone while they are used: %v", err)
	}
	if err := s.Discard(t.Context(), 1, named); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(id); !errors.Is(err, transfer.ErrMissing) {
		t.Errorf("its bytes are there when nobody uses them: %v", err)
	}
}
