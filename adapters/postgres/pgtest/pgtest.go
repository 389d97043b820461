// Package pgtest gives a test a real Postgres database that is its own: migrated, empty, gone afterwards.
//
// One server serves the test binary. It starts at the first call, waits for no disk, and ends with the binary, however
// that ends. Where Postgres is missing a test fails and says what to install.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres/cluster"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// shared is the server of this test binary.
var shared = sync.OnceValues(func() (*server, error) {
	s, err := begin("careless", careless, "--wal-segsize=1")
	if err != nil {
		return nil, err
	}
	return s.server, nil
})

var databases atomic.Int64 // numbers them within the shared server

// DB makes a database with all migrations applied and returns its URL, whose role owns it and is no superuser. The
// database goes when the test ends.
func DB(t testing.TB) string {
	t.Helper()
	return newDB(t, template)
}

func newDB(t testing.TB, from string) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("no database to test with: %v", err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	admin(t, s, copyOf(from, name))
	t.Cleanup(func() { admin(t, s, fmt.Sprintf(`DROP DATABASE %s WITH (FORCE)`, name)) })
	return s.url("portico", name)
}

func copyOf(from, name string) string {
	return fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s OWNER portico STRATEGY FILE_COPY`, name, from)
}

// admin runs one statement as superuser, on a connection of its own.
func admin(t testing.TB, s *server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		t.Fatalf("connect to the test server: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Pool is DB with a pool of up to 16 connections on it, closed when the test ends.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Connect(t, DB(t))
}

// Connect opens a pool of up to 16 connections on a URL of this package, closed when the test ends.
func Connect(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Superuser is the same database as the URL's, for a test that does what only a superuser can, such as forging a row
// behind the triggers.
func Superuser(t testing.TB, of string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User("postgres")
	return u.String()
}

// Server is a server of the test's own, with the settings of production: a commit is on the disk when it returns.
type Server struct {
	server   *server
	binaries cluster.Binaries
	account  cluster.Account
	settings []string
}

// Durable starts a server for this test alone, with one migrated database. Benchmarks that show durable rates and tests
// that kill the server use it; it costs about a second. settings, as name=value, add to those of production.
func Durable(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := begin("durable", settings)
	if err != nil {
		t.Fatalf("no database to test with: %v", err)
	}
	t.Cleanup(func() { s.server.life.Close() }) // the guard ends the server and removes its folder
	return s
}

// URL is the migrated database's, as its owner. It changes with Start.
func (s *Server) URL() string { return s.server.url("portico", template) }

// Kill ends the server as a crash does: nothing is flushed, no client is told.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if err := s.server.end("KILL"); err != nil {
		t.Fatal(err)
	}
	// The guard saw the postmaster's end; its children notice theirs within moments, and Start waits for them.
}

// Stop ends the server in order.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.server.end("INT"); err != nil {
		t.Fatal(err)
	}
}

// Start brings a killed or stopped server back, on the same port.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	port := s.server.port
	again, err := launch(s.binaries, s.account, s.server.data, s.settings, port)
	if err != nil {
		t.Fatal(err)
	}
	*s.server = *again
}

// begin starts a server on a fresh copy of the prepared directory.
func begin(kind string, settings []string, initdb ...string) (*Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	b, err := cluster.Find(ctx, 0)
	if err != nil {
		return nil, err
	}
	a, err := cluster.Unprivileged()
	if err != nil {
		return nil, err
	}
	from, err := prepared(b, a, kind, initdb...)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	folder, err := workFolder(a)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	if err := copyTree(from, data); err != nil {
		return nil, err
	}
	s, err := launch(b, a, data, settings, 0)
	if err != nil {
		return nil, err
	}
	return &Server{server: s, binaries: b, account: a, settings: settings}, nil
}
