package web

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"portico/ports/web/static"
)

// observe logs and measures every request, by the pattern of its route: addresses carry secrets (threat T2). It also
// turns a panic into an answer.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w, rc: http.NewResponseController(w), silence: s.Patience.Silence}
		rec.extend()
		defer func() {
			if p := recover(); p != nil {
				s.panicked(rec, r, p)
			}
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			took := time.Since(start)
			s.seen.WithLabelValues(r.Method+" "+route, strconv.Itoa(rec.code())).Observe(took.Seconds())
			s.Log.LogAttrs(r.Context(), level(route), "request", slog.String("method", r.Method), slog.String("route", route),
				slog.Int("status", rec.code()), slog.Int64("bytes", rec.bytes), slog.Duration("took", took))
		}()
		next.ServeHTTP(rec, r)
	})
}

// level keeps what machines ask for all day out of the usual log.
func level(route string) slog.Level {
	switch route {
	case static.Prefix + "*", "/healthz", "/readyz", "/metrics":
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func (s *Server) panicked(rec *recorder, r *http.Request, p any) {
	if p == http.ErrAbortHandler { //nolint:errorlint // the value itself is the sign
		panic(p)
	}
	s.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("route", r.Pattern), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	if rec.status == 0 {
		plainAnswer(rec, http.StatusInternalServerError, errBroken.Message+"\n")
	}
}

// recorder remembers what was answered. Unwrap lets http.ResponseController reach the connection's deadlines.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64

	rc       *http.ResponseController
	silence  time.Duration
	extended time.Time
}

// extend gives the reader of the answer a while to take the next piece of it, so that one who takes nothing holds neither
// a file nor a connection. The deadline moves at most once a second: each move costs.
func (r *recorder) extend() {
	if now := time.Now(); now.Sub(r.extended) >= min(time.Second, r.silence/2) {
		_ = r.rc.SetWriteDeadline(now.Add(r.silence)) // where it isn't supported nothing waits, either
		r.extended = now
	}
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.extend()
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.extend()
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err //nolint:wrapcheck // io.Writer's own error
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
