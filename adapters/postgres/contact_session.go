package postgres

import (
	"context"
	"errors"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	endVisits     = `UPDATE account.contact_session SET revoked_at = statement_timestamp() WHERE contact = $1 AND revoked_at IS NULL`
	forgetDevices = `DELETE FROM account.contact_device WHERE contact = $1`
	// $1 and $2 are the limits of an account's session, $3 and $4 those of a link's.
	visitLives = `s.revoked_at IS NULL
		AND s.created_at > statement_timestamp() - CASE WHEN s.by_link THEN $3::interval ELSE $1::interval END
		AND s.last_seen_at > statement_timestamp() - CASE WHEN s.by_link THEN $4::interval ELSE $2::interval END`
)

// Known is accountapp.ContactRows.
func (a ContactAccess) Known(ctx context.Context, email string, mark accountapp.Hash) (known bool, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM account.contact_device d JOIN account.contact_login l ON l.contact = d.contact
			WHERE d.mark_sha256 = $1 AND l.email = $2)`, mark[:], email).Scan(&known)
	return known, doing("look up a device", err)
}

// Device is accountapp.ContactRows.
func (a ContactAccess) Device(ctx context.Context, contact uuid.UUID, mark accountapp.Hash) (id uuid.UUID, err error) {
	err = a.Pool.QueryRow(ctx, `SELECT id FROM account.contact_device WHERE mark_sha256 = $1 AND contact = $2`, mark[:], contact).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, doing("look up a contact's device", err)
}

// Open is accountapp.ContactRows. It also clears away what nobody can use any more, a little at each sign-in.
func (a ContactAccess) Open(ctx context.Context, v accountapp.NewVisit) error {
	b := &pgx.Batch{}
	beginVisit(b, v)
	b.Queue(`DELETE FROM account.contact_session WHERE id_sha256 IN (
		SELECT id_sha256 FROM account.contact_session WHERE created_at < statement_timestamp() - $1::interval ORDER BY created_at LIMIT 1000)`, 60*24*time.Hour)
	b.Queue(`DELETE FROM account.contact_device WHERE id IN (
		SELECT id FROM account.contact_device WHERE last_seen_at < statement_timestamp() - $1::interval ORDER BY last_seen_at LIMIT 1000)`, accountapp.DeviceAge)
	return doing("open a contact's session", a.Pool.SendBatch(ctx, b).Close())
}

// beginVisit stores a session and its device. The browser's mark changes for everybody who has been in with it.
func beginVisit(b *pgx.Batch, v accountapp.NewVisit) {
	b.Queue(`UPDATE account.contact_session SET revoked_at = statement_timestamp() WHERE id_sha256 = $1 AND revoked_at IS NULL`, v.Old[:])
	b.Queue(`UPDATE account.contact_device SET mark_sha256 = $2 WHERE mark_sha256 = $1`, v.OldMark[:], v.Mark[:])
	b.Queue(`INSERT INTO account.contact_device (id, mark_sha256, contact) VALUES ($1, $2, $3)
		ON CONFLICT (mark_sha256, contact) DO UPDATE SET last_seen_at = statement_timestamp()`, v.Device, v.Mark[:], v.Contact)
	b.Queue(`INSERT INTO account.contact_session (id_sha256, contact, device, by_link, address, agent) VALUES ($1, $2, $3, $4, $5, $6)`,
		v.ID[:], v.Contact, v.Device, v.ByLink, v.Address, v.Agent)
}

// Visit is accountapp.ContactRows. Being seen is written once a minute at most.
func (a ContactAccess) Visit(ctx context.Context, id accountapp.Hash) (v accountapp.Visit, err error) {
	err = a.Pool.QueryRow(ctx, `
		WITH live AS (
			SELECT s.*, l.firm_no, l.email, l.terms, l.password_phc IS NOT NULL AS has_password
			FROM account.contact_session s JOIN account.contact_login l ON l.contact = s.contact
			WHERE s.id_sha256 = $5 AND `+visitLives+`
		), seen AS (
			UPDATE account.contact_session s SET last_seen_at = statement_timestamp() FROM live
			WHERE s.id_sha256 = live.id_sha256 AND live.last_seen_at < statement_timestamp() - interval '1 minute'
		)
		SELECT id, contact, firm_no, email, device, by_link, has_password, terms, created_at,
		       second_at IS NOT NULL, confirmed_at > statement_timestamp() - $6::interval,
		       EXISTS (SELECT FROM account.factor f WHERE f.person = live.contact AND f.confirmed_at IS NOT NULL)
		FROM live`,
		account.PortalLimit, account.PortalIdle, account.LinkLimit, account.LinkIdle, id[:], account.FreshFor).
		Scan(&v.ID, &v.Contact, &v.Firm, &v.Email, &v.Device, &v.ByLink, &v.Password, &v.Terms, &v.StartedAt,
			&v.Standing.Second, &v.Standing.Fresh, &v.Standing.Enrolled)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Visit{}, account.ErrSession
	}
	return v, doing("look up a contact's session", err)
}

// Pass is accountapp.ContactRows.
func (a ContactAccess) Pass(ctx context.Context, id, next accountapp.Hash) error {
	return mark(ctx, a.Pool, `
		UPDATE account.contact_session SET id_sha256 = $2, second_at = statement_timestamp(), confirmed_at = statement_timestamp()
		WHERE id_sha256 = $1 AND revoked_at IS NULL`, id[:], next[:])
}

// Refresh is accountapp.ContactRows.
func (a ContactAccess) Refresh(ctx context.Context, id accountapp.Hash) error {
	return mark(ctx, a.Pool, `UPDATE account.contact_session SET confirmed_at = statement_timestamp() WHERE id_sha256 = $1 AND revoked_at IS NULL`, id[:])
}

// Close is accountapp.ContactRows.
func (a ContactAccess) Close(ctx context.Context, id accountapp.Hash) error {
	_, err := a.Pool.Exec(ctx, `
		UPDATE account.contact_session SET revoked_at = statement_timestamp() WHERE id_sha256 = $1 AND revoked_at IS NULL`, id[:])
	return doing("close a contact's session", err)
}

// Ended is accountapp.ContactRows.
func (a ContactAccess) Ended(ctx context.Context, id accountapp.Hash) (contact uuid.UUID, err error) {
	err = a.Pool.QueryRow(ctx, `SELECT contact FROM account.contact_session WHERE id_sha256 = $1 AND revoked_at IS NOT NULL`, id[:]).Scan(&contact)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return contact, doing("look up an ended session", err)
}

// Visits is accountapp.ContactRows.
func (a ContactAccess) Visits(ctx context.Context, contact uuid.UUID, own accountapp.Hash) ([]accountapp.SessionRow, error) {
	rows, err := a.Pool.Query(ctx, `
		SELECT s.id, s.agent, s.address, s.created_at, s.last_seen_at, s.id_sha256 = $6 FROM account.contact_session s
		WHERE s.contact = $5 AND `+visitLives+` ORDER BY s.created_at DESC, s.id`,
		account.PortalLimit, account.PortalIdle, account.LinkLimit, account.LinkIdle, contact, own[:])
	if err != nil {
		return nil, doing("read a contact's sessions", err)
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (s accountapp.SessionRow, err error) {
		var agent string
		err = r.Scan(&s.ID, &agent, &s.Address, &s.CreatedAt, &s.LastSeenAt, &s.Current)
		s.Device = accountapp.Device(agent)
		s.Browser, s.System = accountapp.Seen(agent)
		return s, err
	})
	return found, doing("read a contact's sessions", err)
}

// CloseOwn is accountapp.ContactRows.
func (a ContactAccess) CloseOwn(ctx context.Context, contact, session uuid.UUID) error {
	tag, err := a.Pool.Exec(ctx, `
		WITH ended AS (
			UPDATE account.contact_session SET revoked_at = statement_timestamp()
			WHERE id = $1 AND contact = $2 AND revoked_at IS NULL RETURNING device
		), forgotten AS (
			DELETE FROM account.contact_device d USING ended WHERE d.id = ended.device AND d.contact = $2
		)
		SELECT FROM ended`, session, contact)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrSessionGone
	}
	return doing("end a contact's session", err)
}

// CloseAll is accountapp.ContactRows.
func (a ContactAccess) CloseAll(ctx context.Context, contact uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(endVisits, contact)
	b.Queue(forgetDevices, contact)
	b.Queue(distrustAll, contact)
	return doing("end all sessions of a contact", a.Pool.SendBatch(ctx, b).Close())
}

// LastSeen is when contacts were last in the portal; who never was is left out.
func (a ContactAccess) LastSeen(ctx context.Context, contacts []uuid.UUID) (map[uuid.UUID]time.Time, error) {
	out := map[uuid.UUID]time.Time{}
	rows, err := a.Pool.Query(ctx, `
		SELECT contact, max(last_seen_at) FROM (
			SELECT contact, last_seen_at FROM account.contact_session WHERE contact = ANY ($1)
			UNION ALL SELECT contact, last_seen_at FROM account.contact_device WHERE contact = ANY ($1)
		) AS seen GROUP BY contact`, contacts)
	if err != nil {
		return nil, doing("read when contacts were last seen", err)
	}
	var id uuid.UUID
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		out[id] = at
		return nil
	})
	return out, doing("read when contacts were last seen", err)
}
