package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/fault"
	"portico/domain/task"
	jobs "portico/domain/taskjob"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// TaskJobs do the same to many. Implementation: taskjob.Commands.
type TaskJobs interface {
	Prepare(ctx context.Context, cmd taskjob.Prepare) (taskjob.Draft, error)
	Preview(ctx context.Context, firm int32, d taskjob.Draft) ([]taskjob.Planned, error)
	Start(ctx context.Context, by es.By, id uuid.UUID, hold time.Duration) (es.Result, error)
	Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Run(ctx context.Context, firm int32, id uuid.UUID) (es.Result, error)
	Look(ctx context.Context, firm int32, id uuid.UUID) (taskjob.Progress, error)
	Page(ctx context.Context, firm int32, d taskjob.Draft, outcome *taskjob.Outcome, after, limit int) ([]taskjob.Row, error)
	Recent(ctx context.Context, firm int32) ([]taskjob.Draft, error)
	Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error
	SaveTemplate(ctx context.Context, cmd taskjob.SaveTemplate) (es.Result, error)
	RemoveTemplate(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
}

// doneAtOnce is how many are done before the answer; more go on by themselves, and a page tells how far they are.
const doneAtOnce = 100

// typedActs is what a form says is to be done to many.
func typedActs(f url.Values) views.TaskActs {
	return views.TaskActs{
		All: f.Get("all") != "", Act: f.Get("act"), Owner: f.Get("to-owner"), Due: f.Get("to-due"), Priority: f.Get("to-priority"), Part: f.Get("to-part"),
		Outcome: f.Get("outcome"), Reason: lines(f.Get("reason")), ReopenReason: lines(f.Get("reopen-reason")),
	}
}

// taskPlan is what is to be done.
func (s *Server) taskPlan(r *http.Request, t views.TaskActs) (p taskjob.Plan, err error) {
	p.Act = jobs.Act(t.Act)
	switch p.Act {
	case jobs.Own:
		p.Owner, err = s.ownerOf(r, t.Owner, uuid.Nil)
		if t.Owner == "" {
			err = nil
		}
	case jobs.Due:
		p.Value = strings.TrimSpace(t.Due)
	case jobs.Urgency:
		p.Value = t.Priority
	case jobs.Progress:
		p.Value = t.Part
	case jobs.Close:
		p.Value, p.Reason = t.Outcome, t.Reason
	case jobs.Reopen:
		p.Reason = t.ReopenReason
	case jobs.Confirm:
	case jobs.Assign, jobs.InternalDue:
		err = jobs.ErrAct
	default:
		err = jobs.ErrAct
	}
	return p, err
}

// actOnTasks does the same to the tasks that are ticked, or to all that match (S3.i7).
func (s *Server) actOnTasks(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	typed := typedActs(r.PostForm)
	back := backToTasks(r)
	if back == "" {
		back = "/tasks"
	}
	here, err := url.Parse(back)
	if err != nil {
		return errForm
	}
	again := func(err error) error {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Invalid {
			return err
		}
		list := r.Clone(r.Context())
		list.Method, list.URL = http.MethodGet, here
		typed.Problems = views.Problems{{Field: "acts", Text: f.Message}}
		return s.tasksPage(w, list, statuses[f.Kind], typed, views.SavedFilters{}, r.PostForm["task"])
	}
	plan, err := s.taskPlan(r, typed)
	if err != nil {
		return again(err)
	}
	targets, words, err := s.meantTasks(r, here.Query(), typed.All)
	if err == nil {
		_, err = s.TaskJobs.Prepare(r.Context(), taskjob.Prepare{By: by, ID: id, Targets: targets, Words: words, Plan: plan})
	}
	if err != nil {
		return again(err)
	}
	res, err := s.TaskJobs.Start(r.Context(), by, id, 0)
	if err != nil {
		return err
	}
	job := "/tasks/jobs/" + id.String()
	if len(targets) > doneAtOnce {
		seeOther(w, r, job, res.Position)
		return nil
	}
	if res, err = s.TaskJobs.Run(r.Context(), by.Firm, id); err != nil {
		return err
	}
	p, err := s.TaskJobs.Look(r.Context(), by.Firm, id)
	switch {
	case err != nil:
		return err
	case p.Tally.Done < p.Targets:
		seeOther(w, r, job, res.Position)
	default:
		v := here.Query()
		v.Set("did", id.String())
		http.Redirect(w, r, withAt(listURL("/tasks", v), res.Position), http.StatusSeeOther)
	}
	return nil
}

// meantTasks are the tasks that a form means, of those that who asks may see, and how they were chosen in words.
func (s *Server) meantTasks(r *http.Request, v url.Values, all bool) (ids []uuid.UUID, words string, err error) {
	var q taskapp.Query
	if all {
		if q, err = s.taskQuery(r, v); err != nil {
			return nil, "", err
		}
		if v.Get("view") == "board" { // which shows all of its columns
			q.Part = ""
		}
		words = "All that matched"
	} else {
		q.Tasks, q.Shelf = idsOf(r.PostForm["task"]), taskapp.AllShelf
		if len(q.Tasks) == 0 {
			return nil, "", jobs.ErrNothing
		}
		words = "Ticked"
	}
	ids, err = s.TaskList.Matching(r.Context(), user(r).Firm, q)
	if len(ids) > taskapp.MaxMany {
		err = taskapp.ErrMany
	}
	return ids, words, err
}

// actWords are what was done, in words.
func (s *Server) actWords(r *http.Request, p taskjob.Plan) (string, error) {
	switch p.Act {
	case jobs.Own:
		if p.Owner == uuid.Nil {
			return "Nobody in charge", nil
		}
		people, err := s.Staff.Staff(r.Context(), user(r).Firm, p.Owner)
		if err != nil || len(people) == 0 {
			return "Owner", err
		}
		return "Owner: " + people[0].Name, nil
	case jobs.Due, jobs.InternalDue:
		if p.Value == "" {
			return "Due date taken away", nil
		}
		return "Due " + dayShort(p.Value), nil
	case jobs.Urgency:
		return "Priority: " + strings.ToLower(wordOf(priorities, p.Value)), nil
	case jobs.Progress:
		return "Our part: " + strings.ToLower(wordOf(taskParts, p.Value)), nil
	case jobs.Confirm:
		return "Confirmed", nil
	case jobs.Close:
		return map[task.Outcome]string{task.Completed: "Closed as completed", task.Cancelled: "Closed as no longer needed"}[task.Outcome(p.Value)], nil
	case jobs.Reopen:
		return "Opened again", nil
	case jobs.Assign:
	}
	return p.Asking.Title, nil
}

// chosenRows marks the rows whose boxes were ticked.
func chosenRows(page *views.Tasks, ticked []string) {
	mark := func(rows []views.TaskLine) {
		for i := range rows {
			rows[i].Chosen = slices.Contains(ticked, rows[i].ID.String())
		}
	}
	mark(page.Rows)
	for i := range page.Columns {
		mark(page.Columns[i].Rows)
	}
}
