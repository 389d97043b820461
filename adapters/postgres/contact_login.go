package postgres

import (
	"context"
	"errors"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ContactAccess keeps what opens the accounts of contacts: passwords, devices, sessions. It is accountapp.ContactRows. All
// its times come from the database's clock.
type ContactAccess struct {
	Pool *pgxpool.Pool
}

var _ accountapp.ContactRows = ContactAccess{}

const loginColumns = `contact, firm_no, email, coalesce(password_phc, ''), terms`

// Admit is accountapp.ContactRows.
func (a ContactAccess) Admit(ctx context.Context, l accountapp.Login) error {
	_, err := a.Pool.Exec(ctx, `
		INSERT INTO account.contact_login (contact, firm_no, email) VALUES ($1, $2, $3)
		ON CONFLICT (contact) DO UPDATE SET email = excluded.email`, l.Contact, l.Firm, l.Email)
	return doing("admit a contact", err)
}

// Relocate is accountapp.ContactRows.
func (a ContactAccess) Relocate(ctx context.Context, firm int32, contact uuid.UUID, old, email string) error {
	_, err := a.Pool.Exec(ctx, `UPDATE account.contact_login SET email = $4 WHERE contact = $1 AND firm_no = $2 AND email = $3`, contact, firm, old, email)
	return doing("move a contact's login", err)
}

// Forget is accountapp.ContactRows. Devices and sessions go with the login.
func (a ContactAccess) Forget(ctx context.Context, firm int32, person uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM account.contact_login WHERE contact = $1 AND firm_no = $2`, person, firm)
	b.Queue(`DELETE FROM account.factor WHERE person = $1 AND firm_no = $2`, person, firm)
	b.Queue(`DELETE FROM account.code WHERE person = $1`, person)
	b.Queue(endRecovery, person)
	b.Queue(distrustAll, person)
	err := pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
	return doing("forget a contact's login", err)
}

// Login is accountapp.ContactRows.
func (a ContactAccess) Login(ctx context.Context, firm int32, contact uuid.UUID) (l accountapp.Login, ok bool, err error) {
	err = a.Pool.QueryRow(ctx, `SELECT `+loginColumns+` FROM account.contact_login WHERE contact = $1 AND firm_no = $2`, contact, firm).
		Scan(&l.Contact, &l.Firm, &l.Email, &l.Hash, &l.Terms)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Login{}, false, nil
	}
	return l, err == nil, doing("read a contact's login", err)
}

// ByEmail is accountapp.ContactRows.
func (a ContactAccess) ByEmail(ctx context.Context, firm int32, email string) ([]accountapp.Login, error) {
	rows, err := a.Pool.Query(ctx, `
		SELECT `+loginColumns+` FROM account.contact_login WHERE email = $1 AND ($2 = 0 OR firm_no = $2) ORDER BY created_at, contact LIMIT 8`, email, firm)
	if err != nil {
		return nil, doing("find logins", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[accountapp.Login])
	return found, doing("find logins", err)
}

// Rehash is accountapp.ContactRows. A password that was changed meanwhile stays.
func (a ContactAccess) Rehash(ctx context.Context, contact uuid.UUID, old, phc string) error {
	_, err := a.Pool.Exec(ctx, `UPDATE account.contact_login SET password_phc = $3 WHERE contact = $1 AND password_phc = $2`, contact, old, phc)
	return doing("store a hash", err)
}

// Renew is accountapp.ContactRows.
func (a ContactAccess) Renew(ctx context.Context, contact uuid.UUID, phc string, next *accountapp.NewVisit) error {
	err := pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE account.contact_login SET password_phc = nullif($2, '') WHERE contact = $1`, contact, phc)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return account.ErrUnknown
		}
		b := &pgx.Batch{}
		b.Queue(endVisits, contact)
		b.Queue(forgetDevices, contact)
		b.Queue(distrustAll, contact)
		if next != nil {
			beginVisit(b, *next)
			b.Queue(`
				UPDATE account.contact_session s SET second_at = old.second_at FROM account.contact_session old
				WHERE s.id_sha256 = $1 AND old.id_sha256 = $2 AND old.contact = $3`, next.ID[:], next.Old[:], contact)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return doing("set a contact's password", err)
}

// Agree is accountapp.ContactRows.
func (a ContactAccess) Agree(ctx context.Context, contact uuid.UUID, version int) error {
	_, err := a.Pool.Exec(ctx, `UPDATE account.contact_login SET terms = greatest(terms, $2) WHERE contact = $1`, contact, version)
	return doing("note accepted terms", err)
}
