package web

import (
	"net/http"
	"net/url"
	"testing"

	taskapp "portico/app/task"

	"github.com/google/uuid"
)

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
	h.plan.policy.Off = true
	h.get(todo).want(t, 200).lacks(t, "Use a file you have sent before")
}
