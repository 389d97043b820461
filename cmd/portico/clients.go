package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"portico/adapters/postgres"
	"portico/app/clientimport"
	"portico/app/es"
	"portico/domain/account"
	importdomain "portico/domain/clientimport"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

func newClients(where *place) *cobra.Command {
	clients := &cobra.Command{Use: "clients", Short: "The clients of a practice", Args: cobra.NoArgs}
	clients.AddCommand(newClientsImport(where), newClientsExport(where))
	return clients
}

type clientsImport struct {
	staff  string
	maps   []string
	dryRun bool
	asJSON bool
}

func newClientsImport(where *place) *cobra.Command {
	var c clientsImport
	words := make([]string, len(clientimport.Fields))
	for i, f := range clientimport.Fields {
		words[i] = string(f)
	}
	cmd := &cobra.Command{
		Use:   "import FILE --staff EMAIL",
		Short: "Make clients and people of a CSV or XLSX file",
		Long: "Makes clients and people of a list, in the name of somebody of the practice. The columns are recognised by their\n" +
			"names; --map says otherwise: " + strings.Join(words, ", ") + ".\n" +
			"Rows that can't be taken are listed and stop no other. Interrupted, it goes on when it is started again with the same\n" +
			"file, or by itself where the portal runs; the same file a second time changes nothing.",
		Example: "  portico clients import clients.xlsx --staff mary@harbour.example --dry-run\n" +
			"  portico clients import clients.csv --staff mary@harbour.example --map name=\"Full name\" --map reference=Code",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			content, err := readList(args[0])
			if err != nil {
				return err
			}
			return withLists(cmd, where, func(ctx context.Context, h *house) error {
				return c.run(ctx, h, filepath.Base(args[0]), content, cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	cmd.Flags().StringVar(&c.staff, "staff", "", "the address of the person in whose name it is done")
	cmd.Flags().StringArrayVar(&c.maps, "map", nil, "FIELD=COLUMN, the column by its name in the first row; FIELD= leaves the field out")
	cmd.Flags().BoolVar(&c.dryRun, "dry-run", false, "say what would happen, and write nothing")
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "write the result as JSON")
	_ = cmd.MarkFlagRequired("staff") // the flag exists
	return cmd
}

// withLists is withHouse with the lists of clients and people kept up to date, whether the portal runs or not.
func withLists(cmd *cobra.Command, where *place, do func(ctx context.Context, h *house) error) error {
	return withHouse(cmd, where, func(ctx context.Context, h *house) error {
		behind, stop := context.WithCancel(context.WithoutCancel(ctx))
		group, failed := errgroup.WithContext(behind)
		group.Go(func() error { return h.tail.Run(failed) })
		err := h.tail.Ready(failed)
		if err == nil {
			rebuilder := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: h.log}
			err = rebuilder.Ensure(failed, postgres.Models(), nil)
		}
		if err == nil {
			for _, model := range postgres.Models() {
				hearer := postgres.NewProjector(h.db, h.codec, h.vault, h.tail, h.log, model)
				group.Go(func() error { return hearer.Run(failed) })
			}
			err = do(ctx, h)
		}
		stop()
		return errors.Join(err, group.Wait())
	})
}

// readList reads a file of at most as much as is taken.
func readList(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, clientimport.MaxBytes+1)) // one more is too many, and is said to be
}

// importResult is what --json writes.
type importResult struct {
	Import    uuid.UUID                    `json:"import_id"`
	DryRun    bool                         `json:"dry_run"`
	Mapping   []string                     `json:"mapping"`
	Rows      int                          `json:"rows"`
	Outcomes  map[clientimport.Outcome]int `json:"outcomes"`
	NewPeople int                          `json:"new_people"`
	Refused   []refusedRow                 `json:"refused"`
}

type refusedRow struct {
	Row  int    `json:"row"`
	Note string `json:"note"`
}

func (c clientsImport) run(ctx context.Context, h *house, name string, content []byte, out, errs io.Writer) error {
	staff, err := h.accounts.StaffByEmail(ctx, c.staff)
	if err != nil {
		return err
	}
	if err := staff.Role.Require(account.ImportClients); err != nil {
		return err
	}
	by := es.By{Firm: staff.Firm, Actor: event.Actor{Kind: event.Staff, ID: staff.ID}}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	d, err := h.imports.Upload(ctx, clientimport.Upload{By: by, ID: id, File: name, Content: content})
	if err != nil {
		return err
	}
	if len(c.maps) > 0 {
		m, err := mapped(d, c.maps)
		if err == nil {
			err = h.imports.Map(ctx, staff.Firm, id, m)
		}
		if err != nil {
			return err
		}
	}
	p, err := h.imports.Preview(ctx, staff.Firm, id)
	if err != nil {
		return err
	}
	if !c.dryRun {
		if _, err := h.imports.Confirm(ctx, by, id); err != nil {
			return err
		}
		newPeople := p.NewPeople
		if err := takeRows(ctx, h, staff.Firm, d, errs); err != nil {
			return fmt.Errorf("%w; what was taken stays, and starting this again goes on", err)
		}
		if p, err = h.imports.Preview(ctx, staff.Firm, id); err != nil {
			return err
		}
		p.NewPeople = newPeople
	}
	return c.tell(out, p)
}

// mapped is the draft's mapping with what --map says instead.
func mapped(d clientimport.Draft, maps []string) (clientimport.Mapping, error) {
	m := append(clientimport.Mapping(nil), d.Mapping...)
	for _, text := range maps {
		field, column, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--map %s: write it as FIELD=COLUMN", text)
		}
		for i := range m {
			if m[i] == clientimport.Field(field) {
				m[i] = ""
			}
		}
		if column == "" {
			continue
		}
		at := -1
		for i, header := range d.Header {
			if strings.EqualFold(strings.TrimSpace(header), strings.TrimSpace(column)) {
				at = i
				break
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("--map %s: the first row has no column %q; it has %q", text, column, d.Header)
		}
		m[at] = clientimport.Field(field)
	}
	return m, nil
}

// takeRows takes the rows here, or watches another process take them.
func takeRows(ctx context.Context, h *house, firm int32, d clientimport.Draft, errs io.Writer) error {
	bar := newProgress(errs, "importing")
	defer bar.end()
	over := make(chan error, 1)
	go func() { over <- h.imports.Run(ctx, firm, d.ID) }()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-over:
			if !errors.Is(err, clientimport.ErrBusy) {
				return err
			}
			over = nil // the portal's own worker was faster: its end is ours
		case <-look.C:
			if count, err := h.imports.Rows.Count(ctx, firm, d.ID); err == nil {
				bar.set(int64(d.Rows-count[""]), int64(d.Rows))
			}
			state, err := h.imports.State(ctx, firm, d.ID)
			if err != nil || over == nil && (state == importdomain.Done || state == importdomain.Halted) {
				return err
			}
		case <-ctx.Done():
			if over != nil {
				<-over
			}
			return context.Cause(ctx)
		}
	}
}

func (c clientsImport) tell(out io.Writer, p clientimport.Preview) error {
	r := importResult{Import: p.Draft.ID, DryRun: c.dryRun, Rows: p.Draft.Rows, Outcomes: p.Count, NewPeople: p.NewPeople, Refused: []refusedRow{}}
	for _, f := range p.Draft.Mapping {
		r.Mapping = append(r.Mapping, string(f))
	}
	for _, s := range p.Steps {
		if s.Outcome == clientimport.Refused {
			r.Refused = append(r.Refused, refusedRow{s.No, s.Note})
		}
	}
	if c.asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	verb := "Imported"
	if c.dryRun {
		verb = "Would import"
	}
	fmt.Fprintf(out, "%s %d rows: %d clients added, %d changed, %d with nothing new, %d not taken; %d people added.\n",
		verb, r.Rows, r.Outcomes[clientimport.Created], r.Outcomes[clientimport.Changed], r.Outcomes[clientimport.Unchanged], len(r.Refused), r.NewPeople)
	for _, row := range r.Refused {
		fmt.Fprintf(out, "  row %d: %s\n", row.Row, row.Note)
	}
	return nil
}

func newClientsExport(where *place) *cobra.Command {
	var firm int32
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Write all clients with their people to a CSV or XLSX file",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := strings.TrimPrefix(strings.ToLower(filepath.Ext(args[0])), ".")
			if kind != clientimport.CSV && kind != clientimport.XLSX {
				return fmt.Errorf("%s: name the file .csv or .xlsx", args[0])
			}
			return withLists(cmd, where, func(ctx context.Context, h *house) (err error) {
				no, err := h.practiceFor(ctx, newPerson{firm: firm})
				if err != nil {
					return err
				}
				f, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, f.Close()) }()
				return h.imports.Export(ctx, no, kind, f)
			})
		},
	}
	cmd.Flags().Int32Var(&firm, "firm", 0, "the practice's number, where there are several")
	return cmd
}
