package web

import (
	"net/http"
	"time"

	taskapp "portico/app/task"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// tabOf is the tab in which a person finds a task: requests have their own, where the practice uses it.
func (in inPortal) tabOf(kind task.Sort) string {
	if kind == task.Documents && in.opens("requests") {
		return "requests"
	}
	return "todos"
}

// portalRequests shows what the practice wants, how much of it is open, and how long there is (S4.7 to S4.9).
func (s *Server) portalRequests(w http.ResponseWriter, r *http.Request, in inPortal) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	rows, err := s.todos(r, in, "requests", taskapp.TodoQuery{Limit: mostTodos})
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
	}
	items, err := s.TaskItems.Items(r.Context(), in.Firm, ids...)
	if err != nil {
		return err
	}
	words := in.words.Words
	page := views.PortalRequests{
		Portal: s.around(r, in, "requests", words.T("portal.tab.requests")), Count: in.waiting["requests"],
		Empty: in.empty(portalTab{key: "requests", icon: "clipboard-list"}),
	}
	page.Stale = !current
	if page.Talks, err = s.talksLink(r, in); err != nil {
		return err
	}
	var all taskapp.Numbers
	for _, t := range rows {
		l := s.requestLine(in, t, items[t.ID])
		if !t.Closed {
			all = all.Plus(taskapp.Count(items[t.ID], in.Contact))
		}
		if t.Open() {
			page.Open = append(page.Open, l)
		} else {
			page.Done = append(page.Done, l)
		}
	}
	if all.All() > 0 {
		page.Numbers = figures(in, all)
	}
	due, err := s.dueDay(r, in, rows)
	if err != nil {
		return err
	}
	if !due.IsZero() {
		page.Due, page.DueOn = dueBadge(words, daysLeft(due, s.Now(), in.zone)), words.T("portal.due.on", words.Date(due, time.UTC))
	}
	return s.show(w, r, page)
}

// dueDay is the day that comes first of those by which something is still to be returned. Where no request names one, it
// is the invitation's; what is all done is due no more.
func (s *Server) dueDay(r *http.Request, in inPortal, rows []taskapp.Todo) (due time.Time, err error) {
	for _, t := range rows {
		if day, err := time.Parse(time.DateOnly, t.DueOn); err == nil && t.Open() && (due.IsZero() || day.Before(due)) {
			due = day
		}
	}
	if !due.IsZero() || len(rows) > 0 && in.waiting["requests"] == 0 {
		return due, nil
	}
	return s.DueOn(r.Context(), in.Firm, in.Contact)
}

// figures are the numbers of what is asked for, which the practice sees as well (S4.i4).
func figures(in inPortal, n taskapp.Numbers) []views.Figure {
	w := in.words.Words
	figure := func(stands taskapp.Stands, n int) views.Figure {
		b := itemBadges[stands]
		if n == 0 {
			b.Tone = ""
		}
		return views.Figure{Tone: b.Tone, Word: w.T(b.Word), Number: w.Number(int64(n))}
	}
	return []views.Figure{figure(taskapp.Wanted, n.Open), figure(taskapp.Returned, n.Returned), figure(taskapp.Accepted, n.Accepted), figure(taskapp.SentBack, n.SentBack)}
}

// mostLines is how many items of one request the list shows.
const mostLines = 12

// requestLine is one request in the list, with what it asks for.
func (s *Server) requestLine(in inPortal, t taskapp.Todo, items []taskapp.Item) views.RequestLine {
	words := in.words.Words
	l := views.RequestLine{TodoLine: s.todoLine(in, t)}
	l.Note = countOf(in, items)
	rest := 0
	for _, i := range items {
		switch {
		case i.Cancelled:
		case len(l.Items) == mostLines:
			rest++
		default:
			stands, _ := i.Newest(in.Contact)
			b := itemBadges[stands.Stands]
			b.Word = words.T(b.Word)
			l.Items = append(l.Items, views.RequestItem{Title: i.Title, Href: l.Href + "#item-" + i.ID.String(), Badge: b})
		}
	}
	if rest > 0 {
		l.More = words.N("request.more", rest)
	}
	return l
}

// countOf says where the items of one request stand, as a sentence.
func countOf(in inPortal, items []taskapp.Item) string {
	w, n := in.words.Words, taskapp.Count(items, in.Contact)
	return w.T("request.count", w.Number(int64(n.Open)), w.Number(int64(n.Returned)), w.Number(int64(n.Accepted)), w.Number(int64(n.SentBack)))
}
