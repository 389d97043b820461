package task_test

import (
	"slices"
	"strings"
	"testing"

	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	proof    = questionnaire.Field{ID: id(71), Kind: questionnaire.File, Label: "Proof", Required: true, Most: 2, Options: []questionnaire.Option{{ID: id(72), Text: "pdf"}}}
	onProof  = task.Place{Item: proof.ID}
	proofs   = questionnaire.Questionnaire{Title: "Proofs", Sections: []questionnaire.Section{{ID: you, Title: "You", Fields: []questionnaire.Field{proof}}}}
	forProof = func(s *task.Sending) { s.Place, s.Asked = onProof, proof }
)

func submitProofs(contact uuid.UUID) decision {
	return func(t state) ([]ev, error) { return t.Submit(proofs, contact, people, by(contact), noon) }
}

// with is what the question is answered with from then on.
func with(contact uuid.UUID, files ...uuid.UUID) task.Answered {
	var ids []string
	for _, f := range files {
		ids = append(ids, f.String())
	}
	return answered(contact, proof.ID, noRow, strings.Join(ids, ","))
}

// Rule 36.
func TestFilesThatAnswer(t *testing.T) {
	begun := []ev{assigned(filling)}
	open := given(t, begun...)
	now := func(before []ev, more ...ev) scenario { return given(t, slices.Concat(before, more)...) }
	t.Run("go to a question that wants files, of its types", func(t *testing.T) {
		open.When(start(ida, atOnce, forProof)).Then(started(ida, startedAt(onProof)))
		open.When(start(ida, atOnce, forProof, called("scan.csv"))).ThenError(task.ErrFileType)
		open.When(start(ida, atOnce, there(onProof))).ThenError(task.ErrQuestion) // nothing like it is asked
		open.When(start(uuid.Nil, atOnce, forProof)).ThenError(task.ErrQuestion)
		open.When(start(ida, atOnce, forProof, func(s *task.Sending) { s.Place.Message = id(9) })).ThenError(task.ErrQuestion)
		open.When(start(ida, atOnce, forProof, func(s *task.Sending) { s.Asked.Kind = questionnaire.Text })).ThenError(task.ErrQuestion)
	})
	here := slices.Concat(begun, []ev{started(ida, startedAt(onProof)), received(ida, receivedAt(onProof)), with(ida, shot)})
	came := now(begun, here[1]).When(receive(shot, atOnce, noon)).Then(here[2:]...)
	t.Run("are part of the answer when they have come, as many as it takes", func(t *testing.T) {
		came.When(receive(shot, atOnce, noon)).ThenNothing()
		came.When(fill(bo, says(proof.ID, noRow, ""))).ThenError(task.ErrQuestion) // of another version
		took := func(value string) decision {
			return func(t state) ([]ev, error) {
				return t.Answer(proofs, bo, []questionnaire.Answer{says(proof.ID, noRow, value)}, by(bo), noon)
			}
		}
		came.When(took("")).ThenError(questionnaire.ErrFiles)
		came.When(took(id(99).String())).ThenError(questionnaire.ErrFiles)
		came.When(took(shot.String())).ThenNothing()
		full := now(here, started(bo, startedAt(onProof), func(e *task.AttachmentStarted) { e.Attachment = twin }))
		full.When(start(ida, atOnce, forProof, func(s *task.Sending) { s.Attachment = id(43) })).ThenError(task.ErrFieldFull)
	})
	t.Run("are drafts that their sender takes back", func(t *testing.T) {
		came.When(discard(bo, noon)).ThenError(task.ErrFileSender)
		came.When(discard(ida, noon)).Then(task.AttachmentDiscarded{Attachment: shot, By: by(ida), At: noon}, with(ida)).When(submitProofs(ida)).ThenError(task.ErrIncomplete)
		came.When(removeFile(noon)).ThenError(task.ErrAttachment) // it is nothing to the practice yet
	})
	t.Run("are handed over with what is submitted", func(t *testing.T) {
		over := []ev{task.FilesSubmitted{Files: []uuid.UUID{shot}, By: by(bo), At: noon}, done(bo, "")}
		sent := came.When(submitProofs(bo)).Then(over...)
		over = slices.Concat(here, over)
		sent.When(start(ida, atOnce, forProof, func(s *task.Sending) { s.Attachment = twin })).ThenError(task.ErrSubmitted)
		sent.When(discard(ida, noon)).ThenError(task.ErrFileStays)
		now(over, started(ida, startedAt(onProof), func(e *task.AttachmentStarted) { e.Attachment = twin })).When(receive(twin, atOnce, noon)).ThenError(task.ErrFilesOver)
		off := sent.When(removeFile(noon)).Then(removedFile, func() task.Answered { e := with(ida); e.By = byMary; return e }())
		off.When(restore(noon)).Then(task.AttachmentRestored{Attachment: shot, By: byMary, At: noon}, func() task.Answered { e := with(ida, shot); e.By = byMary; return e }())
		again := now(over, task.Reopened{By: byMary, At: noon})
		out := again.When(discard(bo, noon)).Then(with(bo)) // the practice keeps it
		out.When(submitProofs(bo)).ThenError(task.ErrIncomplete)
		again.When(submitProofs(bo)).Then(done(bo, ""))
		out.When(removeFile(noon)).Then(removedFile).When(restore(noon)).Then(task.AttachmentRestored{Attachment: shot, By: byMary, At: noon})
	})
	t.Run("stop what is submitted while they are checked, or infected", func(t *testing.T) {
		waits := slices.Concat(here[:2], []ev{received(ida, receivedAt(onProof), awaited), with(ida, shot)})
		now(waits).When(submitProofs(ida)).ThenError(task.ErrFieldChecked)
		bad := now(waits, task.AttachmentScanned{Attachment: shot, Verdict: task.Infected, Finding: "x", At: noon})
		bad.When(submitProofs(ida)).ThenError(task.ErrFieldInfected)
		bad.When(discard(bo, noon)).Then(with(bo))
		now(waits, task.AttachmentScanned{Attachment: shot, Verdict: task.NotScanned, Held: true, At: noon}).When(submitProofs(ida)).ThenError(task.ErrFieldChecked)
	})
}
