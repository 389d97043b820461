// Package firm decides a practice's settings.
//
//  1. A practice is founded once, with a name, an address of its own and a time zone.
//  2. Each channel has a policy for the files that come in: a correction window of 0 to 24 hours, in whole
//     milliseconds, and whether the practice sees a file at once or after the window (U2, S2.i1).
//  3. Until somebody sets one, mailed links have 10 minutes and deliver after them (S1.17, S1.23); files on tasks have no
//     window and are delivered at once, and contacts may send them until a practice switches that off (S2.2, S2.14).
//  4. A practice may take less than the product does: a largest file of at least 1 MB (S1.i11), and a quota for all
//     files that are kept for it, of at least 1 MB. 0 is no limit of its own, which is so until somebody sets one.
//     Limits hold for files that begin to come in after them; what is there stays.
//  5. The button of the mail with a link says “Upload Files” until the practice has words of its own (S1.9).
//  6. A practice keeps at most 100 texts for the messages of its links and its invitations. Each has a name that no other
//     has, and is for one of the two; until somebody says for which, it is for links (S5.i5).
//  7. A practice may change its name, its address and its zone; rule 1 holds for them. What was signed in its name keeps
//     what it was called then.
//  8. It chooses one hue, in steps of 5 degrees. How light and how strong its colours are is the product's, so that text
//     in them can be read whatever the hue.
//  9. Its logo and its film are kept elsewhere, under an id of their own: another picture is another id, and the event
//     names the one whose bytes can go. A film of another site is an https link.
//  10. The portal is offered in at least one of the product's languages, and one of these is for people who have chosen
//     none. Until somebody sets them these are all, and English (S2.18).
//  11. The contact tab has up to 20 people, and the practice's phone, address and hours (S4.11).
//  12. A practice keeps at most 100 help articles of its own, each in one language or for all of them. Those of the
//     product are always there (S4.13).
//  13. Mails to clients come in the practice's name, and answers go where each mail says, until the practice has words
//     and an address for both.
//  14. The terms have versions, which only count up. 1 is the product's own; a practice's first is 2. A version has a text
//     in the default language, at least, and is never changed: another text is another version (S3.i13).
//  15. Home, help and settings are always in the portal; the other tabs are those that the practice uses. Until somebody
//     sets them these are all but billing and schedule.
//  16. An invitation that says nothing else is good for 30 days and leads to an account (S3.i1). A practice may set 1 to
//     365 days, access by link, and whether that needs a password (S4.5).
//  17. A second factor may be required of everybody in the practice.
package firm

import (
	"cmp"
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
	ErrChannel  = fault.New(fault.NotFound, "firm.channel", "This channel is unknown. The channel of mailed links is “link”, that of tasks “task”.")
	ErrOff      = fault.New(fault.Invalid, "firm.off", "Only files on tasks can be switched off. A mailed link takes files until it is revoked.")
	ErrWindow   = fault.New(fault.Invalid, "firm.window", "A correction window has 0 to 86,400,000 milliseconds, which is 24 hours.")
	ErrDeliver  = fault.New(fault.Invalid, "firm.deliver", "Files are delivered “after” the window or “at_once”.")
)

// Policy is one channel's rule for the files that come in.
type Policy struct {
	Window  time.Duration
	Deliver Deliver
	Off     bool // nothing comes in
}

// DefaultPolicy holds until a practice sets another (rule 3).
func DefaultPolicy(c Channel) Policy {
	if c == TaskChannel {
		return Policy{Deliver: AtOnce}
	}
	return Policy{Window: 10 * time.Minute, Deliver: After}
}

// Firm is the state of one practice. The zero value has not been founded. Apply reuses its receiver's memory.
type Firm struct {
	founded   bool
	profile   Profile
	policies  map[Channel]Policy
	limits    Limits
	button    string // "" until there are words of its own
	templates map[uuid.UUID]template
	portal    portal
}

// Apply assigns what e says.
func (f Firm) Apply(e Event) Firm {
	switch e := e.(type) {
	case Founded:
		f.founded, f.profile = true, Profile(e)
	case UploadPolicySet:
		f = f.with(e.Channel, Policy{Window: time.Duration(e.WindowMS) * time.Millisecond, Deliver: e.Deliver, Off: f.Policy(e.Channel).Off})
	case UploadsSwitched:
		p := f.Policy(e.Channel)
		p.Off = e.Off
		f = f.with(e.Channel, p)
	case UploadLimitsSet:
		f.limits = Limits(e)
	case UploadWordingSet:
		f.button = e.Button
	case MessageTemplateSaved:
		if f.templates == nil {
			f.templates = map[uuid.UUID]template{}
		}
		f.templates[e.Template] = template{e.Name, e.Text, cmp.Or(f.templates[e.Template].purpose, ForLink)}
	case MessageTemplatePurposeSet:
		if t, ok := f.templates[e.Template]; ok {
			t.purpose = e.Purpose
			f.templates[e.Template] = t
		}
	case MessageTemplateRemoved:
		delete(f.templates, e.Template)
	case ProfileSet:
		f.profile = Profile{Name: e.Name, Email: e.Email, Zone: e.Zone}
	case AccentSet, LogoSet, LogoRemoved, LanguagesSet, ContactTabSet, ArticleSaved, ArticleRemoved, VideoLinked, VideoUploaded, VideoRemoved,
		MailSenderSet, TermsPublished, TabsSet, AccessSet, StaffFactorSet:
		f.portal = f.portal.apply(e)
	}
	return f
}

func (f Firm) with(c Channel, p Policy) Firm {
	if f.policies == nil {
		f.policies = map[Channel]Policy{}
	}
	f.policies[c] = p
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
	p, err := profile(Profile{Name: name, Email: email, Zone: zone})
	if err != nil {
		return nil, err
	}
	return []Event{Founded(p)}, nil
}

// Profile is what a practice trades under.
type Profile struct {
	Name  string
	Email string
	Zone  string // IANA
}

// profile is p as it is stored, or why not (rule 1).
func profile(p Profile) (Profile, error) {
	p.Name = strings.TrimSpace(p.Name)
	if p.Name == "" || utf8.RuneCountInString(p.Name) > MaxName || !utf8.ValidString(p.Name) || strings.ContainsFunc(p.Name, unicode.IsControl) {
		return p, ErrName
	}
	var err error
	if p.Email, err = address.Parse(p.Email); err != nil {
		return p, err
	}
	if p.Zone == "" || p.Zone == "Local" {
		return p, ErrZone
	}
	return p, nil
}

// SetProfile changes what the practice trades under (rule 7). p.Zone is one that the caller could load. What stands
// already is no event. It refuses with ErrNotFound, ErrName, ErrZone, address.ErrInvalid.
func (f Firm) SetProfile(p Profile, now time.Time) ([]Event, error) {
	if !f.founded {
		return nil, ErrNotFound
	}
	p, err := profile(p)
	if err != nil || p == f.profile {
		return nil, err
	}
	return []Event{ProfileSet{Name: p.Name, Email: p.Email, Zone: p.Zone, At: now}}, nil
}

// SetUploadPolicy states a channel's rule for files that come in from now on (rule 2). What stands already is no event.
// It refuses with ErrNotFound, ErrChannel, ErrWindow, ErrDeliver, ErrOff.
func (f Firm) SetUploadPolicy(c Channel, p Policy) ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case c != LinkChannel && c != TaskChannel:
		return nil, ErrChannel
	case p.Off && c != TaskChannel:
		return nil, ErrOff
	case p.Window < 0, p.Window > MaxWindow, p.Window%time.Millisecond != 0:
		return nil, ErrWindow
	case p.Deliver != After && p.Deliver != AtOnce:
		return nil, ErrDeliver
	}
	var events []Event
	if was := f.Policy(c); p.Window != was.Window || p.Deliver != was.Deliver {
		events = append(events, UploadPolicySet{Channel: c, WindowMS: p.Window.Milliseconds(), Deliver: p.Deliver})
	}
	if p.Off != f.Policy(c).Off {
		events = append(events, UploadsSwitched{Channel: c, Off: p.Off})
	}
	return events, nil
}
