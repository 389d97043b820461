package pgtest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

func TestEachTestHasItsOwn(t *testing.T) {
	first, second := pgtest.Pool(t), pgtest.Pool(t)
	if _, err := first.Exec(t.Context(), `CREATE TABLE mine (n int)`); err != nil {
		t.Fatal(err)
	}
	var seen bool
	if err := second.QueryRow(t.Context(), `SELECT to_regclass('mine') IS NOT NULL`).Scan(&seen); err != nil {
		t.Fatal(err)
	}
	if seen {
		t.Error("one test's table is visible in another's database")
	}
	var super bool
	if err := first.QueryRow(t.Context(), `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&super); err != nil {
		t.Fatal(err)
	}
	if super {
		t.Error("tests must run with the rights that production has, not as superuser")
	}
}

// A database must be cheap, or tests start to share one: 20 ms on a quiet machine.
func BenchmarkDatabase(b *testing.B) {
	pgtest.DB(b) // starts the server
	for b.Loop() {
		pgtest.DB(b)
	}
}

func TestDurableSurvivesAKill(t *testing.T) {
	server := pgtest.Durable(t)
	write(t, server.URL(), `CREATE TABLE kept (n int)`)
	write(t, server.URL(), `INSERT INTO kept VALUES (7)`)
	server.Kill(t)
	server.Start(t)
	conn := connect(t, server.URL())
	var n int
	if err := conn.QueryRow(t.Context(), `SELECT n FROM kept`).Scan(&n); err != nil || n != 7 {
		t.Errorf("after the crash: %d, %v", n, err)
	}
	var fsync string
	if err := conn.QueryRow(t.Context(), `SHOW fsync`).Scan(&fsync); err != nil || fsync != "on" {
		t.Errorf("fsync is %q, %v", fsync, err)
	}
}

// TestNothingIsLeft runs this binary again as a child that starts a server and is killed.
func TestNothingIsLeft(t *testing.T) {
	if os.Getenv("PGTEST_CHILD") != "" {
		conn := connect(t, pgtest.DB(t))
		var data string
		if err := conn.QueryRow(t.Context(), `SHOW data_directory`).Scan(&data); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(os.Getenv("PGTEST_CHILD"), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		select {} // until killed
	}
	told := t.TempDir() + "/data"
	child := exec.Command(os.Args[0], "-test.run=TestNothingIsLeft")
	child.Env = append(os.Environ(), "PGTEST_CHILD="+told)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	data := ""
	eventually(t, "the child starts a server", func() bool {
		raw, _ := os.ReadFile(told)
		data = string(raw)
		return strings.HasPrefix(data, "/")
	})
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	eventually(t, "server and folder are gone", func() bool {
		_, err := os.Stat(data)
		return os.IsNotExist(err)
	})
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func write(t *testing.T, url, statement string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
