package api

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"strings"
	"testing"

	"portico/app/es/estest"
	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/app/taskjob/taskjobtest"
	"portico/domain/client"
	"portico/domain/reminder"
	"portico/domain/task"
	"portico/domain/taskfilter"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
)

// jobsOf keeps jobs in memory; templates, filters and clients are as their events tell them. Ida could see the tasks of all
// clients but of those who are called Lonely.
type jobsOf struct {
	taskjobtest.Lists
	store *estest.Memory
}

func (j *jobsOf) Targets(_ context.Context, no int32, ids []uuid.UUID) (map[uuid.UUID]taskjob.Target, error) {
	out := map[uuid.UUID]taskjob.Target{}
	for _, r := range j.store.Log() {
		if e, ok := r.Event.(client.Created); ok && r.Firm == no {
			t := taskjob.Target{ID: r.Stream.ID, Name: e.Name.Text, Owner: nell.ID, Active: true}
			if t.Name != "Lonely" {
				t.People = []uuid.UUID{ida}
			}
			out[t.ID] = t
		}
	}
	return out, nil
}

func (j *jobsOf) Templates(_ context.Context, no int32) (all []taskjob.Template, err error) {
	for _, r := range j.store.Log() {
		if r.Firm != no {
			continue
		}
		switch e := r.Event.(type) {
		case tasktemplate.Saved:
			all = append(all, taskjob.TemplateOf(r.Stream.ID, e))
		case tasktemplate.Removed:
			all = nil
		}
	}
	return all, nil
}

func (j *jobsOf) Filters(_ context.Context, no int32, _ uuid.UUID) (all []filterapp.Filter, err error) {
	for _, r := range j.store.Log() {
		if r.Firm != no {
			continue
		}
		switch e := r.Event.(type) {
		case taskfilter.Saved:
			all = []filterapp.Filter{{ID: r.Stream.ID, Owner: e.Owner, Name: e.Name.Text, Says: e.Says.Text, Shared: e.Shared}}
		case taskfilter.Removed:
			all = nil
		}
	}
	return all, nil
}

func (b *board) Matching(_ context.Context, no int32, q taskapp.Query) (ids []uuid.UUID, err error) {
	b.asked = q
	for _, id := range q.Tasks {
		if _, err := b.Task(context.Background(), no, id); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func sheet(w io.Writer, _ string, header []string, rows iter.Seq2[[]string, error]) error {
	out := csv.NewWriter(w)
	_ = out.Write(header)
	for row := range rows {
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// S3.i7, T5: programs ask many clients for the same with a preview, a hold and undo.
func TestTaskJobs(t *testing.T) {
	h := newHouse(t)
	client := func(name string) string {
		return h.sure(201, maryToken, "POST", base+"/clients", `{"name":"`+name+`","email":"a@b.example","sort":"company"}`).text("id")
	}
	boats, _ := client("Boats"), client("Lonely")
	template := base + "/task-templates/" + uuid.NewString()
	saved := h.sure(200, maryToken, "PUT", template, `{"name":"Year end","kind":"documents","title":"Papers {year} of {client}","due_in":30,"items":[{"title":"Ledger","types":["pdf"]}],"repeat":{"every":1,"unit":"year"}}`)
	if saved.text("items.0.title") != "Ledger" || saved.value("due_in") != float64(30) || saved.text("repeat.from") != "schedule" || saved.text("priority") != "normal" {
		t.Errorf("%s", saved.body)
	}
	ask := `{"act":"assign","clients":{},"ask":{"template_id":"` + saved.text("id") + `","due_on":"2027-01-31","owner_of_client":true,"cadence_id":"` + reminder.Standard.ID.String() + `"}}`
	a := h.sure(201, maryToken, "POST", base+"/task-jobs", ask, "Idempotency-Key", "j-1")
	if a.text("state") != "draft" || a.value("targets") != float64(2) || a.value("waiting") != float64(2) || a.value("reasons").(map[string]any)["task.nobody"] != float64(1) || a.text("title") != "Papers {year} of {client}" {
		t.Fatalf("%s", a.body)
	}
	if again := h.sure(201, maryToken, "POST", base+"/task-jobs", ask, "Idempotency-Key", "j-1"); again.text("id") != a.text("id") {
		t.Errorf("%s", again.body)
	}
	if d, err := h.jobs.Draft(t.Context(), 1, uuid.MustParse(a.text("id"))); err != nil || d.Asking.Cadence != reminder.Standard.ID {
		t.Errorf("kept %+v, %v", d.Asking, err)
	}
	job := base + "/task-jobs/" + a.text("id")
	first := h.sure(200, maryToken, "GET", job+"/targets?limit=1", "")
	if first.text("items.0.title") != "Papers 2027 of Boats" || first.text("items.0.client_id") != boats || first.text("next") != "1" {
		t.Errorf("%s", first.body)
	}
	if rest := h.sure(200, maryToken, "GET", job+"/targets?cursor=1", ""); rest.text("items.0.rule") != "task.nobody" || rest.text("items.0.reason") == "" || rest.value("next") != nil {
		t.Errorf("%s", rest.body)
	}
	h.call(maryToken, "GET", job+"/targets?cursor=x", "").is(422, "page.cursor")
	if sheet := h.call(maryToken, "GET", job+"/report.csv", ""); sheet.status != 200 || !strings.HasPrefix(string(sheet.body), "No,Client,Task,What would happen,Reason\n1,Boats,Papers 2027 of Boats,asked,\n2,Lonely,") {
		t.Errorf("%d %s", sheet.status, sheet.body)
	}
	if got := h.sure(200, maryToken, "POST", job+"/confirmation", ""); got.text("state") != "holding" || got.value("hold_until") == nil {
		t.Errorf("%s", got.body)
	}
	if got := h.sure(200, maryToken, "POST", job+"/stop", ""); got.text("state") != "undone" {
		t.Errorf("%s", got.body)
	}
	if all := h.sure(200, maryToken, "GET", base+"/task-jobs", ""); all.text("items.0.id") != a.text("id") {
		t.Errorf("%s", all.body)
	}
	for body, code := range map[string]string{
		`{"act":"assign","ask":{"title":"x"}}`: "taskjob.nothing",
		`{"act":"assign","clients":{}}`:        "task.title",
		`{"act":"assign","client_ids":["` + boats + `"],"ask":{"title":"{client}"` + `,"repeat":{"every":1,"unit":"day"}}}`: "task.recurrence",
		`{"act":"close","value":"completed"}`:                                                "taskjob.nothing",
		`{"act":"close","value":"never","tasks":{}}`:                                         "taskjob.nothing",
		`{"act":"owner","owner_id":"` + uuid.NewString() + `","task_ids":["` + boats + `"]}`: "api.owner",
	} {
		h.call(maryToken, "POST", base+"/task-jobs", body).is(422, code)
	}
	h.call(maryToken, "POST", base+"/task-jobs", `{"act":"assign","clients":{},"ask":{"title":"x","cadence_id":"`+uuid.NewString()+`"}}`).is(404, "reminder.cadence")
	for _, path := range []string{"", "/targets", "/report.csv"} {
		h.call(maryToken, "GET", base+"/task-jobs/"+uuid.NewString()+path, "").is(404, "taskjob.unknown")
	}
	h.sure(204, maryToken, "DELETE", template, "")
	h.call(maryToken, "POST", base+"/task-jobs", ask).is(404, "tasktemplate.not_found")
	h.call(maryToken, "PUT", template, `{"name":" ","title":"x"}`).is(422, "tasktemplate.name")
	h.call(maryToken, "DELETE", base+"/task-templates/x", "").is(404, "tasktemplate.not_found")
}

// What is done to many tasks begins at once, and says of each what became of it.
func TestTaskActs(t *testing.T) {
	h := newHouse(t)
	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	one := h.call(maryToken, "POST", base+"/tasks", `{"client_id":"`+of+`","title":"Send the ledger"}`).text("id")
	id := h.sure(201, maryToken, "POST", base+"/task-jobs", `{"act":"priority","value":"high","task_ids":["`+one+`","`+uuid.NewString()+`"]}`).text("id")
	if got := h.sure(200, maryToken, "POST", base+"/task-jobs/"+id+"/confirmation", ""); got.text("state") != "running" || got.value("targets") != float64(1) {
		t.Errorf("%s", got.body)
	}
	if all := h.sure(200, maryToken, "GET", base+"/task-jobs/"+id+"/targets?outcome=waiting", ""); all.text("items.0.task_id") != one {
		t.Errorf("%s", all.body)
	}
	if none := h.sure(200, maryToken, "GET", base+"/task-jobs/"+id+"/targets?outcome=refused", ""); len(none.value("items").([]any)) != 0 {
		t.Errorf("%s", none.body)
	}
	if sheet := h.call(maryToken, "GET", base+"/task-jobs/"+id+"/report.csv", ""); !strings.Contains(string(sheet.body), "not done") {
		t.Errorf("%s", sheet.body)
	}
	h.call(maryToken, "POST", base+"/task-jobs", `{"act":"confirm","tasks":{"nobody_can_act":true,"to_review":true,"of":"none","tag":"audit","priority":"low","due":"none"}}`).is(422, "taskjob.nothing")
	if q := h.board.asked; !q.NobodyActs || !q.ToReview || q.Of != taskapp.OfNone || q.Tag != "audit" || q.Urgent != task.Low || q.Due != taskapp.NoDue || q.Tasks != nil {
		t.Errorf("asked %+v", q)
	}
}

// A saved filter is kept as the page of tasks keeps it, and of what it says only what the page knows.
func TestTaskFilters(t *testing.T) {
	h := newHouse(t)
	at := base + "/task-filters/" + uuid.NewString()
	if f := h.sure(200, maryToken, "PUT", at, `{"name":"Late ones","says":"?of=mine&due=overdue&did=x","shared":true}`); f.text("says") != "due=overdue&of=mine" || f.value("shared") != true || f.text("owner_id") != mary.ID.String() {
		t.Errorf("%s", f.body)
	}
	if f := h.sure(200, maryToken, "PUT", at, `{"name":"Later"}`); f.text("says") != "due=overdue&of=mine" || f.text("name") != "Later" || f.value("shared") != false {
		t.Errorf("%s", f.body)
	}
	h.call(maryToken, "PUT", at, `{"name":"x","says":"%zz"}`).is(422, "api.says")
	h.call(maryToken, "PUT", at, `{"name":""}`).is(422, "taskfilter.name")
	h.call(nellToken, "DELETE", at, "").is(404, "taskfilter.not_found")
	if all := h.sure(200, maryToken, "GET", base+"/task-filters", ""); all.text("items.0.name") != "Later" {
		t.Errorf("%s", all.body)
	}
	h.sure(204, maryToken, "DELETE", at, "")
	if events := h.store.Log(); events[len(events)-1].Event.EventType() != (taskfilter.Removed{}).EventType() || events[len(events)-1].Firm != 1 {
		t.Error("it is not gone")
	}
}
