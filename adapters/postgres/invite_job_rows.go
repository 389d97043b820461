package postgres

import (
	"context"
	"fmt"
	"time"

	app "portico/app/invitejob"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const inviteJobPeople = `SELECT r.no, r.contact_id, r.client_id FROM intake.invite_job_row r WHERE r.job_id = $1 AND r.firm_no = $2`

func (j InviteJobs) people(ctx context.Context, firm int32, sql string, args ...any) (all []app.Chosen, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (p app.Chosen, err error) {
			err = r.Scan(&p.No, &p.Contact, &p.Client)
			return p, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the people of a job: %w", err)
	}
	return all, nil
}

// People is app.Lists.
func (j InviteJobs) People(ctx context.Context, firm int32, id uuid.UUID) ([]app.Chosen, error) {
	return j.people(ctx, firm, inviteJobPeople+` ORDER BY r.no`, id, firm)
}

// Waiting is app.Lists.
func (j InviteJobs) Waiting(ctx context.Context, firm int32, id uuid.UUID, limit int) ([]app.Chosen, error) {
	return j.people(ctx, firm, inviteJobPeople+` AND r.outcome = '' ORDER BY r.no LIMIT $3`, id, firm, limit)
}

// Note is app.Lists.
func (j InviteJobs) Note(ctx context.Context, firm int32, id uuid.UUID, noted []app.Noted) error {
	if len(noted) == 0 {
		return nil
	}
	contacts, outcomes, codes, notes := make([]uuid.UUID, len(noted)), make([]string, len(noted)), make([]string, len(noted)), make([]string, len(noted))
	for i, n := range noted {
		contacts[i], outcomes[i], codes[i], notes[i] = n.Contact, string(n.Outcome), n.Code, n.Note
	}
	return j.write(ctx, firm, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE intake.invite_job_row r SET outcome = n.outcome, code = n.code, note = n.note
			FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) AS n (contact, outcome, code, note)
			WHERE r.job_id = $1 AND r.firm_no = $2 AND r.contact_id = n.contact`, id, firm, contacts, outcomes, codes, notes)
		return err
	})
}

// inviteJobRows joins the people of a job with what is known of their invitations.
const inviteJobRows = ` FROM intake.invite_job_row r LEFT JOIN portal.invite_of_job f ON f.job_id = r.job_id AND f.contact_id = r.contact_id
	WHERE r.job_id = $1 AND r.firm_no = $2`

// Tally is app.Lists.
func (j InviteJobs) Tally(ctx context.Context, firm int32, id uuid.UUID) (n app.Tally, err error) {
	n.Reasons = map[string]int{}
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `
			SELECT count(*), count(*) FILTER (WHERE r.outcome = ''), count(*) FILTER (WHERE r.outcome = 'sent'), count(*) FILTER (WHERE r.outcome = 'skipped'),
				count(*) FILTER (WHERE r.outcome = 'failed'), count(f.handed_over_at), count(f.delivered_at), count(*) FILTER (WHERE f.lost),
				count(*) FILTER (WHERE f.accepted)`+inviteJobRows, id, firm).
			Scan(&n.People, &n.Waiting, &n.Sent, &n.Skipped, &n.Failed, &n.HandedOver, &n.Delivered, &n.Bounced, &n.Accepted); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT r.code, count(*) FROM intake.invite_job_row r WHERE r.job_id = $1 AND r.firm_no = $2 AND r.code <> '' GROUP BY 1`, id, firm)
		if err != nil {
			return err
		}
		var code string
		var many int
		_, err = pgx.ForEachRow(rows, []any{&code, &many}, func() error {
			n.Reasons[code] = many
			return nil
		})
		return err
	})
	if err != nil {
		return n, fmt.Errorf("count the people of a job: %w", err)
	}
	return n, nil
}

// inviteJobParts are the parts of a job, as SQL.
var inviteJobParts = map[app.Part]string{
	app.All: ``, app.PartWaiting: ` AND r.outcome = ''`, app.PartSent: ` AND r.outcome = 'sent'`, app.PartSkipped: ` AND r.outcome = 'skipped'`,
	app.PartFailed: ` AND r.outcome = 'failed'`, app.PartHanded: ` AND f.handed_over_at IS NOT NULL`, app.PartBounced: ` AND f.lost`,
	app.PartOnWay: ` AND r.outcome = 'sent' AND f.handed_over_at IS NULL AND f.lost IS NOT TRUE`,
}

// Rows is app.Lists.
func (j InviteJobs) Rows(ctx context.Context, firm int32, id uuid.UUID, part app.Part, after, limit int) (all []app.Row, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT r.no, r.contact_id, r.client_id, r.outcome, r.code, r.note, coalesce(f.nth, 0), coalesce(f.email, ''), coalesce(f.phone, ''), f.created_at,
				f.handed_over_at, f.delivered_at, f.bounced_at, coalesce(f.bounce_code, ''), coalesce(f.given_up, false), coalesce(f.lost, false), coalesce(f.accepted, false)`+
			inviteJobRows+inviteJobParts[part]+` AND r.no > $3 ORDER BY r.no LIMIT nullif($4, 0)`, id, firm, after, limit)
		if err != nil {
			return err
		}
		if all, err = pgx.CollectRows(rows, scanInviteJobRow); err != nil {
			return err
		}
		clients, contacts := make([]uuid.UUID, len(all)), make([]uuid.UUID, len(all))
		for i, r := range all {
			clients[i], contacts[i] = r.Client, r.Contact
		}
		names, err := clientNames(ctx, tx, clients)
		if err != nil {
			return err
		}
		people, err := contactsByID(ctx, tx, contacts)
		for i := range all {
			r := &all[i]
			p := people[r.Contact]
			r.Name, r.ClientName = p.Name(), names[r.Client]
			if r.CreatedAt.IsZero() {
				r.Email, r.Phone = p.Email, p.Phone
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the people of a job: %w", err)
	}
	return all, nil
}

func scanInviteJobRow(r pgx.CollectableRow) (row app.Row, err error) {
	var created, handedOver, delivered, bounced *time.Time
	err = r.Scan(&row.No, &row.Contact, &row.Client, &row.Outcome, &row.Code, &row.Note, &row.Nth, &row.Email, &row.Phone, &created,
		&handedOver, &delivered, &bounced, &row.BounceCode, &row.GivenUp, &row.Lost, &row.Accepted)
	row.CreatedAt, row.HandedOverAt, row.DeliveredAt, row.BouncedAt = timeOr(created), timeOr(handedOver), timeOr(delivered), timeOr(bounced)
	return row, err
}
