package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"portico/adapters/postgres"

	"github.com/spf13/cobra"
)

func newEventsShow(where *place) *cobra.Command {
	var asJSON, unseal bool
	cmd := &cobra.Command{
		Use:     "show STREAM",
		Short:   "Show every event of a stream",
		Example: "  portico events show uploadlink-0190d8f2-7c1e-7a44-9d2b-51a0a3c8e611 --unseal",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				stream, err := h.stream(ctx, args[0])
				if err != nil {
					return err
				}
				list, err := h.history().Find(ctx, postgres.Search{Stream: stream})
				if err != nil {
					return err
				}
				if len(list) == 0 {
					return fmt.Errorf("there is no stream %s", stream)
				}
				return showEvents(ctx, h, cmd.OutOrStdout(), list, unseal, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&unseal, "unseal", false, "show personal text, with the configured master key")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object a line")
	return cmd
}

func showEvents(ctx context.Context, h *house, to io.Writer, list []postgres.Entry, unseal, asJSON bool) error {
	lines := jsonLines(to)
	if !asJSON {
		fmt.Fprintf(to, "%s of practice %d, %d events\n", list[0].Stream, list[0].Firm, len(list))
	}
	for _, e := range list {
		r, err := h.history().Record(ctx, e, unseal)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Stream, err)
		}
		fields, err := h.history().Fields(r)
		if err != nil {
			return err
		}
		if asJSON {
			line := lineOf(e)
			line.Fields = fields
			if err := lines.Encode(line); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(to, "\n%d  %s  %s  by %s\n", e.Version, shown(e.At), e.Type, named(e))
		if err := printFields(to, fields); err != nil {
			return err
		}
	}
	return nil
}

// printFields prints an object's fields, a line each, in their order.
func printFields(to io.Writer, object json.RawMessage) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	if err := printValue(table, decoder, ""); err != nil {
		return err
	}
	return table.Flush()
}

// printValue walks a JSON value: objects and lists become paths, recipients.0.name.
func printValue(to io.Writer, from *json.Decoder, path string) error {
	token, err := from.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		for from.More() {
			key, err := from.Token()
			if err != nil {
				return err
			}
			if err := printValue(to, from, strings.TrimPrefix(fmt.Sprintf("%s.%v", path, key), ".")); err != nil {
				return err
			}
		}
		_, err = from.Token()
		return err
	case json.Delim('['):
		for i := 0; from.More(); i++ {
			if err := printValue(to, from, fmt.Sprintf("%s.%d", path, i)); err != nil {
				return err
			}
		}
		_, err = from.Token()
		return err
	case nil:
		return nil // nothing was said
	}
	_, err = fmt.Fprintf(to, "   %s\t%s\n", path, oneLine(fmt.Sprint(token)))
	return err
}

// oneLine keeps what somebody typed from moving the cursor of who reads it, or from turning its order round.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) {
			return '·'
		}
		return r
	}, text)
}
