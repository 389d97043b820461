package task

import (
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// ErrFileHere refuses to put a file where it is already.
var ErrFileHere = fault.New(fault.Conflict, "task.file_here",
	"This file is here already.")

// Source is a file of some task that is used again: the same bytes, in another attachment.
type Source struct {
	Task, Attachment uuid.UUID // Task is for the caller to say
	Client, Subject  uuid.UUID // of its task
	Transfer         uuid.UUID // where the bytes are
	Name             string
	Size             int64
	SHA256           string
	Media            string
	Clean            bool // a scanner has found nothing
}

// Reusable is a file that a contact has sent, or where contact is zero one that the practice has (rule 34). It refuses with
// ErrNotFound, ErrAttachment, ErrFileWaits, ErrFileGone.
func (t Task) Reusable(id, contact uuid.UUID, now time.Time) (Source, error) {
	t, _ = t.ahead(now)
	f := t.attachment(id)
	err := t.there()
	if contact != uuid.Nil {
		err = t.Shown(contact, now)
	}
	switch {
	case err != nil:
		return Source{}, err
	case f == nil, t.draft(f), contact != uuid.Nil && f.sender() != contact:
		return Source{}, ErrAttachment
	case f.state == removed, f.state == destroyed:
		return Source{}, ErrFileGone
	case f.state == receiving, f.state == received && !f.arrived():
		return Source{}, ErrFileWaits
	case !f.kept():
		return Source{}, ErrAttachment
	}
	return Source{
		Attachment: id, Client: t.says.Client, Subject: t.says.Subject, Transfer: f.transfer, Name: f.name.String(), Size: f.size,
		SHA256: f.sha256, Media: f.media, Clean: f.clean,
	}, nil
}

// Reuse puts a file on the task that was sent on another one, or elsewhere on this one (rule 34); what s says besides is as
// for StartFile, but for its name and size, which are the source's. Doing it again changes nothing. It refuses like
// StartFile, and with ErrAttachment for a file of other people, and ErrFileHere.
func (t Task) Reuse(s Sending, from Source, p FilePolicy, by Who, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	if f := t.attachment(s.Attachment); f != nil {
		if f.by.author() != by.author() {
			return nil, ErrAttachment
		}
		return due, nil
	}
	place, err := t.placed(s, now)
	if err != nil {
		return nil, err
	}
	if from.Subject != t.says.Subject || from.Client != t.says.Client {
		return nil, ErrAttachment
	}
	s.Name = from.Name
	name, err := t.admit(s, place, p, by)
	if err != nil {
		return nil, err
	}
	f := &file{id: s.Attachment, by: by, place: place, name: of(t.says.Subject, name)}
	if t.lies(f, from.Transfer) {
		return nil, ErrFileHere
	}
	window := max(p.Window, 0).Truncate(time.Millisecond)
	e := AttachmentReceived{
		Attachment: f.id, By: by, Place: place, Name: of(t.says.Subject, t.freeName(f)), SentAs: f.name, Size: from.Size, SHA256: from.SHA256, Media: from.Media,
		Transfer: from.Transfer, Source: from.Attachment, SourceTask: from.Task, SameAs: t.sameContent(f, from.SHA256),
		StartedAt: now, Deadline: now.Add(window), Delivered: p.AtOnce, Awaited: p.Scan && !from.Clean, At: now,
	}
	due = t.answerWith(append(due, e), f, true, by, now)
	if window == 0 && !e.Delivered && !e.Awaited {
		due = append(due, AttachmentReleased{Attachment: f.id, At: now})
	}
	return due, nil
}

// lies tells that the same bytes are where f is to go: on an item as a draft of the same round.
func (t Task) lies(f *file, transfer uuid.UUID) bool {
	for i := range t.files {
		o := &t.files[i]
		if o.transfer == transfer && o.kept() && o.place == f.place && (o.place.Item == uuid.Nil || !o.returned) {
			return true
		}
	}
	return false
}

// Names tells that a file still needs its bytes.
func (t Task) Names(id uuid.UUID) bool {
	f := t.attachment(id)
	return f != nil && f.state != abandoned && f.state != discarded && f.state != destroyed
}

// Condemn records a virus that was found in the same bytes elsewhere, also of a file that awaits no verdict (rules 28, 34).
// One whose bytes are gone stays as it is. It refuses with ErrAttachment.
func (t Task) Condemn(s Scan, now time.Time) ([]Event, error) {
	t, due := t.ahead(now)
	f := t.attachment(s.Attachment)
	switch {
	case f == nil:
		return nil, ErrAttachment
	case !f.kept() && f.state != removed:
		return due, nil
	}
	return append(due, AttachmentScanned{Attachment: f.id, Verdict: Infected, Finding: s.Finding, Engine: s.Engine, At: now}), nil
}
