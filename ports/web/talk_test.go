package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// filesIn are files of a message: one for everybody, one that is being checked, and one for the practice.
func filesIn(message uuid.UUID) []taskapp.File {
	f := taskapp.File{ID: newTestID(95), By: event.Actor{Kind: event.Staff, ID: priya.ID}, Place: task.Place{Message: message}, Returned: true, Name: "Ledger <1>.pdf", State: taskapp.FileReleased, At: noon}
	waits, ours := f, f
	waits.ID, waits.Name, waits.State, waits.Scan, waits.Delivered = newTestID(96), "Not yet.pdf", taskapp.FileReceived, taskapp.ScanAwaited, true
	ours.ID, ours.Name, ours.Place.Talk.Internal = newTestID(97), "Ours.pdf", true
	return []taskapp.File{f, waits, ours}
}

// S4.10: all talks of a person in one place, what is new in them, and the way there from the lists.
func TestPortalTalks(t *testing.T) {
	h := asks(t)
	h.get("/portal/messages").want(t, 200, "No messages yet", "Open one to write to Harbour &amp; Vale.")
	h.plan.theirs.Messages = []taskapp.Message{{ID: first, By: event.Actor{Kind: event.Staff, ID: priya.ID}, ByName: "Priya Nair", Text: "Which\n<bank>? " + strings.Repeat("x", 200), At: noon}}
	me := event.Actor{Kind: event.Contact, ID: ingrid.Contact}
	h.plan.unread = map[event.Actor]map[uuid.UUID]int{me: {ledgerTask: 2}}
	h.get("/portal/messages").want(t, 200, "Priya Nair · ", "Which &lt;bank&gt;? x", "…", "/portal/todos/"+ledgerTask.String()+"#talk", "2 new messages").lacks(t, strings.Repeat("x", 160))
	at := "/portal/todos/" + ledgerTask.String() + "/files/"
	h.plan.files = filesIn(first)
	h.get("/portal/messages").want(t, 200, at+newTestID(95).String()+"/content", "Ledger &lt;1&gt;.pdf").lacks(t, "Not yet.pdf", "Ours.pdf").want(t, 200, "1 file is arriving")
	h.get("/portal/todos").want(t, 200, `href="/portal/messages"`, "All messages", "2 new messages")
	h.plan.theirs.Messages[0].By, h.plan.theirs.Messages[0].Text, h.plan.theirs.Messages[0].DeletedAt = me, "", noon
	h.get("/portal/messages").want(t, 200, "You · ", "This message was deleted.")
}

// S4.1, S4.10: what was said with a contact is read in one place, each message with the task on which it stands, and
// answered there.
func TestContactTalk(t *testing.T) {
	h := asks(t)
	h.signIn()
	page := "/contacts/" + ingrid.Contact.String() + "/messages"
	h.get(page).want(t, 200, "Nobody has written yet.").lacks(t, "<textarea", "Mark as read")
	question := taskapp.SaidOn{Task: ledgerTask, Title: "Send <the ledger>", Message: taskapp.Message{
		ID: newer, By: event.Actor{Kind: event.Contact, ID: ingrid.Contact}, ByName: "Ingrid Solberg", Text: "Is <this> right?", At: noon, New: true, Talk: task.Talk{With: ingrid.Contact}, WithName: "Ingrid Solberg",
	}}
	over := question
	over.Task, over.Title, over.ID, over.Over, over.New, over.Talk = newTestID(80), "Last year", first, true, false, task.Talk{}
	h.plan.said = []taskapp.SaidOn{question, over}
	got := h.get(page)
	got.want(t, 200, "Is &lt;this&gt; right?", `<a href="/tasks/`+ledgerTask.String()+"#message-"+newer.String()+`">Send &lt;the ledger&gt;</a>`, "Only Ingrid Solberg and us", "1 new message", "Last year",
		`name="read" value="`+ledgerTask.String()+" "+newer.String()+`"`, `<option value="`+ledgerTask.String()+`" selected>`).
		lacks(t, `<option value="`+over.Task.String())
	h.plan.files = filesIn(newer)
	h.get(page).want(t, 200, "/tasks/"+ledgerTask.String()+"/files/"+newTestID(95).String()+"/content", "Ledger &lt;1&gt;.pdf", "Ours.pdf").lacks(t, "Not yet.pdf")
	if body := got.text; strings.Index(body, first.String()) > strings.Index(body, newer.String()) {
		t.Error("the newest message does not come last")
	}
	form := url.Values{"command": {uuid.NewString()}, "message": {uuid.NewString()}, "talk": {talkAll}, "text": {"Yes <b>"}, "task": {uuid.NewString()}}
	h.post(page, form).want(t, http.StatusUnprocessableEntity, "Choose what the message is about.", "Yes &lt;b&gt;")
	form.Set("task", ledgerTask.String())
	form.Set("talk", bo.String()) // somebody else
	h.post(page, form).want(t, http.StatusUnprocessableEntity, "Yes &lt;b&gt;")
	h.post(page+"/reading", url.Values{"command": {uuid.NewString()}, "read": {"x y"}}).want(t, http.StatusUnprocessableEntity)
	h.get(page+"?before=x").want(t, http.StatusNotFound)
	for range mostSaid {
		h.plan.said = append(h.plan.said, over)
	}
	h.get(page+"?before="+newer.String()).want(t, 200, page+"?before="+first.String(), "Newest messages")
	h.get("/contacts/"+ingrid.Contact.String()).want(t, 200, page)
}
