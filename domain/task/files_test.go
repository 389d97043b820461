package task_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	shot, twin = id(41), id(42) // attachments
	digest     = strings.Repeat("ab", 32)
	atOnce     = task.FilePolicy{AtOnce: true}
	day        = 24 * time.Hour
)

func sending(who uuid.UUID, change ...func(*task.Sending)) task.Sending {
	s := task.Sending{Attachment: shot, Contact: who, Name: "scan.pdf", Size: 9}
	for _, f := range change {
		f(&s)
	}
	return s
}

func start(who uuid.UUID, p task.FilePolicy, change ...func(*task.Sending)) decision {
	return func(t state) ([]ev, error) { return t.StartFile(sending(who, change...), p, writer(who), noon) }
}

func there(p task.Place) func(*task.Sending) { return func(s *task.Sending) { s.Place = p } }
func called(n string) func(*task.Sending)    { return func(s *task.Sending) { s.Name = n } }

// started is what start records.
func started(who uuid.UUID, change ...func(*task.AttachmentStarted)) task.AttachmentStarted {
	e := task.AttachmentStarted{Attachment: shot, By: writer(who), Name: text("scan.pdf"), Size: 9, At: noon}
	for _, f := range change {
		f(&e)
	}
	return e
}

func startedAt(p task.Place) func(*task.AttachmentStarted) {
	return func(e *task.AttachmentStarted) { e.Place = p }
}

func receive(file uuid.UUID, p task.FilePolicy, now time.Time) decision {
	return func(t state) ([]ev, error) {
		return t.ReceiveFile(task.Receipt{Attachment: file, Size: 9, SHA256: digest, Media: "application/pdf"}, p, now)
	}
}

// received is what receive records.
func received(who uuid.UUID, change ...func(*task.AttachmentReceived)) task.AttachmentReceived {
	e := task.AttachmentReceived{
		Attachment: shot, By: writer(who), Name: text("scan.pdf"), SentAs: text("scan.pdf"), Size: 9, SHA256: digest, Media: "application/pdf",
		StartedAt: noon, Deadline: noon, Delivered: true, At: noon,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func awaited(e *task.AttachmentReceived) { e.Awaited = true }
func asTwin(e *task.AttachmentReceived)  { e.Attachment = twin }
func receivedAt(p task.Place) func(*task.AttachmentReceived) {
	return func(e *task.AttachmentReceived) { e.Place = p }
}

func discard(who uuid.UUID, now time.Time) decision {
	return func(t state) ([]ev, error) { return t.DiscardFile(shot, who, writer(who), now) }
}

func removeFile(now time.Time) decision {
	return func(t state) ([]ev, error) { return t.RemoveFile(shot, byMary, now) }
}

func elapse(now time.Time) decision { return func(s state) ([]ev, error) { return s.Elapse(now), nil } }

func restore(now time.Time) decision {
	return func(t state) ([]ev, error) { return t.RestoreFile(shot, byMary, now) }
}

var removedFile = task.AttachmentRemoved{Attachment: shot, By: byMary, Until: after(30 * day), At: noon}

// Rules 23 and 24: who may send what.
func TestStartFile(t *testing.T) {
	t.Run("everybody who sees the task, and the practice (S2.1)", func(t *testing.T) {
		given(t, assigned()).When(start(ida, atOnce)).Then(started(ida)).When(start(ida, atOnce)).ThenNothing()
		given(t, assigned()).When(start(uuid.Nil, atOnce)).Then(started(uuid.Nil))
		given(t, assigned(toIda)).When(start(bo, atOnce)).ThenError(task.ErrNotFound)
		given(t, assigned(held)).When(start(ida, atOnce)).ThenError(task.ErrNotFound)
		given(t).When(start(uuid.Nil, atOnce)).ThenError(task.ErrNotFound)
		given(t, assigned(), started(ida)).When(start(bo, atOnce)).ThenError(task.ErrAttachment)
	})
	t.Run("not clients, where the practice has switched it off (S2.2, S2.14)", func(t *testing.T) {
		given(t, assigned()).When(start(ida, task.FilePolicy{Off: true})).ThenError(task.ErrFilesOff)
		given(t, assigned()).When(start(uuid.Nil, task.FilePolicy{Off: true})).Then(started(uuid.Nil))
	})
	t.Run("not what is finished or closed (S2.i8)", func(t *testing.T) {
		given(t, assigned(), closed(uuid.Nil, task.Cancelled)).When(start(ida, atOnce)).ThenError(task.ErrFilesOver)
		given(t, assigned(), closed(uuid.Nil, task.Cancelled)).When(start(uuid.Nil, atOnce)).ThenError(task.ErrFilesOver)
		given(t, assigned(), done(ida, ""), confirmed(uuid.Nil)).When(start(ida, atOnce)).ThenError(task.ErrFilesOver)
		given(t, assigned(each), closed(ida, task.Completed)).When(start(ida, atOnce)).ThenError(task.ErrFilesOver)
		given(t, assigned(each), closed(ida, task.Completed)).When(start(bo, atOnce)).Then(started(bo))
		given(t, assigned(), done(ida, "")).When(start(ida, atOnce)).Then(started(ida))
		reason := task.Closed{Outcome: task.Cancelled, Reason: text("You moved"), By: byMary, At: noon}
		given(t, assigned(), reason).When(start(ida, atOnce)).ThenError(task.ErrFilesOver.Withf("This is closed and takes no more files. The practice wrote: You moved"))
	})
	t.Run("for whom its sender may choose (T3)", func(t *testing.T) {
		for _, c := range []struct {
			who  uuid.UUID
			talk task.Talk
			ok   bool
		}{{ida, withIda, true}, {ida, task.Talk{With: bo}, false}, {ida, internal, false}, {uuid.Nil, withIda, true}, {uuid.Nil, internal, true}, {uuid.Nil, task.Talk{With: eve}, true}} {
			place := task.Place{Talk: c.talk}
			r := given(t, assigned()).When(start(c.who, atOnce, there(place)))
			if c.ok {
				r.Then(started(c.who, startedAt(place)))
			} else {
				r.ThenError(task.ErrTalk)
			}
		}
	})
	t.Run("names", func(t *testing.T) {
		given(t, assigned()).When(start(ida, atOnce, called(`C:\x\scan.pdf`))).Then(started(ida, func(e *task.AttachmentStarted) { e.Name = text(`C:\x\scan.pdf`) }))
		given(t, assigned()).When(start(ida, atOnce, called(" / "))).ThenError(task.ErrFileName)
		given(t, assigned()).When(start(ida, atOnce, called(strings.Repeat("a", 1021)+".pdf"))).ThenError(task.ErrFileName)
	})
	t.Run("no more than fit", func(t *testing.T) {
		many := []ev{assigned()}
		for n := range task.MaxRunning {
			many = append(many, started(ida, func(e *task.AttachmentStarted) { e.Attachment = uuid.UUID{14: byte(n), 15: 1} }))
		}
		given(t, many...).When(start(ida, atOnce)).ThenError(task.ErrTooManyRunning)
		given(t, many...).When(start(bo, atOnce)).Then(started(bo))
		for n := range task.MaxAttachments {
			many = append(many, received(bo, func(e *task.AttachmentReceived) { e.Attachment = uuid.UUID{13: byte(n >> 8), 14: byte(n), 15: 2} }))
		}
		given(t, many...).When(start(bo, atOnce)).ThenError(task.ErrTooManyFiles)
	})
}

// Rules 15 and 25: S4.i7.
func TestFilesOfItems(t *testing.T) {
	item := task.Place{Item: ledger}
	t.Run("what is wanted takes files, of its types", func(t *testing.T) {
		given(t, assigned(request)).When(start(ida, atOnce, there(item))).Then(started(ida, startedAt(item)))
		own := task.Place{Item: payslip, For: ida}
		given(t, assigned(request)).When(start(ida, atOnce, there(task.Place{Item: payslip, For: bo}))).Then(started(ida, startedAt(own)))
		given(t, assigned(request)).When(start(uuid.Nil, atOnce, there(task.Place{Item: eve}))).ThenError(task.ErrItem)
		given(t, assigned(request)).When(start(ida, atOnce, there(task.Place{Item: eve}))).ThenError(task.ErrItem)
		given(t, assigned(request), given1(uuid.Nil, ledger, 1, ida, "x")).When(start(ida, atOnce, there(item))).ThenError(task.ErrReturned)
		typed := func(e *task.Assigned) { e.Items[0].Types = []string{"csv"} }
		given(t, assigned(request, typed)).When(start(ida, atOnce, there(item))).ThenError(task.ErrFileType)
	})
	t.Run("a draft is its sender's until it is returned, and nothing to the practice", func(t *testing.T) {
		s := given(t, assigned(request), received(ida, receivedAt(item)))
		s.When(discard(ida, after(day))).Then(task.AttachmentDiscarded{Attachment: shot, By: by(ida), At: after(day)}).
			When(give(ledger, ida, "", shot)).ThenError(task.ErrFile)
		s.When(discard(bo, noon)).ThenError(task.ErrFileSender)
		s.When(removeFile(noon)).ThenError(task.ErrAttachment)
		s = s.When(give(ledger, ida, "", shot)).Then(given1(uuid.Nil, ledger, 1, ida, "", shot), done(ida, ""))
		s.When(discard(ida, noon)).ThenError(task.ErrFileStays)
		s.When(removeFile(noon)).Then(removedFile)
	})
	t.Run("what the practice puts there is an example, of whatever type and at whatever time (rule 18)", func(t *testing.T) {
		typed := func(e *task.Assigned) { e.Items[0].Types = []string{"csv"} }
		s := given(t, assigned(request, typed), given1(uuid.Nil, ledger, 1, ida, "x")).When(start(uuid.Nil, atOnce, there(item))).Then(started(uuid.Nil, startedAt(item)))
		s = s.When(receive(shot, atOnce, noon)).Then(received(uuid.Nil, receivedAt(item)))
		s.When(discard(ida, noon)).ThenError(task.ErrFileSender)
		s.When(removeFile(noon)).Then(removedFile)
		second := func(e *task.AttachmentStarted) { e.Attachment = twin }
		given(t, assigned(request), received(ida, receivedAt(item), func(e *task.AttachmentReceived) { e.SHA256 = "cd" }), started(uuid.Nil, second, startedAt(item))).
			When(receive(twin, atOnce, noon)).Then(received(uuid.Nil, asTwin, receivedAt(item)))
		example := given(t, assigned(request), received(uuid.Nil, receivedAt(item)))
		example.When(give(ledger, ida, "", shot)).ThenError(task.ErrFile)
		if _, err := example.State().Reusable(shot, uuid.Nil, noon); err != nil {
			t.Errorf("it can't be shown on another request: %v", err)
		}
	})
	t.Run("what comes after the item was answered ends with the reason", func(t *testing.T) {
		given(t, assigned(request), started(ida, startedAt(item)), given1(uuid.Nil, ledger, 1, bo, "x")).
			When(receive(shot, atOnce, noon)).ThenError(task.ErrFilesOver)
	})
}

// Rules 20 and 25: S2.11 to S2.13, S2.i7, T3.
func TestFilesOfMessages(t *testing.T) {
	message := task.Place{Message: hello}
	enclosing := func(files ...uuid.UUID) func(*task.Posting) { return func(p *task.Posting) { p.Files = files } }
	enclosed := func(files ...uuid.UUID) func(*task.Posted) { return func(e *task.Posted) { e.Files = files } }
	wordless := func(e *task.Posted) { e.Text = event.Personal{} }
	draft := received(ida, receivedAt(message))
	t.Run("who reads them is said with the message, not before", func(t *testing.T) {
		given(t, assigned()).When(start(ida, atOnce, there(task.Place{Message: hello, Talk: withIda}))).Then(started(ida, startedAt(message)))
		given(t, assigned(request)).When(start(ida, atOnce, there(task.Place{Message: hello, Item: ledger}))).ThenError(task.ErrItem)
	})
	t.Run("its sender's until it is posted, and then its readers'", func(t *testing.T) {
		s := given(t, assigned(), draft)
		s.When(discard(ida, after(day))).Then(task.AttachmentDiscarded{Attachment: shot, By: by(ida), At: after(day)})
		for _, who := range []uuid.UUID{bo, uuid.Nil} {
			s.When(discard(who, noon)).ThenError(task.ErrAttachment)
		}
		s.When(removeFile(noon)).ThenError(task.ErrAttachment)
		s.When(func(s state) ([]ev, error) { return s.ShareFile(shot, byMary, noon) }).ThenError(task.ErrAttachment)
		s = s.When(post(ida, "", in(withIda), enclosing(shot, shot))).Then(posted(ida, "", nil, said(withIda), enclosed(shot), wordless))
		s.When(discard(ida, noon)).ThenError(task.ErrFileStays)
		s.When(discard(bo, noon)).ThenError(task.ErrAttachment)
		s.When(removeFile(noon)).Then(removedFile)
		s.When(func(s state) ([]ev, error) { return s.ShareFile(shot, byMary, noon) }).Then(task.AttachmentShared{Attachment: shot, By: byMary, At: noon})
		s.When(edit(ida, "Here", noon)).Then(task.MessageEdited{Message: hello, Text: text("Here"), At: noon})
		s.When(edit(ida, "", noon)).ThenNothing()
		s.When(func(s state) ([]ev, error) {
			return s.Post(task.Posting{Message: other, Contact: ida, Text: "Again", Files: []uuid.UUID{shot}}, people, by(ida), noon)
		}).ThenError(task.ErrMessageFiles)
	})
	t.Run("only what its author has sent for one", func(t *testing.T) {
		given(t, assigned(), draft).When(post(bo, "Mine", enclosing(shot))).ThenError(task.ErrMessageFiles)
		given(t, assigned(), draft).When(post(uuid.Nil, "Mine", enclosing(shot))).ThenError(task.ErrMessageFiles)
		given(t, assigned(), received(ida)).When(post(ida, "Mine", enclosing(shot))).ThenError(task.ErrMessageFiles)
		given(t, assigned(), started(ida, startedAt(message))).When(post(ida, "Mine", enclosing(shot))).ThenError(task.ErrMessageFiles)
		given(t, assigned()).When(post(ida, "Mine", enclosing(shot))).ThenError(task.ErrMessageFiles)
		given(t, assigned(), draft).When(post(ida, "")).ThenError(task.ErrText)
		many := make([]uuid.UUID, task.MaxEnclosed+1)
		events := []ev{assigned()}
		for n := range many {
			many[n] = uuid.UUID{14: byte(n), 15: 1}
			events = append(events, received(ida, receivedAt(message), func(e *task.AttachmentReceived) { e.Attachment = many[n] }))
		}
		given(t, events...).When(post(ida, "", enclosing(many...))).ThenError(task.ErrMessageFiles.Withf("A message takes at most 100 files. Send it in two parts."))
	})
	t.Run("not what is finished (S2.i8)", func(t *testing.T) {
		given(t, assigned(), draft, done(ida, ""), confirmed(uuid.Nil)).When(post(ida, "", enclosing(shot))).ThenError(task.ErrFilesOver)
		given(t, assigned(), draft, closed(uuid.Nil, task.Completed)).When(post(ida, "", enclosing(shot))).ThenError(task.ErrClosed)
	})
	t.Run("what nobody posts is destroyed", func(t *testing.T) {
		s := given(t, assigned(), draft)
		if !s.State().Wake().Equal(after(7 * day)) {
			t.Errorf("wakes at %s", s.State().Wake())
		}
		s.When(elapse(after(8 * day))).Then(task.AttachmentDestroyed{Attachment: shot, At: after(7 * day)}).When(post(ida, "", enclosing(shot))).ThenError(task.ErrMessageFiles)
		given(t, assigned(), draft, posted(ida, "", nil, enclosed(shot))).When(elapse(after(8 * day))).ThenNothing()
		late := func(e *task.AttachmentReceived) { e.Delivered, e.Deadline = false, after(time.Minute) }
		given(t, assigned(), received(ida, receivedAt(message), late)).When(elapse(after(8 * day))).Then(task.AttachmentDestroyed{Attachment: shot, At: after(7 * day)})
		given(t, assigned(), received(ida, receivedAt(message), late), posted(ida, "", nil, enclosed(shot))).When(elapse(after(8 * day))).
			Then(task.AttachmentReleased{Attachment: shot, At: after(time.Minute)})
	})
	t.Run("nobody hears of a draft by its content or its name (T15)", func(t *testing.T) {
		second := func(e *task.AttachmentStarted) { e.Attachment = twin }
		given(t, assigned(), draft, started(bo, second)).When(receive(twin, atOnce, noon)).Then(received(bo, asTwin))
		given(t, assigned(), draft, started(ida, second, startedAt(task.Place{Message: other}))).When(receive(twin, atOnce, noon)).
			Then(received(ida, asTwin, receivedAt(task.Place{Message: other}), func(e *task.AttachmentReceived) { e.SameAs, e.Name = shot, text("scan (2).pdf") }))
	})
}

// Rules 23, 25 and 26.
func TestReceiveFile(t *testing.T) {
	t.Run("is there at once (S2.7, S2.8)", func(t *testing.T) {
		s := given(t, assigned(), started(ida)).When(receive(shot, atOnce, noon)).Then(received(ida))
		s.When(receive(shot, atOnce, noon)).ThenNothing()
		if !s.State().Wake().IsZero() {
			t.Error("there is nothing to wait for")
		}
	})
	t.Run("after its window, where the practice wants it so (S2.i1, U2)", func(t *testing.T) {
		p := task.FilePolicy{Window: 10 * time.Minute}
		late := func(e *task.AttachmentReceived) { e.Delivered, e.Deadline = false, after(10*time.Minute) }
		s := given(t, assigned(), started(ida)).When(receive(shot, p, noon)).Then(received(ida, late))
		if !s.State().Wake().Equal(after(10 * time.Minute)) {
			t.Errorf("wakes at %s", s.State().Wake())
		}
		s.When(removeFile(noon)).ThenError(task.ErrFileWaits)
		s.When(discard(ida, after(9*time.Minute))).Then(task.AttachmentDiscarded{Attachment: shot, By: by(ida), At: after(9 * time.Minute)})
		s.When(elapse(after(time.Hour))).Then(task.AttachmentReleased{Attachment: shot, At: after(10 * time.Minute)}).When(elapse(after(time.Hour))).ThenNothing()
		given(t, assigned(), started(ida)).When(receive(shot, task.FilePolicy{}, noon)).
			Then(received(ida, func(e *task.AttachmentReceived) { e.Delivered = false }), task.AttachmentReleased{Attachment: shot, At: noon})
	})
	t.Run("ends with the reason where the task takes none any more (S2.i3, S2.i8)", func(t *testing.T) {
		for want, c := range map[*struct {
			err    error
			reason task.AbandonReason
		}]struct {
			p  task.FilePolicy
			is []ev
		}{
			{task.ErrFilesOff, task.SwitchedOff}:    {task.FilePolicy{Off: true}, nil},
			{task.ErrFilesOver, task.TaskClosed}:    {atOnce, []ev{closed(uuid.Nil, task.Completed)}},
			{task.ErrFilesAccess, task.AccessEnded}: {atOnce, []ev{task.ContactRemoved{Contact: ida, At: noon}}},
		} {
			s := given(t, append([]ev{assigned(), started(ida)}, c.is...)...)
			s.When(receive(shot, c.p, noon)).ThenError(want.err)
			if err := s.State().Coming(shot, c.p, noon); !errors.Is(err, want.err) {
				t.Errorf("%v, want %v", err, want.err)
			}
			if got := s.State().Ending(shot, c.p); got != want.reason {
				t.Errorf("%s, want %s", got, want.reason)
			}
		}
	})
	t.Run("not what was not announced", func(t *testing.T) {
		given(t, assigned()).When(receive(shot, atOnce, noon)).ThenError(task.ErrAttachment)
		given(t, assigned(), started(ida), task.AttachmentAbandoned{Attachment: shot, Reason: task.Idle, At: noon}).When(receive(shot, atOnce, noon)).ThenError(task.ErrFileEnded)
		given(t, assigned(), started(ida, func(e *task.AttachmentStarted) { e.Size = 8 })).When(receive(shot, atOnce, noon)).ThenError(task.ErrFileContent)
	})
	t.Run("with a number where the name is taken, and the same content named (S1.i12, T15)", func(t *testing.T) {
		second := func(e *task.AttachmentStarted) { e.Attachment = twin }
		same := func(e *task.AttachmentReceived) { e.SameAs = shot }
		numbered := func(e *task.AttachmentReceived) { e.Name = text("scan (2).pdf") }
		given(t, assigned(), received(ida), started(bo, second)).When(receive(twin, atOnce, noon)).Then(received(bo, asTwin, same, numbered))
		private := task.Place{Talk: withIda}
		given(t, assigned(), received(ida, receivedAt(private)), started(bo, second)).When(receive(twin, atOnce, noon)).Then(received(bo, asTwin))
		given(t, assigned(), received(uuid.Nil, receivedAt(task.Place{Talk: internal})), started(ida, second)).When(receive(twin, atOnce, noon)).Then(received(ida, asTwin))
		given(t, assigned(), received(ida), removedFile, started(bo, second)).When(receive(twin, atOnce, noon)).Then(received(bo, asTwin))
	})
	t.Run("whole", func(t *testing.T) {
		given(t, assigned()).When(func(s state) ([]ev, error) {
			return s.TakeFile(sending(ida), task.Receipt{Attachment: shot, Size: 9, SHA256: digest, Media: "application/pdf"}, atOnce, by(ida), noon)
		}).Then(started(ida), received(ida))
	})
}

// Rules 24, 27 and 28.
func TestFilesAreTakenAway(t *testing.T) {
	t.Run("the client can't (S2.9)", func(t *testing.T) {
		given(t, assigned(), received(ida)).When(discard(ida, noon)).ThenError(task.ErrFileStays)
		given(t, assigned(), received(ida)).When(discard(bo, noon)).ThenError(task.ErrFileSender)
		given(t, assigned(), received(ida, receivedAt(task.Place{Talk: withIda}))).When(discard(bo, noon)).ThenError(task.ErrAttachment)
	})
	t.Run("the practice can, and give it back for 30 days (S2.i2, S2.i12)", func(t *testing.T) {
		s := given(t, assigned(), received(ida)).When(removeFile(noon)).Then(removedFile)
		s.When(removeFile(noon)).ThenNothing()
		s.When(restore(after(29 * day))).Then(task.AttachmentRestored{Attachment: shot, By: byMary, At: after(29 * day)}).When(restore(noon)).ThenNothing()
		if !s.State().Wake().Equal(after(30 * day)) {
			t.Errorf("wakes at %s", s.State().Wake())
		}
		s.When(restore(after(30 * day))).ThenError(task.ErrFileGone)
		s.When(elapse(after(31 * day))).Then(task.AttachmentDestroyed{Attachment: shot, At: after(30 * day)}).
			When(removeFile(after(31 * day))).ThenError(task.ErrFileGone)
		given(t, assigned(), started(ida)).When(removeFile(noon)).ThenError(task.ErrFileWaits)
		given(t, assigned(), closed(uuid.Nil, task.Completed), received(ida)).When(removeFile(noon)).Then(removedFile)
	})
	t.Run("with a task that is taken back", func(t *testing.T) {
		taken := task.TakenBack{By: byMary, At: noon}
		given(t, assigned(held), received(uuid.Nil)).When(func(s state) ([]ev, error) { return s.TakeBack(byMary, noon) }).Then(taken, removedFile).
			When(elapse(after(31 * day))).Then(task.AttachmentDestroyed{Attachment: shot, At: after(30 * day)})
	})
	t.Run("one that takes too long (L4)", func(t *testing.T) {
		given(t, assigned(), started(ida)).When(elapse(after(80 * time.Hour))).
			Then(task.AttachmentAbandoned{Attachment: shot, Reason: task.TooOld, At: after(72 * time.Hour)}).
			When(elapse(after(80 * time.Hour))).ThenNothing()
	})
	t.Run("shared with everybody (T3)", func(t *testing.T) {
		share := func(s state) ([]ev, error) { return s.ShareFile(shot, byMary, noon) }
		given(t, assigned(), received(ida, receivedAt(task.Place{Talk: withIda}))).When(share).Then(task.AttachmentShared{Attachment: shot, By: byMary, At: noon}).
			When(share).ThenNothing()
		given(t, assigned(request), received(ida, receivedAt(task.Place{Item: ledger}))).When(share).ThenError(task.ErrAttachment)
	})
}

// Rules 25 and 28: U8.
func TestScanFile(t *testing.T) {
	verdict := func(v task.Verdict, hold bool) decision {
		return func(s state) ([]ev, error) {
			return s.ScanFile(task.Scan{Attachment: shot, Verdict: v, Hold: hold}, noon)
		}
	}
	scanned := func(v task.Verdict, held bool) ev {
		return task.AttachmentScanned{Attachment: shot, Verdict: v, Held: held, At: noon}
	}
	out := task.AttachmentReleased{Attachment: shot, At: noon}
	s := given(t, assigned(), started(ida)).When(receive(shot, task.FilePolicy{AtOnce: true, Scan: true}, noon)).Then(received(ida, awaited))
	s.When(removeFile(noon)).ThenError(task.ErrFileWaits)
	s.When(verdict(task.Clean, false)).Then(scanned(task.Clean, false), out).When(verdict(task.Clean, false)).ThenNothing()
	s.When(verdict(task.NotScanned, false)).Then(scanned(task.NotScanned, false), out)
	s.When(verdict(task.NotScanned, true)).Then(scanned(task.NotScanned, true)).When(verdict(task.NotScanned, true)).ThenNothing().
		When(verdict(task.Clean, true)).Then(scanned(task.Clean, false), out)
	bad := s.When(verdict(task.Infected, false)).Then(scanned(task.Infected, false))
	bad.When(removeFile(noon)).ThenError(task.ErrAttachment)
	bad.When(elapse(after(30 * day))).Then(task.AttachmentDestroyed{Attachment: shot, At: after(30 * day)})
	window := received(ida, awaited, func(e *task.AttachmentReceived) { e.Delivered, e.Deadline = false, after(time.Minute) })
	given(t, assigned(), window).When(verdict(task.Clean, false)).Then(scanned(task.Clean, false)).
		When(elapse(after(time.Hour))).Then(task.AttachmentReleased{Attachment: shot, At: after(time.Minute)})
	given(t, assigned(), received(ida)).When(verdict(task.Infected, false)).ThenNothing()
	again := func(s state) ([]ev, error) { return s.ScanAgain(shot, noon) }
	goes := func(s state) ([]ev, error) { return s.LetGo(shot, noon) }
	empty := func(s state) ([]ev, error) { return s.EmptyQuarantine(shot, noon) }
	let := task.AttachmentScanned{Attachment: shot, Verdict: task.NotScanned, Reason: "let go by the operator", At: noon}
	held := s.When(verdict(task.NotScanned, true)).Then(scanned(task.NotScanned, true))
	s.When(goes).Then(let, out)
	held.When(goes).Then(let, out).When(goes).ThenError(task.ErrNoScan)
	held.When(empty).ThenError(task.ErrNotInfected)
	asked := held.When(again).Then(task.AttachmentScanAsked{Attachment: shot, At: noon})
	asked.When(verdict(task.NotScanned, true)).Then(scanned(task.NotScanned, true))
	asked.When(verdict(task.Clean, true)).Then(scanned(task.Clean, false), out).When(again).ThenError(task.ErrNoScan)
	bad.When(goes).ThenError(task.ErrNoScan)
	bad.When(again).ThenError(task.ErrNoScan)
	bad.When(empty).Then(task.AttachmentDestroyed{Attachment: shot, At: noon}).When(empty).ThenNothing().When(elapse(after(31 * day))).ThenNothing()
	for _, act := range []decision{again, goes, empty} {
		given(t, assigned()).When(act).ThenError(task.ErrAttachment)
	}
	given(t, assigned(), received(ida), removedFile, task.AttachmentDestroyed{Attachment: shot, At: noon}).When(empty).ThenError(task.ErrNotInfected)
	given(t, assigned(), received(ida, awaited, func(e *task.AttachmentReceived) { e.Delivered, e.Deadline = false, after(time.Minute) })).When(goes).Then(let).
		When(elapse(after(time.Hour))).Then(task.AttachmentReleased{Attachment: shot, At: after(time.Minute)})
	given(t, assigned()).When(verdict(task.Clean, false)).ThenError(task.ErrAttachment)
	if _, ok := given(t, assigned(), received(ida, awaited)).State().AwaitsScan(shot); !ok {
		t.Error("it waits for a verdict")
	}
}
