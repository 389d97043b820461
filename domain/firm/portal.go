package firm

import (
	"slices"
	"strings"
	"unicode/utf8"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// DefaultHue is the product's own green, in degrees (rule 8).
const DefaultHue = 165

// HueStep is how far apart two hues are, in degrees (rule 8).
const HueStep = 5

// DefaultLanguage is for people who have chosen none, until the practice says which (rule 10).
const DefaultLanguage = "en"

// Languages are those that the product speaks, in the order of lists (rule 10).
func Languages() []string { return []string{"en", "es", "de", "fr", "et"} }

// Tabs are all tabs that a practice may use, in the order of the portal (rule 15).
func Tabs() []Tab {
	return []Tab{TodosTab, FilesTab, RequestsTab, BillingTab, ScheduleTab, ContactTab, VideoTab}
}

// DefaultTabs are those of a practice that has not chosen (rule 15).
func DefaultTabs() []Tab { return []Tab{TodosTab, FilesTab, RequestsTab, ContactTab, VideoTab} }

// How much the portal's texts may be, in letters (rules 11, 13), and how long an invitation is good for (rule 16).
const (
	MaxPeople        = 20
	MaxPersonText    = 100
	MaxPhone         = 40
	MaxContactText   = 500
	MaxSenderName    = 100
	DefaultExpiry    = 30 // days
	MaxExpiry        = 365
	maxContactBreaks = 11
)

// What can be wrong with how a portal is set up.
var (
	ErrHue       = fault.New(fault.Invalid, "firm.hue", "Choose a colour by its hue: 0 to 355 degrees, in steps of 5.")
	ErrLanguages = fault.New(fault.Invalid, "firm.languages", "Offer at least one of these languages: en, es, de, fr, et.")
	ErrLanguage  = fault.New(fault.Invalid, "firm.language", "Choose one of the languages that the portal is offered in.")
	ErrPeople    = fault.New(fault.Invalid, "firm.people", "The contact tab has up to 20 people, each with a name of at most 100 letters.")
	ErrPhone     = fault.New(fault.Invalid, "firm.phone", "A phone number has at most 40 characters: digits, spaces and + ( ) - / .")
	ErrAddress   = fault.New(fault.Invalid, "firm.address", "The address has at most 500 letters on 12 lines. Shorten it.")
	ErrHours     = fault.New(fault.Invalid, "firm.hours", "The hours have at most 500 letters on 12 lines. Shorten them.")
	ErrSender    = fault.New(fault.Invalid, "firm.sender",
		"The sender’s name has at most 100 letters, and none of < > \" @ ; leave it empty for the practice’s name.")
	ErrTabs   = fault.New(fault.Invalid, "firm.tabs", "Choose among todos, files, requests, billing, schedule, contact and video.")
	ErrAccess = fault.New(fault.Invalid, "firm.access", "People come in by “account” or by “link”.")
	ErrExpiry = fault.New(fault.Invalid, "firm.expiry", "An invitation is good for 1 to 365 days.")
)

// portal is how a practice's portal is set up.
type portal struct {
	hue       *int // nil: the product's
	logo      uuid.UUID
	languages LanguagesSet
	contact   ContactTabSet
	articles  map[uuid.UUID]ArticleSaved
	video     Video
	sender    MailSenderSet
	terms     TermsPublished
	tabs      []Tab
	tabsSet   bool
	access    AccessSet
	factor    bool
}

// apply assigns what e says; e is one of those that say something about the portal.
func (p portal) apply(e Event) portal {
	switch e := event.Event(e).(type) { // Firm.Apply has the whole list
	case AccentSet:
		p.hue = &e.Hue
	case LogoSet:
		p.logo = e.Logo
	case LogoRemoved:
		p.logo = uuid.Nil
	case LanguagesSet:
		p.languages = e
	case ContactTabSet:
		p.contact = e
	case ArticleSaved:
		if p.articles == nil {
			p.articles = map[uuid.UUID]ArticleSaved{}
		}
		p.articles[e.Article] = e
	case ArticleRemoved:
		delete(p.articles, e.Article)
	case VideoLinked:
		p.video = Video{Title: e.Title, URL: e.URL}
	case VideoUploaded:
		p.video = Video{Title: e.Title, ID: e.Video, Media: e.Media, Bytes: e.Bytes, SHA256: e.SHA256}
	case VideoRemoved:
		p.video = Video{}
	case MailSenderSet:
		p.sender = e
	case TermsPublished:
		p.terms = e
	case TabsSet:
		p.tabs, p.tabsSet = e.Tabs, true
	case AccessSet:
		p.access = e
	case StaffFactorSet:
		p.factor = e.Required
	}
	return p
}

// SetAccent chooses the hue of the practice's pages, in degrees (rule 8). It refuses with ErrNotFound, ErrHue.
func (f Firm) SetAccent(hue int) ([]Event, error) {
	now := DefaultHue
	if f.portal.hue != nil {
		now = *f.portal.hue
	}
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case hue < 0, hue >= 360, hue%HueStep != 0:
		return nil, ErrHue
	case hue == now:
		return nil, nil
	}
	return []Event{AccentSet{Hue: hue}}, nil
}

// Logo is a picture that was written anew and whose bytes are kept.
type Logo struct {
	ID            uuid.UUID
	Media         string
	Width, Height int // pixels
	Bytes         int64
	SHA256        string
}

// SetLogo makes l stand for the practice (rule 9). The same id again is no event. It refuses with ErrNotFound.
func (f Firm) SetLogo(l Logo) ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case l.ID == f.portal.logo:
		return nil, nil
	}
	return []Event{LogoSet{Logo: l.ID, Media: l.Media, Width: l.Width, Height: l.Height, Bytes: l.Bytes, SHA256: l.SHA256, Replaced: f.portal.logo}}, nil
}

// RemoveLogo takes the logo away; without one it is no event. It refuses with ErrNotFound.
func (f Firm) RemoveLogo() ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case f.portal.logo == uuid.Nil:
		return nil, nil
	}
	return []Event{LogoRemoved{Logo: f.portal.logo}}, nil
}

// offered are the languages as they stand (rule 10).
func (p portal) offered() LanguagesSet {
	if len(p.languages.Offered) == 0 {
		return LanguagesSet{Offered: Languages(), Default: DefaultLanguage}
	}
	return p.languages
}

// SetLanguages states in which languages the portal is offered (rule 10). The order of offered says nothing. What stands
// already is no event. It refuses with ErrNotFound, ErrLanguages, ErrLanguage.
func (f Firm) SetLanguages(offered []string, standard string) ([]Event, error) {
	sorted := slices.DeleteFunc(Languages(), func(l string) bool { return !slices.Contains(offered, l) })
	unknown := slices.ContainsFunc(offered, func(l string) bool { return !slices.Contains(Languages(), l) })
	now := f.portal.offered()
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case len(sorted) == 0, unknown:
		return nil, ErrLanguages
	case !slices.Contains(sorted, standard):
		return nil, ErrLanguage
	case standard == now.Default && slices.Equal(sorted, now.Offered):
		return nil, nil
	}
	return []Event{LanguagesSet{Offered: sorted, Default: standard}}, nil
}

// Contact is what the contact tab says.
type Contact struct {
	People  []Person
	Phone   string
	Address string
	Hours   string
}

// Person is somebody of the practice whom clients may turn to. ID stays the same over changes.
type Person struct {
	ID                       uuid.UUID
	Name, Role, Email, Phone string
}

// SetContact states what the contact tab says (rule 11). What stands already is no event. It refuses with ErrNotFound,
// ErrPeople, ErrPhone, ErrAddress, ErrHours, address.ErrInvalid.
func (f Firm) SetContact(c Contact) ([]Event, error) {
	e := ContactTabSet{People: []ContactPerson{}, Phone: oneLine(c.Phone), Address: manyLines(c.Address), Hours: manyLines(c.Hours)}
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case len(c.People) > MaxPeople:
		return nil, ErrPeople
	case !Dialable(e.Phone):
		return nil, ErrPhone
	case !fits(e.Address):
		return nil, ErrAddress
	case !fits(e.Hours):
		return nil, ErrHours
	}
	for _, p := range c.People {
		who, err := contactPerson(p)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(e.People, func(o ContactPerson) bool { return o.ID == who.ID }) {
			return nil, ErrPeople
		}
		e.People = append(e.People, who)
	}
	now := f.portal.contact
	if e.Phone == now.Phone && e.Address == now.Address && e.Hours == now.Hours && slices.Equal(e.People, now.People) {
		return nil, nil
	}
	return []Event{e}, nil
}

func contactPerson(p Person) (ContactPerson, error) {
	p.Name, p.Role, p.Phone, p.Email = oneLine(p.Name), oneLine(p.Role), oneLine(p.Phone), strings.TrimSpace(p.Email)
	switch {
	case p.ID == uuid.Nil:
		return ContactPerson{}, ErrPeople
	case p.Name == "":
		return ContactPerson{}, ErrPeople.Withf("Enter a name for each person, or leave all of a person’s fields empty.")
	case utf8.RuneCountInString(p.Name) > MaxPersonText, utf8.RuneCountInString(p.Role) > MaxPersonText:
		return ContactPerson{}, ErrPeople
	case !Dialable(p.Phone):
		return ContactPerson{}, ErrPhone
	}
	if p.Email != "" {
		var err error
		if p.Email, err = address.Parse(p.Email); err != nil {
			return ContactPerson{}, err
		}
	}
	of := func(text string) event.Personal { return event.Of(p.ID, text) }
	return ContactPerson{ID: p.ID, Name: of(p.Name), Role: of(p.Role), Email: of(p.Email), Phone: of(p.Phone)}, nil
}

// Dialable tells whether text can be a phone number as people write it; empty is none.
func Dialable(text string) bool {
	return utf8.RuneCountInString(text) <= MaxPhone && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && !strings.ContainsRune(" +()-/.", r)
	})
}

func fits(text string) bool {
	return utf8.RuneCountInString(text) <= MaxContactText && strings.Count(text, "\n") <= maxContactBreaks
}

// SetMailSender states in whose name mails to clients come and where answers go (rule 13). What stands already is no
// event. It refuses with ErrNotFound, ErrSender, address.ErrInvalid.
func (f Firm) SetMailSender(name, replyTo string) ([]Event, error) {
	e := MailSenderSet{Name: oneLine(name), ReplyTo: strings.TrimSpace(replyTo)}
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case utf8.RuneCountInString(e.Name) > MaxSenderName, strings.ContainsAny(e.Name, "<>\"@"):
		return nil, ErrSender
	}
	if e.ReplyTo != "" {
		var err error
		if e.ReplyTo, err = address.Parse(e.ReplyTo); err != nil {
			return nil, err
		}
	}
	if e == f.portal.sender {
		return nil, nil
	}
	return []Event{e}, nil
}

// SetTabs states which parts of the portal the practice uses (rule 15). Their order says nothing. What stands already is
// no event. It refuses with ErrNotFound, ErrTabs.
func (f Firm) SetTabs(tabs []Tab) ([]Event, error) {
	sorted := slices.DeleteFunc(Tabs(), func(t Tab) bool { return !slices.Contains(tabs, t) })
	now := DefaultTabs()
	if f.portal.tabsSet {
		now = f.portal.tabs
	}
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case slices.ContainsFunc(tabs, func(t Tab) bool { return !slices.Contains(Tabs(), t) }):
		return nil, ErrTabs
	case slices.Equal(sorted, now):
		return nil, nil
	}
	return []Event{TabsSet{Tabs: sorted}}, nil
}

// AccessPolicy is how people come in where an invitation says nothing else.
type AccessPolicy struct {
	Access       Access
	LinkPassword bool
	ExpiryDays   int
}

// DefaultAccess holds until a practice sets another (rule 16).
func DefaultAccess() AccessPolicy {
	return AccessPolicy{Access: ByAccount, LinkPassword: true, ExpiryDays: DefaultExpiry}
}

// SetAccess states how people come in from the next invitation on (rule 16). What stands already is no event. It refuses
// with ErrNotFound, ErrAccess, ErrExpiry.
func (f Firm) SetAccess(p AccessPolicy) ([]Event, error) {
	now := DefaultAccess()
	if f.portal.access != (AccessSet{}) {
		now = AccessPolicy(f.portal.access)
	}
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case p.Access != ByAccount && p.Access != ByLink:
		return nil, ErrAccess
	case p.ExpiryDays < 1, p.ExpiryDays > MaxExpiry:
		return nil, ErrExpiry
	case p == now:
		return nil, nil
	}
	return []Event{AccessSet(p)}, nil
}

// RequireStaffFactor states whether everybody of the practice needs a second factor (rule 17). It refuses with ErrNotFound.
func (f Firm) RequireStaffFactor(required bool) ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case required == f.portal.factor:
		return nil, nil
	}
	return []Event{StaffFactorSet{Required: required}}, nil
}
