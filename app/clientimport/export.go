package clientimport

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"portico/domain/client"
	"portico/domain/contact"

	"github.com/google/uuid"
)

// The kinds of files that there are.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// Export writes all clients with their people, a row for each person, as an import reads them: importing an export
// changes nothing.
func (c Commands) Export(ctx context.Context, firm int32, kind string, w io.Writer) error {
	known, err := c.Known(ctx, firm)
	if err != nil {
		return err
	}
	header := make([]string, len(Fields))
	for i, f := range Fields {
		header[i] = string(f)
	}
	return c.Write(w, kind, header, exported(known))
}

func exported(known Known) iter.Seq2[[]string, error] {
	people := make(map[uuid.UUID]contact.Details, len(known.People))
	for _, p := range known.People {
		people[p.ID] = p.Details
	}
	staff := make(map[uuid.UUID]string, len(known.Staff))
	for address, id := range known.Staff {
		staff[id] = address
	}
	return func(yield func([]string, error) bool) {
		for _, k := range known.Clients {
			own := []string{k.Says.Reference, k.Says.Name, string(k.Says.Sort), k.Says.Email, staff[k.Says.Owner], strings.Join(k.Tags, ", ")}
			if len(k.People) == 0 {
				if !yield(append(own, make([]string, len(Fields)-len(own))...), nil) {
					return
				}
				continue
			}
			for _, l := range k.People {
				d := people[l.Person]
				row := append(slices.Clip(own), d.Given.Text, d.Family.Text, d.Email.Text, d.Phone.Text, d.Language, joined(l.Rights))
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func joined(rights []client.Right) string {
	words := make([]string, len(rights))
	for i, r := range rights {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// Report writes what became of each row of an import, or would: its number, cells, outcome and note.
func (c Commands) Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error {
	d, steps, err := c.plan(ctx, firm, id)
	if err != nil {
		return err
	}
	taken, err := c.Rows.Taken(ctx, firm, id)
	if err != nil {
		return fmt.Errorf("read the rows of a file: %w", err)
	}
	header := append([]string{"row", "outcome", "note"}, d.Header...)
	return c.Write(w, CSV, header, func(yield func([]string, error) bool) {
		for i, t := range taken {
			if !yield(append([]string{fmt.Sprint(t.No), string(steps[i].Outcome), steps[i].Note}, t.Cells.Cells...), nil) {
				return
			}
		}
	})
}
