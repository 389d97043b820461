package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"portico/domain/event"
	"portico/migrations"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// mostSkew is how far this machine's clock may be from the database's. Deadlines are the database's alone, so a skew
// harms nobody; but log lines and certificates go by this one.
const mostSkew = 2 * time.Second

func examineDatabase(ctx context.Context, url string) []finding {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return []finding{wrong("database", "Start the database, or correct DATABASE_URL.", "%v", err)}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var findings []finding
	for _, look := range []func(context.Context, *pgx.Conn) finding{examineVersion, examineDurability, examineClock} {
		findings = append(findings, look(ctx, conn))
	}
	schema := examineSchema(ctx, url)
	findings = append(findings, schema)
	if !schema.OK {
		return findings
	}
	for _, look := range []func(context.Context, *pgx.Conn) finding{
		examineRights, examineTriggers, examineSequence, examineProjections, examineEffects,
	} {
		findings = append(findings, look(ctx, conn))
	}
	return findings
}

func examineVersion(ctx context.Context, conn *pgx.Conn) finding {
	var version int
	var name string
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version')`).Scan(&version, &name)
	if err != nil {
		return wrong("database", "Look at the database's log.", "%v", err)
	}
	if major := version / 10000; major < 15 || major > 18 {
		return wrong("database", "Use Postgres 15, 16, 17 or 18.", "Postgres %s", name)
	}
	return fine("database", "Postgres %s answers", name)
}

// examineDurability finds settings under which a reported success could be lost.
func examineDurability(ctx context.Context, conn *pgx.Conn) finding {
	rows, err := conn.Query(ctx, `
		SELECT name || ' is ' || setting FROM pg_settings
		WHERE (name IN ('fsync', 'full_page_writes') AND setting = 'off')
		   OR (name = 'synchronous_commit' AND setting IN ('off', 'local'))
		   OR (name = 'max_prepared_transactions' AND setting <> '0') ORDER BY name`)
	if err != nil {
		return wrong("durability", "Look at the database's log.", "%v", err)
	}
	bad, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return wrong("durability", "Look at the database's log.", "%v", err)
	}
	if len(bad) > 0 {
		return wrong("durability", "Set fsync, full_page_writes and synchronous_commit to on and max_prepared_transactions to 0.",
			"%s", strings.Join(bad, ", "))
	}
	return fine("durability", "a commit is on the disk when it is reported")
}

func examineClock(ctx context.Context, conn *pgx.Conn) finding {
	var theirs time.Time
	before := time.Now()
	if err := conn.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
		return wrong("clock", "Look at the database's log.", "%v", err)
	}
	after := time.Now()
	skew := theirs.Sub(before.Add(after.Sub(before) / 2)) // half the round trip is the best guess at when they looked
	if skew.Abs() > mostSkew {
		return wrong("clock", "Run a time service (NTP) on both machines. Deadlines go by the database's clock.",
			"the database's clock is %s from this machine's", skew.Round(time.Millisecond))
	}
	return fine("clock", "%s from the database's", skew.Round(time.Millisecond))
}

func examineSchema(ctx context.Context, url string) finding {
	now, err := migrations.Look(ctx, url)
	switch {
	case err != nil:
		return wrong("schema", "Run: portico migrate", "%v", err)
	case len(now.Missing) > 0:
		return wrong("schema", "Run: portico migrate", "the database is at version %d, this program needs %d; missing: %v", now.Have, now.Want, now.Missing)
	case now.Have > now.Want:
		return wrong("schema", "Run the newer program that migrated it.", "the database is at version %d, this program knows %d", now.Have, now.Want)
	}
	return fine("schema", "version %d", now.Have)
}

// examineRights tries what the pages' role must not be able to do, in a transaction that is rolled back.
func examineRights(ctx context.Context, conn *pgx.Conn) finding {
	const check, repair = "rights", "Restore the rights of migrations/0001_events.sql: portico_app may SELECT, and EXECUTE es.append."
	for _, try := range []struct {
		statement string
		allowed   bool
	}{
		{`SELECT 1 FROM es.events LIMIT 1`, true},
		{`UPDATE es.events SET type = type WHERE false`, false},
		{`DELETE FROM es.events WHERE false`, false},
		{`TRUNCATE es.events`, false},
		{`INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, meta, hash)
			SELECT NULL, 1, 1, '', 1, now(), '{}', '{}', '' WHERE false`, false},
		{`SELECT nextval('es.position_seq')`, false},
	} {
		err := asApp(ctx, conn, try.statement)
		refused, ok := errors.AsType[*pgconn.PgError](err)
		denied := ok && refused.Code == "42501" // insufficient_privilege
		if err != nil && !denied {
			return wrong(check, repair, "%s: %v", firstLine(try.statement), err)
		}
		if denied == try.allowed {
			return wrong(check, repair, "portico_app: %s is %s", firstLine(try.statement), map[bool]string{true: "refused", false: "allowed"}[denied])
		}
	}
	var execute bool
	err := conn.QueryRow(ctx, `
		SELECT bool_and(has_function_privilege('portico_app', p.oid, 'EXECUTE')) FROM pg_proc p
		WHERE p.proname = 'append' AND p.pronamespace = 'es'::regnamespace`).Scan(&execute)
	if err != nil || !execute {
		return wrong(check, repair, "portico_app may not EXECUTE es.append (%v)", err)
	}
	return fine(check, "pages and API can append events and change none")
}

func asApp(ctx context.Context, conn *pgx.Conn, statement string) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // nothing was written
	if _, err := tx.Exec(ctx, `SET LOCAL ROLE portico_app`); err != nil {
		return fmt.Errorf("take the role portico_app: %w", err)
	}
	_, err = tx.Exec(ctx, statement)
	return err
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// examineTriggers looks whether the owner, too, is kept from changing events.
func examineTriggers(ctx context.Context, conn *pgx.Conn) finding {
	const check = "log is final"
	var off []string
	rows, err := conn.Query(ctx, `
		SELECT op FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE'], ARRAY[16, 8, 32]) AS o (op, bit)
		WHERE NOT EXISTS (
			SELECT FROM pg_trigger WHERE tgrelid = 'es.events'::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & bit <> 0)`)
	if err == nil {
		off, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return wrong(check, "Look at the database's log.", "%v", err)
	}
	if len(off) > 0 {
		return wrong(check, "Enable the triggers of es.events again, and find out who disabled them; then run: portico events verify",
			"no trigger refuses %s", strings.Join(off, ", "))
	}
	return fine(check, "triggers refuse to change events, even to the owner")
}

// examineSequence checks what the tail stands on: positions are drawn one by one and never twice.
func examineSequence(ctx context.Context, conn *pgx.Conn) finding {
	const check = "positions"
	var cache, step, last, highest int64
	var cycle, byDefault bool
	err := conn.QueryRow(ctx, `
		SELECT s.seqcache, s.seqincrement, s.seqcycle, q.last_value, coalesce((SELECT max(position) FROM es.events), 0),
			coalesce((SELECT pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%es.position_seq%' FROM pg_attrdef d JOIN pg_attribute a
				ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = 'es.events'::regclass AND a.attname = 'position'), false)
		FROM pg_sequence s, es.position_seq q WHERE s.seqrelid = 'es.position_seq'::regclass`).
		Scan(&cache, &step, &cycle, &last, &highest, &byDefault)
	switch {
	case err != nil:
		return wrong(check, "Look at the database's log.", "%v", err)
	case cache != 1:
		return wrong(check, "Run: ALTER SEQUENCE es.position_seq CACHE 1", "the sequence has CACHE %d, so positions come out of order", cache)
	case step != 1 || cycle:
		return wrong(check, "Run: ALTER SEQUENCE es.position_seq INCREMENT 1 NO CYCLE", "the sequence steps by %d, cycles: %v", step, cycle)
	case !byDefault:
		return wrong(check, "Run: ALTER TABLE es.events ALTER position SET DEFAULT nextval('es.position_seq')", "positions do not come from the column's default")
	case last < highest:
		return wrong(check, fmt.Sprintf("Stop all nodes and run: SELECT setval('es.position_seq', %d)", highest),
			"the sequence is at %d and the newest event at %d: it was set back", last, highest)
	}
	return fine(check, "drawn one by one; %d given out", last)
}

func examineProjections(ctx context.Context, conn *pgx.Conn) finding {
	const check = "read models"
	rows, err := conn.Query(ctx, `SELECT name || ' at position ' || halted_at FROM es.projections WHERE halted_at IS NOT NULL ORDER BY 1`)
	if err != nil {
		return wrong(check, "Look at the database's log.", "%v", err)
	}
	halted, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return wrong(check, "Look at the database's log.", "%v", err)
	}
	if len(halted) > 0 {
		return wrong(check, "Run: portico projections list; it says which event can't be applied and why.", "halted: %s", strings.Join(halted, ", "))
	}
	return fine(check, "none has halted")
}

func examineEffects(ctx context.Context, conn *pgx.Conn) finding {
	var gaveUp, late int64
	err := conn.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE state = 'gave_up'), count(*) FILTER (WHERE state = 'waiting' AND due_at < clock_timestamp() - interval '1 hour')
		FROM es.effects`).Scan(&gaveUp, &late)
	switch {
	case err != nil:
		return wrong("outbox", "Look at the database's log.", "%v", err)
	case late > 0:
		return wrong("outbox", "Start a node: portico serve. Nobody is sending.", "%d mails or other errands have been due for more than an hour", late)
	}
	return fine("outbox", "nothing is overdue; %d were given up", gaveUp)
}

// openSealed opens one sealed event; a store that holds none has nothing to open.
func (h *house) openSealed(ctx context.Context) error {
	var stream uuid.UUID
	var kind string
	var firm int32
	err := h.db.Work.QueryRow(ctx, `
		SELECT e.stream_id, s.kind, e.firm_no FROM es.events e JOIN es.streams s USING (stream_id)
		WHERE e.pii IS NOT NULL ORDER BY e.position DESC LIMIT 1`).Scan(&stream, &kind, &firm)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find something sealed: %w", err)
	}
	for _, err := range h.store.Load(ctx, firm, event.Stream{Kind: event.Kind(kind), ID: stream}, 0) {
		if err != nil {
			return err
		}
	}
	return nil
}
