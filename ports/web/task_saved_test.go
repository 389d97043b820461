package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/app/es/estest"
	filterapp "portico/app/taskfilter"
	"portico/domain/event"
	"portico/domain/taskfilter"

	"github.com/google/uuid"
)

// savedShelf reads filters from their histories.
type savedShelf struct{ store *estest.Memory }

func (s savedShelf) Filters(_ context.Context, _ int32, staff uuid.UUID) (all []filterapp.Filter, err error) {
	for n := range byte(4) {
		id := newTestID(90 + n)
		var f *filterapp.Filter
		for _, e := range s.store.Stream(taskfilter.Stream(id)) {
			switch e := e.(type) {
			case taskfilter.Saved:
				f = &filterapp.Filter{ID: id, Owner: e.Owner, Name: e.Name.Text, Says: e.Says.Text, Shared: e.Shared}
			case taskfilter.Removed:
				f = nil
			}
		}
		if f != nil && (f.Owner == staff || f.Shared) {
			all = append(all, *f)
		}
	}
	return all, nil
}

// What is shown is kept under a name, chosen in one press, renamed, shared and removed; a colleague’s own is nobody else’s.
func TestTaskFilters(t *testing.T) {
	h := asks(t)
	h.jar = nil
	h.signIn()
	one, command := newTestID(90), byte(60)
	form := func(more ...string) url.Values {
		command++
		v := url.Values{"command": {newTestID(command).String()}, "id": {one.String()}, "back": {"/tasks?at=7&due=week&of=mine&view=board&after=x"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	if page := h.get("/tasks").want(t, 200, "Save this filter").text; strings.Contains(page, `aria-label="Saved filters"`) {
		t.Error("there are saved filters")
	}
	h.post("/tasks/filters", form("filter", " ")).want(t, http.StatusUnprocessableEntity, "A saved filter has a name of 1 to 40 letters", `<details class="more-filters" id="saved" open`, "Error: Tasks")
	if at := h.post("/tasks/filters", form("filter", "My week")).want(t, http.StatusSeeOther).Header().Get("Location"); !strings.HasPrefix(at, "/tasks?") || !strings.Contains(at, "due=week") {
		t.Errorf("leads to %q", at)
	}
	h.get("/tasks").want(t, 200, `href="/tasks?due=week&amp;of=mine&amp;view=board">`, "My week", "/tasks/filters/"+one.String()+"/removal")
	h.get("/tasks?of=mine&view=board&due=week").want(t, 200, `href="/tasks?due=week&amp;of=mine&amp;view=board" aria-current="true">`)
	h.post("/tasks/filters", form("id", newTestID(91).String(), "filter", "my  WEEK", "back", "/tasks?due=overdue")).want(t, http.StatusSeeOther) // the same name: the same filter
	if n := len(h.store.Stream(taskfilter.Stream(newTestID(91)))); n != 0 {
		t.Errorf("there is another of the same name, with %d events", n)
	}
	h.post("/tasks/filters/"+one.String(), form("filter", strings.Repeat("x", 41), "shared", "1")).want(t, http.StatusUnprocessableEntity, "A saved filter has a name", strings.Repeat("x", 41))
	h.post("/tasks/filters/"+one.String(), form("filter", "Late", "shared", "1")).want(t, http.StatusSeeOther)
	all := h.store.Stream(taskfilter.Stream(one))
	if last, ok := all[len(all)-1].(taskfilter.Saved); !ok || last.Name.Text != "Late" || !last.Shared || last.Says.Text != "due=overdue" || last.Owner != priya.ID {
		t.Errorf("kept %+v", all)
	}
	sam := newTestID(99)
	h.store.Given(1, taskfilter.Stream(newTestID(92)), taskfilter.Saved{Owner: sam, Name: event.Of(sam, "Sam’s"), Says: event.Of(sam, "of=none"), At: noon})
	if page := h.get("/tasks").text; strings.Contains(page, "Sam’s") {
		t.Error("a colleague’s own filter is shown")
	}
	h.post("/tasks/filters/"+newTestID(92).String()+"/removal", form()).want(t, http.StatusNotFound)
	h.post("/tasks/filters/"+one.String()+"/removal", form()).want(t, http.StatusSeeOther)
	if page := h.get("/tasks").text; strings.Contains(page, "Late") {
		t.Error("it is still there")
	}
}
