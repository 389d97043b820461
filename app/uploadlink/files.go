package uploadlink

import (
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// StartTransfer gives one file an upload right of its own.
type StartTransfer struct {
	By     es.By
	Link   uuid.UUID
	Holder uploadlink.Holder
	File   uuid.UUID // made for it (UUIDv7)
	Name   string    // as sent
	Size   int64     // bytes, as announced
}

// StartTransfer gives one file an upload right of its own.
func (c Commands) StartTransfer(ctx context.Context, cmd StartTransfer) (es.Result, error) {
	policy, err := c.policy(ctx, cmd.By.Firm)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.StartTransfer(cmd.Holder, uploadlink.Starting{File: cmd.File, Name: cmd.Name, Size: cmd.Size}, policy.MaxFileSize, now)
	})
}

func (c Commands) policy(ctx context.Context, firm int32) (uploadlink.Policy, error) {
	p, err := c.Policies.LinkPolicy(ctx, firm)
	if err != nil {
		return p, fmt.Errorf("read the policy of firm %d: %w", firm, err)
	}
	p.Scan = c.Scans
	return p, nil
}

// Receive says that a file's last byte is on disk.
type Receive struct {
	By     es.By
	Link   uuid.UUID
	File   uuid.UUID
	Size   int64  // bytes
	SHA256 string // 64 lower-case hex digits
	Media  string // found by content
}

// Receive takes a complete file into a batch; the second time changes nothing.
func (c Commands) Receive(ctx context.Context, cmd Receive) (es.Result, error) {
	policy, err := c.policy(ctx, cmd.By.Firm)
	if err != nil {
		return es.Result{}, err
	}
	batch, err := uuid.NewV7() // for the batch that the file may open
	if err != nil {
		return es.Result{}, err
	}
	receipt := uploadlink.Receipt{File: cmd.File, Batch: batch, Size: cmd.Size, SHA256: cmd.SHA256, Media: cmd.Media}
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Receive(receipt, policy, now)
	})
}

// Take says that a whole file is on disk that its link has not heard of yet.
type Take struct {
	StartTransfer
	StartedAt time.Time // what Admit said; zero: the file has come in no time
	SHA256    string    // 64 lower-case hex digits
	Media     string    // found by content
}

// Take takes a whole file into a batch; the second time changes nothing.
func (c Commands) Take(ctx context.Context, cmd Take) (es.Result, error) {
	policy, err := c.policy(ctx, cmd.By.Firm)
	if err != nil {
		return es.Result{}, err
	}
	batch, err := uuid.NewV7() // for the batch that the file may open
	if err != nil {
		return es.Result{}, err
	}
	starting := uploadlink.Starting{File: cmd.File, Name: cmd.Name, Size: cmd.Size, StartedAt: cmd.StartedAt}
	receipt := uploadlink.Receipt{File: cmd.File, Batch: batch, Size: cmd.Size, SHA256: cmd.SHA256, Media: cmd.Media}
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Take(cmd.Holder, starting, receipt, policy, now)
	})
}

// Abandon says that a transfer will never finish.
type Abandon struct {
	By     es.By
	Link   uuid.UUID
	File   uuid.UUID
	Reason uploadlink.AbandonReason
}

// Abandon ends a transfer; one that has ended already stays as it is.
func (c Commands) Abandon(ctx context.Context, cmd Abandon) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Abandon(cmd.File, cmd.Reason, now)
	})
}

// Rename changes the shown name of a file in its window.
type Rename struct {
	By     es.By
	Link   uuid.UUID
	Holder uploadlink.Holder
	File   uuid.UUID
	Name   string // with or without the file's extension
}

// Rename changes the shown name of a file in its window.
func (c Commands) Rename(ctx context.Context, cmd Rename) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Rename(cmd.Holder, cmd.File, cmd.Name, now)
	})
}

// Delete removes a file in its window.
type Delete struct {
	By     es.By
	Link   uuid.UUID
	Holder uploadlink.Holder
	File   uuid.UUID
}

// Delete removes a file in its window; the second time changes nothing.
func (c Commands) Delete(ctx context.Context, cmd Delete) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.Delete(cmd.Holder, cmd.File, now)
	})
}

// SendNow ends the windows of all open batches of the holder.
type SendNow struct {
	By     es.By
	Link   uuid.UUID
	Holder uploadlink.Holder
}

// SendNow ends the windows of all open batches of the holder.
func (c Commands) SendNow(ctx context.Context, cmd SendNow) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.SendNow(cmd.Holder, now)
	})
}

// AskWithdrawal asks for a file back that the practice has.
type AskWithdrawal struct {
	By     es.By
	Link   uuid.UUID
	Holder uploadlink.Holder
	File   uuid.UUID
	Reason string // may be empty
}

// AskWithdrawal asks for a file back; asking again before the answer changes nothing.
func (c Commands) AskWithdrawal(ctx context.Context, cmd AskWithdrawal) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.AskWithdrawal(cmd.Holder, cmd.File, cmd.Reason, now)
	})
}

// AcceptWithdrawal gives a file up.
type AcceptWithdrawal struct {
	By   es.By
	Link uuid.UUID
	File uuid.UUID
}

// AcceptWithdrawal gives a file up, and its bytes are destroyed; the second time changes nothing.
func (c Commands) AcceptWithdrawal(ctx context.Context, cmd AcceptWithdrawal) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.AcceptWithdrawal(cmd.File, now)
	})
}

// RefuseWithdrawal keeps a file that was asked back.
type RefuseWithdrawal struct {
	By     es.By
	Link   uuid.UUID
	File   uuid.UUID
	Reason string // for the person who asked
}

// RefuseWithdrawal keeps a file that was asked back.
func (c Commands) RefuseWithdrawal(ctx context.Context, cmd RefuseWithdrawal) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Link, func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		return l.RefuseWithdrawal(cmd.File, cmd.Reason, now)
	})
}

// Access tells whether the holder may add files now: nil, or the fault of the domain's Access, uploadlink.ErrNotFound
// for a link that does not exist or is another firm's. It reads the history, so it is as fresh as a command.
func (c Commands) Access(ctx context.Context, firm int32, link uuid.UUID, h uploadlink.Holder) error {
	return es.Look(ctx, c.Events, firm, uploadlink.Stream(link), func(l uploadlink.Link, _ int, now time.Time) error { return l.Access(h, now) })
}

// Admit is Access for a file that will come whole, and tells when it was let in, by the database's clock: Take wants that.
func (c Commands) Admit(ctx context.Context, firm int32, link uuid.UUID, h uploadlink.Holder) (at time.Time, err error) {
	err = es.Look(ctx, c.Events, firm, uploadlink.Stream(link), func(l uploadlink.Link, _ int, now time.Time) error {
		at = now
		return l.Access(h, now)
	})
	return at, err
}

// TransferRight tells whether a file may still take bytes now: nil, or the fault of the domain's Transfer (L3, L4).
func (c Commands) TransferRight(ctx context.Context, firm int32, link, file uuid.UUID) error {
	return es.Look(ctx, c.Events, firm, uploadlink.Stream(link), func(l uploadlink.Link, _ int, now time.Time) error { return l.Transfer(file, now) })
}
