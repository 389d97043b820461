package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"portico/adapters/postgres"
	"portico/domain/event"

	"github.com/spf13/cobra"
)

func newEventsReplay(where *place) *cobra.Command {
	var stream, at string
	var version int
	var unseal, asJSON bool
	cmd := &cobra.Command{
		Use:   "replay --stream STREAM",
		Short: "Show a stream's state as it was",
		Long: "Folds a stream as far as a version (--version), or as far as a time (--at), or to its end, and prints what the read\n" +
			"models showed then. What time alone had caused by that moment, and nobody had recorded yet, is told as well.",
		Example: "  portico events replay --stream uploadlink-0190d8f2-7c1e-7a44-9d2b-51a0a3c8e611 --at 2026-03-01T12:00:00Z",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			moment := postgres.Moment{Version: version}
			if at != "" {
				var err error
				if moment.At, err = parseMoment(at); err != nil {
					return err
				}
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				s, err := h.stream(ctx, stream)
				if err != nil {
					return err
				}
				r, err := h.history().Replay(ctx, postgres.Models(), s, moment, unseal)
				if err != nil {
					return err
				}
				if asJSON {
					return replayJSON(h, cmd.OutOrStdout(), r)
				}
				return replayText(h, cmd.OutOrStdout(), r)
			})
		},
	}
	cmd.Flags().StringVar(&stream, "stream", "", "the stream, as KIND-UUID")
	cmd.Flags().StringVar(&at, "at", "", "as it was at this time, RFC 3339")
	cmd.Flags().IntVar(&version, "version", 0, "as it was after this version")
	cmd.Flags().BoolVar(&unseal, "unseal", false, "show personal text, with the configured master key")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	_ = cmd.MarkFlagRequired("stream") // the flag exists
	cmd.MarkFlagsMutuallyExclusive("at", "version")
	return cmd
}

// parseMoment reads a time, or a day or minute in UTC.
func parseMoment(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errors.New("--at is a time like 2026-03-01T12:00:00Z")
}

// cell is a value of a row as it is shown.
func cell(v any) any {
	switch v := v.(type) {
	case time.Time:
		return shown(v)
	case fmt.Stringer:
		return v.String()
	}
	return v
}

func replayJSON(h *house, to io.Writer, r postgres.Replayed) error {
	state := map[string]any{}
	for _, t := range r.Tables {
		rows := make([]map[string]any, 0, len(t.Rows))
		for _, row := range t.Rows {
			object := map[string]any{}
			for i, column := range t.Columns {
				object[column] = cell(row[i])
			}
			rows = append(rows, object)
		}
		state[t.Name] = rows
	}
	events := make([]map[string]any, 0, len(r.Events))
	for _, e := range r.Events {
		fields, err := h.history().Fields(e)
		if err != nil {
			return err
		}
		events = append(events, map[string]any{"version": e.Version, "type": e.Event.EventType(), "occurred_at": shown(e.At), "fields": fields})
	}
	pending := make([]string, 0, len(r.Pending))
	for _, e := range r.Pending {
		pending = append(pending, e.EventType())
	}
	out := map[string]any{
		"stream": r.Stream.String(), "firm": r.Firm, "version": r.Version, "versions": r.Of, "at": shown(r.At),
		"state": state, "events": events, "pending": pending, "wakes_at": nil,
	}
	if !r.Wake.IsZero() {
		out["wakes_at"] = shown(r.Wake)
	}
	return jsonLines(to).Encode(out)
}

func replayText(h *house, to io.Writer, r postgres.Replayed) error {
	fmt.Fprintf(to, "%s of practice %d, version %d of %d, at %s\n", r.Stream, r.Firm, r.Version, r.Of, shown(r.At))
	for _, t := range r.Tables {
		for _, row := range t.Rows {
			fmt.Fprintf(to, "\n%s\n", t.Name)
			table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
			for i, column := range t.Columns {
				if text := fmt.Sprint(cell(row[i])); row[i] != nil && text != "" {
					fmt.Fprintf(table, "   %s\t%s\n", column, oneLine(text))
				}
			}
			if err := table.Flush(); err != nil {
				return err
			}
		}
	}
	if len(r.Tables) == 0 { // no read model folds this kind: its events are the state
		for _, e := range r.Events {
			fields, err := h.history().Fields(e)
			if err != nil {
				return err
			}
			fmt.Fprintf(to, "\n%d  %s  %s\n", e.Version, shown(e.At), e.Event.EventType())
			if err := printFields(to, fields); err != nil {
				return err
			}
		}
	}
	return tellTime(to, r.Pending, r.Wake)
}

// tellTime says what time alone has done and will do.
func tellTime(to io.Writer, pending []event.Event, wake time.Time) error {
	if len(pending) > 0 || !wake.IsZero() {
		fmt.Fprintln(to)
	}
	for _, e := range pending {
		fmt.Fprintf(to, "Time alone had caused by then, not yet recorded: %s\n", e.EventType())
	}
	if !wake.IsZero() {
		fmt.Fprintf(to, "Time alone changes it next at %s.\n", shown(wake))
	}
	return nil
}
