package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	importapp "portico/app/clientimport"
	"portico/app/es"
	"portico/domain/clientimport"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// Imports are lists that become clients. Implementation: clientimport.Commands.
type Imports interface {
	Upload(ctx context.Context, cmd importapp.Upload) (importapp.Draft, error)
	Map(ctx context.Context, firm int32, id uuid.UUID, m importapp.Mapping) error
	Preview(ctx context.Context, firm int32, id uuid.UUID) (importapp.Preview, error)
	State(ctx context.Context, firm int32, id uuid.UUID) (clientimport.State, error)
	Confirm(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Recent(ctx context.Context, firm int32) ([]importapp.Draft, error)
	Sample(ctx context.Context, firm int32, id uuid.UUID, rows int) ([]importapp.Cells, error)
	Export(ctx context.Context, firm int32, kind string, w io.Writer) error
	Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error
}

var errNoList = fault.New(fault.Invalid, "web.no_list", "Choose the file with your list first.")

// importRows is how many rows of a preview a page shows.
const importRows = 100

func (s *Server) imports(w http.ResponseWriter, r *http.Request) error {
	return s.importForm(w, r, newID(), nil)
}

func (s *Server) importForm(w http.ResponseWriter, r *http.Request, id uuid.UUID, problem *fault.Error) error {
	page := views.ClientImports{Shell: s.shell(r, "Import clients", "clients"), ID: id, Fields: fieldChoices()}
	recent, err := s.Imports.Recent(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	for _, d := range recent {
		page.Recent = append(page.Recent, views.ImportLine{
			ID: d.ID, Name: d.File, Rows: views.Count(d.Rows, "row", "rows"), At: views.At(d.CreatedAt, zone(user(r).Practice.Zone)),
		})
	}
	if problem == nil {
		return s.show(w, r, page)
	}
	page.Title, page.Problems = "Error: Import clients", views.Problems{{Field: "file", Text: problem.Message}}
	s.page(w, r, statuses[problem.Kind], page)
	return nil
}

// uploadImport takes the file. What it reads of it is kept, and nothing else happens.
func (s *Server) uploadImport(w http.ResponseWriter, r *http.Request) error {
	id, name, content, err := importFile(r)
	if err == nil && len(content) == 0 {
		err = errNoList
	}
	if err == nil {
		u := user(r)
		_, err = s.Imports.Upload(r.Context(), importapp.Upload{
			By: es.By{Firm: u.Firm, Actor: event.Actor{Kind: event.Staff, ID: u.ID}}, ID: id, File: name, Content: content,
		})
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && id != uuid.Nil {
		return s.importForm(w, r, id, f)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/imports/"+id.String(), 0)
	return nil
}

// importFile reads the form: the import's id, then the file.
func importFile(r *http.Request) (id uuid.UUID, name string, content []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return uuid.Nil, "", nil, errForm
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return id, name, content, nil
		}
		if err != nil {
			return id, name, nil, tooLarge(err)
		}
		switch part.FormName() {
		case "id":
			text, _ := io.ReadAll(io.LimitReader(part, 64)) // what is cut is no id
			if id, err = uuid.Parse(string(text)); err != nil {
				return uuid.Nil, "", nil, errForm
			}
		case "file":
			name = part.FileName()
			if content, err = io.ReadAll(part); err != nil {
				return id, name, nil, tooLarge(err)
			}
		}
	}
}

func tooLarge(err error) error {
	f := unread(err)
	switch {
	case f == nil:
		return errForm
	case f.Kind == fault.TooLarge:
		return errFileTooMuch
	}
	return f
}

// clientImport is one import: its columns and what would come of it, then how far it is, then what came of it.
func (s *Server) clientImport(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, nil, nil)
}

func (s *Server) showImport(w http.ResponseWriter, r *http.Request, chosen importapp.Mapping, problem *fault.Error) error {
	firm := user(r).Firm
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	state, err := s.Imports.State(r.Context(), firm, id)
	if err != nil {
		return err
	}
	p, err := s.Imports.Preview(r.Context(), firm, id)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		problem, err = f, nil // no column holds a name yet
	}
	if err != nil {
		return err
	}
	sample, err := s.Imports.Sample(r.Context(), firm, id, 3)
	if err != nil {
		return err
	}
	if chosen == nil {
		chosen = p.Draft.Mapping
	}
	page := importPage(p, state, chosen, sample)
	page.Shell, page.Command = s.shell(r, "Import "+p.Draft.File, "clients"), newID()
	if problem != nil {
		page.Title, page.Problems = "Error: "+page.Title, views.Problems{{Field: "columns", Text: problem.Message}}
	}
	page.rows(r, p)
	if problem != nil {
		s.page(w, r, statuses[problem.Kind], page.ClientImport)
		return nil
	}
	return s.show(w, r, page.ClientImport)
}

type importView struct{ views.ClientImport }

func importPage(p importapp.Preview, state clientimport.State, chosen importapp.Mapping, sample []importapp.Cells) importView {
	v := importView{views.ClientImport{
		ID: p.Draft.ID, Name: p.Draft.File, Total: p.Draft.Rows, State: string(state), Fields: fieldChoices(), NewPeople: p.NewPeople,
		Draft: state == clientimport.Draft, Under: state == clientimport.Running || state == clientimport.Stopping,
		Stopping: state == clientimport.Stopping, Halted: state == clientimport.Halted,
	}}
	columns := len(p.Draft.Header)
	for _, row := range sample {
		columns = max(columns, len(row.Cells))
	}
	for i := range columns {
		c := views.ImportColumn{No: i, Name: at(p.Draft.Header, i), Field: string(at(chosen, i))}
		if c.Name == "" {
			c.Name = fmt.Sprintf("Column %d", i+1)
		}
		for _, row := range sample {
			if cell := at(row.Cells, i); cell != "" {
				c.Sample = append(c.Sample, cell)
			}
		}
		v.Columns = append(v.Columns, c)
	}
	return v
}

func at[T any](list []T, i int) (v T) {
	if i < len(list) {
		v = list[i]
	}
	return v
}

// outcome is what rows lead to, in the words of before and after: of one row, and of many.
type outcome struct {
	is        importapp.Outcome
	will, has string
	many, all string
	tone      string
	icon      string
}

var outcomes = []outcome{
	{importapp.Refused, "Can’t be taken", "Not taken", "can’t be taken", "not taken", "danger", "circle-alert"},
	{importapp.Created, "New client", "Added", "new clients", "added", "ok", "plus"},
	{importapp.Changed, "Will change", "Changed", "that change something", "changed", "info", "pencil"},
	{importapp.Unchanged, "Nothing new", "Nothing new", "with nothing new", "with nothing new", "", "check"},
}

// rows fills in the part of the rows that was asked for, the refused ones first where there are any.
func (v *importView) rows(r *http.Request, p importapp.Preview) {
	show := importapp.Outcome(r.URL.Query().Get("show"))
	path := "/clients/imports/" + p.Draft.ID.String()
	left := 0
	for _, s := range p.Steps {
		if s.Outcome != "" && !s.Waits() {
			v.Taken++
		} else {
			left++
		}
	}
	v.Waiting = left
	v.Chips = append(v.Chips, views.Chip{Word: fmt.Sprintf("All %d", len(p.Steps)), Href: path, Current: show == ""})
	for _, o := range outcomes {
		word := o.all
		if v.Draft {
			word = o.many
		}
		if n := p.Count[o.is]; n > 0 {
			v.Chips = append(v.Chips, views.Chip{Word: fmt.Sprintf("%d %s", n, word), Href: path + "?show=" + string(o.is), Current: show == o.is})
		}
	}
	v.Ready = len(p.Steps) - p.Count[importapp.Refused]
	v.NewClients, v.Changing, v.Refused = p.Count[importapp.Created], p.Count[importapp.Changed], p.Count[importapp.Refused]
	after := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("after"), &after)
	for _, s := range p.Steps {
		if s.No <= after || show != "" && s.Outcome != show {
			continue
		}
		if len(v.Rows) == importRows {
			v.Pager.Next = fmt.Sprintf("%s?show=%s&after=%d", path, show, v.Rows[importRows-1].No)
			break
		}
		v.Rows = append(v.Rows, importLine(s, v.Draft))
	}
	v.Pager.Shown = views.Count(len(v.Rows), "row", "rows")
}

func importLine(s importapp.Step, draft bool) views.ImportRow {
	row := views.ImportRow{No: s.No, Client: s.Name, Who: s.Who, NewWho: s.New, Note: s.Note}
	i := slices.IndexFunc(outcomes, func(o outcome) bool { return o.is == s.Outcome })
	if i >= 0 {
		o := outcomes[i]
		row.Badge = views.Badge{Tone: o.tone, Icon: o.icon, Word: o.has}
		if draft || s.Waits() {
			row.Badge.Word = o.will
		}
	}
	if !draft && !s.Waits() && s.Outcome != importapp.Refused {
		row.Href = "/clients/" + s.Client.String()
	}
	return row
}

// importFields are what people choose for a column.
var importFields = map[importapp.Field]string{
	importapp.Reference: "Client number", importapp.Name: "Client name", importapp.Sort: "Kind of client", importapp.Email: "Client’s e-mail address",
	importapp.Owner: "Owner (e-mail address)", importapp.Tags: "Tags", importapp.Given: "Person: first name", importapp.Family: "Person: family name",
	importapp.Address: "Person: e-mail address", importapp.Phone: "Person: telephone", importapp.Language: "Person: language", importapp.Rights: "Person: rights",
}

func fieldChoices() (all []views.Choice) {
	for _, f := range importapp.Fields {
		all = append(all, views.Choice{Value: string(f), Word: importFields[f]})
	}
	return all
}

func (s *Server) mapImport(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	var m importapp.Mapping
	for i := range 200 {
		name := fmt.Sprintf("column-%d", i)
		if !r.PostForm.Has(name) {
			break
		}
		m = append(m, importapp.Field(r.PostForm.Get(name)))
	}
	err = s.Imports.Map(r.Context(), user(r).Firm, id, m)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return s.showImport(w, r, m, f)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/imports/"+id.String(), 0)
	return nil
}

func (s *Server) confirmImport(w http.ResponseWriter, r *http.Request) error {
	return s.actOnImport(w, r, s.Imports.Confirm)
}

func (s *Server) stopImport(w http.ResponseWriter, r *http.Request) error {
	return s.actOnImport(w, r, s.Imports.Stop)
}

func (s *Server) actOnImport(w http.ResponseWriter, r *http.Request, act func(context.Context, es.By, uuid.UUID) (es.Result, error)) error {
	if err := form(w, r); err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := act(r.Context(), by, id)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return s.showImport(w, r, nil, f)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/clients/imports/"+id.String(), res.Position)
	return nil
}

func (s *Server) importReport(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.Imports.Report(r.Context(), user(r).Firm, id, &b); err != nil {
		return err
	}
	sendSheet(w, "Import result", importapp.CSV, b.Bytes())
	return nil
}

func (s *Server) exportClients(w http.ResponseWriter, r *http.Request) error {
	kind := importapp.CSV
	if strings.HasSuffix(r.URL.Path, ".xlsx") {
		kind = importapp.XLSX
	}
	var b bytes.Buffer
	if err := s.Imports.Export(r.Context(), user(r).Firm, kind, &b); err != nil {
		return err
	}
	sendSheet(w, "Clients "+s.Now().UTC().Format("2006-01-02"), kind, b.Bytes())
	return nil
}

var sheetTypes = map[string]string{
	importapp.CSV: "text/csv; charset=utf-8", "pdf": "application/pdf", importapp.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

func sendSheet(w http.ResponseWriter, name, kind string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", sheetTypes[kind])
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + "." + kind}))
	h.Set("Content-Length", fmt.Sprint(len(content)))
	_, _ = w.Write(content) // the reader has gone: nobody is left to tell
}
