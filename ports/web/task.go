package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// taskHold is how long a new task waits before anybody but the practice sees it (T5).
const taskHold = time.Minute

// The words of a task's parts.
var (
	taskKinds = []views.Choice{{Value: string(task.ToDo), Word: "To-do"}, {Value: string(task.Question), Word: "Question"}}
	taskParts = []views.Choice{
		{Value: string(task.Open), Word: "Open"}, {Value: string(task.Doing), Word: "In progress"}, {Value: string(task.Waiting), Word: "Waiting"}, {Value: string(task.Done), Word: "Done"},
	}
	priorities = []views.Choice{{Value: string(task.Low), Word: "Low"}, {Value: string(task.Normal), Word: "Normal"}, {Value: string(task.High), Word: "High"}}
	repeating  = []views.Choice{
		{Value: "", Word: "Never"}, {Value: "day", Word: "days"}, {Value: "week", Word: "weeks"}, {Value: "month", Word: "months"}, {Value: "year", Word: "years"},
	}
	taskStands = map[taskapp.Stand]views.Badge{
		taskapp.NotSeen: {Icon: "send", Word: "Assigned"}, taskapp.SeenStand: {Tone: "info", Icon: "mail-open", Word: "Seen"},
		taskapp.DoneStand: {Tone: "warn", Icon: "check", Word: "Done by client"}, taskapp.Agreed: {Tone: "ok", Icon: "circle-check", Word: "Confirmed"},
	}
	taskWords = map[task.Sort]string{
		task.ToDo: "To-do", task.Question: "Question", task.Documents: "Documents", task.FormFilling: "Form", task.Signing: "Signature",
	}
)

func wordOf(choices []views.Choice, value string) string {
	for _, c := range choices {
		if c.Value == value {
			return c.Word
		}
	}
	return value
}

// taskQuery reads which tasks a page shows. What is unknown in an address is left out.
func (s *Server) taskQuery(r *http.Request) (taskapp.Query, error) {
	v, u := r.URL.Query(), user(r)
	today := s.Now().In(zone(u.Practice.Zone)).Format(time.DateOnly)
	q := taskapp.Query{Text: v.Get("q"), Me: u.ID, Today: today, After: v.Get("after"), Limit: rowsOf(r)}
	for _, f := range taskFilters {
		for _, c := range f.choices {
			if c.Value == v.Get(f.name) {
				f.choose(&q, c.Value)
			}
		}
	}
	if text := v.Get("client"); text != "" {
		var err error
		if q.Client, err = uuid.Parse(text); err != nil {
			return q, errNotFound
		}
	}
	return q, nil
}

// taskFilters are the choices above the list of tasks, group by group.
var taskFilters = []struct {
	name    string
	choices []views.Choice
	choose  func(q *taskapp.Query, value string)
}{
	{"of", []views.Choice{{Value: "mine", Word: "Mine"}, {Value: "team", Word: "The team’s"}}, func(q *taskapp.Query, v string) { q.Of = taskapp.Of(v) }},
	{"due", []views.Choice{{Value: "overdue", Word: "Overdue"}, {Value: "today", Word: "Today"}, {Value: "week", Word: "Within a week"}, {Value: "none", Word: "No date"}},
		func(q *taskapp.Query, v string) { q.Due = taskapp.Due(v) }},
	{"their", []views.Choice{{Value: "assigned", Word: "Not seen"}, {Value: "seen", Word: "Seen"}, {Value: "done", Word: "Done by client"}, {Value: "confirmed", Word: "Confirmed"}},
		func(q *taskapp.Query, v string) { q.Their = taskapp.Stand(v) }},
	{"can", []views.Choice{{Value: "nobody", Word: "Nobody can act"}}, func(q *taskapp.Query, _ string) { q.NobodyActs = true }},
	{"part", taskParts, func(q *taskapp.Query, v string) { q.Part = task.Progress(v) }},
	{"kind", append(taskKinds[:2:2], views.Choice{Value: string(task.Documents), Word: "Documents"}), func(q *taskapp.Query, v string) { q.Kind = task.Sort(v) }},
	{"shelf", []views.Choice{{Value: "closed", Word: "Closed"}}, func(q *taskapp.Query, v string) { q.Shelf = taskapp.Shelf(v) }},
	{"order", []views.Choice{{Value: "newest", Word: "Newest first"}}, func(q *taskapp.Query, v string) { q.Order = taskapp.Order(v) }},
}

// tasks lists what is asked of clients.
func (s *Server) tasks(w http.ResponseWriter, r *http.Request) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	q, err := s.taskQuery(r)
	if err != nil {
		return err
	}
	rows, next, err := s.TaskList.Tasks(r.Context(), user(r).Firm, q)
	if err != nil {
		return err
	}
	counts, err := s.TaskList.Counts(r.Context(), user(r).Firm, q)
	if err != nil {
		return err
	}
	page := views.Tasks{Shell: s.shell(r, "Tasks", "tasks"), Query: q.Text, Found: views.Count(counts.Found, "task", "tasks"), Pager: pager(r, next, len(rows), "task", "tasks")}
	page.Stale = !current
	if q.Client != uuid.Nil {
		c, err := s.ClientList.Client(r.Context(), user(r).Firm, q.Client)
		if err != nil {
			return err
		}
		page.Client, page.ClientID = c.Name, c.ID
	}
	v := r.URL.Query()
	for _, f := range taskFilters {
		var group []views.Filter
		for _, c := range f.choices {
			chosen := changed(r, f.name, c.Value)
			if v.Get(f.name) == c.Value {
				chosen.Del(f.name)
			}
			group = append(group, views.Filter{Word: c.Word, Href: listURL("/tasks", chosen), Current: v.Get(f.name) == c.Value})
		}
		page.Filters = append(page.Filters, group)
		if v.Get(f.name) != "" {
			page.Kept = append(page.Kept, views.Choice{Value: f.name, Word: v.Get(f.name)})
		}
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	unread, err := s.Threads.Unread(r.Context(), user(r).Firm, event.Actor{Kind: event.Staff, ID: user(r).ID}, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.Unread = unread[row.ID]
		page.Rows = append(page.Rows, s.taskLine(r, row, q.Today))
	}
	page.Empty = views.Empty{Icon: "list-todo", Title: "No tasks yet", Text: "A task is what you want a client to do. They find it in their portal.", Action: "Assign the first task", Href: "/tasks/new"}
	if len(v) > 0 {
		page.Empty = views.Empty{Icon: "search", Title: "No task matches", Text: "No task is like this. Leave a filter out, or look for less.", Action: "Show all open tasks", Href: "/tasks"}
	}
	return s.show(w, r, page)
}

func (s *Server) taskLine(r *http.Request, t taskapp.Row, today string) views.TaskLine {
	z := zone(user(r).Practice.Zone)
	l := views.TaskLine{
		ID: t.ID, Title: t.Title, Kind: taskWords[t.Kind], Client: t.ClientName, ClientID: t.Client, Owner: t.OwnerName, Assigned: views.At(t.AssignedAt, z),
		Stand: taskStands[t.Stand], Part: wordOf(taskParts, string(t.Part)), High: t.Priority == task.High, Repeats: t.Repeats, Entries: t.Entries, Ticked: t.Ticked, Unread: t.Unread,
		Late: t.DueOn != "" && t.DueOn < today && t.Outcome == "", NobodyActs: t.NobodyActs,
	}
	if t.Client == uuid.Nil {
		l.Contact = t.Contact
	}
	l.Due = dayShort(t.DueOn)
	switch {
	case t.Outcome == task.Completed:
		l.Stand = views.Badge{Tone: "ok", Icon: "circle-check", Word: "Completed"}
	case t.Outcome == task.Cancelled:
		l.Stand = views.Badge{Icon: "x", Word: "Cancelled"}
	case s.Now().Before(t.HoldUntil):
		l.Stand = views.Badge{Icon: "hourglass", Word: "On hold"}
	}
	return l
}

// task is the page of one task.
func (s *Server) task(w http.ResponseWriter, r *http.Request) error {
	return s.taskPage(w, r, http.StatusOK, nil, nil)
}

func (s *Server) taskPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed *views.TaskFields) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	t, err := s.TaskList.Task(r.Context(), u.Firm, id)
	if errors.Is(err, task.ErrNotFound) && !current {
		return s.notYet(w, r)
	}
	if err != nil {
		return err
	}
	z := zone(u.Practice.Zone)
	page := views.Task{
		Shell: s.shell(r, t.Title, "tasks"), Task: s.taskLine(r, t.Row, s.Now().In(z).Format(time.DateOnly)), Command: newID(), Description: views.Markdown(t.Description),
		Held: s.Now().Before(t.HoldUntil), Open: t.Outcome == "", Confirmable: t.Stand == taskapp.DoneStand, Reason: t.Reason, Parts: taskParts, Part: string(t.Part),
		Sender: t.SenderName, Each: t.Each, Priority: wordOf(priorities, string(t.Priority)), Problems: problems,
	}
	page.Stale = !current
	if t.Next != uuid.Nil {
		page.Next = "/tasks/" + t.Next.String()
	}
	page.Fields = views.TaskFields{
		Title: t.Title, Description: t.Description, DueOn: t.DueOn, InternalDueOn: t.InternalDueOn, Priority: string(t.Priority), Priorities: priorities, Mine: t.Owner == u.ID,
	}
	if typed != nil {
		page.Fields = *typed
		page.Fields.Problems = problems
	}
	if len(problems) > 0 {
		page.Shell.Title = "Error: " + page.Shell.Title
	}
	names, err := s.taskPeople(r, t)
	if err != nil {
		return err
	}
	who, err := s.audience(r, t)
	if err != nil {
		return err
	}
	page.Whom = whom(who, names)
	if t.Kind == task.Documents {
		if page.Request, err = s.taskItems(r, t, who, names); err != nil {
			return err
		}
		page.Modules = []string{"review-keys.js", "more-rows.js"}
	}
	for _, p := range t.People {
		page.People = append(page.People, taskPart(p, names, z))
		page.Done = page.Done || !p.DoneAt.IsZero() || p.Outcome != ""
	}
	for _, e := range t.Checklist {
		page.Checklist = append(page.Checklist, views.TodoEntry{ID: e.ID, Text: e.Text, Ticked: !e.TickedAt.IsZero()})
	}
	if page.Files, err = s.staffFiles(r, t, problems); err != nil {
		return err
	}
	page.Modules = append(page.Modules, "task-desk.js")
	life, err := s.TaskList.Life(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	for _, l := range life {
		page.Life = append(page.Life, views.TaskEvent{Word: lifeWord(l, names), By: cmp.Or(l.ByName, names[l.By.ID]), At: views.At(l.At, z)})
	}
	if page.Readers, err = s.taskReaders(r, t, problems); err != nil {
		return err
	}
	if page.Thread, err = s.taskThread(r, t, problems.For("text")); err != nil {
		return err
	}
	page.Modules = append(page.Modules, "draft-box.js", "read-mark.js")
	s.page(w, r, code, page)
	return nil
}

// taskPeople are the names of the contacts whom a task is about.
func (s *Server) taskPeople(r *http.Request, t taskapp.Detail) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	if t.Client == uuid.Nil {
		c, err := s.ContactList.Contact(r.Context(), user(r).Firm, t.Contact)
		names[c.ID] = c.Name()
		return names, err
	}
	people, err := s.ContactList.OfClient(r.Context(), user(r).Firm, t.Client)
	for _, p := range people {
		names[p.ID] = p.Name()
	}
	return names, err
}

func taskPart(p taskapp.Part, names map[uuid.UUID]string, z *time.Location) views.TaskPart {
	l := views.TaskPart{Contact: p.Contact, Name: cmp.Or(names[p.Contact], "Somebody who is linked no more"), Note: p.Note, Reason: p.Reason, Seen: views.At(p.SeenAt, z), Done: views.At(p.DoneAt, z), Confirmed: views.At(p.ConfirmedAt, z)}
	if p.Contact == uuid.Nil {
		l.Name = "For all"
		if p.DoneBy != uuid.Nil {
			l.Name = "For all, by " + cmp.Or(names[p.DoneBy], "somebody who is linked no more")
		}
	}
	l.Closed = p.Outcome != ""
	return l
}

// lifeWords say what an event of a task was, by its stored name.
var lifeWords = map[string]string{
	"task.assigned": "Assigned", "task.retitled": "Title changed", "task.described": "Description changed", "task.due_set": "Due date moved", "task.internal_due_set": "Internal due date moved",
	"task.owner_set": "Owner changed", "task.audience_set": "Audience changed", "task.contact_added": "Person added", "task.contact_removed": "Person removed", "task.priority_set": "Priority changed",
	"task.checklist_set": "Checklist changed", "task.cadence_set": "Reminders changed", "task.recurrence_set": "Repetition changed", "task.repeated": "The next one was assigned", "task.seen": "Opened by",
	"task.done_by_client": "Done by", "task.undone_by_client": "Not done after all, says", "task.confirmed": "Confirmed", "task.reopened": "Opened again", "task.progressed": "Our part", "task.closed": "Closed",
	"task.item_added": "Asked for", "task.item_changed": "Changed", "task.item_cancelled": "No longer wanted:", "task.item_returned": "Returned",
	"task.item_not_applicable": "Said not to apply:", "task.item_review_begun": "Looked at", "task.item_accepted": "Accepted", "task.item_sent_back": "Sent back", "task.item_reopened": "Answer undone:",
	"task.notified": "Mailed to", "task.notice_failed": "A mail failed to",
}

func lifeWord(l taskapp.LifeRow, names map[uuid.UUID]string) string {
	words := []string{cmp.Or(lifeWords[l.Type], l.Type)}
	if strings.HasPrefix(l.Type, "task.item_") {
		words = append(words, "“"+l.Detail+"”")
		if l.Contact != uuid.Nil {
			words = append(words, "of", cmp.Or(names[l.Contact], "somebody who is linked no more"))
		}
		return strings.Join(words, " ")
	}
	if name := names[l.Contact]; name != "" {
		words = append(words, name)
	}
	switch l.Type {
	case "task.progressed":
		words = append(words, "is "+strings.ToLower(wordOf(taskParts, l.Detail)))
	case "task.contact_added":
		words = append(words, map[string]string{string(task.FromNow): "who reads the messages from then on", string(task.FromStart): "who reads all messages to everybody"}[l.Detail])
	case "task.closed":
		words = append(words, "as "+l.Detail)
	case "task.due_set", "task.internal_due_set", "task.repeated":
		words = append(words, l.Detail)
	}
	return strings.Join(words, " ")
}

// onTask runs one command of the practice on the task of the address, and leads back to its page.
func (s *Server) onTask(do func(r *http.Request, by es.By, id uuid.UUID) (es.Result, error)) handler {
	return s.onTaskAt("act", do)
}

// onTaskAt is onTask, where field is the part of the page that says why something was refused.
func (s *Server) onTaskAt(field string, do func(r *http.Request, by es.By, id uuid.UUID) (es.Result, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		by, err := posted(w, r)
		if err != nil {
			return err
		}
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		if _, err := s.TaskList.Task(r.Context(), user(r).Firm, id); err != nil { // also whose it isn't, of who sees their own clients only
			return err
		}
		res, err := do(r, by, id)
		if f, ok := errors.AsType[*fault.Error](err); ok && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
			return s.taskPage(w, r, statuses[f.Kind], views.Problems{{Field: field, Text: f.Message}}, nil)
		}
		if err == nil {
			err = once(r.Context(), s.Tasks.Events, by, res)
		}
		if err != nil {
			return err
		}
		seeOther(w, r, "/tasks/"+id.String(), res.Position)
		return nil
	}
}

func (s *Server) takeBackTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	return s.Tasks.TakeBack(r.Context(), taskapp.One{By: by, Task: id})
}

// contactOf is whom a form concerns; zero: everybody.
func contactOf(r *http.Request) (uuid.UUID, error) {
	if r.PostForm.Get("contact") == "" {
		return uuid.Nil, nil
	}
	return formID(r, "contact")
}

func (s *Server) confirmTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	contact, err := contactOf(r)
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Confirm(r.Context(), taskapp.Confirm{By: by, Task: id, Contact: contact})
}

func (s *Server) reopenTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	contact, err := contactOf(r)
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Reopen(r.Context(), taskapp.Reopen{By: by, Task: id, Contact: contact, Reason: r.PostForm.Get("reason")})
}

func (s *Server) progressTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	return s.Tasks.Progress(r.Context(), taskapp.Progress{By: by, Task: id, To: task.Progress(r.PostForm.Get("part"))})
}

func (s *Server) closeTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	contact, err := contactOf(r)
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Close(r.Context(), taskapp.Close{By: by, Task: id, Contact: contact, Outcome: task.Outcome(r.PostForm.Get("outcome")), Reason: r.PostForm.Get("reason")})
}
