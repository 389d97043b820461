package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	taskapp "portico/app/task"
	"portico/app/transfer/transfertest"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// S2.11 to S2.13, S2.i7: files wait in the box of a message until it is sent, and then stand with it and among the
// attachments. One can be taken out without losing what was typed.
func TestEnclosedFiles(t *testing.T) {
	h := talks(t)
	h.plan.policy.AtOnce = true
	of, ours := "/portal/todos/"+ledgerTask.String(), "/tasks/"+ledgerTask.String()
	draft := func(id uuid.UUID, by task.Who, name string) taskapp.File {
		place := task.Place{Message: newer}
		h.store.Given(1, task.Stream(ledgerTask), task.AttachmentReceived{
			Attachment: id, By: by, Place: place, Name: event.Of(boats, name), Size: 9, SHA256: digestText, StartedAt: noon, Deadline: noon, Delivered: true, At: noon,
		})
		return taskapp.File{
			ID: id, Transfer: id, By: event.Actor{Kind: by.Kind, ID: by.ID}, Place: place, Name: name, Size: 9, SHA256: digestText, State: taskapp.FileReceived, Delivered: true, At: noon, Deadline: noon,
		}
	}
	ida, us := task.Who{Kind: event.Contact, ID: ingrid.Contact}, task.Who{Kind: event.Staff, ID: priya.ID}
	h.plan.files = []taskapp.File{draft(bankFile, ida, "Bank.html"), draft(ourFile, us, "Notes.pdf"), draft(goneFile, task.Who{Kind: event.Staff, ID: tom}, "Tom.pdf")}
	h.get(of).want(t, 200, `name="file" value="`+bankFile.String()+`"`, "Take out Bank.html", "No files yet.", "Attach files", `data-action="`+of+`/messages"`).lacks(t, "Notes.pdf", "Tom.pdf")

	a := h.post(of+"/messages", talkForm(81, "message", newTestID(90).String(), "text", "Half <i>", "drop", bankFile.String())).want(t, 200, "Half &lt;i&gt;</textarea>")
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentDiscarded); !ok || e.Attachment != bankFile || strings.Contains(a.text, newTestID(90).String()) {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	again := newTestID(88)
	h.plan.files[0] = draft(again, ida, "Again.html")
	h.post(of+"/messages", talkForm(82, "message", newTestID(91).String(), "text", "Two", "file", bankFile.String())).want(t, http.StatusUnprocessableEntity, "not here any more", "Two</textarea>", again.String())
	h.post(of+"/messages", talkForm(83, "message", newTestID(92).String(), "text", "", "talk", talkAll, "file", again.String())).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.Posted); !ok || len(e.Files) != 1 || e.Files[0] != again || e.Text.Text != "" {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}

	h.plan.files[0].Returned, h.plan.files[0].Place.Message = true, first
	h.get(of).want(t, 200, `<ul class="said__files">`, of+"/files/"+again.String()+"/content", "in a message").lacks(t, `name="file" value=`, "No files yet.")
	h.plan.files[0].Scan, h.plan.files[0].Delivered = taskapp.ScanAwaited, true
	h.signIn()
	h.get(ours).want(t, 200, "1 file is arriving", `name="file" value="`+ourFile.String()+`"`).lacks(t, "Again.html", "Tom.pdf")
	h.plan.files[0].State = taskapp.FileInfected
	h.get(of).want(t, 200, "A virus was found in this file")
	h.post(ours+"/messages", talkForm(84, "message", newTestID(93).String(), "text", "Ours", "talk", talkInternal, "file", ourFile.String())).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.Posted); !ok || len(e.Files) != 1 || e.Files[0] != ourFile || !e.Talk.Internal {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	h.shelf.blob = []byte("x")
	h.get(ours+"/files/"+goneFile.String()+"/content").want(t, http.StatusNotFound) // a colleague's draft
}

// Without script a message brings its files with it; sent twice it is one message with one of each (S2.i7).
func TestEnclosedForm(t *testing.T) {
	h := talks(t)
	h.plan.policy.AtOnce = true
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	send := func(n byte, name, text string) reply {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for _, f := range [][2]string{{"command", newTestID(n).String()}, {"message", newTestID(n + 50).String()}, {"talk", talkAll}, {"text", text}} {
			_ = m.WriteField(f[0], f[1])
		}
		p, _ := m.CreateFormFile("upload", name)
		_, _ = p.Write(transfertest.PDF(2000, 2))
		_ = m.Close()
		return h.do("POST", "/portal/tasks/"+ledgerTask.String()+"/files", &b, "Content-Type", m.FormDataContentType())
	}
	send(81, "Bank.exe", "Look").want(t, http.StatusUnsupportedMediaType, "“Bank.exe”: This file is of a type that is not accepted here", "Look</textarea>", newTestID(131).String())
	a := send(82, "Bank.pdf", "Look").want(t, http.StatusSeeOther)
	if to, _ := url.Parse(a.Header().Get("Location")); to.Path != "/portal/todos/"+ledgerTask.String() || to.Fragment != "talk" {
		t.Errorf("to %q", to)
	}
	e, ok := h.lastOf(ledgerTask).(task.Posted)
	if !ok || len(e.Files) != 1 || e.Text.Text != "Look" {
		t.Errorf("%+v", h.lastOf(ledgerTask))
	}
	send(82, "Bank.pdf", "Look").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.AttachmentDiscarded); !ok || len(strings.Split(h.events(task.Stream(ledgerTask), 0), "task.posted")) != 3 {
		t.Errorf("sent twice: %+v, %s", e, h.events(task.Stream(ledgerTask), 0))
	}
}
