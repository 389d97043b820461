package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/domain/task"
	"portico/ports/web/views"
)

// doubt puts beside their fields what is allowed to ask a client and hardly meant: a day that has passed, and words in
// braces that are no blank. Sending the form again with the same says that it is; ok tells that nothing is doubted any more.
func (s *Server) doubt(r *http.Request, typed *views.TaskFields) (ok bool) {
	typed.Doubts = nil
	ask := func(field, text string) {
		if typed.Doubts = append(typed.Doubts, text); !slices.Contains(r.PostForm["sure"], text) {
			typed.Problems = append(typed.Problems, views.Problem{Field: field, Text: text})
		}
	}
	today := s.Now().In(zone(user(r).Practice.Zone)).Format(time.DateOnly)
	if day := dayShort(typed.DueOn); day != "" && typed.DueOn < today {
		ask("due_on", fmt.Sprintf("%s has passed. Choose another day, or press the button again to keep it.", day))
	}
	texts := map[string][]string{"title": {typed.Title}, "description": {typed.Description}, "checklist": {typed.Checklist}}
	for _, i := range typed.Items {
		texts["items"] = append(texts["items"], i.Title, i.Help)
	}
	for _, field := range []string{"title", "description", "checklist", "items"} {
		for _, word := range task.UnknownBlanks(strings.Join(texts[field], "\n")) {
			ask(field, fmt.Sprintf("“%s” is not filled in: clients would read it as it stands. Blanks are %s. Change it, or press the button again to keep it.", word, strings.Join(task.BlankWords, ", ")))
		}
	}
	return len(typed.Problems) == 0
}
