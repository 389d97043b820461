// Package firm decides a practice's settings.
//
//  1. A practice is founded once, with a name, an address of its own and a time zone.
//  2. Each channel has a policy for the files that come in: a correction window of 0 to 24 hours, in whole
//     milliseconds, and whether the practice sees a file at once or after the window (U2, S2.i1).
//  3. Until somebody sets one, mailed links have 10 minutes and deliver after them (S1.17, S1.23).
//  4. A practice may take less than the product does: a largest file of at least 1 MB (S1.i11), and a quota for all
//     files that are kept for it, of at least 1 MB. 0 is no limit of its own, which is so until somebody sets one.
//     Limits hold for files that begin to come in after them; what is there stays.
//  5. The button of the mail with a link says “Upload Files” until the practice has words of its own (S1.9).
//  6. A practice keeps at most 100 texts for the messages of its links. Each has a name that no other has.
package firm

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxWindow is the longest correction window (rule 2).
const MaxWindow = 24 * time.Hour

// MaxName is the longest name of a practice, in letters.
const MaxName = 200

// What can be wrong with a practice's settings.
var (
	ErrNotFound = fault.New(fault.NotFound, "firm.not_found", "This practice is unknown.")
	ErrName     = fault.New(fault.Invalid, "firm.name", "Enter the practice's name, up to 200 letters.")
	ErrZone     = fault.New(fault.Invalid, "firm.zone", "Choose a time zone by its IANA name, like Europe/London.")
	ErrChannel  = fault.New(fault.NotFound, "firm.channel", "This channel is unknown. The channel of mailed links is “link”.")
	ErrWindow   = fault.New(fault.Invalid, "firm.window", "A correction window has 0 to 86,400,000 milliseconds, which is 24 hours.")
	ErrDeliver  = fault.New(fault.Invalid, "firm.deliver", "Files are delivered “after” the window or “at_once”.")
)

// Policy is one channel's rule for the files that come in.
type Policy struct {
	Window  time.Duration
	Deliver Deliver
}

// DefaultPolicy holds until a practice sets another (rule 3).
func DefaultPolicy(Channel) Policy { return Policy{Window: 10 * time.Minute, Deliver: After} }

// Firm is the state of one practice. The zero value has not been founded. Apply reuses its receiver's memory.
type Firm struct {
	founded   bool
	policies  map[Channel]Policy
	limits    Limits
	button    string // "" until there are words of its own
	templates map[uuid.UUID]template
}

// Apply assigns what e says.
func (f Firm) Apply(e Event) Firm {
	switch e := e.(type) {
	case Founded:
		f.founded = true
	case UploadPolicySet:
		if f.policies == nil {
			f.policies = map[Channel]Policy{}
		}
		f.policies[e.Channel] = Policy{Window: time.Duration(e.WindowMS) * time.Millisecond, Deliver: e.Deliver}
	case UploadLimitsSet:
		f.limits = Limits(e)
	case UploadWordingSet:
		f.button = e.Button
	case MessageTemplateSaved:
		if f.templates == nil {
			f.templates = map[uuid.UUID]template{}
		}
		f.templates[e.Template] = template{e.Name, e.Text}
	case MessageTemplateRemoved:
		delete(f.templates, e.Template)
	}
	return f
}

// Policy is the channel's rule as it stands (rules 2, 3).
func (f Firm) Policy(c Channel) Policy {
	if p, ok := f.policies[c]; ok {
		return p
	}
	return DefaultPolicy(c)
}

// Found opens the practice (rule 1). zone is an IANA name that the caller could load. Founding again changes nothing.
// It refuses with ErrName, ErrZone, address.ErrInvalid.
func (f Firm) Found(name, email, zone string) ([]Event, error) {
	if f.founded {
		return nil, nil
	}
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return nil, ErrName
	}
	email, err := address.Parse(email)
	if err != nil {
		return nil, err
	}
	if zone == "" || zone == "Local" {
		return nil, ErrZone
	}
	return []Event{Founded{Name: name, Email: email, Zone: zone}}, nil
}

// SetUploadPolicy states a channel's rule for files that come in from now on (rule 2). What stands already is no event.
// It refuses with ErrNotFound, ErrChannel, ErrWindow, ErrDeliver.
func (f Firm) SetUploadPolicy(c Channel, p Policy) ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case c != LinkChannel:
		return nil, ErrChannel
	case p.Window < 0, p.Window > MaxWindow, p.Window%time.Millisecond != 0:
		return nil, ErrWindow
	case p.Deliver != After && p.Deliver != AtOnce:
		return nil, ErrDeliver
	case p == f.Policy(c):
		return nil, nil
	}
	return []Event{UploadPolicySet{Channel: c, WindowMS: p.Window.Milliseconds(), Deliver: p.Deliver}}, nil
}
