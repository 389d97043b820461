package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	app "portico/app/uploadlink"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// UploadLinkList reads links, batches and files. It implements app/uploadlink.Reader.
type UploadLinkList struct{ DB *DB }

// linkState is LinkState in SQL, by the database's clock; worst news first.
const linkState = `CASE
	WHEN l.revoked_at IS NOT NULL THEN 'revoked'
	WHEN l.expires_at <= statement_timestamp() THEN 'expired'
	WHEN l.used_at IS NOT NULL THEN 'used'
	WHEN l.redeemed_at IS NOT NULL THEN 'redeemed'
	WHEN l.bounced_at IS NOT NULL THEN 'bounced'
	WHEN l.handed_over_at IS NOT NULL THEN 'mailed'
	ELSE 'issued' END`

// delivered holds for files that the practice has: their release is recorded, or it is only not recorded yet (rule U6:
// an alarm that is late hides nothing for long). The clock alone doesn't say so, because a deadline may have moved since:
// by what these tables haven't been told yet, and by what is being recorded at this moment. So the clock counts only as
// far as the tables know the log, less what a command takes at most from its decision to its commit.
const delivered = `f.state IN ('received', 'released') AND (f.delivered_at IS NOT NULL OR f.due_at <= (
	SELECT least(statement_timestamp(), (SELECT e.recorded_at FROM es.events e WHERE e.position > p.position ORDER BY e.position LIMIT 1))
		- interval '15 seconds'
	FROM es.projections p JOIN es.generations g ON g.name = p.name AND g.generation = p.generation AND g.state = 'live'
	WHERE p.name = 'upload_link_list'))`

const linkColumns = `l.id, l.client_id, l.sender_id, ` + linkState + `, l.issued_at, l.expires_at, l.zone, l.asking_at, l.message, l.wanted`

func scanLink(r pgx.CollectableRow) (l app.LinkDetail, err error) {
	var asking *time.Time
	err = r.Scan(&l.ID, &l.Client, &l.Sender, &l.State, &l.IssuedAt, &l.ExpiresAt, &l.Zone, &asking, &l.Message, &l.Wanted)
	l.AskedAt = timeOr(asking)
	return l, err
}

// Links lists a firm's links, newest first. Ids are UUIDv7, so their order is time's.
func (l UploadLinkList) Links(ctx context.Context, firm int32, q app.LinkQuery) (rows []app.LinkRow, next string, err error) {
	after, err := idCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, `
			SELECT `+linkColumns+` FROM portal.upload_link l
			WHERE l.firm_no = $6 AND (NOT $7 OR l.asking_at IS NOT NULL) AND ($1::uuid = $5::uuid OR l.client_id = $1) AND ($2::text = '' OR `+linkState+` = $2) AND ($3::uuid = $5 OR l.id < $3)
			ORDER BY l.id DESC LIMIT $4`, q.Client, string(q.State), after, limit+1, uuid.Nil, firm, q.Asking)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(found, scanLink)
		if err != nil {
			return err
		}
		for _, d := range list {
			rows = append(rows, d.LinkRow)
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = rows[limit-1].ID.String()
		}
		return completeLinks(ctx, tx, rows)
	})
	if err == nil {
		err = l.addSenders(ctx, firm, rows)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list upload links: %w", err)
	}
	return rows, next, nil
}

// completeLinks adds recipients, counts and clients' names in three queries, however many rows.
func completeLinks(ctx context.Context, tx pgx.Tx, rows []app.LinkRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids, clients := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	at := map[uuid.UUID]*app.LinkRow{}
	for i := range rows {
		ids[i], clients[i], at[rows[i].ID] = rows[i].ID, rows[i].Client, &rows[i]
	}
	found, err := tx.Query(ctx, `
		SELECT r.link_id, r.id, r.name, r.email, r.generation, r.mailed_at, r.handed_over_at, r.bounced_at, r.bounce_code, r.redeemed_at, r.used_at,
			r.other_at, CASE WHEN r.asking THEN r.asked_at END, r.note
		FROM portal.upload_recipient r WHERE r.link_id = ANY ($1) ORDER BY r.link_id, r.place`, ids)
	if err != nil {
		return err
	}
	var link uuid.UUID
	var r app.RecipientRow
	var handedOver, bounced, redeemed, used, other, asked *time.Time
	if _, err = pgx.ForEachRow(found, []any{&link, &r.ID, &r.Name, &r.Email, &r.Generation, &r.MailedAt, &handedOver, &bounced, &r.BounceCode, &redeemed, &used, &other, &asked, &r.Note}, func() error {
		r.OtherAt, r.AskedAt = timeOr(other), timeOr(asked)
		r.HandedOverAt, r.BouncedAt, r.RedeemedAt, r.UsedAt = timeOr(handedOver), timeOr(bounced), timeOr(redeemed), timeOr(used)
		at[link].Recipients = append(at[link].Recipients, r)
		return nil
	}); err != nil {
		return err
	}
	found, err = tx.Query(ctx, `
		SELECT f.link_id, count(*) FILTER (WHERE `+delivered+`),
			count(*) FILTER (WHERE f.state = 'received' AND (`+delivered+`) IS NOT TRUE
				OR f.state = 'receiving' AND f.started_at > statement_timestamp() - $2::interval)
		FROM portal.upload_file f WHERE f.link_id = ANY ($1) GROUP BY f.link_id`, ids, uploadlink.TransferLimit)
	if err != nil {
		return err
	}
	var have, arriving int
	if _, err = pgx.ForEachRow(found, []any{&link, &have, &arriving}, func() error {
		at[link].Delivered, at[link].Arriving = have, arriving
		return nil
	}); err != nil {
		return err
	}
	names, err := clientNames(ctx, tx, clients)
	for i := range rows {
		rows[i].ClientName = names[rows[i].Client]
	}
	return err
}

func (l UploadLinkList) addSenders(ctx context.Context, firm int32, rows []app.LinkRow) error {
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		ids[i] = rows[i].Sender
	}
	names, err := l.DB.staffNames(ctx, firm, ids)
	for i := range rows {
		rows[i].SenderName = names[rows[i].Sender]
	}
	return err
}

// Link is one link with its recipients, batches and the newest of the files that the practice may see.
func (l UploadLinkList) Link(ctx context.Context, firm int32, link uuid.UUID) (d app.LinkDetail, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		if d, err = oneLink(ctx, tx, link); err != nil {
			return err
		}
		if d.Batches, err = batches(ctx, tx, link, uuid.Nil); err != nil {
			return err
		}
		d.Files, err = files(ctx, tx, `f.link_id = $1 AND `+delivered+` ORDER BY f.due_at DESC, f.id DESC LIMIT $2`, link, app.LinkFiles+1)
		if err != nil {
			return err
		}
		d.Files, d.Next = cutFiles(d.Files, app.LinkFiles)
		if d.Life, err = life(ctx, tx, d); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM portal.upload_file f WHERE f.link_id = $1 AND f.state = 'withdrawn'`, link).Scan(&d.Withdrawn)
	})
	if err == nil {
		rows := []app.LinkRow{d.LinkRow}
		err = l.addSenders(ctx, firm, rows)
		d.LinkRow = rows[0]
	}
	if err == nil {
		err = l.addNames(ctx, firm, d.Life)
	}
	if err != nil {
		return app.LinkDetail{}, notFoundOr(err, "read upload link "+link.String())
	}
	return d, nil
}

func oneLink(ctx context.Context, tx pgx.Tx, link uuid.UUID) (app.LinkDetail, error) {
	found, err := tx.Query(ctx, `SELECT `+linkColumns+` FROM portal.upload_link l WHERE l.id = $1`, link)
	if err != nil {
		return app.LinkDetail{}, err
	}
	d, err := pgx.CollectExactlyOneRow(found, scanLink)
	if err != nil {
		return d, err
	}
	rows := []app.LinkRow{d.LinkRow}
	err = completeLinks(ctx, tx, rows)
	d.LinkRow = rows[0]
	return d, err
}

// batches are a link's, or one recipient's, oldest first. A batch whose deadline has passed is released, or sealed where a
// verdict is missing, whether or not the alarm has rung. What it holds counts only when released (rules U2, U8): to the
// practice what has reached it, to the recipient what can't be changed any more.
func batches(ctx context.Context, tx pgx.Tx, link, recipient uuid.UUID) ([]app.BatchRow, error) {
	found, err := tx.Query(ctx, `
		SELECT b.id, b.recipient_id,
			CASE WHEN b.state <> 'open' OR b.deadline > statement_timestamp() THEN b.state WHEN b.awaits_scan THEN 'sealed' ELSE 'released' END,
			(SELECT count(*) FROM portal.upload_file f WHERE f.link_id = b.link_id AND f.batch_id = b.id
				AND (f.state IN ('released', 'withdrawn') OR `+delivered+`
					OR $2::uuid <> $3::uuid AND f.state = 'received' AND b.deadline <= statement_timestamp() AND NOT b.awaits_scan)),
			b.opened_at, b.deadline,
			CASE WHEN b.state = 'open' AND b.deadline <= statement_timestamp() AND NOT b.awaits_scan THEN b.deadline ELSE b.released_at END
		FROM portal.upload_batch b WHERE b.link_id = $1 AND ($2::uuid = $3::uuid OR b.recipient_id = $2) ORDER BY b.opened_at, b.id`, link, recipient, uuid.Nil)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (b app.BatchRow, err error) {
		var released *time.Time
		err = r.Scan(&b.ID, &b.Recipient, &b.State, &b.Files, &b.OpenedAt, &b.Deadline, &released)
		b.ReleasedAt = timeOr(released)
		return b, err
	})
}

// Upload is what the holder of a secret sees: the link, and that recipient's own files (S1.i14).
func (l UploadLinkList) Upload(ctx context.Context, firm int32, link, recipient uuid.UUID) (p app.UploadPage, err error) {
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		d, err := oneLink(ctx, tx, link)
		if err != nil {
			return err
		}
		found := false
		for _, r := range d.Recipients {
			if found = r.ID == recipient; found {
				p.Recipient, p.MailedTo, p.Generation, p.ResentAt = r.Name, masked(r.Email), r.Generation, r.MailedAt
				break
			}
		}
		if !found {
			return pgx.ErrNoRows
		}
		p.Link, p.ClientName, p.Message, p.Wanted = d.ID, d.ClientName, d.Message, d.Wanted
		p.ExpiresAt, p.Zone, p.State = d.ExpiresAt, d.Zone, d.State
		if p.Batches, err = batches(ctx, tx, link, recipient); err != nil {
			return err
		}
		if p.Files, err = uploads(ctx, tx, link, recipient); err != nil {
			return err
		}
		if p.Earlier, err = earlier(ctx, tx, link, recipient); err != nil {
			return err
		}
		if p.AskedAt, err = asked(ctx, tx, link, recipient); err != nil {
			return err
		}
		p.SenderName = d.Sender.String() // a name once the transaction is over
		return tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&p.Now)
	})
	if err == nil {
		sender := uuid.MustParse(p.SenderName)
		var names map[uuid.UUID]string
		names, err = l.DB.staffNames(ctx, firm, []uuid.UUID{sender})
		p.SenderName = names[sender]
	}
	if err == nil {
		practice, ferr := FirmList(l).Firm(ctx, firm)
		p.Practice, p.MaxFile, err = practice.Name, practice.Limits.MaxFileBytes, ferr
	}
	if err != nil {
		return app.UploadPage{}, notFoundOr(err, "read the upload page of "+link.String())
	}
	return p, nil
}

// asked is when a recipient asked for a new link, also where the practice has said no.
func asked(ctx context.Context, tx pgx.Tx, link, recipient uuid.UUID) (time.Time, error) {
	var at *time.Time
	err := tx.QueryRow(ctx, `SELECT r.asked_at FROM portal.upload_recipient r WHERE r.link_id = $1 AND r.id = $2`, link, recipient).Scan(&at)
	return timeOr(at), err
}

// earlier is how many files uploads leaves out that have been sent.
func earlier(ctx context.Context, tx pgx.Tx, link, recipient uuid.UUID) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT greatest(0, count(*) - $3) FROM portal.upload_file f WHERE f.link_id = $1 AND f.recipient_id = $2 AND `+sent,
		link, recipient, app.SentFiles).Scan(&n)
	return n, err
}

// sent holds for files whose release is recorded. A link may have thousands of them; of those on their way it has few.
const sent = `f.state IN ('released', 'withdrawn')`

// uploads are a recipient's files: what has ended unsent and what has been sent only as far as SentFiles.
func uploads(ctx context.Context, tx pgx.Tx, link, recipient uuid.UUID) ([]app.UploadFile, error) {
	found, err := tx.Query(ctx, `
		SELECT f.id, f.batch_id, f.name, f.size, f.sha256,
			CASE WHEN f.state <> 'received' OR b.deadline > statement_timestamp() THEN f.state WHEN b.awaits_scan THEN 'checking' ELSE 'released' END,
			CASE WHEN f.state = 'received' AND b.deadline > statement_timestamp() THEN b.deadline END, f.same_as, f.name <> f.sent_as, f.scan, f.scan_note,
			`+withdrawalColumns+`
		FROM (
			SELECT f.*, row_number() OVER (PARTITION BY CASE WHEN `+sent+` THEN 1 WHEN f.state IN ('deleted', 'abandoned') THEN 2 ELSE 3 END ORDER BY f.id DESC) AS place
			FROM portal.upload_file f WHERE f.link_id = $1 AND f.recipient_id = $2
		) f LEFT JOIN portal.upload_batch b ON b.link_id = f.link_id AND b.id = f.batch_id
		WHERE f.place <= $3 OR f.state NOT IN ('released', 'withdrawn', 'deleted', 'abandoned') ORDER BY f.id`, link, recipient, app.SentFiles)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(r pgx.CollectableRow) (f app.UploadFile, err error) {
		var deadline *time.Time
		into := []any{&f.ID, &f.Batch, &f.Name, &f.Size, &f.SHA256, &f.State, &deadline, &f.SameAs, &f.Renamed, &f.Scan, &f.ScanNote}
		f.Withdrawal, err = scanWithdrawal(r, into)
		f.Deadline = timeOr(deadline)
		return f, err
	})
}

// Wait returns when what was written at position can be read on every page, or after about 2 s with ok false.
func (l UploadLinkList) Wait(ctx context.Context, position int64) (bool, error) {
	return l.DB.Wait(ctx, position, 2*time.Second, modelNames()...)
}

// activity is what links come to for one client.
type activity struct {
	links, files int
	last         time.Time // newest link or delivered file
}

// uploadActivity counts for the rows of other models.
func uploadActivity(ctx context.Context, tx pgx.Tx, clients []uuid.UUID) (map[uuid.UUID]activity, error) {
	out := map[uuid.UUID]activity{}
	if len(clients) == 0 {
		return out, nil
	}
	found, err := tx.Query(ctx, `
		SELECT l.client_id, count(*), max(l.issued_at) FROM portal.upload_link l WHERE l.client_id = ANY ($1) GROUP BY l.client_id`, clients)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var n int
	var last time.Time
	if _, err = pgx.ForEachRow(found, []any{&id, &n, &last}, func() error {
		out[id] = activity{links: n, last: last}
		return nil
	}); err != nil {
		return nil, err
	}
	found, err = tx.Query(ctx, `
		SELECT f.client_id, count(*), max(f.due_at) FROM portal.upload_file f WHERE f.client_id = ANY ($1) AND `+delivered+` GROUP BY f.client_id`, clients)
	if err != nil {
		return nil, err
	}
	_, err = pgx.ForEachRow(found, []any{&id, &n, &last}, func() error {
		a := out[id]
		a.files, a.last = n, latest(a.last, last)
		out[id] = a
		return nil
	})
	return out, err
}

// masked shows enough of an address to recognise one's own: "i•••n@example.org" (S1.i17).
func masked(email string) string {
	local, host, ok := strings.Cut(email, "@")
	runes := []rune(local)
	switch {
	case !ok || len(runes) == 0:
		return "•••"
	case len(runes) < 3:
		return string(runes[0]) + "•••@" + host
	}
	return string(runes[0]) + "•••" + string(runes[len(runes)-1]) + "@" + host
}
