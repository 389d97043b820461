package invitejob

import (
	"context"
	"io"
	"iter"
	"strconv"
	"time"

	"portico/domain/invitejob"

	"github.com/google/uuid"
)

const csv = "csv"

// Progress is how far a job is.
type Progress struct {
	Draft
	State     invitejob.State
	HoldUntil time.Time // until then it can be undone
	Now       time.Time // the database's clock
	Tally     Tally
}

// Look says how far a job is. ErrUnknown.
func (c Commands) Look(ctx context.Context, firm int32, id uuid.UUID) (p Progress, err error) {
	if p.Draft, err = c.Lists.Draft(ctx, firm, id); err != nil {
		return p, err
	}
	if p.State, p.HoldUntil, err = c.State(ctx, firm, id); err != nil {
		return p, err
	}
	if p.Now, err = c.Events.Now(ctx); err != nil {
		return p, err
	}
	p.Tally, err = c.Lists.Tally(ctx, firm, id)
	return p, err
}

// Page is a page of the people of a job.
func (c Commands) Page(ctx context.Context, firm int32, id uuid.UUID, part Part, after, limit int) ([]Row, error) {
	return c.Lists.Rows(ctx, firm, id, part, after, limit)
}

// Report writes what became of each person of a job as CSV; of a draft, what would. ErrUnknown.
func (c Commands) Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error {
	d, err := c.Lists.Draft(ctx, firm, id)
	if err != nil {
		return err
	}
	state, _, err := c.State(ctx, firm, id)
	if err != nil {
		return err
	}
	if state == invitejob.Draft {
		plan, err := c.Preview(ctx, firm, d)
		if err != nil {
			return err
		}
		return c.Write(w, csv, []string{"No", "Person", "Client", "E-mail", "Telephone", "What would happen", "Reason"}, planned(plan))
	}
	rows, err := c.Lists.Rows(ctx, firm, id, All, 0, 0)
	if err != nil {
		return err
	}
	return c.Write(w, csv, []string{
		"No", "Person", "Client", "E-mail", "Telephone", "Outcome", "Reason", "Invitation created", "Handed over", "Delivered", "Bounced", "Bounce code", "Accepted",
	}, reported(rows))
}

func planned(plan []Planned) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, p := range plan {
			what, why := "invited", ""
			if p.Why != nil {
				what, why = "passed by", p.Why.Message
			}
			if !yield([]string{strconv.Itoa(p.No), p.Candidate.Name, p.Candidate.ClientName, p.Candidate.Email, p.Candidate.Phone, what, why}, nil) {
				return
			}
		}
	}
}

// outcomeWords are what a report calls outcomes.
var outcomeWords = map[Outcome]string{Waits: "not sent", Sent: "sent", Skipped: "passed by", Failed: "failed"}

func reported(rows []Row) iter.Seq2[[]string, error] {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			word, accepted := outcomeWords[r.Outcome], ""
			if r.Lost {
				word = "failed"
			}
			if r.Accepted {
				accepted = "yes"
			}
			if !yield([]string{
				strconv.Itoa(r.No), r.Name, r.ClientName, r.Email, r.Phone, word, r.Reason(), at(r.CreatedAt), at(r.HandedOverAt), at(r.DeliveredAt), at(r.BouncedAt),
				r.BounceCode, accepted,
			}, nil) {
				return
			}
		}
	}
}

// Reason is why somebody has no invitation, or why it did not arrive; empty where there is none.
func (r Row) Reason() string {
	switch {
	case r.Note != "":
		return r.Note
	case r.GivenUp && r.BounceCode == "":
		return "The mail server could not be reached, or took nothing, in many tries."
	case r.Lost && r.BounceCode != "":
		return "The address refused it (" + r.BounceCode + ")."
	case r.Lost:
		return "It came back."
	}
	return ""
}

// Export writes the people of a choice as CSV, those without an address too (S3.i8).
func (c Commands) Export(ctx context.Context, firm int32, choice Choice, w io.Writer) error {
	rows, _, err := c.People.Candidates(ctx, firm, choice, "", 0)
	if err != nil {
		return err
	}
	return c.Write(w, csv, []string{"Person", "Client", "E-mail", "Telephone", "Invitation"}, func(yield func([]string, error) bool) {
		for _, r := range rows {
			state := string(r.State)
			switch {
			case r.Contact == uuid.Nil:
				state = "nobody entered"
			case state == "":
				state = "not invited"
			}
			if !yield([]string{r.Name, r.ClientName, r.Email, r.Phone, state}, nil) {
				return
			}
		}
	})
}

// Candidates are people by their clients' names; see People.
func (c Commands) Candidates(ctx context.Context, firm int32, choice Choice, after string, limit int) ([]Candidate, string, error) {
	return c.People.Candidates(ctx, firm, choice, after, limit)
}

// Counts are the numbers of a choice.
func (c Commands) Counts(ctx context.Context, firm int32, choice Choice) (Counts, error) {
	return c.People.Counts(ctx, firm, choice)
}
