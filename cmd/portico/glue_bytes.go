package main

import (
	"context"
	"fmt"

	"portico/adapters/postgres"
	taskapp "portico/app/task"
	"portico/app/transfer"
	"portico/domain/task"

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

// named tells whether a use of some bytes is still one. Only what a task uses again is ever unconfirmed.
func (h taskHistory) named(ctx context.Context, u transfer.Use) (bool, error) {
	return h.tasks.Names(ctx, u.Firm, u.Target, u.ID)
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
