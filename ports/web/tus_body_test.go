package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// wire is a connection that keeps the deadline that was set last.
type wire struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (l *wire) SetReadDeadline(t time.Time) error { l.until = t; return nil }

// Who stops an upload ends its reading, but never the next request of the same connection.
func TestStoppedBody(t *testing.T) {
	l := &wire{ResponseRecorder: httptest.NewRecorder()}
	b := newBody(http.NoBody, http.NewResponseController(l), Standard)
	b.Stop()
	if l.until.After(time.Now()) || l.until.IsZero() {
		t.Errorf("a stopped one is read until %s", l.until)
	}
	if _, err := b.Read(make([]byte, 1)); err != errStopped {
		t.Errorf("a stopped one says %v", err)
	}
	for name, over := range map[string]func(*body){
		"has been answered": (*body).end, "was read to its end": func(b *body) { _, _ = io.ReadAll(b) },
	} {
		b = newBody(http.NoBody, http.NewResponseController(l), Standard)
		over(b)
		l.until = time.Time{}
		b.Stop()
		if !l.until.IsZero() {
			t.Errorf("the connection of one that %s is read until %s", name, l.until)
		}
	}
}
