package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"portico/adapters/postgres"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newProjections(where *place) *cobra.Command {
	projections := &cobra.Command{
		Use: "projections", Short: "The read models and what else hears events: list, rebuild, verify, resume, skip", Args: cobra.NoArgs,
	}
	projections.AddCommand(newProjectionsList(where), newProjectionsRebuild(where), newProjectionsVerify(where),
		newProjectionsResume(where), newProjectionsSkip(where))
	return projections
}

func (h *house) operations() postgres.Operations {
	return postgres.Operations{DB: h.db, Store: h.store, Tail: h.tail}
}

func (h *house) rebuilder() *postgres.Rebuilder {
	return &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: h.log}
}

// model finds a read model by name.
func model(name string) (postgres.Model, error) {
	var names []string
	for _, m := range postgres.Models() {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return postgres.Model{}, fmt.Errorf("there is no read model %q; there are %s", name, strings.Join(names, ", "))
}

// standingLine is a subscription for machines.
type standingLine struct {
	Name       string  `json:"name"`
	Version    int     `json:"version"`
	Generation int     `json:"generation"`
	Position   int64   `json:"position"`
	Lag        int64   `json:"lag_events"`
	BehindMS   int64   `json:"lag_ms"`
	Failures   int     `json:"failures"`
	HaltedAt   *int64  `json:"halted_at"`
	LastError  string  `json:"last_error,omitempty"`
	Skipped    []int64 `json:"skipped"`
	UpdatedAt  string  `json:"updated_at"`
	Building   int     `json:"building,omitempty"`
}

func newProjectionsList(where *place) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show where each one stands, how far behind, and whether it has halted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				list, err := h.operations().Projections(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return standingJSON(cmd.OutOrStdout(), list)
				}
				return standingText(cmd.OutOrStdout(), list)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an array")
	return cmd
}

func standingJSON(to io.Writer, list []postgres.Standing) error {
	lines := make([]standingLine, len(list))
	for i, s := range list {
		lines[i] = standingLine{
			Name: s.Name, Version: s.Version, Generation: s.Generation, Position: s.Position, Lag: s.Lag, BehindMS: s.Behind.Milliseconds(),
			Failures: s.Failures, LastError: s.LastError, Skipped: s.Skipped, UpdatedAt: shown(s.UpdatedAt), Building: s.Building,
		}
		if s.HaltedAt != 0 {
			lines[i].HaltedAt = &s.HaltedAt
		}
	}
	encoder := jsonLines(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(lines)
}

func standingText(to io.Writer, list []postgres.Standing) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tVERSION\tGENERATION\tPOSITION\tBEHIND\tFAILURES\tSTATE")
	for _, s := range list {
		behind := "0"
		if s.Lag > 0 {
			behind = fmt.Sprintf("%d events, %s", s.Lag, s.Behind.Round(100*time.Millisecond))
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\t%d\t%s\n", s.Name, s.Version, s.Generation, s.Position, behind, s.Failures, stateOf(s))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, s := range list {
		if s.LastError != "" {
			first, _, _ := strings.Cut(s.LastError, "\n") // a panic brings its stack along; --json has it
			fmt.Fprintf(to, "\n%s: %s\n", s.Name, oneLine(first))
		}
	}
	return nil
}

func stateOf(s postgres.Standing) string {
	state := "ok"
	switch {
	case s.HaltedAt != 0:
		state = fmt.Sprintf("HALTED at position %d", s.HaltedAt)
	case s.Building != 0:
		state = fmt.Sprintf("ok; generation %d is being built", s.Building)
	}
	if len(s.Skipped) > 0 {
		state += fmt.Sprintf("; passes over %v", s.Skipped)
	}
	return state
}

func newProjectionsRebuild(where *place) *cobra.Command {
	return &cobra.Command{
		Use:   "rebuild NAME",
		Short: "Build a read model anew beside the live one, and swap",
		Long: "Folds the whole log into new tables while the old ones serve, catches up, and swaps in one transaction. A server may\n" +
			"run meanwhile. The old tables are kept for a day. A rebuild that dies leaves nothing that matters; run it again.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := model(args[0])
			if err != nil {
				return err
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				return h.withTail(ctx, func(ctx context.Context) error {
					bar := newProgress(cmd.ErrOrStderr(), "rebuild "+m.Name)
					started := time.Now()
					swap, err := h.rebuilder().Rebuild(ctx, m, bar.set)
					bar.end()
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %d events folded in %s; generation %d serves; the swap took %s.\n", m.Name, swap.Events,
						time.Since(started).Round(time.Millisecond), swap.Generation, swap.Swap.Round(100*time.Microsecond))
					return nil
				})
			})
		},
	}
}

func newProjectionsResume(where *place) *cobra.Command {
	return &cobra.Command{
		Use:   "resume NAME",
		Short: "Let a halted one try its event again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				if err := h.operations().Resume(ctx, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s tries again.\n", args[0])
				return nil
			})
		},
	}
}

func newProjectionsSkip(where *place) *cobra.Command {
	var position int64
	var reason string
	cmd := &cobra.Command{
		Use:   "skip NAME --position POSITION --reason TEXT",
		Short: "Let a halted one pass over the event that it halted at",
		Long: "Records in the history, with its reason, that this version of the projection passes over one event, and lets it go\n" +
			"on behind it. Everything that folds the log for this version passes over it too; the next version folds it again.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				act, err := uuid.NewV7()
				if err != nil {
					return err
				}
				r, err := h.operations().Skip(ctx, act, args[0], position, reason)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s passes over position %d; recorded as %s at position %d.\n", args[0], position, r.Stream, r.Position)
				return nil
			})
		},
	}
	cmd.Flags().Int64Var(&position, "position", 0, "where it has halted")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the auditor")
	_ = errors.Join(cmd.MarkFlagRequired("position"), cmd.MarkFlagRequired("reason")) // the flags exist
	return cmd
}
