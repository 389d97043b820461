package api

import (
	"context"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/contact"
	"portico/domain/task"

	"github.com/google/uuid"
)

// onTask runs one command on a task that the caller may see, and answers with how it stands then.
func (s *Server) onTask(ctx context.Context, in ByID, key string, sent any, do func(by es.By, id uuid.UUID) (es.Result, error)) (*body[TaskDetail], error) {
	id, err := s.doTask(ctx, in, key, sent, do)
	if err != nil {
		return nil, err
	}
	return s.task(ctx, id)
}

func (s *Server) doTask(ctx context.Context, in ByID, key string, sent any, do func(by es.By, id uuid.UUID) (es.Result, error)) (uuid.UUID, error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return id, err
	}
	who, err := by(ctx, key, sent)
	if err != nil {
		return id, err
	}
	if _, err := s.TaskDB.Task(ctx, who.Firm, id); err != nil {
		return id, err
	}
	r, err := do(who, id)
	if err != nil {
		return id, err
	}
	return id, s.shown(ctx, r)
}

type changeTask struct {
	ByID
	Idempotent
	Body struct {
		Title         *string `json:"title,omitempty"`
		Description   *string `json:"description,omitempty"`
		DueOn         *string `json:"due_on,omitempty"`
		InternalDueOn *string `json:"internal_due_on,omitempty"`
		OwnerID       *string `json:"owner_id,omitempty" doc:"Empty: nobody"`
		Priority      *string `json:"priority,omitempty" enum:"low,normal,high"`
		CadenceID     *string `json:"cadence_id,omitempty" doc:"Of reminders; empty: none"`
	}
}

func (s *Server) changeTask(ctx context.Context, in *changeTask) (*body[TaskDetail], error) {
	b := in.Body
	to := task.Changing{Title: b.Title, Description: b.Description, DueOn: b.DueOn, InternalDueOn: b.InternalDueOn, Priority: (*task.Priority)(b.Priority)}
	if b.OwnerID != nil {
		owner, err := s.taskOwner(ctx, from(ctx).Firm, *b.OwnerID)
		if err != nil {
			return nil, err
		}
		to.Owner = &owner
	}
	if b.CadenceID != nil {
		cadence, err := s.cadenceOf(ctx, *b.CadenceID)
		if err != nil {
			return nil, err
		}
		to.Cadence = &cadence
	}
	return s.onTask(ctx, in.ByID, in.Key, b, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.Change(ctx, taskapp.Change{By: by, Task: id, To: to})
	})
}

type actOnTask struct {
	ByID
	Idempotent
}

func (s *Server) takeBackTask(ctx context.Context, in *actOnTask) (*struct{}, error) {
	_, err := s.doTask(ctx, in.ByID, in.Key, nil, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.TakeBack(ctx, taskapp.One{By: by, Task: id})
	})
	return nil, err
}

type progressTask struct {
	ByID
	Idempotent
	Body struct {
		State string `json:"state" enum:"open,doing,waiting,done"`
	}
}

func (s *Server) progressTask(ctx context.Context, in *progressTask) (*body[TaskDetail], error) {
	return s.onTask(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.Progress(ctx, taskapp.Progress{By: by, Task: id, To: task.Progress(in.Body.State)})
	})
}

// ForContact says whom an answer to a task concerns.
type ForContact struct {
	ContactID string `json:"contact_id,omitempty" doc:"Empty: all"`
}

type confirmTask struct {
	ByID
	Idempotent
	Body *ForContact // may be left out
}

func (s *Server) confirmTask(ctx context.Context, in *confirmTask) (*body[TaskDetail], error) {
	var b ForContact
	if in.Body != nil {
		b = *in.Body
	}
	whom, err := optionalID(b.ContactID, contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, in.ByID, in.Key, b, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.Confirm(ctx, taskapp.Confirm{By: by, Task: id, Contact: whom})
	})
}

type reopenTask struct {
	ByID
	Idempotent
	Body struct {
		ForContact
		Reason string `json:"reason,omitempty" doc:"The client reads it"`
	}
}

func (s *Server) reopenTask(ctx context.Context, in *reopenTask) (*body[TaskDetail], error) {
	whom, err := optionalID(in.Body.ContactID, contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.Reopen(ctx, taskapp.Reopen{By: by, Task: id, Contact: whom, Reason: in.Body.Reason})
	})
}

type closeTask struct {
	ByID
	Idempotent
	Body struct {
		ForContact
		Outcome string `json:"outcome" enum:"completed,cancelled"`
		Reason  string `json:"reason,omitempty" doc:"The client reads it"`
		Last    bool   `json:"last,omitempty" doc:"Of a series: none follows it. Not with contact_id"`
	}
}

// endSeries lets none follow a task, which may be closed.
func (s *Server) endSeries(ctx context.Context, in *actOnTask) (*body[TaskDetail], error) {
	return s.onTask(ctx, in.ByID, in.Key, nil, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.EndSeries(ctx, taskapp.One{By: by, Task: id})
	})
}

func (s *Server) closeTask(ctx context.Context, in *closeTask) (*body[TaskDetail], error) {
	whom, err := optionalID(in.Body.ContactID, contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.Close(ctx, taskapp.Close{By: by, Task: id, Contact: whom, Outcome: task.Outcome(in.Body.Outcome), Reason: in.Body.Reason, Last: in.Body.Last})
	})
}

// OfTask names a contact of a task in an address.
type OfTask struct {
	ByID
	Contact string `path:"contact" doc:"UUID"`
}

type putTaskContact struct {
	OfTask
	Idempotent
	Body struct {
		From string `json:"from" enum:"now,start" doc:"Which messages they read: those from now on, or all that were written to everybody"`
	}
}

func (s *Server) putTaskContact(ctx context.Context, in *putTaskContact) (*body[TaskDetail], error) {
	whom, err := ByID{ID: in.Contact}.parse(task.ErrStranger)
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, in.ByID, in.Key, in.Body, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.AddContact(ctx, taskapp.AddContact{By: by, Task: id, Contact: whom, From: task.History(in.Body.From)})
	})
}

type deleteTaskContact struct {
	OfTask
	Idempotent
}

func (s *Server) deleteTaskContact(ctx context.Context, in *deleteTaskContact) (*body[TaskDetail], error) {
	whom, err := ByID{ID: in.Contact}.parse(contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, in.ByID, in.Key, nil, func(by es.By, id uuid.UUID) (es.Result, error) {
		return s.Tasks.RemoveContact(ctx, taskapp.RemoveContact{By: by, Task: id, Contact: whom})
	})
}
