package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/task"

	"github.com/google/uuid"
)

// Policies know a practice's rule for files that come in on tasks.
type Policies interface {
	// TaskPolicy is the rule as it stands; a practice that has said nothing has the domain's default.
	TaskPolicy(ctx context.Context, firm int32) (task.FilePolicy, error)
}

// filePolicy is the practice's, and whether files wait for a scanner.
func (c Commands) filePolicy(ctx context.Context, firm int32) (task.FilePolicy, error) {
	p, err := c.Policies.TaskPolicy(ctx, firm)
	if err != nil {
		return p, fmt.Errorf("read the policy of firm %d: %w", firm, err)
	}
	p.Scan = c.Scans
	return p, nil
}

// fileAct runs one decision about a file: of a contact, or where contact is zero of the practice.
func (c Commands) fileAct(ctx context.Context, a Act, decide func(t task.Task, p task.FilePolicy, by task.Who, now time.Time) ([]task.Event, error)) (es.Result, error) {
	p, err := c.filePolicy(ctx, a.By.Firm)
	if err != nil {
		return es.Result{}, err
	}
	if a.Contact != uuid.Nil {
		if _, err := c.mine(ctx, a); err != nil {
			return es.Result{}, err
		}
	}
	return c.on(ctx, a.By, a.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return decide(t, p, who(a.By, a.Contact), now)
	})
}

// StartFile gives one file the right to come. Contact is zero where the practice sends it.
type StartFile struct {
	Act
	File  uuid.UUID // made for it (UUIDv7)
	Place task.Place
	Name  string // as it was sent
	Size  int64  // bytes, as announced
}

// sending is the file with the question that it answers.
func (c Commands) sending(ctx context.Context, cmd StartFile) (s task.Sending, err error) {
	s = task.Sending{Attachment: cmd.File, Contact: cmd.Contact, Place: cmd.Place, Name: cmd.Name, Size: cmd.Size}
	if cmd.Place.Item == uuid.Nil {
		return s, nil
	}
	q, err := c.asks(ctx, cmd.By.Firm, cmd.Task)
	if errors.Is(err, task.ErrNoForm) { // it is an item of a request
		return s, nil
	}
	_, s.Asked, _ = q.Field(cmd.Place.Item)
	return s, err
}

// StartFile gives one file the right to come.
func (c Commands) StartFile(ctx context.Context, cmd StartFile) (es.Result, error) {
	s, err := c.sending(ctx, cmd)
	if err != nil {
		return es.Result{}, err
	}
	return c.fileAct(ctx, cmd.Act, func(t task.Task, p task.FilePolicy, by task.Who, now time.Time) ([]task.Event, error) {
		return t.StartFile(s, p, by, now)
	})
}

// ReceiveFile says that a file's last byte is on disk.
type ReceiveFile struct {
	Act
	File   uuid.UUID
	Size   int64  // bytes
	SHA256 string // 64 lower-case hex digits
	Media  string // found by content
}

func (cmd ReceiveFile) receipt() task.Receipt {
	return task.Receipt{Attachment: cmd.File, Size: cmd.Size, SHA256: cmd.SHA256, Media: cmd.Media}
}

// ReceiveFile puts a complete file on its task; the second time changes nothing. Who has lost the task meanwhile is
// refused with task.ErrFilesAccess.
func (c Commands) ReceiveFile(ctx context.Context, cmd ReceiveFile) (es.Result, error) {
	r, err := c.fileAct(ctx, cmd.Act, func(t task.Task, p task.FilePolicy, _ task.Who, now time.Time) ([]task.Event, error) {
		return t.ReceiveFile(cmd.receipt(), p, now)
	})
	return r, lost(err)
}

// lost is that of a file which is on its way: not to see the task ends it.
func lost(err error) error {
	if errors.Is(err, task.ErrNotFound) {
		return task.ErrFilesAccess
	}
	return err
}

// TakeFile is StartFile and ReceiveFile at once, for a file that has come whole since StartedAt.
type TakeFile struct {
	StartFile
	StartedAt time.Time // what AdmitFile said
	SHA256    string
	Media     string
}

// TakeFile puts a whole file on its task; the second time changes nothing.
func (c Commands) TakeFile(ctx context.Context, cmd TakeFile) (es.Result, error) {
	s, err := c.sending(ctx, cmd.StartFile)
	if err != nil {
		return es.Result{}, err
	}
	s.StartedAt = cmd.StartedAt
	r := task.Receipt{Attachment: cmd.File, Size: cmd.Size, SHA256: cmd.SHA256, Media: cmd.Media}
	return c.fileAct(ctx, cmd.Act, func(t task.Task, p task.FilePolicy, by task.Who, now time.Time) ([]task.Event, error) {
		return t.TakeFile(s, r, p, by, now)
	})
}

// AbandonFile says that a file will never come. Without a reason it is the one for which its sender is refused now.
type AbandonFile struct {
	By     es.By
	Task   uuid.UUID
	File   uuid.UUID
	Reason task.AbandonReason
}

// AbandonFile ends a transfer; one that has ended already stays as it is.
func (c Commands) AbandonFile(ctx context.Context, cmd AbandonFile) (es.Result, error) {
	p, err := c.filePolicy(ctx, cmd.By.Firm)
	if err != nil {
		return es.Result{}, err
	}
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		reason := cmd.Reason
		if reason == "" {
			reason = t.Ending(cmd.File, p)
		}
		return t.AbandonFile(cmd.File, reason, now)
	})
}

// AdmitFile tells whether a file may come now, and that it begins now, by the database's clock: TakeFile wants that. It
// refuses like StartFile, as far as the task alone decides.
func (c Commands) AdmitFile(ctx context.Context, a Act) (at time.Time, err error) {
	p, err := c.filePolicy(ctx, a.By.Firm)
	if err != nil {
		return at, err
	}
	if a.Contact != uuid.Nil {
		if _, err := c.mine(ctx, a); err != nil {
			return at, err
		}
	}
	err = es.Look(ctx, c.Events, a.By.Firm, task.Stream(a.Task), func(t task.Task, _ int, now time.Time) error {
		at = now
		if a.Contact != uuid.Nil {
			if err := t.Shown(a.Contact, now); err != nil {
				return err
			}
		}
		return t.TakesFiles(a.Contact, p)
	})
	return at, err
}

// FileComing tells whether more bytes of a file may come now: nil, or the fault of the domain's Coming.
func (c Commands) FileComing(ctx context.Context, a Act, file uuid.UUID) error {
	p, err := c.filePolicy(ctx, a.By.Firm)
	if err != nil {
		return err
	}
	if a.Contact != uuid.Nil {
		if _, err := c.mine(ctx, a); err != nil {
			return lost(err)
		}
	}
	return es.Look(ctx, c.Events, a.By.Firm, task.Stream(a.Task), func(t task.Task, _ int, now time.Time) error {
		return t.Coming(file, p, now)
	})
}

// OfFile names a file for a command that needs nothing more. Contact is zero where the practice acts.
type OfFile struct {
	Act
	File uuid.UUID
}

// DiscardFile takes back what its sender may still take back.
func (c Commands) DiscardFile(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.fileAct(ctx, cmd.Act, func(t task.Task, _ task.FilePolicy, by task.Who, now time.Time) ([]task.Event, error) {
		return t.DiscardFile(cmd.File, cmd.Contact, by, now)
	})
}

// RemoveFile takes a file away from everybody (S2.i2).
func (c Commands) RemoveFile(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.RemoveFile(cmd.File, who(cmd.By, uuid.Nil), now)
	})
}

// RestoreFile takes that back (S2.i12).
func (c Commands) RestoreFile(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.RestoreFile(cmd.File, who(cmd.By, uuid.Nil), now)
	})
}

// ShareFile shows a file to everybody on the task (T3).
func (c Commands) ShareFile(ctx context.Context, cmd OfFile) (es.Result, error) {
	return c.on(ctx, cmd.By, cmd.Task, func(t task.Task, now time.Time) ([]task.Event, error) {
		return t.ShareFile(cmd.File, who(cmd.By, uuid.Nil), now)
	})
}

// Files reads the read model of files. Every method is scoped to one firm.
type Files interface {
	// Files are those of a task, the newest last, of all sorts; who may see which is for File.SeenBy and File.Arrived.
	Files(ctx context.Context, firm int32, task uuid.UUID) ([]File, error)
	// Enclosed are those that were sent with messages, by message, the newest last; who sent them is not named.
	Enclosed(ctx context.Context, firm int32, tasks, messages []uuid.UUID) (map[uuid.UUID][]File, error)
	// Same are files of the same content on other tasks of the same client or contact, by digest: the earliest of each
	// that the practice has (T15).
	Same(ctx context.Context, firm int32, task uuid.UUID, digests []string) (map[string]Elsewhere, error)
	// SameSent is Same for a contact: of what they have sent themselves, on other tasks that they see.
	SameSent(ctx context.Context, firm int32, contact, task uuid.UUID, digests []string) (map[string]Elsewhere, error)
	// Earlier are files that a contact can use again on a task: what they have sent for the same client, on this task or on
	// others that they see, and the practice has. The newest comes first; of those that are alike in name and content there is
	// one.
	Earlier(ctx context.Context, firm int32, contact, task uuid.UUID, q EarlierQuery) ([]Earlier, error)
}
