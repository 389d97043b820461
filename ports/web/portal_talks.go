package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// mostExcerpt is how many letters of a message a list shows.
const mostExcerpt = 160

// portalTalks lists every talk of the person with the practice, over all that is asked of them: the newest first (S4.10).
func (s *Server) portalTalks(w http.ResponseWriter, r *http.Request, in inPortal) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	rows, err := s.todos(r, in, "", taskapp.TodoQuery{Limit: mostTodos})
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
	}
	me := event.Actor{Kind: event.Contact, ID: in.Contact}
	newest, err := s.Threads.Newest(r.Context(), in.Firm, me, ids)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(t taskapp.Todo) bool { return newest[t.ID].ID == uuid.Nil })
	slices.SortStableFunc(rows, func(a, b taskapp.Todo) int { return newest[b.ID].At.Compare(newest[a.ID].At) })
	var said []uuid.UUID
	for _, m := range newest {
		said = append(said, m.ID)
	}
	files, err := s.TaskFiles.Enclosed(r.Context(), in.Firm, ids, said)
	if err != nil {
		return err
	}
	words := in.words.Words
	page := views.PortalTalks{Portal: s.around(r, in, "", words.T("talks.title"))}
	page.Stale = !current
	for _, t := range rows {
		m := newest[t.ID]
		by := cmp.Or(m.ByName, in.setup.Name)
		if m.By == me {
			by = words.T("talks.you")
		}
		l := views.TalkLine{ID: t.ID, Title: t.Title, Href: in.todoHref(t.ID) + "#talk", By: by, At: words.ShortMoment(m.At, in.zone), Text: excerpt(m.Text), Deleted: !m.DeletedAt.IsZero()}
		l.Files, l.Late = sentWith(words, files[m.ID], func(f taskapp.File) bool { return f.SeenBy(in.Contact, s.Now()) }, func(f taskapp.File) views.TaskFile {
			return s.portalFile(in, t, f, alike{})
		})
		if t.Unread > 0 {
			l.News = words.N("thread.unread", t.Unread)
		}
		page.Talks = append(page.Talks, l)
	}
	return s.show(w, r, page)
}

// excerpt is the beginning of a message, on one line.
func excerpt(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if letters := []rune(line); len(letters) > mostExcerpt {
		return string(letters[:mostExcerpt-1]) + "…"
	}
	return line
}

// talksLink leads from a list of tasks to what was said on them, and says how much of it is new.
func (s *Server) talksLink(r *http.Request, in inPortal) (views.TalksLink, error) {
	rows, err := s.todos(r, in, "", taskapp.TodoQuery{Limit: mostTodos})
	l := views.TalksLink{Href: in.at("/messages") + in.query(), Word: in.words.T("talks.open")}
	unread := 0
	for _, t := range rows {
		unread += t.Unread
	}
	if unread > 0 {
		l.News = in.words.N("thread.unread", unread)
	}
	return l, err
}
