package postgres_test

import (
	"testing"

	"portico/adapters/postgres"
	"portico/app/message"

	"github.com/google/uuid"
)

// BenchmarkLedger reads pages of a ledger with 100,000 messages to 20,000 contacts of as many clients.
func BenchmarkLedger(b *testing.B) {
	h := newHouse(b)
	h.run(b)
	for _, sql := range []string{
		`INSERT INTO portal.client_word (client_id, firm_no, word) SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, $1, w FROM generate_series(1, 20000) i, unnest(ARRAY['client', 'word' || i % 500, 'name' || i]) w`,
		`INSERT INTO portal.contact_word (contact_id, firm_no, word) SELECT ('00000000-0000-7001-8000-' || lpad(i::text, 12, '0'))::uuid, $1, w FROM generate_series(1, 20000) i, unnest(ARRAY['contact', 'given' || i % 500, 'family' || i]) w`,
		`INSERT INTO es.streams (stream_id, kind, firm_no, version, head_hash) SELECT ('00000000-0000-7002-8000-' || lpad(i::text, 12, '0'))::uuid, 'invite', $1, 1, '' FROM generate_series(1, 20000) i`,
		`INSERT INTO es.effects (key, firm_no, kind, stream_id, args, state, person_id, client_id, causes, created_at)
			SELECT 'mail.invitation/' || i, $1, 'mail.invitation', ('00000000-0000-7002-8000-' || lpad((i % 20000 + 1)::text, 12, '0'))::uuid, '{}',
				CASE WHEN i % 50 = 0 THEN 'refused' ELSE 'done' END, ('00000000-0000-7001-8000-' || lpad((i % 20000 + 1)::text, 12, '0'))::uuid,
				('00000000-0000-7000-8000-' || lpad((i % 20000 + 1)::text, 12, '0'))::uuid, '{1}', now() - i * interval '1 second' FROM generate_series(1, 100000) i`,
	} {
		if _, err := h.db.Work.Exec(b.Context(), sql, h.firm); err != nil {
			b.Fatal(err)
		}
	}
	mustExec(b, h.db.Work, `ANALYZE`)
	list := postgres.MessageList{DB: h.db}
	_, next, err := list.Messages(b.Context(), h.firm, message.Query{})
	if err != nil {
		b.Fatal(err)
	}
	one := uuid.MustParse("00000000-0000-7001-8000-000000000007")
	for _, c := range []struct {
		name string
		q    message.Query
		want int
	}{
		{"first", message.Query{}, 50},
		{"next", message.Query{After: next}, 50},
		{"person", message.Query{Person: one}, 5},
		{"client", message.Query{Client: uuid.MustParse("00000000-0000-7000-8000-000000000007")}, 5},
		{"failed", message.Query{States: []message.State{message.Failed, message.Refused, message.GaveUp}}, 50},
		{"none", message.Query{States: []message.State{message.Held}}, 0},
		{"text of many", message.Query{Text: "given12"}, 50},
		{"text of one", message.Query{Text: "family77 contact"}, 50},
		{"text of nobody", message.Query{Text: "zebra"}, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				rows, _, err := list.Messages(b.Context(), h.firm, c.q)
				if err != nil || len(rows) < min(c.want, 5) {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
}
