package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
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
		Held: s.Now().Before(t.HoldUntil), Open: t.Outcome == "", Reason: t.Reason, Parts: taskParts, Part: string(t.Part),
		Sender: t.SenderName, Priority: wordOf(priorities, string(t.Priority)), Problems: problems,
	}
	page.Stale = !current
	page.Followed = t.Repeats && t.Next == uuid.Nil
	if t.Next != uuid.Nil {
		page.Next = "/tasks/" + t.Next.String()
	}
	page.Fields = views.TaskFields{
		Title: t.Title, Description: t.Description, DueOn: t.DueOn, InternalDueOn: t.InternalDueOn, Priority: string(t.Priority), Priorities: priorities, Owner: t.Owner.String(), Checklist: checklistOf(t.Checklist),
	}
	repeatsAs(&page.Fields, t.Recurrence)
	cadence, err := s.Reminders.CadenceOf(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	if cadence != uuid.Nil {
		page.Fields.Cadence = cadence.String()
	}
	if typed != nil {
		page.Fields = *typed
		page.Fields.Problems = problems
	}
	page.Fields.Units = repeating
	if t.Kind == task.ToDo || t.Kind == task.Question {
		page.Copy = "/tasks/new?copy=" + id.String()
	}
	if page.Fields.Cadences, _, err = s.cadenceChoices(r, page.Fields.Cadence); err != nil {
		return err
	}
	if page.Fields.Owners, err = s.ownerChoices(r, page.Fields.Owner); err != nil {
		return err
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
	if page.Reminders, err = s.taskReminders(r, t, cadence, names); err != nil {
		return err
	}
	if t.Kind == task.FormFilling {
		if page.Answers, err = s.taskAnswers(r, t, names, problems); err != nil {
			return err
		}
	}
	if t.Kind == task.Documents {
		if page.Request, err = s.taskItems(r, t, who, names); err != nil {
			return err
		}
		page.Modules = []string{"review-keys.js", "more-rows.js"}
	}
	page.Confirm = confirming(t, who, names)
	if page.Confirm != nil && page.Request != nil {
		page.Confirm.Unviewed = page.Request.Waits
	}
	for _, p := range t.People {
		page.People = append(page.People, taskPart(p, names, z))
		page.Done = page.Done || !p.DoneAt.IsZero() || p.Outcome != ""
	}
	for _, e := range t.Checklist {
		page.Checklist = append(page.Checklist, views.TodoEntry{ID: e.ID, Command: newID(), Text: e.Text, Ticked: !e.TickedAt.IsZero()})
	}
	if page.Files, err = s.staffFiles(r, t, problems); err != nil {
		return err
	}
	if page.Request != nil {
		roundFiles(page.Request, page.Files)
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
	if page.Thread, err = s.taskThread(r, t, page.Files, problems.For("text")); err != nil {
		return err
	}
	page.Modules = append(page.Modules, "draft-box.js", "at-names.js", "read-mark.js")
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
	"task.answer_corrected": "An answer corrected", "task.section_sent_back": "A section sent back", "task.files_submitted": "Files handed over with it",
	"task.reply_refused": "A mail was not taken from",
	"task.notified":      "Mailed to", "task.notice_failed": "A mail failed to",
}

// refusalWords are why a mail was not taken, for the practice.
var refusalWords = map[task.Refusal]string{
	task.ForLength: "it was too long", task.ForNothing: "nothing was in it", task.ForClosing: "the task was closed", task.ForAccess: "they no longer see the task, or can’t enter the portal",
	task.ForArchive: "the client is archived", task.ForSender: "it came from an address that is not theirs", task.ForFiles: "not all that was enclosed could be", task.ForFrequency: "too many came within an hour",
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
	case "task.reply_refused":
		words = append(words, "because "+refusalWords[task.Refusal(l.Detail)])
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
		if back := backToTasks(r); back != "" {
			http.Redirect(w, r, withAt(back, res.Position), http.StatusSeeOther)
			return nil
		}
		seeOther(w, r, "/tasks/"+id.String(), res.Position)
		return nil
	}
}

// takeBackTask leads to the list, since the task has no page any more.
func (s *Server) takeBackTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	r.PostForm.Set("back", "/tasks?"+undone)
	return s.Tasks.TakeBack(r.Context(), taskapp.One{By: by, Task: id})
}

// undone is the mark in the list's address that a task was taken back.
const undone = "undone=1"

// tickTask ticks an entry of the checklist for the practice, or takes that back.
func (s *Server) tickTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	entry, err := formID(r, "entry")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.Tick(r.Context(), taskapp.Tick{Act: taskapp.Act{By: by, Task: id}, Entry: entry, On: r.PostForm.Get("on") != ""})
}

func (s *Server) endSeries(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	return s.Tasks.EndSeries(r.Context(), taskapp.One{By: by, Task: id})
}

// contactOf is whom a form concerns; zero: everybody.
func contactOf(r *http.Request) (uuid.UUID, error) {
	if r.PostForm.Get("contact") == "" {
		return uuid.Nil, nil
	}
	return formID(r, "contact")
}

// confirming is what can be confirmed of a task: that all are done, or each of those who are done for themselves.
func confirming(t taskapp.Detail, who []uuid.UUID, names map[uuid.UUID]string) *views.TaskConfirm {
	c := views.TaskConfirm{All: t.Stand == taskapp.DoneStand}
	for _, p := range t.People {
		if t.Each && slices.Contains(t.Asked(who), p.Contact) && !p.DoneAt.IsZero() && p.ConfirmedAt.IsZero() {
			c.Whose = append(c.Whose, views.Choice{Value: p.Contact.String(), Word: names[p.Contact]})
		}
	}
	if t.Outcome != "" || !c.All && len(c.Whose) == 0 {
		return nil
	}
	return &c
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
	return s.Tasks.Close(r.Context(), taskapp.Close{By: by, Task: id, Contact: contact, Outcome: task.Outcome(r.PostForm.Get("outcome")), Reason: r.PostForm.Get("reason"), Last: r.PostForm.Get("last") != ""})
}
