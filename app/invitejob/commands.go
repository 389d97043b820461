package invitejob

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/domain/fault"
	"portico/domain/invitejob"

	"github.com/google/uuid"
)

// Commands are what practitioners ask of jobs.
type Commands struct {
	Events  es.Store
	Lists   Lists
	People  People
	Invites Invites
	Write   func(w io.Writer, kind string, header []string, rows iter.Seq2[[]string, error]) error // adapters/sheet
	Pace    *Pace                                                                                  // nil: as fast as messages leave
}

// Invites invite one person. Implementation: app/invite.
type Invites interface {
	Send(ctx context.Context, cmd inviteapp.Send) (es.Result, error)
	Recall(ctx context.Context, cmd inviteapp.Recall) (es.Result, error)
}

// Prepare puts a job together. ID is chosen by the caller (UUIDv7), so that a form sent twice is one job.
type Prepare struct {
	By       es.By
	ID       uuid.UUID
	Choice   Choice
	Words    string // how people were chosen
	Settings Settings
}

// Prepare keeps who is chosen by now, each person once, of the first of their clients; who has no address is left out
// (S3.i8). Nobody is invited by it. It refuses with invitejob.ErrNobody, ErrTooMany.
func (c Commands) Prepare(ctx context.Context, cmd Prepare) (Draft, error) {
	cmd.Choice.Of.Fresh = true
	rows, _, err := c.People.Candidates(ctx, cmd.By.Firm, cmd.Choice, "", 0)
	if err != nil {
		return Draft{}, err
	}
	var people []Chosen
	seen := map[uuid.UUID]bool{}
	for _, r := range rows {
		if r.Addressed() && !seen[r.Contact] {
			seen[r.Contact] = true
			people = append(people, Chosen{No: len(people) + 1, Contact: r.Contact, Client: r.Client})
		}
	}
	switch {
	case len(people) == 0:
		return Draft{}, invitejob.ErrNobody
	case len(people) > invitejob.MaxPeople:
		return Draft{}, invitejob.ErrTooMany
	}
	d := Draft{Settings: cmd.Settings, ID: cmd.ID, Staff: cmd.By.Actor.ID, Chosen: cmd.Words, People: len(people), SHA256: digest(people)}
	if err := c.Lists.Save(ctx, cmd.By.Firm, d, people); err != nil {
		return Draft{}, fmt.Errorf("keep the people of a job: %w", err)
	}
	return d, nil
}

// Planned is one person of a draft with why they would be passed by; nil: they would be invited.
type Planned struct {
	Chosen
	Candidate Candidate
	Why       *fault.Error
}

// Preview says of each person of a draft whether they would be invited at this moment (rules 1, 2).
func (c Commands) Preview(ctx context.Context, firm int32, d Draft) ([]Planned, error) {
	people, err := c.Lists.People(ctx, firm, d.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(people))
	for i, p := range people {
		ids[i] = p.Contact
	}
	choice := Choice{People: ids}
	choice.Of.Shelf, choice.Of.Fresh = clientapp.Everywhere, true
	rows, _, err := c.People.Candidates(ctx, firm, choice, "", 0)
	if err != nil {
		return nil, err
	}
	known := make(map[[2]uuid.UUID]Candidate, len(rows))
	for _, r := range rows {
		known[[2]uuid.UUID{r.Contact, r.Client}] = r
	}
	out := make([]Planned, len(people))
	for i, p := range people {
		r, ok := known[[2]uuid.UUID{p.Contact, p.Client}]
		out[i] = Planned{Chosen: p, Candidate: r, Why: ErrNobodyThere}
		if ok {
			out[i].Why = r.Verdict(d.Settings)
		}
	}
	return out, nil
}

// Start lets the people of a job be invited once the hold is over, in the name of who starts it. It refuses with
// ErrUnknown, and as the domain's Start does.
func (c Commands) Start(ctx context.Context, by es.By, id uuid.UUID, hold time.Duration) (es.Result, error) {
	d, err := c.Lists.Draft(ctx, by.Firm, id)
	if err != nil {
		return es.Result{}, err
	}
	if err := c.Lists.Keep(ctx, by.Firm, id, by.Actor.ID); err != nil {
		return es.Result{}, err
	}
	return es.Execute(ctx, c.Events, by, invitejob.Stream(id), func(j invitejob.Job, now time.Time) ([]invitejob.Event, error) {
		return j.Start(id, d.Message, invitejob.Started{
			Staff: by.Actor.ID, People: d.People, SHA256: d.SHA256, Channels: string(d.Channels), Access: string(d.Access), DueOn: d.DueOn,
			ExpiresOn: d.ExpiresOn.Format(time.DateOnly), Zone: d.Zone, Again: d.Again, HoldUntil: now.Add(hold),
		}, now)
	})
}

// Stop lets nobody further be invited; within the hold nobody is. It refuses with ErrUnknown, and as the domain's Stop
// does.
func (c Commands) Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error) {
	if _, err := c.Lists.Draft(ctx, by.Firm, id); err != nil {
		return es.Result{}, err
	}
	return es.Execute(ctx, c.Events, by, invitejob.Stream(id), func(j invitejob.Job, now time.Time) ([]invitejob.Event, error) {
		return j.Stop(now)
	})
}

// Recent are the newest jobs of a practice.
func (c Commands) Recent(ctx context.Context, firm int32) ([]Draft, error) {
	return c.Lists.Drafts(ctx, firm, 10)
}

// Draft is one job as it was put together.
func (c Commands) Draft(ctx context.Context, firm int32, id uuid.UUID) (Draft, error) {
	return c.Lists.Draft(ctx, firm, id)
}
