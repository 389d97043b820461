package web

import (
	"errors"
	"fmt"
	"net/http"

	"portico/ports/web/static"
	"portico/ports/web/views"

	"github.com/prometheus/client_golang/prometheus"
)

// load reads what pages are made of, once.
func (s *Server) load() error {
	if s.static == nil { // several servers of one process may share what was read
		var err error
		if s.static, s.views, err = read(); err != nil {
			return err
		}
	}
	s.Patience = s.Patience.or()
	s.Uploads.Patience, s.paces = s.Patience, newPaces(s.Patience)
	s.seen = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "portico_http_request_seconds", Help: "Time until an answer was written, by route.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60},
	}, []string{"route", "status"})
	s.looks = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "portico_link_looks_total", Help: "Looks at the first page of an upload link, by what seems to look: browser or scanner.",
	}, []string{"by"})
	if err := errors.Join(s.Metrics.Register(s.seen), s.Metrics.Register(s.looks)); err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	return nil
}

func read() (*static.Set, *views.Views, error) {
	set, err := static.Load()
	if err != nil {
		return nil, nil, fmt.Errorf("loading static files: %w", err)
	}
	v, err := views.New(set.URL)
	if err != nil {
		return nil, nil, fmt.Errorf("loading the pages: %w", err)
	}
	return set, v, nil
}

// healthy says that the process runs; it asks nobody.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	plainAnswer(w, http.StatusOK, "ok\n")
}

// ready says whether traffic should come here.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.WarnContext(r.Context(), "not ready", "err", err)
		plainAnswer(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	plainAnswer(w, http.StatusOK, "ready\n")
}

func plainAnswer(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the reader went away: nothing to do about it
}
