package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"portico/adapters/postgres/pgtest"
	"portico/migrations"
)

// A database that was migrated between two merges lacks a file with a lower number than it has: it is told so, and gets
// the file.
func TestMigrationOutOfOrder(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pool := pgtest.Connect(t, url)
	for _, statement := range []string{`DROP SCHEMA intake CASCADE`, `DELETE FROM goose_db_version WHERE version_id = 22`} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	now, err := migrations.Look(t.Context(), url)
	if err != nil || !slices.Equal(now.Missing, []int64{22}) || now.Have != now.Want {
		t.Fatalf("%+v, %v", now, err)
	}
	if err := upToDate(t.Context(), url); err == nil || !strings.Contains(err.Error(), "lacks [22]") {
		t.Errorf("it serves all the same: %v", err)
	}
	for _, want := range []string{"Ran 1 migrations", "Nothing to do"} {
		var out, errs bytes.Buffer
		if code := run(under(t.Context(), "DATABASE_URL="+url), []string{"migrate"}, nil, &out, &errs); code != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("migrate: %d, %s%s", code, out.String(), errs.String())
		}
	}
	if err := upToDate(t.Context(), url); err != nil {
		t.Error(err)
	}
	var there bool
	if err := pool.QueryRow(t.Context(), `SELECT to_regclass('intake.client_import') IS NOT NULL`).Scan(&there); err != nil || !there {
		t.Errorf("the table is there: %t, %v", there, err)
	}
}
