package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// BenchmarkSaga shows how late alarms ring, by the time of commit, on three nodes and a server that waits for its disk.
// Its goals: p99 at most 250 ms, none early, twice or lost, at most half a query a second on an idle node.
func BenchmarkSaga(b *testing.B) {
	watched := 30 * time.Second
	if os.Getenv("PORTICO_PROOF") == "long" {
		watched = time.Minute
	}
	// As many as there are deadlines of ten minutes at 167 uploads a second, and 120 a second of those that are about to
	// ring are moved.
	b.Run("100000 outstanding", func(b *testing.B) {
		for b.Loop() {
			nodes := sagaNodes(b, 3, 100_000, 3*time.Second, 10*time.Minute)
			ctx, cancel := context.WithTimeout(b.Context(), watched)
			moved := moveImminent(b, ctx, nodes, 120)
			cancel()
			until := time.Now()
			time.Sleep(2 * time.Second)
			r := judgeAlarms(b, nodes[0].node, "pg_xact_commit_timestamp(xmin)", until)
			b.Logf("%v, %d moved as they were about to ring; lateness %s", r, moved, spread(r.late))
			reportAlarms(b, r)
			stopAll(nodes)
		}
	})
	b.Run("5000 within 100 ms", func(b *testing.B) {
		for b.Loop() {
			nodes := sagaNodes(b, 3, 5000, 3*time.Second, 100*time.Millisecond)
			within(b, 30*time.Second, "all have rung", func() bool { time.Sleep(100 * time.Millisecond); return outstanding(b, nodes[0].node) == 0 })
			r := judgeAlarms(b, nodes[0].node, "pg_xact_commit_timestamp(xmin)", time.Now())
			b.Logf("%v; lateness %s", r, spread(r.late))
			reportAlarms(b, r)
			stopAll(nodes)
		}
	})
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			began := time.Now()
			nodes := sagaNodes(b, 3, 100_000, time.Hour, 10*time.Minute)
			before, since := queries(nodes), time.Now()
			time.Sleep(watched * 2 / 3)
			b.ReportMetric(float64(queries(nodes)-before)/3/time.Since(since).Seconds(), "queries/s/node")
			b.ReportMetric(float64(queries(nodes))/3/time.Since(began).Seconds(), "queries/s/node-with-start")
			stopAll(nodes)
		}
	})
}

type sagaNode struct {
	*node
	timers *postgres.Timers
}

// sagaNodes starts nodes on a server of their own with so many deadlines, spread evenly from now+first over a while.
func sagaNodes(b *testing.B, nodes, deadlines int, first, over time.Duration) (out []sagaNode) {
	b.Helper()
	server := pgtest.Durable(b, "track_commit_timestamp=on")
	seed := pgtest.Connect(b, server.URL())
	mustExec(b, seed, `
		INSERT INTO es.streams (stream_id, kind, firm_no, version, head_hash)
		SELECT gen_random_uuid(), 'alarmed', 1, 1, sha256(n::text::bytea) FROM generate_series(1, $1) n`, deadlines)
	mustExec(b, seed, `
		WITH armed AS (
			SELECT stream_id, head_hash, date_trunc('milliseconds', clock_timestamp() + $1::interval + $2::interval * (row_number() OVER () - 1) / $3) AS due FROM es.streams),
		events AS (
			INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, meta, hash)
			SELECT stream_id, 1, 1, 'alarmed.armed', 1, now(), jsonb_build_object('due', to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), '{}', head_hash FROM armed)
		INSERT INTO es.timers (stream_id, firm_no, kind, due_at) SELECT stream_id, 1, 'alarmed', due FROM armed`,
		first+time.Duration(deadlines)*120*time.Microsecond, over, deadlines)
	mustExec(b, seed, `VACUUM ANALYZE es.streams, es.events, es.timers`)
	for range nodes {
		n := startNode(b, server.URL(), alarmedEvents()...)
		n.log = slog.New(slog.NewTextHandler(testLog{b}, nil))
		out = append(out, sagaNode{n, n.saga(decideAlarmed)})
	}
	var seconds float64
	if err := seed.QueryRow(b.Context(), `SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 FROM es.timers`).Scan(&seconds); err != nil {
		b.Fatal(err)
	}
	if seconds < 0 {
		b.Fatalf("the first alarm was due %vs before everything was ready to ring it", -seconds)
	}
	if first < time.Minute {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
	return out
}

func stopAll(nodes []sagaNode) {
	for _, n := range nodes {
		n.stop()
	}
}

func queries(nodes []sagaNode) (n int64) {
	for _, s := range nodes {
		n += s.timers.Queries()
	}
	return n
}

// moveImminent arms, so many times a second until ctx ends, a deadline that is about to ring.
func moveImminent(b *testing.B, ctx context.Context, nodes []sagaNode, perSecond int) (moved int) {
	b.Helper()
	const movers = 6
	var mu sync.Mutex
	var wg sync.WaitGroup
	for m := range movers {
		wg.Go(func() {
			n, tick := nodes[m%len(nodes)], time.NewTicker(time.Second*movers/time.Duration(perSecond))
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				var id uuid.UUID
				err := n.db.Work.QueryRow(ctx, `
					SELECT stream_id FROM (SELECT stream_id FROM es.timers WHERE due_at > statement_timestamp() ORDER BY due_at LIMIT 20) AS t ORDER BY random() LIMIT 1`).Scan(&id)
				if err == nil {
					_, err = n.arm(ctx, id, time.Duration(1+rand.IntN(10))*time.Second)
				}
				switch {
				case ctx.Err() != nil, errors.Is(err, pgx.ErrNoRows):
				case err != nil:
					b.Error(err)
				default:
					mu.Lock()
					moved++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return moved
}

func reportAlarms(b *testing.B, r rung) {
	ms := func(p int) float64 { return float64(at(r.late, p).Microseconds()) / 1000 }
	b.ReportMetric(ms(50), "p50-ms")
	b.ReportMetric(ms(99), "p99-ms")
	b.ReportMetric(ms(100), "max-ms")
	b.ReportMetric(float64(r.early), "early")
	b.ReportMetric(float64(r.twice), "twice")
	b.ReportMetric(float64(r.lost), "lost")
	b.ReportMetric(0, "ns/op")
}
