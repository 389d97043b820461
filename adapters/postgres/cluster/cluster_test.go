package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// folder is a data directory whose server, whatever the test does to it, ends with the test.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "portico-cluster-") // not t.TempDir: the server's account can't enter that one
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer os.RemoveAll(dir)
		if running, ok, _ := running(dir); ok {
			_ = syscall.Kill(running.pid, syscall.SIGQUIT)
			for end := time.Now().Add(10 * time.Second); runs(running.pid) && time.Now().Before(end); {
				time.Sleep(10 * time.Millisecond)
			}
		}
	})
	return dir
}

func running(dir string) (postmaster, bool, error) {
	data, _, ok, err := existing(dir)
	if err != nil || !ok {
		return postmaster{}, false, err
	}
	return alive(data)
}

func opened(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Open(t.Context(), dir, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var value T
	if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestOpen(t *testing.T) {
	dir := folder(t)
	if _, err := Attach(t.Context(), dir, t.Logf); !errors.Is(err, ErrMissing) {
		t.Fatalf("attach to nothing: %v", err)
	}
	c := opened(t, dir)
	for _, want := range []struct{ setting, value string }{
		{"fsync", "on"}, {"synchronous_commit", "on"}, {"full_page_writes", "on"}, {"data_checksums", "on"},
		{"max_prepared_transactions", "0"}, {"server_encoding", "UTF8"}, {"TimeZone", "UTC"},
		{"listen_addresses", "127.0.0.1"}, {"unix_socket_directories", ""},
	} {
		if got := query[string](t, c.URL(), "SHOW "+want.setting); got != want.value {
			t.Errorf("%s is %q, want %q", want.setting, got, want.value)
		}
	}
	if query[bool](t, c.URL(), `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`) {
		t.Error("Portico's role must not be a superuser")
	}
	if info, err := os.Stat(passwordFile(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the password file: %v, %v", info.Mode(), err)
	}
	execute(t, c.URL(), `CREATE TABLE kept AS SELECT 7 AS n`)

	t.Run("a second user joins, and the last one out stops it", func(t *testing.T) {
		second, err := Attach(t.Context(), dir, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		if got := query[int](t, second.URL(), `SELECT n FROM kept`); got != 7 {
			t.Errorf("the second sees %d", got)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		query[int](t, second.URL(), `SELECT n FROM kept`)
		if err := second.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := running(dir); ok || err != nil {
			t.Errorf("still running after the last one left: %v, %v", ok, err)
		}
	})
	t.Run("the next start finds everything", func(t *testing.T) {
		again := opened(t, dir)
		if got := query[int](t, again.URL(), `SELECT n FROM kept`); got != 7 {
			t.Errorf("found %d", got)
		}
		if err := again.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestManyOpenAtOnce(t *testing.T) {
	dir := folder(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c, err := Open(t.Context(), dir, t.Logf)
			if err != nil {
				t.Error(err)
				return
			}
			query[int](t, c.URL(), `SELECT 1`)
			if err := c.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, ok, _ := running(dir); ok {
		t.Error("still running after all have left")
	}
}

// Rule 3. Each case leaves what a kill -9 leaves.
func TestRecovers(t *testing.T) {
	dir := folder(t)
	first := opened(t, dir)
	execute(t, first.URL(), `CREATE TABLE kept AS SELECT 7 AS n`)
	reopened := func(t *testing.T) *Cluster {
		t.Helper()
		c := opened(t, dir)
		if got := query[int](t, c.URL(), `SELECT n FROM kept`); got != 7 {
			t.Errorf("found %d", got)
		}
		return c
	}

	t.Run("the server outlived Portico", func(t *testing.T) {
		first.gate.leave() // as the end of the process does
		c := reopened(t)
		if c.pid != first.pid {
			t.Errorf("started process %d beside %d", c.pid, first.pid)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := running(dir); ok {
			t.Error("still running")
		}
	})
	t.Run("both were killed", func(t *testing.T) {
		c := reopened(t)
		c.gate.leave()
		if err := syscall.Kill(c.pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if err := reopened(t).Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("its number belongs to a stranger now", func(t *testing.T) {
		stranger := exec.Command("sleep", "600")
		if err := stranger.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
		stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n\n127.0.0.1\n  5432001    131072\nready   \n", stranger.Process.Pid, first.data)
		if err := os.WriteFile(filepath.Join(first.data, "postmaster.pid"), []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
		a, _ := Unprivileged()
		if err := a.Own(filepath.Join(first.data, "postmaster.pid")); err != nil {
			t.Fatal(err)
		}
		if err := reopened(t).Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !runs(stranger.Process.Pid) {
			t.Error("the stranger was ended")
		}
	})
}

// Rule 1.
func TestLeavesOthersAlone(t *testing.T) {
	t.Run("a data directory without the marker", func(t *testing.T) {
		dir := folder(t)
		if err := os.MkdirAll(filepath.Join(dir, "postgres"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), dir, t.Logf); !errors.Is(err, ErrForeign) {
			t.Errorf("open: %v", err)
		}
		if entries, _ := os.ReadDir(filepath.Join(dir, "postgres")); len(entries) != 1 {
			t.Errorf("something was written: %v", entries)
		}
	})
	t.Run("another server answers on the port", func(t *testing.T) {
		dir, otherDir := folder(t), folder(t)
		c, other := opened(t, dir), opened(t, otherDir)
		defer func() { _ = errors.Join(c.Stop(context.Background()), other.Stop(context.Background())) }()
		mistaken := Cluster{dir: c.dir, data: c.data, password: c.password, port: other.port}
		if err := mistaken.prepare(t.Context()); !errors.Is(err, ErrForeign) {
			t.Errorf("with the wrong password: %v", err)
		}
		mistaken.password = other.password
		if err := mistaken.prepare(t.Context()); !errors.Is(err, ErrForeign) {
			t.Errorf("with the right password: %v", err)
		}
	})
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	release, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(dir)
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("the second: %v", err)
	}
	release()
	release, err = Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// A folder that the server's account can't enter, as below /root, must not be the end of it.
func TestClosedFolder(t *testing.T) {
	a, err := Unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	if a.Name == "" {
		t.Log("an ordinary user runs the server as itself: no folder of its own is closed to it")
		return
	}
	closed := filepath.Join(t.TempDir(), "closed")
	dir := filepath.Join(closed, "portico")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	c := opened(t, dir)
	data := c.data
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(data)) })
	if strings.HasPrefix(data, dir) {
		t.Errorf("the server works in %s", data)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := opened(t, dir)
	if again.data != data {
		t.Errorf("the second start works in %s, the first in %s", again.data, data)
	}
	if err := again.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNoBinaries(t *testing.T) {
	saved := folders
	folders = []string{filepath.Join(t.TempDir(), "%d")}
	defer func() { folders = saved }()
	t.Setenv("PATH", t.TempDir())
	_, err := Find(t.Context(), 0)
	if !errors.Is(err, ErrNoBinaries) {
		t.Fatal(err)
	}
	t.Setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
	if _, err = Find(t.Context(), 17); !errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), "17") {
		t.Errorf("a missing version: %v", err)
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	if _, err := fetch(t.Context(), t.TempDir(), closed.URL); err == nil {
		t.Error("fetched from a server that is not there")
	}
}
