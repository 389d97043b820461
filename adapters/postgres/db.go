// Package postgres keeps Portico's events, timers, effects and read models in one PostgreSQL database.
//
// The rules of the store are in migrations/0001_events.sql; the ones that the database cannot keep by itself are here:
// what is safe to read (tail.go), exactly once in effect (subscription.go), the chain over each stream (chain.go), and
// personal data sealed per subject (vault.go).
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"portico/app/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is one database, through three doors with different rights and settings.
type DB struct {
	App  *pgxpool.Pool // role portico_app: SELECT behind row-level security, EXECUTE es.append; pages, API, commands
	Work *pgxpool.Pool // the owner: saga, effects, operators' commands
	Proj *pgxpool.Pool // the owner, without waiting for the disk: a lost commit of a projection is folded again

	waits    waits
	censuses censuses
}

// Open connects to url. It fails when the database cannot be reached or has not been migrated.
func Open(ctx context.Context, url string) (*DB, error) {
	app, err := open(ctx, url, 16, map[string]string{"lock_timeout": "5s", "statement_timeout": "30s", "jit": "off"}, "SET ROLE portico_app")
	if err != nil {
		return nil, err
	}
	work, err := open(ctx, url, 8, nil, "")
	if err != nil {
		app.Close()
		return nil, err
	}
	proj, err := open(ctx, url, 12, map[string]string{"synchronous_commit": "off"}, "")
	if err != nil {
		app.Close()
		work.Close()
		return nil, err
	}
	return &DB{App: app, Work: work, Proj: proj}, nil
}

// Close waits for the connections in use and closes all.
func (db *DB) Close() {
	db.App.Close()
	db.Proj.Close()
	db.Work.Close()
}

func open(ctx context.Context, url string, conns int32, params map[string]string, first string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	cfg.MaxConns = conns
	cfg.MaxConnIdleTime = 5 * time.Minute
	p := cfg.ConnConfig.RuntimeParams
	p["timezone"] = "UTC"
	p["application_name"] = "portico"
	p["idle_in_transaction_session_timeout"] = "30s" // bounds how long a dead writer can hold the tail
	for k, v := range params {
		p[k] = v
	}
	cfg.ConnConfig.OnNotice = remember
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		utc(c)
		knowUUID(c.TypeMap())
		if first == "" {
			return nil
		}
		_, err := c.Exec(ctx, first)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return pool, nil
}

// utc makes times come back in UTC, not in the machine's zone.
func utc(c *pgx.Conn) {
	m := c.TypeMap()
	m.RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
}

// scoped runs queries of one firm: row-level security shows its rows and no others, whatever a query forgets; of those
// only what somebody may see who is limited to their own clients (accountapp.Limited).
func (db *DB) scoped(ctx context.Context, firm int32, query func(tx pgx.Tx) error) error {
	begin := `BEGIN READ ONLY; SET LOCAL portico.firm = '` + strconv.Itoa(int(firm)) + `'` // one round trip
	if only := account.Only(ctx); only != uuid.Nil {
		begin += `; SET LOCAL portico.limited_to = '` + only.String() + `'`
	}
	return pgx.BeginTxFunc(ctx, db.App, pgx.TxOptions{BeginQuery: begin}, query)
}

// scopedRow reads one row of one firm, scope and statement in one round trip and one transaction. pgx.ErrNoRows: there
// is none.
func (db *DB) scopedRow(ctx context.Context, firm int32, sql string, args []any, into ...any) error {
	b := &pgx.Batch{}
	only := ""
	if id := account.Only(ctx); id != uuid.Nil {
		only = id.String()
	}
	b.Queue(`SELECT set_config('portico.firm', $1, true), set_config('portico.limited_to', $2, true)`, strconv.Itoa(int(firm)), only)
	b.Queue(sql, args...)
	results := db.App.SendBatch(ctx, b)
	_, err := results.Exec()
	if err == nil {
		err = results.QueryRow().Scan(into...)
	}
	return errors.Join(err, results.Close())
}

// warning is where a connection keeps the newest warning of the server.
const warning = "portico warning"

// remember keeps warnings: a commit whose wait for a standby was cancelled reports success with nothing but one.
func remember(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" {
		c.CustomData()[warning] = n.Message
	}
}
