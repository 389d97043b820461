package task_test

import (
	"testing"
	"time"

	"portico/domain/task"

	"github.com/google/uuid"
)

// Rule 34: the same document for many requests (T15).
func TestReuse(t *testing.T) {
	elsewhere, tape := id(71), id(72)
	source := task.Source{Task: elsewhere, Attachment: twin, Client: acme, Subject: acme, Transfer: tape, Name: "scan.pdf", Size: 9, SHA256: digest, Media: "application/pdf"}
	reuse := func(who uuid.UUID, p task.FilePolicy, from task.Source, change ...func(*task.Sending)) decision {
		return func(s state) ([]ev, error) {
			sent := sending(who, change...)
			sent.Name, sent.Size = "", 0
			return s.Reuse(sent, from, p, writer(who), noon)
		}
	}
	again := func(e *task.AttachmentReceived) { e.Transfer, e.Source, e.SourceTask = tape, twin, elsewhere }
	item := task.Place{Item: ledger}
	draft := received(ida, again, receivedAt(item))
	t.Run("it is another attachment of the same bytes, once", func(t *testing.T) {
		s := given(t, assigned()).When(reuse(ida, atOnce, source)).Then(received(ida, again))
		s.When(reuse(ida, atOnce, source)).ThenNothing()
		s.When(reuse(bo, atOnce, source)).ThenError(task.ErrAttachment)
		s.When(reuse(ida, atOnce, source, func(s *task.Sending) { s.Attachment = id(73) })).ThenError(task.ErrFileHere)
		given(t, assigned()).When(reuse(uuid.Nil, atOnce, source)).Then(received(uuid.Nil, again))
	})
	t.Run("on an item it is a draft, and may come again in the next round (T6)", func(t *testing.T) {
		s := given(t, assigned(request)).When(reuse(ida, atOnce, source, there(item))).Then(draft)
		second := func(s *task.Sending) { s.Attachment, s.Place = id(73), item }
		s.When(reuse(ida, atOnce, source, second)).ThenError(task.ErrFileHere)
		s.When(discard(ida, noon)).Then(task.AttachmentDiscarded{Attachment: shot, By: by(ida), At: noon})
		typed := func(e *task.Assigned) { e.Items[0].Types = []string{"csv"} }
		given(t, assigned(request, typed)).When(reuse(ida, atOnce, source, there(item))).ThenError(task.ErrFileType)
		given(t, assigned(request), given1(uuid.Nil, ledger, 1, ida, "x")).When(reuse(ida, atOnce, source, there(item))).ThenError(task.ErrReturned)
	})
	t.Run("of the same client, where the task takes files", func(t *testing.T) {
		other := source
		other.Client, other.Subject = eve, eve
		given(t, assigned()).When(reuse(ida, atOnce, other)).ThenError(task.ErrAttachment)
		given(t, assigned(toIda)).When(reuse(bo, atOnce, source)).ThenError(task.ErrNotFound)
		given(t, assigned()).When(reuse(ida, task.FilePolicy{Off: true}, source)).ThenError(task.ErrFilesOff)
		given(t, assigned(), closed(uuid.Nil, task.Completed)).When(reuse(ida, atOnce, source)).ThenError(task.ErrFilesOver)
	})
	t.Run("with its own window, and scanned unless it was found clean (U2, U8)", func(t *testing.T) {
		late := func(e *task.AttachmentReceived) { e.Delivered, e.Deadline = false, after(time.Minute) }
		given(t, assigned()).When(reuse(ida, task.FilePolicy{Window: time.Minute}, source)).Then(received(ida, again, late))
		scanned := task.FilePolicy{AtOnce: true, Scan: true}
		given(t, assigned()).When(reuse(ida, scanned, source)).Then(received(ida, again, awaited))
		clean := source
		clean.Clean = true
		given(t, assigned()).When(reuse(ida, scanned, clean)).Then(received(ida, again))
	})
	t.Run("what is found in one is found in all", func(t *testing.T) {
		scan := task.Scan{Attachment: shot, Verdict: task.Infected, Finding: "Eicar"}
		condemn := func(s state) ([]ev, error) { return s.Condemn(scan, noon) }
		bad := task.AttachmentScanned{Attachment: shot, Verdict: task.Infected, Finding: "Eicar", At: noon}
		given(t, assigned(), received(ida, again)).When(condemn).Then(bad).When(condemn).ThenNothing()
		given(t, assigned(), received(ida, again), removedFile).When(condemn).Then(bad).When(restore(noon)).ThenError(task.ErrAttachment)
		given(t, assigned(request), draft, task.AttachmentDiscarded{Attachment: shot, By: by(ida), At: noon}).When(condemn).ThenNothing()
		given(t, assigned()).When(condemn).ThenError(task.ErrAttachment)
	})
}

func TestReusable(t *testing.T) {
	look := func(who uuid.UUID, events ...ev) (task.Source, error) {
		return given(t, append([]ev{assigned(request)}, events...)...).State().Reusable(shot, who, noon)
	}
	want := task.Source{Attachment: shot, Client: acme, Subject: acme, Transfer: shot, Name: "scan.pdf", Size: 9, SHA256: digest, Media: "application/pdf"}
	for _, who := range []uuid.UUID{ida, uuid.Nil} {
		if got, err := look(who, received(ida)); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
	clean := task.AttachmentScanned{Attachment: shot, Verdict: task.Clean, At: noon}
	if got, err := look(ida, received(ida, awaited), clean); err != nil || !got.Clean {
		t.Errorf("%+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		who    uuid.UUID
		events []ev
		want   error
	}{
		"what somebody else sent": {bo, []ev{received(ida)}, task.ErrAttachment},
		"a draft":                 {ida, []ev{received(ida, receivedAt(task.Place{Item: ledger}))}, task.ErrAttachment},
		"what nobody posted":      {ida, []ev{received(ida, receivedAt(task.Place{Message: hello}))}, task.ErrAttachment},
		"what is on its way":      {ida, []ev{started(ida)}, task.ErrFileWaits},
		"what is being scanned":   {ida, []ev{received(ida, awaited)}, task.ErrFileWaits},
		"what has a virus":        {ida, []ev{received(ida, awaited), task.AttachmentScanned{Attachment: shot, Verdict: task.Infected, At: noon}}, task.ErrAttachment},
		"what was removed":        {ida, []ev{received(ida), removedFile}, task.ErrFileGone},
		"nothing":                 {ida, nil, task.ErrAttachment},
		"who sees no task":        {eve, []ev{received(ida), task.ContactRemoved{Contact: eve, At: noon}}, task.ErrNotFound},
	} {
		if _, err := look(c.who, c.events...); err == nil || err.Error() != c.want.Error() {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	s := given(t, assigned(), received(ida)).State()
	if !s.Names(shot) || s.Names(twin) {
		t.Error("the bytes of the one are needed, and not those of the other")
	}
}
