package transfer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// examples is a service that takes them, with what templates name.
func examples() (*transfer.Service, *transfertest.Rows, map[uuid.UUID]bool) {
	rows, named := &transfertest.Rows{}, map[uuid.UUID]bool{}
	s := &transfer.Service{Rows: rows, Blobs: &transfertest.Blobs{}, Limits: transfer.Standard(1<<20, []string{"pdf"})}
	s.Link = transfer.ByKind{transfer.OfLink: transfer.ForExamples{Service: s}, transfer.OfExample: transfer.ForExamples{Service: s}}
	s.Named = func(_ context.Context, u transfer.Use) (bool, error) { return named[u.ID], nil }
	return s, rows, named
}

func bring(t *testing.T, s *transfer.Service, name string) (uuid.UUID, error) {
	t.Helper()
	id := transfertest.NewID()
	owner := transfer.Owner{Firm: 1, Kind: transfer.OfExample, Link: id, Recipient: transfertest.NewID()}
	_, err := s.Whole(t.Context(), owner, transfer.File{ID: id, Name: name, Size: -1}, 1<<20, strings.NewReader("%PDF-1.7 like this"))
	return id, err
}

// Rule 10: what a practice brings as an example waits for a week for somebody who names it, and its bytes go with the last.
func TestExamples(t *testing.T) {
	s, rows, named := examples()
	id, err := bring(t, s, "Like\u202e this.pdf")
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Examples(t.Context(), 1, []uuid.UUID{id})
	if err != nil || len(all) != 1 || all[0].Name != "Like this.pdf" || all[0].Size != 18 || all[0].Media != "application/pdf" {
		t.Fatalf("%+v, %v", all, err)
	}
	template := transfer.Use{Firm: 1, Transfer: id, ID: transfertest.NewID(), Target: transfertest.NewID(), Name: "Like this.pdf"}
	if err := s.Hold(t.Context(), template); err != nil {
		t.Fatal(err)
	}
	wait := func(d time.Duration) (left int) {
		t.Helper()
		rows.AgeUses(d)
		if _, err := s.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := s.Examples(t.Context(), 1, []uuid.UUID{id, template.ID})
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	named[template.ID] = true
	if n := wait(6 * 24 * time.Hour); n != 2 {
		t.Fatalf("%d are there before the week is over", n)
	}
	if n := wait(25 * time.Hour); n != 1 {
		t.Errorf("%d are there after the week", n)
	}
	if _, err := s.Open(id); err != nil {
		t.Errorf("a template names it: %v", err)
	}
	if err := s.GiveUp(t.Context(), 1, template.Target); err != nil || wait(0) != 1 {
		t.Errorf("what is named is given up: %v", err)
	}
	delete(named, template.ID)
	if err := s.GiveUp(t.Context(), 1, template.Target); err != nil || wait(0) != 0 {
		t.Errorf("what is named no more is kept: %v", err)
	}
	if _, err := s.Open(id); !errors.Is(err, transfer.ErrMissing) {
		t.Errorf("its bytes are there when nobody uses them: %v", err)
	}
}

// What may not come is refused as it is elsewhere, and nothing is left of it.
func TestExamplesThatAreRefused(t *testing.T) {
	s, rows, _ := examples()
	for _, name := range []string{"run.exe", "table.xlsx"} {
		id, err := bring(t, s, name)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Unsupported {
			t.Errorf("%s: %v", name, err)
		}
		if all, err := rows.Examples(t.Context(), 1, []uuid.UUID{id}); err != nil || len(all) != 0 {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
	}
	if err := s.Link.Start(t.Context(), transfer.Owner{Kind: transfer.OfExample}, transfer.File{}); !errors.Is(err, transfer.ErrUnknown) {
		t.Errorf("begun to come in parts: %v", err)
	}
}
