package web

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	clientapp "portico/app/client"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/event"
	"portico/domain/reminder"
	"portico/domain/task"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
)

// plan is tasks that a test tells of; what is done about them goes to the store.
type plan struct {
	taskapp.Reader
	todos  []taskapp.Todo
	detail []taskapp.Detail
	asked  taskapp.Query
	items  []taskapp.Item
	drafts map[uuid.UUID]taskapp.Draft

	said         []taskapp.SaidOn
	ours, theirs taskapp.Thread // what the practice reads, and what Ingrid does
	unread       map[event.Actor]map[uuid.UUID]int
	people       []uuid.UUID // who could see a task of the client; nil: Ingrid
	archived     bool        // the client
	staff        error       // why somebody is no colleague
	papers
}

func (p *plan) OfClient(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) {
	if p.people != nil {
		return p.people, nil
	}
	return []uuid.UUID{ingrid.Contact}, nil
}

func (p *plan) Active(context.Context, int32, uuid.UUID) (bool, error) { return !p.archived, nil }

func (p *plan) Known(context.Context, int32, uuid.UUID) error { return nil }

func (p *plan) Todos(_ context.Context, _ int32, _, client uuid.UUID, q taskapp.TodoQuery) ([]taskapp.Todo, error) {
	return slices.DeleteFunc(slices.Clone(p.todos), func(t taskapp.Todo) bool {
		return t.Client != client && !slices.Contains(q.Also, t.Client) || q.Open && !t.Open()
	}), nil
}

func (p *plan) Todo(_ context.Context, _ int32, _, id uuid.UUID) (taskapp.Todo, error) {
	for _, t := range p.todos {
		if t.ID == id {
			return t, nil
		}
	}
	return taskapp.Todo{}, task.ErrNotFound
}

func (p *plan) Tasks(_ context.Context, _ int32, q taskapp.Query) (rows []taskapp.Row, next string, err error) {
	p.asked = q
	for _, d := range p.detail {
		if q.Part == "" || q.Part == d.Part || q.Their != "" {
			rows = append(rows, d.Row)
		}
	}
	return rows, "", nil
}

func (p *plan) Matching(_ context.Context, _ int32, q taskapp.Query) (ids []uuid.UUID, err error) {
	p.asked = q
	for _, d := range p.detail {
		if q.Tasks == nil || slices.Contains(q.Tasks, d.ID) {
			ids = append(ids, d.ID)
		}
	}
	return ids, nil
}

func (p *plan) Counts(context.Context, int32, taskapp.Query) (taskapp.Counts, error) {
	n := taskapp.Counts{Found: len(p.detail), Parts: map[task.Progress]int{}, Owners: map[uuid.UUID]int{priya.ID: 7}}
	for _, d := range p.detail {
		n.Parts[d.Part]++
	}
	return n, nil
}

func (p *plan) Task(_ context.Context, _ int32, id uuid.UUID) (taskapp.Detail, error) {
	for _, d := range p.detail {
		if d.ID == id {
			return d, nil
		}
	}
	return taskapp.Detail{}, task.ErrNotFound
}

func (p *plan) Life(context.Context, int32, uuid.UUID) ([]taskapp.LifeRow, error) {
	return []taskapp.LifeRow{{At: noon, Type: "task.assigned", ByName: "Priya Nair"}, {At: noon, Type: "task.closed", Detail: "completed", Contact: ingrid.Contact}, {At: noon, Type: "task.item_accepted", Detail: "Payslip", Contact: newTestID(97)}}, nil
}

var ledgerTask, bankTask, entry = newTestID(70), newTestID(71), newTestID(72)

// asks is a practice that has asked Ingrid for two things.
func asks(t *testing.T) *house {
	h := living(t)
	row := taskapp.Row{ID: ledgerTask, Client: boats, Kind: task.ToDo, Title: "Send the ledger", DueOn: "2026-11-22", Priority: task.Normal, Stand: taskapp.NotSeen, Part: task.Open, Entries: 1, AssignedAt: noon}
	question := row
	question.ID, question.Kind, question.Title, question.DueOn = bankTask, task.Question, "Which bank?", "2026-11-20"
	check := []taskapp.Entry{{ID: entry, Text: "January"}}
	h.plan.todos = []taskapp.Todo{{Row: row, Description: "All *pages*", Checklist: check}, {Row: question, SeenAt: noon}}
	h.plan.detail = []taskapp.Detail{{Row: row, Description: "All *pages*", Checklist: check, SenderName: "Priya Nair"}, {Row: question}}
	for id, kind := range map[uuid.UUID]task.Sort{ledgerTask: task.ToDo, bankTask: task.Question} {
		h.store.Given(1, task.Stream(id), task.Assigned{
			Client: boats, Subject: boats, Kind: kind, Title: event.Of(boats, "x"), Audience: task.Audience{All: true}, Priority: task.Normal, Zone: "UTC", At: noon,
			Checklist: []task.Entry{{ID: entry, Text: event.Of(boats, "January")}},
		})
	}
	return h
}

func (h *house) lastOf(id uuid.UUID) event.Event {
	all := h.store.Stream(task.Stream(id))
	return all[len(all)-1]
}

// S3.16, S3.17: Home has one next action and the newest to-dos; the tab tells how many there are.
func TestPortalTodos(t *testing.T) {
	h := asks(t)
	h.get("/portal").want(t, 200, `id="next-head">Send the ledger`, "Due tomorrow", "Which bank?", `<b class="tabs__count">2</b>`, "/portal/todos/"+ledgerTask.String())
	h.get("/portal/todos").want(t, 200, "To do", "Send the ledger", "0 of 1 ticked", "Which bank?", "1 day overdue").lacks(t, "Done")
	before := len(h.store.Stream(task.Stream(ledgerTask)))
	opening := "/portal/todos/" + ledgerTask.String() + "/opening"
	h.get("/portal/todos/"+ledgerTask.String()).want(t, 200, "<h1>Send the ledger</h1>", "<em>pages</em>", "January", "Mark as done", `<seen-mark hidden><form action="`+opening, "seen-mark")
	if n := len(h.store.Stream(task.Stream(ledgerTask))); n != before {
		t.Errorf("getting the page recorded %+v", h.lastOf(ledgerTask))
	}
	h.post(opening, url.Values{"command": {newTestID(89).String()}}).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.Seen); !ok || e.Contact != ingrid.Contact {
		t.Errorf("opening it recorded %+v", h.lastOf(ledgerTask))
	}
	h.get("/portal/todos/"+newTestID(99).String()).want(t, http.StatusNotFound)
	h.plan.todos[0].Client = newTestID(98) // of a client whose papers the page isn't about
	h.get("/portal/todos/"+ledgerTask.String()).want(t, http.StatusNotFound)
	h.post("/portal/todos/"+ledgerTask.String()+"/completion", url.Values{"command": {newTestID(90).String()}}).want(t, http.StatusNotFound)
}

// A contact ticks, finishes with a note, and takes it back; what is refused is shown with what was typed.
func TestPortalTodoActs(t *testing.T) {
	h := asks(t)
	of := "/portal/todos/" + ledgerTask.String()
	send := func(path string, n byte, more ...string) reply {
		v := url.Values{"command": {newTestID(n).String()}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return h.post(path, v)
	}
	send(of+"/ticks", 80, "entry", entry.String(), "on", "1").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.Ticked); !ok || e.By.ID != ingrid.Contact {
		t.Errorf("ticking recorded %+v", h.lastOf(ledgerTask))
	}
	a := send(of+"/completion", 81, "note", "All there").want(t, http.StatusSeeOther)
	if !strings.HasPrefix(a.Header().Get("Location"), of+"?at=") {
		t.Errorf("leads to %q", a.Header().Get("Location"))
	}
	if e, ok := h.lastOf(ledgerTask).(task.DoneByClient); !ok || e.Note.Text != "All there" {
		t.Errorf("finishing recorded %+v", h.lastOf(ledgerTask))
	}
	send(of+"/completion", 81, "note", "All there").want(t, http.StatusSeeOther) // the same form again
	send(of+"/reopening", 82).want(t, http.StatusSeeOther)
	if _, ok := h.lastOf(ledgerTask).(task.UndoneByClient); !ok {
		t.Errorf("taking it back recorded %+v", h.lastOf(ledgerTask))
	}
	long := strings.Repeat("x", task.MaxNote+1)
	send(of+"/completion", 83, "note", long).want(t, http.StatusUnprocessableEntity, "Error: Send the ledger", "This note is too long", long)
	send("/portal/todos/"+bankTask.String()+"/completion", 84).want(t, http.StatusUnprocessableEntity, "Write your answer")
	h.plan.todos[0].Closed, h.plan.todos[0].Outcome, h.plan.todos[0].Reason = true, task.Completed, "Thank you"
	h.get(of).want(t, 200, "has closed this as completed", "Thank you", "takes nothing more").lacks(t, "Mark as done", "<textarea")
}

// The practice lists, assigns with a hold, changes, confirms, closes.
func TestStaffTasks(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	h.get("/tasks").want(t, 200, `<details class="fold-small"><summary`) // on a phone they wait
	h.get("/tasks?of=mine&due=overdue&their=seen&part=doing&kind=question&q=led&order=newest").want(t, 200, "Send the ledger", "Which bank?", "overdue", `aria-current="true"`, `<details class="fold-small" open>`)
	if q := h.plan.asked; q.Of != taskapp.OfMe || q.Me != priya.ID || q.Due != taskapp.Overdue || q.Today != "2026-11-21" || q.Their != taskapp.SeenStand || q.Part != task.Doing || q.Kind != task.Question || q.Text != "led" || q.Order != taskapp.Newest {
		t.Errorf("asked %+v", q)
	}
	h.plan.detail[0].ToReview, h.plan.detail[0].Numbers = true, taskapp.Numbers{Open: 1, Returned: 1, Accepted: 1}
	h.get("/tasks").want(t, 200, "2 of 3 returned", "To review</span>")
	h.get("/tasks?view=board").want(t, 200, "2 of 3 returned", "To review</span>")
	h.get("/tasks?review=1").want(t, 200, `To review <span class="chip__count">`)
	if q := h.plan.asked; !q.ToReview {
		t.Errorf("asked %+v", q)
	}
	h.get("/clients/"+farrow.String()).want(t, 200, "Newest tasks", "Send the ledger", "2 of 3 returned", "To review</span>", "/tasks?client="+farrow.String())
	if q := h.plan.asked; q.Client != farrow || q.Shelf != taskapp.AllShelf || q.Order != taskapp.Newest || q.Limit != newestTasks {
		t.Errorf("asked %+v", q)
	}
	h.plan.detail[0].ToReview = false
	h.get("/tasks?of=none&priority=high&owner="+priya.ID.String()+"&tag=vip").want(t, 200, "Owner: Priya Nair", "Tag: vip", `value="`+priya.ID.String()+`" selected>Priya Nair (7)`)
	if q := h.plan.asked; q.Of != taskapp.OfNone || q.Urgent != task.High || q.Owner != priya.ID || q.Tag != "vip" {
		t.Errorf("asked %+v", q)
	}
	h.get("/tasks/"+ledgerTask.String()).want(t, 200, "<h1>Send the ledger</h1>", "<em>pages</em>", "January", "Assigned", "Closed", "as completed", "Accepted “Payslip” of somebody who is linked no more", "Our part").lacks(t, "The next one of the series")
	h.get("/tasks/"+newTestID(99).String()).want(t, http.StatusNotFound)
	h.get("/tasks/new").want(t, 200, "Go on")
	h.get("/tasks/new?client="+farrow.String()).want(t, 200, "For Farrow", `name="title"`)
	form := url.Values{
		"command": {newTestID(80).String()}, "id": {newTestID(81).String()}, "client": {farrow.String()}, "kind": {"todo"}, "audience": {"all"}, "priority": {"normal"}, "due_on": {"2026-12-31"},
		"checklist": {"January\n\nFebruary"}, "every": {"1"}, "unit": {"month"}, "from": {"schedule"},
	}
	h.post("/tasks", form).want(t, http.StatusUnprocessableEntity, "Error: New task", "Give the task a title", "2026-12-31")
	form.Set("owner", newTestID(77).String())
	h.post("/tasks", form).want(t, http.StatusUnprocessableEntity) // nobody of the practice
	form.Set("owner", priya.ID.String())
	form.Set("title", "Send the ledger of {Month}")
	form.Set("due_on", "2025-12-31")
	doubted := h.post("/tasks", form).want(t, http.StatusUnprocessableEntity, "31 Dec 2025 has passed", "“{Month}” is not filled in", `value="Send the ledger of {Month}"`)
	form["sure"] = sure(doubted)
	form.Set("due_on", "2025-12-30")
	doubted = h.post("/tasks", form).want(t, http.StatusUnprocessableEntity, "30 Dec 2025 has passed").lacks(t, `id="title-problem"`)
	form["sure"] = sure(doubted)
	h.post("/tasks", form).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(newTestID(81)).(task.Assigned); !ok || e.DueOn != "2025-12-30" || e.Title.Text != "Send the ledger of {Month}" {
		t.Errorf("what was meant so is kept so: %+v", h.lastOf(newTestID(81)))
	}
	form.Set("title", "Send the ledger")
	form.Set("due_on", "2026-12-31")
	form.Set("id", newTestID(76).String())
	form.Set("command", newTestID(75).String())
	h.post("/tasks", form).want(t, http.StatusSeeOther)
	e, ok := h.lastOf(newTestID(76)).(task.Assigned)
	if !ok || len(e.Checklist) != 2 || e.Recurrence.Unit != task.Month || e.Owner != priya.ID || !e.HoldUntil.Equal(noon.Add(taskHold)) || e.Sender != priya.ID || e.Zone != "Europe/London" {
		t.Errorf("assigned %+v", e)
	}
	send := func(path string, n byte, more ...string) reply {
		v := url.Values{"command": {newTestID(n).String()}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return h.post("/tasks/"+ledgerTask.String()+path, v)
	}
	send("/confirmation", 82).want(t, http.StatusConflict, "isn’t done with this yet")
	send("/progress", 83, "part", "doing").want(t, http.StatusSeeOther)
	send("/details", 84, "title", "Send all of it", "priority", "high").want(t, http.StatusSeeOther)
	send("/details", 68, "title", "Send all of it", "priority", "high", "owner", priya.ID.String()).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.OwnerSet); !ok || e.Owner != priya.ID {
		t.Errorf("putting somebody in charge recorded %+v", h.lastOf(ledgerTask))
	}
	send("/details", 85, "title", "", "priority", "high").want(t, http.StatusUnprocessableEntity, "Give the task a title")
	h.get("/tasks/"+ledgerTask.String()).want(t, 200, `action="/tasks/`+ledgerTask.String()+`/ticks"`, `name="entry" value="`+entry.String()+`"`)
	send("/ticks", 73, "entry", entry.String(), "on", "1").want(t, http.StatusSeeOther) // rule 8
	if e, ok := h.lastOf(ledgerTask).(task.Ticked); !ok || e.Entry != entry || e.By != (task.Who{Kind: event.Staff, ID: priya.ID}) {
		t.Errorf("ticking recorded %+v", h.lastOf(ledgerTask))
	}
	send("/ticks", 74, "entry", entry.String()).want(t, http.StatusSeeOther)
	if _, ok := h.lastOf(ledgerTask).(task.Unticked); !ok {
		t.Errorf("taking it back recorded %+v", h.lastOf(ledgerTask))
	}
	send("/closing", 86, "outcome", "cancelled", "reason", "Not needed").want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.Closed); !ok || e.Reason.Text != "Not needed" || e.By.ID != priya.ID {
		t.Errorf("closing recorded %+v", h.lastOf(ledgerTask))
	}
	send("/retraction", 87).want(t, http.StatusConflict)
	fresh := h.plan.detail[0]
	fresh.ID = newTestID(76)
	h.plan.detail = append(h.plan.detail, fresh)
	h.post("/tasks/"+newTestID(76).String()+"/closing", url.Values{"command": {newTestID(67).String()}, "outcome": {"cancelled"}, "last": {"1"}}).want(t, http.StatusSeeOther)
	if all := h.store.Stream(task.Stream(newTestID(76))); len(all) != 3 || all[1].EventType() != (task.RecurrenceSet{}).EventType() || all[2].EventType() != (task.Closed{}).EventType() {
		t.Errorf("closing the last of a series recorded %+v", all)
	}
	back := h.post("/tasks/"+newTestID(76).String()+"/retraction", url.Values{"command": {newTestID(79).String()}}).want(t, http.StatusSeeOther)
	if to := back.Header().Get("Location"); !strings.HasPrefix(to, "/tasks?undone=1") { // its own page is gone
		t.Errorf("after Undo: %s", to)
	}
	h.get("/tasks?undone=1").want(t, 200, "Taken back.", "Nobody of the client was told").lacks(t, "undone=1")
	h.plan.detail[0].Repeats, h.plan.detail[0].Recurrence = true, task.Recurrence{Every: 1, Unit: task.Month, From: task.OnSchedule}
	h.get("/tasks/"+ledgerTask.String()).want(t, 200, "and let none follow").lacks(t, "/series/end")
	h.plan.detail[0].Outcome = task.Cancelled
	h.get("/tasks/"+ledgerTask.String()).want(t, 200, "/series/end", "the next one still comes").lacks(t, "and let none follow")
	h.plan.detail[0].Outcome, h.plan.detail[0].Repeats = "", false
	send("/series/end", 78).want(t, http.StatusSeeOther)
	send("/reopening", 88).want(t, http.StatusSeeOther)
}

// sure is what the form of a page says that its reader has read.
func sure(page reply) (texts []string) {
	for _, m := range regexp.MustCompile(`name="sure" value="([^"]+)"`).FindAllStringSubmatch(page.text, -1) {
		texts = append(texts, html.UnescapeString(m[1]))
	}
	return texts
}

// The board has a column for each state of the practice's part; a card is moved by a form, which leads back to where it was.
func TestTaskBoard(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	h.plan.detail[1].Part = task.Doing
	h.get("/tasks?view=board&of=mine").want(t, 200, `data-part="open"`, `data-part="done"`, "Send the ledger", "Which bank?", `value="waiting" data-move="1"`, `name="back" value="/tasks?of=mine&amp;view=board"`).lacks(t, "<table")
	h.get("/tasks?view=board&shelf=closed").want(t, 200, "<table") // what is closed is in no state
	move := func(n byte, part, back string) reply {
		return h.post("/tasks/"+ledgerTask.String()+"/progress", url.Values{"command": {newTestID(n).String()}, "part": {part}, "back": {back}})
	}
	at := move(80, "doing", "/tasks?of=mine&view=board").want(t, http.StatusSeeOther).Header().Get("Location")
	if !strings.HasPrefix(at, "/tasks?of=mine&view=board&at=") {
		t.Errorf("leads to %q", at)
	}
	for i, elsewhere := range []string{"https://evil.example/tasks", "//evil.example/tasks", "/account", "javascript:x", `/\evil.example/tasks`} {
		if at := move(byte(81+i), []string{"open", "doing"}[i%2], elsewhere).want(t, http.StatusSeeOther).Header().Get("Location"); !strings.HasPrefix(at, "/tasks/"+ledgerTask.String()) {
			t.Errorf("%q leads to %q", elsewhere, at)
		}
	}
	move(90, "nowhere", "/tasks").want(t, http.StatusUnprocessableEntity, "Your own part is")
}

// What is ticked is changed at once; what was refused is shown with why; a wrong form keeps what was typed.
func TestTaskActs(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	n := byte(80)
	act := func(act, back string, more ...string) reply {
		n++
		v := url.Values{"command": {newTestID(n).String()}, "id": {newTestID(n).String()}, "act": {act}, "back": {back}}
		for i := 0; i < len(more); i += 2 {
			v.Add(more[i], more[i+1])
		}
		return h.post("/tasks/acts", v)
	}
	both := []string{"task", ledgerTask.String(), "task", bankTask.String()}
	at := act("part", "/tasks?of=mine", append(both, "to-part", "doing")...).want(t, http.StatusSeeOther).Header().Get("Location")
	if !strings.HasPrefix(at, "/tasks?did="+newTestID(n).String()+"&of=mine&at=") {
		t.Errorf("leads to %q", at)
	}
	for _, id := range []uuid.UUID{ledgerTask, bankTask} {
		if e, ok := h.lastOf(id).(task.Progressed); !ok || e.State != task.Doing || e.By.ID != priya.ID {
			t.Errorf("it was recorded %+v", h.lastOf(id))
		}
	}
	h.get(at).want(t, 200, "Our part: in progress:", "2 tasks", "See which").lacks(t, "did="+newTestID(n).String()+"&amp;")
	if q := h.plan.asked; q.Of != taskapp.OfMe {
		t.Errorf("asked %+v", q)
	}
	act("owner", "/tasks", append(both, "to-owner", priya.ID.String())...).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(bankTask).(task.OwnerSet); !ok || e.Owner != priya.ID {
		t.Errorf("it was recorded %+v", h.lastOf(bankTask))
	}
	act("owner", "/tasks", append(both, "to-owner", hanna.String())...).want(t, http.StatusUnprocessableEntity) // who has left
	act("close", "/tasks", "task", bankTask.String(), "outcome", "completed", "reason", "Thanks").want(t, http.StatusSeeOther)
	to := act("confirm", "/tasks", both...).want(t, http.StatusSeeOther).Header().Get("Location")
	if !strings.HasPrefix(to, "/tasks/jobs/"+newTestID(n).String()) {
		t.Errorf("what was refused leads to %q", to)
	}
	h.get(to).want(t, 200, "Confirmed", "0 of 2 done, 2 refused", "isn’t done with this yet", "closed")
	act("reopen", "/tasks", "task", bankTask.String(), "reopen-reason", "Wrong").want(t, http.StatusSeeOther)

	act("due", "/tasks?of=mine&view=board", append(both, "to-due", "soon")...).want(t, http.StatusUnprocessableEntity, "Error: Tasks", "A due date is a day", `value="soon"`, `value="`+bankTask.String()+`" form="acts-form" aria-label="Choose “Which bank?”" checked`, `<details class="card card--pad" id="acts" open`)
	act("", "/tasks", both...).want(t, http.StatusUnprocessableEntity, "Choose what is to be done")
	act("assign", "/tasks", both...).want(t, http.StatusUnprocessableEntity, "Choose what is to be done")
	act("close", "/tasks", "outcome", "completed").want(t, http.StatusUnprocessableEntity, "Nothing is ticked")
	act("priority", "/tasks?due=overdue&view=board&part=done", "all", "1", "to-priority", "high").want(t, http.StatusSeeOther)
	if q := h.plan.asked; q.Due != taskapp.Overdue || q.Part != "" || q.Tasks != nil {
		t.Errorf("all that match are %+v", q)
	}
	h.get("/tasks/jobs").want(t, 200, "Priority: high", "All that matched", "Closed as completed", "Ticked")
	h.get("/tasks/jobs/"+newTestID(250).String()).want(t, http.StatusNotFound)
}

// Many clients are asked for the same: first one looks who would be asked, then they are, and for a while all of it can be undone.
func TestAskMany(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	lonely := newTestID(66)
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}, {ID: lonely, Name: "Lonely Ltd"}}
	h.jobs.Clients = map[uuid.UUID]taskjob.Target{
		farrow: {ID: farrow, Name: "Farrow, Imogen", Owner: hanna, People: []uuid.UUID{ingrid.Contact}, Active: true}, lonely: {ID: lonely, Name: "Lonely Ltd"},
	}
	h.get("/clients?tag=vip&q=a").want(t, 200, "/tasks/many/new?clients=q%3da%26tag%3dvip", "Ask ticked clients")
	h.get("/tasks/many/new?clients=q%3Da%26tag%3Dvip").want(t, 200, "for 2 clients", "tag “vip”, search “a”", "<code>{last year}</code>", `name="clients" value="q=a&amp;tag=vip"`, `value="`+reminder.Standard.ID.String()+`" selected`).lacks(t, "Who sees it")
	h.get("/tasks/many/new?kind=documents&client="+lonely.String()).want(t, 200, "for 1 client", "Ticked clients", "What you ask for")
	h.get("/tasks/many/new?client="+newTestID(67).String()).want(t, 200, "Error: New task", "Nothing is ticked")
	job := newTestID(88)
	form := url.Values{
		"command": {newTestID(80).String()}, "id": {job.String()}, "clients": {"tag=vip"}, "kind": {"documents"}, "priority": {"normal"}, "due_on": {"2027-05-31"}, "of_client": {"1"}, "cadence": {reminder.Standard.ID.String()},
		"item": {newTestID(81).String(), newTestID(82).String()}, "item-title": {"Ledger {year}", ""}, "item-help": {"", ""}, "item-types": {"pdf", ""}, "item-most": {"", ""},
	}
	h.post("/tasks/many", form).want(t, http.StatusUnprocessableEntity, "Error: New document request", "Give the task a title", "Ledger {year}", "for 2 clients")
	form.Set("title", "Year end {last year} of {client}")
	to := h.post("/tasks/many", form).want(t, http.StatusSeeOther).Header().Get("Location")
	h.get(to).want(t, 200, "Look before you ask", "1 client is asked", "Year end 2026 of Farrow, Imogen", "Passed by", "This client is archived", "For 30 seconds you can undo all of it")
	h.get(to+"?show=passed").want(t, 200, "Lonely Ltd").lacks(t, "of Farrow")
	if all := h.store.Stream(task.Stream(task.InBulk(job, farrow))); len(all) > 0 {
		t.Errorf("looking asks already: %+v", all)
	}
	h.post(to+"/confirmation", url.Values{"command": {newTestID(83).String()}}).want(t, http.StatusSeeOther)
	h.get(to).want(t, 200, "Nothing is done yet", "It begins in 30 seconds", "Undo all of it")
	h.post(to+"/stop", url.Values{"command": {newTestID(84).String()}}).want(t, http.StatusSeeOther)
	h.get(to).want(t, 200, "it was undone in time", "Not done")

	form.Set("id", newTestID(89).String())
	to = h.post("/tasks/many", form).want(t, http.StatusSeeOther).Header().Get("Location")
	h.post(to+"/confirmation", url.Values{"command": {newTestID(85).String()}}).want(t, http.StatusSeeOther)
	h.store.Advance(taskjob.Hold)
	if _, err := h.server.TaskJobs.Run(t.Context(), 1, newTestID(89)); err != nil {
		t.Fatal(err)
	}
	e, ok := h.lastOf(task.InBulk(newTestID(89), farrow)).(task.Assigned)
	if !ok || e.Title.Text != "Year end 2026 of Farrow, Imogen" || len(e.Items) != 1 || e.Items[0].Title.Text != "Ledger 2027" || e.Owner != hanna || e.DueOn != "2027-05-31" || e.Sender != priya.ID || e.Cadence != reminder.Standard.ID {
		t.Errorf("assigned %+v", e)
	}
	h.get(to).want(t, 200, "1 of 2 done, 1 refused")
}

// What a task says can be changed later, its checklist and how it repeats, too; a line that stays keeps its tick. Another one
// is made from it.
func TestChangeTask(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	h.plan.detail[0].Recurrence = task.Recurrence{Every: 2, Unit: task.Week, From: task.OnCompletion}
	of := "/tasks/" + ledgerTask.String()
	h.get(of).want(t, 200, `rows="4" aria-describedby="checklist-hint">January</textarea>`, `value="week" selected`, `name="from" value="completion" checked`, "/tasks/new?copy="+ledgerTask.String())
	form := url.Values{
		"command": {newTestID(80).String()}, "title": {"x"}, "priority": {"normal"}, "due_on": {"2026-12-01"}, "checklist": {"February\nJanuary\nJanuary"}, "every": {"1"}, "unit": {"month"}, "from": {"schedule"},
	}
	h.post(of+"/details", form).want(t, http.StatusSeeOther)
	var list task.ChecklistSet
	var again task.RecurrenceSet
	for _, e := range h.store.Stream(task.Stream(ledgerTask)) {
		switch e := e.(type) {
		case task.ChecklistSet:
			list = e
		case task.RecurrenceSet:
			again = e
		}
	}
	if len(list.Checklist) != 3 || list.Checklist[1].ID != entry || list.Checklist[0].ID == entry || list.Checklist[2].ID == entry || again.Recurrence.Unit != task.Month || again.Recurrence.OnDay != 1 {
		t.Errorf("it was recorded %+v, %+v", list, again)
	}
	form.Set("command", newTestID(81).String())
	form.Set("every", "often")
	h.post(of+"/details", form).want(t, http.StatusUnprocessableEntity, "Error: Send the ledger", "comes again every 1 to 366", `value="often"`)
	h.get("/tasks/new?client="+farrow.String()+"&copy="+ledgerTask.String()).want(t, 200, "Made from “Send the ledger”", "All *pages*", "January", `value="week" selected`, `name="copied" value="`+ledgerTask.String())
}

// A form is kept as a template with its blanks, and a task that is made from one has them filled.
func TestTaskTemplates(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	h.get("/tasks/templates").want(t, 200, "No templates yet")
	if _, form, _ := strings.Cut(h.get("/tasks/new?client="+farrow.String()).text, `action="/tasks" method="post"`); strings.Index(form, `<button class="sr" type="submit" `) > strings.Index(form, "formaction") {
		t.Error("the Enter key keeps a template")
	}
	form := url.Values{
		"command": {newTestID(80).String()}, "id": {newTestID(81).String()}, "client": {farrow.String()}, "kind": {"todo"}, "audience": {"all"}, "priority": {"high"}, "due_on": {"2026-12-21"},
		"title": {"Accounts {year} of {client}"}, "description": {"By {due}"}, "checklist": {"January {last year}"}, "every": {"1"}, "unit": {"year"}, "from": {"schedule"},
	}
	h.post("/tasks/templates", form).want(t, http.StatusUnprocessableEntity, "A template has a name", "Accounts {year} of {client}", "For Farrow, Imogen")
	form.Set("template-name", "Accounts")
	at := h.post("/tasks/templates", form).want(t, http.StatusSeeOther).Header().Get("Location")
	if !strings.HasPrefix(at, "/tasks/templates?at=") {
		t.Errorf("leads to %q", at)
	}
	id := uuid.NewSHA1(newTestID(81), []byte("template"))
	e, ok := h.store.Stream(tasktemplate.Stream(id))[0].(tasktemplate.Saved)
	if !ok || e.Name != "Accounts" || e.Title != "Accounts {year} of {client}" || e.DueIn != 30 || e.Checklist[0] != "January {last year}" || e.Repeat.Unit != "year" || e.Priority != "high" {
		t.Errorf("kept %+v", e)
	}
	h.jobs.Saved = []taskjob.Template{taskjob.TemplateOf(id, e)}
	h.get("/tasks/templates").want(t, 200, "Accounts {year} of {client}", "Due after 30 days", "To-do · Repeats", "/tasks/new?template="+id.String())
	h.get("/tasks/new?client="+farrow.String()+"&template="+id.String()).want(t, 200, `value="Accounts {year} of {client}"`, `value="2026-12-21"`, `value="year" selected`, "January {last year}", `selected>Accounts</option>`)
	h.get("/tasks/many/new?template="+id.String()).want(t, 200, `value="Accounts {year} of {client}"`, "for 1 client")
	h.get("/tasks/new?client="+farrow.String()+"&template="+newTestID(99).String()).want(t, http.StatusNotFound)
	h.get("/tasks/new?template="+id.String()).want(t, 200, "Go on", `name="template" value="`+id.String())
	form.Set("command", newTestID(86).String())
	form.Set("id", newTestID(82).String())
	form.Set("template", id.String())
	h.post("/tasks", form).want(t, http.StatusSeeOther)
	a, ok := h.lastOf(newTestID(82)).(task.Assigned)
	if !ok || a.Title.Text != "Accounts 2026 of Farrow, Imogen" || a.Description.Text != "By Monday 21 December 2026" || a.Checklist[0].Text.Text != "January 2025" || a.Template != id {
		t.Errorf("assigned %+v", a)
	}
	form.Set("command", newTestID(83).String())
	form.Set("id", newTestID(87).String())
	form.Set("title", "All accounts")
	h.post("/tasks/templates", form).want(t, http.StatusSeeOther) // the same name: the same template
	if n := len(h.store.Stream(tasktemplate.Stream(id))); n != 2 {
		t.Errorf("it has %d events", n)
	}
	h.post("/tasks/templates/"+id.String()+"/removal", url.Values{"command": {newTestID(84).String()}}).want(t, http.StatusSeeOther)
	h.post("/tasks/templates/"+newTestID(99).String()+"/removal", url.Values{"command": {newTestID(85).String()}}).want(t, http.StatusNotFound)
}

// Nothing is asked of a client who is archived: the form says so, with what was typed.
func TestTaskOfArchivedClient(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	h.shelf.clients = []clientapp.ClientRow{{ID: farrow, Name: "Farrow, Imogen"}}
	h.plan.people, h.plan.archived = []uuid.UUID{}, true
	form := url.Values{
		"command": {newTestID(80).String()}, "id": {newTestID(81).String()}, "client": {farrow.String()}, "kind": {"todo"}, "audience": {"all"}, "priority": {"normal"}, "title": {"The last ledger"},
	}
	h.post("/tasks", form).want(t, http.StatusUnprocessableEntity, "This client is archived. Restore it to ask for something.", "The last ledger")
}
