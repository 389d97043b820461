package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	clientapp "portico/app/client"
	app "portico/app/invitejob"
	"portico/domain/invite"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// InviteJobs keeps whom somebody wants to invite together (app.Lists), and finds whom they could (app.People).
type InviteJobs struct{ DB *DB }

var (
	_ app.Lists  = InviteJobs{}
	_ app.People = InviteJobs{}
)

// Save is app.Lists. Drafts that nobody has confirmed for long enough are deleted on the way.
func (j InviteJobs) Save(ctx context.Context, firm int32, d app.Draft, people []app.Chosen) error {
	if _, err := j.DB.Work.Exec(ctx, `DELETE FROM intake.invite_job WHERE kept_until <= statement_timestamp()`); err != nil {
		return fmt.Errorf("delete drafts of invitations: %w", err)
	}
	return j.write(ctx, firm, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO intake.invite_job (id, firm_no, staff, chosen, people, sha256, channels, message, access, due_on, expires_on, zone, again, kept_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, statement_timestamp() + $14::interval) ON CONFLICT DO NOTHING`,
			d.ID, firm, d.Staff, d.Chosen, len(people), d.SHA256, string(d.Channels), d.Message, string(d.Access), d.DueOn, d.ExpiresOn, d.Zone, d.Again, app.KeepDraft)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		nos, contacts, clients := make([]int32, len(people)), make([]uuid.UUID, len(people)), make([]uuid.UUID, len(people))
		for i, p := range people {
			nos[i], contacts[i], clients[i] = int32(p.No), p.Contact, p.Client
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO intake.invite_job_row (job_id, firm_no, no, contact_id, client_id)
			SELECT $1, $2, p.no, p.contact, p.client FROM unnest($3::integer[], $4::uuid[], $5::uuid[]) AS p (no, contact, client)`,
			d.ID, firm, nos, contacts, clients)
		return err
	})
}

// write is a transaction of one firm that changes something.
func (j InviteJobs) write(ctx context.Context, firm int32, do func(tx pgx.Tx) error) error {
	begin := `BEGIN; SET LOCAL portico.firm = '` + strconv.Itoa(int(firm)) + `'`
	return pgx.BeginTxFunc(ctx, j.DB.App, pgx.TxOptions{BeginQuery: begin}, do)
}

const inviteJobColumns = `id, staff, chosen, people, sha256, channels, message, access, due_on, expires_on, zone, again, created_at`

func scanInviteJob(r pgx.CollectableRow) (d app.Draft, err error) {
	err = r.Scan(&d.ID, &d.Staff, &d.Chosen, &d.People, &d.SHA256, &d.Channels, &d.Message, &d.Access, &d.DueOn, &d.ExpiresOn, &d.Zone, &d.Again, &d.CreatedAt)
	return d, err
}

// Draft is app.Lists.
func (j InviteJobs) Draft(ctx context.Context, firm int32, id uuid.UUID) (d app.Draft, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+inviteJobColumns+` FROM intake.invite_job WHERE id = $1 AND firm_no = $2`, id, firm)
		if err != nil {
			return err
		}
		d, err = pgx.CollectExactlyOneRow(rows, scanInviteJob)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return d, app.ErrUnknown
	}
	if err != nil {
		return d, fmt.Errorf("read a job: %w", err)
	}
	return d, nil
}

// Drafts is app.Lists.
func (j InviteJobs) Drafts(ctx context.Context, firm int32, limit int) (all []app.Draft, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+inviteJobColumns+` FROM intake.invite_job WHERE firm_no = $1 ORDER BY created_at DESC, id LIMIT $2`, firm, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, scanInviteJob)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return all, nil
}

// Keep is app.Lists.
func (j InviteJobs) Keep(ctx context.Context, firm int32, id, staff uuid.UUID) error {
	return j.write(ctx, firm, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE intake.invite_job SET staff = CASE WHEN kept_until IS NULL THEN staff ELSE $3 END, kept_until = NULL WHERE id = $1 AND firm_no = $2`, id, firm, staff)
		if err == nil && tag.RowsAffected() == 0 {
			return app.ErrUnknown
		}
		return err
	})
}

// Candidates is app.People.
func (j InviteJobs) Candidates(ctx context.Context, firm int32, c app.Choice, after string, limit int) (rows []app.Candidate, next string, err error) {
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		rows, next, err = j.candidates(ctx, tx, firm, c, after, limit)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list whom one could invite: %w", err)
	}
	return rows, next, nil
}

func (j InviteJobs) candidates(ctx context.Context, tx pgx.Tx, firm int32, c app.Choice, after string, limit int) (rows []app.Candidate, next string, err error) {
	key, id, err := clientCursor(after)
	if err != nil {
		return nil, "", err
	}
	n := 0
	err = j.chosen(ctx, tx, firm, c, func(r *counted, who []countedPerson) bool {
		if after != "" && (r.name < key || r.name == key && slices.Compare(r.id[:], id[:]) <= 0) {
			return true
		}
		if n++; limit > 0 && n > limit {
			next = after
			return false
		}
		after = nextClient(r.id, r.name)
		for _, p := range who {
			rows = append(rows, app.Candidate{Client: r.id, Archived: !r.active, Contact: p.contact})
		}
		return true
	})
	if err != nil {
		return nil, "", err
	}
	return rows, next, named(ctx, tx, rows)
}

// named adds what other models know of candidates.
func named(ctx context.Context, tx pgx.Tx, rows []app.Candidate) error {
	clients, contacts := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		clients[i], contacts[i] = r.Client, r.Contact
	}
	names, err := clientNames(ctx, tx, clients)
	if err != nil {
		return err
	}
	people, err := contactsByID(ctx, tx, contacts)
	if err != nil {
		return err
	}
	standings, err := inviteStandings(ctx, tx, contacts)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		p, s := people[r.Contact], standings[r.Contact]
		r.ClientName, r.State, r.In = names[r.Client], s.state, s.in
		r.Given, r.Email, r.Phone, r.Language = p.Given, p.Email, p.Phone, p.Language
		if r.Contact != uuid.Nil {
			r.Name = p.Name()
		}
	}
	return nil
}

// chosen calls each with the clients of a choice in the order of their names and the people of them who are meant, until
// it returns false. A client without people has one that is nobody.
func (j InviteJobs) chosen(ctx context.Context, tx pgx.Tx, firm int32, c app.Choice, each func(r *counted, who []countedPerson) bool) error {
	c.Of.Order, c.Of.After = clientapp.ByName, ""
	rows, err := ClientList(j).matching(ctx, tx, firm, c.Of)
	if err != nil {
		return err
	}
	clients, people := setOf(c.Clients), setOf(c.People)
	for _, r := range rows {
		if clients != nil && !clients[r.id] {
			continue
		}
		who := r.who
		if len(who) == 0 {
			who = []countedPerson{{}}
		}
		var meant []countedPerson
		for _, p := range who {
			if stands(p.bits, c.Stand) && (people == nil || people[p.contact]) {
				meant = append(meant, p)
			}
		}
		if len(meant) > 0 && !each(r, meant) {
			return nil
		}
	}
	return nil
}

func setOf(ids []uuid.UUID) map[uuid.UUID]bool {
	if ids == nil {
		return nil
	}
	set := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// Counts is app.People.
func (j InviteJobs) Counts(ctx context.Context, firm int32, c app.Choice) (out app.Counts, err error) {
	out.Stand = map[clientapp.Portal]int{}
	stand := c.Stand
	c.Stand = clientapp.AnyPortal
	choosable := map[uuid.UUID]bool{}
	err = j.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		return j.chosen(ctx, tx, firm, c, func(_ *counted, who []countedPerson) bool {
			for _, p := range who {
				for _, s := range clientapp.Portals {
					if stands(p.bits, s) {
						out.Stand[s]++
					}
				}
				if !stands(p.bits, stand) {
					continue
				}
				out.Found++
				if p.bits&(somebodyAddressed|somebodyNumbered) != 0 {
					choosable[p.contact] = true
				}
			}
			return true
		})
	})
	if err != nil {
		return out, fmt.Errorf("count whom one could invite: %w", err)
	}
	out.Choosable = len(choosable)
	return out, nil
}

// timeJobs bounds how long a job waits for what hears of invitations.
const timeJobs = 30 * time.Second

// errJobBehind asks for another try.
var errJobBehind = errors.New("messages are being written just now")

// Pull is app.Lists. What was created a moment ago has its messages written first.
func (j InviteJobs) Pull(ctx context.Context, firm int32, id uuid.UUID) ([]uuid.UUID, error) {
	var position int64
	if err := j.DB.Work.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM es.events`).Scan(&position); err != nil {
		return nil, fmt.Errorf("find the end of the log: %w", err)
	}
	ok, err := j.DB.Wait(ctx, position, timeJobs, inviteModel.Name, "invite_messages")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errJobBehind
	}
	rows, err := j.DB.Work.Query(ctx, `
		SELECT f.contact_id, f.nth FROM portal.invite_of_job f
		WHERE f.job_id = $1 AND f.firm_no = $2 AND f.handed_over_at IS NULL AND f.bounced_at IS NULL AND NOT f.accepted`, id, firm)
	if err != nil {
		return nil, err
	}
	var streams []uuid.UUID
	var nths []int32
	var contact uuid.UUID
	var nth int32
	if _, err := pgx.ForEachRow(rows, []any{&contact, &nth}, func() error {
		streams, nths = append(streams, invite.ID(contact)), append(nths, nth)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("find what has not left: %w", err)
	}
	pulled, err := pull(ctx, j.DB, streams, nths)
	for i, s := range pulled {
		pulled[i] = invite.ContactOf(s)
	}
	return pulled, err
}

// Backlog is app.Lists.
func (j InviteJobs) Backlog(ctx context.Context) (due, failing int, err error) {
	return backlog(ctx, j.DB)
}
