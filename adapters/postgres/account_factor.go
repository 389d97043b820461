package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Factors keeps second factors. What a method works with is sealed under its person's key, so that an erased person's
// methods open nothing any more. It is accountapp.FactorRows.
type Factors struct {
	Pool  *pgxpool.Pool
	Vault *Vault
}

var _ accountapp.FactorRows = Factors{}

const (
	distrustAll   = `DELETE FROM account.trusted_device WHERE person = $1`
	endRecovery   = `DELETE FROM account.recovery_code WHERE person = $1`
	factorColumns = `id, method, sealed, created_at, coalesce(last_used_at, $2), confirmed_at IS NULL`
	staleBegun    = time.Hour // a method that was begun and left
)

// sealedFactor is what stands sealed in a factor's row.
type sealedFactor struct {
	Label  string `json:"label,omitempty"`
	Secret []byte `json:"secret,omitempty"`
}

func factorContext(person, factor uuid.UUID) []byte {
	b := append([]byte("portico second factor "), person[:]...)
	return append(b, factor[:]...)
}

func (f Factors) seal(ctx context.Context, p accountapp.Person, k accountapp.KeptFactor) ([]byte, error) {
	plain, err := json.Marshal(sealedFactor{Label: k.Label, Secret: k.Secret})
	if err != nil {
		return nil, doing("seal a factor", err)
	}
	sealed, err := f.Vault.sealFor(ctx, p.Firm, p.ID, plain, factorContext(p.ID, k.ID))
	return sealed, doing("seal a factor", err)
}

// Factors is accountapp.FactorRows.
func (f Factors) Factors(ctx context.Context, p accountapp.Person) ([]accountapp.KeptFactor, error) {
	return f.find(ctx, p, `SELECT `+factorColumns+` FROM account.factor WHERE person = $1 AND confirmed_at IS NOT NULL ORDER BY created_at, id`)
}

// Begun is accountapp.FactorRows.
func (f Factors) Begun(ctx context.Context, p accountapp.Person, factor uuid.UUID) (accountapp.KeptFactor, error) {
	found, err := f.find(ctx, p, `SELECT `+factorColumns+` FROM account.factor
		WHERE person = $1 AND id = $3 AND confirmed_at IS NULL AND created_at > statement_timestamp() - $4::interval`, factor, staleBegun)
	if err == nil && len(found) == 0 {
		err = account.ErrFactorGone
	}
	if err != nil {
		return accountapp.KeptFactor{}, err
	}
	return found[0], nil
}

// find opens what it finds. A person without a key was erased and has nothing.
func (f Factors) find(ctx context.Context, p accountapp.Person, sql string, args ...any) ([]accountapp.KeptFactor, error) {
	rows, err := f.Pool.Query(ctx, sql, append([]any{p.ID, time.Time{}}, args...)...)
	if err != nil {
		return nil, doing("read factors", err)
	}
	type row struct {
		accountapp.KeptFactor
		sealed []byte
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (k row, err error) {
		err = r.Scan(&k.ID, &k.Method, &k.sealed, &k.CreatedAt, &k.LastUsedAt, &k.Pending)
		return k, err
	})
	if err != nil {
		return nil, doing("read factors", err)
	}
	var all []accountapp.KeptFactor
	for _, r := range found {
		plain, err := f.Vault.openFor(ctx, p.Firm, p.ID, r.sealed, factorContext(p.ID, r.ID))
		if errors.Is(err, ErrErased) {
			return nil, nil
		}
		var s sealedFactor
		if err == nil {
			err = json.Unmarshal(plain, &s)
		}
		if err != nil {
			return nil, doing("open a factor", err)
		}
		r.Label, r.Secret = s.Label, s.Secret
		all = append(all, r.KeptFactor)
	}
	return all, nil
}

// Begin is accountapp.FactorRows.
func (f Factors) Begin(ctx context.Context, p accountapp.Person, k accountapp.KeptFactor) error {
	sealed, err := f.seal(ctx, p, k)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(`DELETE FROM account.factor WHERE person = $1 AND method = $2 AND confirmed_at IS NULL`, p.ID, k.Method)
		if k.Method == account.ByText {
			b.Queue(`UPDATE account.code SET used_at = statement_timestamp() WHERE person = $1 AND purpose = $2 AND used_at IS NULL`, p.ID, account.ForNumber)
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return add(ctx, tx, p, k, sealed, nil, false)
	})
	return doing("begin a factor", err)
}

// AddPasskey is accountapp.FactorRows.
func (f Factors) AddPasskey(ctx context.Context, p accountapp.Person, k accountapp.KeptFactor, credential accountapp.Hash) error {
	sealed, err := f.seal(ctx, p, k)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error { return add(ctx, tx, p, k, sealed, credential[:], true) })
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.ConstraintName == "passkey_is_of_one_person" {
		return account.ErrPasskeyTaken
	}
	return doing("add a passkey", err)
}

func add(ctx context.Context, tx pgx.Tx, p accountapp.Person, k accountapp.KeptFactor, sealed, credential []byte, confirmed bool) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO account.factor (id, person, firm_no, kind, method, sealed, credential_sha256, confirmed_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN $8 THEN statement_timestamp() END
		WHERE (SELECT count(*) FROM account.factor WHERE person = $2) < $9`,
		k.ID, p.ID, p.Firm, p.Kind, k.Method, sealed, credential, confirmed, account.FactorsMost)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrFactorMany
	}
	return err
}

// Confirm is accountapp.FactorRows.
func (f Factors) Confirm(ctx context.Context, p accountapp.Person, factor uuid.UUID, step int64) error {
	tag, err := f.Pool.Exec(ctx, `
		UPDATE account.factor SET confirmed_at = statement_timestamp(), last_used_at = statement_timestamp(), last_step = $3
		WHERE id = $1 AND person = $2 AND confirmed_at IS NULL`, factor, p.ID, step)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.ConstraintName == "factor_once_a_method" {
		return account.ErrFactorHad
	}
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrFactorGone
	}
	return doing("confirm a factor", err)
}

// Remove is accountapp.FactorRows. Two at once take turns by the rows' locks, so that they can't both leave the other as
// the last.
func (f Factors) Remove(ctx context.Context, p accountapp.Person, factor uuid.UUID, keep bool) (left int, err error) {
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM account.factor WHERE person = $1 AND confirmed_at IS NOT NULL ORDER BY id FOR UPDATE`, p.ID)
		if err != nil {
			return err
		}
		held, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM account.factor WHERE id = $1 AND person = $2 AND confirmed_at IS NOT NULL`, factor, p.ID)
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return account.ErrFactorGone
		case len(held) == 1 && keep:
			return account.ErrRequired
		}
		left = len(held) - 1
		b := &pgx.Batch{}
		b.Queue(distrustAll, p.ID)
		if left == 0 {
			b.Queue(endRecovery, p.ID)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return left, doing("remove a factor", err)
}

// Reset is accountapp.FactorRows. It needs no key: a person whose data can't be opened is reset as well.
func (f Factors) Reset(ctx context.Context, p accountapp.Person) (had int, err error) {
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM account.factor WHERE person = $1 AND firm_no = $2`, p.ID, p.Firm)
		if err != nil {
			return err
		}
		had = int(tag.RowsAffected())
		b := &pgx.Batch{}
		b.Queue(distrustAll, p.ID)
		b.Queue(endRecovery, p.ID)
		return tx.SendBatch(ctx, b).Close()
	})
	return had, doing("reset factors", err)
}

// UseStep is accountapp.FactorRows. One statement decides between two that come with the same code.
func (f Factors) UseStep(ctx context.Context, factor uuid.UUID, step int64) (bool, error) {
	tag, err := f.Pool.Exec(ctx, `
		UPDATE account.factor SET last_step = $2, last_used_at = statement_timestamp() WHERE id = $1 AND last_step < $2`, factor, step)
	return err == nil && tag.RowsAffected() == 1, doing("use a code of an app", err)
}

// UsePasskey is accountapp.FactorRows.
func (f Factors) UsePasskey(ctx context.Context, p accountapp.Person, k accountapp.KeptFactor) error {
	sealed, err := f.seal(ctx, p, k)
	if err != nil {
		return err
	}
	tag, err := f.Pool.Exec(ctx, `
		UPDATE account.factor SET sealed = $3, last_used_at = statement_timestamp() WHERE id = $1 AND person = $2`, k.ID, p.ID, sealed)
	if err == nil && tag.RowsAffected() == 0 {
		return account.ErrPasskey // removed meanwhile
	}
	return doing("use a passkey", err)
}

// Passkey is accountapp.FactorRows.
func (f Factors) Passkey(ctx context.Context, credential accountapp.Hash) (p accountapp.Person, ok bool, err error) {
	err = f.Pool.QueryRow(ctx, `SELECT person, firm_no, kind FROM account.factor WHERE credential_sha256 = $1`, credential[:]).Scan(&p.ID, &p.Firm, &p.Kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return accountapp.Person{}, false, nil
	}
	return p, err == nil, doing("find a passkey", err)
}

// Spend is accountapp.FactorRows. What is too old to be answered is cleared away a little at each answer.
func (f Factors) Spend(ctx context.Context, challenge accountapp.Hash) (fresh bool, err error) {
	tag, err := f.Pool.Exec(ctx, `
		WITH old AS (
			DELETE FROM account.spent_challenge WHERE id_sha256 IN (
				SELECT id_sha256 FROM account.spent_challenge WHERE at < statement_timestamp() - interval '1 hour' ORDER BY at LIMIT 100 FOR UPDATE SKIP LOCKED)
		)
		INSERT INTO account.spent_challenge (id_sha256) VALUES ($1) ON CONFLICT DO NOTHING`, challenge[:])
	return err == nil && tag.RowsAffected() == 1, doing("take a passkey's answer", err)
}

// Now is accountapp.FactorRows.
func (f Factors) Now(ctx context.Context) (now time.Time, err error) {
	err = f.Pool.QueryRow(ctx, `SELECT statement_timestamp()`).Scan(&now)
	return now, doing("ask the time", err)
}
