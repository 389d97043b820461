// Package migrations holds the database's schema as numbered SQL files, and brings a database up to it.
//
// Files run in the order of their numbers, once, each in its own transaction, and are never edited after merge: a
// change is a new file.
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

// Version tells which file the database at url is at, and which one this program was built with. A database that is
// behind needs Up; one that is ahead belongs to a newer program.
func Version(ctx context.Context, url string) (have, want int64, err error) {
	err = with(ctx, url, func(p *goose.Provider) error {
		have, want, err = p.GetVersions(ctx)
		return err
	})
	if err != nil {
		return have, want, fmt.Errorf("read the schema version: %w", err)
	}
	return have, want, nil
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
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return err
	}
	return use(provider)
}
