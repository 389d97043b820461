package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	clientapp "portico/app/client"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	"portico/domain/event"
	"portico/domain/task"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
)

// exampleBytes are those of a service.
type exampleBytes struct{ *transfer.Service }

func (b exampleBytes) Hold(ctx context.Context, firm int32, of, file, target uuid.UUID) error {
	return b.Service.Hold(ctx, transfer.Use{Firm: firm, Transfer: of, ID: file, Target: target})
}

func (b exampleBytes) Keep(ctx context.Context, firm int32, e taskapp.Example, target uuid.UUID) error {
	return b.Service.Hold(ctx, transfer.Use{Firm: firm, Transfer: e.Transfer, ID: e.ID, Target: target, Name: e.Name})
}

func (b exampleBytes) Examples(ctx context.Context, firm int32, ids []uuid.UUID) (map[uuid.UUID]taskapp.Example, error) {
	all, err := b.Service.Examples(ctx, firm, ids)
	out := map[uuid.UUID]taskapp.Example{}
	for _, e := range all {
		out[e.ID] = taskapp.Example{ID: e.ID, Transfer: e.Transfer, Target: e.Target, Name: e.Name, Size: e.Size, SHA256: hex.EncodeToString(e.SHA256), Media: e.Media, Infected: e.Apart}
	}
	return out, err
}

// builds is somebody who builds a request.
func builds(t *testing.T) (*house, *transfer.Service) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	s := &transfer.Service{Rows: &transfertest.Rows{}, Blobs: &transfertest.Blobs{}, Limits: h.server.Uploads.Transfers.Limits}
	s.Link = transfer.ForExamples{Service: s}
	h.server.Uploads.Transfers, h.server.Tasks.Bytes = s, exampleBytes{s}
	h.server.TaskJobs = taskjob.Commands{Events: h.store, Lists: &h.jobs, Clients: &h.jobs, Tasks: h.server.Tasks, Bytes: exampleBytes{s}}
	h.build()
	return h, s
}

// brings posts a form whose rows bring files, by their names.
func (h *house) brings(path string, form url.Values, files map[string]string) reply {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, all := range form {
		if !strings.HasPrefix(name, "item") {
			for _, text := range all {
				_ = m.WriteField(name, text)
			}
		}
	}
	for n, row := range form["item"] {
		_ = m.WriteField("item", row)
		_ = m.WriteField("item-title", form["item-title"][n])
		p, _ := m.CreateFormFile("item-example", files[row])
		if files[row] != "" {
			_, _ = p.Write(transfertest.PDF(2000, 2))
		}
	}
	for _, kept := range form["item-kept"] {
		_ = m.WriteField("item-kept", kept)
	}
	_ = m.Close()
	return h.do("POST", path, &b, "Content-Type", m.FormDataContentType())
}

// shown are the files that stand on the items of a task.
func (h *house) shown(id uuid.UUID) (names []string) {
	for _, e := range h.store.Stream(task.Stream(id)) {
		if r, ok := e.(task.AttachmentReceived); ok {
			names = append(names, r.Place.Item.String()[34:]+" "+r.Name.Text)
		}
	}
	return names
}

func keptIn(page string) (all []string) {
	for _, part := range strings.Split(page, `name="item-kept" value="`)[1:] {
		value, _, _ := strings.Cut(part, `"`)
		all = append(all, value)
	}
	return all
}

// An example comes with the form of a new request, without script as well. What is refused leaves the rest of the form as it
// was, files that have come as well as words, and a template and a copy have the same files.
func TestExamplesOfNewRequests(t *testing.T) {
	h, s := builds(t)
	ledger, payslip := newTestID(81).String(), newTestID(82).String()
	h.get("/tasks/new?kind=documents&client="+farrow.String()).want(t, 200, `enctype="multipart/form-data"`, `name="item-example"`, `type="file"`)
	h.get("/tasks/new?client="+farrow.String()).want(t, 200).lacks(t, "multipart", "item-example")
	id := newTestID(170)
	form := url.Values{
		"command": {newTestID(80).String()}, "id": {id.String()}, "client": {farrow.String()}, "kind": {"documents"}, "audience": {"all"}, "priority": {"normal"},
		"title": {"Papers"}, "item": {ledger, payslip}, "item-title": {"Ledger", "Payslip"},
	}
	page := h.brings("/tasks", form, map[string]string{ledger: "Like this.pdf", payslip: "Run.exe"}).
		want(t, http.StatusUnprocessableEntity, "Error: New document request", "“Run.exe”: Files ending in .exe can’t be sent here", `value="Papers"`, "Example: Like this.pdf", `value="Payslip"`)
	if len(h.store.Stream(task.Stream(id))) > 0 {
		t.Fatal("and yet it is asked")
	}
	form["item-kept"] = keptIn(page.text)
	if len(form["item-kept"]) != 1 || !strings.HasPrefix(form["item-kept"][0], ledger+".") {
		t.Fatalf("kept %q", form["item-kept"])
	}
	form.Set("title", "")
	h.brings("/tasks", form, nil).want(t, http.StatusUnprocessableEntity, "Give the task a title", "Example: Like this.pdf")
	form.Set("title", "Papers")
	h.brings("/tasks", form, map[string]string{payslip: "Slip.pdf"}).want(t, http.StatusSeeOther)
	want := []string{ledger[34:] + " Like this.pdf", payslip[34:] + " Slip.pdf"}
	if got := h.shown(id); !slices.Equal(got, want) {
		t.Fatalf("it shows %q, want %q", got, want)
	}
	h.brings("/tasks", form, map[string]string{payslip: "Slip.pdf"}).want(t, http.StatusSeeOther) // pressed twice
	if got := h.shown(id); len(got) != 2 {
		t.Errorf("twice: %q", got)
	}

	form.Set("template-name", "Papers")
	form.Set("command", newTestID(83).String())
	h.brings("/tasks/templates", form, nil).want(t, http.StatusSeeOther)
	template := uuid.NewSHA1(id, []byte("template"))
	saved := h.store.Stream(tasktemplate.Stream(template))[0].(tasktemplate.Saved)
	if len(saved.Items[0].Examples) != 1 || saved.Items[0].Examples[0].Name != "Like this.pdf" || len(saved.Items[1].Examples) != 0 {
		t.Fatalf("the template has %+v", saved.Items)
	}
	h.jobs.Saved = []taskjob.Template{taskjob.TemplateOf(template, saved)}
	page = h.get("/tasks/new?kind=documents&client="+farrow.String()+"&template="+template.String()).want(t, 200, "Example: Like this.pdf")
	if kept := keptIn(page.text); len(kept) != 1 || !strings.HasSuffix(kept[0], "."+saved.Items[0].Examples[0].ID.String()) {
		t.Errorf("from the template: %q", kept)
	}

	from := h.store.Stream(task.Stream(id))[1].(task.AttachmentReceived)
	h.plan.files = []taskapp.File{
		{ID: from.Attachment, By: event.Actor{Kind: event.Staff, ID: priya.ID}, Place: task.Place{Item: ledgerItem}, Name: "Like this.pdf", State: taskapp.FileReleased},
		{ID: newTestID(90), By: event.Actor{Kind: event.Staff, ID: priya.ID}, Place: task.Place{Item: ledgerItem}, Name: "Bad.pdf", State: taskapp.FileInfected, Scan: taskapp.ScanBad},
	}
	h.plan.detail = append(h.plan.detail, taskapp.Detail{Row: taskapp.Row{ID: id, Client: farrow, Kind: task.Documents, Title: "Papers"}})
	h.plan.items = []taskapp.Item{{ID: ledgerItem, Title: "Ledger"}}
	page = h.get("/tasks/new?kind=documents&client="+farrow.String()+"&copy="+id.String()).want(t, 200, "Example: Like this.pdf").lacks(t, "Bad.pdf")
	row, ref, _ := strings.Cut(keptIn(page.text)[0], ".")
	if ref != id.String()+"."+from.Attachment.String() {
		t.Fatalf("the copy has %q", ref)
	}
	copied := newTestID(171)
	form["id"], form["command"], form["item"], form["item-title"] = []string{copied.String()}, []string{newTestID(84).String()}, []string{row}, []string{"Ledger"}
	form["item-kept"] = []string{row + "." + id.String() + "." + newTestID(91).String()}
	h.brings("/tasks", form, nil).want(t, http.StatusUnprocessableEntity, "An example: This file is unknown here")
	form["item-kept"] = []string{row + "." + id.String() + "." + from.Attachment.String()}
	h.brings("/tasks", form, nil).want(t, http.StatusSeeOther)
	if got := h.shown(copied); !slices.Equal(got, []string{row[34:] + " Like this.pdf"}) {
		t.Errorf("the copy shows %q", got)
	}

	if err := s.Quarantine(t.Context(), 1, from.Attachment); err != nil {
		t.Fatal(err)
	}
	h.get("/tasks/new?kind=documents&client="+farrow.String()+"&template="+template.String()).want(t, 200, "A virus was found in it")
	form["id"], form["command"], form["item-kept"] = []string{newTestID(172).String()}, []string{newTestID(85).String()}, []string{row + "." + saved.Items[0].Examples[0].ID.String()}
	h.brings("/tasks", form, nil).want(t, http.StatusUnprocessableEntity, "A virus was found in “Like this.pdf”")
}
