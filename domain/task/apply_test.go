package task_test

import (
	"testing"

	"portico/domain/event"
	"portico/domain/task"
)

// Whatever a history holds, it is folded: what a stream says of something that is not there changes nothing.
func TestApplyKnowsEveryEvent(t *testing.T) {
	all := []ev{
		task.Assigned{},
		task.TakenBack{},
		task.Retitled{},
		task.Described{},
		task.DueSet{},
		task.InternalDueSet{},
		task.OwnerSet{},
		task.AudienceSet{},
		task.ContactAdded{},
		task.ContactRemoved{},
		task.PrioritySet{},
		task.ChecklistSet{},
		task.CadenceSet{},
		task.RecurrenceSet{},
		task.Repeated{},
		task.Ticked{},
		task.Unticked{},
		task.Seen{},
		task.DoneByClient{},
		task.UndoneByClient{},
		task.Confirmed{},
		task.Reopened{},
		task.Progressed{},
		task.Closed{},
		task.ItemAdded{},
		task.ItemChanged{},
		task.ItemCancelled{},
		task.ItemReturned{},
		task.ItemNotApplicable{},
		task.ItemReviewBegun{},
		task.ItemAccepted{},
		task.ItemSentBack{},
		task.ItemReopened{},
		task.AttachmentStarted{},
		task.AttachmentReceived{},
		task.AttachmentAbandoned{},
		task.AttachmentRenamed{},
		task.AttachmentDiscarded{},
		task.AttachmentScanned{},
		task.AttachmentReleased{},
		task.AttachmentShared{},
		task.AttachmentRemoved{},
		task.AttachmentRestored{},
		task.AttachmentDestroyed{},
		task.Answered{},
		task.AnswersPrefilled{},
		task.AnswerCorrected{},
		task.RowAdded{},
		task.RowRemoved{},
		task.SectionSentBack{},
		task.Posted{},
		task.MessageEdited{},
		task.MessageDeleted{},
		task.MessagesRead{},
		task.ReplyRefused{},
		task.Notified{},
		task.NoticeDelivered{},
		task.NoticeFailed{},
	}
	for _, e := range all {
		event.Fold(state{}, e)
	}
	if s := event.Fold(event.Fold(state{}, all...), all...); s.Shown(ida, noon) == nil {
		t.Error("a task that was taken back is shown")
	}
}

// A round stands for whom it was returned, and the next one takes its place (T6); what a later one of the series asks for is
// what was not cancelled.
func TestItemsOfTheNextOne(t *testing.T) {
	items := []task.Item{{ID: first, Title: text("Ledger")}, {ID: second, Title: text("Receipts")}}
	before := assigned(repeats(monthly, "2026-03-20"), func(e *task.Assigned) { e.Kind, e.Items = task.Documents, items })
	renamed := task.Item{ID: second, Title: text("All receipts")}
	s := given(t, before, task.ItemCancelled{Item: first}, task.ItemChanged{Item: renamed}, task.ItemReturned{Item: second, Round: 1}, task.ItemAccepted{Item: second, Round: 1})
	next := before
	next.Nth, next.DueOn, next.Items = 2, "2026-04-20", []task.Item{renamed}
	given(t).When(func(n state) ([]ev, error) {
		return n.Follow(s.State(), task.Repeated{Nth: 2, DueOn: "2026-04-20"}, task.Following{People: people}, noon), nil
	}).Then(next)
}
