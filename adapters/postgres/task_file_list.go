package postgres

import (
	"slices"
	"time"

	app "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// taskFileModel owns portal.task_file. A task that was taken back has no rows.
var taskFileModel = Model{
	Name: "task_file_list", Version: 4, Kinds: []event.Kind{task.Kind},
	Tables: []Table{{
		Name: "task_file",
		Columns: taskOf("n integer NOT NULL", "id uuid NOT NULL", "transfer_id uuid NOT NULL", "by_kind text NOT NULL", "by_id uuid NOT NULL", "hand_id uuid NOT NULL",
			"item_id uuid NOT NULL", "for_id uuid NOT NULL", "message_id uuid NOT NULL", "with_id uuid NOT NULL", "internal boolean NOT NULL", "name text NOT NULL",
			"size bigint NOT NULL", "sha256 text NOT NULL", "media text NOT NULL", "same_as uuid NOT NULL", "source_task_id uuid NOT NULL", "state text NOT NULL", "scan text NOT NULL",
			"finding text NOT NULL", "returned boolean NOT NULL", "started_at timestamptz NOT NULL", "at timestamptz", "deadline timestamptz", "delivered boolean NOT NULL",
			"removed_by uuid NOT NULL", "removed_at timestamptz", "until timestamptz", "hidden uuid[] NOT NULL", "reason text NOT NULL"),
		Key:     []string{"task_id", "n"},
		Own:     taskOwn,
		Indexes: []string{"client_id, sha256", "subject_id, sha256"},
	}},
	New: func(s event.Stream, firm int32) View {
		return &taskFileView{id: s.ID, firm: firm, since: map[uuid.UUID]time.Time{}, said: map[uuid.UUID]time.Time{}}
	},
}

type taskFileView struct {
	id              uuid.UUID
	firm            int32
	client, subject uuid.UUID
	takenBack       bool
	files           []app.File
	since           map[uuid.UUID]time.Time // of contacts who see the thread from then on
	said            map[uuid.UUID]time.Time // of files that are shown to nobody but readers of their message: when that was posted
}

func (v *taskFileView) Apply(r event.Recorded) error {
	e, ok := r.Event.(task.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case task.Assigned:
		v.client, v.subject = e.Client, e.Subject
	case task.TakenBack:
		v.takenBack = true
	case task.AudienceSet:
		v.since = map[uuid.UUID]time.Time{}
	case task.ContactAdded:
		delete(v.since, e.Contact)
		if e.From == task.FromNow {
			v.since[e.Contact] = e.At
		}
	case task.ItemReturned:
		for _, id := range e.Files {
			v.file(id).Returned = true
		}
	case task.FilesSubmitted:
		for _, id := range e.Files {
			v.file(id).Returned = true
		}
	case task.Posted:
		for _, id := range e.Files {
			f := v.file(id)
			f.Returned, f.Place = true, task.Place{Message: e.Message, Talk: e.Talk}
			v.said[id] = e.At
		}
	case task.AttachmentStarted:
		v.files = append(v.files, attached(e.Attachment, e.By, app.File{Place: e.Place, Name: e.Name.String(), Size: e.Size, State: app.FileComing, StartedAt: e.At}))
	case task.AttachmentReceived:
		v.receive(e)
	case task.AttachmentAbandoned:
		f := v.file(e.Attachment)
		f.State, f.Reason = app.FileEnded, e.Reason
	case task.AttachmentRenamed:
		v.file(e.Attachment).Name = e.Name.String()
	case task.AttachmentDiscarded:
		v.file(e.Attachment).State = app.FileDiscarded
	case task.AttachmentScanned:
		v.scanned(e)
	case task.AttachmentScanAsked:
		f := v.file(e.Attachment)
		f.Scan, f.Finding = app.ScanAwaited, ""
	case task.AttachmentReleased:
		v.file(e.Attachment).State = app.FileReleased
	case task.AttachmentShared:
		v.file(e.Attachment).Place.Talk = task.Talk{}
		delete(v.said, e.Attachment)
	case task.AttachmentRemoved:
		f := v.file(e.Attachment)
		f.State, f.RemovedBy, f.RemovedAt, f.Until = app.FileRemoved, e.By.ID, e.At, e.Until
	case task.AttachmentRestored:
		f := v.file(e.Attachment)
		f.State, f.RemovedBy, f.RemovedAt, f.Until = app.FileReleased, uuid.Nil, time.Time{}, time.Time{}
	case task.AttachmentDestroyed:
		v.file(e.Attachment).State = app.FileDestroyed
	case task.Retitled, task.Described, task.DueSet, task.InternalDueSet, task.OwnerSet, task.ContactRemoved, task.PrioritySet, task.ChecklistSet, task.CadenceSet,
		task.RecurrenceSet, task.Repeated, task.Ticked, task.Unticked, task.Seen, task.DoneByClient, task.UndoneByClient, task.Confirmed, task.Reopened, task.Progressed,
		task.Closed, task.Notified, task.NoticeDelivered, task.NoticeFailed, task.ItemAdded, task.ItemChanged, task.ItemCancelled, task.ItemNotApplicable,
		task.ItemReviewBegun, task.ItemAccepted, task.ItemSentBack, task.ItemReopened,
		task.Answered, task.AnswersPrefilled, task.AnswerCorrected, task.RowAdded, task.RowRemoved, task.SectionSentBack,
		task.MessageEdited, task.MessageDeleted, task.MessagesRead, task.ReplyRefused:
	}
	return nil
}

// attached is f as that of the contact in whose place it was sent.
func attached(id uuid.UUID, by task.Who, f app.File) app.File {
	f.ID, f.Transfer, f.By = id, id, event.Actor{Kind: by.Kind, ID: by.ID}
	if by.For != uuid.Nil {
		f.By, f.Hand = event.Actor{Kind: event.Contact, ID: by.For}, by.ID
	}
	return f
}

func (v *taskFileView) receive(e task.AttachmentReceived) {
	got := attached(e.Attachment, e.By, app.File{
		Place: e.Place, Name: e.Name.String(), Size: e.Size, SHA256: e.SHA256, Media: e.Media, SameAs: e.SameAs, SourceTask: e.SourceTask, State: app.FileReceived, StartedAt: e.StartedAt, At: e.At,
		Deadline: e.Deadline, Delivered: e.Delivered,
	})
	if e.Transfer != uuid.Nil {
		got.Transfer = e.Transfer
	}
	if e.Awaited {
		got.Scan = app.ScanAwaited
	}
	if i := v.at(e.Attachment); i >= 0 {
		v.files[i] = got
	} else {
		v.files = append(v.files, got)
	}
}

func (v *taskFileView) scanned(e task.AttachmentScanned) {
	f := v.file(e.Attachment)
	f.Scan, f.Finding = app.FileScan(e.Verdict), e.Finding
	switch {
	case e.Held:
		f.Scan, f.Finding = app.ScanHeld, e.Reason
	case e.Verdict == task.Infected:
		f.State = app.FileInfected
	}
}

func (v *taskFileView) at(id uuid.UUID) int {
	return slices.IndexFunc(v.files, func(f app.File) bool { return f.ID == id })
}

// file is one to change; one that isn't there changes nothing.
func (v *taskFileView) file(id uuid.UUID) *app.File {
	if i := v.at(id); i >= 0 {
		return &v.files[i]
	}
	return &app.File{}
}

// hidden are the contacts who see the thread from a later time than that of the message that a file is in (T4).
func (v *taskFileView) hidden(f app.File) []uuid.UUID {
	who := []uuid.UUID{}
	for c, since := range v.since {
		if said, ok := v.said[f.ID]; ok && said.Before(since) {
			who = append(who, c)
		}
	}
	slices.SortFunc(who, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return who
}

func (v *taskFileView) Rows() [][]Row {
	rows := []Row{}
	for i, f := range v.files {
		if v.takenBack {
			break
		}
		rows = append(rows, Row{
			v.id, v.firm, v.client, v.subject, int32(i + 1), f.ID, f.Transfer, string(f.By.Kind), f.By.ID, f.Hand, f.Place.Item, f.Place.For, f.Place.Message,
			f.Place.Talk.With, f.Place.Talk.Internal, f.Name, f.Size, f.SHA256, f.Media, f.SameAs, f.SourceTask, string(f.State), string(f.Scan), f.Finding, f.Returned, f.StartedAt,
			nullable(f.At), nullable(f.Deadline), f.Delivered, f.RemovedBy, nullable(f.RemovedAt), nullable(f.Until), v.hidden(f), string(f.Reason),
		})
	}
	return [][]Row{rows}
}
