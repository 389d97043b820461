package web

import (
	"context"
	"errors"
	"net/http"

	"portico/app/es"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/app/transfer"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// Files of messages come before the message is sent, each for itself; the message names those that it takes (S2.11).

type enclosedKey struct{}

// withEnclosed hands on files that came in the very form of a message.
func withEnclosed(ctx context.Context, rows []transfer.Row) context.Context {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return context.WithValue(ctx, enclosedKey{}, ids)
}

func enclosedIn(r *http.Request) []uuid.UUID {
	ids, _ := r.Context().Value(enclosedKey{}).([]uuid.UUID)
	return ids
}

// enclosed are the files that the form of a message names, and those that came with it.
func enclosed(r *http.Request) (files []uuid.UUID, err error) {
	for _, text := range r.PostForm["file"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, task.ErrMessageFiles
		}
		files = append(files, id)
	}
	return append(files, enclosedIn(r)...), nil
}

// post sends a message with its files. Where it had been sent before, those that came with this try are not wanted.
func (s *Server) post(r *http.Request, p taskapp.Post) (es.Result, error) {
	var err error
	if p.Files, err = enclosed(r); err != nil {
		return es.Result{}, err
	}
	res, err := s.Tasks.Post(r.Context(), p)
	if err != nil || !res.Repeated && res.Position > 0 {
		return res, err
	}
	for _, id := range enclosedIn(r) {
		a := p.Act
		a.By.Command, a.By.Fingerprint = uuid.Nil, [32]byte{}
		if _, err := s.Tasks.DiscardFile(r.Context(), taskapp.OfFile{Act: a, File: id}); err != nil {
			return res, err
		}
	}
	return res, nil
}

// dropped takes a file out of a message that is still being written, and waits until its page knows. One that is gone
// already stays so.
func (s *Server) dropped(r *http.Request, a taskapp.Act) error {
	id, err := formID(r, "drop")
	if err != nil {
		return err
	}
	res, err := s.Tasks.DiscardFile(r.Context(), taskapp.OfFile{Act: a, File: id})
	if err == nil && res.Position > 0 {
		_, err = s.LinkList.Wait(r.Context(), res.Position)
	}
	if errors.Is(err, task.ErrAttachment) {
		return nil
	}
	return err
}

// clip shows where files are added to a message, with those that wait for it.
func clip(w *language.Words, c *views.TaskFiles) {
	if c.Base != "" && c.Why == "" {
		c.Clip = &views.Clip{W: w, Plain: c.Base + "files", Accept: c.Accept, Limit: c.PlainLimit}
	}
	c.Said, c.Late, c.Shown = map[uuid.UUID][]views.TaskFile{}, map[uuid.UUID]string{}, map[uuid.UUID]views.TaskFile{}
}

// clipped is a file that waits for its message.
func clipped(w *language.Words, f taskapp.File) views.ClipFile {
	c := views.ClipFile{ID: f.ID, Icon: sortOf(f.Name).icon, Name: f.Name, Note: w.Size(f.Size)}
	if f.Scan == taskapp.ScanAwaited {
		c.Note += " · " + w.T("attach.checking")
	}
	return c
}

// sentWith are the files of one message that its reader sees, and what is said of the others.
func sentWith(w *language.Words, files []taskapp.File, seen func(taskapp.File) bool, row func(taskapp.File) views.TaskFile) (rows []views.TaskFile, late string) {
	c := views.TaskFiles{Late: map[uuid.UUID]string{}}
	lateFiles(w, &c, files, seen)
	for _, f := range files {
		late = c.Late[f.Place.Message]
		if !f.Unsent() && seen(f) {
			rows = append(rows, row(f))
		}
	}
	return rows, late
}

// lateFiles says of each message how many of its files its reader doesn't have: not yet, or for good.
func lateFiles(w *language.Words, c *views.TaskFiles, files []taskapp.File, seen func(taskapp.File) bool) {
	coming, apart := map[uuid.UUID]int{}, map[uuid.UUID]int{}
	for _, f := range files {
		switch {
		case f.Place.Message == uuid.Nil, f.Unsent(), seen(f):
		case f.State == taskapp.FileReceived:
			coming[f.Place.Message]++
		case f.State == taskapp.FileInfected, f.State == taskapp.FileDestroyed:
			apart[f.Place.Message]++
		}
	}
	for m, n := range apart {
		c.Late[m] = w.N("attach.apart", n)
	}
	for m, n := range coming {
		if c.Late[m] != "" {
			c.Late[m] += " · "
		}
		c.Late[m] += w.N("attach.coming", n)
	}
}
