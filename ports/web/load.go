package web

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"portico/ports/web/static"
	"portico/ports/web/views"

	"github.com/prometheus/client_golang/prometheus"
)

// load reads what pages are made of, once.
func (s *Server) load() error {
	made, err := read()
	if err != nil {
		return err
	}
	s.static, s.views = made.static, made.views
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

// read reads the pages and the files they name, once for all servers of the process: neither ever changes, and a page
// is checked for what it escapes where when it is first drawn.
var read = sync.OnceValues(func() (made struct {
	static *static.Set
	views  *views.Views
}, err error) {
	if made.static, err = static.Load(); err != nil {
		return made, fmt.Errorf("loading static files: %w", err)
	}
	if made.views, err = views.New(made.static.URL); err != nil {
		return made, fmt.Errorf("loading the pages: %w", err)
	}
	return made, nil
})

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
