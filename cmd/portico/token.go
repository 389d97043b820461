package main

import (
	"context"
	"fmt"

	accountapp "portico/app/account"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newToken(where *place) *cobra.Command {
	token := &cobra.Command{Use: "token", Short: "Tokens with which programs use the API", Args: cobra.NoArgs}
	token.AddCommand(newTokenCreate(where), newTokenList(where), newTokenRevoke(where))
	return token
}

func newTokenCreate(where *place) *cobra.Command {
	var email, name string
	cmd := &cobra.Command{
		Use:   "create --staff EMAIL",
		Short: "Make an API token",
		Long:  "Makes an API token that may do what its person may. It is printed once, as the last line.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				id, err := uuid.NewV7()
				if err != nil {
					return err
				}
				secret, err := h.account.CreateToken(ctx, accountapp.CreateToken{ID: id, Firm: staff.Firm, Staff: staff.ID, Name: name})
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "A token for %s, shown this once:\n%s\n", staff.Name, string(secret))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "staff", "", "the address of the person whose rights it has")
	cmd.Flags().StringVar(&name, "name", "command line", "what it is for")
	_ = cmd.MarkFlagRequired("staff") // the flag exists
	return cmd
}
