package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// shownPerson is one person of a practice as the list shows them.
type shownPerson struct {
	ID            uuid.UUID `json:"id"`
	Email         string    `json:"email"`
	Name          string    `json:"name"`
	Role          string    `json:"role"`
	CreatedAt     time.Time `json:"created_at"`
	DeactivatedAt time.Time `json:"deactivated_at,omitzero"`
}

func newStaffList(where *place) *cobra.Command {
	var p newPerson
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the people of a practice, those who have left as well",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				firm, err := h.practiceFor(ctx, p)
				if err != nil {
					return err
				}
				rows, err := h.accounts.Staff(ctx, firm)
				if err != nil {
					return err
				}
				if asJSON {
					list := make([]shownPerson, len(rows))
					for i, r := range rows {
						list[i] = shownPerson{r.ID, r.Email, r.Name, string(r.Role), r.CreatedAt, r.DeactivatedAt}
					}
					return json.NewEncoder(cmd.OutOrStdout()).Encode(list)
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "EMAIL\tNAME\tROLE\tSINCE\tLEFT")
				for _, r := range rows {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Email, r.Name, r.Role, minute(r.CreatedAt), minute(r.DeactivatedAt))
				}
				return table.Flush()
			})
		},
	}
	cmd.Flags().Int32Var(&p.firm, "firm", 0, "the practice's number, where there are several")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newStaffRole(where *place) *cobra.Command {
	var email, role string
	cmd := &cobra.Command{
		Use:   "role --email EMAIL --role ROLE",
		Short: "Give somebody another role",
		Long:  "Gives a person another role, from their next request on: " + roleWords() + ".\nA practice that has an owner keeps one: make somebody else an owner first.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				if _, err := h.people.SetRole(ctx, accountapp.SetRole{
					By: operatorOf(staff.Firm), Actor: accountapp.Staff{Role: account.Owner}, Staff: staff.ID, Role: account.Role(role),
				}); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s has the role %s.\n", staff.Name, role)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "the address that the person signs in with")
	cmd.Flags().StringVar(&role, "role", "", roleWords())
	_ = cmd.MarkFlagRequired("email") // the flags exist
	_ = cmd.MarkFlagRequired("role")
	return cmd
}

func newStaffDeactivate(where *place) *cobra.Command {
	var email, to string
	cmd := &cobra.Command{
		Use:   "deactivate --email EMAIL",
		Short: "Lock out somebody who leaves the practice",
		Long: "Locks a person out at their next request: sessions and API tokens end, and signing in is refused. Their name stays\n" +
			"in the history. With --to a colleague goes on with their clients and hears of their links; without it nobody is in charge\n" +
			"of those clients any more than before, and mails about the links go to the practice's own address.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				colleague := accountapp.Staff{Name: "the practice"}
				if to != "" {
					if colleague, err = h.accounts.StaffByEmail(ctx, to); err != nil {
						return err
					}
				}
				if _, err := h.people.Deactivate(ctx, accountapp.Deactivate{
					By: operatorOf(staff.Firm), Actor: accountapp.Staff{Role: account.Owner}, Staff: staff.ID, To: colleague.ID,
				}); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is locked out: sessions and API tokens have ended, and mails about their links go to %s.\n", staff.Name, colleague.Name)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "the address that the person signs in with")
	cmd.Flags().StringVar(&to, "to", "", "the address of the colleague who goes on with their clients and links")
	_ = cmd.MarkFlagRequired("email") // the flag exists
	return cmd
}

func newStaffPassword(where *place) *cobra.Command {
	var email string
	var fromStdin bool
	cmd := &cobra.Command{
		Use:   "password --email EMAIL",
		Short: "Give somebody a new password",
		Long: "Gives a person a new password, for one who has forgotten theirs or lost a device. Without --password-stdin it is made\n" +
			"and printed once, as the last line. All their sessions end and all their devices are forgotten; API tokens stay\n" +
			"(portico token list and token revoke end those).",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				password, err := choose(fromStdin, cmd.InOrStdin())
				if err != nil {
					return err
				}
				staff, err := h.accounts.StaffByEmail(ctx, email)
				if err != nil {
					return err
				}
				if err := h.account.SetPassword(ctx, staff, password); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s has a new password; all sessions have ended.\n", staff.Name)
				if !fromStdin {
					fmt.Fprintf(cmd.OutOrStdout(), "The password is shown this once:\n%s\n", password)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "the address that the person signs in with")
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	_ = cmd.MarkFlagRequired("email") // the flag exists
	return cmd
}
