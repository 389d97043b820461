// Package access answers why a person sees something of the portal, or doesn't: by the rule, and by the event that
// decides. A right follows from events alone, so there always is one to name, or there never was one.
//
// Each kind of thing has an Explainer; a module that brings things of its own brings one for them.
package access

import (
	"context"
	"iter"
	"strings"
	"time"

	"portico/app/audit"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// ErrObject says that nothing can be told of what was named.
var ErrObject = fault.New(fault.Invalid, "access.object", "Name what they should see: portal, tab:files, or task: or file: with its id.")

// ErrUnknown says that there is no such thing, or none that the person has anything to do with.
var ErrUnknown = fault.New(fault.NotFound, "access.unknown", "There is no such thing, or none that this person could have to do with.")

// Object is what somebody should see: a kind, and which one of it. It is written "tab:files"; "portal" is the only one of
// its kind.
type Object struct{ Kind, Name string }

// ParseObject reads what String writes. ErrObject.
func ParseObject(text string) (Object, error) {
	kind, name, found := strings.Cut(strings.TrimSpace(text), ":")
	if kind == "" || found && name == "" {
		return Object{}, ErrObject
	}
	return Object{Kind: kind, Name: name}, nil
}

func (o Object) String() string {
	if o.Name == "" {
		return o.Kind
	}
	return o.Kind + ":" + o.Name
}

// Question is who should see what.
type Question struct {
	Firm   int32
	Person uuid.UUID // a contact whom the asker may see
	Object Object
	Client uuid.UUID // for whom; zero: for any of theirs
}

// Answer is whether they see it, and why. Text is a sentence or two in English, for the practice.
type Answer struct {
	Sees    bool
	Rule    string // of the specification, "S3.i23"
	Text    string
	Because Fact   // zero: nothing has ever been recorded of it
	Repair  Repair // zero: nothing would mend it, or nothing has to
}

// Fact is the event that decides.
type Fact struct {
	Stream   event.Stream
	Version  int
	Position int64
	Type     string
	At       time.Time
	Actor    event.Actor
	For      uuid.UUID // on whose behalf the actor acted; zero: nobody's
}

// None tells that there is no event.
func (f Fact) None() bool { return f.Version == 0 }

// Act is what mends it.
type Act string

// The acts. Look leads to a page where a person has to decide.
const (
	Invite  Act = "invite"
	Restore Act = "restore" // the client
	Grant   Act = "grant"   // a right
	UseTab  Act = "use_tab"
	Look    Act = "look"
)

// Repair is what would mend it, and what it takes.
type Repair struct {
	Act    Act
	Word   string        // of the button
	Right  account.Right // that whoever does it must have
	Client uuid.UUID     // to be restored, or for whom
	Rights []string      // Grant: all that the person has then
	Tab    string        // UseTab: which
	Page   string        // Look: its address
}

// Explainer explains one kind of thing.
type Explainer interface {
	// Explain returns ErrUnknown for a thing that isn't there.
	Explain(ctx context.Context, q Question) (Answer, error)
	// Objects are the things of this kind that one may ask about, with their names.
	Objects(ctx context.Context, firm int32, person uuid.UUID) ([]Choice, error)
}

// Choice is one thing to ask about.
type Choice struct {
	Object Object
	Word   string
}

// Explainers are all there are, by kind.
type Explainers map[string]Explainer

// Explain answers a question. ErrObject, ErrUnknown.
func (e Explainers) Explain(ctx context.Context, q Question) (Answer, error) {
	x, ok := e[q.Object.Kind]
	if !ok {
		return Answer{}, ErrObject
	}
	return x.Explain(ctx, q)
}

// kinds are in the order of lists; others come after them.
var kinds = []string{"portal", "tab", "task", "file"}

// Objects are all things that one may ask about a person.
func (e Explainers) Objects(ctx context.Context, firm int32, person uuid.UUID) (all []Choice, err error) {
	for kind := range e.ordered() {
		some, err := e[kind].Objects(ctx, firm, person)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (e Explainers) ordered() iter.Seq[string] {
	return func(yield func(string) bool) {
		known := map[string]bool{}
		for _, kind := range kinds {
			known[kind] = true
			if e[kind] != nil && !yield(kind) {
				return
			}
		}
		for kind := range e {
			if !known[kind] && !yield(kind) {
				return
			}
		}
	}
}

// History finds one event of a firm, without its personal fields. Implementation: adapters/postgres. ok is false for none.
type History interface {
	Event(ctx context.Context, firm int32, stream event.Stream, version int) (r audit.Row, ok bool, err error)
}

// fact is the event at a place of a stream; place 0 is none.
func fact(ctx context.Context, h History, firm int32, stream event.Stream, version int) (Fact, error) {
	if version == 0 {
		return Fact{}, nil
	}
	r, ok, err := h.Event(ctx, firm, stream, version)
	if err != nil || !ok {
		return Fact{}, err
	}
	return Fact{Stream: r.Stream, Version: r.Version, Position: r.Position, Type: r.Type, At: r.At, Actor: r.Actor, For: r.For}, nil
}
