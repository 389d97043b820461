package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"portico/app/clientimport"
	"portico/app/es"
	importdomain "portico/domain/clientimport"
	"portico/domain/event"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// Imports are lists that become clients. Implementation: clientimport.Commands.
type Imports interface {
	Upload(ctx context.Context, cmd clientimport.Upload) (clientimport.Draft, error)
	Map(ctx context.Context, firm int32, id uuid.UUID, m clientimport.Mapping) error
	Preview(ctx context.Context, firm int32, id uuid.UUID) (clientimport.Preview, error)
	State(ctx context.Context, firm int32, id uuid.UUID) (importdomain.State, error)
	Confirm(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Export(ctx context.Context, firm int32, kind string, w io.Writer) error
}

// ClientImport is a list that was read, what would come of it, and what came of it.
type ClientImport struct {
	ID        ID       `json:"id"`
	State     string   `json:"state" enum:"draft,running,stopping,stopped,done" doc:"draft: nothing of it is a client yet"`
	File      string   `json:"file"`
	SHA256    string   `json:"sha256" doc:"64 hex digits"`
	Header    []string `json:"header" nullable:"false"`
	Mapping   []string `json:"mapping" nullable:"false" doc:"What each column holds, by its place; empty: it is left out. One of reference, name, kind, client_email, owner, tags, contact_given, contact_family, contact_email, contact_phone, contact_language, contact_rights"`
	Rows      int      `json:"rows"`
	Created   int      `json:"created" doc:"Rows that make a client, or made one"`
	Changed   int      `json:"changed"`
	Unchanged int      `json:"unchanged"`
	Refused   int      `json:"refused"`
	Waiting   int      `json:"waiting" doc:"Rows that have not been taken yet"`
	NewPeople int      `json:"new_people"`
}

// ImportRow is one row of a list.
type ImportRow struct {
	No      int     `json:"no" doc:"The number that people see in their own program"`
	Outcome string  `json:"outcome" enum:"created,changed,unchanged,refused"`
	Waiting bool    `json:"waiting" doc:"It has not been taken yet: outcome is what would become of it"`
	Note    string  `json:"note" doc:"Why it is refused, or what else is to be known"`
	Client  MaybeID `json:"client_id"`
	Name    string  `json:"client"`
	Contact MaybeID `json:"contact_id"`
	Person  string  `json:"contact"`
}

type uploadImport struct {
	File    string `query:"file" maxLength:"255" doc:"The name of the file"`
	RawBody []byte `contentType:"application/octet-stream"`
}

func (s *Server) uploadImport(ctx context.Context, in *uploadImport) (*body[ClientImport], error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("draw an import's id: %w", err)
	}
	c := from(ctx)
	if _, err := s.Imports.Upload(ctx, clientimport.Upload{
		By: es.By{Firm: c.Firm, Actor: event.Actor{Kind: event.Staff, ID: c.ID}}, ID: id, File: in.File, Content: in.RawBody,
	}); err != nil {
		return nil, err
	}
	return s.clientImport(ctx, id)
}

func (s *Server) getImport(ctx context.Context, in *ByID) (*body[ClientImport], error) {
	id, err := in.parse(clientimport.ErrUnknown)
	if err != nil {
		return nil, err
	}
	return s.clientImport(ctx, id)
}

func (s *Server) clientImport(ctx context.Context, id uuid.UUID) (*body[ClientImport], error) {
	firm := from(ctx).Firm
	state, err := s.Imports.State(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	p, err := s.Imports.Preview(ctx, firm, id)
	if err != nil && p.Draft.ID == uuid.Nil { // with a mapping that can't be meant the rest is shown all the same
		return nil, err
	}
	out := ClientImport{
		ID: ID(id), State: string(state), File: p.Draft.File, SHA256: p.Draft.SHA256, Header: p.Draft.Header, Mapping: make([]string, len(p.Draft.Mapping)), Rows: p.Draft.Rows,
		Created: p.Count[clientimport.Created], Changed: p.Count[clientimport.Changed], Unchanged: p.Count[clientimport.Unchanged],
		Refused: p.Count[clientimport.Refused], NewPeople: p.NewPeople, Waiting: p.Draft.Rows - len(p.Steps),
	}
	for i, f := range p.Draft.Mapping {
		out.Mapping[i] = string(f)
	}
	for _, step := range p.Steps {
		if step.Waits() {
			out.Waiting++
		}
	}
	return &body[ClientImport]{Body: out}, nil
}

type mapImport struct {
	ByID
	Body struct {
		Mapping []string `json:"mapping" maxItems:"60" nullable:"false"`
	}
}

func (s *Server) mapImport(ctx context.Context, in *mapImport) (*body[ClientImport], error) {
	id, err := in.parse(clientimport.ErrUnknown)
	if err != nil {
		return nil, err
	}
	m := make(clientimport.Mapping, len(in.Body.Mapping))
	for i, word := range in.Body.Mapping {
		m[i] = clientimport.Field(word)
	}
	if err := s.Imports.Map(ctx, from(ctx).Firm, id, m); err != nil {
		return nil, err
	}
	return s.clientImport(ctx, id)
}

type actOnImport struct {
	ByID
	Idempotent
}

func (s *Server) confirmImport(ctx context.Context, in *actOnImport) (*body[ClientImport], error) {
	return s.actOnImport(ctx, in, s.Imports.Confirm)
}

func (s *Server) stopImport(ctx context.Context, in *actOnImport) (*body[ClientImport], error) {
	return s.actOnImport(ctx, in, s.Imports.Stop)
}

func (s *Server) actOnImport(ctx context.Context, in *actOnImport, act func(context.Context, es.By, uuid.UUID) (es.Result, error)) (*body[ClientImport], error) {
	id, err := in.parse(clientimport.ErrUnknown)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, id)
	if err != nil {
		return nil, err
	}
	if _, err := act(ctx, who, id); err != nil {
		return nil, err
	}
	return s.clientImport(ctx, id)
}

type listImportRows struct {
	ByID
	Paging
	Outcome string `query:"outcome" enum:"created,changed,unchanged,refused"`
}

func (s *Server) listImportRows(ctx context.Context, in *listImportRows) (*body[Page[ImportRow]], error) {
	id, err := in.parse(clientimport.ErrUnknown)
	if err != nil {
		return nil, err
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	p, err := s.Imports.Preview(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	steps := slices.DeleteFunc(p.Steps, func(step clientimport.Step) bool {
		return step.No <= after || in.Outcome != "" && in.Outcome != string(step.Outcome)
	})
	return numberedPage(steps, in.Limit, func(step clientimport.Step) int { return step.No }, showImportRow), nil
}

func showImportRow(s clientimport.Step) ImportRow {
	row := ImportRow{No: s.No, Outcome: string(s.Outcome), Waiting: s.Waits(), Note: s.Note, Name: s.Name, Person: s.Who}
	if s.Outcome != clientimport.Refused {
		row.Client, row.Contact = MaybeID(s.Client), MaybeID(s.Person)
	}
	return row
}

type exportClients struct {
	Format string `query:"format" enum:"csv,xlsx" default:"csv"`
}

func (s *Server) exportClients(ctx context.Context, in *exportClients) (*huma.StreamResponse, error) {
	var b bytes.Buffer
	if err := s.Imports.Export(ctx, from(ctx).Firm, in.Format, &b); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/octet-stream")
		hc.SetHeader("Content-Disposition", attachment("clients."+in.Format))
		_, _ = hc.BodyWriter().Write(b.Bytes()) // the caller has gone: nobody is left to tell
	}}, nil
}

// table describes a request with a file.
func table(o huma.Operation) huma.Operation {
	o.MaxBodyBytes = clientimport.MaxBytes
	return o
}
