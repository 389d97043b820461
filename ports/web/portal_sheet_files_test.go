package web

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	taskapp "portico/app/task"
	"portico/app/transfer/transfertest"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// A question is answered with files, which are drafts until the questionnaire is submitted, and then the practice's (rule 36
// of tasks).
func TestFilesAnswerQuestions(t *testing.T) {
	h := filling(t)
	h.plan.policy.AtOnce = true
	h.server.Uploads.Transfers.Link = &tasksHistory{tasks: &h.server.Tasks}
	proof := newTestID(207)
	field := []string{"id", proof.String(), "section", taxYou.String(), "label", "Your payslips", "kind", "file", "required", "1"}
	at := "/" + taxForm.String()
	h.building(at+"/fields", append(field, "types", "p/f", "most", "1")...).want(t, http.StatusUnprocessableEntity, "is no type of file that can be sent", `href="#types"`, `value="p/f"`)
	h.building(at+"/fields", append(field, "types", "*.PDF; pdf, .csv", "most", "1")...).want(t, http.StatusSeeOther)
	h.get("/forms"+at+"/fields/"+proof.String()+"/edit").want(t, 200, `value="pdf, csv"`, "selected>Files")
	h.get("/forms"+at+"/preview").want(t, 200, "Your payslips", "As PDF, CSV · 1 file at most", "Choose photos or files")
	h.building(at+"/publication").want(t, http.StatusSeeOther)
	h.store.Given(1, task.Stream(taxTask), task.Assigned{
		Client: boats, Subject: boats, Kind: task.FormFilling, Form: taxForm, FormVersion: 2, Title: event.Of(boats, "x"), Audience: task.Audience{All: true}, Priority: task.Normal, Zone: "UTC", At: noon,
	})
	todo, pdf := "/portal/todos/"+taxTask.String(), transfertest.PDF(3000, 1)
	h.get(todo).want(t, 200, "Your payslips", "2 answers missing", `data-attach-item="`+proof.String()+`"`, `accept=".pdf,.csv"`, `form="send-`+proof.String()+`"`,
		`<input type="hidden" form="send-`+proof.String()+`" name="item" value="`+proof.String()+`"><input class="input"`).lacks(t, "data-full") // the files come behind what they are for
	send := func(name string, item uuid.UUID) reply {
		a := h.send("POST", "/portal/tasks/"+taxTask.String()+"/uploads/", nil, "Upload-Length", strconv.Itoa(len(pdf)), "Upload-Metadata",
			"filename "+base64.StdEncoding.EncodeToString([]byte(name))+",item "+base64.StdEncoding.EncodeToString([]byte(item.String())))
		if place := a.Header().Get("Location"); a.Code == http.StatusCreated {
			return h.send("PATCH", place, bytes.NewReader(pdf), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
		}
		return a
	}
	h.plan.earlier = []taskapp.Earlier{{Elsewhere: taskapp.Elsewhere{Task: newTestID(71), Title: "Last year", File: newTestID(72), Name: "Passport.jpg", At: noon}, Transfer: newTestID(73), Size: 812_000}}
	h.get(todo).want(t, 200, todo+"/earlier?item="+proof.String())
	h.get(todo+"/earlier?item="+proof.String()).want(t, 200, "Your payslips", todo+"#line-"+proof.String(), "Passport.jpg", "type")
	h.get(todo+"/earlier?item="+taxName.String()).want(t, http.StatusNotFound)
	h.plan.earlier = nil
	send("May.pdf", taxName).want(t, http.StatusNotFound, "task.question_gone")
	send("May.jpg", proof).want(t, http.StatusUnsupportedMediaType)
	send("May.pdf", proof).want(t, http.StatusNoContent)
	e, ok := h.lastOf(taxTask).(task.Answered)
	if !ok || e.Field != proof || e.By.ID != ingrid.Contact {
		t.Fatalf("%+v", h.lastOf(taxTask))
	}
	file := uuid.MustParse(e.Value.String())
	h.plan.files = []taskapp.File{{
		ID: file, Transfer: file, By: event.Actor{Kind: event.Contact, ID: ingrid.Contact}, Place: task.Place{Item: proof}, Name: "May.pdf", Size: 3000, State: taskapp.FileReceived,
		Delivered: true, At: noon, Deadline: noon,
	}}
	h.get(todo).want(t, 200, "May.pdf", "handed over when you submit", todo+"/files/"+file.String()+"/retraction", "data-full", "1 answer missing")
	send("June.pdf", proof).want(t, http.StatusConflict, "task.field_full")
	h.get(todo+"/review").want(t, 200, `<a class="link" href="`+todo+"/files/"+file.String()+`/content"`)
	staff := "/tasks/" + taxTask.String()
	h.get(staff).want(t, 200, "1 file, not handed over yet").lacks(t, "May.pdf")
	h.get(staff+"/answers.csv").want(t, 200, "1 file, not handed over yet")

	h.fill("a-"+taxName.String(), "Ingrid").want(t, http.StatusSeeOther)
	h.plan.files[0].State = taskapp.FileInfected // what the page says of one in which a virus was found
	h.get(todo).want(t, 200, "Take it out")
	h.plan.files[0].State = taskapp.FileReceived
	h.post(todo+"/submission", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusSeeOther)
	events := h.store.Stream(task.Stream(taxTask))
	if e, ok := events[len(events)-2].(task.FilesSubmitted); !ok || len(e.Files) != 1 || e.Files[0] != file {
		t.Errorf("recorded %+v", events[len(events)-2:])
	}
	h.plan.files[0].Returned = true
	h.plan.todos[0].Mine.DoneAt = noon
	h.get(todo).want(t, 200, "Your answers", "/files/"+file.String()+"/content").lacks(t, "/retraction", "data-attach-item")
	page := h.get(staff).want(t, 200, `<a class="link" href="`+staff+"/files/"+file.String()+`/content">May.pdf</a>`)
	page.lacks(t, "Correct<span class=\"sr\"> Your payslips")
	h.get(staff+"/answers.csv").want(t, 200, "Your payslips\tMay.pdf")
	h.get(staff+"/answers.pdf").want(t, 200, "May.pdf")
	send("June.pdf", proof).want(t, http.StatusConflict, "task.submitted")
}
