package task_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

var letter = id(40) // a mail

func mailed(contact uuid.UUID, about task.Notice) ev {
	return task.Notified{Contact: contact, Channel: task.Email, About: about, Mail: letter, At: noon}
}

// Rule 13, T5, S4.i8: a notice says what is still so, to who sees it.
func TestSilent(t *testing.T) {
	answered, back := given1(uuid.Nil, ledger, 1, ida, "x"), sentBack(ledger, uuid.Nil, 1, "March is missing")
	mine := given1(ida, payslip, 1, ida, "x")
	for name, c := range map[string]struct {
		about   task.Notice
		contact uuid.UUID
		why     string
		history []ev
	}{
		"a new one":                    {task.OfAssignment, ida, "", []ev{assigned()}},
		"taken back":                   {task.OfAssignment, ida, "it was taken back", []ev{assigned(held), task.TakenBack{By: byMary, At: noon}}},
		"never assigned":               {task.OfAssignment, ida, "it was taken back", nil},
		"held":                         {task.OfAssignment, ida, "it is still held back", []ev{assigned(held)}},
		"another's":                    {task.OfAssignment, bo, "it is not for them any more", []ev{assigned(toIda)}},
		"told already":                 {task.OfAssignment, ida, "they were told of it already", []ev{assigned(), mailed(ida, task.OfAssignment)}},
		"another was told":             {task.OfAssignment, bo, "", []ev{assigned(), mailed(ida, task.OfAssignment)}},
		"closed since":                 {task.OfAssignment, ida, "it is closed", []ev{assigned(), closed(uuid.Nil, task.Cancelled)}},
		"done since":                   {task.OfAssignment, ida, "it is done already", []ev{assigned(), done(ida, "")}},
		"done by another for all":      {task.OfAssignment, bo, "it is done already", []ev{assigned(), done(ida, "")}},
		"done by another":              {task.OfAssignment, bo, "", []ev{assigned(each), done(ida, "")}},
		"reopened":                     {task.OfReopening, ida, "", []ev{assigned(), done(ida, ""), task.Reopened{By: byMary, At: noon}}},
		"reopened and done":            {task.OfReopening, ida, "it is done already", []ev{assigned(), done(ida, "")}},
		"closed, who knew":             {task.OfClosing, ida, "", []ev{assigned(), mailed(ida, task.OfAssignment), closed(uuid.Nil, task.Cancelled)}},
		"closed, who looked":           {task.OfClosing, ida, "", []ev{assigned(), task.Seen{Contact: ida, At: noon}, closed(ida, task.Completed)}},
		"closed, who did not know":     {task.OfClosing, ida, "they did not know of it", []ev{assigned(), closed(uuid.Nil, task.Cancelled)}},
		"closed, who was done":         {task.OfClosing, ida, "they were done with it", []ev{assigned(), mailed(ida, task.OfAssignment), done(ida, ""), closed(uuid.Nil, task.Completed)}},
		"closed and open":              {task.OfClosing, ida, "it is open again", []ev{assigned(), mailed(ida, task.OfAssignment)}},
		"sent back":                    {task.OfSendBack, bo, "", []ev{assigned(request), answered, back}},
		"sent back and answered again": {task.OfSendBack, bo, "nothing of it is sent back any more", []ev{assigned(request), answered, back, given1(uuid.Nil, ledger, 2, ida, "x")}},
		"sent back to another":         {task.OfSendBack, bo, "nothing of it is sent back any more", []ev{assigned(request), mine, sentBack(payslip, ida, 1, "no")}},
		"all accepted":                 {task.OfAcceptance, ida, "", []ev{assigned(request), answered, mine, accepted(ledger, uuid.Nil, 1), accepted(payslip, ida, 1)}},
		"some accepted":                {task.OfAcceptance, ida, "something of it is open again", []ev{assigned(request), answered, mine, accepted(ledger, uuid.Nil, 1)}},
		"accepted and undone":          {task.OfAcceptance, ida, "something of it is open again", []ev{assigned(request), answered, mine, accepted(ledger, uuid.Nil, 1), accepted(payslip, ida, 1), unjudged(payslip, ida, 1)}},
	} {
		if why := event.Fold(state{}, c.history...).Silent(c.about, c.contact, people, noon); why != c.why {
			t.Errorf("%s: %q, want %q", name, why, c.why)
		}
	}
}

// Rule 13, S2.i13: of a message nobody is told who has read it, whose it isn't, or once it is deleted; of a note of the
// practice no contact.
func TestSilentOnMessages(t *testing.T) {
	hello := id(50)
	posted := func(talk task.Talk) task.Posted {
		return task.Posted{Message: hello, By: byMary, Text: text("Hello"), Talk: talk, At: noon}
	}
	toContact := func(c uuid.UUID) task.Who { return task.Who{Kind: event.Contact, ID: c} }
	for name, c := range map[string]struct {
		to      task.Who
		why     string
		history []ev
	}{
		"for all":      {toContact(ida), "", []ev{assigned(), posted(task.Talk{})}},
		"for another":  {toContact(ida), "it is not for them", []ev{assigned(), posted(task.Talk{With: bo})}},
		"a note":       {toContact(ida), "it is not for them", []ev{assigned(), posted(task.Talk{Internal: true})}},
		"a colleague":  {byMary, "", []ev{assigned(), posted(task.Talk{Internal: true})}},
		"before them":  {toContact(bo), "it is not for them", []ev{assigned(), posted(task.Talk{}), task.ContactAdded{Contact: bo, From: task.FromNow, At: after(time.Second)}}},
		"not theirs":   {toContact(eve), "it is not for them any more", []ev{assigned(toIda), posted(task.Talk{})}},
		"read":         {toContact(ida), "they have read it", []ev{assigned(), posted(task.Talk{}), task.MessagesRead{By: by(ida), Upto: hello, At: noon}}},
		"another read": {toContact(bo), "", []ev{assigned(), posted(task.Talk{}), task.MessagesRead{By: by(ida), Upto: hello, At: noon}}},
		"deleted":      {toContact(ida), "it was deleted", []ev{assigned(), posted(task.Talk{}), task.MessageDeleted{Message: hello, By: byMary, At: noon}}},
		"taken back":   {byMary, "there is no such message", []ev{assigned(held), posted(task.Talk{}), task.TakenBack{By: byMary, At: noon}}},
		"none":         {byMary, "there is no such message", []ev{assigned()}},
	} {
		if why := event.Fold(state{}, c.history...).SilentOn(hello, c.to, noon); why != c.why {
			t.Errorf("%s: %q, want %q", name, why, c.why)
		}
	}
}

// Rule 13, T13: what is told later of a mail is recorded once, for each thing that it said.
func TestReport(t *testing.T) {
	report := func(delivered bool) decision {
		return func(s state) ([]ev, error) { return s.Report(ida, letter, delivered, "550", "no such user", noon) }
	}
	failed := func(about task.Notice) ev {
		return task.NoticeFailed{Contact: ida, Channel: task.Email, About: about, Mail: letter, Code: "550", Detail: event.Of(ida, "no such user"), At: noon}
	}
	given(t, assigned()).When(report(true)).ThenError(task.ErrNotFound)
	given(t, assigned(), mailed(bo, task.OfAssignment)).When(report(true)).ThenError(task.ErrNotFound)
	s := given(t, assigned(), mailed(ida, task.OfAssignment), mailed(ida, task.OfMessage))
	s.When(report(true)).Then(task.NoticeDelivered{Contact: ida, Channel: task.Email, Mail: letter, At: noon}).When(report(true)).ThenNothing()
	s.When(report(false)).Then(failed(task.OfAssignment), failed(task.OfMessage)).When(report(false)).ThenNothing()
}
