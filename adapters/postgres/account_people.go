package postgres

import (
	"context"
	"errors"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Staff is accountapp.Reader.
func (a Accounts) Staff(ctx context.Context, firm int32, ids ...uuid.UUID) ([]accountapp.StaffRow, error) {
	rows, err := a.Pool.Query(ctx, `
		SELECT id, name, email, role, created_at, coalesce(deactivated_at, $3), coalesce(joined_at, $3), coalesce(invitation_expires_at, $3),
		       coalesce(invitation_expires_at <= statement_timestamp(), false), coalesce(handed_to, $4),
		       coalesce((SELECT max(ss.last_seen_at) FROM account.staff_session ss WHERE ss.staff = s.id), $3)
		FROM account.staff s
		WHERE firm_no = $1 AND (coalesce(cardinality($2::uuid[]), 0) = 0 OR id = ANY ($2)) ORDER BY name, id`, firm, ids, time.Time{}, uuid.Nil)
	if err != nil {
		return nil, doing("read staff", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[accountapp.StaffRow])
	return found, doing("read staff", err)
}

// Invite is accountapp.PeopleRows. The same person under the same id is the same form, sent twice.
func (a Accounts) Invite(ctx context.Context, s accountapp.Staff) (i accountapp.Invitation, err error) {
	i.Staff = s
	err = a.Pool.QueryRow(ctx, `
		INSERT INTO account.staff AS s (id, firm_no, email, name, role, invitation, invitation_expires_at)
		VALUES ($1, $2, $3, $4, $5, 1, date_trunc('milliseconds', statement_timestamp() + $6::interval))
		ON CONFLICT (id) DO UPDATE SET id = s.id WHERE s.firm_no = $2 AND s.email = $3 AND s.invitation = 1
		RETURNING invitation, invitation_expires_at`,
		s.ID, s.Firm, s.Email, s.Name, s.Role, account.InvitedFor).Scan(&i.Generation, &i.ExpiresAt)
	if p, ok := errors.AsType[*pgconn.PgError](err); ok && p.ConstraintName == "staff_email_is_one_person" || errors.Is(err, pgx.ErrNoRows) {
		return i, account.ErrEmailTaken
	}
	return i, doing("invite staff", err)
}

// InviteAgain is accountapp.PeopleRows.
func (a Accounts) InviteAgain(ctx context.Context, firm int32, staff uuid.UUID) (i accountapp.Invitation, err error) {
	err = a.locked(ctx, firm, staff, func(tx pgx.Tx, s lockedStaff) error {
		switch {
		case s.joined:
			return account.ErrJoined
		case s.deactivated:
			return account.ErrDeactivated
		}
		i.Staff = accountapp.Staff{ID: staff, Firm: firm}
		return tx.QueryRow(ctx, `
			UPDATE account.staff SET invitation = invitation + 1, invitation_expires_at = date_trunc('milliseconds', statement_timestamp() + $2::interval)
			WHERE id = $1 RETURNING email, name, role, invitation, invitation_expires_at`, staff, account.InvitedFor).Scan(
			&i.Staff.Email, &i.Staff.Name, &i.Staff.Role, &i.Generation, &i.ExpiresAt)
	})
	return i, doing("invite staff again", err)
}

// Invited is accountapp.PeopleRows.
func (a Accounts) Invited(ctx context.Context, staff uuid.UUID, generation int) (s accountapp.Staff, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT id, firm_no, email, name, role FROM account.staff
		WHERE id = $1 AND invitation = $2 AND joined_at IS NULL AND deactivated_at IS NULL AND invitation_expires_at > statement_timestamp()`,
		staff, generation).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Staff{}, account.ErrInvitationGone
	}
	return s, doing("look up an invitation", err)
}

// Join is accountapp.PeopleRows: of two who hold the same invitation at the same moment one joins.
func (a Accounts) Join(ctx context.Context, staff uuid.UUID, generation int, phc string) error {
	tag, err := a.Pool.Exec(ctx, `
		UPDATE account.staff SET joined_at = statement_timestamp(), password_phc = nullif($3, '')
		WHERE id = $1 AND invitation = $2 AND joined_at IS NULL AND deactivated_at IS NULL AND invitation_expires_at > statement_timestamp()`,
		staff, generation, phc)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrInvitationGone
	}
	return doing("join", err)
}

// SetRole is accountapp.PeopleRows.
func (a Accounts) SetRole(ctx context.Context, firm int32, staff uuid.UUID, to account.Role, allow func(from account.Role) error) error {
	err := a.locked(ctx, firm, staff, func(tx pgx.Tx, s lockedStaff) error {
		if err := allow(s.role); err != nil {
			return err
		}
		switch {
		case s.deactivated:
			return account.ErrDeactivated
		case to != account.Owner && s.lastOwner():
			return account.ErrLastOwner
		}
		_, err := tx.Exec(ctx, `UPDATE account.staff SET role = $2 WHERE id = $1`, staff, to)
		return err
	})
	return doing("set a role", err)
}

// Leave is accountapp.PeopleRows. Sessions and tokens end by it, because every look at them asks for an active person.
// What others have handed to who leaves goes on to the same colleague.
func (a Accounts) Leave(ctx context.Context, firm int32, staff, to uuid.UUID, allow func(role account.Role) error) error {
	err := a.locked(ctx, firm, staff, func(tx pgx.Tx, s lockedStaff) error {
		if err := allow(s.role); err != nil {
			return err
		}
		if s.lastOwner() {
			return account.ErrLastOwner
		}
		if to != uuid.Nil {
			var works bool
			if err := tx.QueryRow(ctx, `
				SELECT EXISTS (SELECT FROM account.staff WHERE id = $1 AND id <> $2 AND firm_no = $3 AND deactivated_at IS NULL AND joined_at IS NOT NULL)`,
				to, staff, firm).Scan(&works); err != nil {
				return err
			}
			if !works {
				return account.ErrColleague
			}
		}
		b := &pgx.Batch{}
		b.Queue(`UPDATE account.staff SET deactivated_at = coalesce(deactivated_at, statement_timestamp()), handed_to = nullif($2, $3::uuid) WHERE id = $1`, staff, to, uuid.Nil)
		b.Queue(endAll, staff)
		b.Queue(forgetAll, staff)
		return tx.SendBatch(ctx, b).Close()
	})
	return doing("deactivate staff", err)
}

// Return is accountapp.PeopleRows.
func (a Accounts) Return(ctx context.Context, firm int32, staff uuid.UUID, allow func(role account.Role) error) error {
	err := a.locked(ctx, firm, staff, func(tx pgx.Tx, s lockedStaff) error {
		if err := allow(s.role); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE account.staff SET deactivated_at = NULL, handed_to = NULL WHERE id = $1`, staff)
		return err
	})
	return doing("reactivate staff", err)
}

// ByIdentity is accountapp.ProviderRows.
func (a Accounts) ByIdentity(ctx context.Context, issuer, subject string) (s accountapp.Staff, ok bool, err error) {
	err = a.Pool.QueryRow(ctx, `
		SELECT s.id, s.firm_no, s.email, s.name, s.role FROM account.staff_identity i JOIN account.staff s ON s.id = i.staff
		WHERE i.issuer = $1 AND i.subject = $2 AND s.deactivated_at IS NULL AND s.joined_at IS NOT NULL`,
		issuer, subject).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Staff{}, false, nil
	}
	return s, err == nil, doing("find staff by a provider", err)
}

// InvitedByEmail is accountapp.ProviderRows.
func (a Accounts) InvitedByEmail(ctx context.Context, email string) (i accountapp.Invitation, ok bool, err error) {
	s := &i.Staff
	err = a.Pool.QueryRow(ctx, `
		SELECT id, firm_no, email, name, role, invitation, invitation_expires_at FROM account.staff
		WHERE email = $1 AND joined_at IS NULL AND deactivated_at IS NULL AND invitation_expires_at > statement_timestamp()`,
		email).Scan(&s.ID, &s.Firm, &s.Email, &s.Name, &s.Role, &i.Generation, &i.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Invitation{}, false, nil
	}
	return i, err == nil, doing("find an invitation", err)
}

// LinkIdentity is accountapp.ProviderRows.
func (a Accounts) LinkIdentity(ctx context.Context, staff uuid.UUID, issuer, subject string) (done bool, err error) {
	err = pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		// Who is linked is looked at under the person's lock: two subjects at once are not both let in.
		if _, err := tx.Exec(ctx, `SELECT FROM account.staff WHERE id = $1 FOR NO KEY UPDATE`, staff); err != nil {
			return err
		}
		var other bool
		if err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM account.staff_identity WHERE issuer = $1 AND subject = $2 AND staff = $3),
			       EXISTS (SELECT FROM account.staff_identity WHERE issuer = $1 AND (subject = $2) <> (staff = $3))`,
			issuer, subject, staff).Scan(&done, &other); err != nil || done {
			return err
		}
		if other {
			return account.ErrLinked
		}
		tag, err := tx.Exec(ctx, `INSERT INTO account.staff_identity (issuer, subject, staff) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, issuer, subject, staff)
		if err == nil && tag.RowsAffected() == 0 {
			return account.ErrLinked
		}
		return err
	})
	return done, doing("link a provider", err)
}

// lockedStaff is somebody while nobody else changes who they are, or who owns the practice.
type lockedStaff struct {
	role                account.Role
	joined, deactivated bool
	otherOwners         int // who have joined and are active
}

func (s lockedStaff) lastOwner() bool {
	return s.role == account.Owner && s.joined && !s.deactivated && s.otherOwners == 0
}

// locked changes somebody of a practice. All changes of one practice's people queue up, so that two owners who deactivate
// each other at the same moment are not both let through.
func (a Accounts) locked(ctx context.Context, firm int32, staff uuid.UUID, change func(tx pgx.Tx, s lockedStaff) error) error {
	return pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM account.staff WHERE firm_no = $1 ORDER BY id FOR NO KEY UPDATE`, firm); err != nil {
			return err
		}
		var s lockedStaff
		err := tx.QueryRow(ctx, `
			SELECT role, joined_at IS NOT NULL, deactivated_at IS NOT NULL, (
				SELECT count(*) FROM account.staff o
				WHERE o.firm_no = $2 AND o.id <> $1 AND o.role = 'owner' AND o.joined_at IS NOT NULL AND o.deactivated_at IS NULL)
			FROM account.staff WHERE id = $1 AND firm_no = $2`, staff, firm).Scan(&s.role, &s.joined, &s.deactivated, &s.otherOwners)
		if errors.Is(err, pgx.ErrNoRows) {
			return account.ErrUnknown
		}
		if err != nil {
			return err
		}
		return change(tx, s)
	})
}
