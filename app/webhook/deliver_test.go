package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/task"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

// sender is Deliveries under another name: a reader has a method of that one.
type sender struct{ Deliveries }

// ledger is what the reader knows.
type ledger struct {
	rows []Row
	sent map[string]es.Effect
}

// post is a practice with one endpoint, and a world that answers it.
type post struct {
	Commands
	sender
	t      *testing.T
	events *estest.Memory
	board  Board
	heard  int
	calls  []Call
	noted  []Attempt
	answer func(Call) (Answer, error)
	silent bool
	ledger *ledger
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{t: t, events: estest.NewMemory(noon), board: Board{}, answer: func(Call) (Answer, error) { return Answer{Status: 200}, nil }, ledger: &ledger{sent: map[string]es.Effect{}}}
	ring, err := secret.NewKeyRing(secret.Key{ID: 7, Secret: bytes.Repeat([]byte{7}, secret.MinKey)})
	if err != nil {
		t.Fatal(err)
	}
	p.Commands = Commands{Events: p.events, Keys: ring, Reader: p.ledger}
	p.sender = sender{Deliveries{Events: p.events, Keys: ring, Caller: p, Ledger: p}}
	return p
}

func (p *post) Call(_ context.Context, c Call) (Answer, error) {
	p.calls = append(p.calls, c)
	return p.answer(c)
}
func (p *post) Note(_ context.Context, _ es.Effect, a Attempt, _ bool) error {
	p.noted = append(p.noted, a)
	return nil
}
func (p *post) Silent(context.Context, es.Effect) (bool, error)              { return p.silent, nil }
func (l *ledger) Endpoints(context.Context, int32) ([]Row, error)            { return l.rows, nil }
func (l *ledger) Endpoint(context.Context, int32, uuid.UUID) (Row, error)    { return Row{}, nil }
func (l *ledger) Attempts(context.Context, int32, string) ([]Attempt, error) { return nil, nil }
func (l *ledger) Deliveries(context.Context, int32, Query) ([]Delivery, string, error) {
	return nil, "", nil
}
func (p *post) by() es.By                           { return es.By{Firm: 1, Actor: event.Actor{Kind: event.Staff, ID: ida}} }
func (p *post) is(id uuid.UUID) (w webhook.Webhook) { return event.Fold(w, p.ofEndpoint(id)...) }

func (l *ledger) Delivery(_ context.Context, _ int32, endpoint uuid.UUID, key string) (Delivery, error) {
	e, ok := l.sent[key]
	if !ok || e.Stream.ID != endpoint {
		return Delivery{}, webhook.ErrDelivery
	}
	return Delivery{Key: key, Source: e.Args.Source, Version: e.Args.Version}, nil
}

func (p *post) ofEndpoint(id uuid.UUID) (events []webhook.Event) {
	for _, e := range p.events.Stream(webhook.Stream(id)) {
		if e, ok := e.(webhook.Event); ok {
			events = append(events, e)
		}
	}
	return events
}

func (p *post) add(types ...string) uuid.UUID {
	p.t.Helper()
	id := uuid.Must(uuid.NewV7())
	if _, err := p.Add(p.t.Context(), Save{By: p.by(), ID: id, URL: "https://hooks.example.com/", Types: types}); err != nil {
		p.t.Fatal(err)
	}
	return id
}

// asked is what has come up since one asked last.
func (p *post) asked() (asked []es.Effect) {
	log := p.events.Log()
	for ; p.heard < len(log); p.heard++ {
		for _, e := range p.board.Hear(log[p.heard]) {
			p.ledger.sent[e.Key] = e
			asked = append(asked, e)
		}
	}
	return asked
}

func (p *post) happens(id uuid.UUID, e event.Event) {
	p.events.Given(1, task.Stream(id), e)
}

// An endpoint is sent what happens from when it was added until it is switched off, of what it has chosen, once each.
func TestWhoIsSentWhat(t *testing.T) {
	p := newPost(t)
	job := uuid.Must(uuid.NewV7())
	p.happens(job, task.Assigned{Client: acme, Kind: task.ToDo})
	all, some := p.add("task.*"), p.add("task.seen", "file.*")
	if asked := p.asked(); len(asked) != 0 {
		t.Errorf("what happened before: %+v", asked)
	}
	p.happens(job, task.DoneByClient{Contact: ida})
	p.happens(job, task.Seen{Contact: ida})
	p.happens(job, task.MessagesRead{}) // nobody is told
	asked := p.asked()
	to := map[uuid.UUID]int{}
	keys := map[string]bool{}
	for _, e := range asked {
		to[e.Stream.ID]++
		keys[e.Key] = true
	}
	if len(asked) != 3 || to[all] != 2 || to[some] != 1 || len(keys) != 3 {
		t.Fatalf("%+v", asked)
	}
	if _, err := p.SwitchOff(t.Context(), p.by(), all); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Remove(t.Context(), p.by(), some); err != nil {
		t.Fatal(err)
	}
	p.happens(job, task.Seen{Contact: acme})
	if asked := p.asked(); len(asked) != 0 {
		t.Errorf("they are off: %+v", asked)
	}
	for _, e := range asked { // and what waits for them isn't sent any more
		if _, err := p.Perform(t.Context(), e); !errors.Is(err, es.ErrWithdrawn) {
			t.Error(err)
		}
	}
	if len(p.calls) > 0 {
		t.Errorf("%+v", p.calls)
	}
	if _, err := p.SwitchOn(t.Context(), p.by(), all); err != nil {
		t.Fatal(err)
	}
	p.happens(job, task.Confirmed{})
	if asked := p.asked(); len(asked) != 1 || asked[0].Args.Type != "task.confirmed" {
		t.Errorf("%+v", asked)
	}
}

// The receiver checks what it was sent with what it was given; the same event has the same id at every try, replays too.
func TestDelivery(t *testing.T) {
	p := newPost(t)
	id, job := p.add("task.*"), uuid.Must(uuid.NewV7())
	p.happens(job, task.Assigned{Client: acme, Kind: task.ToDo})
	e := p.asked()[0]
	p.answer = func(Call) (Answer, error) { return Answer{Status: 503, Body: "later"}, nil }
	if _, err := p.Perform(t.Context(), e); err == nil || errors.Is(err, es.ErrWithdrawn) {
		t.Error("nobody tries again:", err)
	}
	p.answer = func(Call) (Answer, error) { return Answer{}, errors.New("the receiver can’t be reached") }
	if _, err := p.Perform(t.Context(), e); err == nil {
		t.Error("nobody tries again")
	}
	before, err := p.Secret(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Rotate(t.Context(), p.by(), id, false); err != nil {
		t.Fatal(err)
	}
	after, err := p.Secret(t.Context(), 1, id)
	if err != nil || before == after {
		t.Fatal("no other secret", err)
	}
	p.answer = func(Call) (Answer, error) { return Answer{Status: 204}, nil }
	handed, err := p.Perform(t.Context(), e)
	if err != nil || len(handed) != 1 {
		t.Fatal(err)
	}
	if len(p.noted) != 3 || p.noted[0].Status != 503 || p.noted[0].Answer != "later" || p.noted[1].Why == "" || p.noted[2].Status != 204 {
		t.Errorf("%+v", p.noted)
	}
	if _, err := p.Replay(t.Context(), p.by(), id, e.Key); err != nil {
		t.Fatal(err)
	}
	again := p.asked()
	if len(again) != 1 || again[0].Key == e.Key {
		t.Fatalf("%+v", again)
	}
	if _, err := p.Perform(t.Context(), again[0]); err != nil {
		t.Fatal(err)
	}
	for _, c := range p.calls {
		if c.ID != MessageID(task.Stream(job), 1) || !bytes.Equal(c.Body, p.calls[0].Body) || c.URL != "https://hooks.example.com/" || c.Timestamp != fmt.Sprint(noon.Unix()) {
			t.Errorf("%+v", c)
		}
	}
	last := p.calls[len(p.calls)-1]
	for _, token := range []secret.Token{after, before} {
		if !checks(token, last) {
			t.Error("a secret that is good doesn't check it")
		}
	}
	p.events.Advance(webhook.Overlap)
	if _, err := p.Perform(t.Context(), again[0]); err != nil {
		t.Fatal(err)
	}
	if last := p.calls[len(p.calls)-1]; !checks(after, last) || checks(before, last) {
		t.Error("an old secret signs for ever, or a new one doesn't")
	}
	for _, bad := range []string{"", "webhook.delivery/x", "mail.upload_link/1"} {
		if _, err := p.Replay(t.Context(), p.by(), id, bad); !errors.Is(err, webhook.ErrDelivery) {
			t.Errorf("%q is replayed: %v", bad, err)
		}
	}
	if _, err := p.Replay(t.Context(), p.by(), p.add("task.*"), e.Key); !errors.Is(err, webhook.ErrDelivery) {
		t.Error("another endpoint's delivery is replayed:", err)
	}
}

func decode(token secret.Token) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.TrimPrefix(token.Reveal(), "whsec_"))
}

// checks is what a receiver does.
func checks(token secret.Token, c Call) bool {
	key, err := decode(token)
	if err != nil {
		return false
	}
	for signature := range strings.FieldsSeq(c.Signature) {
		if signature == secret.SignStandard(key, c.ID, c.Timestamp, c.Body) {
			return true
		}
	}
	return false
}

// Rule 4: an endpoint ends when its receiver says so, or when nothing has arrived for all tries of one message.
func TestSwitchedOff(t *testing.T) {
	p := newPost(t)
	id, job := p.add("task.*"), uuid.Must(uuid.NewV7())
	p.happens(job, task.Assigned{Client: acme, Kind: task.ToDo})
	e := p.asked()[0]
	if err := p.GaveUp(t.Context(), e, 16); err != nil || !p.is(id).On() {
		t.Error("others have arrived meanwhile", err)
	}
	p.silent = true
	if err := p.GaveUp(t.Context(), e, 16); err != nil || p.is(id).On() || p.is(id).Cause() != webhook.Failing {
		t.Error("it goes on for ever", err)
	}
	gone := p.add("task.*")
	if _, err := p.Try(t.Context(), p.by(), gone); err != nil {
		t.Fatal(err)
	}
	p.answer = func(Call) (Answer, error) { return Answer{Status: 410}, nil }
	test := p.asked()
	if len(test) != 1 || test[0].Args.Type != webhook.Test {
		t.Fatalf("%+v", test)
	}
	if _, err := p.Perform(t.Context(), test[0]); err == nil || p.is(gone).On() || p.is(gone).Cause() != webhook.Gone {
		t.Error("nobody is there, and it is called again", err)
	}
	if _, refused := errors.AsType[*es.RefusedError](func() error {
		p.events.Given(1, webhook.Stream(gone), webhook.SwitchedOn{})
		_, err := p.Perform(t.Context(), test[0])
		return err
	}()); !refused {
		t.Error("it comes again")
	}
	if _, err := p.Try(t.Context(), p.by(), id); !errors.Is(err, webhook.ErrOff) {
		t.Error(err)
	}
	p.ledger.rows = make([]Row, webhook.MaxEndpoints)
	if _, err := p.Add(t.Context(), Save{By: p.by(), ID: uuid.Must(uuid.NewV7()), URL: "https://hooks.example.com/", Types: []string{"task.*"}}); !errors.Is(err, webhook.ErrMany) {
		t.Error(err)
	}
}

// A key that is taken off the ring ends its secrets: nothing is sent unsigned, and the ledger says why.
func TestLostKey(t *testing.T) {
	p := newPost(t)
	p.add("task.*")
	p.happens(uuid.Must(uuid.NewV7()), task.Assigned{Kind: task.ToDo})
	ring, err := secret.NewKeyRing(secret.Key{ID: 8, Secret: bytes.Repeat([]byte{8}, secret.MinKey)})
	if err != nil {
		t.Fatal(err)
	}
	p.sender.Keys = ring
	if _, err := p.Perform(t.Context(), p.asked()[0]); err == nil || len(p.calls) > 0 || len(p.noted) != 1 || !strings.Contains(p.noted[0].Why, "replace the secret") {
		t.Errorf("%v, %+v, %+v", err, p.calls, p.noted)
	}
}
