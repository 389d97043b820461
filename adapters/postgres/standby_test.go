package postgres_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"testing"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"
	"portico/app/es"
	"portico/domain/event"

	"github.com/jackc/pgx/v5"
)

// A commit that waits for a standby, and whose wait somebody cancels, is reported by Postgres as done, with a warning.
// Nobody may be told that it was kept: it can be lost with this server.
func TestCancelledWaitForAStandbyIsNoSuccess(t *testing.T) {
	server := pgtest.Durable(t)
	db, err := postgres.Open(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	codec, err := postgres.NewCodec(postgres.EventSpec{Event: ticked{}})
	if err != nil {
		t.Fatal(err)
	}
	master := sha256.Sum256([]byte("test"))
	vault, err := postgres.NewVault(db.App, master[:])
	if err != nil {
		t.Fatal(err)
	}
	store := postgres.NewStore(db.App, codec, vault, func() {})
	defer store.Close()
	n := &node{store: store, log: slog.New(slog.DiscardHandler)}
	if _, err := db.NumberFirm(t.Context(), probe([16]byte{1}).ID); err != nil {
		t.Fatal(err)
	}
	n.tick(t) // the connections are there

	admin, err := pgx.Connect(t.Context(), pgtest.Superuser(t, server.URL()))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	for _, sql := range []string{`SET synchronous_commit = local`, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, `SELECT pg_reload_conf()`} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	within(t, soon, "the server asks for a standby", func() bool {
		var names string
		return admin.QueryRow(t.Context(), `SHOW synchronous_standby_names`).Scan(&names) == nil && names == "nobody"
	})
	// What makes commits wait is set by another process of the server, a while after this one: until then they succeed.
	outcome := make(chan error, 1)
	appending := func() {
		_, err := store.Append(t.Context(), es.Append{By: es.By{Firm: 1}, Stream: probe(newID()), At: noon, Events: []event.Event{ticked{1}}})
		outcome <- err
	}
	go appending()
	within(t, soon, "the commit waits for the standby, and is cancelled", func() bool {
		select {
		case err := <-outcome:
			if err != nil {
				t.Fatal(err)
			}
			go appending()
		default:
		}
		var cancelled bool
		err := admin.QueryRow(t.Context(), `SELECT coalesce(bool_or(pg_cancel_backend(pid)), false) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`).Scan(&cancelled)
		return err == nil && cancelled
	})
	if err := <-outcome; !errors.Is(err, postgres.ErrUnconfirmed) {
		t.Errorf("the append said %v, want that it is not confirmed", err)
	}
}
