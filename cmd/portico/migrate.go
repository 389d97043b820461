package main

import (
	"errors"
	"fmt"

	"portico/migrations"

	"github.com/spf13/cobra"
)

func newMigrate(where *place) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to this program",
		Long: "Brings the schema of DATABASE_URL, or of the embedded database in --data, up to this program.\n" +
			"Several may run at once: one works, the others wait. Nothing is done twice.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			c, err := readConfig(environment(ctx))
			if err != nil {
				return err
			}
			folder, err := where.folder(c)
			if err != nil {
				return err
			}
			db, err := openDatabase(ctx, c, folder, true, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.close(ctx)) }()
			done, err := migrations.Up(ctx, db.url)
			if err != nil {
				return err
			}
			now, err := migrations.Look(ctx, db.url)
			if err != nil {
				return err
			}
			if done == 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "Nothing to do: the database is at version %d.\n", now.Have)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Ran %d migrations: the database is at version %d.\n", done, now.Have)
			return nil
		},
	}
}
