package postgres

import (
	"context"
	"errors"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	endAll    = `UPDATE account.staff_session SET revoked_at = statement_timestamp() WHERE staff = $1 AND revoked_at IS NULL`
	forgetAll = `DELETE FROM account.known_device WHERE staff = $1`
)

// CloseOwn is accountapp.Rows.
func (a Accounts) CloseOwn(ctx context.Context, staff, session uuid.UUID) error {
	tag, err := a.Pool.Exec(ctx, `
		UPDATE account.staff_session SET revoked_at = statement_timestamp()
		WHERE id = $1 AND staff = $2 AND revoked_at IS NULL`, session, staff)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrSessionGone
	}
	return doing("end session", err)
}

// EndedSession is accountapp.Rows.
func (a Accounts) EndedSession(ctx context.Context, id accountapp.Hash) (staff uuid.UUID, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT ss.staff FROM account.staff_session ss JOIN account.staff s ON s.id = ss.staff
		WHERE ss.id_sha256 = $1 AND (ss.revoked_at IS NOT NULL OR s.deactivated_at IS NOT NULL)`, id[:]).Scan(&staff)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return staff, doing("look up an ended session", err)
}

// CloseAll is accountapp.Rows.
func (a Accounts) CloseAll(ctx context.Context, staff uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(endAll, staff)
	b.Queue(forgetAll, staff)
	b.Queue(distrustAll, staff)
	return doing("end all sessions", a.Pool.SendBatch(ctx, b).Close())
}

// Renew is accountapp.Rows.
func (a Accounts) Renew(ctx context.Context, staff uuid.UUID, phc string, next *accountapp.NewSession) error {
	err := pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE account.staff SET password_phc = $2 WHERE id = $1 AND deactivated_at IS NULL`, staff, phc)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return account.ErrUnknown
		}
		b := &pgx.Batch{}
		b.Queue(endAll, staff)
		b.Queue(forgetAll, staff)
		b.Queue(distrustAll, staff)
		if next != nil {
			begin(b, *next)
			b.Queue(`
				UPDATE account.staff_session SET second_at = old.second_at FROM account.staff_session old
				WHERE account.staff_session.id_sha256 = $1 AND old.id_sha256 = $2 AND old.staff = $3`, next.ID[:], next.Old[:], staff)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return doing("change password", err)
}

// Sessions is accountapp.Rows.
func (a Accounts) Sessions(ctx context.Context, staff uuid.UUID, own accountapp.Hash) ([]accountapp.SessionRow, error) {
	rows, err := a.Pool.Query(ctx, `
		SELECT id, agent, address, created_at, last_seen_at, id_sha256 = $2 FROM account.staff_session
		WHERE staff = $1 AND revoked_at IS NULL
		  AND created_at > statement_timestamp() - $3::interval AND last_seen_at > statement_timestamp() - $4::interval
		ORDER BY created_at DESC, id`, staff, own[:], account.SessionLimit, account.SessionIdle)
	if err != nil {
		return nil, doing("read sessions", err)
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (s accountapp.SessionRow, err error) {
		var agent string
		err = r.Scan(&s.ID, &agent, &s.Address, &s.CreatedAt, &s.LastSeenAt, &s.Current)
		s.Device = accountapp.Device(agent)
		return s, err
	})
	return found, doing("read sessions", err)
}
