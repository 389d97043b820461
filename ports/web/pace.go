package web

import (
	"net/http"
	"sync"
	"time"

	"portico/app/account"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// pace lets each key do burst things at once and one more each time every has passed. It remembers, a key, the moment
// at which the key will have all of its burst again; a key whose moment has passed is forgotten, so that memory is
// bounded whatever strangers do. It counts for this process alone: what must hold over restarts and nodes is counted in
// the database.
type pace[K comparable] struct {
	burst int
	every time.Duration
	most  int // keys that are remembered

	mu   sync.Mutex
	full map[K]time.Time
	all  time.Time // what keys share that there is no room for
}

// take counts one thing of key. Where that is one too many it isn't counted, and wait says when the next may come.
func (p *pace[K]) take(key K, now time.Time) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full == nil {
		p.full = make(map[K]time.Time)
	}
	at, known := p.full[key]
	if !known && len(p.full) >= p.most {
		p.forget(now)
	}
	crowded := !known && len(p.full) >= p.most
	if crowded {
		at = p.all
	}
	if at.Before(now) {
		at = now
	}
	at = at.Add(p.every)
	if wait = at.Sub(now) - time.Duration(p.burst)*p.every; wait > 0 {
		return wait
	}
	if crowded {
		p.all = at
	} else {
		p.full[key] = at
	}
	return 0
}

func (p *pace[K]) forget(now time.Time) {
	for key, at := range p.full {
		if !at.After(now) {
			delete(p.full, key)
		}
	}
}

// right is whose acts are counted: one recipient of one link.
type rightID struct{ link, recipient uuid.UUID }

// paces are the counters of one process.
type paces struct {
	strangers pace[string]  // secrets that open nothing, by network
	acts      pace[rightID] // what the holder of a secret does that isn't sending bytes
	uploads   turnstile     // requests with files
	mails     turnstile     // that come in: each is held in memory whole
}

func newPaces(p Patience) *paces {
	return &paces{
		// Somebody whose mail program mangles links tries a few times; many such people may share an address.
		strangers: pace[string]{burst: 60, every: 2 * time.Second, most: 1 << 16},
		// A bookkeeper drops hundreds of files at once, and renames each.
		acts:    pace[rightID]{burst: 1000, every: 500 * time.Millisecond, most: 1 << 16},
		uploads: turnstile{all: p.Uploads, each: p.LinkUploads},
		mails:   turnstile{all: 8, each: 8},
	}
}

// strange is what a secret that opens nothing gets: refused says so, until its network has tried too often (threat T4).
// A secret that is right is never counted, so people behind one address don't lock each other out.
func (s *Server) strange(r *http.Request, refused error) error {
	if wait := s.paces.strangers.take(account.Network(origin(r)), time.Now()); wait > 0 {
		return &account.SlowDownError{Wait: wait}
	}
	return refused
}

// acted counts an act of a right's holder. Looking and sending bytes are no acts.
func (s *Server) acted(r *http.Request, a access) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPatch:
		return nil
	}
	if wait := s.paces.acts.take(rightID{a.Link, a.Recipient}, time.Now()); wait > 0 {
		return &account.SlowDownError{Wait: wait}
	}
	return nil
}

var (
	errCrowded  = fault.New(fault.Unavailable, "upload.crowded", "Very many files are coming in just now. Nothing is lost; try again in a moment.")
	errManyOpen = fault.New(fault.TooMany, "upload.many_open", "Too many uploads run through this link at once. Let some of them finish first.")
)

// turnstile lets so many in at once, of all and of each.
type turnstile struct {
	all, each int

	mu     sync.Mutex
	inside int
	by     map[rightID]int
}

// enter returns the way out, or why there is no room: errCrowded, errManyOpen.
func (t *turnstile) enter(who rightID) (leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.inside >= t.all:
		return nil, errCrowded
	case t.by[who] >= t.each:
		return nil, errManyOpen
	}
	if t.by == nil {
		t.by = make(map[rightID]int)
	}
	t.inside++
	t.by[who]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.inside--
		if t.by[who]--; t.by[who] == 0 {
			delete(t.by, who)
		}
	}, nil
}
