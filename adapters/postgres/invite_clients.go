package postgres

import (
	"context"
	"fmt"

	app "portico/app/invite"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What the model of invitations says of a client's person k, as SQL. Who was invited and never
// came in, in time or not, is still to be asked again; who was taken back or has another address is as if never invited.
const joinInvite = `LEFT JOIN portal.invite i ON i.contact_id = k.contact_id`

var inviteBits = fmt.Sprintf(`CASE WHEN i.contact_id IS NULL THEN %d WHEN i.is_in THEN %d WHEN i.state = 'given' THEN %d WHEN i.state = 'bounced' THEN %d
	WHEN i.state IN ('sent', 'delivered', 'opened', 'expired') THEN %d ELSE 0 END`,
	somebodyUnmailed, somebodyIn, somebodyInvited|somebodyUnmailed, somebodyInvited|somebodyBounced, somebodyInvited)

// inviteStands is what the model says of everybody who was ever invited, for the census of clients.
func inviteStands(ctx context.Context, tx pgx.Tx, firm int32) (map[uuid.UUID]int16, error) {
	return stands16(ctx, tx, `SELECT i.contact_id, (`+inviteBits+`)::smallint FROM portal.invite i WHERE i.firm_no = $1`, firm)
}

func stands16(ctx context.Context, tx pgx.Tx, sql string, firm int32) (map[uuid.UUID]int16, error) {
	rows, err := tx.Query(ctx, sql, firm)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]int16{}
	var id uuid.UUID
	var bits int16
	_, err = pgx.ForEachRow(rows, []any{&id, &bits}, func() error {
		out[id] = bits
		return nil
	})
	return out, err
}

// inviteStanding is where somebody's invitation stands, for other models.
type inviteStanding struct {
	state app.State
	in    bool
}

func inviteStandings(ctx context.Context, tx pgx.Tx, contacts []uuid.UUID) (map[uuid.UUID]inviteStanding, error) {
	rows, err := tx.Query(ctx, `SELECT i.contact_id, `+inviteState+`, i.is_in FROM portal.invite i WHERE i.contact_id = ANY ($1)`, contacts)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]inviteStanding, len(contacts))
	var id uuid.UUID
	var s inviteStanding
	_, err = pgx.ForEachRow(rows, []any{&id, &s.state, &s.in}, func() error {
		out[id] = s
		return nil
	})
	return out, err
}
