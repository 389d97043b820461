package main

import (
	"context"
	"fmt"

	"portico/app/account"
	"portico/app/es"
	"portico/domain/event"

	"github.com/spf13/cobra"
)

func newStaffFactors(where *place) *cobra.Command {
	var email, reason string
	cmd := &cobra.Command{
		Use:   "reset-second-factor --email EMAIL",
		Short: "Take the second factor of somebody away who has lost it",
		Long: "Takes all second factors, recovery codes and trusted devices of a person of the practice away; until they add a new\n" +
			"one their password alone lets them in. It is recorded, and told to them by mail once a server runs. Make sure first\n" +
			"that it is really they who ask.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				factors := account.Factors{Events: h.store, Rows: h.factorRows()}
				by := es.By{Firm: staff.Firm, Actor: event.Actor{Kind: event.Operator}}
				held, err := factors.Methods(ctx, staff.Person())
				if err != nil {
					return err
				}
				if err := factors.Reset(ctx, by, staff.Person(), reason); err != nil {
					return err
				}
				if len(held) == 0 {
					fmt.Fprintf(cmd.OutOrStdout(), "%s had no second factor; nothing has changed.\n", staff.Name)
					return nil
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s has no second factor any more, and can sign in with the password alone.\n", staff.Name)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "the address that the person signs in with")
	cmd.Flags().StringVar(&reason, "reason", "", "what to note about it, sealed with the person's data")
	_ = cmd.MarkFlagRequired("email") // the flag exists
	return cmd
}
