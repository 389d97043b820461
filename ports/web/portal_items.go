package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// itemBadges are where items stand; their words are the catalogue's.
var itemBadges = map[taskapp.Stands]views.Badge{
	taskapp.Wanted: {Icon: "clipboard-list", Word: "request.open"}, taskapp.Returned: {Tone: "info", Icon: "send", Word: "request.returned"},
	taskapp.InReview: {Tone: "info", Icon: "search", Word: "request.in_review"}, taskapp.Accepted: {Tone: "ok", Icon: "circle-check", Word: "request.accepted"},
	taskapp.SentBack: {Tone: "warn", Icon: "rotate-cw", Word: "request.sent_back"},
}

// subjectOf is under whose key what is typed for a task lies.
func subjectOf(t taskapp.Todo) uuid.UUID {
	if t.Client != uuid.Nil {
		return t.Client
	}
	return t.Contact
}

// portalRequest shows what a request asks of the person, without what others have returned of their own (S4.i5). typed
// is a form that was refused.
func (s *Server) portalRequest(r *http.Request, in inPortal, t taskapp.Todo, typed url.Values, problems views.Problems) (*views.PortalRequest, error) {
	all, err := s.TaskItems.Items(r.Context(), in.Firm, t.ID)
	if err != nil {
		return nil, err
	}
	items := all[t.ID]
	var drafts map[uuid.UUID]taskapp.Draft
	if in.view == nil { // what was not returned is nobody's but theirs
		if drafts, err = s.TaskDrafts.Drafts(r.Context(), in.Firm, t.ID, in.Contact); err != nil {
			return nil, err
		}
	}
	page := &views.PortalRequest{
		W: in.words.Words, Practice: in.setup.Name, Action: in.at("/todos/"+t.ID.String()+"/items") + in.query(), Command: newID(), Count: countOf(in, items), Max: task.MaxNote,
		Saved: r.URL.Query().Has("saved"), Private: in.view != nil,
	}
	sent, some := r.URL.Query().Get("sent"), r.URL.Query().Has("sent")
	page.Sent = some && sent == ""
	for _, i := range items {
		if i = i.Of(in.Contact); i.Cancelled {
			continue
		}
		v := portalItem(in, t, i)
		v.Problem, v.Sent = problems.For(v.Field), !v.Takes && sent == i.ID.String()
		draft := drafts[i.ID]
		switch {
		case typed.Has(v.Field):
			v.Typed = typed.Get(v.Field)
		case draft.Note != "" && v.Takes:
			v.Typed, v.Draft = draft.Note, page.W.T("request.draft", page.W.ShortMoment(draft.At, in.zone))
		}
		page.Open = page.Open || v.Takes
		page.Items = append(page.Items, v)
	}
	return page, nil
}

func portalItem(in inPortal, t taskapp.Todo, i taskapp.Item) views.PortalItem {
	words := in.words.Words
	newest, _ := i.Newest(in.Contact)
	v := views.PortalItem{
		W: words, Practice: in.setup.Name, ID: i.ID, Field: "note-" + i.ID.String(), Title: i.Title, Help: i.Help, Optional: i.Optional, Badge: itemBadges[newest.Stands], Max: task.MaxNote,
		Takes: takesAnswer(t, newest),
	}
	v.Badge.Word = words.T(v.Badge.Word)
	if len(i.Types) > 0 {
		v.Accept = "." + strings.Join(i.Types, ",.")
		v.Limits = append(v.Limits, words.T("request.types", strings.ToUpper(strings.Join(i.Types, ", "))))
	}
	if i.Most > 0 {
		v.Limits = append(v.Limits, words.N("request.most", i.Most))
	}
	for _, round := range i.Rounds {
		said := views.PortalRound{Note: round.Note, None: round.NotApplicable, At: words.ShortDate(round.At, in.zone), Named: round.Files, Old: round.Nth < newest.Nth}
		said.Mine = round.By.For == in.Contact || round.By.For == uuid.Nil && round.By.ID == in.Contact && round.By.Kind == event.Contact
		if round.Stands == taskapp.SentBack {
			said.Reason = round.Reason
		}
		v.Rounds = append(v.Rounds, said)
	}
	return v
}

// takesAnswer tells whether an item whose newest round this is can be answered.
func takesAnswer(t taskapp.Todo, newest taskapp.Round) bool {
	return !t.Closed && t.Mine.ConfirmedAt.IsZero() && (newest.Stands == taskapp.Wanted || newest.Stands == taskapp.SentBack)
}

// answerItems returns items with their notes, or says of one that it doesn't apply (S4.7). Whatever was typed for others
// is kept as drafts, and so is all of it where something is refused (S4.i7).
func (s *Server) answerItems(w http.ResponseWriter, r *http.Request, in inPortal) error {
	t, by, err := s.postedTodo(w, r, in)
	if err != nil {
		return err
	}
	items, err := s.TaskItems.Items(r.Context(), in.Firm, t.ID)
	if err != nil {
		return err
	}
	notes, problems := typedNotes(r.PostForm, in, t, items[t.ID])
	if in.view == nil {
		if err := s.TaskDrafts.SaveDrafts(r.Context(), in.Firm, t.ID, subjectOf(t), in.Contact, notes); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		return s.todoPage(w, r, in, http.StatusUnprocessableEntity, r.PostForm, problems)
	}
	if r.PostForm.Get("do") == "save" {
		s.toTodo(w, r, in, t.ID, 0, "saved")
		return nil
	}
	if item, ok := strings.CutPrefix(r.PostForm.Get("do"), "earlier:"); ok { // what was typed is kept
		to := url.Values{"item": {item}}
		if in.query() != "" {
			to.Set("client", in.client.Client.String())
		}
		http.Redirect(w, r, withQuery(in.at("/todos/"+t.ID.String()+"/earlier"), to), http.StatusSeeOther)
		return nil
	}
	files, err := s.draftFiles(r, in, t, r.PostForm["with"])
	if err != nil {
		return err
	}
	answers, err := answersOf(r.PostForm.Get("do"), items[t.ID], notes, files)
	if err != nil {
		return err
	}
	if len(answers) == 0 {
		return s.todoPage(w, r, in, http.StatusUnprocessableEntity, r.PostForm, views.Problems{{Field: "items", Text: in.words.Fault(task.ErrEmpty.Code, task.ErrEmpty.Message)}})
	}
	res, err := s.Tasks.Answer(r.Context(), taskapp.Answer{Act: taskapp.Act{By: by, Task: t.ID, Contact: in.Contact}, Items: answers})
	if f, ok := errors.AsType[*fault.Error](err); ok && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		problem := views.Problem{Field: "items", Text: in.words.Fault(f.Code, f.Message)}
		if refused, ok := errors.AsType[task.Refused](err); ok {
			problem.Field = "note-" + answers[refused.Nth].Item.String()
		}
		return s.todoPage(w, r, in, statuses[f.Kind], r.PostForm, views.Problems{problem})
	}
	if err == nil {
		err = once(r.Context(), s.Tasks.Events, by, res)
	}
	if err == nil && in.view == nil {
		returned := map[uuid.UUID]string{}
		for _, a := range answers {
			returned[a.Item] = ""
		}
		err = s.TaskDrafts.SaveDrafts(r.Context(), in.Firm, t.ID, subjectOf(t), in.Contact, returned)
	}
	if err != nil {
		return err
	}
	sent := "sent"
	if _, item, one := strings.Cut(r.PostForm.Get("do"), ":"); one {
		sent += "=" + item
	}
	s.toTodo(w, r, in, t.ID, res.Position, sent)
	return nil
}

// typedNotes are what was typed for items that can be answered. What is too long is a problem and no note.
func typedNotes(form url.Values, in inPortal, t taskapp.Todo, items []taskapp.Item) (notes map[uuid.UUID]string, problems views.Problems) {
	notes = map[uuid.UUID]string{}
	for _, i := range items {
		field := "note-" + i.ID.String()
		if newest, _ := i.Newest(in.Contact); i.Cancelled || !form.Has(field) || !takesAnswer(t, newest) {
			continue
		}
		note := strings.TrimSpace(strings.ReplaceAll(form.Get(field), "\r\n", "\n"))
		if utf8.RuneCountInString(note) > task.MaxNote {
			problems = append(problems, views.Problem{Field: field, Text: in.words.Fault(task.ErrNote.Code, task.ErrNote.Message)})
			continue
		}
		notes[i.ID] = note
	}
	return notes, problems
}

// answersOf is what a button of the form asks for: "return:ID", "none:ID", or "all" that has a note or a file.
func answersOf(do string, items []taskapp.Item, notes map[uuid.UUID]string, files map[uuid.UUID][]uuid.UUID) (answers []taskapp.ItemAnswer, err error) {
	if do == "all" {
		for _, i := range items {
			if _, takes := notes[i.ID]; takes && (notes[i.ID] != "" || len(files[i.ID]) > 0) {
				answers = append(answers, taskapp.ItemAnswer{Item: i.ID, Files: files[i.ID], Note: notes[i.ID]})
			}
		}
		return answers, nil
	}
	deed, text, _ := strings.Cut(do, ":")
	item, err := uuid.Parse(text)
	if err != nil || deed != "return" && deed != "none" {
		return nil, errForm
	}
	return []taskapp.ItemAnswer{{Item: item, Files: files[item], Note: notes[item], NotApplicable: deed == "none"}}, nil
}
