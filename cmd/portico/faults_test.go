package main

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
)

// TestFaults kills the product while people use it: the program, its database, a rebuild, each at a moment when something
// is half done. Afterwards everything that anybody was told holds, nothing has happened twice or early, and every file is
// what was sent (uploads F1, F3, F4, F14; U6, S1.i8, S1.i23).
//
// PORTICO_FAULTS_KILLS is how often, 5 by default; PORTICO_FAULTS_SEED repeats the choices of another run.
func TestFaults(t *testing.T) {
	t.Parallel()
	kills, seed := fromEnvironment(t, "PORTICO_FAULTS_KILLS", 5), fromEnvironment(t, "PORTICO_FAULTS_SEED", time.Now().UnixNano())
	s := newSiege(t, pgtest.Durable(t), uint64(seed), habits{inOneGo: 30, cancelled: 8, renamed: 35, deleted: 12, sentNow: 12})
	s.begin()
	began := time.Now()
	ways := slices.Clone(ways)
	for i := range int(kills) {
		if i%len(ways) == 0 {
			s.chance.Shuffle(len(ways)-1, func(i, j int) { ways[i], ways[j] = ways[j], ways[i] })
		}
		s.kill(ways[i%len(ways)])
		s.goOn()
	}
	s.end()
	found := s.gather()
	t.Logf("%d kills in %v: %s", len(found.kills), time.Since(began).Round(time.Second), found)
	for _, wrong := range judge(found) {
		t.Error(wrong)
	}
	if blind := found.blind(); len(blind) > 0 {
		t.Errorf("this run has proved nothing about %s", strings.Join(blind, ", "))
	}
	if t.Failed() {
		t.Logf("the server's own words:\n%s", s.words())
		return
	}
	t.Run("the judge sees what would be wrong", found.doctored)
	t.Run("and what is wrong in the store", s.damaged)
}

// TestFaultsAreSeen is the control of TestFaults: the same load and the same judge over a database that reports commits
// which only its memory has, killed once. What it forgets must be missed.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	s := newSiege(t, pgtest.Durable(t, "synchronous_commit=off", "wal_writer_flush_after=1GB"), 1, habits{inOneGo: 100, renamed: 50})
	s.patience = 3 * time.Second // what was forgotten is never done
	s.begin()
	conn := s.superuser()
	var writer int // of the log; stopped, so that it writes nothing meanwhile
	if err := conn.QueryRow(t.Context(), `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`).Scan(&writer); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(writer, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "much is reported that is in the server's memory only", func() bool {
		var behind int64
		if err := conn.QueryRow(t.Context(), `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), pg_current_wal_lsn())::bigint`).Scan(&behind); err != nil {
			t.Fatal(err)
		}
		return behind > 128<<10
	})
	s.database.Kill(t)
	s.kills = append(s.kills, time.Now())
	_ = syscall.Kill(writer, syscall.SIGKILL) // it can't see that its server has gone
	s.database.Start(t)
	s.end()
	wrong := judge(s.gather())
	if !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, "is lost") || strings.Contains(w, "is called") }) {
		t.Errorf("the database has forgotten what it had reported, and nobody missed a file or a name: %q", wrong)
	}
}

func fromEnvironment(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	text := cmp.Or(os.Getenv(name), strconv.FormatInt(otherwise, 10))
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q; it must be a whole number from 1 on", name, text)
	}
	return n
}
