package postgres_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"testing"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
)

// ticked is an event of a stream that has no rules.
type ticked struct {
	N int `json:"n" es:"fact"`
}

func (ticked) EventType() string { return "probe.ticked" }

func probe(id uuid.UUID) event.Stream { return event.Stream{Kind: "probe", ID: id} }

// node is one process of the house: pools, tail and store of its own, and whatever is started on it, until the test
// ends or stop is called.
type node struct {
	db    *postgres.DB
	codec *postgres.Codec
	vault *postgres.Vault
	tail  *postgres.Tail
	store *postgres.Store
	log   *slog.Logger
	ctx   context.Context
	stop  func()
	wg    sync.WaitGroup
}

func startNode(t testing.TB, url string, specs ...postgres.EventSpec) *node {
	t.Helper()
	if specs == nil {
		specs = []postgres.EventSpec{{Event: ticked{}}}
	}
	n := &node{log: slog.New(slog.NewTextHandler(testLog{t}, nil))}
	var err error
	if n.db, err = postgres.Open(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if n.codec, err = postgres.NewCodec(specs...); err != nil {
		t.Fatal(err)
	}
	master := sha256.Sum256([]byte("test"))
	if n.vault, err = postgres.NewVault(n.db.App, master[:]); err != nil {
		t.Fatal(err)
	}
	n.tail = postgres.NewTail(n.db.Work, n.log)
	n.store = postgres.NewStore(n.db.App, n.codec, n.vault, n.tail.Poke)
	ctx, cancel := context.WithCancel(context.Background())
	n.ctx = ctx
	n.stop = sync.OnceFunc(func() {
		n.store.Close()
		cancel()
		n.wg.Wait()
		n.db.Close()
	})
	t.Cleanup(n.stop)
	n.run(n.tail.Run)
	if err := n.tail.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *node) run(work func(context.Context) error) { n.wg.Go(func() { work(n.ctx) }) }

func (n *node) subscribe(sub postgres.Subscription) {
	n.run(postgres.NewSubscriber(n.db, n.codec, n.vault, n.tail, n.log, sub).Run)
}

// tick appends one event to a new stream.
func (n *node) tick(t testing.TB) (event.Stream, es.Result) {
	t.Helper()
	stream := probe(uuid.Must(uuid.NewV7()))
	r, err := n.store.Append(t.Context(), ticks(stream.ID, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	return stream, r
}

// ticks is an append of so many events to a probe's stream.
func ticks(stream uuid.UUID, version, events int) es.Append {
	a := es.Append{By: es.By{Firm: 1, Actor: event.Actor{Kind: event.System}}, Stream: probe(stream), Expected: version, At: noon}
	for i := range events {
		a.Events = append(a.Events, ticked{i})
	}
	return a
}

// soon is long on any machine and shorter than the 30 s after which everything is looked at once more: what comes by then
// was woken, and did not wait for the next round.
const soon = 20 * time.Second

// within waits for what must come true.
func within(t testing.TB, limit time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(500 * time.Microsecond)
	}
	return time.Since(began)
}
