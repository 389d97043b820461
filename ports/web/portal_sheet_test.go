package web

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	"portico/app/es/estest"
	formapp "portico/app/form"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/event"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// sheets reads what was answered from the tasks' own histories.
type sheets struct{ store *estest.Memory }

func (l sheets) Sheet(ctx context.Context, firm int32, id uuid.UUID) (s taskapp.Sheet, err error) {
	t, _, _, err := es.State[task.Task, task.Event](ctx, l.store, firm, task.Stream(id))
	if err != nil {
		return s, err
	}
	if s.Form, s.FormVersion = t.Form(); s.Form == uuid.Nil {
		return s, task.ErrNoForm
	}
	a := t.Answers()
	s.Answers, s.Rows, s.Back = map[questionnaire.Place]taskapp.Given{}, a.Rows, map[uuid.UUID]taskapp.Back{}
	for at, value := range a.Values {
		s.Answers[at] = taskapp.Given{Value: value, Unsure: a.Unsure[at], At: noon, By: task.Who{Kind: event.Contact, ID: ingrid.Contact}}
	}
	for _, r := range l.store.Stream(task.Stream(id)) {
		switch e := r.(type) {
		case task.AnswerCorrected:
			s.Answers[questionnaire.Place{Field: e.Field, Row: e.Row}] = taskapp.Given{Value: e.Value.Text, By: e.By, At: e.At, Corrected: true, Was: e.Was.Text, Reason: e.Reason.Text}
		case task.SectionSentBack:
			s.Back[e.Section] = taskapp.Back{Reason: e.Reason.Text}
		case task.DoneByClient:
			s.SubmittedAt, s.SubmittedBy = e.At, e.Contact
		}
	}
	return s, nil
}

func (l sheets) Earlier(context.Context, int32, uuid.UUID, uuid.UUID) ([]taskapp.EarlierRow, error) {
	return []taskapp.EarlierRow{{Task: taxTask, Form: taxForm, Title: "Your tax return", At: noon}}, nil
}

var taxTask = newTestID(220)

// plainly prints what is on a paper without any looks.
func plainly(w io.Writer, p taskapp.Paper) error {
	_, err := fmt.Fprintf(w, "%s %s %s %v %v", p.Language, p.Practice, p.Title, p.Facts, p.Sections)
	return err
}

func tabbed(w io.Writer, _ string, header []string, rows iter.Seq2[[]string, error]) error {
	for row := range rows {
		_, _ = io.WriteString(w, strings.Join(row, "\t")+"\n")
	}
	return nil
}

// filling is a house whose client is asked with the questionnaire that the pages have built.
func filling(t *testing.T) *house {
	h := living(t).signIn()
	h.built()
	h.building("/"+taxForm.String()+"/publication").want(t, http.StatusSeeOther)
	h.server.Answers, h.server.Table, h.server.Paper = sheets{h.store}, tabbed, plainly
	h.server.Tasks.Forms = formapp.Commands{Events: h.store}
	row := taskapp.Row{ID: taxTask, Client: boats, ClientName: "Solberg Boats", Kind: task.FormFilling, Title: "Your tax return", Priority: task.Normal, AssignedAt: noon}
	h.plan.todos, h.plan.detail = []taskapp.Todo{{Row: row, SeenAt: noon}}, []taskapp.Detail{{Row: row}}
	h.store.Given(1, task.Stream(taxTask), task.Assigned{
		Client: boats, Subject: boats, Kind: task.FormFilling, Form: taxForm, FormVersion: 1, Title: event.Of(boats, "x"), Audience: task.Audience{All: true}, Priority: task.Normal, Zone: "UTC", At: noon,
	})
	return h
}

func (h *house) fill(more ...string) reply {
	form := url.Values{"command": {uuid.NewString()}, "section": {taxYou.String()}, "do": {"save"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return h.post("/portal/todos/"+taxTask.String()+"/answers", form)
}

// A questionnaire is filled in by forms alone, each answer kept in its one spelling; what a condition shows appears, and
// what is refused is drawn again as it was typed.
func TestFillQuestionnaire(t *testing.T) {
	h := filling(t)
	at := "/portal/todos/" + taxTask.String()
	page := h.get(at).want(t, 200, "About you", "Full name", "1 answer missing", "At most 40 letters.", `data-key="contact/`+ingrid.Contact.String(), "answer-sheet")
	page.lacks(t, "Children", "Mark as done")
	name, married := "a-"+taxName.String(), "a-"+taxStatus.String()
	h.fill(name, strings.Repeat("x", 41), married, "yes", "has-"+married, "1").want(t, http.StatusUnprocessableEntity, "Full name: This is too long", strings.Repeat("x", 41), "Children")
	if e, ok := h.lastOf(taxTask).(task.Answered); !ok || e.Field != taxStatus {
		t.Errorf("what holds was not kept: %+v", h.lastOf(taxTask))
	}
	to := h.fill(name, " Ingrid  Solberg ").want(t, http.StatusSeeOther).Header().Get("Location")
	if !strings.HasSuffix(to, "#section-"+taxYou.String()) {
		t.Errorf("leads to %s", to)
	}
	if e := h.lastOf(taxTask).(task.Answered); e.Value != event.Of(boats, "Ingrid Solberg") {
		t.Errorf("kept %+v", e)
	}
	before := len(h.store.Stream(task.Stream(taxTask)))
	h.fill(name, "Ingrid Solberg").want(t, http.StatusSeeOther)
	if n := len(h.store.Stream(task.Stream(taxTask))); n != before {
		t.Errorf("the same answer was written again")
	}
	t.Run("a row is added once, however often the form is sent", func(t *testing.T) {
		command := uuid.NewString()
		for range 2 {
			h.fill("command", command, "do", "add:"+taxKids.String()).want(t, http.StatusSeeOther)
		}
		h.get(at).want(t, 200, "Children, 1", "1 answer missing").lacks(t, "Children, 2")
		row := h.lastOf(taxTask).(task.RowAdded).Row
		h.get(at+"/review").want(t, 200, "Still missing", "First name").lacks(t, "When you submit it")
		h.post(at+"/submission", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusConflict, "Something is still missing", `href="#missing"`)
		h.fill("do", "remove:"+taxKids.String()+":"+row.String()).want(t, http.StatusSeeOther)
	})
	h.fill("do", "add:nonsense").want(t, http.StatusUnprocessableEntity)
	h.post(at+"/completion", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusConflict)
	h.get(at+"/review").want(t, 200, "Ingrid Solberg", "When you submit it", at+"/submission")
	h.post(at+"/submission", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(taxTask).(task.DoneByClient); !ok || e.Contact != ingrid.Contact {
		t.Errorf("recorded %+v", h.lastOf(taxTask))
	}
	h.fill(name, "Somebody else").want(t, http.StatusConflict, "This was submitted")
	h.plan.todos[0].Mine.DoneAt = noon.Add(time.Hour)
	h.get(at).want(t, 200, "Your answers", "Ingrid Solberg", "Not done after all").lacks(t, "<answer-sheet", at+"/review")
}

// The practice reads the answers, puts one right, sends a section back, and takes all of it as a table.
func TestPracticeReadsAnswers(t *testing.T) {
	h := filling(t)
	name, status := "a-"+taxName.String(), "a-"+taxStatus.String()
	h.fill(name, "Ingrid", status, "no").want(t, http.StatusSeeOther)
	h.post("/portal/todos/"+taxTask.String()+"/submission", url.Values{"command": {uuid.NewString()}}).want(t, http.StatusSeeOther)
	at := "/tasks/" + taxTask.String()
	h.get(at).want(t, 200, "Tax return</a>, version 1", "Ingrid", "Correct", "Send sections back", "Submitted")
	act := func(path string, more ...string) reply {
		form := url.Values{"command": {uuid.NewString()}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return h.post(at+path, form)
	}
	act("/answers", "place", taxName.String(), name, strings.Repeat("x", 41)).want(t, http.StatusUnprocessableEntity, "at most 40 fit", strings.Repeat("x", 41))
	act("/answers", "place", taxName.String(), name, "Ingrid Solberg", "reason", "By her passport").want(t, http.StatusSeeOther)
	h.get(at).want(t, 200, "Before: Ingrid", "By her passport")
	h.get("/portal/todos/"+taxTask.String()).want(t, 200, "corrected this on", "You had written: Ingrid", "By her passport")
	h.get(at+"/answers.csv").want(t, 200, "About you\t\tFull name\tIngrid Solberg\t", "\tpractice\n", "Married\tNo\t")
	pdf := h.get(at+"/answers.pdf").want(t, 200, "en Harbour", "{Client Solberg Boats}", "Full name", "Ingrid Solberg", "Before: Ingrid", "By her passport")
	if d := pdf.Header().Get("Content-Disposition"); pdf.Header().Get("Content-Type") != "application/pdf" || d != `attachment; filename="Your tax return.pdf"` {
		t.Errorf("it comes as %s, %s", pdf.Header().Get("Content-Type"), d)
	}
	h.get("/portal/todos/"+taxTask.String()+"/answers.pdf").want(t, 200, "Tax return", "Ingrid Solberg", "Before: Ingrid")
	h.get("/portal/todos/"+newTestID(1).String()+"/answers.pdf").want(t, http.StatusNotFound)
	act("/answers/sections", "section", taxYou.String()).want(t, http.StatusUnprocessableEntity, "Write why")
	act("/answers/sections", "section", taxYou.String(), "reason", "Is that all?").want(t, http.StatusSeeOther)
	h.get("/portal/todos/"+taxTask.String()).want(t, 200, "Please look at this part again", "Is that all?")
}

// What comes from an earlier year holds once somebody has said so, answer by answer or all at once.
func TestKeepEarlierAnswers(t *testing.T) {
	h := filling(t)
	h.store.Given(1, task.Stream(taxTask), task.AnswersPrefilled{From: newTestID(222), Answers: []task.Given{
		{Field: taxName, Value: event.Of(boats, "Ingrid")}, {Field: taxStatus, Value: event.Of(boats, "no")},
	}, At: noon})
	at, name := "/portal/todos/"+taxTask.String(), "a-"+taxName.String()
	h.get(at).want(t, 200, "Taken from your earlier answers", "2 answers to look at", "All of this is still right")
	before := len(h.store.Stream(task.Stream(taxTask)))
	h.fill(name, "Ingrid").want(t, http.StatusSeeOther)
	if n := len(h.store.Stream(task.Stream(taxTask))); n != before {
		t.Error("saving a section has agreed to what nobody looked at")
	}
	h.fill("do", "keep:"+taxName.String()).want(t, http.StatusSeeOther)
	h.get(at).want(t, 200, "1 answer to look at")
	h.fill("do", "keep").want(t, http.StatusSeeOther)
	h.get(at).want(t, 200).lacks(t, "Taken from your earlier answers")
}

// A questionnaire is assigned in its newest version, to all of the client together, with what they said before.
func TestAssignQuestionnaire(t *testing.T) {
	h := filling(t)
	h.shelf.clients = []clientapp.ClientRow{{ID: boats, Name: "Solberg Boats"}}
	form := url.Values{"command": {uuid.NewString()}, "id": {newTestID(223).String()}, "client": {boats.String()}, "kind": {"form"}, "title": {"Your tax return 2027"}, "form": {taxForm.String()}}
	h.get("/tasks/new?kind=form&form="+taxForm.String()+"&client="+boats.String()).want(t, 200, "New questionnaire for a client", "selected>Tax return", "Begin with", "Your tax return").lacks(t, "Each person does it for themselves")
	h.post("/tasks", form).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(newTestID(223)).(task.Assigned); !ok || e.Form != taxForm || e.FormVersion != 1 || e.Each {
		t.Errorf("recorded %+v", h.lastOf(newTestID(223)))
	}
	form.Set("id", newTestID(224).String())
	form.Set("command", uuid.NewString())
	form.Set("form", "")
	h.post("/tasks", form).want(t, http.StatusUnprocessableEntity)
}

// A questionnaire is asked of many clients at once, each beginning with their own answers of before.
func TestAskManyForQuestionnaire(t *testing.T) {
	h := filling(t)
	h.server.TaskJobs = taskjob.Commands{Events: h.store, Lists: &h.jobs, Clients: &h.jobs, Tasks: h.server.Tasks, Forms: h.server.Tasks.Forms, Answers: h.server.Answers}
	h.shelf.clients = []clientapp.ClientRow{{ID: boats, Name: "Solberg Boats"}}
	h.jobs.Clients = map[uuid.UUID]taskjob.Target{boats: {ID: boats, Name: "Solberg Boats", People: []uuid.UUID{ingrid.Contact}, Active: true}}
	h.get("/tasks/many/new?client="+boats.String()).want(t, 200, "kind=form&amp;clients=")
	h.get("/tasks/many/new?kind=form&client="+boats.String()).want(t, 200, "New questionnaire for 1 client", ">Tax return</option>", `name="again" value="1" checked`, `aria-current="true">A questionnaire`).
		lacks(t, "Each person does it for themselves", "Begin with</label>")
	form := url.Values{"command": {uuid.NewString()}, "id": {newTestID(225).String()}, "clients": {"client=" + boats.String()}, "kind": {"form"}, "title": {"Tax of {client}"}, "form": {""}, "again": {"1"}, "each": {"1"}}
	h.post("/tasks/many", form).want(t, http.StatusUnprocessableEntity, "Tax of {client}", `name="again" value="1" checked`)
	form.Set("form", taxForm.String())
	h.post("/tasks/many", form).want(t, http.StatusSeeOther)
	d, err := h.jobs.Draft(t.Context(), 1, newTestID(225))
	if err != nil || d.Asking.Form != taxForm || d.Asking.FormVersion != 1 || !d.Asking.Again || d.Asking.Each {
		t.Errorf("kept %+v, %v", d.Asking, err)
	}
	h.get("/tasks/jobs/"+newTestID(225).String()).want(t, 200, "Tax of Solberg Boats", "1 person")
}
