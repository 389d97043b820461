package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"portico/app/live"
	"portico/domain/event"
	"portico/domain/task"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// A stream lasts a minute, give or take so that not all begin anew at once; the next one is asked for like any page, so
// who was signed out, or removed, hears nothing more by then. In between a sign of life keeps proxies from ending it.
const (
	streamLasts = time.Minute
	streamPing  = 15 * time.Second
)

// liveStaff tells a browser of the practice what has changed, as server-sent events.
func (s *Server) liveStaff(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	return s.stream(w, r, live.Who{Firm: u.Firm, Limited: u.Only() != uuid.Nil})
}

// livePortal tells a contact's browser which of their tasks have changed.
func (s *Server) livePortal(w http.ResponseWriter, r *http.Request, in inPortal) error {
	return s.stream(w, r, live.Who{Firm: in.Firm, Contact: in.Contact})
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, who live.Who) error {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy that collects would tell it late
	rc := http.NewResponseController(w)
	say := func(b []byte) error {
		if _, err := w.Write(b); err != nil {
			return err //nolint:wrapcheck // the browser has gone
		}
		return rc.Flush() //nolint:wrapcheck // likewise
	}
	f := s.Live.Follow(who)
	defer f.Leave()
	over := time.NewTimer(streamLasts*9/10 + rand.N(streamLasts/5))
	defer over.Stop()
	ping := time.NewTicker(streamPing)
	defer ping.Stop()
	for err := say(fmt.Appendf(nil, "retry: %d\n\n", 500+rand.N(1000))); err == nil; {
		select {
		case _, open := <-f.Wake():
			if !open {
				return nil
			}
			err = say(changes(f.Take()))
		case <-ping.C:
			err = say([]byte(":\n\n"))
		case <-over.C:
			return nil
		case <-r.Context().Done():
			return nil
		}
	}
	return nil // whoever asked has gone
}

// follows are the changes that the page at path shows, as live-region.js has them: kinds, or "kind:id" for the page of
// one thing. Empty where it may show anything.
func follows(path string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	kind, known := map[string]event.Kind{"tasks": task.Kind, "upload-links": uploadlink.Kind}[first]
	switch id, err := uuid.Parse(rest); {
	case !known:
		return ""
	case err == nil:
		return string(kind) + ":" + id.String()
	}
	return string(kind)
}

// changes are events without a name, of one change each: {"kind":"task","id":"…"}.
func changes(list []live.Change) []byte {
	var b bytes.Buffer
	for _, c := range list {
		text, err := json.Marshal(c)
		if err != nil {
			text = []byte("{}") // look at everything
		}
		fmt.Fprintf(&b, "data: %s\n\n", text)
	}
	return b.Bytes()
}
