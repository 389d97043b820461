package task

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// How much a task holds.
const (
	MaxTitle       = 200    // letters
	MaxDescription = 10_000 // letters
	MaxEntry       = 200    // letters
	MaxChecklist   = 100
	MaxContacts    = 100
	MaxNote        = 5_000 // letters
	MaxReason      = 1_000 // letters
	MaxHold        = time.Hour
)

// What can be wrong with a task that is to be assigned or changed.
var (
	ErrTitle = fault.New(fault.Invalid, "task.title",
		"Give the task a title of 1 to 200 letters.")
	ErrDescription = fault.New(fault.Invalid, "task.description",
		"The description is too long. Shorten it.")
	ErrDueOn = fault.New(fault.Invalid, "task.due_on",
		"A due date is a day of the calendar, like 2026-05-12.")
	ErrKind = fault.New(fault.Invalid, "task.kind",
		"A task is a “todo”, “documents”, a “question”, a “form” or a “signature”.")
	ErrPriority = fault.New(fault.Invalid, "task.priority",
		"The priority is “low”, “normal” or “high”.")
	ErrChecklist = fault.New(fault.Invalid, "task.checklist",
		"A checklist has at most 100 entries of 1 to 200 letters.")
	ErrAudience = fault.New(fault.Invalid, "task.audience",
		"Choose who sees the task: everybody of the client, or some of them.")
	ErrNobody = fault.New(fault.Invalid, "task.nobody",
		"Nobody of this client could see the task. Add a person with the right to tasks to the client, then assign it.")
	ErrStranger = fault.New(fault.Invalid, "task.stranger",
		"One of the people chosen is not linked to this client with the right to tasks. Give them the right, or choose others.")
	ErrZone = fault.New(fault.Invalid, "task.zone", "The time zone is unknown.")
	ErrHold = fault.New(fault.Invalid, "task.hold", "A task is held back for an hour at most.")
)

// Assigning is what a practitioner chooses. People are the contacts who could see a task of the client now: those linked
// to it with the right to tasks, or the only contact where there is no client. Empty texts and zero ids are none.
type Assigning struct {
	Task, Client   uuid.UUID
	People         []uuid.UUID
	Kind           Sort // empty: a to-do
	Title          string
	Description    string
	DueOn          string
	InternalDueOn  string
	Owner          uuid.UUID
	Audience       Audience
	Each           bool
	Priority       Priority // empty: normal
	Checklist      []Line
	Items          []Asking
	Form           uuid.UUID
	FormVersion    int
	Prefill        Prefill
	Cadence        uuid.UUID
	Recurrence     Recurrence
	Template       uuid.UUID
	Copied         uuid.UUID
	Bundle         uuid.UUID
	Job            uuid.UUID
	FinishTogether bool
	Written        []Unfilled // texts that had blanks, see Blanks.Of
	Shows          []Showing  // examples, which are put on items
	Scans          bool       // files wait for a verdict
	HoldUntil      time.Time  // zero: it is there at once
	Zone           string     // IANA
	Sender         uuid.UUID
}

// Prefill is what of an earlier task's answers a questionnaire begins with; zero: nothing.
type Prefill struct {
	From   uuid.UUID
	Values []questionnaire.Answer
	Rows   []questionnaire.Row
}

// Line is one entry of a checklist as it is typed.
type Line struct {
	ID   uuid.UUID
	Text string
}

// Assign asks for something (rules 1, 2, 3). Assigning it again changes nothing, so that a form sent twice is one task.
// It refuses with ErrKind, ErrTitle, ErrDescription, ErrDueOn, ErrPriority, ErrChecklist, ErrAudience, ErrNobody,
// ErrStranger, ErrZone, ErrHold, ErrRecurrence, ErrFormEach, and as AddItem does.
func (t Task) Assign(a Assigning, now time.Time) ([]Event, error) {
	if t.assigned {
		return nil, nil
	}
	e := Assigned{
		Client: a.Client, Subject: a.Client, Kind: or(a.Kind, ToDo), DueOn: a.DueOn, InternalDueOn: a.InternalDueOn, Owner: a.Owner,
		Each: a.Each, Priority: or(a.Priority, Normal), Form: a.Form, FormVersion: a.FormVersion, Cadence: a.Cadence,
		Template: a.Template, Copied: a.Copied, Bundle: a.Bundle, Job: a.Job, FinishTogether: a.FinishTogether,
		Series: a.Task, Nth: 1, Zone: a.Zone, Sender: a.Sender, At: now,
	}
	if a.Client == uuid.Nil && len(a.People) == 1 {
		e.Subject = a.People[0]
	}
	var err error
	if e.Audience, err = a.Audience.check(a.Client, a.People); err != nil {
		return nil, err
	}
	if err := a.checkKind(e.Kind); err != nil {
		return nil, err
	}
	if e.Title, err = title(e.Subject, a.Title); err != nil {
		return nil, err
	}
	if e.Description, err = description(e.Subject, a.Description); err != nil {
		return nil, err
	}
	if e.Checklist, err = checklist(e.Subject, a.Checklist); err != nil {
		return nil, err
	}
	if e.Items, err = items(e.Subject, a.Items); err != nil {
		return nil, err
	}
	if err := a.checkDays(e.Priority, now); err != nil {
		return nil, err
	}
	if e.Recurrence, err = a.Recurrence.check(a.DueOn); err != nil {
		return nil, err
	}
	e.Written = written(e.Subject, a.Written)
	if a.HoldUntil.After(now) {
		e.HoldUntil = a.HoldUntil
	}
	if a.Bundle == uuid.Nil { // otherwise the invitation that it came with tells of it
		e.Tell = Task{says: e}.Among(a.People)
	}
	events := append([]Event{e}, prefilled(e.Subject, a.Prefill, now)...)
	return append(events, Task{}.Apply(e).show(a.Shows, a.Scans, now)...), nil
}

func (a Assigning) checkKind(kind Sort) error {
	switch kind {
	case ToDo, Question, Signing:
		if len(a.Items) > 0 {
			return ErrItems
		}
	case Documents:
		if len(a.Items) == 0 {
			return ErrItems
		}
	case FormFilling:
		switch {
		case a.Form == uuid.Nil, a.FormVersion < 1, len(a.Items) > 0:
			return ErrKind
		case a.Each:
			return ErrFormEach
		}
	default:
		return ErrKind
	}
	return nil
}

func (a Assigning) checkDays(priority Priority, now time.Time) error {
	switch {
	case checkDay(a.DueOn) != nil, checkDay(a.InternalDueOn) != nil:
		return ErrDueOn
	case !priority.known():
		return ErrPriority
	case a.HoldUntil.Sub(now) > MaxHold:
		return ErrHold
	}
	if _, err := time.LoadLocation(a.Zone); a.Zone == "" || err != nil {
		return ErrZone
	}
	return nil
}

func or[T ~string](chosen, usual T) T {
	if chosen == "" {
		return usual
	}
	return chosen
}

func (p Priority) known() bool { return p == Low || p == Normal || p == High }

// check is an audience that somebody is in, in the order of their ids (rule 2).
func (a Audience) check(client uuid.UUID, people []uuid.UUID) (Audience, error) {
	switch {
	case client == uuid.Nil && len(people) != 1:
		return Audience{}, ErrAudience
	case client == uuid.Nil:
		return Audience{Contacts: people[:1:1]}, nil
	case len(people) == 0:
		return Audience{}, ErrNobody
	case a.All:
		return Audience{All: true}, nil
	case len(a.Contacts) == 0, len(a.Contacts) > MaxContacts:
		return Audience{}, ErrAudience
	}
	named := slices.Clone(a.Contacts)
	slices.SortFunc(named, func(x, y uuid.UUID) int { return slices.Compare(x[:], y[:]) })
	named = slices.Compact(named)
	for _, c := range named {
		if !slices.Contains(people, c) {
			return Audience{}, ErrStranger
		}
	}
	return Audience{Contacts: named}, nil
}

// InBulk is the id of the task that a bulk job assigns to a client, or to a contact without one (rule 11).
func InBulk(job, to uuid.UUID) uuid.UUID { return derived(job, to.String()) }

// InSeries is the id of the nth task of a series; the first one's is the series'.
func InSeries(series uuid.UUID, nth int) uuid.UUID {
	if nth <= 1 {
		return series
	}
	return derived(series, strconv.Itoa(nth))
}

// derived is an id that follows from another one. It keeps its time.
func derived(id uuid.UUID, what string) uuid.UUID {
	sum := sha256.Sum256(append(id[:], what...))
	copy(id[9:], sum[:])
	return id
}

func of(subject uuid.UUID, text string) event.Personal {
	if text == "" {
		return event.Personal{}
	}
	return event.Of(subject, text)
}

func title(subject uuid.UUID, text string) (event.Personal, error) {
	text = oneLine(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return event.Personal{}, ErrTitle
	case n > MaxTitle:
		return event.Personal{}, ErrTitle.Withf("The title has %d letters; at most %d fit. Shorten it.", n, MaxTitle)
	}
	return of(subject, text), nil
}

func description(subject uuid.UUID, text string) (event.Personal, error) {
	text = manyLines(text)
	if n := utf8.RuneCountInString(text); n > MaxDescription {
		return event.Personal{}, ErrDescription.Withf("The description has %d letters; at most %d fit. Shorten it.", n, MaxDescription)
	}
	return of(subject, text), nil
}

func checklist(subject uuid.UUID, lines []Line) (entries []Entry, err error) {
	if len(lines) > MaxChecklist {
		return nil, ErrChecklist
	}
	for _, l := range lines {
		text := oneLine(l.Text)
		n := utf8.RuneCountInString(text)
		twice := slices.ContainsFunc(entries, func(e Entry) bool { return e.ID == l.ID })
		if n == 0 || n > MaxEntry || l.ID == uuid.Nil || twice {
			return nil, ErrChecklist
		}
		entries = append(entries, Entry{ID: l.ID, Text: of(subject, text)})
	}
	return entries, nil
}

// checkDay refuses what is no day; none is fine.
func checkDay(text string) error {
	if text == "" {
		return nil
	}
	if d, err := time.Parse(time.DateOnly, text); err != nil || d.Year() < 2000 || d.Year() > 9999 {
		return ErrDueOn
	}
	return nil
}

// oneLine is text with single spaces and without characters that don't show, trimmed.
func oneLine(text string) string { return strings.Join(strings.Fields(manyLines(text)), " ") }

// manyLines is text without characters that don't show but for line ends and tabs, trimmed.
func manyLines(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, text))
}
