package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Accounts keeps people, sessions, API tokens and the counters of sign-in tries. It is both accountapp.Rows and
// accountapp.Reader. All its times come from the database's clock.
type Accounts struct {
	Pool *pgxpool.Pool
}

var (
	_ accountapp.Rows       = Accounts{}
	_ accountapp.Reader     = Accounts{}
	_ accountapp.PeopleRows = Accounts{}

	_ accountapp.ProviderRows = Accounts{}
)

// AddStaff is accountapp.Rows.
func (a Accounts) AddStaff(ctx context.Context, s accountapp.Staff, phc string) error {
	_, err := a.Pool.Exec(ctx, `
		INSERT INTO account.staff (id, firm_no, email, name, role, password_phc, joined_at) VALUES ($1, $2, $3, $4, $5, $6, statement_timestamp())`,
		s.ID, s.Firm, s.Email, s.Name, s.Role, phc)
	if p, ok := errors.AsType[*pgconn.PgError](err); ok && p.ConstraintName == "staff_email_is_one_person" {
		return account.ErrEmailTaken
	}
	return doing("add staff", err)
}

// Rehash is accountapp.Rows.
func (a Accounts) Rehash(ctx context.Context, staff uuid.UUID, phc string) error {
	tag, err := a.Pool.Exec(ctx, `UPDATE account.staff SET password_phc = $2 WHERE id = $1 AND deactivated_at IS NULL`, staff, phc)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrUnknown
	}
	return doing("store a hash", err)
}

// ByEmail is accountapp.Rows.
func (a Accounts) ByEmail(ctx context.Context, email string) (s accountapp.Staff, phc string, ok bool, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT id, firm_no, email, name, role, coalesce(password_phc, '') FROM account.staff
		WHERE email = $1 AND deactivated_at IS NULL AND joined_at IS NOT NULL`,
		email).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role, &phc)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Staff{}, "", false, nil
	}
	return s, phc, err == nil, doing("find staff", err)
}

// Try is accountapp.Rows. The count goes up before the password is looked at and under the rows' locks, so that a
// thousand tries at once get no more looks than a thousand in a row. A try that has to wait counts nowhere: who keeps
// knocking doesn't prolong the wait.
func (a Accounts) Try(ctx context.Context, keys []accountapp.ThrottleKey) (wait time.Duration, err error) {
	keys = slices.SortedFunc(slices.Values(keys), func(x, y accountapp.ThrottleKey) int { return bytes.Compare(x.Hash[:], y.Hash[:]) })
	hashes := digests(keys)
	err = pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			INSERT INTO account.sign_in_throttle (key_sha256, tries, last_at)
			SELECT key, 0, statement_timestamp() FROM unnest($1::bytea[]) AS k (key) ORDER BY key
			ON CONFLICT DO NOTHING`, hashes); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT tries, (extract(epoch FROM clock_timestamp() - last_at) * 1000)::bigint FROM account.sign_in_throttle
			WHERE key_sha256 = ANY ($1) ORDER BY key_sha256 FOR UPDATE`, hashes)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[throttleRow])
		if err != nil {
			return err
		}
		tries := make([]int, len(found))
		for i, r := range found {
			passed := time.Duration(r.PassedMS) * time.Millisecond
			tries[i] = r.Tries + 1
			if passed > keys[i].Limit.Forget {
				tries[i] = 1
			}
			wait = max(wait, keys[i].Limit.Delay(r.Tries)-passed)
		}
		if wait > 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `
			UPDATE account.sign_in_throttle t SET tries = k.tries, last_at = clock_timestamp()
			FROM unnest($1::bytea[], $2::int[]) AS k (key, tries) WHERE t.key_sha256 = k.key`, hashes, tries)
		return err
	})
	return wait, doing("count a sign-in", err)
}

type throttleRow struct {
	Tries    int
	PassedMS int64
}

func digests(keys []accountapp.ThrottleKey) [][]byte {
	all := make([][]byte, len(keys))
	for i, k := range keys {
		all[i] = k.Hash[:]
	}
	return all
}

// Forgive is accountapp.Rows: a right password clears the count of the account or device, and takes its own try off
// the network's, so that somebody who owns one account can't use it to clear the network's count for guessing others.
func (a Accounts) Forgive(ctx context.Context, own, shared accountapp.ThrottleKey) error {
	_, err := a.Pool.Exec(ctx, `
		UPDATE account.sign_in_throttle SET tries = CASE WHEN key_sha256 = $1 THEN 0 ELSE greatest(tries - 1, 0) END
		WHERE key_sha256 IN ($1, $2)`, own.Hash[:], shared.Hash[:])
	return doing("forgive sign-in tries", err)
}

// KnownDevice is accountapp.Rows.
func (a Accounts) KnownDevice(ctx context.Context, staff uuid.UUID, device accountapp.Hash) (known bool, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM account.known_device WHERE id_sha256 = $1 AND staff = $2)`, device[:], staff).Scan(&known)
	return known, doing("look up a device", err)
}

// OpenSession is accountapp.Rows. It also clears away what nobody can use any more, a little at each sign-in.
func (a Accounts) OpenSession(ctx context.Context, s accountapp.NewSession) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE account.staff_session SET revoked_at = statement_timestamp() WHERE id_sha256 = $1 AND revoked_at IS NULL`, s.Old[:])
	begin(b, s)
	b.Queue(`DELETE FROM account.staff_session WHERE id_sha256 IN (
		SELECT id_sha256 FROM account.staff_session WHERE created_at < statement_timestamp() - $1::interval ORDER BY created_at LIMIT 1000)`, 30*24*time.Hour)
	b.Queue(`DELETE FROM account.known_device WHERE id_sha256 IN (
		SELECT id_sha256 FROM account.known_device WHERE created_at < statement_timestamp() - $1::interval ORDER BY created_at LIMIT 1000)`, accountapp.DeviceAge)
	b.Queue(`DELETE FROM account.sign_in_throttle WHERE key_sha256 IN (
		SELECT key_sha256 FROM account.sign_in_throttle WHERE last_at < statement_timestamp() - $1::interval ORDER BY last_at LIMIT 1000
		FOR UPDATE SKIP LOCKED)`, 24*time.Hour)
	return doing("open session", a.Pool.SendBatch(ctx, b).Close())
}

// begin stores a session and its device, in place of the mark that the browser had. A second factor that was shown in the
// session counts from now.
func begin(b *pgx.Batch, s accountapp.NewSession) {
	b.Queue(`
		INSERT INTO account.staff_session (id_sha256, staff, address, agent, second_at) VALUES ($1, $2, $3, $4, CASE WHEN $5 THEN statement_timestamp() END)`,
		s.ID[:], s.Staff, s.Address, s.Agent, s.Second)
	b.Queue(`DELETE FROM account.known_device WHERE id_sha256 = $1 AND staff = $2`, s.OldDevice[:], s.Staff)
	b.Queue(`INSERT INTO account.known_device (id_sha256, staff) VALUES ($1, $2)`, s.Device[:], s.Staff)
}

// Session is accountapp.Rows. Being seen is written once a minute at most.
func (a Accounts) Session(ctx context.Context, id accountapp.Hash) (s accountapp.Staff, err error) {
	err = a.Pool.QueryRow(ctx, `
		WITH live AS (
			SELECT ss.id_sha256, ss.id AS session, ss.last_seen_at, ss.second_at, ss.confirmed_at, s.* FROM account.staff_session ss JOIN account.staff s ON s.id = ss.staff
			WHERE ss.id_sha256 = $1 AND ss.revoked_at IS NULL AND s.deactivated_at IS NULL
			  AND ss.created_at > statement_timestamp() - $2::interval AND ss.last_seen_at > statement_timestamp() - $3::interval
		), seen AS (
			UPDATE account.staff_session ss SET last_seen_at = statement_timestamp() FROM live
			WHERE ss.id_sha256 = live.id_sha256 AND live.last_seen_at < statement_timestamp() - interval '1 minute'
		)
		SELECT id, firm_no, email, name, role, second_at IS NOT NULL, confirmed_at > statement_timestamp() - $4::interval,
		       EXISTS (SELECT FROM account.factor f WHERE f.person = live.id AND f.confirmed_at IS NOT NULL), session
		FROM live`,
		id[:], account.SessionLimit, account.SessionIdle, account.FreshFor,
	).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role, &s.Standing.Second, &s.Standing.Fresh, &s.Standing.Enrolled, &s.Session)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Staff{}, account.ErrSession
	}
	return s, doing("look up session", err)
}

// ByID is accountapp.Rows.
func (a Accounts) ByID(ctx context.Context, staff uuid.UUID) (s accountapp.Staff, ok bool, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT id, firm_no, email, name, role FROM account.staff WHERE id = $1 AND deactivated_at IS NULL`,
		staff).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Staff{}, false, nil
	}
	return s, err == nil, doing("find staff", err)
}

// PassSession is accountapp.Rows.
func (a Accounts) PassSession(ctx context.Context, id, next accountapp.Hash) error {
	return mark(ctx, a.Pool, `
		UPDATE account.staff_session SET id_sha256 = $2, second_at = statement_timestamp(), confirmed_at = statement_timestamp()
		WHERE id_sha256 = $1 AND revoked_at IS NULL`, id[:], next[:])
}

// RefreshSession is accountapp.Rows.
func (a Accounts) RefreshSession(ctx context.Context, id accountapp.Hash) error {
	return mark(ctx, a.Pool, `UPDATE account.staff_session SET confirmed_at = statement_timestamp() WHERE id_sha256 = $1 AND revoked_at IS NULL`, id[:])
}

// mark changes one live session. ErrSession where there is none.
func mark(ctx context.Context, pool *pgxpool.Pool, sql string, args ...any) error {
	tag, err := pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrSession
	}
	return doing("mark a session", err)
}

// CloseSession is accountapp.Rows.
func (a Accounts) CloseSession(ctx context.Context, id accountapp.Hash) error {
	_, err := a.Pool.Exec(ctx, `
		UPDATE account.staff_session SET revoked_at = statement_timestamp() WHERE id_sha256 = $1 AND revoked_at IS NULL`, id[:])
	return doing("close session", err)
}

// AddToken is accountapp.Rows.
func (a Accounts) AddToken(ctx context.Context, firm int32, t accountapp.TokenRow, secret accountapp.Hash) error {
	tag, err := a.Pool.Exec(ctx, `
		INSERT INTO account.api_token (id, secret_sha256, staff, name)
		SELECT $1, $2, s.id, $4 FROM account.staff s WHERE s.id = $3 AND s.firm_no = $5 AND s.deactivated_at IS NULL`,
		t.ID, secret[:], t.Staff, t.Name, firm)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrUnknown
	}
	return doing("add API token", err)
}

// Token is accountapp.Rows. Being used is written once a minute at most.
func (a Accounts) Token(ctx context.Context, secret accountapp.Hash) (s accountapp.Staff, err error) {
	err = a.Pool.QueryRow(ctx, `
		WITH live AS (
			SELECT t.id AS token, t.last_used_at, s.* FROM account.api_token t JOIN account.staff s ON s.id = t.staff
			WHERE t.secret_sha256 = $1 AND t.revoked_at IS NULL AND s.deactivated_at IS NULL
		), used AS (
			UPDATE account.api_token t SET last_used_at = statement_timestamp() FROM live
			WHERE t.id = live.token AND coalesce(live.last_used_at, '-infinity') < statement_timestamp() - interval '1 minute'
		)
		SELECT id, firm_no, email, name, role FROM live`, secret[:]).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Staff{}, account.ErrToken
	}
	return s, doing("look up API token", err)
}

// RevokeToken is accountapp.Rows.
func (a Accounts) RevokeToken(ctx context.Context, firm int32, token uuid.UUID) error {
	tag, err := a.Pool.Exec(ctx, `
		UPDATE account.api_token t SET revoked_at = coalesce(t.revoked_at, statement_timestamp())
		FROM account.staff s WHERE t.id = $1 AND s.id = t.staff AND s.firm_no = $2`, token, firm)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrToken
	}
	return doing("revoke API token", err)
}

// StaffByEmail is accountapp.Reader.
func (a Accounts) StaffByEmail(ctx context.Context, email string) (accountapp.Staff, error) {
	canonical, err := account.CanonicalEmail(email)
	if err != nil {
		return accountapp.Staff{}, err
	}
	s, _, ok, err := a.ByEmail(ctx, canonical)
	if err == nil && !ok {
		return accountapp.Staff{}, account.ErrUnknown
	}
	return s, err
}

// Tokens is accountapp.Reader.
func (a Accounts) Tokens(ctx context.Context, firm int32, staff uuid.UUID) ([]accountapp.TokenRow, error) {
	rows, err := a.Pool.Query(ctx, `
		SELECT t.id, t.staff, t.name, t.created_at, coalesce(t.last_used_at, $3), coalesce(t.revoked_at, $3)
		FROM account.api_token t JOIN account.staff s ON s.id = t.staff
		WHERE s.firm_no = $1 AND s.id = $2 ORDER BY t.created_at DESC, t.id`, firm, staff, time.Time{})
	if err != nil {
		return nil, doing("read API tokens", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[accountapp.TokenRow])
	return found, doing("read API tokens", err)
}

// doing says what was tried when err happened; nil stays nil.
func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
