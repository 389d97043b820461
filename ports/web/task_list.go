package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/domain/event"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// taskFilter is one group of choices above the list of tasks.
type taskFilter struct {
	name    string
	choices []views.Choice
	choose  func(q *taskapp.Query, value string)
	count   func(n taskapp.Counts, value string) int // nil: it has no numbers
	rare    bool                                     // a choice that nothing would be left of isn't offered
}

var taskFilters = []taskFilter{
	{
		name: "of", choices: []views.Choice{{Value: "mine", Word: "Mine"}, {Value: "team", Word: "The team’s"}, {Value: "none", Word: "Nobody’s yet"}},
		choose: func(q *taskapp.Query, v string) { q.Of = taskapp.Of(v) }, count: func(n taskapp.Counts, v string) int { return n.Of[taskapp.Of(v)] },
	},
	{
		name: "due", choices: []views.Choice{{Value: "overdue", Word: "Overdue"}, {Value: "today", Word: "Today"}, {Value: "week", Word: "Within a week"}, {Value: "none", Word: "No date"}},
		choose: func(q *taskapp.Query, v string) { q.Due = taskapp.Due(v) }, count: func(n taskapp.Counts, v string) int { return n.Due[taskapp.Due(v)] },
	},
	{
		name: "their", choices: []views.Choice{{Value: "assigned", Word: "Not seen"}, {Value: "seen", Word: "Seen"}, {Value: "done", Word: "Done by client"}, {Value: "confirmed", Word: "Confirmed"}},
		choose: func(q *taskapp.Query, v string) { q.Their = taskapp.Stand(v) }, count: func(n taskapp.Counts, v string) int { return n.Stands[taskapp.Stand(v)] },
	},
	{
		name: "can", choices: []views.Choice{{Value: "nobody", Word: "Nobody can act"}}, rare: true,
		choose: func(q *taskapp.Query, _ string) { q.NobodyActs = true }, count: func(n taskapp.Counts, _ string) int { return n.NobodyActs },
	},
	{
		name: "review", choices: []views.Choice{{Value: "1", Word: "To review"}}, rare: true,
		choose: func(q *taskapp.Query, _ string) { q.ToReview = true }, count: func(n taskapp.Counts, _ string) int { return n.ToReview },
	},
	{
		name: "part", choices: taskParts,
		choose: func(q *taskapp.Query, v string) { q.Part = task.Progress(v) }, count: func(n taskapp.Counts, v string) int { return n.Parts[task.Progress(v)] },
	},
	{
		name: "kind", choices: append(taskKinds[:2:2], views.Choice{Value: string(task.Documents), Word: "Documents"}, views.Choice{Value: string(task.FormFilling), Word: "Form"}), rare: true,
		choose: func(q *taskapp.Query, v string) { q.Kind = task.Sort(v) }, count: func(n taskapp.Counts, v string) int { return n.Kinds[task.Sort(v)] },
	},
	{
		name: "priority", choices: []views.Choice{{Value: string(task.High), Word: "High priority"}, {Value: string(task.Low), Word: "Low priority"}}, rare: true,
		choose: func(q *taskapp.Query, v string) { q.Urgent = task.Priority(v) }, count: func(n taskapp.Counts, v string) int { return n.Priorities[task.Priority(v)] },
	},
	{name: "shelf", choices: []views.Choice{{Value: "closed", Word: "Closed"}}, choose: func(q *taskapp.Query, v string) { q.Shelf = taskapp.Shelf(v) }},
}

// taskRows are the groups that share a row of chips.
var taskRows = [][]string{{"of", "shelf"}, {"due"}, {"their", "review", "can"}, {"part"}, {"kind", "priority"}}

// taskFields are what an address says of the tasks that are meant; view and order besides.
var taskFields = filterapp.Fields

// taskQuery reads which tasks a page or a form means. What is unknown is left out.
func (s *Server) taskQuery(r *http.Request, v url.Values) (taskapp.Query, error) {
	u := user(r)
	today := s.Now().In(zone(u.Practice.Zone)).Format(time.DateOnly)
	q := taskapp.Query{Text: v.Get("q"), Tag: v.Get("tag"), Me: u.ID, Today: today, After: v.Get("after"), Limit: rowsOf(r)}
	for _, f := range taskFilters {
		for _, c := range f.choices {
			if c.Value == v.Get(f.name) {
				f.choose(&q, c.Value)
			}
		}
	}
	if v.Get("order") == string(taskapp.Newest) {
		q.Order = taskapp.Newest
	}
	q.Owner, _ = uuid.Parse(v.Get("owner")) // what is no id chooses all
	if text := v.Get("client"); text != "" {
		var err error
		if q.Client, err = uuid.Parse(text); err != nil {
			return q, errNotFound
		}
	}
	return q, nil
}

// tasks lists what is asked of clients, or shows it in columns.
func (s *Server) tasks(w http.ResponseWriter, r *http.Request) error {
	return s.tasksPage(w, r, http.StatusOK, views.TaskActs{}, views.SavedFilters{}, nil)
}

// tasksPage is the list of the address; with problems it is the answer to what was to be done to those that are ticked, or
// to a filter that was to be saved.
func (s *Server) tasksPage(w http.ResponseWriter, r *http.Request, code int, acts views.TaskActs, saved views.SavedFilters, ticked []string) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	q, err := s.taskQuery(r, v)
	if err != nil {
		return err
	}
	board := v.Get("view") == "board" && q.Shelf == taskapp.OpenShelf
	if board {
		q.Part = ""
	}
	n, err := s.TaskList.Counts(r.Context(), user(r).Firm, q)
	if err != nil {
		return err
	}
	page := views.Tasks{Shell: s.shell(r, "Tasks", "tasks"), Query: q.Text, Tag: q.Tag, Found: views.Count(n.Found, "task", "tasks"), Board: board, Acts: acts, Saved: saved}
	page.Stale, page.Modules = !current, []string{"task-board.js", "list-keys.js", "pick-all.js"}
	page.Acts.ID, page.Acts.Command, page.Priorities, page.Parts = newID(), newID(), priorities, taskParts
	if n.Found > 0 {
		page.Matching = views.Number(n.Found)
	}
	if len(acts.Problems)+len(saved.Problems) > 0 {
		page.Title = "Error: " + page.Title
	}
	page.Undone = v.Has("undone")
	if page.Did, err = s.didJob(r, v); err != nil {
		return err
	}
	if q.Client != uuid.Nil {
		c, err := s.ClientList.Client(r.Context(), user(r).Firm, q.Client)
		if err != nil {
			return err
		}
		page.Client, page.ClientID = c.Name, c.ID
	}
	if err := s.taskChoices(r, q, n, &page); err != nil {
		return err
	}
	if err := s.savedFilters(r, &page); err != nil {
		return err
	}
	if board {
		err = s.taskColumns(r, q, n, &page)
	} else {
		var next string
		page.Rows, next, err = s.taskLines(r, q)
		page.Pager = pager(r, next, len(page.Rows), "task", "tasks")
	}
	if err != nil {
		return err
	}
	page.Empty = views.Empty{Icon: "list-todo", Title: "No tasks yet", Text: "A task is what you want a client to do. They find it in their portal.", Action: "Assign the first task", Href: "/tasks/new"}
	if slices.ContainsFunc(taskFields, v.Has) {
		page.Empty = views.Empty{Icon: "search", Title: "No task matches", Text: "No task is like this. Leave a filter out, or look for less.", Action: "Show all open tasks", Href: "/tasks"}
	}
	chosenRows(&page, ticked)
	s.page(w, r, code, page)
	return nil
}

// didJob is what was just done to many, in a sentence.
func (s *Server) didJob(r *http.Request, v url.Values) (*views.DidJob, error) {
	id, err := uuid.Parse(v.Get("did"))
	if err != nil {
		return nil, nil
	}
	p, err := s.TaskJobs.Look(r.Context(), user(r).Firm, id)
	if errors.Is(err, taskjob.ErrUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	what, err := s.actWords(r, p.Plan)
	return &views.DidJob{ID: id, What: what, Count: views.Count(p.Tally.Done, "task", "tasks")}, err
}

// taskChoices are the choices above the list. Each keeps the others; the current one leads back to all.
func (s *Server) taskChoices(r *http.Request, q taskapp.Query, n taskapp.Counts, page *views.Tasks) error {
	v := r.URL.Query()
	for _, names := range taskRows {
		var row []views.Filter
		for _, name := range names {
			i := slices.IndexFunc(taskFilters, func(f taskFilter) bool { return f.name == name })
			if f := taskFilters[i]; name != "part" || !page.Board { // there the columns say so
				row = append(row, f.chips(r, n)...)
			}
		}
		if len(row) > 0 {
			page.Filters = append(page.Filters, row)
		}
	}
	for _, name := range append(taskFields[1:len(taskFields):len(taskFields)], "view", "order") {
		if value := v.Get(name); value != "" {
			page.Kept = append(page.Kept, views.Choice{Value: name, Word: value})
		}
	}
	page.Views = []views.Filter{
		{Word: "List", Href: listURL("/tasks", changed(r, "view", "")), Current: !page.Board},
		{Word: "Board", Href: listURL("/tasks", changed(r, "view", "board")), Current: page.Board},
	}
	page.Orders = []views.Filter{
		{Word: "Due first", Href: listURL("/tasks", changed(r, "order", "")), Current: q.Order == taskapp.ByDue},
		{Word: "Newest first", Href: listURL("/tasks", changed(r, "order", "newest")), Current: q.Order == taskapp.Newest},
	}
	for _, name := range ofThisLook {
		v.Del(name)
	}
	page.Here = listURL("/tasks", v)
	owners, err := s.Staff.Staff(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	for _, p := range owners {
		if count := n.Owners[p.ID]; count > 0 || p.ID == q.Owner {
			page.Owners = append(page.Owners, views.Choice{Value: p.ID.String(), Word: p.Name + " (" + views.Number(count) + ")"})
		}
		if p.ID == q.Owner {
			page.Owner = p.ID.String()
			page.Filters[0] = append(page.Filters[0], views.Filter{Word: "Owner: " + p.Name, Href: listURL("/tasks", changed(r, "owner", "")), Count: views.Number(n.Owners[p.ID]), Current: true})
		}
		if p.DeactivatedAt.IsZero() {
			page.Colleagues = append(page.Colleagues, views.Choice{Value: p.ID.String(), Word: p.Name})
		}
	}
	if q.Tag != "" {
		page.Filters[0] = append(page.Filters[0], views.Filter{Word: "Tag: " + q.Tag, Href: listURL("/tasks", changed(r, "tag", "")), Current: true})
	}
	return nil
}

func (f taskFilter) chips(r *http.Request, n taskapp.Counts) (row []views.Filter) {
	now := r.URL.Query().Get(f.name)
	for _, c := range f.choices {
		chip := views.Filter{Word: c.Word, Href: listURL("/tasks", changed(r, f.name, c.Value)), Current: now == c.Value}
		if chip.Current {
			chip.Href = listURL("/tasks", changed(r, f.name, ""))
		}
		if f.count != nil {
			if f.rare && f.count(n, c.Value) == 0 && !chip.Current {
				continue
			}
			chip.Count = views.Number(f.count(n, c.Value))
		}
		row = append(row, chip)
	}
	return row
}

// taskLines are the tasks of one page.
func (s *Server) taskLines(r *http.Request, q taskapp.Query) (lines []views.TaskLine, next string, err error) {
	rows, next, err := s.TaskList.Tasks(r.Context(), user(r).Firm, q)
	if err != nil {
		return nil, "", err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	unread, err := s.Threads.Unread(r.Context(), user(r).Firm, event.Actor{Kind: event.Staff, ID: user(r).ID}, ids)
	if err != nil {
		return nil, "", err
	}
	for _, row := range rows {
		row.Unread = unread[row.ID]
		lines = append(lines, s.taskLine(r, row, q.Today))
	}
	return lines, next, nil
}

const cards = 25 // of a column of the board

// taskColumns are the board: a column for each state of the practice's own part (T2).
func (s *Server) taskColumns(r *http.Request, q taskapp.Query, n taskapp.Counts, page *views.Tasks) (err error) {
	q.After, q.Limit = "", cards
	for i, p := range taskParts {
		c := views.TaskColumn{Part: p.Value, Word: p.Word, Count: views.Number(n.Parts[task.Progress(p.Value)])}
		if i > 0 {
			c.Before = taskParts[i-1]
		}
		if i < len(taskParts)-1 {
			c.Next = taskParts[i+1]
		}
		if n.Parts[task.Progress(p.Value)] > 0 {
			q.Part = task.Progress(p.Value)
			var next string
			if c.Rows, next, err = s.taskLines(r, q); err != nil {
				return err
			}
			if next != "" {
				v := changed(r, "part", p.Value)
				v.Del("view")
				c.More = listURL("/tasks", v)
			}
		}
		page.Columns = append(page.Columns, c)
	}
	return nil
}

func (s *Server) taskLine(r *http.Request, t taskapp.Row, today string) views.TaskLine {
	z := zone(user(r).Practice.Zone)
	l := views.TaskLine{
		ID: t.ID, Title: t.Title, Kind: taskWords[t.Kind], Client: t.ClientName, ClientID: t.Client, Owner: t.OwnerName, Assigned: views.At(t.AssignedAt, z),
		Stand: taskStands[t.Stand], Part: wordOf(taskParts, string(t.Part)), High: t.Priority == task.High, Repeats: t.Repeats, Entries: t.Entries, Ticked: t.Ticked, Unread: t.Unread,
		Late: t.DueOn != "" && t.DueOn < today && t.Outcome == "", NobodyActs: t.NobodyActs, ToReview: t.ToReview && t.Outcome == "",
		Asked: t.Numbers.All(), Returned: t.Numbers.Returned + t.Numbers.Accepted,
	}
	if t.Client == uuid.Nil {
		l.Contact = t.Contact
	}
	l.Due = dayShort(t.DueOn)
	switch {
	case t.Outcome == task.Completed:
		l.Stand = views.Badge{Tone: "ok", Icon: "circle-check", Word: "Completed"}
	case t.Outcome == task.Cancelled:
		l.Stand = views.Badge{Icon: "x", Word: "Cancelled"}
	case s.Now().Before(t.HoldUntil):
		l.Stand = views.Badge{Icon: "hourglass", Word: "On hold"}
	}
	return l
}

// backToTasks is the list or the board that a form came from; empty: none.
func backToTasks(r *http.Request) string {
	back, err := url.Parse(r.PostForm.Get("back"))
	if err != nil || back.Host != "" || back.Scheme != "" || back.Path != "/tasks" {
		return ""
	}
	return listURL("/tasks", back.Query())
}

// withAt is an address with the position that its page waits for.
func withAt(path string, position int64) string {
	if !strings.Contains(path, "?") || position <= 0 {
		return withPosition(path, position)
	}
	return path + "&" + strings.TrimPrefix(withPosition("", position), "?")
}
