package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"portico/app/account"
	"portico/app/es"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"
)

// handler answers a request, or returns why not. Nothing has been written when it returns an error.
type handler func(w http.ResponseWriter, r *http.Request) error

// What pages refuse by themselves.
var (
	errNotFound    = fault.New(fault.NotFound, "web.not_found", "There is nothing at this address. Check it for typing mistakes.")
	errCrossOrigin = fault.New(fault.Forbidden, "web.cross_origin", "This request came from another site and was stopped. Open the page here and try again.")
	errForm        = fault.New(fault.Invalid, "web.form", "This form could not be read. Go back, reload the page and try again.")
	errReused      = fault.New(fault.Conflict, "web.form_reused", "This form was sent before with other content. Reload the page to start a new one.")
	errBusy        = fault.New(fault.Conflict, "web.busy", "Somebody else is changing the same thing. Try again.")
	errBroken      = fault.New(fault.Unavailable, "web.broken", "Something went wrong on our side, and it has been noted. Try again in a moment.")
	errLagging     = fault.New(fault.Unavailable, "web.lagging", "This is not ready yet. Try again in a moment.")
)

// statusGone is what is logged where the reader went away before there was an answer; no number of HTTP says so.
const statusGone = 499

// statuses is what each kind of refusal becomes: the only place that knows both the rules and HTTP.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Gone: http.StatusGone,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType, fault.Locked: http.StatusLocked,
	fault.TooMany: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable, fault.NoSpace: http.StatusInsufficientStorage,
}

// handle is the one place where an error becomes a page, or a problem for programs.
func (s *Server) handle(k kind, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.secure(w, k)
		if err := h(w, r); err != nil {
			refusal := k
			if k == download || k == logoFile || k == filmFile { // a page of ours says why there is no file
				refusal = appPage
				s.secure(w, refusal)
			}
			s.refuse(w, r, refusal, err)
		}
	})
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, k kind, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) && !errors.Is(err, errTooSlow) { // the server takes silence for leaving
		w.WriteHeader(statusGone) // for the log; nobody is there to read more
		return
	}
	f := s.fault(r.Context(), r.Pattern, err)
	retryAfter(w, err)
	code := statuses[f.Kind]
	if f == errTooSlow {
		code = http.StatusRequestTimeout
	}
	closed, isClosed := errors.AsType[*closedError](err)
	switch {
	case wantsPage(r, k) && isClosed:
		s.page(w, r, code, closed.page)
	case wantsPage(r, k):
		s.refusePage(w, r, k, code, f)
	case isClosed && r.Method == http.MethodGet:
		s.answerGone(w, f, closed.state)
	default:
		writeProblem(w, r, code, f)
	}
}

func (s *Server) refusePage(w http.ResponseWriter, r *http.Request, k kind, code int, f *fault.Error) {
	switch {
	case k == tokenPage || k == uploadPage:
		s.page(w, r, code, brokenLink(r, f))
	case k == portalPage || k == entryPage:
		s.refuseVisitor(w, r, code, f)
	case f.Code == accounts.ErrSecond.Code:
		http.Redirect(w, r, secondURL(r), http.StatusSeeOther)
	case f.Code == accounts.ErrEnrol.Code:
		http.Redirect(w, r, staffSecurity, http.StatusSeeOther)
	case f.Code == accounts.ErrStale.Code:
		http.Redirect(w, r, staffStep+"?"+nextQuery(staffSecurity), http.StatusSeeOther)
	case f.Kind == fault.Unauthenticated:
		http.Redirect(w, r, loginURL(r), http.StatusSeeOther)
	default:
		s.page(w, r, code, views.Failure{
			Plain: views.Plain{Title: titles[f.Kind]}, Text: f.Message, Action: "Go to the start", Href: "/",
		})
	}
}

// retryAfter tells programs how long somebody who tried too often has to wait.
func retryAfter(w http.ResponseWriter, err error) {
	if slow, ok := errors.AsType[*account.SlowDownError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(slow.Seconds()))
	}
}

// fault is what err tells a person. What no rule caused is logged here and nowhere else.
func (s *Server) fault(ctx context.Context, route string, err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	switch {
	case errors.Is(err, es.ErrCommandReused):
		return errReused
	case errors.Is(err, es.ErrConflict):
		return errBusy
	}
	s.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("route", route), slog.Any("err", err))
	return errBroken
}

var titles = map[fault.Kind]string{
	fault.Invalid: "That did not work", fault.Unauthenticated: "Sign in first", fault.Forbidden: "Not allowed", fault.NotFound: "Not found",
	fault.Conflict: "Something has changed", fault.Gone: "No longer there", fault.TooLarge: "Too large", fault.Unsupported: "Not accepted",
	fault.Locked: "In use", fault.TooMany: "Too many tries", fault.Unavailable: "Not just now", fault.NoSpace: "No space left",
}

// problem is RFC 9457. Its type names the rule.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func problemOf(f *fault.Error) problem {
	return problem{Type: "/problems/" + f.Code, Title: titles[f.Kind], Status: statuses[f.Kind], Detail: f.Message}
}

func (s *Server) json(w http.ResponseWriter, code int, media string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.Log.Error("writing JSON", "err", err)
		code, body = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n')) // the reader went away: nothing to do about it
}

// page renders p, or the page of last resort.
func (s *Server) page(w http.ResponseWriter, r *http.Request, code int, p views.Page) {
	var b strings.Builder
	if err := s.views.Render(&b, views.Around(p, func(e views.Entry) views.PortalFrame { return s.entryFrame(r, e) })); err != nil {
		s.Log.ErrorContext(r.Context(), "rendering failed", "route", r.Pattern, "err", err)
		plainAnswer(w, http.StatusInternalServerError, errBroken.Message+"\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(b.String())) // the reader went away: nothing to do about it
}

// show is page as a handler's last act.
func (s *Server) show(w http.ResponseWriter, r *http.Request, p views.Page) error {
	s.page(w, r, http.StatusOK, p)
	return nil
}

// wantsPage tells a browser's navigation from a program. A staff page is a page whatever is asked for; below a link's
// address programs are the rule, and browsers say that they want HTML.
func wantsPage(r *http.Request, k kind) bool {
	accept := r.Header.Get("Accept")
	if k == program {
		return false
	}
	if k == tokenPage || k == uploadPage || streams(r.URL.Path) { // who sends files asks for any answer
		return strings.Contains(accept, "text/html")
	}
	return !strings.HasPrefix(accept, "application/json")
}

func (s *Server) notFound(http.ResponseWriter, *http.Request) error { return errNotFound }

// secondURL leads to where the second factor is shown, and from there to the page that was asked for.
func secondURL(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return staffSecond
	}
	return staffSecond + "?" + nextQuery(r.URL.RequestURI())
}

// loginURL leads back to the page that was asked for, where it can be asked for again.
func loginURL(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return "/login"
	}
	return "/login?" + nextQuery(r.URL.RequestURI())
}
