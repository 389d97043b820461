package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	bankFile, ourFile, goneFile = newTestID(80), newTestID(81), newTestID(82)
	digestText                  = strings.Repeat("ab", 32)
)

// papers are files that a test tells of.
type papers struct {
	files  []taskapp.File
	same   map[string]taskapp.Elsewhere
	sent   map[string]taskapp.Elsewhere // to a contact
	policy task.FilePolicy

	earlier []taskapp.Earlier
}

func (p *papers) TaskPolicy(context.Context, int32) (task.FilePolicy, error) { return p.policy, nil }

func (p *papers) Files(context.Context, int32, uuid.UUID) ([]taskapp.File, error) {
	return p.files, nil
}

func (p *papers) SameSent(context.Context, int32, uuid.UUID, uuid.UUID, []string) (map[string]taskapp.Elsewhere, error) {
	return p.sent, nil
}

func (p *papers) Earlier(context.Context, int32, uuid.UUID, uuid.UUID, taskapp.EarlierQuery) ([]taskapp.Earlier, error) {
	return p.earlier, nil
}

func (p *papers) Enclosed(_ context.Context, _ int32, _, messages []uuid.UUID) (map[uuid.UUID][]taskapp.File, error) {
	out := map[uuid.UUID][]taskapp.File{}
	for _, f := range p.files {
		if slices.Contains(messages, f.Place.Message) {
			out[f.Place.Message] = append(out[f.Place.Message], f)
		}
	}
	return out, nil
}

func (p *papers) Same(context.Context, int32, uuid.UUID, []string) (map[string]taskapp.Elsewhere, error) {
	return p.same, nil
}

// holds is asks with files on the ledger task: of Ingrid, of the practice for itself, and one that was removed.
func holds(t *testing.T) *house {
	h := asks(t)
	h.plan.policy.AtOnce = true
	base := taskapp.File{Size: 812_000, SHA256: digestText, Media: "text/html", State: taskapp.FileReceived, Delivered: true, StartedAt: noon, At: noon, Deadline: noon}
	theirs, ours, gone := base, base, base
	theirs.ID, theirs.Transfer, theirs.Name, theirs.By = bankFile, bankFile, "Bank.html", event.Actor{Kind: event.Contact, ID: ingrid.Contact}
	theirs.ByName = "Ingrid Solberg"
	ours.ID, ours.Transfer, ours.Name, ours.By, ours.ByName = ourFile, ourFile, "Notes.pdf", event.Actor{Kind: event.Staff, ID: priya.ID}, "Priya Nair"
	ours.Place.Talk.Internal = true
	gone.ID, gone.Name, gone.State, gone.By = goneFile, "Wrong.pdf", taskapp.FileRemoved, event.Actor{Kind: event.Contact, ID: ingrid.Contact}
	gone.RemovedAt, gone.RemovedBy, gone.Remover, gone.Until = noon, priya.ID, "Priya Nair", noon.Add(30*24*time.Hour)
	h.plan.files = []taskapp.File{theirs, ours, gone}
	return h
}

// S2.3 to S2.9: both sides see the files in their place; only the practice can remove one, and a mark stays (S2.i2).
func TestTaskFilesOnPages(t *testing.T) {
	h := holds(t)
	todo, staffPage := "/portal/todos/"+ledgerTask.String(), "/tasks/"+ledgerTask.String()
	h.get(todo).want(t, 200, "Attachments", `data-base="/portal/tasks/`+ledgerTask.String()+`/"`, "Bank.html", "You · ", todo+"/files/"+bankFile.String()+"/content",
		"Wrong.pdf", "Removed by Harbour &amp; Vale", "/static/task-desk.", `action="/portal/tasks/`+ledgerTask.String()+`/files"`).
		lacks(t, "Notes.pdf", "Take back", "removal", "restoration")
	h.plan.sent = map[string]taskapp.Elsewhere{digestText: {Name: "My bank.pdf", Title: "Year end"}}
	h.get(todo).want(t, 200, "same content as “My bank.pdf” on “Year end”") // T15
	h.plan.files[0].By.ID = newTestID(70)
	h.get(todo).want(t, 200, "Bank.html").lacks(t, "My bank.pdf")
	h.plan.files[0].By.ID = ingrid.Contact
	h.plan.files[0].SourceTask = bankTask
	h.get(todo).want(t, 200, "taken from “Which bank?”").lacks(t, "same content as")
	h.plan.files[0].SourceTask = newTestID(99) // which they see no more
	h.get(todo).want(t, 200, "same content as “My bank.pdf” on “Year end”").lacks(t, "taken from")
	h.signIn()
	h.plan.same = map[string]taskapp.Elsewhere{digestText: {Name: "Old bank.pdf", Title: "Year end"}}
	h.get(staffPage).want(t, 200, "Attachments", "Bank.html", "Ingrid Solberg · ", "Notes.pdf", "only the practice sees it", "same content as “Old bank.pdf” on “Year end”",
		staffPage+"/files/"+bankFile.String()+"/removal", staffPage+"/files/"+goneFile.String()+"/restoration", staffPage+"/files/"+ourFile.String()+"/sharing", "Removed by Priya Nair")
	h.plan.files[0].SourceTask = bankTask
	h.get(staffPage).want(t, 200, "taken from “Which bank?”")
	h.plan.files[0].Deadline, h.plan.files[0].Delivered = noon.Add(time.Minute), false // U2: while its window is open
	h.get(staffPage).want(t, 200, "1 file is arriving").lacks(t, "Bank.html")
	h.get(todo).want(t, 200, "Bank.html", "Take back")
}

// U8: an admin sees what the scanner keeps back, and why; colleagues don't, and nobody fetches it.
func TestHeldTaskFiles(t *testing.T) {
	h := holds(t)
	page := "/tasks/" + ledgerTask.String()
	f := &h.plan.files[0]
	f.Scan, f.Finding = taskapp.ScanHeld, "larger than the scanner takes"
	says := "could not be checked for viruses (larger than the scanner takes)"
	h.signIn()
	who := h.server.Accounts.(*doorkeeper)
	who.role = accounts.Practitioner
	h.get(page).want(t, 200, "1 file is arriving").lacks(t, "Bank.html", says)
	who.role = ""
	h.get(page).want(t, 200, "Bank.html", says).lacks(t, bankFile.String()+"/removal", bankFile.String()+"/content", "1 file is arriving")
	h.get(page+"/files/"+bankFile.String()+"/content").want(t, http.StatusNotFound)
	f.Delivered, f.Deadline = false, noon.Add(time.Minute) // U2
	h.get(page).want(t, 200, "1 file is arriving").lacks(t, "Bank.html")
}

// S2.i4: who has no task is told where files are sent, or how to ask.
func TestNoTaskNoFiles(t *testing.T) {
	h := asks(t)
	h.plan.todos = nil
	h.get("/portal/todos").want(t, 200, "Files are sent on a task. When Harbour &amp; Vale assigns you one").lacks(t, `type="file"`)
	h.plan.policy.Off = true
	h.get("/portal/todos").want(t, 200, "Harbour &amp; Vale takes no files here. Ask them how to send yours.")
}

// S2.14, S2.i3, S2.i8: what takes no files shows no control, and says why.
func TestTaskTakesNoFiles(t *testing.T) {
	h := holds(t)
	todo := "/portal/todos/" + ledgerTask.String()
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	h.plan.policy.Off = true
	h.get(todo).want(t, 200, "Harbour &amp; Vale takes no files here. Ask them how to send yours.", "Bank.html").lacks(t, "data-base", `type="file"`)
	h.send("POST", "/portal/tasks/"+ledgerTask.String()+"/uploads/", nil, "Upload-Length", "9").want(t, http.StatusGone, "task.files_off")
	h.plan.policy.Off = false
	h.store.Given(1, task.Stream(ledgerTask), task.Closed{Outcome: task.Completed, At: noon})
	h.get(todo).want(t, 200, "finished or closed").lacks(t, "data-base", `type="file"`)
	h.send("POST", "/portal/tasks/"+ledgerTask.String()+"/uploads/", nil, "Upload-Length", "9").want(t, http.StatusGone, "task.files_over")
}

// A file is handed out to who sees it, as bytes that nothing runs in (T22), and to nobody else.
func TestTaskFileContent(t *testing.T) {
	h := holds(t)
	todo, staffPage := "/portal/todos/"+ledgerTask.String()+"/files/", "/tasks/"+ledgerTask.String()+"/files/"
	h.shelf.blob = []byte("<script>")
	a := h.get(todo+bankFile.String()+"/content").want(t, 200, "<script>")
	if got := a.Header(); got.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(got.Get("Content-Disposition"), "attachment;") || !strings.Contains(got.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", got)
	}
	for _, id := range []uuid.UUID{ourFile, goneFile, newTestID(99)} {
		h.get(todo+id.String()+"/content").want(t, http.StatusNotFound).lacks(t, "<script>")
	}
	h.signIn()
	h.get(staffPage+ourFile.String()+"/content").want(t, 200, "<script>")
	h.get(staffPage+goneFile.String()+"/content").want(t, http.StatusNotFound).lacks(t, "<script>")
}

// S2.i12: the practice removes, restores and shares; a contact takes back what they may.
func TestTaskFileActs(t *testing.T) {
	h := holds(t).signIn()
	by := task.Who{Kind: event.Contact, ID: ingrid.Contact}
	start := task.AttachmentReceived{
		Attachment: bankFile, By: by, Name: event.Of(boats, "Bank.html"), Size: 9, SHA256: digestText, StartedAt: noon, Deadline: noon.Add(time.Hour), Delivered: true, At: noon,
	}
	h.store.Given(1, task.Stream(ledgerTask), start)
	file, n := "/tasks/"+ledgerTask.String()+"/files/"+bankFile.String(), byte(90)
	press := func(path string, code int) event.Event {
		n++
		h.post(path, url.Values{"command": {newTestID(n).String()}}).want(t, code)
		return h.lastOf(ledgerTask)
	}
	if e, ok := press(file+"/removal", http.StatusSeeOther).(task.AttachmentRemoved); !ok || e.By.ID != priya.ID {
		t.Errorf("%+v", e)
	}
	if e, ok := press(file+"/restoration", http.StatusSeeOther).(task.AttachmentRestored); !ok {
		t.Errorf("%+v", e)
	}
	if e, ok := press("/portal/todos/"+ledgerTask.String()+"/files/"+bankFile.String()+"/retraction", http.StatusSeeOther).(task.AttachmentDiscarded); !ok || e.By != by {
		t.Errorf("%+v", e)
	}
	press("/tasks/"+ledgerTask.String()+"/files/"+newTestID(99).String()+"/removal", http.StatusNotFound)
}

// send is a request of a program on the page.
func (h *house) send(method, path string, body io.Reader, headers ...string) reply {
	h.t.Helper()
	all := []string{
		"Accept", "*/*", "Tus-Resumable", "1.0.0", "Upload-Metadata", "filename " + base64.StdEncoding.EncodeToString([]byte("Bank.pdf")),
	}
	return h.do(method, path, body, append(all, headers...)...)
}

// tasksHistory is the task's own history behind transfers, as cmd/portico wires it.
type tasksHistory struct {
	transfer.Link
	tasks *taskapp.Commands
	owner transfer.Owner
}

func (t *tasksHistory) act(o transfer.Owner) taskapp.Act {
	t.owner = o
	if o.Kind == transfer.OfStaff {
		return taskapp.Act{By: es.By{Firm: o.Firm, Actor: event.Actor{Kind: event.Staff, ID: o.Recipient}}, Task: o.Link}
	}
	return taskapp.Act{By: es.By{Firm: o.Firm, Actor: event.Actor{Kind: event.Contact, ID: o.Recipient}}, Task: o.Link, Contact: o.Recipient}
}

func (t *tasksHistory) Admit(ctx context.Context, o transfer.Owner, _ int) (time.Time, error) {
	return t.tasks.AdmitFile(ctx, t.act(o))
}

func (t *tasksHistory) Start(ctx context.Context, o transfer.Owner, f transfer.File) error {
	_, err := t.tasks.StartFile(ctx, taskapp.StartFile{Act: t.act(o), File: f.ID, Name: f.Name, Size: f.Size, Place: task.Place{Item: f.Place.Item, Message: f.Place.Message, Talk: task.Talk{With: f.Place.With}}})
	return err
}

func (t *tasksHistory) Check(ctx context.Context, o transfer.Owner, id uuid.UUID) error {
	return t.tasks.FileComing(ctx, t.act(o), id)
}

func (t *tasksHistory) Receive(ctx context.Context, o transfer.Owner, id uuid.UUID, c transfer.Content) (int64, error) {
	r, err := t.tasks.ReceiveFile(ctx, taskapp.ReceiveFile{Act: t.act(o), File: id, Size: c.Size, SHA256: digestText, Media: c.Media})
	return r.Position, err
}

func (t *tasksHistory) Take(ctx context.Context, o transfer.Owner, f transfer.File, at time.Time, c transfer.Content) (int64, error) {
	r, err := t.tasks.TakeFile(ctx, taskapp.TakeFile{
		StartFile: taskapp.StartFile{Act: t.act(o), File: f.ID, Name: f.Name, Size: c.Size, Place: task.Place{Message: f.Place.Message, Talk: task.Talk{With: f.Place.With}}}, StartedAt: at, SHA256: digestText, Media: c.Media,
	})
	return r.Position, err
}

func (t *tasksHistory) Shown(context.Context, int64) {}

func (t *tasksHistory) Abandon(ctx context.Context, o transfer.Owner, id uuid.UUID, _ transfer.Reason) error {
	_, err := t.tasks.AbandonFile(ctx, taskapp.AbandonFile{By: t.act(o).By, Task: o.Link, File: id})
	return err
}

// S2.i6, S2.i3: a file comes in pieces to the task of the person in the portal, goes on where it was, and ends with the
// reason where the task is closed meanwhile.
func TestTaskUploads(t *testing.T) {
	h := holds(t)
	history := &tasksHistory{tasks: &h.server.Tasks}
	h.server.Uploads.Transfers.Link = history
	base, pdf := "/portal/tasks/"+ledgerTask.String()+"/uploads/", transfertest.PDF(3000, 1)
	const octets = "application/offset+octet-stream"
	begin := func() string {
		a := h.send("POST", base, nil, "Upload-Length", strconv.Itoa(len(pdf))).want(t, http.StatusCreated)
		return a.Header().Get("Location")
	}
	place := begin()
	if !strings.HasPrefix(place, base) || history.owner != (transfer.Owner{Firm: 1, Kind: transfer.OfContact, Link: ledgerTask, Recipient: ingrid.Contact}) {
		t.Fatalf("%q, %+v", place, history.owner)
	}
	h.send("PATCH", place, bytes.NewReader(pdf[:1000]), "Upload-Offset", "0", "Content-Type", octets).want(t, http.StatusNoContent)
	if a := h.send("HEAD", place, nil).want(t, 200); a.Header().Get("Upload-Offset") != "1000" {
		t.Errorf("%v", a.Header())
	}
	h.send("PATCH", place, bytes.NewReader(pdf[1000:]), "Upload-Offset", "1000", "Content-Type", octets).want(t, http.StatusNoContent)
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentReceived); !ok || e.By != (task.Who{Kind: event.Contact, ID: ingrid.Contact}) || e.Size != 3000 || !e.Delivered || e.Name.String() != "Bank.pdf" {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	small := h.send("POST", base, bytes.NewReader(pdf), "Upload-Length", "3000", "Content-Type", octets, "Upload-Metadata",
		"filename "+base64.StdEncoding.EncodeToString([]byte("Mine.pdf"))+",audience "+base64.StdEncoding.EncodeToString([]byte("private"))).want(t, http.StatusCreated)
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentReceived); !ok || e.Place.Talk.With != ingrid.Contact || small.Header().Get("Upload-Offset") != "3000" {
		t.Errorf("T3: %+v", h.lastOf(ledgerTask))
	}
	late := begin()
	h.store.Given(1, task.Stream(ledgerTask), task.Closed{Outcome: task.Cancelled, Reason: event.Of(boats, "You moved"), At: noon})
	h.send("PATCH", late, bytes.NewReader(pdf), "Upload-Offset", "0", "Content-Type", octets).want(t, http.StatusGone, "task.files_over")
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentAbandoned); !ok || e.Reason != task.TaskClosed {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	h.send("HEAD", base+newTestID(99).String(), nil).want(t, http.StatusNotFound)
	h.send("POST", "/portal/tasks/"+newTestID(98).String()+"/uploads/", nil, "Upload-Length", "9").want(t, http.StatusNotFound)
	h.jar = nil
	h.send("POST", base, nil, "Upload-Length", "9").want(t, http.StatusUnauthorized)
}

// A program sends with its person's API token and no cookie what a browser sends with a session: as much, resumed as well,
// and not more than its person may.
func TestTaskUploadsByToken(t *testing.T) {
	h := holds(t)
	history := &tasksHistory{tasks: &h.server.Tasks}
	h.server.Uploads.Transfers.Link, h.jar = history, nil
	base, pdf := "/tasks/"+ledgerTask.String()+"/uploads/", transfertest.PDF(3000, 1)
	own := "bearer " + string(apiToken)
	const octets = "application/offset+octet-stream"
	place := h.send("POST", base, nil, "Authorization", own, "Upload-Length", "3000").want(t, http.StatusCreated).Header().Get("Location")
	if history.owner != (transfer.Owner{Firm: 1, Kind: transfer.OfStaff, Link: ledgerTask, Recipient: priya.ID}) {
		t.Errorf("%+v", history.owner)
	}
	h.send("PATCH", place, bytes.NewReader(pdf[:1000]), "Authorization", own, "Upload-Offset", "0", "Content-Type", octets).want(t, http.StatusNoContent)
	if a := h.send("HEAD", place, nil, "Authorization", own).want(t, http.StatusOK); a.Header().Get("Upload-Offset") != "1000" {
		t.Errorf("%v", a.Header())
	}
	h.send("PATCH", place, bytes.NewReader(pdf[1000:]), "Authorization", own, "Upload-Offset", "1000", "Content-Type", octets).want(t, http.StatusNoContent)
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentReceived); !ok || e.By != (task.Who{Kind: event.Staff, ID: priya.ID}) || e.Size != 3000 {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	for _, wrong := range []string{"Bearer ptk_unknown", "Bearer ", "Bearer " + string(session)} {
		h.send("POST", base, nil, "Authorization", wrong, "Upload-Length", "9").want(t, http.StatusUnauthorized, "account.token")
	}
	h.send("POST", base, nil, "Authorization", "Basic "+string(apiToken), "Upload-Length", "9").want(t, http.StatusUnauthorized, "account.session")
	h.send("POST", "/tasks/"+newTestID(98).String()+"/uploads/", nil, "Authorization", own, "Upload-Length", "9").want(t, http.StatusNotFound)
	h.get("/tasks/"+ledgerTask.String(), "Authorization", own).want(t, http.StatusSeeOther).lacks(t, "Attachments") // pages are for people
	h.server.Accounts.(*doorkeeper).role = accounts.Auditor
	h.send("POST", base, nil, "Authorization", own, "Upload-Length", "9").want(t, http.StatusForbidden)
	h.signIn() // a session beside it doesn't count
	h.send("POST", base, nil, "Authorization", "Bearer ptk_unknown", "Upload-Length", "9").want(t, http.StatusUnauthorized, "account.token")
}

// Without script a form brings files; what is refused is told on the page.
func TestTaskFilesForm(t *testing.T) {
	h := holds(t)
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	post := func(name string) reply {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		p, _ := m.CreateFormFile("file", name)
		_, _ = p.Write(transfertest.PDF(2000, 2))
		_ = m.Close()
		return h.do("POST", "/portal/tasks/"+ledgerTask.String()+"/files", &b, "Content-Type", m.FormDataContentType())
	}
	a := post("Bank.pdf").want(t, http.StatusSeeOther)
	if to := a.Header().Get("Location"); to != "/portal/todos/"+ledgerTask.String() {
		t.Errorf("to %q", to)
	}
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentReceived); !ok || e.Name.String() != "Bank.pdf" {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	post("Bank.exe").want(t, http.StatusUnsupportedMediaType, "Attachments", "“Bank.exe”: This file is of a type that is not accepted here", "Send the ledger")
}

// S4.i7: a file that is put on an item stands there as a draft, which its sender may take back; returning the item hands
// it over, with a note or without.
func TestItemFiles(t *testing.T) {
	h := requests(t)
	h.plan.policy.AtOnce = true
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	todo, pdf := "/portal/todos/"+request.String(), transfertest.PDF(3000, 1)
	h.get(todo).want(t, 200, `data-attach-item="`+ledgerItem.String()+`"`, `accept=".pdf,.csv"`, `data-attach-item="`+statementItem.String()+`"`, `name="item" value="`+statementItem.String())
	a := h.send("POST", "/portal/tasks/"+request.String()+"/uploads/", nil, "Upload-Length", strconv.Itoa(len(pdf)), "Upload-Metadata",
		"filename "+base64.StdEncoding.EncodeToString([]byte("March.pdf"))+",item "+base64.StdEncoding.EncodeToString([]byte(statementItem.String()))).want(t, http.StatusCreated)
	place := a.Header().Get("Location")
	h.send("PATCH", place, bytes.NewReader(pdf), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream").want(t, http.StatusNoContent)
	e, ok := h.lastOf(request).(task.AttachmentReceived)
	if !ok || e.Place.Item != statementItem {
		t.Fatalf("%+v", h.lastOf(request))
	}
	h.plan.files = []taskapp.File{{
		ID: e.Attachment, Transfer: e.Attachment, By: event.Actor{Kind: event.Contact, ID: ingrid.Contact}, Place: e.Place, Name: "March.pdf", Size: 3000, SHA256: e.SHA256,
		State: taskapp.FileReceived, Delivered: true, At: noon, Deadline: noon,
	}}
	h.get(todo).want(t, 200, "March.pdf", "not returned yet", todo+"/files/"+e.Attachment.String()+"/retraction", "No files yet.")
	h.answer(90, "return:"+statementItem.String(), noteOf(statementItem), "").want(t, http.StatusSeeOther)
	if got, ok := h.lastOf(request).(task.ItemReturned); !ok || got.Item != statementItem || len(got.Files) != 1 || got.Files[0] != e.Attachment {
		t.Errorf("%+v", h.lastOf(request))
	}
	h.plan.files[0].Returned = true
	for i := range h.plan.items { // T6: each round has its files beside it
		if h.plan.items[i].ID == statementItem {
			first := taskapp.Round{Nth: 1, Stands: taskapp.SentBack, By: task.Who{Kind: event.Contact, ID: ingrid.Contact}, Files: []uuid.UUID{e.Attachment}, Reason: "Unreadable", At: noon}
			next := first
			next.Nth, next.Stands, next.Reason, next.Files = 2, taskapp.Returned, "", []uuid.UUID{newTestID(88)}
			h.plan.items[i].Rounds = []taskapp.Round{first, next}
		}
	}
	h.get(todo).want(t, 200, "March.pdf", "replaced by what was returned later", "1 file isn’t shown", `<live-region class="stack stack--near" id="rounds-`+statementItem.String()).
		lacks(t, "not returned yet", "/retraction")
	h.plan.detail = append(h.plan.detail, taskapp.Detail{Row: h.plan.todos[len(h.plan.todos)-1].Row})
	staff := h.signIn().get("/tasks/"+request.String()).want(t, 200, "replaced by a newer round", "Unreadable")
	if n := strings.Count(staff.text, "/files/"+e.Attachment.String()+"/content"); n != 2 {
		t.Errorf("the file is there %d times, not beside its round and among the attachments", n)
	}
	h.answer(91, "all", noteOf(statementItem), "").want(t, http.StatusUnprocessableEntity) // nothing more to return
}

// Rule 18: what the practice puts on an item stands there as an example, for the client to fetch and the practice to
// remove, and is no answer.
func TestExamplesOfItems(t *testing.T) {
	h := requests(t)
	h.plan.policy.AtOnce = true
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	todo, example := "/portal/todos/"+request.String(), newTestID(89)
	h.plan.files = []taskapp.File{{
		ID: example, Transfer: example, By: event.Actor{Kind: event.Staff, ID: priya.ID}, ByName: "Priya Nair", Place: task.Place{Item: statementItem}, Name: "Like <this>.pdf", Size: 3000, SHA256: digestText,
		State: taskapp.FileReceived, Delivered: true, At: noon, Deadline: noon,
	}}
	h.get(todo).want(t, 200, "Example of what is meant:", "Like &lt;this&gt;.pdf", todo+"/files/"+example.String()+"/content").lacks(t, "not returned yet")
	h.answer(92, "return:"+statementItem.String(), noteOf(statementItem), "").want(t, http.StatusUnprocessableEntity) // it answers nothing
	h.plan.detail = append(h.plan.detail, taskapp.Detail{Row: h.plan.todos[len(h.plan.todos)-1].Row})
	page := "/tasks/" + request.String()
	h.signIn().get(page).want(t, 200, "Example for the client:", "example for “Bank statement”", page+"/files/"+example.String()+"/removal", `data-attach-item="`+ledgerItem.String()+`"`)
	h.plan.files[0].State, h.plan.files[0].RemovedAt = taskapp.FileRemoved, noon
	h.get(todo).want(t, 200).lacks(t, "Example of what is meant:", "Like &lt;this&gt;.pdf")
	h.get(page).want(t, 200, page+"/files/"+example.String()+"/restoration").lacks(t, "Example for the client:")
}
