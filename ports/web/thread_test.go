package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	taskapp "portico/app/task"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

func (p *plan) Thread(context.Context, int32, uuid.UUID, uuid.UUID) (taskapp.Thread, error) {
	return p.ours, nil
}

func (p *plan) ThreadOf(_ context.Context, _ int32, id, contact uuid.UUID) (taskapp.Thread, error) {
	if id != ledgerTask || contact != ingrid.Contact {
		return taskapp.Thread{}, nil
	}
	return p.theirs, nil
}

func (p *plan) Unread(_ context.Context, _ int32, who event.Actor, tasks []uuid.UUID) (map[uuid.UUID]int, error) {
	out := map[uuid.UUID]int{}
	for _, id := range tasks {
		if n := p.unread[who][id]; n > 0 {
			out[id] = n
		}
	}
	return out, nil
}

func (p *plan) Newest(_ context.Context, _ int32, _ event.Actor, tasks []uuid.UUID) (map[uuid.UUID]taskapp.Message, error) {
	out := map[uuid.UUID]taskapp.Message{}
	for _, id := range tasks {
		if id == ledgerTask && len(p.theirs.Messages) > 0 {
			out[id] = p.theirs.Messages[len(p.theirs.Messages)-1]
		}
	}
	return out, nil
}

func (p *plan) Said(context.Context, int32, uuid.UUID, uuid.UUID, taskapp.SaidQuery) ([]taskapp.SaidOn, error) {
	return p.said, nil
}

// mates are colleagues whom a test lets in or refuses.
type mates struct{ *plan }

func (m mates) Known(context.Context, int32, []uuid.UUID) error { return m.staff }

var (
	tom          = newTestID(73)
	first, newer = newTestID(74), newTestID(75)
	bo           = newTestID(76) // another contact of the client
)

// office are the people of the practice.
type office struct{ account.Reader }

func (office) Staff(context.Context, int32, ...uuid.UUID) ([]account.StaffRow, error) {
	row := func(id uuid.UUID, name string, role accounts.Role) account.StaffRow {
		return account.StaffRow{ID: id, Name: name, Role: role}
	}
	gone := row(newTestID(78), "Gita Gone", accounts.Admin)
	gone.DeactivatedAt = noon
	return []account.StaffRow{row(priya.ID, "Priya Nair", accounts.Admin), row(tom, "Tom Okafor", accounts.Admin), row(newTestID(77), "Tom Oak", accounts.Admin), row(newTestID(79), "Oz Box", accounts.Operator), gone}, nil
}

// pair is two contacts of the client.
type pair struct{ contactapp.Reader }

func (pair) OfClient(context.Context, int32, uuid.UUID) ([]contactapp.Linked, error) {
	of := func(id uuid.UUID, name string, rights ...string) contactapp.Linked {
		return contactapp.Linked{Row: contactapp.Row{ID: id, Given: name}, Rights: rights}
	}
	return []contactapp.Linked{of(ingrid.Contact, "Ingrid", "tasks"), of(bo, "Bo", "tasks"), of(newTestID(80), "Unseen", "files")}, nil
}

// talks is asks, where two contacts see the ledger and the first word was said.
func talks(t *testing.T) *house {
	h := asks(t)
	for i := range h.plan.detail {
		h.plan.detail[i].Audience.All, h.plan.todos[i].Audience.All = true, true
	}
	h.server.Staff, h.server.ContactList = office{}, pair{h.crowd}
	h.build()
	h.store.Given(1, task.Stream(ledgerTask), task.Posted{Message: first, By: task.Who{Kind: event.Contact, ID: ingrid.Contact}, Text: event.Of(boats, "Which one?"), Talk: task.Talk{With: ingrid.Contact}, Via: task.ByPage, At: noon})
	said := taskapp.Message{ID: first, N: 1, By: event.Actor{Kind: event.Contact, ID: ingrid.Contact}, ByName: "Ingrid", Text: "Which one?", Talk: task.Talk{With: ingrid.Contact}, WithName: "Ingrid", At: noon}
	h.plan.theirs = taskapp.Thread{Messages: []taskapp.Message{said}, Readers: []taskapp.ThreadReader{{Who: event.Actor{Kind: event.Staff, ID: priya.ID}, Name: "Priya Nair", Upto: 1}}}
	said.New = true
	note := taskapp.Message{ID: newer, N: 2, By: event.Actor{Kind: event.Staff, ID: tom}, ByName: "Tom Okafor", Text: "They mean @Priya: https://a.example", Talk: task.Talk{Internal: true}, Named: []string{"Priya Nair"}, New: true, At: noon}
	h.plan.ours = taskapp.Thread{Messages: []taskapp.Message{said, note}, Unread: 2, Readers: []taskapp.ThreadReader{{Who: event.Actor{Kind: event.Contact, ID: bo}, Name: "Bo", Upto: 2}}}
	return h
}

func talkForm(n byte, more ...string) url.Values {
	v := url.Values{"command": {newTestID(n).String()}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// A contact writes, between them and the practice unless they choose everybody (S2.i5); changes it, deletes it, reads.
func TestPortalThread(t *testing.T) {
	h := talks(t)
	of := "/portal/todos/" + ledgerTask.String()
	h.get(of).want(t, 200, "Which one?", "Read by Priya Nair", "Only you and Harbour &amp; Vale", `data-key="contact/`+ingrid.Contact.String()+"/"+ledgerTask.String()+`"`, "draft-box", "read-mark",
		of+"/messages/"+first.String()+"/text", "Harbour &amp; Vale and Bo", `value="`+ingrid.Contact.String()+`" checked`).lacks(t, "Unseen", "<read-mark>", "Internal")
	write := func(n, message byte, more ...string) reply {
		return h.post(of+"/messages", talkForm(n, append([]string{"message", newTestID(message).String()}, more...)...))
	}
	a := write(81, 90, "text", "A wrong file, sorry", "talk", ingrid.Contact.String()).want(t, http.StatusSeeOther)
	if to := a.Header().Get("Location"); !strings.HasPrefix(to, of+"?at=") || !strings.HasSuffix(to, "#talk") {
		t.Errorf("leads to %q", to)
	}
	e, ok := h.lastOf(ledgerTask).(task.Posted)
	if !ok || e.Text.Text != "A wrong file, sorry" || e.Talk != (task.Talk{With: ingrid.Contact}) || e.By.ID != ingrid.Contact || e.Via != task.ByPage {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	n := len(h.store.Stream(task.Stream(ledgerTask)))
	write(81, 90, "text", "A wrong file, sorry", "talk", ingrid.Contact.String()).want(t, http.StatusSeeOther) // the button, pressed twice
	write(82, 90, "text", "A wrong file, sorry").want(t, http.StatusSeeOther)                                  // the draft, sent again from a page of later
	if len(h.store.Stream(task.Stream(ledgerTask))) != n {
		t.Errorf("it is recorded twice: %+v", h.lastOf(ledgerTask))
	}
	b := write(81, 90, "text", "A wrong file, and one more").want(t, http.StatusConflict, "What you sent before has arrived", "A wrong file, and one more")
	if strings.Contains(b.text, newTestID(90).String()) || strings.Contains(b.text, newTestID(81).String()) {
		t.Error("the changed text would be taken for what has arrived")
	}
	write(83, 91, "text", " ").want(t, http.StatusUnprocessableEntity, "Error: Send the ledger", "Write your message", newTestID(91).String())
	write(84, 92, "text", "For all", "talk", talkAll).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.Posted); !ok || e.Talk != (task.Talk{}) {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	write(85, 93, "text", "Between others", "talk", bo.String()).want(t, http.StatusSeeOther) // nobody writes into somebody else's talk
	if e, ok := h.lastOf(ledgerTask).(task.Posted); !ok || e.Talk.With != ingrid.Contact {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	h.post(of+"/messages/"+first.String()+"/text", talkForm(86, "text", "Which?")).want(t, http.StatusSeeOther)
	h.post(of+"/messages/"+first.String()+"/removal", talkForm(87)).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.MessageDeleted); !ok || e.Message != first {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	h.post(of+"/messages/"+newer.String()+"/removal", talkForm(88)).want(t, http.StatusNotFound)
	h.post(of+"/reading", talkForm(89, "upto", newTestID(92).String())).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.MessagesRead); !ok || e.By.ID != ingrid.Contact {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	h.plan.theirs.Messages[0].New, h.plan.theirs.Unread = true, 1
	h.get(of).want(t, 200, "<read-mark>", "1 new message", `name="upto" value="`+first.String())
	h.plan.todos[0].Closed, h.plan.todos[0].Outcome = true, task.Completed
	h.get(of).want(t, 200, "Which one?").lacks(t, "Your message", "/removal")
	h.post("/portal/todos/"+newTestID(99).String()+"/messages", talkForm(95, "message", newTestID(95).String(), "text", "x")).want(t, http.StatusNotFound)
}

// The practice writes to everybody, to one, or for itself, mentions colleagues, and answers where it was asked.
func TestStaffThread(t *testing.T) {
	h := talks(t)
	h.jar = nil
	h.signIn()
	of := "/tasks/" + ledgerTask.String()
	h.get(of).want(t, 200, "2 new messages", "Only Ingrid and us", "Internal note", "said--internal", `<b class="mention">@Priya</b>`, `<a href="https://a.example"`, "Read by Bo",
		`<option value="`+ingrid.Contact.String()+`" selected>Only Ingrid and us`, `name="upto" value="`+newer.String()).lacks(t, "Only Unseen")
	write := func(n byte, more ...string) reply {
		return h.post(of+"/messages", talkForm(n, append([]string{"message", newTestID(n).String()}, more...)...))
	}
	for n, c := range []struct {
		talk string
		want task.Talk
	}{{talkAll, task.Talk{}}, {talkInternal, task.Talk{Internal: true}}, {bo.String(), task.Talk{With: bo}}} {
		write(byte(90+n), "text", "@Tom Okafor, and @tom: a@priya.example @Gita", "talk", c.talk).want(t, http.StatusSeeOther)
		if e, ok := h.lastOf(ledgerTask).(task.Posted); !ok || e.Talk != c.want || e.By.ID != priya.ID || !slices.Equal(e.Mentions, []uuid.UUID{tom}) {
			t.Errorf("%s: recorded %+v", c.talk, h.lastOf(ledgerTask))
		}
	}
	write(80, "text", "x", "talk", "nobody").want(t, http.StatusUnprocessableEntity, "Choose who reads the message", ">x</textarea>")
	h.plan.staff = fault.New(fault.Invalid, "x", "Nobody is called so.")
	write(81, "text", "Hello @Tom Okafor", "talk", talkAll).want(t, http.StatusUnprocessableEntity, "Nobody is called so.", "Hello @Tom Okafor")
	h.post(of+"/messages/"+first.String()+"/text", talkForm(82, "text", "Mine now")).want(t, http.StatusForbidden)
	h.post(of+"/messages/"+first.String()+"/removal", talkForm(83)).want(t, http.StatusForbidden)
	h.post(of+"/reading", talkForm(84, "upto", first.String())).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.MessagesRead); !ok || e.By.ID != priya.ID {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	h.plan.detail[0].Outcome = task.Completed
	h.get(of).want(t, 200, "the practice alone").lacks(t, "Everybody on the task")
	h.post("/tasks/"+newTestID(99).String()+"/messages", talkForm(85, "message", first.String(), "text", "x", "talk", talkAll)).want(t, http.StatusNotFound)
}

// What was written more than five minutes ago is changed no more, and what was typed meanwhile isn't lost.
func TestThreadEditedLate(t *testing.T) {
	h := talks(t)
	of := "/portal/todos/" + ledgerTask.String()
	h.plan.theirs.Messages[0].At = noon.Add(-task.EditWindow)
	h.get(of).want(t, 200, first.String()+"/removal").lacks(t, first.String()+"/text")
	h.store.SetNow(noon.Add(task.EditWindow))
	h.post(of+"/messages/"+first.String()+"/text", talkForm(81, "text", "Too late")).want(t, http.StatusConflict, "five minutes", ">Too late</textarea>")
}

func TestMentions(t *testing.T) {
	h := talks(t)
	seen := func(row taskapp.Row) []account.StaffRow {
		t.Helper()
		people, err := h.server.seers(t.Context(), 1, row)
		if err != nil {
			t.Fatal(err)
		}
		return people
	}
	all := seen(taskapp.Row{})
	for text, want := range map[string][]uuid.UUID{
		"@Priya": {priya.ID}, "(@priya nair)": {priya.ID}, "@Tom": nil, "@Tom Oak, @Tom Okafor": {newTestID(77), tom}, "@Tom Okaforx": nil, "a@priya": nil, "@Gita Gone @Oz Box @": nil, "@Priya @Priya Nair": {priya.ID},
	} {
		if got := mentionsIn(text, all, nil); !slices.Equal(got, want) {
			t.Errorf("%q mentions %v, want %v", text, got, want)
		}
	}
	t.Run("of two of one name the chosen one is meant", func(t *testing.T) {
		other := newTestID(82)
		two := append(all, account.StaffRow{ID: other, Name: "Tom Okafor", Email: "t2@example.org", Role: accounts.Admin})
		for text, c := range map[string]struct{ chosen, want []uuid.UUID }{
			"@Tom Okafor":                  {nil, nil},
			"@Tom Okafor!":                 {[]uuid.UUID{other}, []uuid.UUID{other}},
			"@tom":                         {[]uuid.UUID{tom}, []uuid.UUID{tom}},
			"@Tom Okafor and @Tom Okafor":  {[]uuid.UUID{tom, other}, []uuid.UUID{tom, other}},
			"nobody":                       {[]uuid.UUID{tom}, nil},
			"@Priya, not @Tomasz":          {[]uuid.UUID{tom}, []uuid.UUID{priya.ID}},
			"@Tom Oak":                     {[]uuid.UUID{tom}, []uuid.UUID{newTestID(77)}},
			"@Tom Okafor, whoever they be": {[]uuid.UUID{newTestID(99)}, nil},
		} {
			var chosen []string
			for _, id := range c.chosen {
				chosen = append(chosen, id.String())
			}
			if got := mentionsIn(text, two, chosen); !slices.Equal(got, c.want) {
				t.Errorf("%q mentions %v, want %v", text, got, c.want)
			}
		}
	})
	t.Run("nobody is told of a task that they may not see", func(t *testing.T) {
		h.server.Staff = assignees{}
		h.shelf.clients = []clientapp.ClientRow{{ID: boats, Owner: tom}, {ID: farrow, Owner: priya.ID}}
		for client, want := range map[uuid.UUID]int{boats: 2, farrow: 1, uuid.Nil: 1} {
			if people := seen(taskapp.Row{Client: client}); len(people) != want {
				t.Errorf("of %s: %+v", client, people)
			}
		}
	})
}

// assignees are Priya, and Tom who has clients of his own only.
type assignees struct{ account.Reader }

func (assignees) Staff(context.Context, int32, ...uuid.UUID) ([]account.StaffRow, error) {
	return []account.StaffRow{{ID: priya.ID, Name: "Priya Nair", Role: accounts.Admin}, {ID: tom, Name: "Tom Okafor", Role: accounts.Assigned}}, nil
}

// S2.i13: what is new is marked where it is listed, for both sides; Home leads to a message where nothing else is to do.
func TestUnreadInLists(t *testing.T) {
	h := asks(t)
	of := func(kind event.ActorKind, who, id uuid.UUID, n int) map[event.Actor]map[uuid.UUID]int {
		return map[event.Actor]map[uuid.UUID]int{{Kind: kind, ID: who}: {id: n}}
	}
	h.plan.unread = of(event.Contact, ingrid.Contact, bankTask, 2)
	h.get("/portal/todos").want(t, 200, "2 new messages", "</svg>New</span>", "live-region")
	h.get("/portal/home").want(t, 200, "2 new messages").lacks(t, "Read it")
	for i := range h.plan.todos {
		h.plan.todos[i].Closed = true
	}
	h.get("/portal/home").want(t, 200, "Read it", `href="/portal/todos/`+bankTask.String()+`#talk"`)
	h.jar = nil
	h.signIn()
	h.get("/tasks").want(t, 200).lacks(t, "new message")
	h.plan.unread = of(event.Staff, priya.ID, ledgerTask, 1)
	h.get("/tasks").want(t, 200, "1 new message")
}

// T4: whoever shows a task to one more person says what they read of the messages so far; the last one can't be taken away.
func TestTaskReaders(t *testing.T) {
	h := talks(t)
	h.jar = nil
	h.signIn()
	of := "/tasks/" + ledgerTask.String()
	h.get(of).want(t, 200, "Who sees it", "Everybody who may see the tasks of this client", "Ingrid", "Bo", "Without the right to tasks: Unseen", of+"/people/"+bo.String()+"/removal").lacks(t, "Show it to somebody else")
	h.plan.detail[0].Without = []uuid.UUID{bo}
	h.get(of).want(t, 200, "Show it to somebody else", `<option value="`+bo.String()+`">Bo`, "Show it to everybody")
	h.plan.people = []uuid.UUID{ingrid.Contact, bo}
	h.post(of+"/people/"+bo.String()+"/removal", talkForm(80)).want(t, http.StatusSeeOther)
	h.post(of+"/people/"+ingrid.Contact.String()+"/removal", talkForm(81)).want(t, http.StatusUnprocessableEntity, "the last person who sees the task", `href="#reader"`)
	h.post(of+"/people", talkForm(82, "contact", bo.String())).want(t, http.StatusUnprocessableEntity, "Choose what the person sees of the messages so far", `<option value="`+bo.String()+`" selected>`)
	h.post(of+"/people", talkForm(83, "contact", "nobody", "from", "now")).want(t, http.StatusUnprocessableEntity, "not linked to this client")
	h.post(of+"/people", talkForm(84, "contact", bo.String(), "from", "now")).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.ContactAdded); !ok || e.Contact != bo || e.From != task.FromNow {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	h.post(of+"/people/"+bo.String()+"/removal", talkForm(85)).want(t, http.StatusSeeOther)
	h.post(of+"/audience", talkForm(86)).want(t, http.StatusSeeOther)
	if e, ok := h.lastOf(ledgerTask).(task.AudienceSet); !ok || !e.Audience.All {
		t.Errorf("recorded %+v", h.lastOf(ledgerTask))
	}
	h.plan.detail[0].Outcome = task.Completed
	h.get(of).want(t, 200, "Who sees it").lacks(t, "Show it to", "Take it away")
	h.plan.detail[0].Client, h.plan.detail[0].Contact = uuid.Nil, ingrid.Contact
	h.get(of).want(t, 200).lacks(t, "Who sees it")
}
