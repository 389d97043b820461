// Package viewing decides how people of the practice look into a contact's portal, and act there on the contact's behalf.
//
//  1. Nobody looks without saying what for, in 3 to 200 letters; who looked, at whose papers, when and what for is kept
//     (S4.3, S4.i1).
//  2. A view belongs to one session of one person of the practice, and shows the papers of one client. It ends when they
//     leave or look anew, and at the latest after an hour.
//  3. A view is read only. Acting on the contact's behalf is switched on and off within it, and ends with it; both are
//     kept (S4.i1).
//  4. Looking is no visit of the contact's: it leaves no trace but this one (S4.i1).
package viewing

import (
	"maps"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Lasts is how long a view lasts at most (rule 2).
const Lasts = time.Hour

// How long a purpose is, in letters (rule 1).
const (
	MinPurpose = 3
	MaxPurpose = 200
)

// What can be wrong with looking into a portal.
var (
	ErrPurpose = fault.New(fault.Invalid, "viewing.purpose", "Say what you look for, in 3 to 200 letters. It is kept in the history.")
	ErrNone    = fault.New(fault.Forbidden, "viewing.none", "You aren’t looking into this portal, or not any more. Say what for, and open it again.")
	ErrReading = fault.New(fault.Forbidden, "viewing.read_only",
		"You see this portal read only, so nothing was changed. Whoever may act for clients can switch that on.")
)

// View is one person of the practice in one contact's portal.
type View struct {
	ID      uuid.UUID
	Staff   uuid.UUID
	Session uuid.UUID
	Client  uuid.UUID // zero: somebody's who is no client
	Purpose string    // empty where it was erased
	Until   time.Time
	Acting  bool
}

// Viewing is who looks into one contact's portal. The zero value is nobody, ever.
type Viewing struct {
	views map[uuid.UUID]View // by session; those of the last hour
}

// Apply assigns what e says.
func (v Viewing) Apply(e Event) Viewing {
	views := maps.Clone(v.views)
	if views == nil {
		views = map[uuid.UUID]View{}
	}
	switch e := e.(type) {
	case Began:
		maps.DeleteFunc(views, func(_ uuid.UUID, old View) bool { return !e.At.Before(old.Until) })
		views[e.Session] = View{ID: e.View, Staff: e.Staff, Session: e.Session, Client: e.Client, Purpose: e.Purpose.Text, Until: e.Until}
	case Ended:
		maps.DeleteFunc(views, func(_ uuid.UUID, old View) bool { return old.ID == e.View })
	case ActingBegan:
		act(views, e.View, true)
	case ActingEnded:
		act(views, e.View, false)
	}
	return Viewing{views: views}
}

func act(views map[uuid.UUID]View, id uuid.UUID, acting bool) {
	for session, view := range views {
		if view.ID == id {
			view.Acting = acting
			views[session] = view
		}
	}
}

// Look is somebody's wish to see what a contact sees.
type Look struct {
	View           uuid.UUID // made for it
	Contact        uuid.UUID
	Client         uuid.UUID
	Staff, Session uuid.UUID
	Purpose        string
}

// Begin lets somebody look (rules 1, 2). The same view again is no event. It refuses with ErrPurpose, and with ErrNone
// who has no session.
func (v Viewing) Begin(l Look, now time.Time) ([]Event, error) {
	purpose := strings.Join(strings.Fields(l.Purpose), " ")
	letters := utf8.RuneCountInString(purpose)
	switch {
	case l.Session == uuid.Nil || l.Staff == uuid.Nil:
		return nil, ErrNone
	case letters < MinPurpose, letters > MaxPurpose, !utf8.ValidString(purpose), strings.ContainsFunc(purpose, strange):
		return nil, ErrPurpose
	}
	var events []Event
	if old, err := v.See(l.Staff, l.Session, now); err == nil {
		if old.ID == l.View {
			return nil, nil
		}
		events = append(events, Ended{View: old.ID, At: now})
	}
	return append(events, Began{
		View: l.View, Contact: l.Contact, Client: l.Client, Staff: l.Staff, Session: l.Session, Purpose: event.Of(l.Contact, purpose),
		Until: now.Add(Lasts), At: now,
	}), nil
}

func strange(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// See is the view of a session of somebody at now, or ErrNone (rule 2).
func (v Viewing) See(staff, session uuid.UUID, now time.Time) (View, error) {
	view, ok := v.views[session]
	if !ok || view.Staff != staff || !now.Before(view.Until) {
		return View{}, ErrNone
	}
	return view, nil
}

// End ends the view of a session (rule 2); where there is none, nothing happens.
func (v Viewing) End(staff, session uuid.UUID, now time.Time) ([]Event, error) {
	view, err := v.See(staff, session, now)
	if err != nil {
		return nil, nil //nolint:nilerr // who looks no more has left
	}
	return []Event{Ended{View: view.ID, At: now}}, nil
}

// Act switches acting on the contact's behalf on or off (rule 3). What is so already is no event. It refuses with ErrNone.
func (v Viewing) Act(staff, session uuid.UUID, on bool, now time.Time) ([]Event, error) {
	view, err := v.See(staff, session, now)
	switch {
	case err != nil:
		return nil, err
	case view.Acting == on:
		return nil, nil
	case on:
		return []Event{ActingBegan{View: view.ID, At: now}}, nil
	}
	return []Event{ActingEnded{View: view.ID, At: now}}, nil
}
