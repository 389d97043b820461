// Package task decides what a practice asks of its clients, and what becomes of it.
//
//  1. A task is assigned once. It has a title of 1 to 200 letters, and may have a description, a due date for the client,
//     one of the practice's own, an owner, and a checklist. What a task of some sort asks for belongs to it: items to
//     Documents, a form to FormFilling, and neither to the others.
//  2. Its audience is explicit: everybody with the right to the client's tasks, or a named set of them. One that is empty
//     is refused, and so is taking the last person away (T1). A task without client is that of one contact (S3.9).
//  3. Until its hold has ended nobody but the practice sees it, and it can be taken back: nothing was mailed or shown, and
//     nothing more becomes of it (T5).
//  4. There are two states, and neither moves the other (T2). The client's is seen, done and confirmed, for each contact
//     or one for all. The practice's is open, doing, waiting or done. With FinishTogether the practice's part is done
//     when the last of the clients is.
//  5. Who is done may take it back until the practice has confirmed it. A question is done by an answer. Doing anything a
//     second time changes nothing.
//  6. What is done, confirmed or closed can be reopened, for one contact or for all. Where the client had done their part
//     it needs a reason, which they read.
//  7. A task is closed as completed or cancelled, for one contact or for all; closing for one is not closing for others
//     (S4.i9). What is closed shows everything and takes nothing, and says why (S2.i8).
//  8. Everybody who sees a task, and the practice, may tick its checklist. An entry that stays keeps its tick.
//  9. A contact who is added sees the thread from the start or from then on, as the practice chose (T4).
//  10. A task that repeats has a due date, and the next one is assigned once. On schedule it comes when the day on which
//     this one was due has ended in its zone, or, where it is to wait, when this one is over as well, whichever is later;
//     on completion it comes when this one is over. Over is closed or confirmed for all. The next one is due a whole
//     number of steps after this one, or one step after the day of completion, and never before the day on which it
//     comes. A cancelled one is followed too; a task that is to end its series is told not to repeat, also when it is closed
//     (T10). None comes before the hold of the one before it has ended. Texts that
//     were written with blanks are filled for the next one's own time, unless somebody has changed them since.
//  11. A bulk job assigns to each client once, however often it asks: a task's id follows from the job and the client.
//  12. What time alone has caused is decided before anything else, at its own instant, however late the alarm (U6).
//  13. What became of a notice is recorded once, and only from facts (T13). It goes to who sees the task by then, once the
//     task's hold has ended, and says only what is still so: of the task, to who was not told and has it to do; that it
//     was reopened or sent back, while it waits for an answer; that all was accepted, while it is; that it is closed, to
//     who knew of it and was not done; of a message, until it was read or deleted (T5).
//
// What concerns the items of a request (Documents):
//
//  14. An item is wanted from all, and one answers for the others, or from each contact their own (S4.i5). It stands
//     where its newest round does: open, returned, in review, accepted, sent back; or it was cancelled, which ends it.
//  15. What is open or was sent back is returned with files, a note, or both, or is said not to be applicable, with the
//     reason. That is the next round; the files of earlier ones stay as they were (T6). Until then files are drafts
//     (S4.i7), and one that awaits its verdict stays one (U8). What has been returned waits for the practice, and takes
//     nothing from the client.
//  16. The practice accepts a round or sends it back with a reason, which the client reads (S4.i8). It names the round
//     that it saw: where there is a newer one, nothing happens. Either answer can be undone until the client has
//     answered again (T7), and while the task is not confirmed.
//  17. A request is done when nothing is open that is not optional, and nothing is sent back; what is sent back, or
//     wanted besides, makes it something to do again. It can't be said to be done before.
//  18. Items are added and changed while the task is open, and cancelled but for the last one. Whether one answers for
//     all stays as it is once somebody has answered. A file of the practice on an item is an example of what is meant: it
//     is for everybody who is asked for the item, and nobody's answer. A task brings examples along from what the practice
//     keeps, and the next one of a series from the one before, each as a file of its own of the same bytes (rule 34).
//
// What concerns the thread:
//
//  19. Everybody who sees a task may write in its thread, and so may the practice: to everybody on it, or between one
//     contact and the practice (S2.i5). A note of the practice for itself is never for a contact, and nobody reads what
//     was written before the time from which they see the thread.
//  20. A message is posted once, with text, files, or both (S2.12). What is closed takes none (rule 7), but for the
//     practice's notes for itself.
//  21. Who wrote a message, or in whose place it was written, may change it for five minutes, and delete it as long as the
//     task takes messages. A mark stays in its place.
//  22. Reading goes forward only. What the practice reads in a contact's place was not read by the contact.
//
// What concerns files:
//
//  23. Everybody who sees a task may put files on it, unless the practice has switched that off (S2.1, S2.2), and so may
//     the practice. What is finished or closed takes none (S2.i8), and what is on its way then ends with that reason
//     (S2.i3). A file is for everybody on the task, for one contact and the practice, or for the practice alone (T3).
//  24. A task takes 1,000 files, 100 at a time from one sender. One that has not come 72 hours after it began will not.
//  25. The practice has a file when it is complete or when its window has ended, by the policy of the moment at which it
//     came (U2), and with a scanner not before its verdict (U8). A file on an item is a draft until a round names it.
//     One for a message is its sender's draft until the message is posted, and then for whoever reads that (T3); where that
//     has not happened in seven days it is destroyed.
//  26. It keeps its name, with a number where another one in the same place has it (S1.i12), and says where the same
//     content was sent before, of what its sender sees (T15).
//  27. Its sender takes a file back while it is a draft or in its window; after that only the practice removes it (S2.9).
//     A mark stays, and for 30 days it can be restored (S2.i12); then its bytes are destroyed. A task that was taken
//     back keeps no files.
//  28. A file in which a virus was found is nobody's: it is kept apart for 30 days and destroyed.
//
// What concerns the answers to a questionnaire (FormFilling):
//
//  29. It is filled in by all contacts together, each answer kept as it is given, until it is submitted. Each answer is
//     one that the version of the questionnaire that the task asks for takes. What was taken from an earlier task holds
//     once somebody has said so. Who answers has seen it.
//
//  30. It is done when a contact submits it, and not otherwise; nothing that is shown and required may be missing.
//
//  31. The practice puts single answers right, which stays visible, and sends parts of what was submitted back with a
//     reason, which makes it something to do again.
//
//  32. The next one of a series begins with the answers of the one before, as of an earlier task.
//
//  36. A file that answers a question is a draft until what it belongs to is submitted, and nothing is submitted while one
//     is being checked or has a virus. What the practice has, or nobody may have, any of the contacts takes out of the
//     answer while it can be changed.
//
// What concerns files that the scanner keeps back:
//
//  33. The operator has a file without a verdict scanned again or lets it go on without one, and destroys one in which a
//     virus was found before its 30 days are over.
//
// What concerns files that are used again:
//
//  34. Who has sent a file uses it again on another task of the same client that takes it, once the practice has it; so
//     does the practice with what it has. It is an attachment of its own, with a window and a fate of its own, but of the
//     same bytes: it is scanned again only where no scanner has found it clean, and a virus that is found in one of them
//     was found in all.
//
// What concerns answers by mail:
//
//  35. A mail with which a contact answers is one message, or one refusal that keeps what they wrote and of which they are
//     told, however often it comes: never both, and never neither. Within an hour no more than MaxReplies of a person are
//     taken and no more are told about, so that two machines that answer each other come to an end.
package task

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Task is the state of one task. The zero value has not been assigned.
//
// Apply reuses its receiver's memory, as append does: go on with what it returns. Decisions never change their receiver.
type Task struct {
	says      Assigned // as it stands now
	assigned  bool
	takenBack bool
	without   []uuid.UUID             // who is not to see it although everybody may
	since     map[uuid.UUID]time.Time // of contacts who see the thread from then on: since when
	shared    part                    // of all: the client's part where one does it for all, and what closes it for everybody
	parts     map[uuid.UUID]part      // of each contact
	progress  Progress
	ticks     map[uuid.UUID]bool
	overAt    time.Time // when it was closed or confirmed for all; zero: it isn't
	repeated  bool
	items     []item
	files     []file
	messages  []message
	read      map[Who]uuid.UUID // up to which message
	answers   answers           // of FormFilling
	notices   []notice
	refused   []refused // answers by mail
}

// part is what has become of a task for one contact, or for all.
type part struct {
	seen      bool
	done      bool
	confirmed bool
	closed    Outcome // empty: it isn't
	reason    string
}

// Apply assigns what e says.
func (t Task) Apply(e Event) Task {
	switch e := e.(type) {
	case Assigned:
		t.says, t.assigned, t.progress = e, true, Open
		for _, i := range e.Items {
			t.items = append(t.items, item{Item: i})
		}
	case TakenBack:
		t.takenBack = true
	case Retitled:
		t = t.rewritten(func(w Written) bool { return w.Of == uuid.Nil && w.Part == TheTitle })
		t.says.Title = e.Title
	case Described:
		t = t.rewritten(func(w Written) bool { return w.Of == uuid.Nil && w.Part == TheDescription })
		t.says.Description = e.Description
	case DueSet:
		t.says.DueOn = e.DueOn
	case InternalDueSet:
		t.says.InternalDueOn = e.DueOn
	case OwnerSet:
		t.says.Owner = e.Owner
	case AudienceSet:
		t.says.Audience, t.without, t.since = e.Audience, nil, nil
	case ContactAdded:
		t = t.joins(e)
	case ContactRemoved:
		t = t.leaves(e.Contact)
	case PrioritySet:
		t.says.Priority = e.Priority
	case ChecklistSet:
		t = t.rewritten(func(w Written) bool {
			was := func(a Entry) bool { return a.ID == w.Of }
			return slices.ContainsFunc(t.says.Checklist, was) && !slices.ContainsFunc(e.Checklist, func(a Entry) bool { return was(a) && slices.Contains(t.says.Checklist, a) })
		})
		t.says.Checklist = e.Checklist
	case CadenceSet:
		t.says.Cadence = e.Cadence
	case RecurrenceSet:
		t.says.Recurrence = e.Recurrence
	case Repeated:
		t.repeated = true
	case Ticked:
		t.ticks = set(t.ticks, e.Entry, true)
	case Unticked:
		delete(t.ticks, e.Entry)
	case Seen:
		t = t.with(e.Contact, func(p *part) { p.seen = true })
	case DoneByClient:
		t = t.with(t.whose(e.Contact), func(p *part) { p.done = true })
	case UndoneByClient:
		t = t.with(t.whose(e.Contact), func(p *part) { p.done = false })
	case Confirmed:
		t = t.confirmed(e)
	case Reopened:
		t = t.reopened(e)
	case Progressed:
		t.progress = e.State
	case Closed:
		t = t.with(e.Contact, func(p *part) { p.closed, p.reason = e.Outcome, e.Reason.Text })
		if e.Contact == uuid.Nil {
			t.overAt = e.At
		}
	case ItemAdded, ItemChanged, ItemCancelled, ItemReturned, ItemNotApplicable, ItemReviewBegun, ItemAccepted, ItemSentBack, ItemReopened:
		t = t.applyItem(e.(itemEvent))
	case AttachmentStarted, AttachmentReceived, AttachmentAbandoned, AttachmentRenamed, AttachmentDiscarded, AttachmentScanned,
		AttachmentScanAsked, AttachmentReleased, AttachmentShared, AttachmentRemoved, AttachmentRestored, AttachmentDestroyed:
		t = t.applyFile(e.(fileEvent))
	case Posted, MessageEdited, MessageDeleted, MessagesRead, ReplyRefused:
		t = t.applyTalk(e.(talkEvent))
	case Answered, AnswersPrefilled, AnswerCorrected, RowAdded, RowRemoved, SectionSentBack, FilesSubmitted:
		t = t.applyAnswer(e.(answerEvent))
	case Notified, NoticeDelivered, NoticeFailed:
		t = t.applyNotice(e.(noticeEvent))
	}
	return t
}

func set[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[k] = v
	return m
}

func (t Task) joins(e ContactAdded) Task {
	t.without = slices.DeleteFunc(t.without, func(c uuid.UUID) bool { return c == e.Contact })
	if !t.says.Audience.All && !slices.Contains(t.says.Audience.Contacts, e.Contact) {
		t.says.Audience.Contacts = append(t.says.Audience.Contacts, e.Contact)
	}
	if e.From == FromNow {
		t.since = set(t.since, e.Contact, e.At)
	} else {
		delete(t.since, e.Contact)
	}
	return t
}

func (t Task) leaves(contact uuid.UUID) Task {
	if t.says.Audience.All {
		t.without = append(t.without, contact)
		return t
	}
	t.says.Audience.Contacts = slices.DeleteFunc(slices.Clone(t.says.Audience.Contacts), func(c uuid.UUID) bool { return c == contact })
	return t
}

// whose is in whose part a contact's doing is kept: their own, or that of all, which is uuid.Nil.
func (t Task) whose(contact uuid.UUID) uuid.UUID {
	if t.says.Each {
		return contact
	}
	return uuid.Nil
}

// part is that of a contact, or of all.
func (t Task) part(contact uuid.UUID) part {
	if contact == uuid.Nil {
		return t.shared
	}
	return t.parts[contact]
}

func (t Task) with(contact uuid.UUID, do func(*part)) Task {
	p := t.part(contact)
	do(&p)
	if contact == uuid.Nil {
		t.shared = p
	} else {
		t.parts = set(t.parts, contact, p)
	}
	return t
}

func (t Task) confirmed(e Confirmed) Task {
	t = t.with(e.Contact, func(p *part) { p.confirmed = true })
	if e.Contact != uuid.Nil {
		return t
	}
	t.overAt = e.At
	for c, p := range t.parts {
		p.confirmed = p.done
		t.parts[c] = p
	}
	return t
}

func (t Task) reopened(e Reopened) Task {
	again := func(p *part) { *p = part{seen: p.seen} }
	if e.Contact != uuid.Nil {
		t = t.with(e.Contact, again)
		t.shared.confirmed = false
	} else {
		t.shared = part{}
		for c := range t.parts {
			t = t.with(c, again)
		}
	}
	if t.shared.closed == "" {
		t.overAt = time.Time{}
	}
	return t
}
