package postgres_test

import (
	"slices"
	"testing"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"

	"github.com/google/uuid"
)

// TestUUIDs: ids go out and come back in every shape that queries use; NULL reads as the zero id.
func TestUUIDs(t *testing.T) {
	db, err := postgres.Open(t.Context(), pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	one, two := uuid.New(), uuid.New()
	var back, none, zero uuid.UUID
	var text, inJSON string
	var list []uuid.UUID
	var pointer, absent *uuid.UUID
	none = one // so that NULL has something to overwrite
	if err := db.App.QueryRow(t.Context(), `
		SELECT $1::uuid, $1::text, NULL::uuid, $2::uuid[] || NULL::uuid[], $3::uuid, to_jsonb($1::uuid) #>> '{}', $4::uuid, NULL::uuid
		WHERE $1 = ANY ($2)`, one, []uuid.UUID{two, one}, uuid.Nil, &two).Scan(&back, &text, &none, &list, &zero, &inJSON, &pointer, &absent); err != nil {
		t.Fatal(err)
	}
	if back != one || text != one.String() || none != uuid.Nil || zero != uuid.Nil || inJSON != one.String() || absent != nil || pointer == nil || *pointer != two {
		t.Errorf("came back as %s, %s, %s, %s, %s, %v, %v", back, text, none, zero, inJSON, pointer, absent)
	}
	if want := []uuid.UUID{two, one}; !slices.Equal(list, want) {
		t.Errorf("list is %v, want %v", list, want)
	}
}
