package task_test

import (
	"strings"
	"testing"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	ledger, payslip  = id(31), id(32) // items: one answers for all, and each their own
	scan, photo, old = id(41), id(42), id(43)
)

// request asks for the ledger, and for everybody's payslip if they have one.
func request(e *task.Assigned) {
	e.Kind = task.Documents
	e.Items = []task.Item{{ID: ledger, Title: text("Ledger"), Most: 2}, {ID: payslip, Title: text("Payslip"), Own: true, Optional: true}}
}

func answering(item, contact uuid.UUID, note string, files ...uuid.UUID) task.Answering {
	return task.Answering{Item: item, Contact: contact, Note: note, Files: files, People: people}
}

func give(item, contact uuid.UUID, note string, files ...uuid.UUID) decision {
	return func(s state) ([]ev, error) {
		return s.Return(answering(item, contact, note, files...), by(contact), noon)
	}
}

func decline(item, contact uuid.UUID, note string) decision {
	return func(s state) ([]ev, error) {
		return s.NotApplicable(answering(item, contact, note), by(contact), noon)
	}
}

func judging(item, whose uuid.UUID, nth int) task.Judging {
	return task.Judging{Item: item, For: whose, Round: nth, People: people}
}

func review(item, whose uuid.UUID, nth int) decision {
	return func(s state) ([]ev, error) { return s.BeginReview(judging(item, whose, nth), byMary, noon) }
}

func accept(item, whose uuid.UUID, nth int) decision {
	return func(s state) ([]ev, error) { return s.Accept(judging(item, whose, nth), byMary, noon) }
}

func sendBack(item, whose uuid.UUID, nth int, reason string) decision {
	return func(s state) ([]ev, error) { return s.SendBack(judging(item, whose, nth), reason, byMary, noon) }
}

func unjudge(item, whose uuid.UUID, nth int) decision {
	return func(s state) ([]ev, error) { return s.ReopenItem(judging(item, whose, nth), byMary, noon) }
}

func given1(whose uuid.UUID, item uuid.UUID, nth int, who uuid.UUID, note string, files ...uuid.UUID) task.ItemReturned {
	e := task.ItemReturned{Item: item, For: whose, Round: nth, By: by(who), Files: files, At: noon}
	if note != "" {
		e.Note = text(note)
	}
	return e
}

func declined(whose uuid.UUID, item uuid.UUID, nth int, who uuid.UUID, note string) ev {
	return task.ItemNotApplicable{Item: item, For: whose, Round: nth, By: by(who), Note: text(note), At: noon}
}

func begun(item, whose uuid.UUID, nth int) ev {
	return task.ItemReviewBegun{Item: item, For: whose, Round: nth, By: byMary, At: noon}
}

func accepted(item, whose uuid.UUID, nth int) ev {
	return task.ItemAccepted{Item: item, For: whose, Round: nth, By: byMary, At: noon}
}

func sentBack(item, whose uuid.UUID, nth int, reason string) ev {
	return task.ItemSentBack{Item: item, For: whose, Round: nth, Reason: text(reason), By: byMary, At: noon}
}

func unjudged(item, whose uuid.UUID, nth int) ev {
	return task.ItemReopened{Item: item, For: whose, Round: nth, By: byMary, At: noon}
}

func file(id, item, whose uuid.UUID) ev {
	return task.AttachmentReceived{Attachment: id, By: by(ida), Place: task.Place{Item: item, For: whose}, Name: text("a.pdf")}
}

// Rules 14 to 17: T6, S4.i5, S4.i7, S4.i8.
func TestRounds(t *testing.T) {
	nobody := uuid.Nil
	s := given(t, assigned(request), file(scan, ledger, nobody), file(photo, ledger, nobody), file(old, payslip, ida)).
		When(give(ledger, ida, " Here\r\nit is ", scan)).Then(given1(nobody, ledger, 1, ida, "Here\nit is", scan), done(ida, ""))
	s.When(give(ledger, bo, "Mine", photo)).ThenError(task.ErrReturned)
	s.When(decline(ledger, bo, "We have none")).ThenError(task.ErrReturned)
	s = s.When(review(ledger, nobody, 1)).Then(begun(ledger, nobody, 1))
	s.When(review(ledger, nobody, 1)).ThenNothing()
	s.When(sendBack(ledger, nobody, 1, " ")).ThenError(task.ErrReason)
	s.When(sendBack(ledger, nobody, 1, strings.Repeat("é", task.MaxReason+1))).ThenError(task.ErrReason)
	s = s.When(sendBack(ledger, nobody, 1, "March is missing")).
		Then(sentBack(ledger, nobody, 1, "March is missing"), task.Reopened{Reason: text("March is missing"), By: byMary, At: noon})
	s.When(sendBack(ledger, nobody, 1, "Again")).ThenNothing()
	s.When(review(ledger, nobody, 1)).ThenNothing()
	s.When(accept(ledger, nobody, 1)).ThenError(task.ErrJudged)
	s = s.When(give(ledger, bo, "", scan, photo)).Then(given1(nobody, ledger, 2, bo, "", scan, photo), done(bo, ""))
	for _, stale := range []decision{accept(ledger, nobody, 1), sendBack(ledger, nobody, 1, "x"), unjudge(ledger, nobody, 1), review(ledger, nobody, 1)} {
		s.When(stale).ThenError(task.ErrRound)
	}
	s = s.When(accept(ledger, ida, 2)).Then(accepted(ledger, nobody, 2))
	s.When(accept(ledger, nobody, 2)).ThenNothing()
	s.When(sendBack(ledger, nobody, 2, "x")).ThenError(task.ErrJudged)
	s.When(give(ledger, ida, "More")).ThenError(task.ErrAccepted)
	s = s.When(unjudge(ledger, nobody, 2)).Then(unjudged(ledger, nobody, 2)) // T7
	s.When(unjudge(ledger, nobody, 2)).ThenNothing()
	s.When(accept(ledger, nobody, 2)).Then(accepted(ledger, nobody, 2))
}

// Rule 15, U8: what awaits its verdict is not handed over, so that one with a virus leaves its item open.
func TestUncheckedFiles(t *testing.T) {
	waits := file(scan, ledger, uuid.Nil).(task.AttachmentReceived)
	waits.Awaited = true
	verdict := func(v task.Verdict, held bool) ev {
		return task.AttachmentScanned{Attachment: scan, Verdict: v, Held: held, At: noon}
	}
	s := given(t, assigned(request), waits)
	s.When(give(ledger, ida, "Here it is", scan)).ThenError(task.ErrChecked)
	s.When(give(ledger, ida, "It comes by post")).Then(given1(uuid.Nil, ledger, 1, ida, "It comes by post"), done(ida, ""))
	given(t, assigned(request), waits, verdict(task.NotScanned, true)).When(give(ledger, ida, "", scan)).ThenError(task.ErrChecked)
	given(t, assigned(request), waits, verdict(task.Clean, false)).When(give(ledger, ida, "", scan)).Then(given1(uuid.Nil, ledger, 1, ida, "", scan), done(ida, ""))
	given(t, assigned(request), waits, verdict(task.Infected, false)).When(give(ledger, ida, "", scan)).ThenError(task.ErrFile)
}

// Several rounds are answered together, or none of them.
func TestSeveral(t *testing.T) {
	acceptAll := func(rounds ...task.Judging) decision {
		return func(s state) ([]ev, error) {
			return task.Several(s, rounds, func(s state, j task.Judging) ([]ev, error) { return s.Accept(j, byMary, noon) })
		}
	}
	s := given(t, assigned(request), given1(uuid.Nil, ledger, 1, ida, "x"), given1(ida, payslip, 1, ida, "x"))
	led, pay := judging(ledger, uuid.Nil, 1), judging(payslip, ida, 1)
	s.When(acceptAll(led, pay, led)).Then(accepted(ledger, uuid.Nil, 1), accepted(payslip, ida, 1))
	s.When(acceptAll(led, judging(payslip, bo, 1))).ThenError(task.Refused{Nth: 1, Err: task.ErrNothingYet})
}

func TestNotApplicable(t *testing.T) {
	s := given(t, assigned(request))
	s.When(decline(ledger, ida, " ")).ThenError(task.ErrWhy)
	s = s.When(decline(ledger, ida, "We keep none")).Then(declined(uuid.Nil, ledger, 1, ida, "We keep none"), done(ida, ""))
	s.When(review(ledger, uuid.Nil, 1)).ThenNothing()
	s.When(accept(ledger, uuid.Nil, 1)).Then(accepted(ledger, uuid.Nil, 1))
	s.When(sendBack(ledger, uuid.Nil, 1, "You do")).
		Then(sentBack(ledger, uuid.Nil, 1, "You do"), task.Reopened{Reason: text("You do"), By: byMary, At: noon}).
		When(give(ledger, bo, "In the post")).Then(given1(uuid.Nil, ledger, 2, bo, "In the post"), done(bo, ""))
}

// S4.i5: an own item of one is not that of another.
func TestOwnItems(t *testing.T) {
	s := given(t, assigned(request)).When(give(payslip, ida, "None in March")).Then(given1(ida, payslip, 1, ida, "None in March"))
	s.When(give(payslip, ida, "x")).ThenError(task.ErrReturned)
	s.When(accept(payslip, bo, 1)).ThenError(task.ErrNothingYet)
	s = s.When(give(payslip, bo, "Nor I")).Then(given1(bo, payslip, 1, bo, "Nor I"))
	s = s.When(accept(payslip, bo, 1)).Then(accepted(payslip, bo, 1))
	s.When(accept(payslip, ida, 1)).Then(accepted(payslip, ida, 1))
	wanted := func(e *task.Assigned) { request(e); e.Items[1].Optional = false }
	t.Run("all do their part where it is one for all", func(t *testing.T) {
		s := given(t, assigned(wanted)).When(give(ledger, ida, "x")).Then(given1(uuid.Nil, ledger, 1, ida, "x")).
			When(give(payslip, bo, "x")).Then(given1(bo, payslip, 1, bo, "x"))
		s.When(finish(bo, "")).ThenError(task.ErrMissing)
		s.When(give(payslip, ida, "x")).Then(given1(ida, payslip, 1, ida, "x"), done(ida, ""))
		given(t, assigned(wanted), given1(uuid.Nil, ledger, 1, ida, "x"), closed(ida, task.Cancelled)).
			When(give(payslip, bo, "x")).Then(given1(bo, payslip, 1, bo, "x"), done(bo, ""))
	})
	t.Run("and for themselves where it is each", func(t *testing.T) {
		s := given(t, assigned(wanted, each)).When(give(payslip, bo, "x")).Then(given1(bo, payslip, 1, bo, "x")).
			When(give(ledger, ida, "x")).
			Then(given1(uuid.Nil, ledger, 1, ida, "x"), task.DoneByClient{Contact: bo, By: by(ida), At: noon})
		s.When(finish(ida, "")).ThenError(task.ErrMissing)
		s.When(sendBack(payslip, bo, 1, "Blank")).
			Then(sentBack(payslip, bo, 1, "Blank"), task.Reopened{Contact: bo, Reason: text("Blank"), By: byMary, At: noon})
	})
}

func TestAnswersAreRefused(t *testing.T) {
	s := given(t, assigned(request), file(scan, ledger, uuid.Nil), file(old, payslip, bo), file(photo, ledger, uuid.Nil), task.AttachmentDiscarded{Attachment: photo})
	for name, c := range map[string]struct {
		do  decision
		err error
	}{
		"nothing":                 {give(ledger, ida, "\n "), task.ErrEmpty},
		"a long note":             {give(ledger, ida, strings.Repeat("é", task.MaxNote+1)), task.ErrNote},
		"another item's file":     {give(ledger, ida, "", old), task.ErrFile},
		"another contact's file":  {give(payslip, ida, "", old), task.ErrFile},
		"a discarded file":        {give(ledger, ida, "", photo), task.ErrFile},
		"a file that never came":  {give(ledger, ida, "", this), task.ErrFile},
		"a file twice":            {give(ledger, ida, "", scan, scan), task.ErrFile},
		"too many":                {give(ledger, ida, "", scan, old, photo), task.ErrMost},
		"an item that is no item": {give(this, ida, "x"), task.ErrItem},
		"a stranger":              {give(ledger, uuid.Nil, "x"), task.ErrNotFound},
		"nothing to look at":      {review(ledger, uuid.Nil, 1), task.ErrNothingYet},
		"nothing to accept":       {accept(ledger, uuid.Nil, 0), task.ErrNothingYet},
		"nothing to send back":    {sendBack(payslip, ida, 1, "x"), task.ErrNothingYet},
		"nothing to undo":         {unjudge(payslip, ida, 1), task.ErrNothingYet},
		"an unknown item":         {accept(this, ida, 1), task.ErrItem},
		"done, with one open":     {finish(ida, ""), task.ErrMissing},
	} {
		t.Run(name, func(t *testing.T) { s.When(c.do).ThenError(c.err) })
	}
	given(t, assigned(request, held)).When(give(ledger, ida, "x")).ThenError(task.ErrNotFound)
	given(t, assigned(request, toIda)).When(decline(ledger, bo, "x")).ThenError(task.ErrNotFound)
	given(t, assigned()).When(give(ledger, ida, "x")).ThenError(task.ErrItem)
	given(t).When(accept(ledger, uuid.Nil, 1)).ThenError(task.ErrNotFound)
	answered := []ev{assigned(request), given1(uuid.Nil, ledger, 1, ida, "x"), given1(ida, payslip, 1, ida, "x")}
	t.Run("closed for all, or for one (S4.i9)", func(t *testing.T) {
		shut := given(t, append(answered, closed(uuid.Nil, task.Completed))...)
		for _, d := range []decision{give(payslip, bo, "x"), accept(ledger, uuid.Nil, 1), sendBack(ledger, uuid.Nil, 1, "x"), unjudge(ledger, uuid.Nil, 1)} {
			shut.When(d).ThenError(task.ErrClosed)
		}
		one := given(t, append(answered, closed(ida, task.Completed))...)
		one.When(accept(payslip, ida, 1)).ThenError(task.ErrClosed)
		one.When(give(payslip, bo, "x")).Then(given1(bo, payslip, 1, bo, "x"), done(bo, ""))
	})
	t.Run("confirmed", func(t *testing.T) {
		given(t, append(answered, done(ida, ""), accepted(ledger, uuid.Nil, 1), confirmed(uuid.Nil))...).
			When(unjudge(ledger, uuid.Nil, 1)).ThenError(task.ErrAgreed)
	})
}

// Rule 18, and what it does to the client's part (rule 17).
func TestItemsOfARequestChange(t *testing.T) {
	bank := id(33)
	asks := func(id uuid.UUID, title string, change ...func(*task.Asking)) task.Asking {
		a := task.Asking{ID: id, Title: title}
		for _, f := range change {
			f(&a)
		}
		return a
	}
	add := func(a task.Asking) decision {
		return func(s state) ([]ev, error) { return s.AddItem(a, people, byMary, noon) }
	}
	alter := func(a task.Asking) decision {
		return func(s state) ([]ev, error) { return s.ChangeItem(a, people, byMary, noon) }
	}
	cancel := func(id uuid.UUID) decision {
		return func(s state) ([]ev, error) { return s.CancelItem(id, people, byMary, noon) }
	}
	added := task.ItemAdded{Item: task.Item{ID: bank, Title: text("Bank")}, At: noon}
	again := task.Reopened{By: byMary, At: noon}
	s := given(t, assigned(request), given1(uuid.Nil, ledger, 1, ida, "x"), done(ida, "")).When(add(asks(bank, " Bank "))).Then(added, again)
	s.When(add(asks(bank, "Bank"))).ThenNothing()
	s.When(cancel(bank)).Then(task.ItemCancelled{Item: bank, By: byMary, At: noon}, task.DoneByClient{Contact: ida, By: byMary, At: noon}).
		When(give(bank, ida, "x")).ThenError(task.ErrItem)
	s.When(alter(asks(bank, "Bank"))).ThenNothing()
	optional := func(a *task.Asking) { a.Optional = true }
	s.When(alter(asks(bank, "Bank", optional))).
		Then(task.ItemChanged{Item: task.Item{ID: bank, Title: text("Bank"), Optional: true}, At: noon}, task.DoneByClient{Contact: ida, By: byMary, At: noon})
	s.When(alter(asks(bank, "Bank", func(a *task.Asking) { a.Types = []string{"pdf"} }))).
		Then(task.ItemChanged{Item: task.Item{ID: bank, Title: text("Bank"), Types: []string{"pdf"}}, At: noon})
	s.When(alter(asks(ledger, "Ledger", func(a *task.Asking) { a.Own = true }))).ThenError(task.ErrOwn)
	s.When(alter(asks(id(39), "x"))).ThenError(task.ErrItem)
	s.When(alter(asks(bank, ""))).ThenError(task.ErrItemTitle)
	s.When(add(asks(id(39), ""))).ThenError(task.ErrItemTitle)
	s.When(cancel(id(39))).ThenError(task.ErrItem)
	given(t, assigned()).When(add(asks(bank, "Bank"))).ThenError(task.ErrItems)
	two := given(t, assigned(request)).When(cancel(payslip)).Then(task.ItemCancelled{Item: payslip, By: byMary, At: noon})
	two.When(cancel(payslip)).ThenNothing()
	two.When(cancel(ledger)).ThenError(task.ErrLastItem)
	two.When(alter(asks(payslip, "x"))).ThenError(task.ErrItem)
	shut := given(t, assigned(request), closed(uuid.Nil, task.Completed))
	for _, d := range []decision{add(asks(bank, "x")), alter(asks(ledger, "x")), cancel(ledger)} {
		shut.When(d).ThenError(task.ErrClosed)
	}
}

// S4.i8: accepting is silent until all is accepted.
func TestComplete(t *testing.T) {
	history := []ev{assigned(request), given1(uuid.Nil, ledger, 1, ida, "x"), given1(ida, payslip, 1, ida, "x"), done(ida, "")}
	complete := func(contact uuid.UUID, more ...ev) bool {
		return given(t, append(history, more...)...).State().Complete(contact, people)
	}
	led, pay := accepted(ledger, uuid.Nil, 1), accepted(payslip, ida, 1)
	if complete(uuid.Nil) || complete(uuid.Nil, led) || complete(uuid.Nil, pay) || complete(ida, led) {
		t.Error("complete, and something waits for an answer")
	}
	if !complete(uuid.Nil, led, pay) || !complete(bo, led) || !complete(ida, led, pay) {
		t.Error("all is accepted, and it isn't complete")
	}
	if complete(uuid.Nil, led, pay, unjudged(payslip, ida, 1)) || given(t, assigned()).State().Complete(uuid.Nil, people) {
		t.Error("complete, and it isn't")
	}
	forIda := task.Who{Kind: event.Staff, ID: mary, For: ida}
	given(t, assigned(request)).When(func(s state) ([]ev, error) { return s.Return(answering(ledger, ida, "x"), forIda, noon) }). // S4.i1
																	Then(task.ItemReturned{Item: ledger, Round: 1, By: forIda, Note: text("x"), At: noon}, task.DoneByClient{Contact: ida, By: forIda, At: noon})
}
