package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"

	"github.com/jackc/pgx/v5"
)

func (h *house) rebuilder() *postgres.Rebuilder {
	return &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: quiet()}
}

// A live row that is not what its history comes to is named; so is one that is missing, and one too many.
func TestCompareSeesEachWrongRow(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	file := u.send(t, "a.pdf")
	gone := u.send(t, "b.pdf")
	h.sameAsFresh(t)
	mustExec(t, h.db.Work, `UPDATE rm.upload_file_1 SET size = size + 1, name = 'A.pdf' WHERE id = $1`, file)
	mustExec(t, h.db.Work, `DELETE FROM rm.upload_file_1 WHERE id = $1`, gone)
	mustExec(t, h.db.Work, `
		INSERT INTO rm.upload_batch_1 SELECT (jsonb_populate_record(b, '{"id": "0190d8f2-0000-7000-8000-000000000001"}')).* FROM rm.upload_batch_1 AS b`)
	mustExec(t, h.db.Work, `UPDATE rm.upload_link_1 SET wanted = '{P45}'`)
	c, err := h.rebuilder().Compare(t.Context(), linkModel(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, d := range c.Differences {
		what := "differs in " + strings.Join(d.Columns, ",")
		switch {
		case d.Live == nil:
			what = "missing"
		case d.Fresh == nil:
			what = "too many"
		}
		found = append(found, d.Table+" "+d.Key+" "+what)
	}
	slices.Sort(found)
	want := []string{
		"portal.upload_batch link_id=" + u.id.String() + " id=0190d8f2-0000-7000-8000-000000000001 too many",
		"portal.upload_file id=" + file.String() + " differs in name,size",
		"portal.upload_file id=" + gone.String() + " missing",
		"portal.upload_link id=" + u.id.String() + " differs in wanted",
	}
	if !slices.Equal(found, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	if _, err := h.rebuilder().Rebuild(t.Context(), linkModel(t), nil); err != nil {
		t.Fatal(err)
	}
	h.sameAsFresh(t)
	m := linkModel(t)
	m.Version = 99
	if _, err := h.rebuilder().Compare(t.Context(), m, nil); !errors.Is(err, postgres.ErrNoModel) {
		t.Errorf("a version that was never built: %v", err)
	}
}

// Notes on the event store, section 13: a rebuild that is killed, at whatever step, changes nothing that people see,
// and the next one starts over. Meanwhile people go on working.
func TestRebuildKilledAtEachStep(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	for range 20 {
		u.send(t, "a.pdf")
	}
	m := linkModel(t)
	began := time.Now()
	if _, err := h.rebuilder().Rebuild(t.Context(), m, nil); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(began)
	killed := map[string]int{}
	const steps = 12
	for i := range steps {
		ctx, cancel := context.WithTimeout(t.Context(), whole*time.Duration(i)/steps)
		_, err := h.rebuilder().Rebuild(ctx, m, nil)
		cancel()
		killed[state(t, h, m)]++
		if err == nil {
			killed["ran to its end"]++
		}
		if i%3 == 0 {
			u.send(t, "b.pdf")
			page, err := u.list.Upload(t.Context(), u.firm, u.id, u.holder.Recipient)
			if err != nil || len(page.Files) != 21+i/3 {
				t.Fatalf("after step %d the uploader sees %d files, %v", i, len(page.Files), err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context()) // in the middle of reading
	if _, err := h.rebuilder().Rebuild(ctx, m, func(int64, int64) { cancel() }); err == nil {
		t.Error("a rebuild ended well that was killed")
	}
	killed[state(t, h, m)]++
	// Somebody holds the checkpoint, or reads the views: the swap waits, and the rebuild is killed there.
	for _, lock := range []string{`SELECT FROM es.projections WHERE name = 'upload_link_list' FOR UPDATE`, `SELECT FROM portal.upload_file`} {
		tx, err := h.db.Work.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), lock); err != nil {
			t.Fatal(err)
		}
		if err := stuck(t, h, m); err == nil {
			t.Errorf("the rebuild did not wait for: %s", lock)
		}
		killed[state(t, h, m)]++
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.rebuilt(t, m)
	}
	if killed["tables are being filled"] == 0 || killed["tables are full, before the swap"] < 2 {
		t.Errorf("not every step was hit: %v", killed)
	}
	t.Logf("%v; killed while %v", whole, killed)
	h.rebuilt(t, m)
	h.sameAsFresh(t)
	if s := state(t, h, m); s != "nothing is being built" {
		t.Errorf("after a whole rebuild %s", s)
	}
	var tables, generations int
	if err := h.db.Work.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'rm' AND tablename ~ '^upload_file_'), (SELECT count(*) FROM es.generations WHERE name = $1)`,
		m.Name).Scan(&tables, &generations); err != nil {
		t.Fatal(err)
	}
	if tables != generations {
		t.Errorf("%d tables for %d generations: a killed rebuild left some", tables, generations)
	}
}

// rebuilt runs a rebuild to its end.
func (h *house) rebuilt(t *testing.T, m postgres.Model) {
	t.Helper()
	within(t, soon, "a rebuild begins", func() bool {
		_, err := h.rebuilder().Rebuild(t.Context(), m, nil)
		if err != nil && !errors.Is(err, postgres.ErrRebuilding) { // a killed session may still be ending
			t.Fatal(err)
		}
		return err == nil
	})
}

// stuck runs a rebuild that somebody holds up at its swap, and kills it there.
func stuck(t *testing.T, h *house, m postgres.Model) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		for {
			_, err := h.rebuilder().Rebuild(ctx, m, nil)
			if !errors.Is(err, postgres.ErrRebuilding) { // a killed session may still be ending
				done <- err
				return
			}
		}
	}()
	within(t, soon, "the tables are full", func() bool { return state(t, h, m) == "tables are full, before the swap" })
	time.Sleep(50 * time.Millisecond)
	cancel()
	return <-done
}

// state says what the database knows of a rebuild.
func state(t *testing.T, h *house, m postgres.Model) string {
	t.Helper()
	var done int64
	err := h.db.Work.QueryRow(t.Context(), `SELECT done FROM es.generations WHERE name = $1 AND state = 'building'`, m.Name).Scan(&done)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "nothing is being built"
	case err != nil:
		t.Fatal(err)
	case done > 0:
		return "tables are full, before the swap"
	}
	return "tables are being filled"
}

// Kill the sessions of a rebuild as well: the server has lost them, and the rebuilder learns of it by an error.
func TestRebuildLosesItsSessions(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.send(t, "a.pdf")
	killer := houseAt(t, h.url)
	stop := make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(15 * time.Millisecond):
			}
			_, _ = killer.db.Work.Exec(context.Background(), `
				SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND (query LIKE '%rm.upload\_%' OR query LIKE 'copy%') AND pid <> pg_backend_pid()`)
		}
	})
	failed := 0
	for range 15 {
		if _, err := h.rebuilder().Rebuild(t.Context(), linkModel(t), nil); err != nil {
			failed++
		}
	}
	close(stop)
	killing.Wait()
	t.Logf("%d of 15 rebuilds died", failed)
	if failed == 0 {
		t.Error("no rebuild died: this test is blind")
	}
	within(t, soon, "a rebuild runs to its end", func() bool {
		_, err := h.rebuilder().Rebuild(t.Context(), linkModel(t), nil)
		return err == nil
	})
	u.send(t, "c.pdf")
	h.sameAsFresh(t)
}
