// Package fault holds the errors that a person can act on. A rule of the product that can refuse somebody has one
// variable of type *Error beside it; ports translate Kind into a status and show Message as it stands.
package fault

import "fmt"

// Kind is the sort of refusal. ports/web and ports/api map it to an HTTP status.
type Kind uint8

// The kinds, with the HTTP status that each becomes.
const (
	Invalid         Kind = iota + 1 // 422: the input breaks a rule; Message says what to enter instead
	Unauthenticated                 // 401: nobody is signed in
	Forbidden                       // 403: somebody is, and may not
	NotFound                        // 404: unknown, or of another firm: the two are never told apart
	Conflict                        // 409: it was right a moment ago, and something has changed since
	Gone                            // 410: expired, revoked, replaced
	TooLarge                        // 413
	Unsupported                     // 415: a type that isn't accepted
	Locked                          // 423: somebody else holds it
	TooMany                         // 429: rate limit
	Unavailable                     // 503: try again shortly; nothing was lost
	NoSpace                         // 507: quota or disk reserve
)

// Error is a refusal with a stable code ("uploadlink.expired"), for programs, and a sentence that tells a person what
// to do next.
type Error struct {
	Kind    Kind
	Code    string
	Message string
}

// New makes the one variable of a rule.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Withf is the same rule with figures of the case in its sentence: the thing, the limit and the value. It still is the
// rule's variable for errors.Is.
func (e *Error) Withf(format string, args ...any) *Error {
	return &Error{Kind: e.Kind, Code: e.Code, Message: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string { return e.Message }

// Is compares codes, so that an error made by Withf is its rule's variable.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}
