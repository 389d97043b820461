package postgres

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	app "portico/app/message"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// MessageList reads the ledger of mails and texts: what es.effects knows of each, and who and what that is about in the
// read models. It implements app/message.Reader.
type MessageList struct{ DB *DB }

var _ app.Reader = MessageList{}

// messageState is app.State in SQL, by the database's clock; worst news first.
const messageState = `CASE
	WHEN f.bounced_at IS NOT NULL THEN 'bounced'
	WHEN f.state = 'refused' THEN 'refused'
	WHEN f.state = 'gave_up' THEN 'gave_up'
	WHEN f.state = 'withdrawn' THEN 'not_sent'
	WHEN f.delivered_at IS NOT NULL THEN 'delivered'
	WHEN f.state = 'done' THEN 'handed_over'
	WHEN f.attempts = 0 AND f.due_at > statement_timestamp() THEN 'held'
	WHEN f.last_error IS NOT NULL THEN 'retrying'
	ELSE 'waiting' END`

// isMessage leaves out effects that are no messages. The index for the ledger says it in the same words.
const isMessage = `split_part(f.kind, '.', 1) IN ('mail', 'sms')`

// Messages is app.Reader. One message of a link may be about nobody's client, and of some the event doesn't say whom they
// are about: then the read models of links do.
func (l MessageList) Messages(ctx context.Context, firm int32, q app.Query) (rows []app.Row, next string, err error) {
	sql, args, err := messagesSQL(firm, q)
	if err != nil {
		return nil, "", err
	}
	limit := pageLimit(q.Limit)
	err = l.DB.scoped(ctx, firm, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		causes := map[string][]es.Cause{}
		if rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (app.Row, error) {
			m, asked, err := scanMessage(r)
			causes[m.Key] = asked
			return m, err
		}); err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			next = messageAfter(rows[limit-1])
		}
		if err := addCauses(ctx, tx, rows, causes); err != nil {
			return err
		}
		return namePeople(ctx, tx, rows)
	})
	if err == nil {
		err = l.nameStaff(ctx, firm, rows)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list messages: %w", err)
	}
	return rows, next, nil
}

// TextsOfADay counts the texts of all practices that have left within the last 24 hours.
func (l MessageList) TextsOfADay(ctx context.Context) (n int, err error) {
	err = l.DB.Work.QueryRow(ctx, `
		SELECT count(*) FROM es.effects f
		WHERE `+isMessage+` AND f.kind LIKE 'sms.%' AND f.state = 'done' AND f.ended_at > statement_timestamp() - interval '24 hours'`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the texts of a day: %w", err)
	}
	return n, nil
}

// CameBack tells when the last mail to a person was refused for good, or bounced; zero: it wasn't. What goes to the practice
// about them counts for nothing.
func (l MessageList) CameBack(ctx context.Context, firm int32, person uuid.UUID) (at time.Time, err error) {
	var back *time.Time
	err = l.DB.Work.QueryRow(ctx, `
		SELECT CASE WHEN f.bounced_at IS NOT NULL OR f.state = 'refused' THEN coalesce(f.bounced_at, f.ended_at) END FROM es.effects f
		WHERE f.firm_no = $1 AND f.person_id = $2 AND f.kind LIKE 'mail.%' AND f.kind <> ALL ($3) AND f.state IN ('done', 'refused')
		ORDER BY f.ended_at DESC LIMIT 1`, firm, person, app.ToPractice()).Scan(&back)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return at, fmt.Errorf("find what became of the last mail: %w", err)
	}
	return timeOr(back), nil
}

const noID = `'00000000-0000-0000-0000-000000000000'::uuid`

// messagesSQL finds the page first and looks up the rest for its rows alone.
func messagesSQL(firm int32, q app.Query) (sql string, args []any, err error) {
	at, key, err := messageCursor(q.After)
	if err != nil {
		return "", nil, err
	}
	args = []any{firm, pageLimit(q.Limit) + 1}
	where := ""
	with := func(condition string, value any) {
		args = append(args, value)
		where += ` AND (` + strings.ReplaceAll(condition, "$x", fmt.Sprintf("$%d", len(args))) + `)`
	}
	if q.Client != uuid.Nil {
		with(`f.client_id = $x OR f.stream_id = ANY (ARRAY(`+messageLinksOf+`))`, q.Client)
	}
	if q.Person != uuid.Nil {
		with(`f.person_id = $x OR f.person_id = ANY (ARRAY(`+recipientsOfContact+`))`, q.Person)
	}
	if q.Channel != "" {
		with(`split_part(f.kind, '.', 1) = $x`, string(q.Channel))
	}
	if q.Kind != "" {
		with(`f.kind = $x`, q.Kind)
	}
	if len(q.States) > 0 {
		with(messageState+` = ANY ($x)`, q.States)
		if !slices.ContainsFunc(q.States, func(s app.State) bool { return !slices.Contains(app.OnTheirWay(), s) }) {
			where += ` AND f.state = 'waiting'` // said twice, because there is an index for it
		}
	}
	for i, s := 0, searchFor(q.Text); i < len(s.from); i++ {
		args = append(args, s.from[i], s.to[i])
		where += fmt.Sprintf(messageAbout, fmt.Sprintf("$%d", len(args)-1), fmt.Sprintf("$%d", len(args)))
	}
	if q.After != "" {
		args = append(args, at, key)
		where += fmt.Sprintf(` AND (f.created_at, f.key) < ($%d, $%d)`, len(args)-1, len(args))
	}
	return `
		WITH page AS (
			SELECT f.*, ` + messageState + ` AS stands FROM es.effects f WHERE f.firm_no = $1 AND ` + isMessage + where + `
			ORDER BY f.created_at DESC, f.key DESC LIMIT $2)
		SELECT f.key, f.kind, s.kind, f.stream_id, coalesce(f.person_id, b.recipient_id, u.recipient_id, ` + noID + `), coalesce(f.client_id, l.client_id, ` + noID + `),
			f.streams, f.causes, f.stands, f.attempts, f.created_at, f.held_until, CASE WHEN f.stands IN ('held', 'retrying') THEN f.due_at END, f.ended_at,
			f.delivered_at, f.bounced_at, coalesce(f.code, ''), CASE WHEN f.stands IN ('not_sent', 'retrying', 'gave_up') THEN coalesce(f.last_error, '') ELSE '' END
		FROM page f JOIN es.streams s ON s.stream_id = f.stream_id` + messageLink + `
		ORDER BY f.created_at DESC, f.key DESC`, args, nil
}

// recipientsOfContact are those of links that were mailed to a contact's address.
var recipientsOfContact = fmt.Sprintf(recipientsAt, addressOfContact)

// messageAbout holds for messages that one word finds: it begins a word of the client or of the contact. Who was sent an
// upload link is found by any part of name and address. Arrays, because an index finds what is in one of them or another.
const messageAbout = ` AND (f.client_id = ANY (ARRAY(` + clientsWithWord + `)) OR f.person_id = ANY (ARRAY(` + contactsWithWord + `)) OR f.stream_id = ANY (ARRAY(` + linksWithWord + `)))`

func scanMessage(r pgx.CollectableRow) (m app.Row, causes []es.Cause, err error) {
	var held, nextAt, ended, delivered, bounced *time.Time
	var streams []uuid.UUID
	var versions []int32
	err = r.Scan(&m.Key, &m.Kind, &m.Stream.Kind, &m.Stream.ID, &m.Person, &m.Client, &streams, &versions, &m.State, &m.Tries, &m.CreatedAt, &held, &nextAt, &ended,
		&delivered, &bounced, &m.Code, &m.Why)
	m.HeldUntil, m.NextAt, m.EndedAt, m.Delivered, m.Bounced = timeOr(held), timeOr(nextAt), timeOr(ended), timeOr(delivered), timeOr(bounced)
	m.Why = reason(m.Why)
	if causes = causesOf(streams, versions); len(streams) == 0 { // all of its own stream
		for _, v := range versions {
			causes = append(causes, es.Cause{Stream: m.Stream.ID, Version: int(v)})
		}
	}
	return m, causes, err
}

// reason is what an effect's error tells people: its first line, without the words that all of them begin with.
func reason(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	_, why, ok := strings.Cut(text, "withdrawn before it left: ")
	if !ok {
		why = text
	}
	if runes := []rune(why); len(runes) > 300 {
		why = string(runes[:300]) + "…"
	}
	return why
}

// maxCauses is how many events a row tells of; a message that stands for more names the first ones.
const maxCauses = 20

// addCauses adds the events that asked for each message. The history keeps who acted.
func addCauses(ctx context.Context, tx pgx.Tx, rows []app.Row, causes map[string][]es.Cause) error {
	var streams []uuid.UUID
	var numbers []int32
	at := map[string][]int{} // rows by stream and version
	name := func(stream uuid.UUID, version int32) string { return fmt.Sprintf("%s/%d", stream, version) }
	for i := range rows {
		list := causes[rows[i].Key]
		for _, c := range list[:min(len(list), maxCauses)] {
			v := int32(c.Version)
			streams, numbers = append(streams, c.Stream), append(numbers, v)
			at[name(c.Stream, v)] = append(at[name(c.Stream, v)], i)
		}
	}
	if len(streams) == 0 {
		return nil
	}
	found, err := tx.Query(ctx, `
		SELECT DISTINCT ON (e.stream_id, e.version) e.stream_id, e.version, e.type, e.occurred_at, e.meta
		FROM unnest($1::uuid[], $2::integer[]) AS c (stream_id, version) JOIN es.events e ON e.stream_id = c.stream_id AND e.version = c.version
		WHERE e.firm_no = current_setting('portico.firm')::integer ORDER BY e.stream_id, e.version`, streams, numbers)
	if err != nil {
		return err
	}
	var stream uuid.UUID
	var version int32
	var c app.Cause
	var raw []byte
	_, err = pgx.ForEachRow(found, []any{&stream, &version, &c.Type, &c.At, &raw}, func() error {
		meta, err := decodeMeta(raw)
		if err != nil {
			return err
		}
		c.Version, c.Actor = int(version), meta.Actor
		for _, i := range at[name(stream, version)] {
			rows[i].Causes = append(rows[i].Causes, c)
		}
		return nil
	})
	return err
}

// namePeople names clients, contacts and recipients of links, and the latter two where they acted.
func namePeople(ctx context.Context, tx pgx.Tx, rows []app.Row) error {
	var people, clients []uuid.UUID
	for i := range rows {
		m := &rows[i]
		if m.Person == uuid.Nil && m.Stream.Kind == account.Kind {
			m.Person = account.PersonOf(m.Stream.ID)
		}
		if m.Person == uuid.Nil && len(m.Causes) > 0 && (m.Causes[0].Actor.Kind == event.Uploader || m.Causes[0].Actor.Kind == event.Contact) {
			m.Person = m.Causes[0].Actor.ID // it is about who made it necessary
		}
		people, clients = append(people, m.Person), append(clients, m.Client)
		for _, c := range m.Causes {
			if c.Actor.Kind == event.Contact || c.Actor.Kind == event.Uploader {
				people = append(people, c.Actor.ID)
			}
		}
	}
	addresses, err := recipientAddresses(ctx, tx, people)
	if err != nil {
		return err
	}
	known, err := contactsAt(ctx, tx, slices.Collect(maps.Values(addresses)))
	if err != nil {
		return err
	}
	for i := range rows { // whom a link was mailed to at the address of a contact is that contact
		if who, ok := known[addresses[rows[i].Person]]; ok {
			rows[i].Person = who
			people = append(people, who)
		}
	}
	names, err := clientNames(ctx, tx, clients)
	if err != nil {
		return err
	}
	contacts, err := contactNames(ctx, tx, people)
	if err != nil {
		return err
	}
	recipients, err := recipientNames(ctx, tx, people)
	if err != nil {
		return err
	}
	for i := range rows {
		m := &rows[i]
		m.ClientName = names[m.Client]
		if name, ok := contacts[m.Person]; ok {
			m.PersonName, m.Sort = name, app.Contact
		} else if name, ok := recipients[m.Person]; ok {
			m.PersonName, m.Sort = name, app.Recipient
		}
		for j := range m.Causes {
			switch c := &m.Causes[j]; c.Actor.Kind {
			case event.Contact:
				c.Name = contacts[c.Actor.ID]
			case event.Uploader:
				c.Name = recipients[c.Actor.ID]
			case event.Staff, event.System, event.Operator:
			}
		}
	}
	return nil
}

// nameStaff names people of the practice who acted, or whom a message goes to.
func (l MessageList) nameStaff(ctx context.Context, firm int32, rows []app.Row) error {
	var ids []uuid.UUID
	for _, m := range rows {
		if m.Sort == "" && m.Person != uuid.Nil {
			ids = append(ids, m.Person)
		}
		for _, c := range m.Causes {
			if c.Actor.Kind == event.Staff {
				ids = append(ids, c.Actor.ID)
			}
		}
	}
	names, err := l.DB.staffNames(ctx, firm, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		m := &rows[i]
		if name, ok := names[m.Person]; ok && m.Sort == "" {
			m.PersonName, m.Sort = name, app.Staff
		}
		for j := range m.Causes {
			if c := &m.Causes[j]; c.Actor.Kind == event.Staff {
				c.Name = names[c.Actor.ID]
			}
		}
	}
	return nil
}

func messageCursor(after string) (at time.Time, key string, err error) {
	if after == "" {
		return at, "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(after)
	if err != nil {
		return at, "", ErrCursor
	}
	when, key, ok := strings.Cut(string(text), " ")
	if at, err = time.Parse(time.RFC3339Nano, when); !ok || err != nil {
		return at, "", ErrCursor
	}
	return at, key, nil
}

// messageAfter is what messageCursor reads.
func messageAfter(m app.Row) string { return afterEffect(m.CreatedAt, m.Key) }

func afterEffect(at time.Time, key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(at.Format(time.RFC3339Nano) + " " + key))
}
