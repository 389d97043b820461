package pgtest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"

	"github.com/jackc/pgx/v5"
)

// listed is the database that those of Lists are copies of.
const listed = "portico_listed"

// lists makes listed, once in a test binary.
var lists = sync.OnceValue(func() error {
	s, err := shared()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, copyOf(template, listed)); err != nil {
		return err
	}
	if err := makeLists(ctx, s.url("portico", listed)); err != nil {
		return err
	}
	for gone := false; !gone; time.Sleep(10 * time.Millisecond) { // a server takes a moment to end a session, and copies nothing that has one
		if err := conn.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1)`, listed).Scan(&gone); err != nil {
			return err
		}
	}
	return nil
})

func makeLists(ctx context.Context, url string) error {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	codec, err := postgres.NewCodec(postgres.Events()...)
	if err != nil {
		return err
	}
	vault, err := postgres.NewVault(db.App, make([]byte, 32)) // there is nothing to seal
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	tail := postgres.NewTail(db.Work, log)
	b := &postgres.Rebuilder{DB: db, Codec: codec, Vault: vault, Tail: tail, Log: log}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { tail.Run(ctx) })
	err = b.Ensure(ctx, postgres.Models(), nil)
	cancel()
	wg.Wait()
	return err
}

// Lists is DB with the tables of all read models, as a portal makes them when it first starts: they are made once, and
// copied faster than made.
func Lists(t testing.TB) string {
	t.Helper()
	if err := lists(); err != nil {
		t.Fatalf("no lists to test with: %v", err)
	}
	return newDB(t, listed)
}
