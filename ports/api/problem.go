package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	accountapp "portico/app/account"
	"portico/app/es"
	"portico/domain/fault"

	"github.com/danielgtaylor/huma/v2"
)

const problems = "/problems/" // in front of a rule's code: a problem's type

// statuses are the HTTP statuses of refusals.
var statuses = map[fault.Kind]int{
	fault.Invalid: 422, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Gone: 410,
	fault.TooLarge: 413, fault.Unsupported: 415, fault.Locked: 423, fault.TooMany: 429, fault.Unavailable: 503, fault.NoSpace: 507,
}

var (
	errReused   = fault.New(fault.Invalid, "api.idempotency_key_reused", "This Idempotency-Key was used for another request. Draw a new key for a new intention.")
	errConflict = fault.New(fault.Conflict, "api.conflict", "Others are changing the same thing just now. Try again.")
	errInternal = &huma.ErrorModel{Type: problems + "api.internal", Title: http.StatusText(500), Status: 500, Detail: "Something went wrong here. It has been noted; try again later."}
)

// problem is err as the caller sees it. What no rule foresaw is logged and told in general words.
func (s *Server) problem(ctx context.Context, o huma.Operation, err error) error {
	switch {
	case errors.Is(err, es.ErrCommandReused):
		err = errReused
	case errors.Is(err, es.ErrConflict):
		err = errConflict
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		p := &huma.ErrorModel{Type: problems + f.Code, Title: http.StatusText(statuses[f.Kind]), Status: statuses[f.Kind], Detail: f.Message}
		if after := retryAfter(err, f); after > 0 {
			return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(after)}})
		}
		return p
	}
	if h, ok := errors.AsType[huma.StatusError](err); ok {
		return h
	}
	if ctx.Err() == nil {
		s.Log.ErrorContext(ctx, "an API call failed", "route", o.Method+" "+o.Path, "err", err)
	}
	return errInternal
}

func retryAfter(err error, f *fault.Error) (seconds int) {
	if slow, ok := errors.AsType[*accountapp.SlowDownError](err); ok {
		return slow.Seconds()
	}
	if f.Kind == fault.Unavailable || f.Kind == fault.TooMany {
		return 5
	}
	return 0
}

// answer writes a problem outside of an operation.
func (s *Server) answer(a huma.API, ctx huma.Context, err error) {
	p := s.problem(ctx.Context(), *ctx.Operation(), err)
	if h, ok := errors.AsType[huma.HeadersError](p); ok {
		for k, v := range h.GetHeaders() {
			ctx.SetHeader(k, v[0])
		}
	}
	model, ok := errors.AsType[*huma.ErrorModel](p)
	if !ok {
		model = errInternal
	}
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(model.Status)
	_ = a.Marshal(ctx.BodyWriter(), "application/json", model) // the reader has gone: nobody is left to tell
}

// nameProblem gives the library's own refusals (a field that is missing, JSON that can't be read) a type and a sentence.
func nameProblem(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok || p.Type != "" {
		return v, nil
	}
	named := *p
	named.Type = problems + "api.invalid"
	if len(p.Errors) > 0 {
		named.Detail = "The request breaks a rule: " + p.Errors[0].Message
		if at := p.Errors[0].Location; at != "" {
			named.Detail += " (" + at + ")"
		}
		named.Detail += "."
	}
	return &named, nil
}

func writeProblem(w http.ResponseWriter, p *huma.ErrorModel) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader has gone: nobody is left to tell
}
