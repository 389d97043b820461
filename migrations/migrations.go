// Package migrations holds the database's schema as numbered SQL files, and brings a database up to it.
//
// Files run in the order of their numbers, once, each in its own transaction, and are never edited after merge: a
// change is a new file. One that was merged after a file with a higher number has run somewhere runs there later: files
// with different owners don't build on each other.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver below
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// Files are the SQL files, as they are run. Tests hash them to know when a prepared database is out of date.
func Files() fs.FS { return files }

// Up runs what is still missing in the database at url and returns how many files that were. Several nodes may call it
// at once: an advisory lock lets one run while the others wait, five minutes at most.
func Up(ctx context.Context, url string) (int, error) {
	applied := 0
	err := with(ctx, url, func(p *goose.Provider) error {
		done, err := p.Up(ctx)
		applied = len(done)
		return err
	})
	if err != nil {
		return applied, fmt.Errorf("migrate the database: %w", err)
	}
	return applied, nil
}

// State is how a database and this program stand to each other. One that misses files needs Up; one that has a newer file
// than this program knows belongs to a newer program.
type State struct {
	Have, Want int64   // the newest file that has run, and that this program was built with
	Missing    []int64 // files that have not run; a file may be older than Have, where it was merged after a newer one
}

// Look tells what has run in the database at url.
func Look(ctx context.Context, url string) (s State, err error) {
	err = with(ctx, url, func(p *goose.Provider) (err error) {
		if s.Have, s.Want, err = p.GetVersions(ctx); err != nil {
			return err
		}
		files, err := p.Status(ctx)
		for _, f := range files {
			if f.State == goose.StatePending {
				s.Missing = append(s.Missing, f.Source.Version)
			}
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("read the schema version: %w", err)
	}
	return s, nil
}

// with opens a connection of its own, because the advisory lock belongs to the session.
func with(ctx context.Context, url string, use func(*goose.Provider) error) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.PingContext(ctx); err != nil {
		return err
	}
	// Try once a second, 300 times: as long as another node's migration may take.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return err
	}
	return use(provider)
}
