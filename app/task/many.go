package task

import (
	"context"
	"errors"
	"sync"

	"portico/app/es"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// MaxMany is how many clients one command assigns a task to.
const MaxMany = 5_000

const atOnce = 16 // appends under way: they share their commits

// ErrMany refuses to do too much at once.
var ErrMany = fault.New(fault.Invalid, "task.many", "At most 5,000 can be done at once. Choose fewer.")

// AssignMany asks many clients for the same thing. Job names the whole: asked again, it assigns nothing twice, and goes on
// where it was interrupted.
type AssignMany struct {
	By      es.By // its command counts for nothing: each task has its own id
	Job     uuid.UUID
	Clients []uuid.UUID
	Task    task.Assigning // but for Task, Client, People, Sender and Job; its Audience is everybody
}

// Done is what became of one of many.
type Done struct {
	ID      uuid.UUID // of the task
	Client  uuid.UUID // of AssignMany
	Refused *fault.Error
}

// AssignMany assigns a task to each client, and says of each what became of it, in the order of Clients. position is the
// newest that was written. An error is one that no client is to blame for.
func (c Commands) AssignMany(ctx context.Context, cmd AssignMany) (done []Done, position int64, err error) {
	if len(cmd.Clients) > MaxMany {
		return nil, 0, ErrMany
	}
	return each(ctx, cmd.Clients, func(ctx context.Context, client uuid.UUID) (Done, es.Result, error) {
		a := cmd.Task
		a.Task, a.Client, a.Job, a.Audience = task.InBulk(cmd.Job, client), client, cmd.Job, task.Audience{All: true}
		by := cmd.By
		by.Command = uuid.Nil
		r, err := c.Assign(ctx, Assign{By: by, Task: a})
		return Done{ID: a.Task, Client: client}, r, err
	})
}

// Many does the same to many tasks, and says of each what became of it.
func (c Commands) Many(ctx context.Context, tasks []uuid.UUID, do func(ctx context.Context, id uuid.UUID) (es.Result, error)) (done []Done, position int64, err error) {
	if len(tasks) > MaxMany {
		return nil, 0, ErrMany
	}
	return each(ctx, tasks, func(ctx context.Context, id uuid.UUID) (Done, es.Result, error) {
		r, err := do(ctx, id)
		return Done{ID: id}, r, err
	})
}

// each does something for each id, several at once. What is refused stands in its Done; any other error stops the rest.
func each(ctx context.Context, ids []uuid.UUID, do func(context.Context, uuid.UUID) (Done, es.Result, error)) (done []Done, position int64, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done = make([]Done, len(ids))
	var mutex sync.Mutex
	var group sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i, id := range ids {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			if ctx.Err() != nil {
				return
			}
			d, r, err := do(ctx, id)
			if f, ok := errors.AsType[*fault.Error](err); ok {
				d.Refused, err = f, nil
			}
			if err != nil {
				stop(err)
			}
			mutex.Lock()
			defer mutex.Unlock()
			done[i], position = d, max(position, r.Position)
		})
	}
	group.Wait()
	return done, position, context.Cause(ctx)
}
