package es

import (
	"context"
	"reflect"
	"sync"
	"time"

	"portico/domain/event"
)

// What a Remembering keeps.
const (
	rememberFrom = 16          // events; a shorter history is loaded as fast as it is remembered
	rememberAll  = 200_000     // events that all remembered states together come from, some 60 MB
	rememberFor  = time.Minute // since a history was last loaded whole, so that what was erased elsewhere is forgotten here
)

// Remembering is a Store whose folded states stay in memory between commands: a link of a thousand files is loaded
// once, then only what came since. It also lets one command at a time decide on a stream, because of two at once in
// one process one would load and decide again; other processes have the store's own check between them.
//
// It is no cache of answers: what other processes wrote is read before every decision.
type Remembering struct {
	Store

	mu     sync.Mutex
	memos  map[place]*memo
	events int // that the memos nobody uses come from
}

type place struct {
	firm   int32
	stream event.Stream
	state  reflect.Type
}

// memo is one state. Who holds its token may read and change the rest.
type memo struct {
	token chan struct{}
	users int // who hold or wait; guarded by Remembering.mu
	used  time.Time

	history any // of history[S]; nil where nothing is known
	loaded  time.Time
	length  int // of the history that is kept
}

// Remember keeps the states of store's streams.
func Remember(store Store) *Remembering {
	return &Remembering{Store: store, memos: map[place]*memo{}}
}

// borrow waits until nobody else decides on the stream. An error is ctx's.
func (m *Remembering) borrow(ctx context.Context, at place) (*memo, error) {
	m.mu.Lock()
	o, ok := m.memos[at]
	if !ok {
		o = &memo{token: make(chan struct{}, 1)}
		o.token <- struct{}{}
		m.memos[at] = o
	}
	if o.users++; o.users == 1 {
		m.events -= o.length
	}
	m.mu.Unlock()
	select {
	case <-o.token:
		if time.Since(o.loaded) > rememberFor {
			o.history = nil
		}
		return o, nil
	case <-ctx.Done():
		m.leave(at, o)
		return nil, ctx.Err()
	}
}

// giveBack keeps what o holds for the next command, where that is worth it.
func (m *Remembering) giveBack(at place, o *memo, version int) {
	o.length = version
	if o.history == nil || version < rememberFrom {
		o.history, o.length = nil, 0
	}
	o.token <- struct{}{}
	m.leave(at, o)
}

func (m *Remembering) leave(at place, o *memo) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o.users--; o.users > 0 {
		return
	}
	<-o.token // nobody waits, so it is there
	defer func() { o.token <- struct{}{} }()
	if o.length == 0 {
		delete(m.memos, at)
		return
	}
	o.used = time.Now()
	for m.events += o.length; m.events > rememberAll; {
		m.forgetOldest()
	}
}

// forgetOldest drops the memo that nobody has used for longest.
func (m *Remembering) forgetOldest() {
	var oldest place
	var found *memo
	for at, o := range m.memos {
		if o.users == 0 && (found == nil || o.used.Before(found.used)) {
			oldest, found = at, o
		}
	}
	if found == nil {
		m.events = 0
		return
	}
	m.events -= found.length
	delete(m.memos, oldest)
}
