package postgres_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/domain/client"
	"portico/domain/contact"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// manyClients is a practice with n clients, whose rows are put into the read models without events.
func manyClients(t testing.TB, n int) *register {
	t.Helper()
	r := newRegister(t)
	r.do(r.clients.Create(t.Context(), clientapp.Create{By: r.by(), ID: uuid.Must(uuid.NewV7()), Name: "The first one"}))
	r.see()
	table := func(name, model string) string {
		var generation int
		if err := r.db.Work.QueryRow(t.Context(), `SELECT generation FROM es.generations WHERE name = $1 AND state = 'live'`, model).Scan(&generation); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("rm.%s_%d", name, generation)
	}
	clients, people := table("client", "client_list"), table("contact", "contact_list")
	invites := table("invite", "invite_list")
	firms := fmt.Sprintf(`%d`, r.firm)
	owner := fmt.Sprintf(`'%s'::uuid`, r.owner)
	for _, sql := range []string{
		`CREATE TEMP TABLE given AS SELECT i, (ARRAY['anna','bernard','chloe','dmitri','edith','farid','greta','henrik','ivana','jonas','katrin','luc','marisol','nils','olga','pavel'])[1 + i % 16] AS given,
			(ARRAY['ashdown','bauer','calder','delgado','eastgate','farrow','gilchrist','hollis','ibrahim','jansen','kestrel','lowther','moreau','nair','ode','petrov','quist','rossi','solberg','tamm','unger','vale','weiss','young'])[1 + (i * 7) % 24] || i % 613 AS family,
			('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS client, ('01910000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS person
			FROM generate_series(1, ` + fmt.Sprint(n) + `) AS i`,
		`INSERT INTO ` + clients + ` SELECT client, ` + firms + `, initcap(family || ' ' || given), family || ' ' || given, given || i || '@' || family || '.example',
			(ARRAY['person','person','person','company','partnership','trust','charity'])[1 + i % 7], 'C-' || lpad(i::text, 5, '0'), 'c-' || lpad(i::text, 12, '0'),
			CASE WHEN i % 5 = 0 THEN ` + owner + ` ELSE ('01920000-0000-7000-8000-' || lpad(to_hex(i % 17), 12, '0'))::uuid END, CASE WHEN i % 9 < 7 THEN ARRAY[(ARRAY['audit','payroll','vat','year end','trial','vip','late'])[1 + i % 9]] ELSE ARRAY[]::text[] END,
			i % 40 <> 0, timestamptz '2026-01-01' + i * interval '1 minute', CASE WHEN i % 40 = 0 THEN timestamptz '2026-05-01' END FROM given`,
		`INSERT INTO ` + strings.Replace(clients, "client_", "client_tag_", 1) + ` SELECT client, ` + firms + `, (ARRAY['audit','payroll','vat','year end','trial','vip','late'])[1 + i % 9] FROM given WHERE i % 9 < 7`,
		`INSERT INTO ` + strings.Replace(clients, "client_", "client_word_", 1) + ` SELECT DISTINCT client, ` + firms + `::integer, w FROM given, unnest(ARRAY[given, family, given || i, 'example', 'c', lpad(i::text, 5, '0'), i::text]) AS w`,
		`INSERT INTO ` + people + ` SELECT person, ` + firms + `, initcap(given), initcap(family), family || ' ' || given, CASE WHEN i % 11 = 0 THEN '' ELSE given || i || '@' || family || '.example' END,
			CASE WHEN i % 11 = 0 THEN '' ELSE given || i || '@' || family || '.example' END, '', '', '', timestamptz '2026-01-01', '00000000-0000-0000-0000-000000000000' FROM given`,
		`INSERT INTO ` + strings.Replace(people, "contact_", "contact_word_", 1) + ` SELECT DISTINCT person, ` + firms + `::integer, w FROM given, unnest(ARRAY[given, family, given || i, 'example']) AS w`,
		`INSERT INTO ` + strings.Replace(clients, "client_", "client_contact_", 1) + ` SELECT client, ` + firms + `, person, ARRAY['files', 'tasks'], timestamptz '2026-01-01' FROM given WHERE i % 13 <> 0`,
		`INSERT INTO ` + invites + ` (contact_id, id, firm_no, client_id, state, access, is_in, nth, sendings, version, name, email, phone, channels, message, due_on, expires_at, zone, job_id, sent_at, bounce_code, bounce_detail)
			SELECT person, person, ` + firms + `, client, (ARRAY['accepted','sent','accepted','bounced','expired','withdrawn','accepted'])[1 + i % 7], 'account', i % 7 IN (0, 2, 6), 1, 1, 1, given, given || '@x.example', '',
			'email', '', '', timestamptz '2027-01-01', 'UTC', '00000000-0000-0000-0000-000000000000', timestamptz '2026-01-01', '', '' FROM given WHERE i % 3 <> 0`,
		`ANALYZE`,
	} {
		if _, err := r.db.Work.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	return r
}

// TestClientsPlans: no page of 20,000 clients is found by reading all of them (figures of section 6 of the issue), nor one of
// 5,000 tasks.
func TestClientsPlans(t *testing.T) {
	r := manyClients(t, 20_000)
	for name, q := range map[string]clientapp.Query{
		"all": {}, "a page further on": {After: r.cursorAt(t, 5000)}, "newest": {Order: clientapp.Newest}, "by reference": {Order: clientapp.ByReference},
		"mine": {Owner: r.owner}, "trusts": {Sort: client.Trust}, "archived": {Shelf: clientapp.Archived}, "tagged": {Tag: "audit"},
		"a rare word": {Text: "c-01234"}, "a common word": {Text: "solberg"}, "a letter": {Text: "s"}, "two letters": {Text: "qu"}, "two words": {Text: "solberg gret"}, "nothing": {Text: "zzzz"},
		"much at once": {Text: "far", Owner: r.owner, Sort: client.Company, Tag: "audit"},
	} {
		var plan string
		if err := postgres.ClientsStatement(t.Context(), r.db, r.firm, q, func(tx pgx.Tx, sql string, args []any) error {
			rows, err := tx.Query(t.Context(), `EXPLAIN (COSTS OFF) `+sql, args...)
			if err != nil {
				return err
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			plan = strings.Join(lines, "\n")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, "Index") {
			t.Errorf("%s reads a whole table:\n%s", name, plan)
		}
		if os.Getenv("PORTICO_PLANS") != "" {
			t.Logf("%s:\n%s", name, plan)
		}
	}
	t.Run("tasks", func(t *testing.T) { tasksPlans(t, r) })
}

// BenchmarkClients asks for a page and the numbers beside its filters, of 20,000 clients, one request after the other:
// the 50th and 95th percentile in milliseconds of each way to choose, and of a census, which is taken while the models move.
func BenchmarkClients(b *testing.B) {
	r := manyClients(b, 20_000)
	queries := map[string]clientapp.Query{
		"all": {}, "far-on": {After: r.cursorAt(b, 15_000)}, "newest": {Order: clientapp.Newest}, "mine": {Owner: r.owner}, "trusts": {Sort: client.Trust}, "tag": {Tag: "audit"},
		"rare-word": {Text: "c-01234"}, "common-word": {Text: "solberg"}, "two-words": {Text: "solberg gret"}, "two-letters": {Text: "qu"},
	}
	for _, p := range clientapp.Portals {
		queries[string(p)] = clientapp.Query{Portal: p}
	}
	took := map[string][]float64{}
	measure := func(name string, do func() error) {
		began := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		took[name] = append(took[name], time.Since(began).Seconds()*1e3)
	}
	for b.Loop() {
		for name, q := range queries {
			for range 20 {
				measure(name, func() error {
					_, _, err := r.list.Clients(b.Context(), r.firm, q)
					if err == nil {
						_, err = r.list.Counts(b.Context(), r.firm, q, r.owner)
					}
					return err
				})
			}
		}
		r.do(r.contacts.Add(b.Context(), contactapp.Add{By: r.by(), ID: uuid.Must(uuid.NewV7()), Details: contact.Entry{Given: "New"}}))
		r.see()
		measure("census", func() error {
			_, err := r.list.Counts(b.Context(), r.firm, clientapp.Query{Fresh: true}, r.owner)
			return err
		})
	}
	b.ReportMetric(0, "ns/op")
	for _, name := range slices.Sorted(maps.Keys(took)) {
		all := slices.Sorted(slices.Values(took[name]))
		b.ReportMetric(all[len(all)/2], name+"-p50-ms")
		b.ReportMetric(all[len(all)*95/100], name+"-p95-ms")
	}
}

// cursorAt is a cursor somewhere in the list.
func (r *register) cursorAt(t testing.TB, n int) string {
	t.Helper()
	q := clientapp.Query{Limit: 200}
	for range n / 200 {
		_, next, err := r.list.Clients(t.Context(), r.firm, q)
		if err != nil || next == "" {
			t.Fatal(next, err)
		}
		q.After = next
	}
	return q.After
}
