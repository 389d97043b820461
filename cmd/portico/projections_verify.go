package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"portico/adapters/postgres"

	"github.com/spf13/cobra"
)

func newProjectionsVerify(where *place) *cobra.Command {
	var values, asJSON bool
	cmd := &cobra.Command{
		Use:   "verify NAME",
		Short: "Compare a read model's live tables with a fresh fold of the log",
		Long: "Folds the log anew, in one snapshot and as far as the live tables are, and compares every row. Exit code 1 when a row\n" +
			"differs, is missing or should not be there. A server may run meanwhile.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := model(args[0])
			if err != nil {
				return err
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				bar := newProgress(cmd.ErrOrStderr(), "verify "+m.Name)
				started := time.Now()
				c, err := h.rebuilder().Compare(ctx, m, bar.set)
				bar.end()
				if err != nil {
					return err
				}
				return tellComparison(cmd.OutOrStdout(), m, c, time.Since(started), values, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&values, "values", false, "print the values that differ; they may be personal text")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

type differenceLine struct {
	Table   string                     `json:"table"`
	Key     string                     `json:"key"`
	What    string                     `json:"what"`
	Columns []string                   `json:"columns,omitempty"`
	Live    map[string]json.RawMessage `json:"live,omitempty"`
	Fresh   map[string]json.RawMessage `json:"fresh,omitempty"`
}

func tellComparison(to io.Writer, m postgres.Model, c postgres.Comparison, took time.Duration, values, asJSON bool) error {
	lines := make([]differenceLine, len(c.Differences))
	for i, d := range c.Differences {
		lines[i] = differenceLine{Table: d.Table, Key: d.Key, What: "differs", Columns: d.Columns}
		switch {
		case d.Live == nil:
			lines[i].What = "is missing"
		case d.Fresh == nil:
			lines[i].What = "should not be there"
		}
		if values {
			lines[i].Live, lines[i].Fresh = d.Live, d.Fresh
		}
	}
	if asJSON {
		err := jsonLines(to).Encode(map[string]any{
			"ok": len(lines) == 0, "name": m.Name, "generation": c.Generation, "position": c.Position, "events": c.Events, "rows": c.Rows,
			"took_ms": took.Milliseconds(), "differences": lines,
		})
		if err != nil {
			return err
		}
	} else {
		for _, d := range lines {
			fmt.Fprintf(to, "DIFFERS  %s %s: %s %s\n", d.Table, d.Key, d.What, strings.Join(d.Columns, ", "))
			for _, column := range d.Columns {
				if values {
					fmt.Fprintf(to, "         %s: live %s, fresh %s\n", column, d.Live[column], d.Fresh[column])
				}
			}
		}
		fmt.Fprintf(to, "%s, generation %d: %d events folded through position %d, %d live rows compared, in %s.\n",
			m.Name, c.Generation, c.Events, c.Position, c.Rows, took.Round(time.Millisecond))
		if len(lines) == 0 {
			fmt.Fprintln(to, "Every row is what its history comes to.")
		} else {
			fmt.Fprintf(to, "%d rows are wrong. Build it anew with: portico projections rebuild %s\n", len(lines), m.Name)
		}
	}
	if len(lines) > 0 {
		return errWrong
	}
	return nil
}
