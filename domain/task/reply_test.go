package task_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// reply is a mail of Ida's to everybody on the task.
func reply(words string, change ...func(*task.Replying)) decision {
	return replyAt(noon, words, change...)
}

func replyAt(now time.Time, words string, change ...func(*task.Replying)) decision {
	return func(t state) ([]ev, error) {
		r := task.Replying{Posting: task.Posting{Message: hello, Contact: ida, Text: words, Via: task.ByMail}}
		for _, f := range change {
			f(&r)
		}
		return t.Reply(r, people, by(r.Contact), now)
	}
}

func byMail(e *task.Posted) { e.Via = task.ByMail }

// notTaken is what is recorded of such a mail.
func notTaken(why task.Refusal, words string) task.ReplyRefused {
	e := task.ReplyRefused{Contact: ida, Mail: hello, Why: why, At: noon}
	if words != "" {
		e.Text = text(words)
	}
	return e
}

func lost(names ...string) func(*task.Replying) { return func(r *task.Replying) { r.Lost = names } }

// An answer by mail is a message, or a refusal that its writer is told of, and each once (rule 35).
func TestReply(t *testing.T) {
	all := slices.DeleteFunc(slices.Clone(people), func(c uuid.UUID) bool { return c == ida })
	named := func(e task.ReplyRefused, names ...string) task.ReplyRefused {
		for _, n := range names {
			e.Files = append(e.Files, text(n))
		}
		return e
	}
	t.Run("it is posted, once", func(t *testing.T) {
		given(t, assigned()).When(reply(" Here it is.\r\n")).Then(posted(ida, "Here it is.", all, byMail)).When(reply("Here it is.")).ThenNothing()
	})
	t.Run("in its talk", func(t *testing.T) {
		private := func(r *task.Replying) { r.Talk = withIda }
		given(t, assigned()).When(reply("For you.", private)).Then(posted(ida, "For you.", nil, byMail, said(withIda)))
	})
	t.Run("not closed", func(t *testing.T) {
		s := given(t, assigned(), task.Closed{Outcome: task.Cancelled, At: noon}).When(reply("Wait!")).Then(notTaken(task.ForClosing, "Wait!"))
		s.When(reply("Wait!")).ThenNothing()
	})
	t.Run("refused is refused, though it were taken by now", func(t *testing.T) {
		given(t, assigned(), notTaken(task.ForClosing, "Wait!")).When(reply("Wait!")).ThenNothing()
	})
	t.Run("posted is posted, though it were refused by now", func(t *testing.T) {
		given(t, assigned(), posted(ida, "Here.", all, byMail), task.Closed{Outcome: task.Cancelled, At: noon}).When(reply("Here.")).ThenNothing()
	})
	t.Run("of somebody who doesn't see it any more", func(t *testing.T) {
		given(t, assigned(), task.ContactRemoved{Contact: ida}).When(reply("Hello?")).Then(notTaken(task.ForAccess, "Hello?"))
	})
	t.Run("too long is kept as far as it goes", func(t *testing.T) {
		long := strings.Repeat("ö", task.MaxMessage+1)
		given(t, assigned()).When(reply(long)).Then(notTaken(task.ForLength, long))
		endless := notTaken(task.ForLength, strings.Repeat("ö", 20_000))
		endless.Cut = true
		given(t, assigned()).When(reply(strings.Repeat("ö", 25_000))).Then(endless)
	})
	t.Run("nothing in it", func(t *testing.T) {
		given(t, assigned()).When(reply(" \n\t")).Then(notTaken(task.ForNothing, ""))
	})
	t.Run("files that are lost are named", func(t *testing.T) {
		given(t, assigned()).When(reply("See there.", lost("a.pdf", "b\r\nX-Evil: 1.pdf"))).
			Then(posted(ida, "See there.", all, byMail), named(notTaken(task.ForFiles, ""), "a.pdf", "b X-Evil: 1.pdf"))
		given(t, assigned()).When(reply("", lost("a.pdf"))).Then(named(notTaken(task.ForFiles, ""), "a.pdf"))
		given(t, assigned(), task.Closed{Outcome: task.Cancelled, At: noon}).When(reply("Here", lost("a.pdf"))).Then(named(notTaken(task.ForClosing, "Here"), "a.pdf"))
	})
	t.Run("what somebody else has sent is not kept", func(t *testing.T) {
		stranger := func(r *task.Replying) { r.Refused = task.ForSender }
		given(t, assigned()).When(reply("Buy!", stranger, lost("evil.exe"))).Then(notTaken(task.ForSender, ""))
	})
	t.Run("what is refused before the task is asked", func(t *testing.T) {
		archived := func(r *task.Replying) { r.Refused = task.ForArchive }
		given(t, assigned()).When(reply("Hello", archived)).Then(notTaken(task.ForArchive, "Hello"))
	})
	t.Run("nobody is told of what isn't there", func(t *testing.T) {
		given(t).When(reply("Hello")).ThenError(task.ErrNotFound)
		given(t, assigned(), task.TakenBack{}).When(reply("Hello")).ThenError(task.ErrNotFound)
		erased := assigned(func(e *task.Assigned) { e.Title = event.Personal{Subject: e.Subject, Erased: true} })
		given(t, erased).When(reply("Hello")).ThenError(task.ErrNotFound)
	})
}

// Files that were put on the task for the mail come with its message; those that can't any more are named (rule 35).
func TestReplyWithFiles(t *testing.T) {
	all := slices.DeleteFunc(slices.Clone(people), func(c uuid.UUID) bool { return c == ida })
	enclosing := func(files ...uuid.UUID) func(*task.Replying) {
		return func(r *task.Replying) {
			r.Files = files
			for range files {
				r.Names = append(r.Names, "a.pdf")
			}
		}
	}
	draft := received(ida, receivedAt(task.Place{Message: hello}))
	with := func(e *task.Posted) { e.Files = []uuid.UUID{draft.Attachment} }
	s := given(t, assigned(), draft)
	s.When(reply("See there.", enclosing(draft.Attachment))).Then(posted(ida, "See there.", all, byMail, with))
	s.When(reply("", enclosing(draft.Attachment))).Then(posted(ida, "", all, byMail, with, func(e *task.Posted) { e.Text = event.Personal{} }))
	gone := notTaken(task.ForFiles, "")
	gone.Files = []event.Personal{text("a.pdf")}
	s.When(reply("See there.", enclosing(id(98)))).Then(posted(ida, "See there.", all, byMail), gone)
	s.When(reply("", enclosing(id(98)))).Then(gone)
	closed := notTaken(task.ForClosing, "See there.")
	closed.Files = []event.Personal{text("b.pdf"), text("a.pdf")}
	given(t, assigned(), draft, task.Closed{Outcome: task.Cancelled, At: noon}).When(reply("See there.", enclosing(draft.Attachment), lost("b.pdf"))).Then(closed)
	if got := event.Fold(state{}, []ev{assigned(), draft}...).Unsent([]uuid.UUID{draft.Attachment, id(98)}); !slices.Equal(got, []uuid.UUID{draft.Attachment}) {
		t.Error(got)
	}
	if got := event.Fold(state{}, []ev{assigned(), draft, posted(ida, "", all, with)}...).Unsent([]uuid.UUID{draft.Attachment}); len(got) != 0 {
		t.Error(got)
	}
}

// Two machines that answer each other come to an end, within the hour, and what people write goes on after it (rule 35).
func TestRepliesEnd(t *testing.T) {
	s := state{}.Apply(assigned())
	ends := func(words string, want int) {
		t.Helper()
		n := 0
		for i := range 3 * task.MaxReplies {
			mail := func(r *task.Replying) { r.Message = uuid.NewSHA1(hello, []byte{byte(i), byte(want)}) }
			events, err := replyAt(noon.Add(time.Duration(i)*time.Minute/2), words, mail)(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				n, s = n+1, s.Apply(e)
			}
		}
		if n != want {
			t.Errorf("%q: %d events of %d mails, want %d", words, n, 3*task.MaxReplies, want)
		}
	}
	ends("I am out of the office.", 2*task.MaxReplies) // as many messages, and as many refusals
	if events, _ := replyAt(noon.Add(3*time.Hour), "Hello", func(r *task.Replying) { r.Message = id(99) })(s); len(events) != 1 {
		t.Errorf("after it: %v", events)
	} else if _, ok := events[0].(task.Posted); !ok {
		t.Errorf("after it: %v", events)
	}
}

// Those who were mailed are known though they see the task no more.
func TestMailed(t *testing.T) {
	s := event.Fold(state{}, []ev{assigned(), task.Notified{Contact: ida, Channel: task.Email, Mail: id(40)}, task.Notified{Contact: ida, Channel: task.Email, Mail: id(41)},
		task.NoticeFailed{Contact: id(77), Channel: task.Email, Mail: id(42)}, task.ContactRemoved{Contact: ida}}...)
	if got := s.Mailed(); !slices.Equal(got, []uuid.UUID{ida}) {
		t.Error(got)
	}
}
