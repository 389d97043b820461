package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	accountapp "portico/app/account"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
)

func newStaff(where *place) *cobra.Command {
	staff := &cobra.Command{Use: "staff", Short: "The people of a practice who sign in", Args: cobra.NoArgs}
	staff.AddCommand(newStaffAdd(where), newStaffList(where), newStaffRole(where), newStaffDeactivate(where), newStaffPassword(where), newStaffFactors(where))
	return staff
}

// newPerson is what staff add was asked for.
type newPerson struct {
	email, name, role             string
	passwordStdin                 bool
	firm                          int32
	practice, practiceEmail, zone string
}

func newStaffAdd(where *place) *cobra.Command {
	var p newPerson
	cmd := &cobra.Command{
		Use:   "add --email EMAIL --name NAME",
		Short: "Let somebody sign in",
		Long: "Adds a person to a practice. Without --password-stdin a password is made and printed once, as the last line.\n" +
			"The first person of a new practice founds it: --practice NAME --practice-email EMAIL --zone ZONE.",
		Example: "  portico staff add --email mary@harbour.example --name \"Mary O'Neill\" \\\n" +
			"    --practice \"Harbour & Vale\" --practice-email office@harbour.example --zone Europe/London",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				return addStaff(ctx, h, p, cmd.InOrStdin(), cmd.OutOrStdout())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&p.email, "email", "", "the address to sign in with")
	flags.StringVar(&p.name, "name", "", "the person's name, as clients see it")
	flags.StringVar(&p.role, "role", "", "what the person may do: "+roleWords()+" (default owner for who founds a practice, practitioner for others)")
	flags.BoolVar(&p.passwordStdin, "password-stdin", false, "read the password from standard input")
	flags.Int32Var(&p.firm, "firm", 0, "the practice's number, where there are several")
	flags.StringVar(&p.practice, "practice", "", "found a practice of this name")
	flags.StringVar(&p.practiceEmail, "practice-email", "", "the new practice's own address")
	flags.StringVar(&p.zone, "zone", "", "the new practice's time zone, as Europe/London")
	_ = cmd.MarkFlagRequired("email") // the flags exist
	_ = cmd.MarkFlagRequired("name")
	return cmd
}

// roleWords are all roles, for people who choose one.
func roleWords() string {
	words := make([]string, len(account.Roles()))
	for i, r := range account.Roles() {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

func addStaff(ctx context.Context, h *house, p newPerson, in io.Reader, out io.Writer) error {
	password, err := choose(p.passwordStdin, in)
	if err != nil {
		return err
	}
	firm, err := h.practiceFor(ctx, p)
	if err != nil {
		return err
	}
	if p.role == "" {
		p.role = string(account.Practitioner)
		if p.practice != "" {
			p.role = string(account.Owner)
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	err = h.account.AddStaff(ctx, accountapp.AddStaff{
		ID: id, Firm: firm, Email: p.email, Name: p.name, Role: account.Role(p.role), Password: password,
	})
	if err == nil {
		err = h.people.Added(ctx, operatorOf(firm), id, account.Role(p.role))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s can sign in as %s.\n", p.name, p.email)
	if !p.passwordStdin {
		fmt.Fprintf(out, "The password is shown this once:\n%s\n", password)
	}
	return nil
}

// operatorOf is the operator, who may do in a practice whatever an owner may.
func operatorOf(firm int32) es.By {
	return es.By{Firm: firm, Actor: event.Actor{Kind: event.Operator}}
}

// choose is a password: the first line of in, or one that is made.
func choose(fromStdin bool, in io.Reader) (string, error) {
	if !fromStdin {
		return rand.Text(), nil
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// practiceFor is the practice that a new person belongs to: a new one, the one named, or the only one.
func (h *house) practiceFor(ctx context.Context, p newPerson) (int32, error) {
	if p.practice != "" {
		return h.found(ctx, p)
	}
	rows, err := h.db.Work.Query(ctx, `SELECT no FROM es.firms ORDER BY no`)
	if err != nil {
		return 0, fmt.Errorf("list the practices: %w", err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return 0, fmt.Errorf("list the practices: %w", err)
	}
	switch {
	case len(numbers) == 0:
		return 0, errors.New("there is no practice yet; found one with --practice NAME --practice-email EMAIL --zone ZONE")
	case p.firm == 0 && len(numbers) == 1:
		return numbers[0], nil
	case p.firm == 0:
		return 0, fmt.Errorf("there are %d practices; choose one with --firm NUMBER", len(numbers))
	}
	for _, no := range numbers {
		if no == p.firm {
			return no, nil
		}
	}
	return 0, fmt.Errorf("there is no practice number %d", p.firm)
}

func (h *house) found(ctx context.Context, p newPerson) (int32, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return 0, err
	}
	no, err := h.db.NumberFirm(ctx, id)
	if err != nil {
		return 0, err
	}
	_, err = h.firms.Found(ctx, firmapp.Found{
		By: es.By{Firm: no, Actor: event.Actor{Kind: event.Operator}}, ID: id, Name: p.practice, Email: p.practiceEmail, Zone: p.zone,
	})
	return no, err
}
