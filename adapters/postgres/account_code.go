package postgres

import (
	"context"
	"errors"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// NextCode is accountapp.FactorRows. The row stays, so that a generation never comes twice.
func (f Factors) NextCode(ctx context.Context, person uuid.UUID, purpose account.Purpose) (generation int, err error) {
	err = f.Pool.QueryRow(ctx, `
		INSERT INTO account.code AS c (person, purpose, generation) VALUES ($1, $2, 1)
		ON CONFLICT (person, purpose) DO UPDATE SET generation = c.generation + 1, made_at = statement_timestamp(), tries = 0, used_at = NULL
		RETURNING generation`, person, purpose).Scan(&generation)
	return generation, doing("make a code", err)
}

// TryCode is accountapp.FactorRows. The try counts before anybody looks at what was typed.
func (f Factors) TryCode(ctx context.Context, person uuid.UUID, purpose account.Purpose) (generation int, ok bool, err error) {
	err = f.Pool.QueryRow(ctx, `
		UPDATE account.code SET tries = tries + 1
		WHERE person = $1 AND purpose = $2 AND used_at IS NULL AND tries < $3 AND made_at > statement_timestamp() - $4::interval
		RETURNING generation`, person, purpose, account.CodeTries, account.CodeLife).Scan(&generation)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return generation, err == nil, doing("try a code", err)
}

// SpendCode is accountapp.FactorRows.
func (f Factors) SpendCode(ctx context.Context, person uuid.UUID, purpose account.Purpose, generation int) (bool, error) {
	tag, err := f.Pool.Exec(ctx, `
		UPDATE account.code SET used_at = statement_timestamp() WHERE person = $1 AND purpose = $2 AND generation = $3 AND used_at IS NULL`,
		person, purpose, generation)
	return err == nil && tag.RowsAffected() == 1, doing("use a code", err)
}

// Newest tells whether a code is the newest of its purpose and can still be used: what is mailed later than that helps
// nobody.
func (f Factors) Newest(ctx context.Context, person uuid.UUID, purpose account.Purpose, generation int) (newest bool, err error) {
	err = f.Pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM account.code WHERE person = $1 AND purpose = $2 AND generation = $3
		               AND used_at IS NULL AND tries < $4 AND made_at > statement_timestamp() - $5::interval)`,
		person, purpose, generation, account.CodeTries, account.CodeLife).Scan(&newest)
	return newest, doing("look at a code", err)
}

// Number is the telephone number of a purpose's codes: one that is to be proved, or that of the person's method. "": none.
func (f Factors) Number(ctx context.Context, firm int32, person uuid.UUID, purpose account.Purpose) (string, error) {
	kept, err := f.find(ctx, accountapp.Person{ID: person, Firm: firm}, `SELECT `+factorColumns+` FROM account.factor
		WHERE person = $1 AND method = 'text' AND (confirmed_at IS NULL) = $3`, purpose == account.ForNumber)
	if err != nil || len(kept) == 0 {
		return "", err
	}
	return kept[0].Label, nil
}

// SetRecovery is accountapp.FactorRows.
func (f Factors) SetRecovery(ctx context.Context, person uuid.UUID, codes []accountapp.Hash) error {
	hashes := make([][]byte, len(codes))
	for i := range codes {
		hashes[i] = codes[i][:]
	}
	err := pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		var held int // and nobody removes the last one meanwhile
		if err := tx.QueryRow(ctx, `
			SELECT count(*) FROM (SELECT FROM account.factor WHERE person = $1 AND confirmed_at IS NOT NULL FOR UPDATE) f`, person).Scan(&held); err != nil {
			return err
		}
		if held == 0 {
			return account.ErrFactorGone
		}
		b := &pgx.Batch{}
		b.Queue(endRecovery, person)
		b.Queue(`INSERT INTO account.recovery_code (person, code_sha256) SELECT $1, unnest($2::bytea[])`, person, hashes)
		return tx.SendBatch(ctx, b).Close()
	})
	return doing("make recovery codes", err)
}

// SpendRecovery is accountapp.FactorRows. Of two that come with one code only one deletes it.
func (f Factors) SpendRecovery(ctx context.Context, person uuid.UUID, code accountapp.Hash) (left int, ok bool, err error) {
	tag, err := f.Pool.Exec(ctx, `DELETE FROM account.recovery_code WHERE person = $1 AND code_sha256 = $2`, person, code[:])
	if err != nil || tag.RowsAffected() == 0 {
		return 0, false, doing("use a recovery code", err)
	}
	left, err = f.RecoveryLeft(ctx, person)
	return left, err == nil, err
}

// RecoveryLeft is accountapp.FactorRows.
func (f Factors) RecoveryLeft(ctx context.Context, person uuid.UUID) (left int, err error) {
	err = f.Pool.QueryRow(ctx, `SELECT count(*) FROM account.recovery_code WHERE person = $1`, person).Scan(&left)
	return left, doing("count recovery codes", err)
}

// Trust is accountapp.FactorRows. Marks that are too old are cleared away a little each time.
func (f Factors) Trust(ctx context.Context, person uuid.UUID, device, old accountapp.Hash) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM account.trusted_device WHERE id_sha256 = $1 AND person = $2`, old[:], person)
	b.Queue(`DELETE FROM account.trusted_device WHERE id_sha256 IN (
		SELECT id_sha256 FROM account.trusted_device WHERE shown_at < statement_timestamp() - $1::interval ORDER BY shown_at LIMIT 100 FOR UPDATE SKIP LOCKED)`, account.TrustFor)
	b.Queue(`INSERT INTO account.trusted_device (id_sha256, person) VALUES ($1, $2)`, device[:], person)
	return doing("trust a device", f.Pool.SendBatch(ctx, b).Close())
}

// Trusted is accountapp.FactorRows.
func (f Factors) Trusted(ctx context.Context, person uuid.UUID, device accountapp.Hash) (trusted bool, err error) {
	err = f.Pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM account.trusted_device WHERE id_sha256 = $1 AND person = $2 AND shown_at > statement_timestamp() - $3::interval)`,
		device[:], person, account.TrustFor).Scan(&trusted)
	return trusted, doing("look up a trusted device", err)
}

// TrustedDevices is accountapp.FactorRows.
func (f Factors) TrustedDevices(ctx context.Context, person uuid.UUID) (n int, err error) {
	err = f.Pool.QueryRow(ctx, `
		SELECT count(*) FROM account.trusted_device WHERE person = $1 AND shown_at > statement_timestamp() - $2::interval`, person, account.TrustFor).Scan(&n)
	return n, doing("count trusted devices", err)
}

// Distrust is accountapp.FactorRows.
func (f Factors) Distrust(ctx context.Context, person uuid.UUID) error {
	_, err := f.Pool.Exec(ctx, distrustAll, person)
	return doing("distrust devices", err)
}
