package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	accountapp "portico/app/account"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// shownToken is one API token as the list shows it; the secret isn't stored.
type shownToken struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at,omitzero"`
	RevokedAt  time.Time `json:"revoked_at,omitzero"`
}

func newTokenList(where *place) *cobra.Command {
	var email string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list --staff EMAIL",
		Short: "List a person's API tokens",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				rows, err := h.accounts.Tokens(ctx, staff.Firm, staff.ID)
				if err != nil {
					return err
				}
				if asJSON {
					list := make([]shownToken, len(rows))
					for i, r := range rows {
						list[i] = shownToken{r.ID, r.Name, r.CreatedAt, r.LastUsedAt, r.RevokedAt}
					}
					return json.NewEncoder(cmd.OutOrStdout()).Encode(list)
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "ID\tNAME\tMADE\tLAST USED\tREVOKED")
				for _, r := range rows {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Name, minute(r.CreatedAt), minute(r.LastUsedAt), minute(r.RevokedAt))
				}
				return table.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&email, "staff", "", "the address of the person")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	_ = cmd.MarkFlagRequired("staff") // the flag exists
	return cmd
}

func newTokenRevoke(where *place) *cobra.Command {
	var email string
	cmd := &cobra.Command{
		Use:   "revoke --staff EMAIL ID",
		Short: "End an API token at its next request",
		Long:  "Ends one API token of a person at its next request. `portico token list` shows the ids. Ending one twice changes nothing.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := uuid.Parse(args[0])
			if err != nil {
				return fmt.Errorf("%q is no token's id; portico token list shows them", args[0])
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				if err := ofPerson(ctx, h.accounts, staff, id); err != nil {
					return err
				}
				if err := h.account.RevokeToken(ctx, staff.Firm, id); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "The token is revoked; programs that use it are refused from now on.\n")
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "staff", "", "the address of the person whose token it is")
	_ = cmd.MarkFlagRequired("staff") // the flag exists
	return cmd
}

// ofPerson refuses an id that is none of the person's, so that a slip of the hand ends nobody else's token.
func ofPerson(ctx context.Context, rows accountapp.Reader, staff accountapp.Staff, id uuid.UUID) error {
	tokens, err := rows.Tokens(ctx, staff.Firm, staff.ID)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.ID == id {
			return nil
		}
	}
	return fmt.Errorf("%s has no token %s; portico token list --staff %s shows those there are", staff.Name, id, staff.Email)
}

// minute is a time for a table; "-" where it hasn't come.
func minute(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
