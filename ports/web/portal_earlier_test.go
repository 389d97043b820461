package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// bytesThere are bytes that nobody destroys.
type bytesThere struct{ taskapp.Bytes }

func (bytesThere) Hold(context.Context, int32, uuid.UUID, uuid.UUID, uuid.UUID) error { return nil }

func (bytesThere) Confirm(context.Context, int32, uuid.UUID) error { return nil }

// T15: who has sent a file before finds it where the same is wanted once more, and is told why one can't be used.
func TestPortalEarlier(t *testing.T) {
	h := holds(t)
	todo := "/portal/todos/" + ledgerTask.String()
	page := todo + "/earlier"
	h.get(todo).want(t, 200).lacks(t, "Use a file you have sent before")
	h.get(page).want(t, 200, "You have sent nothing yet that could be used here.").lacks(t, `type="search"`)

	passport := taskapp.Earlier{Elsewhere: taskapp.Elsewhere{Task: newTestID(71), Title: "Year <end>", File: newTestID(72), Name: "Passport.pdf", At: noon}, Transfer: newTestID(73), Size: 812_000}
	bank := passport
	bank.Name, bank.Transfer = "Bank.html", bankFile
	h.plan.earlier = []taskapp.Earlier{passport, bank}
	h.get(todo).want(t, 200, page, "Use a file you have sent before")
	h.get(page+"?q=%3Cx").want(t, 200, "Passport.pdf", "for “Year &lt;end&gt;”", passport.File.String(), "Bank.html", "is here already", `value="&lt;x"`)
	h.get(page+"?item="+newTestID(1).String()).want(t, http.StatusNotFound)
	for range earlierPage {
		h.plan.earlier = append(h.plan.earlier, passport)
	}
	h.get(page+"?q=a&skip=25").want(t, 200, page+"?q=a&amp;skip=50", page+"?q=a\"")

	form := url.Values{"command": {uuid.NewString()}, "new": {uuid.NewString()}, "task": {passport.Task.String()}, "file": {passport.File.String()}}
	h.post(page, form).want(t, http.StatusNotFound, "This file is unknown here. Reload the page.", "Passport.pdf")
	form.Set("file", "x")
	h.post(page, form).want(t, http.StatusUnprocessableEntity)
	t.Run("behind the paperclip", func(t *testing.T) {
		h.get(todo).want(t, 200, page+`?for=message" data-clip-again hidden`)
		h.get(page+"?for=message&q=a").want(t, 200, `name="for" value="message"`, todo+"#talk-form", page+"?for=message&amp;q=a&amp;skip=25").lacks(t, "is here already")
		h.server.Tasks.Bytes = bytesThere{}
		ask := task.Who{Kind: event.Contact, ID: ingrid.Contact}
		h.store.Given(1, task.Stream(bankTask), task.AttachmentReceived{
			Attachment: passport.File, By: ask, Name: event.Of(boats, "Passport.pdf"), SentAs: event.Of(boats, "Passport.pdf"), Size: 812_000, SHA256: digestText, Media: "application/pdf",
			Transfer: passport.Transfer, Delivered: true, Deadline: noon, StartedAt: noon, At: noon,
		}, task.AttachmentReleased{Attachment: passport.File, At: noon})
		form := url.Values{"command": {uuid.NewString()}, "new": {newTestID(74).String()}, "task": {bankTask.String()}, "file": {passport.File.String()}, "for": {"message"}}
		if to := h.post(page, form).want(t, http.StatusSeeOther).Header().Get("Location"); !strings.HasSuffix(to, "#talk-form") {
			t.Errorf("leads to %s", to)
		}
		e, ok := h.lastOf(ledgerTask).(task.AttachmentReceived)
		if !ok || e.Place.Message == uuid.Nil || e.SourceTask != bankTask || e.Transfer != passport.Transfer {
			t.Errorf("recorded %+v", h.lastOf(ledgerTask))
		}
		form.Set("command", uuid.NewString())
		form.Set("new", newTestID(75).String())
		h.post(page, form).want(t, http.StatusConflict, "This file is here already.")
		waits := h.plan.files[0]
		waits.ID, waits.Transfer, waits.Name, waits.Place = newTestID(74), passport.Transfer, "Passport.pdf", e.Place
		h.plan.files = append(h.plan.files, waits)
		h.get(page+"?for=message").want(t, 200, "is here already")
		h.get(todo).want(t, 200, `data-clipped="`+newTestID(74).String())
		sent := talkForm(91, "message", newTestID(92).String(), "text", "As before", "talk", talkAll, "file", newTestID(74).String())
		h.post(todo+"/messages", sent).want(t, http.StatusSeeOther)
		if e, ok := h.lastOf(ledgerTask).(task.Posted); !ok || len(e.Files) != 1 || e.Files[0] != newTestID(74) {
			t.Errorf("recorded %+v", h.lastOf(ledgerTask))
		}
	})
	h.plan.policy.Off = true
	h.get(todo).want(t, 200).lacks(t, "Use a file you have sent before")
}
