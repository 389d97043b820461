// Package invitejob invites many people at once.
//
//  1. Nobody is invited until somebody has seen who would be, and confirmed it. Who is chosen is kept by then: what is
//     confirmed is what was seen.
//  2. Preview and job decide by the same rules, those of invitations; the job decides on each person's own history, so that
//     whoever was invited a moment ago is passed by. What is refused for one stops no other (S3.i6, I2).
//  3. A job that was interrupted goes on where it was, in whatever process. It is keyed by (job, person) in the history of
//     each person's invitation, so that nobody has two (I2).
//  4. It never runs far ahead of the mail server: while messages queue up, or fail for a passing reason, it waits (S3.i9).
//  5. Stopped, it invites nobody further, and takes back what has not left (S3.i9).
package invitejob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/invitejob"

	"github.com/google/uuid"
)

// Hold is how long a job can be undone after it was started (T5).
const Hold = 30 * time.Second

// KeepDraft is how long a list is kept that nobody has confirmed. What was confirmed stays.
const KeepDraft = 24 * time.Hour

// What can be wrong with a job besides the rules of invitations.
var (
	ErrUnknown = fault.New(fault.NotFound, "invitejob.unknown", "There is no such list of invitations, or nobody sent them within a day. Choose the people again.")
	// ErrNobodyThere is said of a client without people.
	ErrNobodyThere = fault.New(fault.Conflict, "invitejob.nobody_there", "Nobody is entered as this client’s contact yet.")
)

// Choice is whom a practitioner looks at, or means.
type Choice struct {
	Of      clientapp.Query  // whose people, of active clients; its cursor and limit count for nothing
	Stand   clientapp.Portal // where the person stands
	Clients []uuid.UUID      // only people of these; nil: of all that Of chooses
	People  []uuid.UUID      // only these; nil: all of them
}

// Candidate is one person of a client; of a client without people one with no Contact.
type Candidate struct {
	Client     uuid.UUID
	ClientName string
	Archived   bool
	Contact    uuid.UUID // zero: there is nobody
	Given      string
	Name       string
	Email      string
	Phone      string
	Language   string
	State      inviteapp.State // of the sending that stands
	In         bool
}

// Addressed tells that the person can be reached at all. Who can't is listed and not chosen (S3.i8).
func (c Candidate) Addressed() bool { return c.Contact != uuid.Nil && (c.Email != "" || c.Phone != "") }

// Verdict is why a job would pass c by; nil: it would invite them. The job itself decides by invite.Invite.Send.
func (c Candidate) Verdict(s Settings) *fault.Error {
	switch {
	case c.Contact == uuid.Nil:
		return ErrNobodyThere
	case c.Archived:
		return invite.ErrInactive
	case c.In:
		return invite.ErrIn
	case c.State == inviteapp.Removed:
		return invite.ErrShut
	case c.State == inviteapp.Bounced:
		return invite.ErrCameBack
	case c.State.Open() && !s.Again:
		return invite.ErrWaits
	}
	err := invite.Person{Contact: c.Contact, Given: c.Given, Name: c.Name, Email: c.Email, Phone: c.Phone}.Reachable(s.Channels)
	f, _ := err.(*fault.Error) //nolint:errorlint // the rules of invitations say so themselves
	return f
}

// Counts are how many people there are for each choice of where they stand, with the rest of the choice as it is.
type Counts struct {
	Found     int // rows of the choice: a person of two clients is two
	Choosable int // people of them who have an address; each once
	Stand     map[clientapp.Portal]int
}

// People are whom the practice could invite. Implementation: adapters/postgres.
type People interface {
	// Candidates are people by their clients' names; limit counts clients, 0 for all, and next leads on.
	Candidates(ctx context.Context, firm int32, c Choice, after string, limit int) (rows []Candidate, next string, err error)
	// Counts are the numbers of a choice.
	Counts(ctx context.Context, firm int32, c Choice) (Counts, error)
}

// Settings are what is the same for everybody.
type Settings struct {
	Channels  invite.Channels
	Message   string
	Access    invite.Access
	DueOn     string    // "2026-05-12", or empty
	ExpiresOn time.Time // a civil date
	Zone      string    // IANA
	Again     bool      // also who was invited and has not answered
}

// Draft is one job as it was put together.
type Draft struct {
	Settings
	ID        uuid.UUID
	Staff     uuid.UUID // who put it together, then who confirmed it; zero: the operator
	Chosen    string    // how people were chosen, in words
	People    int
	SHA256    string // of the list
	CreatedAt time.Time
}

// Chosen is one person of a job.
type Chosen struct {
	No      int // 1, 2, 3
	Contact uuid.UUID
	Client  uuid.UUID // whose portal it is about
}

// Outcome is what became of one person in a job.
type Outcome string

// The outcomes. Their words are stored.
const (
	Waits   Outcome = "" // it is not their turn yet, or never was
	Sent    Outcome = "sent"
	Skipped Outcome = "skipped"
	Failed  Outcome = "failed"
)

// Noted is what became of one person, and why.
type Noted struct {
	Contact uuid.UUID
	Outcome Outcome
	Code    string // of the rule that passed them by
	Note    string // in a sentence
}

// Row is one person of a job with the three facts of their invitation (I2); zero: it hasn't happened.
type Row struct {
	Chosen
	Outcome          Outcome
	Code, Note       string
	Name, ClientName string
	Email, Phone     string // where it went; of who has no invitation, where they are
	CreatedAt        time.Time
	HandedOverAt     time.Time
	DeliveredAt      time.Time
	BouncedAt        time.Time // on one of its channels, or given up
	BounceCode       string
	Accepted         bool
	Nth              int
	GivenUp, Lost    bool // Lost: it failed on every channel that it went by
}

// Tally is how many people of a job there are of each sort.
type Tally struct {
	People, Waiting, Sent, Skipped, Failed int // they add up: People is the sum of the others
	// Of those who were sent one:
	HandedOver, Delivered, Bounced, Accepted int
	Reasons                                  map[string]int // of those who were passed by or failed, by code
}

// Part chooses rows of a job.
type Part string

// The parts.
const (
	All         Part = ""
	PartWaiting Part = "waiting"
	PartSent    Part = "sent"
	PartOnWay   Part = "on_its_way" // sent, and neither handed over nor bounced yet
	PartHanded  Part = "handed_over"
	PartBounced Part = "bounced"
	PartSkipped Part = "skipped"
	PartFailed  Part = "failed"
)

// Lists keep the people of jobs. Implementation: adapters/postgres.
type Lists interface {
	// Save keeps a list; a job that is there already stays as it is.
	Save(ctx context.Context, firm int32, d Draft, people []Chosen) error
	// Draft is one job. ErrUnknown.
	Draft(ctx context.Context, firm int32, id uuid.UUID) (Draft, error)
	// Drafts are the newest jobs of a practice.
	Drafts(ctx context.Context, firm int32, limit int) ([]Draft, error)
	// Keep says that a job is confirmed, and in whose name. ErrUnknown.
	Keep(ctx context.Context, firm int32, id, staff uuid.UUID) error
	// People are the people of a job in their order.
	People(ctx context.Context, firm int32, id uuid.UUID) ([]Chosen, error)
	// Waiting are the first of those whose turn has not come.
	Waiting(ctx context.Context, firm int32, id uuid.UUID, limit int) ([]Chosen, error)
	// Note says what became of people.
	Note(ctx context.Context, firm int32, id uuid.UUID, noted []Noted) error
	// Pull sees to it that no message of a job leaves that nobody has tried to hand over, and says to whom nothing has
	// left; who was pulled once is said again.
	Pull(ctx context.Context, firm int32, id uuid.UUID) ([]uuid.UUID, error)
	// Tally counts.
	Tally(ctx context.Context, firm int32, id uuid.UUID) (Tally, error)
	// Rows are people with what became of them, those after a number; limit 0 is all.
	Rows(ctx context.Context, firm int32, id uuid.UUID, part Part, after, limit int) ([]Row, error)
	// Backlog is how many messages of all practices are due and wait for somebody to hand them over, and how many failed
	// for a passing reason lately.
	Backlog(ctx context.Context) (due, failing int, err error)
}

// digest is of a list of people, hex.
func digest(people []Chosen) string {
	h := sha256.New()
	for _, p := range people {
		h.Write(p.Contact[:])
		h.Write(p.Client[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// State is how far a job is; one that nobody has confirmed, or that is unknown, is a draft.
func (c Commands) State(ctx context.Context, firm int32, id uuid.UUID) (state invitejob.State, holdUntil time.Time, err error) {
	err = es.Look(ctx, c.Events, firm, invitejob.Stream(id), func(j invitejob.Job, _ int, now time.Time) error {
		state, holdUntil = j.State(now), j.HoldUntil()
		return nil
	})
	return state, holdUntil, err
}
