package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"portico/adapters/postgres"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newEvents(where *place) *cobra.Command {
	events := &cobra.Command{
		Use:   "events",
		Short: "The history: list, show, follow, export, verify, replay",
		Long: "Reads the history and changes nothing. Personal text reads (sealed) unless --unseal asks for it.\n" +
			"With --json every event is one JSON object on a line of its own.",
		Args: cobra.NoArgs,
	}
	events.AddCommand(newEventsList(where), newEventsShow(where), newEventsTail(where), newEventsExport(where), newEventsVerify(where), newEventsReplay(where))
	return events
}

// eventLine is one event for machines. Fields is there in show alone: the newest shape, with personal text or "(sealed)".
type eventLine struct {
	Position   int64           `json:"position"`
	Stream     string          `json:"stream"`
	Version    int             `json:"version"`
	Firm       int32           `json:"firm"`
	Type       string          `json:"type"`
	Schema     int16           `json:"schema_ver"`
	At         string          `json:"occurred_at"`
	RecordedAt string          `json:"recorded_at"`
	Actor      actorLine       `json:"actor"`
	For        uuid.UUID       `json:"on_behalf_of,omitzero"`
	Data       json.RawMessage `json:"data"`
	Hash       string          `json:"hash"`
	Fields     json.RawMessage `json:"fields,omitempty"`
}

type actorLine struct {
	Kind event.ActorKind `json:"kind"`
	ID   string          `json:"id"`
}

// millis is how times are shown: RFC 3339, UTC, milliseconds.
const millis = "2006-01-02T15:04:05.000Z07:00"

func shown(at time.Time) string { return at.UTC().Format(millis) }

func lineOf(e postgres.Entry) eventLine {
	actor := e.Actor()
	return eventLine{
		Position: e.Position, Stream: e.Stream.String(), Version: e.Version, Firm: e.Firm, Type: e.Type, Schema: e.Schema,
		At: shown(e.At), RecordedAt: shown(e.RecordedAt), Actor: actorLine{actor.Kind, actor.ID.String()},
		For: e.For(), Data: e.Data, Hash: hex.EncodeToString(e.Hash[:]),
	}
}

// jsonLines writes a JSON object a line.
func jsonLines(to io.Writer) *json.Encoder {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return encoder
}

// search are the flags that choose events.
type search struct {
	firm, stream, typ string
	after             int64
	limit             int
}

func (s search) read(ctx context.Context, h *house) (out postgres.Search, err error) {
	out = postgres.Search{Type: s.typ, After: max(s.after, 0), Limit: s.limit}
	if out.Firm, err = h.firmNumber(ctx, s.firm); err != nil {
		return out, err
	}
	out.Stream, err = h.stream(ctx, s.stream)
	return out, err
}

func newEventsList(where *place) *cobra.Command {
	var s search
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List events in the order of the log",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				q, err := s.read(ctx, h)
				if err != nil {
					return err
				}
				list, err := h.history().Find(ctx, q)
				if err != nil {
					return err
				}
				return listEvents(cmd.OutOrStdout(), list, asJSON)
			})
		},
	}
	s.flags(cmd)
	cmd.Flags().Int64Var(&s.after, "after", 0, "only events behind this position")
	cmd.Flags().IntVar(&s.limit, "limit", 100, "at most so many; 0 is all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object a line")
	return cmd
}

func (s *search) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.firm, "firm", "", "only this practice's, by number or id")
	cmd.Flags().StringVar(&s.stream, "stream", "", "only this stream's, as KIND-UUID")
	cmd.Flags().StringVar(&s.typ, "type", "", "only events of this type, or of a kind (uploadlink)")
}

func listEvents(to io.Writer, list []postgres.Entry, asJSON bool) error {
	if asJSON {
		lines := jsonLines(to)
		for _, e := range list {
			if err := lines.Encode(lineOf(e)); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "POSITION\tHAPPENED AT\tFIRM\tSTREAM\tVERSION\tTYPE\tACTOR")
	for _, e := range list {
		fmt.Fprintf(table, "%d\t%s\t%d\t%s\t%d\t%s\t%s\n", e.Position, shown(e.At), e.Firm, e.Stream, e.Version, e.Type, named(e))
	}
	return table.Flush()
}

// named is who did it as people read it: the sort of actor alone where there is no id.
func named(e postgres.Entry) string {
	a := e.Actor()
	name := string(a.Kind)
	if a.ID != uuid.Nil {
		name += " " + a.ID.String()
	}
	if of := e.For(); of != uuid.Nil {
		name += " for contact " + of.String()
	}
	return name
}

func newEventsTail(where *place) *cobra.Command {
	var s search
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Follow the log until Ctrl-C",
		Long: "Prints events as soon as they are safe to read: in order, each once, none left out.\n" +
			"It begins with what happens from now on, or behind --after.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				q, err := s.read(ctx, h)
				if err != nil {
					return err
				}
				return h.withTail(ctx, func(ctx context.Context) error {
					if s.after < 0 {
						q.After, _ = h.tail.Safe()
					}
					return follow(ctx, h, cmd.OutOrStdout(), q, asJSON)
				})
			})
		},
	}
	s.flags(cmd)
	cmd.Flags().Int64Var(&s.after, "after", -1, "begin behind this position; 0 is the beginning")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object a line")
	return cmd
}

func follow(ctx context.Context, h *house, to io.Writer, q postgres.Search, asJSON bool) error {
	reader := h.history()
	reader.Tail = h.tail
	lines := jsonLines(to)
	for e, err := range reader.Follow(ctx, q) {
		if err != nil {
			return err
		}
		if asJSON {
			err = lines.Encode(lineOf(e))
		} else {
			_, err = fmt.Fprintf(to, "%8d  %s  %d  %s %3d  %-28s  %s\n", e.Position, shown(e.At), e.Firm, e.Stream, e.Version, e.Type, named(e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
