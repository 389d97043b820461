package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"portico/adapters/postgres"
	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/transfer"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// taskHistory lets transfers ask the task that they are for.
type taskHistory struct {
	tasks taskapp.Commands
	shown func(ctx context.Context, position int64) (bool, error)
}

var _ transfer.Link = taskHistory{}

// histories are those of all targets that files are sent to.
func (h *house) histories(transfers *transfer.Service) transfer.Link {
	tasks := taskHistory{h.tasks, h.linkList.Wait}
	return transfer.ByKind{
		transfer.OfLink: linkHistory{h.links, h.linkList.Wait}, transfer.OfContact: tasks, transfer.OfStaff: tasks, transfer.OfExample: transfer.ForExamples{Service: transfers},
	}
}

// fromOwner is who puts a file on a task.
func fromOwner(o transfer.Owner) taskapp.Act {
	a := taskapp.Act{By: es.By{Firm: o.Firm, Actor: event.Actor{Kind: event.Staff, ID: o.Recipient}}, Task: o.Link}
	if o.Kind == transfer.OfContact {
		a.By.Actor.Kind, a.Contact = event.Contact, o.Recipient
	}
	return a
}

func starting(o transfer.Owner, f transfer.File, size int64) taskapp.StartFile {
	act := fromOwner(o)
	if o.Kind == transfer.OfStaff {
		act.Contact, act.By.For = f.Place.Of, f.Place.Of
	}
	return taskapp.StartFile{
		Act: act, File: f.ID, Name: f.Name, Size: size,
		Place: task.Place{Item: f.Place.Item, Message: f.Place.Message, Talk: task.Talk{With: f.Place.With, Internal: f.Place.Internal}},
	}
}

func (h taskHistory) Admit(ctx context.Context, o transfer.Owner, _ int) (time.Time, error) {
	return h.tasks.AdmitFile(ctx, fromOwner(o))
}

func (h taskHistory) Start(ctx context.Context, o transfer.Owner, f transfer.File) error {
	_, err := h.tasks.StartFile(ctx, starting(o, f, f.Size))
	return err
}

func (h taskHistory) Check(ctx context.Context, o transfer.Owner, id uuid.UUID) error {
	return h.tasks.FileComing(ctx, fromOwner(o), id)
}

func (h taskHistory) Receive(ctx context.Context, o transfer.Owner, id uuid.UUID, c transfer.Content) (int64, error) {
	r, err := h.tasks.ReceiveFile(ctx, taskapp.ReceiveFile{Act: fromOwner(o), File: id, Size: c.Size, SHA256: hex.EncodeToString(c.SHA256[:]), Media: c.Media})
	return r.Position, err
}

func (h taskHistory) Take(ctx context.Context, o transfer.Owner, f transfer.File, startedAt time.Time, c transfer.Content) (int64, error) {
	r, err := h.tasks.TakeFile(ctx, taskapp.TakeFile{
		StartFile: starting(o, f, c.Size), StartedAt: startedAt, SHA256: hex.EncodeToString(c.SHA256[:]), Media: c.Media,
	})
	return r.Position, err
}

func (h taskHistory) Shown(ctx context.Context, at int64) {
	_, _ = h.shown(ctx, at) // what is recorded is recorded; a page that is late says so itself
}

// Abandon is the sender's act only where they asked for it; everything else is the system's. A refusal of the task itself
// has its own reason.
func (h taskHistory) Abandon(ctx context.Context, o transfer.Owner, id uuid.UUID, reason transfer.Reason) error {
	cmd := taskapp.AbandonFile{By: fromOwner(o).By, Task: o.Link, File: id, Reason: task.AbandonReason(reason)}
	switch reason {
	case transfer.Cancelled:
	case transfer.LinkRevoked:
		cmd.Reason = ""
		fallthrough
	case transfer.Idle, transfer.TooOld, transfer.RefusedType, transfer.StorageFailed:
		cmd.By.Actor = event.Actor{Kind: event.System}
	}
	_, err := h.tasks.AbandonFile(ctx, cmd)
	return err
}

// bytesOfAttachments destroys the bytes of a file of a task once nobody can ask for it any more, stops one that the task
// has ended, and keeps those of an infected one apart (U8). Doing it twice is harmless.
func bytesOfAttachments(transfers *transfer.Service, log *slog.Logger) postgres.Subscription {
	return postgres.Subscription{
		Name: "bytes_of_attachments", Version: 1, Types: []string{
			task.AttachmentDiscarded{}.EventType(), task.AttachmentDestroyed{}.EventType(), task.AttachmentAbandoned{}.EventType(), task.AttachmentScanned{}.EventType(),
		},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				var err error
				switch e := r.Event.(type) {
				case task.AttachmentDiscarded:
					err = transfers.Discard(ctx, r.Firm, e.Attachment)
				case task.AttachmentDestroyed:
					err = transfers.Discard(ctx, r.Firm, e.Attachment)
				case task.AttachmentAbandoned:
					err = transfers.End(ctx, r.Firm, e.Attachment, ending(e.Reason))
				case task.AttachmentScanned:
					switch {
					case e.Held:
						log.Warn("a file on a task could not be scanned and is held; see: portico scan list", "firm", r.Firm, "task", r.Stream.ID, "file", e.Attachment, "reason", e.Reason)
					case e.Verdict == task.Infected:
						log.Warn("a virus was found in a file on a task; see: portico scan list", "firm", r.Firm, "task", r.Stream.ID, "file", e.Attachment, "finding", e.Finding)
						err = transfers.Quarantine(ctx, r.Firm, e.Attachment)
					}
				}
				if err != nil {
					return fmt.Errorf("destroy bytes after %s: %w", r.Event.EventType(), err)
				}
			}
			return nil
		},
	}
}

// ending is a task's reason as transfers know it.
func ending(r task.AbandonReason) transfer.Reason {
	switch r {
	case task.TaskClosed, task.SwitchedOff, task.AccessEnded:
		return transfer.LinkRevoked
	case task.GivenUp, task.Idle, task.TooOld, task.RefusedType, task.StorageFailed:
	}
	return transfer.Reason(r)
}

// attachments scans files of tasks with the scanner that files of links go through.
func (s scanning) attachments(events es.Store, transfers *transfer.Service) taskapp.ScanPerformer {
	scan := s.performer(events, transfers).Scan
	return taskapp.ScanPerformer{Events: events, Hold: s.hold, Scan: func(ctx context.Context, id uuid.UUID) (task.Scan, error) {
		a, err := scan(ctx, id)
		return task.Scan{Verdict: task.Verdict(a.Verdict), Finding: a.Finding, Reason: a.Reason, Engine: a.Engine}, err
	}}
}
