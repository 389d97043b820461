package postgres_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// tasks are n tasks of so many clients, one in five closed, whose rows are put into the read models without events.
func (r *register) tasks(t testing.TB, n, clients int) {
	t.Helper()
	var generation int
	if err := r.db.Work.QueryRow(t.Context(), `SELECT generation FROM es.generations WHERE name = 'task_list' AND state = 'live'`).Scan(&generation); err != nil {
		t.Fatal(err)
	}
	const none = `'00000000-0000-0000-0000-000000000000'::uuid`
	for _, sql := range []string{
		fmt.Sprintf(`
			INSERT INTO rm.task_%d SELECT ('01930000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, %d, client, client, (ARRAY['todo','todo','documents','question'])[1 + i %% 4], title, lower(title),
				repeat('All pages of it, please. ', 12), coalesce(due, ''), coalesce(due, '9999-99-99'), '', CASE WHEN i %% 7 = 0 THEN '%s' WHEN i %% 7 = 1 THEN %s ELSE ('01920000-0000-7000-8000-' || lpad(to_hex(i %% 17), 12, '0'))::uuid END,
				i %% 8 <> 0, CASE WHEN i %% 8 = 0 THEN ARRAY[person] ELSE ARRAY[]::uuid[] END, ARRAY[]::uuid[], i %% 8 = 0, i %% 100 = 3, false, (ARRAY['low','normal','normal','normal','high'])[1 + i %% 5], (ARRAY['assigned','assigned','seen','done','confirmed'])[1 + i %% 5],
				(ARRAY['open','open','doing','waiting','done'])[1 + (i / 3) %% 5], i %% 5 <> 0, CASE WHEN i %% 5 = 0 THEN 'completed' ELSE '' END, '', CASE WHEN i %% 5 = 0 THEN timestamptz '2026-05-01' END, 0, 0,
				('01930000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1, %s, 0, '', '', false, 0, %s, '%s', 'UTC', NULL, timestamptz '2026-01-01' + i * interval '1 minute', coalesce(due::date - date '1970-01-01', 2147483647),
				(ARRAY[1,1,2,3])[1 + i %% 4] + ((ARRAY[1,2,2,2,3])[1 + i %% 5] << 3) + ((ARRAY[1,1,2,3,4])[1 + i %% 5] << 6) + ((ARRAY[1,1,2,3,4])[1 + (i / 3) %% 5] << 9) + ((i %% 8 = 0)::integer << 12) + ((i %% 12 = 2)::integer << 13) + ((i %% 100 = 3)::integer << 14), ascii(lower(title)), i %% 12 = 2, i %% 100 = 3, CASE WHEN i %% 200 = 3 THEN ARRAY[person] ELSE ARRAY[]::uuid[] END
			FROM (SELECT i, ('01900000-0000-7000-8000-' || lpad(to_hex(1 + i %% %d), 12, '0'))::uuid AS client, ('01910000-0000-7000-8000-' || lpad(to_hex(1 + i %% %d), 12, '0'))::uuid AS person, CASE WHEN i %% 9 > 0 THEN (date '2026-01-01' + i %% 400)::text END AS due,
				(ARRAY['Send the ledger','Sign the letter','Papers for the year end','Hours of your staff','Which bank is it?','VAT papers'])[1 + i %% 6] || ' ' || i AS title FROM generate_series(1, %d) AS i) AS given`,
			generation, r.firm, r.owner, none, none, none, r.owner, clients, clients, n),
		fmt.Sprintf(`INSERT INTO rm.task_word_%d SELECT DISTINCT t.id, t.firm_no, t.client_id, t.subject_id, w FROM rm.task_%d t, unnest(string_to_array(t.name_key, ' ')) AS w`, generation, generation),
		`ANALYZE`,
	} {
		if _, err := r.db.Work.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// taskQueries are the ways to choose tasks, each filter by itself and some together.
func taskQueries(r *register) map[string]app.Query {
	const today = "2026-03-10"
	client := uuid.MustParse("01900000-0000-7000-8000-000000000011")
	all := map[string]app.Query{
		"all": {}, "newest": {Order: app.Newest}, "mine": {Of: app.OfMe, Me: r.owner}, "team": {Of: app.OfTeam, Me: r.owner}, "nobodys": {Of: app.OfNone}, "a-colleagues": {Owner: uuid.MustParse("01920000-0000-7000-8000-000000000003")},
		"overdue": {Due: app.Overdue}, "today": {Due: app.DueToday}, "week": {Due: app.DueWeek}, "undated": {Due: app.NoDue}, "client": {Client: client}, "questions": {Kind: task.Question},
		"seen": {Their: app.SeenStand}, "done": {Their: app.DoneStand}, "waiting": {Part: task.Waiting}, "high": {Urgent: task.High}, "closed": {Shelf: app.ShutShelf}, "tag": {Tag: "audit"},
		"nobody-acts": {NobodyActs: true}, "to-review": {ToReview: true}, "rare-word": {Text: "ledger 4444"}, "common-word": {Text: "papers"}, "letter": {Text: "s"}, "a-clients-word": {Text: "solberg"}, "together": {Of: app.OfMe, Me: r.owner, Due: app.Overdue, Their: app.SeenStand, Kind: task.ToDo},
	}
	for name, q := range all {
		q.Today = today
		all[name] = q
	}
	return all
}

// tasksPlans: no page of the list of tasks is found by reading all of them.
func tasksPlans(t *testing.T, r *register) {
	r.tasks(t, 5_000, 20_000)
	queries := taskQueries(r)
	for name, q := range queries {
		var plan string
		if err := postgres.TasksStatement(t.Context(), r.db, r.firm, q, func(tx pgx.Tx, sql string, args []any) error {
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
		if strings.Contains(plan, "Seq Scan on task_") {
			t.Errorf("%s reads all tasks:\n%s", name, plan)
		}
	}
	for _, name := range []string{"mine", "together", "common-word", "letter", "nobody-acts", "to-review", "seen", "closed"} {
		numbersAgree(t, r, name, queries[name])
	}
	for text, want := range map[string]int{"papers": 1_333, "papers end": 667, "papers 4442": 1} {
		q := app.Query{Text: text}
		n, err := postgres.TaskList{DB: r.db}.Counts(t.Context(), r.firm, q)
		rows, _, listed := postgres.TaskList{DB: r.db}.Tasks(t.Context(), r.firm, q)
		if err != nil || listed != nil || n.Found != want || len(rows) != min(want, 50) {
			t.Errorf("%q is in %d tasks, and %d are shown, want %d: %v, %v", text, n.Found, len(rows), want, err, listed)
		}
	}
}

// numbersAgree: each number beside a filter is that of the tasks that the list then shows, which come from other columns.
func numbersAgree(t *testing.T, r *register, name string, q app.Query) {
	t.Helper()
	list := postgres.TaskList{DB: r.db}
	n, err := list.Counts(t.Context(), r.firm, q)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, counted int, change func(q *app.Query)) {
		t.Helper()
		q := q
		change(&q)
		if ids, err := list.Matching(t.Context(), r.firm, q); err != nil || len(ids) != counted {
			t.Errorf("%s: %d are counted that are %s, and %d are found: %v", name, counted, what, len(ids), err)
		}
	}
	check("found", n.Found, func(*app.Query) {})
	check("to review", n.ToReview, func(q *app.Query) { q.ToReview = true })
	check("nobody's to do", n.NobodyActs, func(q *app.Query) { q.NobodyActs = true })
	for v, k := range n.Of {
		check(string(v), k, func(q *app.Query) { q.Of = v })
	}
	for v, k := range n.Due {
		check(string(v), k, func(q *app.Query) { q.Due = v })
	}
	for v, k := range n.Stands {
		check(string(v), k, func(q *app.Query) { q.Their = v })
	}
	for v, k := range n.Parts {
		check(string(v), k, func(q *app.Query) { q.Part = v })
	}
	for v, k := range n.Kinds {
		check(string(v), k, func(q *app.Query) { q.Kind = v })
	}
	for v, k := range n.Priorities {
		check(string(v), k, func(q *app.Query) { q.Urgent = v })
	}
}

// BenchmarkTasks asks for a page of tasks and the numbers beside its filters, of 50,000 (PORTICO_BENCH_TASKS), one request
// after the other: the 50th and 95th percentile in milliseconds of each way to choose, and the 95th of the page without its
// numbers. Its goal: p95 at most 60 ms.
func BenchmarkTasks(b *testing.B) {
	n := envInt("PORTICO_BENCH_TASKS", 50_000)
	r := manyClients(b, max(100, n/25))
	r.tasks(b, n, max(100, n/25))
	mustExec(b, r.db.Work, `VACUUM ANALYZE`)
	list := postgres.TaskList{DB: r.db}
	queries := taskQueries(r)
	took, pages := map[string][]time.Duration{}, map[string][]time.Duration{}
	for b.Loop() {
		for name, q := range queries {
			for range 20 {
				began := time.Now()
				_, _, err := list.Tasks(b.Context(), r.firm, q)
				pages[name] = append(pages[name], time.Since(began))
				if err == nil {
					_, err = list.Counts(b.Context(), r.firm, q)
				}
				if err != nil {
					b.Fatal(err)
				}
				took[name] = append(took[name], time.Since(began))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	for _, name := range slices.Sorted(maps.Keys(took)) {
		b.ReportMetric(float64(at(took[name], 50).Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(at(took[name], 95).Microseconds())/1000, name+"-p95-ms")
		b.ReportMetric(float64(at(pages[name], 95).Microseconds())/1000, name+"-page-p95-ms")
	}
}

// BenchmarkTaskModels writes the histories of so many tasks (PORTICO_BENCH_TASKS), of four events each, rebuilds the read
// models of tasks from them, and shows how long after a command's success its page could be read, with 300 commands a second.
func BenchmarkTaskModels(b *testing.B) {
	n := envInt("PORTICO_BENCH_TASKS", 50_000)
	for b.Loop() {
		h := newHouse(b)
		h.run(b)
		client, who := newID(), newID()
		write := func(id uuid.UUID) (int64, error) {
			by := es.By{Firm: h.firm, Actor: event.Actor{Kind: event.Staff, ID: who}}
			r, err := es.Execute(b.Context(), h.store, by, task.Stream(id), func(s task.Task, now time.Time) ([]task.Event, error) {
				events, err := s.Assign(task.Assigning{Task: id, Client: client, People: []uuid.UUID{who}, Title: "Send the ledger", DueOn: "2026-05-12", Audience: task.Audience{All: true}, Zone: "UTC"}, now)
				return append(events, task.Seen{Contact: who, At: now}, task.DoneByClient{Contact: who, At: now}, task.Progressed{State: task.Doing, At: now}), err
			})
			return r.Position, err
		}
		group := errgroup.Group{}
		group.SetLimit(32)
		for range n {
			group.Go(func() error { _, err := write(newID()); return err })
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		last, err := write(newID())
		if err != nil {
			b.Fatal(err)
		}
		within(b, 10*time.Minute, "all of it can be read", func() bool {
			ok, err := h.db.Wait(b.Context(), last, time.Second, "task_list")
			return ok && err == nil
		})
		for _, m := range postgres.Models() {
			if m.Name != "task_list" {
				continue
			}
			s, err := h.rebuilder().Rebuild(b.Context(), m, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(s.Events)/s.Bulk.Seconds(), "rebuilt-events/s")
		}
		late := h.lateness(b, write)
		b.Logf("%s", spread(late))
		b.ReportMetric(float64(at(late, 50).Microseconds())/1000, "lag-p50-ms")
		b.ReportMetric(float64(at(late, 99).Microseconds())/1000, "lag-p99-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// lateness is how long after each of 3,000 commands, 300 a second, what it did could be read.
func (h *house) lateness(b *testing.B, write func(uuid.UUID) (int64, error)) (late []time.Duration) {
	const perSecond, commands = 300, 3_000
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for i := range commands {
		wg.Go(func() {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / perSecond)))
			position, err := write(newID())
			wrote := time.Now()
			ok := false
			for err == nil && !ok {
				ok, err = h.db.Wait(b.Context(), position, soon, "task_list")
			}
			if err != nil {
				b.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			late = append(late, time.Since(wrote))
		})
	}
	wg.Wait()
	return late
}
