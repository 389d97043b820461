package taskjob

import (
	"context"
	"io"
	"iter"
	"strconv"

	"portico/domain/taskjob"

	"github.com/google/uuid"
)

// outcomeWords are what a report calls outcomes.
var outcomeWords = map[Outcome]string{Waits: "not done", Done: "done", Refused: "refused"}

// Report writes what became of each target of a job as CSV; of a draft that asks clients for something, what would.
// ErrUnknown.
func (c Commands) Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error {
	d, err := c.Lists.Draft(ctx, firm, id)
	if err != nil {
		return err
	}
	state, _, err := c.state(ctx, firm, id)
	if err != nil {
		return err
	}
	if state == taskjob.Draft && d.Act == taskjob.Assign {
		plan, err := c.Preview(ctx, firm, d)
		if err != nil {
			return err
		}
		return c.Write(w, "csv", []string{"No", "Client", "Task", "What would happen", "Reason"}, planned(plan))
	}
	rows, err := c.Lists.Rows(ctx, firm, d, nil, 0, 0)
	if err != nil {
		return err
	}
	return c.Write(w, "csv", []string{"No", "Client", "Task", "Outcome", "Reason", "Rule"}, reported(rows))
}

func planned(plan []Planned) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, p := range plan {
			what, why := "asked", ""
			if p.Why != nil {
				what, why = "passed by", p.Why.Message
			}
			if !yield([]string{strconv.Itoa(p.No), p.Target.Name, p.Title, what, why}, nil) {
				return
			}
		}
	}
}

func reported(rows []Row) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield([]string{strconv.Itoa(r.No), r.ClientName, r.Title, outcomeWords[r.Outcome], r.Note, r.Code}, nil) {
				return
			}
		}
	}
}
