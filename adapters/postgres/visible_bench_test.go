package postgres_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/postgres/pgtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// BenchmarkVisible shows how long after a command's success what it did can be read in a projection's table, with 300
// commands a second on a server that waits for its disk: where the command ran, and on another node. Only the node named
// projects. Its goals: p50 at most 3 ms, p99 at most 50 ms.
func BenchmarkVisible(b *testing.B) {
	for _, c := range []struct {
		name  string
		where int
	}{{"same node", 0}, {"another node", 1}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				server := pgtest.Durable(b)
				nodes := []*node{startNode(b, server.URL()), startNode(b, server.URL())}
				late := visible(b, nodes[0], nodes[c.where])
				b.Logf("%s", spread(late))
				b.ReportMetric(float64(at(late, 50).Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(at(late, 99).Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(at(late, 100).Microseconds())/1000, "max-ms")
				b.ReportMetric(0, "ns/op")
				for _, n := range nodes {
					n.stop()
				}
			}
		})
	}
}

// visible appends on one node and waits for the projection of another, command by command.
func visible(b *testing.B, writes, projects *node) (late []time.Duration) {
	b.Helper()
	const perSecond, commands, writers = 300, 3000, 12
	mustExec(b, writes.db.Work, `CREATE TABLE seen (stream uuid PRIMARY KEY, version int)`)
	var mu sync.Mutex
	committed := map[uuid.UUID]time.Time{}
	shown := map[uuid.UUID]time.Time{}
	var batch []uuid.UUID
	projects.subscribe(postgres.Subscription{
		Name: "visible", Version: 1,
		Handle: func(ctx context.Context, tx pgx.Tx, l postgres.Batch) error {
			batch = batch[:0]
			rows := &pgx.Batch{}
			for _, e := range l.Events {
				rows.Queue(`INSERT INTO seen VALUES ($1, $2) ON CONFLICT (stream) DO UPDATE SET version = excluded.version`, e.Stream.ID, e.Version)
				batch = append(batch, e.Stream.ID)
			}
			return tx.SendBatch(ctx, rows).Close()
		},
		After: func(done bool) {
			if !done {
				return
			}
			now := time.Now() // the transaction has ended: whoever asks now reads it
			mu.Lock()
			defer mu.Unlock()
			for _, id := range batch {
				shown[id] = now
			}
			batch = batch[:0]
		},
	})
	writes.tick(b)
	within(b, 5*time.Second, "the projection runs", func() bool { mu.Lock(); defer mu.Unlock(); return len(shown) > 0 })
	var turn atomic.Int64
	began := time.Now()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for {
				i := turn.Add(1)
				if i > commands {
					return
				}
				jitter := time.Duration(rand.Int64N(int64(time.Second / perSecond)))
				time.Sleep(time.Until(began.Add(time.Duration(i)*time.Second/perSecond + jitter)))
				stream := uuid.Must(uuid.NewV7())
				if _, err := writes.store.Append(b.Context(), ticks(stream, 0, 1)); err != nil {
					b.Error(err)
					return
				}
				now := time.Now()
				mu.Lock()
				committed[stream] = now
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	within(b, 10*time.Second, "everything is to be read", func() bool { mu.Lock(); defer mu.Unlock(); return len(shown) >= commands })
	mu.Lock()
	defer mu.Unlock()
	for id, at := range committed {
		late = append(late, max(0, shown[id].Sub(at)))
	}
	return late
}
