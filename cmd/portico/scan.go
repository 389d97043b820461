package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	taskapp "portico/app/task"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newScan(where *place) *cobra.Command {
	scan := &cobra.Command{Use: "scan", Short: "Files that the virus scanner keeps from a practice", Args: cobra.NoArgs}
	scan.AddCommand(
		newScanList(where),
		newScanAct(where, scanAct{
			use: "again FILE", short: "Scan a file once more that has no verdict yet",
			long: "Asks for another scan of a file that awaits its verdict or is held. A running node performs it.",
			do:   linkapp.Commands.ScanAgain, onTask: taskapp.Commands.ScanAgain, done: "File %s is scanned again as soon as a node runs.\n",
		}),
		newScanAct(where, scanAct{
			use: "release FILE --yes", short: "Let a file go on that could not be scanned",
			long:    "Lets a file that awaits its verdict or is held go on to the practice, marked as not checked for viruses.",
			warning: "this lets file %s go on to the practice unscanned. Repeat it with --yes",
			do:      linkapp.Commands.LetGo, onTask: taskapp.Commands.LetGo, done: "File %s goes on, marked as not checked for viruses.\n",
		}),
		newScanAct(where, scanAct{
			use: "destroy FILE --yes", short: "Destroy the bytes of an infected file before its 30 days are over",
			long:    "Destroys the bytes of a file in quarantine. What is known of it stays in the history. A running node does it.",
			warning: "this destroys the bytes of file %s for good. Repeat it with --yes",
			do:      linkapp.Commands.EmptyQuarantine, onTask: taskapp.Commands.EmptyQuarantine, done: "The bytes of file %s are destroyed as soon as a node runs.\n",
		}),
	)
	return scan
}

func newScanList(where *place) *cobra.Command {
	var firm string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List files that await their verdict, are held, or are in quarantine",
		Long:  "Lists what keeps files from the practice, oldest first. It names neither files nor people.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				no, err := h.oneFirm(ctx, firm)
				if err != nil {
					return err
				}
				lines, err := h.scans(ctx, no)
				if err != nil {
					return err
				}
				return reportScans(cmd.OutOrStdout(), lines, asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&firm, "firm", "", "the practice, by number or id; may be left out where there is one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an array of {file, upload_link or task, state, note, size, received_at}")
	return cmd
}

// scanLine is one file of scan list --json.
type scanLine struct {
	File       uuid.UUID         `json:"file"`
	Link       uuid.UUID         `json:"upload_link,omitzero"` // it came by a link
	Task       uuid.UUID         `json:"task,omitzero"`        // it was put on a task
	State      linkapp.ScanState `json:"state"`                // awaited, held or infected
	Note       string            `json:"note"`                 // what was found, or why it could not be scanned
	Size       int64             `json:"size"`                 // bytes
	ReceivedAt time.Time         `json:"received_at"`
}

// scans are the files of links and tasks that a scan keeps from a firm, oldest first. A running node keeps the lists up.
func (h *house) scans(ctx context.Context, firm int32) ([]scanLine, error) {
	lines := []scanLine{}
	links, err := h.linkList.Scans(ctx, firm)
	if err != nil {
		return nil, err
	}
	for _, r := range links {
		lines = append(lines, scanLine{File: r.File, Link: r.Link, State: r.State, Note: r.Note, Size: r.Size, ReceivedAt: r.ReceivedAt.UTC()})
	}
	tasks, err := postgres.TaskFiles{DB: h.db}.Scans(ctx, firm)
	if err != nil {
		return nil, err
	}
	for _, r := range tasks {
		lines = append(lines, scanLine{File: r.File, Task: r.Task, State: linkapp.ScanState(r.State), Note: r.Note, Size: r.Size, ReceivedAt: r.ReceivedAt.UTC()})
	}
	slices.SortStableFunc(lines, func(a, b scanLine) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return lines, nil
}

func reportScans(out io.Writer, lines []scanLine, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(lines)
	}
	if len(lines) == 0 {
		_, err := fmt.Fprintln(out, "No file waits for a scan, is held or in quarantine.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FILE\tSTATE\tBYTES\tRECEIVED\tNOTE")
	for _, l := range lines {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", l.File, l.State, l.Size, l.ReceivedAt.Format("2006-01-02 15:04Z"), l.Note)
	}
	return table.Flush()
}

// scanAct is one thing that an operator can do with one file.
type scanAct struct {
	use, short, long string
	warning          string // asks for --yes; empty: it needs none
	do               func(linkapp.Commands, context.Context, linkapp.OfFile) (es.Result, error)
	onTask           func(taskapp.Commands, context.Context, taskapp.OfFile) (es.Result, error)
	done             string
}

func newScanAct(where *place, act scanAct) *cobra.Command {
	var firm string
	var yes bool
	cmd := &cobra.Command{
		Use: act.use, Short: act.short, Long: act.long, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := uuid.Parse(args[0])
			if err != nil {
				return fmt.Errorf("%q is no file's id. List them: portico scan list", args[0])
			}
			if act.warning != "" && !yes {
				return fmt.Errorf(act.warning, file)
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				no, err := h.oneFirm(ctx, firm)
				if err != nil {
					return err
				}
				if err := h.actOnScan(ctx, no, file, act); err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), act.done, file)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&firm, "firm", "", "the practice, by number or id; may be left out where there is one")
	if act.warning != "" {
		cmd.Flags().BoolVar(&yes, "yes", false, "yes, do it")
	}
	return cmd
}

// actOnScan finds the link or the task of a file.
func (h *house) actOnScan(ctx context.Context, firm int32, file uuid.UUID, act scanAct) error {
	lines, err := h.scans(ctx, firm)
	if err != nil {
		return err
	}
	by := es.By{Firm: firm, Actor: event.Actor{Kind: event.Operator}}
	for _, l := range lines {
		switch {
		case l.File != file:
		case l.Task != uuid.Nil:
			_, err := act.onTask(h.tasks, ctx, taskapp.OfFile{Act: taskapp.Act{By: by, Task: l.Task}, File: file})
			return err
		default:
			_, err := act.do(h.links, ctx, linkapp.OfFile{By: by, Link: l.Link, File: file})
			return err
		}
	}
	return uploadlink.ErrNoScan
}
