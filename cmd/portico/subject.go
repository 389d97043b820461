package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newSubject(where *place) *cobra.Command {
	subject := &cobra.Command{Use: "subject", Short: "The people whose data are sealed", Args: cobra.NoArgs}
	subject.AddCommand(newSubjectErase(where))
	return subject
}

func newSubjectErase(where *place) *cobra.Command {
	var firm, id string
	var yes bool
	cmd := &cobra.Command{
		Use:   "erase --subject ID --yes",
		Short: "Destroy the key of a person's data, for good",
		Long: "Destroys the key that seals what the history says about a person, and records that. Read models forget the person;\n" +
			"the chains still verify. It can't be undone, except by restoring a backup of the schema vault that is older.\n" +
			"The subject of a client is the client's id, the one of a link's recipient is the recipient's.\n" +
			"Decide first whether the law makes the practice keep the data.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			subject, err := uuid.Parse(id)
			if err != nil {
				return fmt.Errorf("--subject %q is no UUID", id)
			}
			if !yes {
				return fmt.Errorf("this destroys the key of subject %s for good. Repeat it with --yes", subject)
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				no, err := h.oneFirm(ctx, firm)
				if err != nil {
					return err
				}
				return h.withTail(ctx, func(ctx context.Context) error {
					erased, err := h.erase(ctx, no, subject)
					if err != nil {
						return err
					}
					if erased.Position == 0 {
						fmt.Fprintf(cmd.OutOrStdout(), "Subject %s was erased before; nothing has changed.\n", subject)
						return nil
					}
					fmt.Fprintf(cmd.OutOrStdout(), "Subject %s is erased from %d streams and from the read models.\n", subject, len(erased.Streams))
					return nil
				})
			})
		},
	}
	cmd.Flags().StringVar(&firm, "firm", "", "the practice, by number or id; may be left out where there is one")
	cmd.Flags().StringVar(&id, "subject", "", "the person's id")
	cmd.Flags().BoolVar(&yes, "yes", false, "yes, destroy it")
	_ = cmd.MarkFlagRequired("subject") // the flag exists
	return cmd
}

// erase returns when the read models show nothing of the subject any more, whether or not a server keeps them up, and
// nothing is left by which they could sign in.
func (h *house) erase(ctx context.Context, firm int32, subject uuid.UUID) (postgres.Erasure, error) {
	eraser := postgres.Eraser{DB: h.db, Store: h.store, Vault: h.vault, Tail: h.tail, Models: postgres.Models()}
	erased, err := eraser.Erase(ctx, es.By{Firm: firm, Actor: event.Actor{Kind: event.Operator}}, subject)
	if err == nil {
		err = h.visitors.Rows.Forget(ctx, firm, subject)
	}
	if err != nil {
		return erased, err
	}
	return erased, h.forgotten(ctx, erased.Position)
}

// forgotten keeps the read models up until they have handled position.
func (h *house) forgotten(ctx context.Context, position int64) error {
	if err := h.rebuilder().Ensure(ctx, postgres.Models(), nil); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	var names []string
	for _, m := range postgres.Models() {
		names = append(names, m.Name)
		running.Go(func() { _ = postgres.NewProjector(h.db, h.codec, h.vault, h.tail, h.log, m).Run(ctx) }) // ends with ctx, without an error
	}
	ok, err := h.db.Wait(ctx, position, time.Minute, names...)
	if err == nil && !ok {
		err = errors.New("the key is destroyed, but a read model has not heard of it yet and may still show the person; look at: portico projections list")
	}
	return err
}
