package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	accountapp "portico/app/account"
	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

const bearer = "token" // the name of the scheme in the OpenAPI document

var errNoToken = fault.New(fault.Unauthenticated, "api.no_token", "Send an API token: Authorization: Bearer ptk_….")

// caller is who asks, and for what.
type caller struct {
	accountapp.Staff
	method, path string
}

type callerKey struct{}

// from is the caller that authenticate found; every operation has one.
func from(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// authenticate lets only holders of a live token through, whatever the operation.
func (s *Server) authenticate(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		staff, err := s.staff(ctx.Context(), ctx.Header("Authorization"))
		if err != nil {
			if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Unauthenticated {
				ctx.SetHeader("WWW-Authenticate", "Bearer")
			}
			s.answer(a, ctx, err)
			return
		}
		u := ctx.URL()
		ctx = huma.WithValue(huma.WithContext(ctx, staff.Limited(ctx.Context())), callerKey{}, caller{Staff: staff, method: ctx.Method(), path: u.Path})
		if err := s.entitled(ctx, staff); err != nil {
			s.answer(a, ctx, err)
			return
		}
		next(ctx)
	}
}

// rightOf is where an operation of the OpenAPI document names the right that it asks for.
const rightOf = "x-right"

// entitled refuses a caller whose role lacks the operation's right, and, where the caller is limited to their own
// clients, what belongs to no client of theirs (rule 18 of accounts).
func (s *Server) entitled(ctx huma.Context, staff accountapp.Staff) error {
	o := ctx.Operation()
	right, _ := o.Extensions[rightOf].(string)
	if err := staff.Role.Require(account.Right(right)); err != nil {
		return err
	}
	text := ctx.Param("id")
	if staff.Only() == uuid.Nil || text == "" {
		return nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil // the operation says what is wrong with it
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(o.Path, base+"/"), "/{id}")
	return s.Own(ctx.Context(), staff.Firm, kind, id)
}

func (s *Server) staff(ctx context.Context, header string) (accountapp.Staff, error) {
	token, ok := accountapp.BearerToken(header)
	if !ok {
		return accountapp.Staff{}, errNoToken
	}
	staff, err := s.Tokens.Token(ctx, token)
	if err == nil && staff.ID == uuid.Nil {
		return accountapp.Staff{}, account.ErrToken
	}
	return staff, err
}

// Idempotent is part of every POST's input.
type Idempotent struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"Any text of yours, new for each intention. The same key with the same body takes effect once and is answered alike; with another body it is refused."`
}

// commands is the namespace of command ids that come from Idempotency-Keys.
var commands = uuid.MustParse("6f1c9a52-3c1b-5d0e-9a55-0f7f4a3b8f11")

// by says who sends a command. Its id comes from the key, firm and person, so that two people's keys never meet; without
// a key the id is new.
func by(ctx context.Context, key string, body any) (es.By, error) {
	c := from(ctx)
	correlation, err := uuid.NewV7()
	if err != nil {
		return es.By{}, fmt.Errorf("draw a request id: %w", err)
	}
	b := es.By{Firm: c.Firm, Actor: event.Actor{Kind: event.Staff, ID: c.ID}, Command: correlation, Correlation: correlation}
	if key == "" {
		return b, nil
	}
	b.Command = uuid.NewSHA1(commands, fmt.Appendf(nil, "%d\x00%s\x00%s", c.Firm, c.ID, key))
	// The body is fingerprinted as it was understood: spaces and the order of its fields don't make another intention.
	canonical, err := json.Marshal(body)
	if err != nil {
		return es.By{}, fmt.Errorf("fingerprint a request: %w", err)
	}
	b.Fingerprint = sha256.Sum256(fmt.Appendf(nil, "%s %s\n%s", c.method, c.path, canonical))
	return b, nil
}

// shown waits until what a command wrote can be read.
func (s *Server) shown(ctx context.Context, r es.Result) error {
	if r.Position == 0 {
		return nil
	}
	ok, err := s.LinkDB.Wait(ctx, r.Position)
	if err == nil && !ok {
		return errNotShownYet
	}
	return err
}

var errNotShownYet = fault.New(fault.Unavailable, "api.not_shown_yet",
	"It is done, but can't be read yet. Ask for it again in a few seconds; sending it again with the same Idempotency-Key is safe.")

var (
	errNoSuchPage   = &huma.ErrorModel{Type: problems + "api.not_found", Title: http.StatusText(http.StatusNotFound), Status: http.StatusNotFound, Detail: "There is nothing at this address. See " + docs + "."}
	errNoSuchMethod = &huma.ErrorModel{Type: problems + "api.method", Title: http.StatusText(http.StatusMethodNotAllowed), Status: http.StatusMethodNotAllowed, Detail: "This address doesn't take this method. See " + docs + "."}
)
