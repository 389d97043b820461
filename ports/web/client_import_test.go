package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	importapp "portico/app/clientimport"
	"portico/app/es"
	"portico/domain/client"
	"portico/domain/clientimport"

	"github.com/google/uuid"
)

// lists is Imports with one file of three rows.
type lists struct {
	state    clientimport.State
	mapping  importapp.Mapping
	uploaded importapp.Upload
	did      string
}

var listID = newTestID(40)

func (l *lists) Upload(_ context.Context, cmd importapp.Upload) (importapp.Draft, error) {
	l.uploaded = cmd
	return importapp.Draft{ID: cmd.ID}, nil
}

func (l *lists) Map(_ context.Context, _ int32, _ uuid.UUID, m importapp.Mapping) error {
	if err := m.Check(); err != nil {
		return err
	}
	l.mapping = m
	return nil
}

func (l *lists) Preview(_ context.Context, _ int32, id uuid.UUID) (importapp.Preview, error) {
	if id != listID {
		return importapp.Preview{}, importapp.ErrUnknown
	}
	d := importapp.Draft{ID: id, File: "Clients <b>.csv", Header: []string{"Name", "Kind"}, Mapping: l.mapping, Rows: 3, CreatedAt: noon}
	if err := l.mapping.Check(); err != nil {
		return importapp.Preview{Draft: d}, err
	}
	known := importapp.Known{Clients: []importapp.KnownClient{{Says: client.Creating{Client: newTestID(41), Name: "Acme", Sort: client.Person}}}}
	p := importapp.Preview{Draft: d, Steps: importapp.Plan(id, l.rows(), l.mapping, known, noon), Count: map[importapp.Outcome]int{}}
	for _, s := range p.Steps {
		p.Count[s.Outcome]++
	}
	return p, nil
}

func (l *lists) rows() []importapp.Cells {
	return []importapp.Cells{{No: 2, Cells: []string{"Bell & <i>Co", "company"}}, {No: 3, Cells: []string{"Acme"}}, {No: 4, Cells: []string{"Club", "club"}}}
}

func (l *lists) State(context.Context, int32, uuid.UUID) (clientimport.State, error) {
	return l.state, nil
}

func (l *lists) Confirm(context.Context, es.By, uuid.UUID) (es.Result, error) {
	l.did += "confirmed "
	return es.Result{}, nil
}

func (l *lists) Stop(context.Context, es.By, uuid.UUID) (es.Result, error) {
	l.did += "stopped "
	return es.Result{}, nil
}

func (l *lists) Recent(context.Context, int32) ([]importapp.Draft, error) {
	return []importapp.Draft{{ID: listID, File: "Earlier.xlsx", Rows: 1, CreatedAt: noon}}, nil
}

func (l *lists) Sample(context.Context, int32, uuid.UUID, int) ([]importapp.Cells, error) {
	return l.rows(), nil
}

func (l *lists) Export(_ context.Context, _ int32, kind string, w io.Writer) error {
	_, err := io.WriteString(w, "all as "+kind)
	return err
}

func (l *lists) Report(_ context.Context, _ int32, _ uuid.UUID, w io.Writer) error {
	_, err := io.WriteString(w, "row,outcome")
	return err
}

func (h *house) lists() *lists {
	l := &lists{state: clientimport.Draft, mapping: importapp.Mapping{importapp.Name, importapp.Sort}}
	h.server.Imports = l
	return l
}

// The file is read, its columns are chosen, what each row leads to is shown before anything is written.
func TestImportPages(t *testing.T) {
	h := newHouse(t).signIn()
	l := h.lists()
	path := "/clients/imports/" + listID.String()
	command := func() url.Values { return url.Values{"command": {uuid.NewString()}} }

	h.get("/clients/imports").want(t, 200, "Import clients", "Earlier.xlsx", "Download as XLSX", "Client number")
	h.get(path).want(t, 200, "Clients &lt;b&gt;.csv", "Nothing is written yet", "Import 2 rows", "1 row can’t be taken", "Bell &amp; &lt;i&gt;Co", "New client", "Nothing new",
		"“club” is no kind of client").lacks(t, "<i>Co", "Taking rows")
	h.get(path+"?show=refused").want(t, 200, `id="row-4"`).lacks(t, `id="row-2"`)
	h.get(path+"?after=2").want(t, 200, `id="row-3"`).lacks(t, `id="row-2"`)
	h.post(path+"/mapping", url.Values{"column-0": {""}, "column-1": {"kind"}}).want(t, 422, "Choose the column that holds", `value="kind" selected`)
	h.post(path+"/mapping", url.Values{"column-0": {"reference"}, "column-1": {"name"}}).want(t, 303)
	if l.mapping[0] != importapp.Reference || l.mapping[1] != importapp.Name {
		t.Errorf("mapping %v", l.mapping)
	}
	h.post(path+"/confirmation", command()).want(t, 303)
	l.state = clientimport.Running
	h.get(path).want(t, 200, "Taking rows", "0 of 3 rows", "Stop")
	h.post(path+"/stop", command()).want(t, 303)
	if l.did != "confirmed stopped " {
		t.Errorf("did %s", l.did)
	}
	l.state = clientimport.Done
	h.get(path).want(t, 200, "The import is done").lacks(t, "Taking rows")
	h.get("/clients/imports/"+newTestID(52).String()).want(t, 404)
	for path, want := range map[string][2]string{
		"/clients/export.csv":  {"text/csv; charset=utf-8", "all as csv"},
		"/clients/export.xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "all as xlsx"},
		path + "/result.csv":   {"text/csv; charset=utf-8", "row,outcome"},
	} {
		a := h.get(path).want(t, 200)
		if got := a.Header().Get("Content-Type"); got != want[0] || a.text != want[1] || !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %s, %q", path, got, a.text)
		}
	}
}

func TestImportUpload(t *testing.T) {
	h := newHouse(t).signIn()
	l := h.lists()
	send := func(name string, content []byte) reply {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		_ = m.WriteField("id", listID.String())
		part, err := m.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(content)
		_ = m.Close()
		return h.do(http.MethodPost, "/clients/imports", &b, "Content-Type", m.FormDataContentType())
	}
	if a := send("Müller.csv", []byte("Name\nIda\n")).want(t, 303); a.Header().Get("Location") != "/clients/imports/"+listID.String() {
		t.Errorf("leads to %s", a.Header().Get("Location"))
	}
	if l.uploaded.File != "Müller.csv" || string(l.uploaded.Content) != "Name\nIda\n" || l.uploaded.By.Firm != 1 || l.uploaded.By.Actor.ID != priya.ID {
		t.Errorf("uploaded %+v", l.uploaded)
	}
	send("none.csv", nil).want(t, 422, "Choose the file with your list first")
	send("large.csv", bytes.Repeat([]byte("x"), 21<<20)).want(t, 413, "larger than the 20 MB")
}
