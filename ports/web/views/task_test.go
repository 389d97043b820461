package views

import (
	"portico/app/language"

	"github.com/google/uuid"
)

func taskLines() []TaskLine {
	return []TaskLine{
		{ID: one, Title: "Send the ledger", Kind: "To-do", Client: "Farrow, Imogen", ClientID: two, Owner: "Priya Nair", Due: "20 Nov 2026", Late: true, High: true, Repeats: true, Entries: 3, Ticked: 1, Asked: 3, Returned: 2, ToReview: true, Unread: 2, Stand: Badge{"info", "mail-open", "Seen"}, Part: "Open", Assigned: noon},
		{ID: two, Title: "Your passport", Kind: "Question", Contact: one, Stand: Badge{"", "send", "Assigned"}, Part: "Done", Assigned: noon, NobodyActs: true},
	}
}

func taskFields() TaskFields {
	return TaskFields{
		Kind: "todo", Title: "Send the ledger", Description: "All *pages*", DueOn: "2026-11-20", InternalDueOn: "2026-11-25", Priority: "high", Checklist: "January\nFebruary", Each: true, Together: true,
		Owner: one.String(), Owners: []Choice{{one.String(), "Priya Nair"}, {two.String(), "Sam Ode"}}, Every: "1", Unit: "month", Completion: true, Wait: true, OfClient: true, Template: one.String(), TemplateName: "Year end", Units: []Choice{{"month", "months"}}, Priorities: []Choice{{"normal", "Normal"}, {"high", "High"}},
		Problems: Problems{{"title", "Give it a title."}, {"description", "Too long."}, {"due_on", "No day."}, {"priority", "No."}, {"checklist", "Too long."}, {"audience", "Nobody."}, {"every", "How often?"}, {"kind", "Which?"}, {"items", "No title."}, {"clients", "Nobody."}, {"template-name", "A name."}},
	}
}

func tasks(s Shell) Tasks {
	return Tasks{
		Shell: s, Query: "led", Client: "Farrow, Imogen", ClientID: two, Tag: "VIP", Found: "2 tasks", Filters: [][]Filter{{{"Mine", "/tasks?of=mine", "7", true}}}, Kept: []Choice{{"of", "mine"}, {"owner", one.String()}},
		Owner: one.String(), Owners: []Choice{{one.String(), "Priya Nair (7)"}}, Views: []Filter{{"List", "/tasks", "", true}}, Orders: []Filter{{"Due first", "/tasks", "", true}}, Here: "/tasks?of=mine",
		Rows: taskLines(), Pager: Pager{Next: "/tasks?after=x", Shown: "50 tasks"}, Colleagues: []Choice{{one.String(), "Priya Nair"}},
		Acts: TaskActs{ID: one, Command: two, All: true, Act: "close", Owner: one.String(), Due: "x", Priority: "high", Part: "doing", Outcome: "cancelled", Reason: "Thanks", ReopenReason: "March is missing", Problems: Problems{{"acts", "Nothing is ticked."}}},
		Saved: SavedFilters{ID: two, Lines: []SavedFilter{
			{ID: one, Name: "My week", Typed: "", Href: "/tasks?due=week", Current: true, Mine: true}, {ID: two, Name: "Overdue", Href: "/tasks?due=overdue", From: "Sam Ode"},
		}},
		Matching: "1,234", Priorities: []Choice{{"normal", "Normal"}, {"high", "High"}}, Parts: []Choice{{"open", "Open"}, {"doing", "In progress"}}, Did: &DidJob{two, "Our part: done", "2 tasks"},
	}
}

func taskNew(s Shell) TaskNew {
	return TaskNew{Shell: s, Fields: taskFields(), ID: one, Command: two, Client: "Farrow, Imogen", ClientID: two.String(), People: []TaskPerson{{one, "Imogen", true}, {two, "Sam", false}}, Kinds: []Choice{{"todo", "To-do"}}, Blanks: []string{"{client}", "{year}"}, Templates: []Choice{{one.String(), "Year end"}}}
}

func taskMany(s Shell) TaskNew {
	n := taskDocuments(s)
	n.Client, n.ClientID, n.Many = "", "", &TaskMany{Clients: "tag=vip&q=a", Count: "12 clients", Chosen: "Tag “vip”"}
	return n
}

func taskDocuments(s Shell) TaskNew {
	n := taskNew(s)
	n.Documents, n.Model, n.Fields.Copied = true, "Year end 2025", two.String()
	for i := range 5 {
		n.Rows = append(n.Rows, ItemFields{ID: one, N: i + 1, Title: "Ledger", Help: "All of it", Types: "pdf, csv", Most: "2", Optional: i > 0, Own: i > 1})
	}
	return n
}

func taskRequest(s Shell) Task {
	t := taskSample(s)
	tally := []Figure{{"", "Open", "1"}, {"warn", "Returned", "2"}}
	t.Whom = []Choice{{one.String(), "Imogen"}, {two.String(), "Sam"}}
	t.Request = &TaskItems{
		Waits: true, Numbers: tally, People: []TaskNumbers{{"Imogen", tally}, {"Sam", tally}}, New: ItemFields{ID: two, Title: "Bank"}, Adding: true, Many: true, Reason: "Unreadable",
		Items: []TaskItem{
			{ID: one, Title: "Ledger", Help: "All of it", W: language.For("en"), Examples: []TaskFile{{State: "received", Icon: "file", Name: "Like this.pdf", Brief: "9 kB", Href: "/x", Acts: []TaskFileAct{{"Remove", "/y", two, true}}}}, Attach: &ItemAttach{Base: "/tasks/x/", Accept: ".pdf"}, Fields: ItemFields{ID: one, Title: "Ledger", Types: "pdf"}, Changing: true, Limits: []string{"Optional", "PDF"}, Answers: []TaskAnswer{
				{Name: "Imogen", Key: "a.1", Badge: Badge{"warn", "send", "Returned"}, Waits: true, Fresh: true, Reason: "Unreadable", Typed: true, Rounds: []TaskRound{{Nth: 1, Note: "In the post", By: "Imogen", At: noon, Reason: "Nothing came", Old: true, Files: []TaskFile{{State: "received", Icon: "file", Name: "Old.pdf", Brief: "9 kB", Href: "/x"}}, Late: "1 file"}, {Nth: 2, Note: "There is none", None: true, By: "the practice, for Imogen", At: noon}}},
				{Name: "Sam", Key: "a.2", Badge: Badge{"ok", "circle-check", "Accepted"}, Judged: true, Rounds: []TaskRound{{Nth: 1, Note: "By hand", By: "Sam", At: noon}}},
			}},
			{ID: two, Title: "Payslip", Cancelled: true, Answers: []TaskAnswer{{Key: "b.0", Badge: Badge{"", "clipboard-list", "Open"}}}},
		},
	}
	return t
}

func taskSample(s Shell) Task {
	return Task{
		Shell: s, Fields: taskFields(), Task: taskLines()[1], Command: two, Description: Markdown("All *pages*"), Held: true, Open: true, Confirm: &TaskConfirm{All: true, Whose: []Choice{{one.String(), "Imogen"}, {two.String(), "Sam"}}, Unviewed: true}, Done: true, Reason: "Thank you", Sender: "Priya Nair",
		Priority: "High", Part: "open", Parts: []Choice{{"open", "Open"}}, Next: "/tasks/x", Copy: "/tasks/new?copy=x", People: []TaskPart{{one, "Imogen", "Here it is", "March is missing", noon, noon, noon, true}, {uuid.Nil, "For all", "", "", When{}, When{}, When{}, false}},
		Checklist: []TodoEntry{{one, two, "January", true}, {two, one, "February", false}}, Files: taskFiles(language.For("en"), true), Life: []TaskEvent{{"Assigned", "Priya Nair", noon}}, Readers: readersSample(), Thread: threadSample(nil), Problems: Problems{{"act", "It has left."}},
	}
}

func todoLines() []TodoLine {
	return []TodoLine{{ID: one, Title: "«Send the ledger»", Href: "/portal/todos/x", Note: "1 / 2", Badge: &Badge{"warn", "clock", "«Today»"}, New: true, News: "«1»", Open: true}}
}

func taskBoard(s Shell) Tasks {
	t := tasks(s)
	t.Board, t.Rows, t.Acts.Problems = true, nil, nil
	t.Saved.Name, t.Saved.Wrong, t.Saved.Problems = "x", one, Problems{{"filter-" + one.String(), "A saved filter has a name."}}
	open, doing := Choice{"open", "Open"}, Choice{"doing", "In progress"}
	t.Columns = []TaskColumn{
		{Part: "open", Word: "Open", Count: "27", Next: doing, Rows: taskLines(), More: "/tasks?part=open"}, {Part: "doing", Word: "In progress", Count: "0", Before: open},
	}
	return t
}

func taskJob(s Shell) TaskJob {
	return TaskJob{
		Shell: s, ID: one, Command: two, What: "Closed as completed", Reason: "Thanks", Chosen: "Ticked", At: noon, Total: 3, Did: 1, Refused: 1, Waiting: 1, Seconds: 12, Running: true,
		Chips: []Chip{{"All 3", "/tasks/jobs/x", true}}, Pager: Pager{Next: "/tasks/jobs/x?after=100", Shown: "3 rows"}, Rows: []TaskJobRow{
			{No: 1, Title: "Send the ledger", Href: "/tasks/x", Client: two, ClientName: "Farrow, Imogen", Badge: Badge{"ok", "circle-check", "Done"}},
			{No: 2, Badge: Badge{"warn", "circle-alert", "Refused"}, Note: "This task is closed."},
		},
	}
}

// taskJobStates are the same job in its other states.
func taskJobStates(s Shell) (all []Page) {
	for _, change := range []func(*TaskJob){
		func(j *TaskJob) { j.Holding, j.Assigns = true, true }, func(j *TaskJob) { j.Stopping = true }, func(j *TaskJob) { j.Undone = true }, func(j *TaskJob) { j.Halted = true }, func(j *TaskJob) {},
		func(j *TaskJob) {
			j.Draft, j.Assigns, j.Ready, j.Reasons = true, true, 2, []Reason{{"Nobody could see it.", "1", 1}}
		},
		func(j *TaskJob) { j.Draft, j.Assigns, j.Rows = true, true, nil },
	} {
		j := taskJob(s)
		j.Running = false
		change(&j)
		all = append(all, j)
	}
	return append(all, taskJob(s))
}

func taskJobs(s Shell) TaskJobs {
	return TaskJobs{Shell: s, Rows: []TaskJobLine{{one, "Closed as completed", false, "Ticked", 2, noon}, {two, "Year end", true, "Everybody", 1, noon}}}
}

func taskTemplates(s Shell) TaskTemplates {
	return TaskTemplates{Shell: s, Rows: []TaskTemplateLine{{one, "Year end", "Year end of {client}", "Documents", "Due after 30 days", "/tasks/new?template=x", true}, {two, "Bank", "Which bank?", "Question", "", "/tasks/new?template=y", false}}}
}
