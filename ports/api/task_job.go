package api

import (
	"bytes"
	"context"
	"io"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/domain/account"
	"portico/domain/fault"
	"portico/domain/task"
	jobs "portico/domain/taskjob"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// TaskJobs do the same to many tasks, and ask many clients for the same. Implementation: taskjob.Commands.
type TaskJobs interface {
	Prepare(ctx context.Context, cmd taskjob.Prepare) (taskjob.Draft, error)
	Preview(ctx context.Context, firm int32, d taskjob.Draft) ([]taskjob.Planned, error)
	Start(ctx context.Context, by es.By, id uuid.UUID, hold time.Duration) (es.Result, error)
	Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Recent(ctx context.Context, firm int32) ([]taskjob.Draft, error)
	Look(ctx context.Context, firm int32, id uuid.UUID) (taskjob.Progress, error)
	Page(ctx context.Context, firm int32, d taskjob.Draft, outcome *taskjob.Outcome, after, limit int) ([]taskjob.Row, error)
	Report(ctx context.Context, firm int32, id uuid.UUID, w io.Writer) error
	SaveTemplate(ctx context.Context, cmd taskjob.SaveTemplate) (es.Result, error)
	RemoveTemplate(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
}

var errAssignMany = fault.New(fault.Forbidden, "taskjob.many", "You may ask clients one by one, and not many at once. Ask each of them.")

// TaskJob is the same done to many, and how far that is.
type TaskJob struct {
	ID        ID             `json:"id"`
	State     string         `json:"state" enum:"draft,holding,running,stopping,undone,stopped,done" doc:"draft: nothing is done by it yet. holding: it begins at hold_until. undone: it was stopped before that"`
	HoldUntil MaybeTime      `json:"hold_until" doc:"Until then all of it can be undone"`
	Act       string         `json:"act"`
	Value     string         `json:"value"`
	OwnerID   MaybeID        `json:"owner_id"`
	Reason    string         `json:"reason"`
	Title     string         `json:"title" doc:"Of assign: what clients are asked, with its blanks"`
	Chosen    string         `json:"chosen" doc:"How its targets were chosen"`
	Targets   int            `json:"targets"`
	SHA256    string         `json:"sha256" doc:"Of the list of targets and of what is done: what was started is what was seen"`
	Waiting   int            `json:"waiting" doc:"Whose turn has not come, or never came"`
	Done      int            `json:"done"`
	Refused   int            `json:"refused"`
	Reasons   map[string]int `json:"reasons" doc:"Of a draft that asks clients: how many would be passed by, by the rule"`
	CreatedAt Time           `json:"created_at"`
}

// TaskJobTarget is one of those to which it is done.
type TaskJobTarget struct {
	No       int     `json:"no"`
	TaskID   MaybeID `json:"task_id" doc:"That was made or changed; null: there is none, or none yet"`
	Title    string  `json:"title"`
	ClientID MaybeID `json:"client_id"`
	Client   string  `json:"client"`
	Outcome  string  `json:"outcome" enum:"waiting,done,refused"`
	Rule     string  `json:"rule" doc:"That refused it, or would"`
	Reason   string  `json:"reason"`
}

func showTaskJob(p taskjob.Progress) TaskJob {
	j := TaskJob{
		ID: ID(p.ID), State: string(p.State), HoldUntil: MaybeTime(p.HoldUntil), Act: string(p.Act), Value: p.Value, OwnerID: MaybeID(p.Owner), Reason: p.Reason, Chosen: p.Chosen,
		Targets: p.Targets, SHA256: p.SHA256, Waiting: p.Tally.Waiting, Done: p.Tally.Done, Refused: p.Tally.Refused, Reasons: map[string]int{}, CreatedAt: Time(p.CreatedAt),
	}
	if p.Act == jobs.Assign {
		j.Title, j.OwnerID = p.Asking.Title, MaybeID(p.Asking.Owner)
	}
	return j
}

type createTaskJob struct {
	Idempotent
	Body struct {
		Act     string       `json:"act" enum:"assign,owner,due,internal_due,priority,part,confirm,close,reopen" doc:"assign asks each client for ask; the others change tasks"`
		Value   string       `json:"value,omitempty" doc:"Of due and internal_due a day, or empty for none; of priority low, normal or high; of part open, doing, waiting or done; of close completed or cancelled"`
		OwnerID string       `json:"owner_id,omitempty" doc:"Of owner; empty: nobody"`
		Reason  string       `json:"reason,omitempty" doc:"Of close and reopen; the client reads it"`
		TaskIDs []string     `json:"task_ids,omitempty" maxItems:"5000" doc:"These tasks"`
		Tasks   *TasksOf     `json:"tasks,omitempty" doc:"Or all that match"`
		Clients []string     `json:"client_ids,omitempty" maxItems:"20000" doc:"Of assign: these clients"`
		Of      *ClientsOf   `json:"clients,omitempty" doc:"Or all active ones that match"`
		Ask     *AskedOfMany `json:"ask,omitempty"`
	}
}

// createTaskJob keeps what is meant by now. Nothing is done by it.
func (s *Server) createTaskJob(ctx context.Context, in *createTaskJob) (*body[TaskJob], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	b := in.Body
	cmd := taskjob.Prepare{By: who, ID: who.Command, Words: "By a program", Plan: taskjob.Plan{Act: jobs.Act(b.Act), Value: b.Value, Reason: b.Reason}}
	if cmd.Plan.Act == jobs.Assign {
		if !from(ctx).Role.May(account.AssignMany) {
			return nil, errAssignMany
		}
		if cmd.Targets, err = s.meantClients(ctx, b.Clients, b.Of); err == nil {
			cmd.Plan.Value, cmd.Plan.Reason = "", ""
			cmd.Plan.Asking, err = s.askingMany(ctx, b.Ask)
		}
	} else {
		if cmd.Targets, err = s.meantTasks(ctx, b.TaskIDs, b.Tasks); err == nil && cmd.Plan.Act == jobs.Own {
			cmd.Plan.Owner, err = s.taskOwner(ctx, who.Firm, b.OwnerID)
		}
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.TaskJobs.Prepare(ctx, cmd); err != nil {
		return nil, err
	}
	return s.taskJob(ctx, who.Command)
}

// taskJob is one job; of a draft that asks clients the reasons are what would be.
func (s *Server) taskJob(ctx context.Context, id uuid.UUID) (*body[TaskJob], error) {
	p, err := s.TaskJobs.Look(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	out := showTaskJob(p)
	if p.State == jobs.Draft && p.Act == jobs.Assign {
		plan, err := s.TaskJobs.Preview(ctx, from(ctx).Firm, p.Draft)
		if err != nil {
			return nil, err
		}
		for _, one := range plan {
			if one.Why != nil {
				out.Reasons[one.Why.Code]++
			}
		}
	}
	return &body[TaskJob]{Body: out}, nil
}

func (s *Server) getTaskJob(ctx context.Context, in *ByID) (*body[TaskJob], error) {
	id, err := in.parse(taskjob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	return s.taskJob(ctx, id)
}

// TaskJobPage are the newest ones.
type TaskJobPage struct {
	Items []TaskJob `json:"items" nullable:"false" doc:"The twenty newest that were started"`
}

func (s *Server) listTaskJobs(ctx context.Context, _ *struct{}) (*body[TaskJobPage], error) {
	drafts, err := s.TaskJobs.Recent(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	items, err := those(drafts, taskjob.ErrUnknown, func(d taskjob.Draft) (TaskJob, error) {
		p, err := s.TaskJobs.Look(ctx, from(ctx).Firm, d.ID)
		return showTaskJob(p), err
	})
	return &body[TaskJobPage]{Body: TaskJobPage{Items: items}}, err
}

type listTaskJobTargets struct {
	ByID
	Paging
	Outcome string `query:"outcome" enum:"waiting,done,refused"`
}

// listTaskJobTargets lists what became of each; of a draft that asks clients, what would.
func (s *Server) listTaskJobTargets(ctx context.Context, in *listTaskJobTargets) (*body[Page[TaskJobTarget]], error) {
	id, err := in.parse(taskjob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	p, err := s.TaskJobs.Look(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	var rows []TaskJobTarget
	if p.State == jobs.Draft && p.Act == jobs.Assign {
		rows, err = s.plannedTargets(ctx, p.Draft, in.Outcome, after)
	} else {
		rows, err = s.jobTargets(ctx, p.Draft, in.Outcome, after, in.Limit+1)
	}
	if err != nil {
		return nil, err
	}
	return numberedPage(rows, in.Limit, func(t TaskJobTarget) int { return t.No }, func(t TaskJobTarget) TaskJobTarget { return t }), nil
}

func (s *Server) plannedTargets(ctx context.Context, d taskjob.Draft, outcome string, after int) (rows []TaskJobTarget, err error) {
	plan, err := s.TaskJobs.Preview(ctx, from(ctx).Firm, d)
	for _, one := range plan {
		t := TaskJobTarget{No: one.No, Title: one.Title, ClientID: MaybeID(one.Chosen.Target), Client: one.Target.Name, Outcome: "waiting"}
		if one.Why != nil {
			t.Rule, t.Reason = one.Why.Code, one.Why.Message
		}
		if one.No > after && (outcome == "" || outcome == t.Outcome) {
			rows = append(rows, t)
		}
	}
	return rows, err
}

func (s *Server) jobTargets(ctx context.Context, d taskjob.Draft, outcome string, after, limit int) (rows []TaskJobTarget, err error) {
	words := map[taskjob.Outcome]string{taskjob.Waits: "waiting", taskjob.Done: "done", taskjob.Refused: "refused"}
	var only *taskjob.Outcome
	for o, word := range words {
		if word == outcome {
			only = &o
		}
	}
	found, err := s.TaskJobs.Page(ctx, from(ctx).Firm, d, only, after, limit)
	for _, r := range found {
		rows = append(rows, TaskJobTarget{
			No: r.No, TaskID: MaybeID(r.Task), Title: r.Title, ClientID: MaybeID(r.Client), Client: r.ClientName, Outcome: words[r.Outcome], Rule: r.Code, Reason: r.Note,
		})
	}
	return rows, err
}

// taskJobReport is a table of all targets.
func (s *Server) taskJobReport(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	id, err := in.parse(taskjob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := s.TaskJobs.Report(ctx, from(ctx).Firm, id, &b); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
		hc.SetHeader("Content-Disposition", attachment("tasks.csv"))
		_, _ = hc.BodyWriter().Write(b.Bytes()) // the caller has gone: nobody is left to tell
	}}, nil
}

type startTaskJob struct {
	ByID
	Idempotent
	Body *struct {
		HoldSeconds *int `json:"hold_seconds,omitempty" minimum:"0" maximum:"3600" doc:"How long it can be undone; where none is sent 30 of what asks clients, otherwise 0"`
	}
}

func (s *Server) startTaskJob(ctx context.Context, in *startTaskJob) (*body[TaskJob], error) {
	return s.onTaskJob(ctx, in.ByID, in.Key, in.Body, func(who es.By, p taskjob.Progress) (es.Result, error) {
		hold := time.Duration(0)
		if p.Act == jobs.Assign {
			hold = taskjob.Hold
			if !from(ctx).Role.May(account.AssignMany) {
				return es.Result{}, errAssignMany
			}
		}
		if in.Body != nil && in.Body.HoldSeconds != nil {
			hold = time.Duration(*in.Body.HoldSeconds) * time.Second
		}
		return s.TaskJobs.Start(ctx, who, p.ID, hold)
	})
}

type stopTaskJob struct {
	ByID
	Idempotent
}

func (s *Server) stopTaskJob(ctx context.Context, in *stopTaskJob) (*body[TaskJob], error) {
	return s.onTaskJob(ctx, in.ByID, in.Key, nil, func(who es.By, p taskjob.Progress) (es.Result, error) { return s.TaskJobs.Stop(ctx, who, p.ID) })
}

func (s *Server) onTaskJob(ctx context.Context, in ByID, key string, of any, do func(es.By, taskjob.Progress) (es.Result, error)) (*body[TaskJob], error) {
	id, err := in.parse(taskjob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, key, of)
	if err != nil {
		return nil, err
	}
	p, err := s.TaskJobs.Look(ctx, who.Firm, id)
	if err != nil {
		return nil, err
	}
	if _, err := do(who, p); err != nil {
		return nil, err
	}
	return s.taskJob(ctx, id)
}

// meantTasks are the tasks that a program means, of those that the caller may see.
func (s *Server) meantTasks(ctx context.Context, ids []string, of *TasksOf) ([]uuid.UUID, error) {
	q := taskapp.Query{Shelf: taskapp.AllShelf}
	var err error
	switch {
	case of != nil:
		q, err = s.tasksQuery(ctx, *of)
	case len(ids) == 0:
		return nil, jobs.ErrNothing
	}
	if err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		if q.Tasks, err = manyIDs(ids, task.ErrNotFound); err != nil {
			return nil, err
		}
	}
	found, err := s.TaskDB.Matching(ctx, from(ctx).Firm, q)
	if len(found) > taskapp.MaxMany {
		err = taskapp.ErrMany
	}
	return found, err
}
