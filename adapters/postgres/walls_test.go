package postgres_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// openTables are those that pages and programs may read although no row-level security stands before them, and why.
// Every other table that they may read must have it; a new table is in the catalog and can't forget.
var openTables = map[string]string{
	"es.events":                "a history is loaded by its stream, whose practice the head row tells; commands check it",
	"es.streams":               "a link is found by its id before anybody knows the practice",
	"es.commands":              "its key starts with the practice",
	"es.firms":                 "numbers and ids of practices, nothing else",
	"es.projections":           "how far read models are, of all practices at once",
	"es.generations":           "as es.projections",
	"vault.subject_keys":       "its key starts with the practice; what it holds is wrapped by the master key, and opens what is behind these walls",
	"account.staff":            "a person is found by address before the practice is known",
	"account.staff_session":    "a session is found by its digest before the practice is known",
	"account.known_device":     "as a session",
	"account.api_token":        "as a session",
	"account.sign_in_throttle": "digests and counts",
	"account.contact_login":    "as account.staff",
	"account.contact_device":   "as a session",
	"account.contact_session":  "as a session",
	"account.staff_identity":   "a person is found by what a provider calls them before the practice is known",
	"account.factor":           "of a person who is known by their session",
	"account.code":             "as account.factor",
	"account.recovery_code":    "as account.factor",
	"account.trusted_device":   "as a session",
	"account.spent_challenge":  "digests",
}

type readable struct {
	Name    string // with its schema
	Kind    string // r table, v view
	HasFirm bool
	Secured bool // row-level security that also binds, or a view that asks with its reader's rights
	Policy  bool // that compares with the practice of the transaction
}

// TestEveryTableKeepsPracticesApart goes through the catalog: whatever the role of pages and programs may read belongs to
// one practice at a time, by row-level security, or is declared above. Then it looks, as nobody, as another practice, and
// as the one that everything belongs to (threat T6).
func TestEveryTableKeepsPracticesApart(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.send(t, "statement.pdf")
	other := h.found(t)
	u.see(t, h.last(t))

	rows, err := h.db.Work.Query(t.Context(), `
		SELECT c.oid::regclass::text, c.relkind::text,
			EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'firm_no' AND NOT a.attisdropped),
			c.relrowsecurity OR c.relkind = 'v' AND coalesce('security_invoker=true' = ANY (c.reloptions), false),
			EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND pg_get_expr(p.polqual, p.polrelid) LIKE '%firm_no = %portico.firm%')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
		  AND (has_table_privilege('portico_app', c.oid, 'SELECT') OR has_any_column_privilege('portico_app', c.oid, 'SELECT'))
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[readable])
	if err != nil {
		t.Fatal(err)
	}
	declared := maps.Clone(openTables)
	seen := map[string]int{}
	for _, table := range tables {
		if _, ok := declared[table.Name]; ok {
			delete(declared, table.Name)
			continue
		}
		if !table.Secured || !table.HasFirm || table.Kind == "r" && !table.Policy {
			t.Errorf("%s can be read across practices: %+v. Give it firm_no, row-level security and the policy", table.Name, table)
			continue
		}
		for as, firm := range map[string]string{"nobody": "", "another practice": fmt.Sprint(other), "the practice": fmt.Sprint(h.firm)} {
			mine, foreign := h.rows(t, table.Name, firm)
			if foreign > 0 || as == "nobody" && mine > 0 {
				t.Errorf("%s as %s: %d rows of its own, %d of others", table.Name, as, mine, foreign)
			}
			if as == "the practice" {
				seen[table.Name] = mine
			}
		}
	}
	for table := range declared {
		t.Errorf("%s is declared open and isn't there, or can't be read", table)
	}
	for _, table := range []string{"portal.upload_link", "portal.upload_file", "portal.firm"} {
		if seen[table] == 0 {
			t.Errorf("nothing is in %s, so nothing was tried; tables: %v", table, slices.Sorted(maps.Keys(seen)))
		}
	}
}

// rows counts what the role of pages sees of a table as a practice: its own rows, and others'.
func (h *house) rows(t *testing.T, table, firm string) (mine, foreign int) {
	t.Helper()
	tx, err := h.db.App.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }() // it only read
	if _, err := tx.Exec(t.Context(), `SELECT set_config('portico.firm', $1, true)`, firm); err != nil {
		t.Fatal(err)
	}
	err = tx.QueryRow(t.Context(), fmt.Sprintf(`
		SELECT count(*) FILTER (WHERE firm_no::text = $1), count(*) FILTER (WHERE firm_no::text <> $1) FROM %s`, table), firm).Scan(&mine, &foreign)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return mine, foreign
}
