package api

import (
	"context"
	"net/http"
	"time"

	clientapp "portico/app/client"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/form"
	"portico/domain/task"
	jobs "portico/domain/taskjob"
	"portico/domain/tasktemplate"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// manyTaskRoutes are those of what is done to many at once, and of what is kept to be used again.
func (s *Server) manyTaskRoutes(a huma.API) {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

	register(s, a, account.SeeTasks, op(get, "/task-jobs", "list-task-jobs", "Tasks", "List what was done to many lately"), s.listTaskJobs)
	register(s, a, account.ChangeTasks, created(op(post, "/task-jobs", "create-task-job", "Tasks", "Choose many tasks to change, or many clients to ask for the same; nothing is done until it is confirmed")), s.createTaskJob)
	register(s, a, account.SeeTasks, op(get, "/task-jobs/{id}", "get-task-job", "Tasks", "Get how far what is done to many is"), s.getTaskJob)
	register(s, a, account.SeeTasks, op(get, "/task-jobs/{id}/targets", "list-task-job-targets", "Tasks", "List its targets with what became of each"), s.listTaskJobTargets)
	register(s, a, account.SeeTasks, download(op(get, "/task-jobs/{id}/report.csv", "get-task-job-report", "Tasks", "Get all targets as a table")), s.taskJobReport)
	register(s, a, account.ChangeTasks, op(post, "/task-jobs/{id}/confirmation", "start-task-job", "Tasks", "Let it be done, after a hold in which all of it can be undone"), s.startTaskJob)
	register(s, a, account.ChangeTasks, op(post, "/task-jobs/{id}/stop", "stop-task-job", "Tasks", "Undo it within its hold; later, do it to no further one"), s.stopTaskJob)

	register(s, a, account.SeeTasks, op(get, "/task-templates", "list-task-templates", "Tasks", "List what the practice asks for again"), s.listTaskTemplates)
	register(s, a, account.ChangeTexts, op(put, "/task-templates/{id}", "put-task-template", "Tasks", "Save a template; one that isn't there is made"), s.putTaskTemplate)
	register(s, a, account.ChangeTexts, done(op(del, "/task-templates/{id}", "delete-task-template", "Tasks", "Remove a template; tasks that were made from it stay")), s.deleteTaskTemplate)

	register(s, a, account.SeeTasks, op(get, "/task-filters", "list-task-filters", "Tasks", "List saved filters of tasks: the caller's, and what colleagues share"), s.listTaskFilters)
	register(s, a, account.ChangeTasks, op(put, "/task-filters/{id}", "put-task-filter", "Tasks", "Save a filter; one that isn't there is made"), s.putTaskFilter)
	register(s, a, account.ChangeTasks, done(op(del, "/task-filters/{id}", "delete-task-filter", "Tasks", "Remove a saved filter")), s.deleteTaskFilter)
}

// TasksOf chooses tasks; without anything all that are open.
type TasksOf struct {
	Query      string `json:"query,omitempty" query:"query" maxLength:"200" doc:"Beginnings of words of the title and of the client's name"`
	Of         string `json:"of,omitempty" query:"of" enum:"mine,team,none" doc:"The caller's, everybody else's, or nobody's"`
	OwnerID    string `json:"owner_id,omitempty" query:"owner_id"`
	Client     string `json:"client_id,omitempty" query:"client_id"`
	Tag        string `json:"tag,omitempty" query:"tag" maxLength:"60" doc:"Of the client"`
	Kind       string `json:"kind,omitempty" query:"kind" enum:"todo,question,documents,form,signature"`
	Priority   string `json:"priority,omitempty" query:"priority" enum:"low,normal,high"`
	Due        string `json:"due,omitempty" query:"due" enum:"overdue,today,week,none" doc:"Counted from today in the practice's zone"`
	Their      string `json:"client_state,omitempty" query:"client_state" enum:"assigned,seen,done,confirmed"`
	Part       string `json:"practice_state,omitempty" query:"practice_state" enum:"open,doing,waiting,done"`
	NobodyActs bool   `json:"nobody_can_act,omitempty" query:"nobody_can_act" doc:"Only those that none of the people they are for could do"`
	ToReview   bool   `json:"to_review,omitempty" query:"to_review" doc:"Only those of which something that was returned waits for the practice"`
	Shelf      string `json:"shelf,omitempty" query:"shelf" enum:"open,closed,all" doc:"open, where none is sent"`
}

func (s *Server) tasksQuery(ctx context.Context, in TasksOf) (q taskapp.Query, err error) {
	zone, err := s.zone(ctx)
	if err != nil {
		return q, err
	}
	q = taskapp.Query{
		Text: in.Query, Of: taskapp.Of(in.Of), Me: from(ctx).ID, Tag: in.Tag, Kind: task.Sort(in.Kind), Urgent: task.Priority(in.Priority), Due: taskapp.Due(in.Due),
		Today: time.Now().In(zone).Format(time.DateOnly), Their: taskapp.Stand(in.Their), Part: task.Progress(in.Part), NobodyActs: in.NobodyActs, ToReview: in.ToReview, Shelf: taskapp.Shelf(in.Shelf),
	}
	if q.Shelf == "open" {
		q.Shelf = taskapp.OpenShelf
	}
	if q.Owner, err = optionalID(in.OwnerID, errOwner); err != nil {
		return q, err
	}
	q.Client, err = optionalID(in.Client, client.ErrNotFound)
	return q, err
}

// ClientsOf chooses active clients; without anything all of them.
type ClientsOf struct {
	Query   string `json:"query,omitempty" maxLength:"200" doc:"As in the list of clients"`
	Tag     string `json:"tag,omitempty" maxLength:"60"`
	Kind    string `json:"kind,omitempty" doc:"What they are in law"`
	OwnerID string `json:"owner_id,omitempty"`
	Portal  string `json:"portal,omitempty" enum:"without,invited,signed_in,bounced,no_address,unmailed" doc:"Where their people stand"`
}

// meantClients are the clients whom a program means, of those that the caller may see.
func (s *Server) meantClients(ctx context.Context, ids []string, of *ClientsOf) ([]uuid.UUID, error) {
	if of == nil {
		if len(ids) == 0 {
			return nil, jobs.ErrNothing
		}
		of = &ClientsOf{}
	}
	q := clientapp.Query{Text: of.Query, Tag: of.Tag, Sort: client.Sort(of.Kind), Portal: clientapp.Portal(of.Portal), Fresh: true}
	var err error
	if q.Owner, err = optionalID(of.OwnerID, errOwner); err != nil {
		return nil, err
	}
	wanted, err := manyIDs(ids, client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	found, err := s.ClientDB.Matching(ctx, from(ctx).Firm, q)
	if err != nil || len(ids) == 0 {
		return found, err
	}
	chosen := make(map[uuid.UUID]bool, len(wanted))
	for _, id := range wanted {
		chosen[id] = true
	}
	var some []uuid.UUID
	for _, id := range found {
		if chosen[id] {
			some = append(some, id)
		}
	}
	return some, nil
}

// AskedOfMany is a task for many clients. Texts may have blanks: {client}, {due}, {month}, {last month}, {year} and {last year}.
type AskedOfMany struct {
	TemplateID     string      `json:"template_id,omitempty" doc:"Where something below isn't sent, the template says it"`
	Kind           string      `json:"kind,omitempty" enum:"todo,question,documents,form" doc:"todo, where none is sent"`
	Title          string      `json:"title,omitempty"`
	Description    string      `json:"description,omitempty" doc:"Markdown; the client reads it"`
	DueOn          string      `json:"due_on,omitempty"`
	InternalDueOn  string      `json:"internal_due_on,omitempty"`
	OwnerID        string      `json:"owner_id,omitempty" doc:"The practitioner in charge; empty: nobody"`
	OfClient       bool        `json:"owner_of_client,omitempty" doc:"Instead: whoever is in charge of the client"`
	Priority       string      `json:"priority,omitempty" enum:"low,normal,high" doc:"normal, where none is sent"`
	Each           bool        `json:"each,omitempty" doc:"Everybody has to do it, and not one for all"`
	FinishTogether bool        `json:"finish_together,omitempty" doc:"When the client is done, the practice's part is done, too"`
	Checklist      []string    `json:"checklist,omitempty" nullable:"false"`
	Items          []AskedItem `json:"items,omitempty" nullable:"false" maxItems:"200" doc:"Of documents"`
	FormID         string      `json:"form_id,omitempty" doc:"Of form: the questionnaire, in its newest version"`
	Again          bool        `json:"begin_with_earlier,omitempty" doc:"Of form: each client begins with their own newest answers to the same questionnaire"`
	Repeat         *TaskRepeat `json:"repeat,omitempty"`
	CadenceID      string      `json:"cadence_id,omitempty" doc:"Of reminders, by the due date; empty: none"`
}

// TaskRepeat is how a task comes again.
type TaskRepeat struct {
	Every int    `json:"every" minimum:"1" maximum:"366"`
	Unit  string `json:"unit" enum:"day,week,month,year"`
	From  string `json:"from,omitempty" enum:"schedule,completion" doc:"schedule, where none is sent"`
	Wait  bool   `json:"wait,omitempty" doc:"Not before this one is over"`
}

func (r *TaskRepeat) recurrence() task.Recurrence {
	if r == nil {
		return task.Recurrence{}
	}
	out := task.Recurrence{Every: r.Every, Unit: task.Unit(r.Unit), From: task.Origin(r.From), Wait: r.Wait}
	if r.From == "" {
		out.From = task.OnSchedule
	}
	return out
}

// askingMany is what each client is asked.
func (s *Server) askingMany(ctx context.Context, in *AskedOfMany) (a taskjob.Asking, err error) {
	if in == nil {
		in = &AskedOfMany{}
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return a, err
	}
	today := time.Now().In(zone)
	template, err := optionalID(in.TemplateID, tasktemplate.ErrNotFound)
	if err == nil && template != uuid.Nil {
		var t taskjob.Template
		if t, err = s.taskTemplate(ctx, template); err == nil {
			a, a.DueOn = t.Asking, t.DueOn(today)
		}
	}
	if err == nil {
		a.Owner, err = s.taskOwner(ctx, from(ctx).Firm, in.OwnerID)
	}
	if err != nil {
		return a, err
	}
	if a.Form, err = optionalID(in.FormID, form.ErrNotFound); err != nil {
		return a, err
	}
	if a.Cadence, err = s.cadenceOf(ctx, in.CadenceID); err != nil {
		return a, err
	}
	a.Again = in.Again
	in.into(&a)
	p, err := s.FirmDB.Portal(ctx, from(ctx).Firm)
	if err != nil {
		return a, err
	}
	blanks := taskapp.BlanksOf(language.For(p.Language), "", a.DueOn, today)
	a.OfClient, a.Zone, a.Due, a.Year, a.Month, a.LastMonth = in.OfClient, zone.String(), blanks.Due, blanks.Year, blanks.Month, blanks.LastMonth
	return a, nil
}

// into puts what was sent in the place of what a template says.
func (in *AskedOfMany) into(a *taskjob.Asking) {
	for _, f := range []struct {
		to   *string
		sent string
	}{{&a.Title, in.Title}, {&a.Description, in.Description}, {&a.DueOn, in.DueOn}, {&a.InternalDueOn, in.InternalDueOn}, {(*string)(&a.Kind), in.Kind}, {(*string)(&a.Priority), in.Priority}} {
		if f.sent != "" {
			*f.to = f.sent
		}
	}
	a.Each, a.Together = a.Each || in.Each, a.Together || in.FinishTogether
	if in.Checklist != nil {
		a.Checklist = in.Checklist
	}
	if in.Items != nil {
		a.Items = nil
	}
	for _, i := range in.Items {
		a.Items = append(a.Items, i.asking(uuid.Nil))
	}
	if in.Repeat != nil {
		a.Recurrence = in.Repeat.recurrence()
	}
}
