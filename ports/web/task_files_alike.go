package web

import (
	"errors"

	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/task"

	"github.com/google/uuid"
)

// alike is what files of a task have in common with others, as far as their reader sees those.
type alike struct {
	names map[uuid.UUID]string         // of files of the task
	same  map[string]taskapp.Elsewhere // files elsewhere, by their digests
	taken map[uuid.UUID]string         // titles of tasks that files were taken from
}

// takenFrom are the titles of the tasks that files of a task were taken from, as read finds them for somebody; those that
// they don't see are left out.
func takenFrom(files []taskapp.File, here uuid.UUID, read func(id uuid.UUID) (title string, err error)) (map[uuid.UUID]string, error) {
	titles := map[uuid.UUID]string{here: ""}
	for _, f := range files {
		if _, known := titles[f.SourceTask]; known || f.SourceTask == uuid.Nil {
			continue
		}
		title, err := read(f.SourceTask)
		if err != nil && !errors.Is(err, task.ErrNotFound) {
			return nil, err
		}
		titles[f.SourceTask] = title
	}
	return titles, nil
}

// note says where the same content is: that a file was taken from there says more than that it is like another.
func (a alike) note(w *language.Words, f taskapp.File) []string {
	if title := a.taken[f.SourceTask]; title != "" {
		return []string{w.T("attach.taken", title)}
	}
	if name := a.names[f.SameAs]; name != "" {
		return []string{w.T("attach.same", name)}
	}
	if e, ok := a.same[f.SHA256]; ok {
		return []string{w.T("attach.same.task", e.Name, e.Title)}
	}
	return nil
}
