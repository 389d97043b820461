package uploadlink

import (
	"encoding/hex"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// How many transfers a link takes (rule 16).
const (
	MaxTransfers = 10_000 // ever
	MaxRunning   = 200    // at a time, of one recipient
)

// What can be wrong with a transfer.
var (
	ErrTooManyTransfers = fault.New(fault.TooMany, "uploadlink.too_many_transfers",
		"This link has taken 10,000 files and takes no more. Ask the practice for a new link.")
	ErrTooManyRunning = fault.New(fault.TooMany, "uploadlink.too_many_running",
		"200 uploads are on their way already. Wait until some have finished, then add more.")
	ErrContent = fault.New(fault.Invalid, "uploadlink.content",
		"What arrived is not what was announced: the size or the SHA-256 (64 hex digits) is wrong. Send the file again.")
)

// Starting is one file that a person wants to send.
type Starting struct {
	File uuid.UUID // made for it
	Name string    // as sent
	Size int64     // bytes, as announced

	// StartedAt is when the link admitted a file that has come whole since; zero: it starts now.
	StartedAt time.Time
}

// StartTransfer gives one file an upload right of its own (rules 5, 6, 12, 16). maxSize is the practice's limit in
// bytes, 0 for none of its own. It refuses like Access, and with ErrEmpty, ErrTooLarge, ErrType, ErrNoName,
// ErrNameTooLong, ErrTooManyTransfers, ErrTooManyRunning. Starting the same file again changes nothing.
func (l Link) StartTransfer(h Holder, s Starting, maxSize int64, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	startedAt, err := l.begins(h, s.StartedAt, now)
	if err != nil {
		return nil, err
	}
	if f := l.file(s.File); f != nil {
		if f.recipient != h.Recipient {
			return nil, ErrNotFound
		}
		return nil, nil
	}
	if err := checkSize(s.Size, maxSize); err != nil {
		return nil, err
	}
	name, err := asSent(s.Name)
	if err != nil {
		return nil, err
	}
	if err := l.room(h.Recipient); err != nil {
		return nil, err
	}
	return append(due, TransferStarted{
		File: s.File, Recipient: h.Recipient, Name: event.Of(l.subject, name), Size: s.Size, At: startedAt,
	}), nil
}

func (l Link) room(recipient uuid.UUID) error {
	if len(l.files) >= MaxTransfers {
		return ErrTooManyTransfers
	}
	running := 0
	for _, f := range l.files {
		if f.state == receiving && f.recipient == recipient {
			running++
		}
	}
	if running >= MaxRunning {
		return ErrTooManyRunning
	}
	return nil
}

// Receipt is what is known of a file whose last byte is on disk.
type Receipt struct {
	File   uuid.UUID
	Batch  uuid.UUID // made for the batch that this file may open
	Size   int64     // bytes
	SHA256 string    // 64 lower-case hex digits
	Media  string    // found by content
}

// Receive takes a complete file into a batch (rules 5, 7, 8, 9, 12, 17). Receiving the same file again changes nothing,
// whatever has become of it. It refuses like Transfer, and with ErrContent.
func (l Link) Receive(r Receipt, p Policy, now time.Time) ([]Event, error) {
	p.Window = max(p.Window, 0).Truncate(time.Millisecond)
	l, events := l.ahead(now)
	f := l.file(r.File)
	if f != nil && f.batch != uuid.Nil {
		return nil, nil
	}
	if err := l.Transfer(r.File, now); err != nil {
		return nil, err
	}
	if r.Size != f.size || !isDigest(r.SHA256) {
		return nil, ErrContent
	}
	b, ok := l.joins(f.recipient, p, now)
	if !ok {
		b = batch{id: r.Batch, recipient: f.recipient}
		events = append(events, BatchOpened{Batch: b.id, Recipient: f.recipient, At: now})
	}
	deadline := now.Add(p.Window)
	if deadline.Before(b.deadline) { // the clock went back; nobody loses minutes by that
		deadline = b.deadline
	}
	events = append(events, FileReceived{
		File: f.id, Batch: b.id, Recipient: f.recipient,
		Name: event.Of(l.subject, l.freeName(f.recipient, f.id, shown(f.name))), SentAs: event.Of(l.subject, f.name),
		Size: r.Size, SHA256: r.SHA256, Media: r.Media, StartedAt: f.startedAt, ReceivedAt: now,
		WindowMS: p.Window.Milliseconds(), Deadline: deadline,
		Delivered: p.AtOnce, Late: l.ended(now), SameAs: l.sameContent(f.recipient, r.SHA256),
	})
	if p.Scan {
		events = append(events, ScanAwaited{File: f.id, At: now})
	}
	switch {
	case p.Window == 0 && p.Scan:
		events = append(events, BatchSealed{Batch: b.id, Cause: NoWindow, At: now})
	case p.Window == 0:
		events = append(events, BatchReleased{Batch: b.id, Files: []uuid.UUID{f.id}, Cause: NoWindow, At: now})
	}
	return events, nil
}

// Take is StartTransfer and Receive in one, for a file that came whole since s.StartedAt. It refuses like both, and taking
// the same file again changes nothing.
func (l Link) Take(h Holder, s Starting, r Receipt, p Policy, now time.Time) ([]Event, error) {
	events, err := l.StartTransfer(h, s, p.MaxFileSize, now)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		l = event.Fold(l.fork(), events...)
	}
	more, err := l.Receive(r, p, now)
	if err != nil {
		return nil, err
	}
	return append(events, more...), nil
}

func isDigest(text string) bool {
	digest, err := hex.DecodeString(text)
	return err == nil && len(digest) == 32 && text == hex.EncodeToString(digest)
}

// sameContent is the recipient's earliest file with this digest that was not deleted (T15), or zero.
func (l Link) sameContent(recipient uuid.UUID, sha256 string) uuid.UUID {
	for _, f := range l.files {
		if f.recipient == recipient && f.sha256 == sha256 && (f.state == received || f.state == released) {
			return f.id
		}
	}
	return uuid.Nil
}

// Abandon ends a transfer that will never finish. One that has ended already, in whatever way, stays as it is.
// It returns ErrNotFound for a file that was never started.
func (l Link) Abandon(file uuid.UUID, reason AbandonReason, now time.Time) ([]Event, error) {
	l, due := l.ahead(now)
	f := l.file(file)
	if f == nil {
		return nil, ErrNotFound
	}
	if f.state != receiving {
		return due, nil
	}
	return append(due, TransferAbandoned{File: file, Reason: reason, At: now}), nil
}
