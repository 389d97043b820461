package api

import (
	"context"
	"errors"
	"time"

	taskapp "portico/app/task"
	"portico/domain/account"
	"portico/domain/task"

	"github.com/google/uuid"
)

type useAttachment struct {
	ByAttachment
	Idempotent
	Body struct {
		Task     string `json:"task_id" doc:"Where it is used: of the same client"`
		Audience string `json:"audience,omitempty" enum:"all,contact,internal,message" default:"all" doc:"As for create-task-attachment"`
		Contact  string `json:"contact_id,omitempty"`
		For      string `json:"for_contact_id,omitempty" doc:"In whose place, of what they have sent themselves"`
		Item     string `json:"item_id,omitempty" doc:"Of a request; for_contact_id answers it then with attachment_ids, and without one it is an example of what is meant"`
	}
}

// reuseAttachment puts a file that the caller may see on another task that they may see.
func (s *Server) reuseAttachment(ctx context.Context, in *useAttachment) (*body[TaskAttachment], error) {
	of, file, err := in.ids()
	if err != nil {
		return nil, err
	}
	earlier, err := s.attachment(ctx, of, file)
	if err != nil {
		return nil, err
	}
	to := sendAttachment{ByID: ByID{ID: in.Body.Task}, Audience: in.Body.Audience, Contact: in.Body.Contact, For: in.Body.For, Item: in.Body.Item}
	place, err := to.transferred()
	if err != nil {
		return nil, err
	}
	c := from(ctx)
	if place.Of != uuid.Nil && !c.Role.May(account.ActForClient) {
		return nil, account.ErrRight
	}
	id, err := to.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if _, err := s.TaskDB.Task(ctx, c.Firm, id); err != nil {
		return nil, err
	}
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	who.For = place.Of
	cmd := taskapp.Reuse{
		Act: taskapp.Act{By: who, Task: id, Contact: place.Of}, File: uuid.NewSHA1(who.Command, []byte("attachment")), FromTask: of, From: file,
		Place: task.Place{Item: place.Item, Message: place.Message, Talk: task.Talk{With: place.With, Internal: place.Internal}},
	}
	res, err := s.Tasks.Reuse(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, res); err != nil {
		return nil, err
	}
	f, err := s.attachment(ctx, id, cmd.File)
	if errors.Is(err, task.ErrAttachment) { // a scanner has it before the practice does
		f, err = taskapp.File{ID: cmd.File, Name: earlier.Name, Size: earlier.Size, SHA256: earlier.SHA256, By: cmd.By.Actor, State: taskapp.FileReceived, Scan: taskapp.ScanAwaited, At: time.Now()}, nil
	}
	return &body[TaskAttachment]{Body: showAttachment(f)}, err
}
