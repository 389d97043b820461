package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"portico/adapters/postgres"
	"portico/domain/event"

	"github.com/spf13/cobra"
)

func newEventsExport(where *place) *cobra.Command {
	var firm, file string
	cmd := &cobra.Command{
		Use:   "export --firm FIRM",
		Short: "Write a practice's history as JSON Lines that prove themselves",
		Long: "Writes everything that a verifier needs who does not trust this server: a header with the rules of hashing, every\n" +
			"event by stream and version, and each stream's head. Personal text stays sealed.\n" +
			"Check it anywhere with: portico events verify --file FILE",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) (err error) {
				no, err := h.oneFirm(ctx, firm)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if file != "" {
					to, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
					if err != nil {
						return fmt.Errorf("make the export: %w", err)
					}
					defer func() { err = errors.Join(err, to.Close()) }()
					out = to
				}
				bar := newProgress(cmd.ErrOrStderr(), "export")
				defer bar.end()
				return h.history().Export(ctx, no, out, bar.set)
			})
		},
	}
	cmd.Flags().StringVar(&firm, "firm", "", "the practice, by number or id; may be left out where there is one")
	cmd.Flags().StringVar(&file, "file", "", "write to a new file instead of standard output")
	return cmd
}

func newEventsVerify(where *place) *cobra.Command {
	var firm, stream, file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Walk every chain and name what is damaged",
		Long: "Walks the hash chain of every stream, of a practice's (--firm), of one (--stream), or of an export (--file, which\n" +
			"needs no database), and holds it against the stream's head. Exit code 1 when anything is damaged.\n\n" +
			"A chain shows that a history is the one that its heads belong to. Somebody who can rewrite everything, heads as\n" +
			"well, can make another that fits: note the fingerprint somewhere else from time to time, and compare.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			bar := newProgress(cmd.ErrOrStderr(), "verify")
			if file != "" {
				report, err := verifyFile(file, cmd.InOrStdin(), bar)
				if err != nil {
					return err
				}
				return tellReport(cmd.OutOrStdout(), report, asJSON)
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				no, err := h.firmNumber(ctx, firm)
				if err != nil {
					return err
				}
				s, err := h.stream(ctx, stream)
				if err != nil {
					return err
				}
				report, err := h.history().Verify(ctx, no, s, bar.set)
				bar.end()
				if err != nil {
					return err
				}
				if s != (event.Stream{}) && report.Streams == 0 {
					return fmt.Errorf("there is no stream %s", s)
				}
				return tellReport(cmd.OutOrStdout(), report, asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&firm, "firm", "", "only this practice's streams, by number or id")
	cmd.Flags().StringVar(&stream, "stream", "", "only this stream, as KIND-UUID")
	cmd.Flags().StringVar(&file, "file", "", "an export instead of the database; - is standard input")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.MarkFlagsMutuallyExclusive("file", "firm")
	cmd.MarkFlagsMutuallyExclusive("file", "stream")
	return cmd
}

func verifyFile(name string, from io.Reader, bar *progress) (postgres.Report, error) {
	defer bar.end()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return postgres.Report{}, fmt.Errorf("open the export: %w", err)
		}
		defer file.Close()
		from = file
	}
	report, err := postgres.VerifyFile(from, bar.set)
	if err != nil {
		return report, fmt.Errorf("verify %s: %w", name, err)
	}
	return report, nil
}

type damageLine struct {
	Stream  string `json:"stream,omitempty"`
	Version int    `json:"version,omitempty"`
	What    string `json:"what"`
}

// tellReport prints what was checked and what was found; damage is exit code 1.
func tellReport(to io.Writer, r postgres.Report, asJSON bool) error {
	damage := make([]damageLine, len(r.Damage))
	for i, d := range r.Damage {
		damage[i] = damageLine{Version: d.Version, What: d.What}
		if d.Stream != (event.Stream{}) {
			damage[i].Stream = d.Stream.String()
		}
	}
	if asJSON {
		err := jsonLines(to).Encode(map[string]any{
			"ok": len(damage) == 0, "streams": r.Streams, "events": r.Events, "bytes": r.Bytes, "took_ms": r.Took.Milliseconds(),
			"fingerprint": r.Fingerprint, "damage": damage,
		})
		if err != nil {
			return err
		}
	} else {
		for _, d := range damage {
			switch {
			case d.Version > 0:
				fmt.Fprintf(to, "DAMAGED  %s version %d: %s\n", d.Stream, d.Version, d.What)
			case d.Stream != "":
				fmt.Fprintf(to, "DAMAGED  %s: %s\n", d.Stream, d.What)
			default:
				fmt.Fprintf(to, "DAMAGED  %s\n", d.What)
			}
		}
		fmt.Fprintf(to, "Checked %d streams with %d events, %d bytes, in %s.\n", r.Streams, r.Events, r.Bytes, r.Took.Round(time.Millisecond))
		fmt.Fprintf(to, "Fingerprint %s\n", r.Fingerprint)
		if len(damage) == 0 {
			fmt.Fprintln(to, "Every chain is whole.")
		} else {
			fmt.Fprintf(to, "%d places are damaged.\n", len(damage))
		}
	}
	if len(damage) > 0 {
		return errWrong
	}
	return nil
}
