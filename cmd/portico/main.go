// Command portico is the whole portal: one binary, one Postgres.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"portico/domain/fault"

	"github.com/spf13/cobra"
)

// main stays small so that tests can start everything else: run is the program.
func main() {
	// The first Ctrl-C asks for an orderly end, a second one ends at once. Whoever signals a process and its group sends
	// two at the same moment and means one, so for a second further ones are the first.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		time.Sleep(time.Second)
		stop()
	})
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// errWrong says that a check has found something and has already told what: exit code 1 and no more words.
var errWrong = errors.New("something is wrong")

// answered is the exit code of a check that has more than one way to fail, and has already told what it found.
type answered int

func (a answered) Error() string { return fmt.Sprintf("the check ended with %d", int(a)) }

// run is the program: 0 is success, 1 anything else, but for checks whose answers have codes of their own.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if code, ok := errors.AsType[answered](err); ok {
		return int(code)
	}
	if !errors.Is(err, errWrong) {
		fmt.Fprintln(errs, "portico:", sentence(err))
	}
	return 1
}

// sentence is what a person reads: a rule's own words where a rule refused, else what was being done and what happened.
func sentence(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message
	}
	return err.Error()
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "portico",
		Short: "A client portal for accounting practices",
		Long: "Portico is a client portal for accounting practices.\n\n" +
			"  portico dev     runs everything on this machine, with a demo practice\n" +
			"  portico serve   runs in production, configured by the environment",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	var where place
	root.PersistentFlags().StringVar(&where.dir, "data", "", "folder of the embedded database, keys, mails and files (default .portico)")
	root.AddCommand(
		newDev(&where), newServe(&where), newMigrate(&where), newStaff(&where), newToken(&where), newDoctor(&where),
		newEvents(&where), newProjections(&where), newScan(&where), newSubject(&where), newReceipt(&where), newClients(&where), newInvites(&where), newMail(&where),
	)
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}
