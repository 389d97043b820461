package main

import (
	"context"
	"encoding/hex"
	"fmt"

	"portico/adapters/postgres"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/app/transfer"
	"portico/domain/task"
	"portico/domain/tasktemplate"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// taskBytes lets tasks hold the bytes of files that are used again.
type taskBytes struct{ transfers *transfer.Service }

var _ taskapp.Bytes = taskBytes{}

func (b taskBytes) Hold(ctx context.Context, firm int32, id, file, task uuid.UUID) error {
	return b.transfers.Hold(ctx, transfer.Use{Firm: firm, Transfer: id, ID: file, Target: task})
}

func (b taskBytes) Confirm(ctx context.Context, firm int32, file uuid.UUID) error {
	return b.transfers.Confirm(ctx, firm, file)
}

// Keep is taskapp.Bytes.
func (b taskBytes) Keep(ctx context.Context, firm int32, e taskapp.Example, target uuid.UUID) error {
	return b.transfers.Hold(ctx, transfer.Use{Firm: firm, Transfer: e.Transfer, ID: e.ID, Target: target, Name: e.Name})
}

// Examples is taskapp.Bytes.
func (b taskBytes) Examples(ctx context.Context, firm int32, ids []uuid.UUID) (map[uuid.UUID]taskapp.Example, error) {
	all, err := b.transfers.Examples(ctx, firm, ids)
	out := make(map[uuid.UUID]taskapp.Example, len(all))
	for _, e := range all {
		out[e.ID] = taskapp.Example{
			ID: e.ID, Transfer: e.Transfer, Target: e.Target, Name: e.Name, Size: e.Size, SHA256: hex.EncodeToString(e.SHA256), Media: e.Media, Infected: e.Apart,
		}
	}
	return out, err
}

// needed tells whether a use of some bytes is still one: by the history of the template where it has a name, otherwise by
// that of the task. Nothing else is ever unconfirmed.
func needed(tasks taskapp.Commands, templates taskjob.Commands) func(ctx context.Context, u transfer.Use) (bool, error) {
	return func(ctx context.Context, u transfer.Use) (bool, error) {
		if u.Name != "" {
			return templates.Names(ctx, u.Firm, u.Target, u.ID)
		}
		return tasks.Names(ctx, u.Firm, u.Target, u.ID)
	}
}

// bytesOfExamples gives up what a template shows no more. Hearing it twice is harmless.
func bytesOfExamples(transfers *transfer.Service) postgres.Subscription {
	return postgres.Subscription{
		Name: "bytes_of_examples", Version: 1, Types: []string{tasktemplate.Saved{}.EventType(), tasktemplate.Removed{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				if err := transfers.GiveUp(ctx, r.Firm, r.Stream.ID); err != nil {
					return fmt.Errorf("give up the examples of %s: %w", r.Stream, err)
				}
			}
			return nil
		},
	}
}

// bytesUsedAgain says to every file of the same bytes that a virus was found in one of them, also to one that was made of
// them at that moment (U8). Doing it twice is harmless.
func bytesUsedAgain(transfers *transfer.Service, tasks taskapp.Commands) postgres.Subscription {
	return postgres.Subscription{
		Name: "bytes_used_again", Version: 1, Types: []string{task.AttachmentReceived{}.EventType(), task.AttachmentScanned{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				var err error
				switch e := r.Event.(type) {
				case task.AttachmentReceived:
					if e.Transfer != uuid.Nil {
						err = condemnAgain(ctx, transfers, tasks, transfer.Use{Firm: r.Firm, ID: e.Attachment, Target: r.Stream.ID})
					}
				case task.AttachmentScanned:
					if e.Verdict == task.Infected {
						err = condemnOthers(ctx, transfers, tasks, r.Firm, e)
					}
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// condemnAgain is for a file that was made of bytes which were put apart meanwhile.
func condemnAgain(ctx context.Context, transfers *transfer.Service, tasks taskapp.Commands, u transfer.Use) error {
	apart, err := transfers.Apart(ctx, u.Firm, u.ID)
	if err != nil || !apart {
		return err
	}
	return tasks.Condemn(ctx, u.Firm, u.Target, task.Scan{Attachment: u.ID, Finding: "found in the same bytes"})
}

func condemnOthers(ctx context.Context, transfers *transfer.Service, tasks taskapp.Commands, firm int32, e task.AttachmentScanned) error {
	if err := transfers.Quarantine(ctx, firm, e.Attachment); err != nil { // from here on nobody holds them
		return err
	}
	others, err := transfers.Others(ctx, firm, e.Attachment)
	if err != nil {
		return err
	}
	for _, u := range others {
		if err := tasks.Condemn(ctx, firm, u.Target, task.Scan{Attachment: u.ID, Finding: e.Finding, Engine: e.Engine}); err != nil {
			return fmt.Errorf("a virus in %s: %w", e.Attachment, err)
		}
	}
	return nil
}
