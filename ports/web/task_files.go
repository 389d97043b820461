package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// taskFilesCard is the card of a task's files but for its rows: why none are taken comes from the task itself.
func (s *Server) taskFilesCard(r *http.Request, w *language.Words, practice, base string, a taskapp.Act, most int64, problems views.Problems) (*views.TaskFiles, error) {
	most = min(cmp.Or(most, uploadlink.MaxFileSize), uploadlink.MaxFileSize)
	c := &views.TaskFiles{
		W: w, Practice: practice, Base: base, Accept: "." + strings.Join(uploadlink.Extensions(), ",."), MaxBytes: most, Limit: binary(most, 2),
		PlainLimit: binary(min(most, formLimit), 2), Words: deskWords(w, most), Problem: problems.For("task-files"), Blank: views.TaskFile{Icon: "file"},
	}
	if base == "" {
		clip(w, c)
		return c, nil
	}
	_, err := s.Tasks.AdmitFile(r.Context(), a)
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case ok && errors.Is(f, task.ErrFilesOff):
		c.Why = w.T("attach.off", practice) // S2.14
	case ok:
		c.Why = w.Fault(f.Code, f.Message)
	case err != nil:
		return nil, err
	}
	clip(w, c)
	return c, nil
}

// deskSays are the words of task-desk.js, by their keys in the catalogue.
var deskSays = []string{
	"waiting", "sending", "checking", "offline", "paused", "received", "cancelled", "pause", "resume", "again", "cancel", "dismiss", "folder", "type", "large", "nothing",
	"unreadable", "changed", "refused", "copy", "copied", "file", "kind", "size", "time", "code", "tell", "told", "untold", "arrived", "way", "takeout",
}

// deskWords is what the script says, as JSON.
func deskWords(w *language.Words, most int64) string {
	says := map[string]string{"limit": binary(most, 2)}
	for _, key := range deskSays {
		says[key] = w.T("attach.js."+key, "{1}") // the script fills it
	}
	text, err := json.Marshal(says)
	if err != nil {
		return "{}" // strings are always JSON
	}
	return string(text)
}

// staffFiles is the card as the practice sees it.
func (s *Server) staffFiles(r *http.Request, t taskapp.Detail, problems views.Problems) (*views.TaskFiles, error) {
	u := user(r)
	w := language.For("en")
	base := "/tasks/" + t.ID.String() + "/"
	act := taskapp.Act{By: es.By{Firm: u.Firm, Actor: event.Actor{Kind: event.Staff, ID: u.ID}}, Task: t.ID}
	c, err := s.taskFilesCard(r, w, u.Practice.Name, base, act, u.Practice.Limits.MaxFileBytes, problems)
	if err != nil {
		return nil, err
	}
	c.Staff = true
	files, err := s.TaskFiles.Files(r.Context(), u.Firm, t.ID)
	if err != nil {
		return nil, err
	}
	titles, err := s.itemTitles(r, t, files)
	if err != nil {
		return nil, err
	}
	now, z := s.Now(), zone(u.Practice.Zone)
	c.Examples = map[uuid.UUID][]views.TaskFile{}
	names, digests := map[uuid.UUID]string{}, []string{}
	for _, f := range files {
		if f.Arrived(now) {
			names[f.ID], digests = f.Name, append(digests, f.SHA256)
		}
	}
	same, err := s.TaskFiles.Same(r.Context(), u.Firm, t.ID, digests)
	if err != nil {
		return nil, err
	}
	taken, err := takenFrom(files, t.ID, func(id uuid.UUID) (string, error) {
		d, err := s.TaskList.Task(r.Context(), u.Firm, id)
		return d.Title, err
	})
	if err != nil {
		return nil, err
	}
	me, coming := event.Actor{Kind: event.Staff, ID: u.ID}, 0
	shows := func(f taskapp.File) bool {
		return f.Arrived(now) || f.Mark() || f.Example() && f.Withheld() || f.State == taskapp.FileInfected && (u.Role.May("settings.change") || f.By == me) || f.Held(now) && u.Role.May("settings.change")
	}
	lateFiles(w, c, files, shows)
	for _, f := range files {
		switch {
		case f.Unsent() && f.Readable():
			if f.By == me && c.Clip != nil {
				c.Clip.Files = append(c.Clip.Files, clipped(w, f))
			}
		case shows(f):
			row := s.staffFile(f, t, alike{names, same, taken}, z)
			c.Shown[f.ID] = row
			if f.Place.Message != uuid.Nil {
				c.Said[f.Place.Message] = append(c.Said[f.Place.Message], row)
				row.Note += " · " + w.T("attach.message")
			}
			if title := titles[f.Place.Item]; f.Example() {
				if example := row; !f.Mark() {
					if !f.Withheld() {
						example.Brief = w.Size(f.Size)
					}
					c.Examples[f.Place.Item] = append(c.Examples[f.Place.Item], example)
				}
				row.Note += " · " + w.T("request.example.of", title)
			} else if title != "" {
				row.Note += " · " + w.T("attach.item", title)
			}
			c.Rows = append(c.Rows, row)
		case f.State == taskapp.FileComing && !f.Unsent(), f.State == taskapp.FileReceived && !f.Draft():
			coming++
		}
	}
	if coming > 0 { // U2: nothing but a count
		c.Rows = append(c.Rows, views.TaskFile{State: "receiving", Icon: "hourglass", Name: w.N("attach.coming", coming)})
	}
	return c, nil
}

// itemTitles are the titles of the items of a task on which files were put.
func (s *Server) itemTitles(r *http.Request, t taskapp.Detail, files []taskapp.File) (map[uuid.UUID]string, error) {
	titles := map[uuid.UUID]string{}
	if !slices.ContainsFunc(files, func(f taskapp.File) bool { return f.Place.Item != uuid.Nil }) {
		return titles, nil
	}
	items, err := s.TaskItems.Items(r.Context(), user(r).Firm, t.ID)
	for _, i := range items[t.ID] {
		titles[i.ID] = i.Title
	}
	return titles, err
}

func (s *Server) staffFile(f taskapp.File, t taskapp.Detail, a alike, z *time.Location) views.TaskFile {
	w := language.For("en")
	base := "/tasks/" + t.ID.String() + "/files/" + f.ID.String()
	row := views.TaskFile{ID: f.ID, State: "received", Icon: sortOf(f.Name).icon, Name: f.Name}
	notes := []string{cmp.Or(f.ByName, w.T("attach.someone")), w.ShortMoment(f.At, z), w.Size(f.Size)}
	act := func(word, path string, danger bool) {
		row.Acts = append(row.Acts, views.TaskFileAct{Word: word, Action: base + "/" + path, Command: newID(), Danger: danger})
	}
	switch {
	case f.Mark():
		row.State, row.Icon = "removed", "trash-2"
		notes = []string{w.T("attach.removed", cmp.Or(f.Remover, w.T("attach.someone")), w.ShortMoment(f.RemovedAt, z))}
		if f.State == taskapp.FileRemoved {
			notes = append(notes, w.T("attach.until", w.ShortDate(f.Until, z)))
			act(w.T("attach.restore"), "restoration", false)
		} else {
			notes = append(notes, w.T("attach.destroyed"))
		}
		row.Note = strings.Join(notes, " · ")
		row.Brief = row.Note
		return row
	case f.State == taskapp.FileInfected:
		row.State, row.Icon = "infected", "circle-alert"
		notes = append(notes, w.T("attach.infected.staff", f.Finding))
	case f.Scan == taskapp.ScanHeld:
		row.State, row.Icon = "checking", "hourglass"
		notes = append(notes, w.T("attach.held.staff", f.Finding))
	case f.Scan == taskapp.ScanAwaited:
		row.State, row.Icon = "checking", "hourglass"
		notes = append(notes, w.T("attach.checking"), w.T("request.example.waits"))
	default:
		row.Href = base + "/content"
		switch {
		case f.Place.Talk.Internal:
			notes = append(notes, w.T("attach.internal"))
			act(w.T("attach.share"), "sharing", false)
		case f.Place.Talk.With != uuid.Nil:
			notes = append(notes, w.T("attach.private"))
			act(w.T("attach.share"), "sharing", false)
		}
		act(w.T("attach.remove"), "removal", true)
	}
	if f.Scan == taskapp.ScanNone {
		notes = append(notes, w.T("attach.unscanned"))
	}
	notes = append(notes, a.note(w, f)...)
	row.Note, row.Brief = strings.Join(notes, " · "), strings.Join(notes[2:], " · ")
	return row
}

// portalFilesOf is the card as a contact sees it. Who looks into somebody's portal sends nothing from there. What was put on
// an item of a request stands with the item.
func (s *Server) portalFilesOf(r *http.Request, in inPortal, t taskapp.Todo, request *views.PortalRequest, problems views.Problems) (*views.TaskFiles, error) {
	w := in.words.Words
	base := ""
	if in.view == nil {
		base = "/portal/tasks/" + t.ID.String() + "/"
	}
	c, err := s.taskFilesCard(r, w, in.setup.Name, base, taskapp.Act{By: in.by(), Task: t.ID, Contact: in.Contact}, in.setup.Limits.MaxFileBytes, problems)
	if err != nil {
		return nil, err
	}
	files, err := s.TaskFiles.Files(r.Context(), in.Firm, t.ID)
	if err != nil {
		return nil, err
	}
	now, names, digests := s.Now(), map[uuid.UUID]string{}, []string{}
	for _, f := range files {
		if f.SeenBy(in.Contact, now) {
			names[f.ID] = f.Name
		}
		if f.Sender() == in.Contact && f.Readable() {
			digests = append(digests, f.SHA256)
		}
	}
	sent, err := s.TaskFiles.SameSent(r.Context(), in.Firm, in.Contact, t.ID, digests)
	if err != nil {
		return nil, err
	}
	taken, err := takenFrom(files, t.ID, func(id uuid.UUID) (string, error) {
		source, err := s.TaskList.Todo(r.Context(), in.Firm, in.Contact, id)
		return source.Title, err
	})
	if err != nil {
		return nil, err
	}
	ofItem, examples, others := map[uuid.UUID][]views.TaskFile{}, map[uuid.UUID][]views.TaskFile{}, map[uuid.UUID][]views.Choice{}
	shows := func(f taskapp.File) bool {
		return f.SeenBy(in.Contact, now) && (f.State != taskapp.FileDestroyed || f.Mark())
	}
	lateFiles(w, c, files, shows)
	for _, f := range files {
		if f.Unsent() && f.Readable() && f.Sender() == in.Contact && c.Clip != nil {
			c.Clip.Files = append(c.Clip.Files, clipped(w, f))
		}
		if !shows(f) || f.Unsent() && f.State != taskapp.FileInfected {
			continue
		}
		row := s.portalFile(in, t, f, alike{names, sent, taken})
		c.Shown[f.ID] = row
		if f.Place.Message != uuid.Nil && !f.Unsent() {
			c.Said[f.Place.Message] = append(c.Said[f.Place.Message], row)
			row.Note += " · " + w.T("attach.message")
		}
		switch {
		case standsWithQuestion(t, f):
		case request == nil, f.Place.Item == uuid.Nil:
			c.Rows = append(c.Rows, row)
		case f.Example() && f.Readable():
			row.Brief = w.Size(f.Size)
			examples[f.Place.Item] = append(examples[f.Place.Item], row)
		case f.Example():
		case !f.Returned, len(row.Acts) > 0: // otherwise it stands with its round
			if f.Draft() && f.Readable() && !request.Takes(f.Place.Item) {
				row.Note += " · " + w.T("request.left")
			} else if f.Draft() && f.Readable() && f.Sender() != in.Contact {
				others[f.Place.Item] = append(others[f.Place.Item], views.Choice{Value: f.ID.String(), Word: w.T("request.with", f.Name, cmp.Or(f.ByName, in.setup.Name))})
			}
			ofItem[f.Place.Item] = append(ofItem[f.Place.Item], row)
		}
	}
	earlier := false
	if c.Base != "" && c.Why == "" {
		if earlier, err = s.usesEarlier(r, in, t); err != nil {
			return nil, err
		}
	}
	if earlier && c.Clip != nil {
		c.Clip.Again = in.at("/todos/"+t.ID.String()+"/earlier") + "?for=" + forMessage + strings.Replace(in.query(), "?", "&", 1)
	}
	if request == nil {
		if earlier {
			c.Earlier = in.at("/todos/"+t.ID.String()+"/earlier") + in.query()
		}
		return c, nil
	}
	for n := range request.Items {
		i := &request.Items[n]
		for m := range i.Rounds {
			round := &i.Rounds[m]
			round.Files, round.Late = filesNamed(c, round.Named)
		}
		i.Examples = examples[i.ID]
		i.Others = others[i.ID]
		if i.Files = ofItem[i.ID]; i.Takes && c.Base != "" && c.Why == "" {
			i.Attach = &views.ItemAttach{Base: c.Base, Accept: cmp.Or(i.Accept, c.Accept), Earlier: earlier}
		}
	}
	return c, nil
}

// draftFiles are the files that a contact's next answer to each item hands over (S4.i7): those that they have put there, and
// for an item that all share those of others that are named besides.
func (s *Server) draftFiles(r *http.Request, in inPortal, t taskapp.Todo, besides []string) (map[uuid.UUID][]uuid.UUID, error) {
	files, err := s.TaskFiles.Files(r.Context(), in.Firm, t.ID)
	if err != nil {
		return nil, err
	}
	drafts := map[uuid.UUID][]uuid.UUID{}
	for _, f := range files {
		if f.Draft() && !f.Unsent() && f.Readable() && f.SeenBy(in.Contact, s.Now()) && (f.Sender() == in.Contact || slices.Contains(besides, f.ID.String())) {
			drafts[f.Place.Item] = append(drafts[f.Place.Item], f.ID)
		}
	}
	return drafts, nil
}

func (s *Server) portalFile(in inPortal, t taskapp.Todo, f taskapp.File, a alike) views.TaskFile {
	w, now := in.words.Words, s.Now()
	base := in.at("/todos/" + t.ID.String() + "/files/" + f.ID.String())
	row := views.TaskFile{ID: f.ID, State: "received", Icon: sortOf(f.Name).icon, Name: f.Name}
	by := f.ByName
	switch {
	case f.Sender() == in.Contact:
		by = w.T("attach.you")
	case f.Sender() == uuid.Nil:
		by = in.setup.Name
	}
	notes := []string{by, w.ShortMoment(f.At, in.zone), w.Size(f.Size)}
	switch {
	case f.Mark():
		row.State, row.Icon, row.Note = "removed", "trash-2", w.T("attach.removed", in.setup.Name, w.ShortMoment(f.RemovedAt, in.zone))
		row.Brief = row.Note
		return row
	case f.State == taskapp.FileInfected:
		row.State, row.Icon, row.Note = "infected", "circle-alert", w.T("attach.infected", in.setup.Name)
		row.Brief = row.Note
		return row
	case f.State == taskapp.FileComing:
		row.State, row.Icon, row.Note = "receiving", "hourglass", w.T("attach.coming.again")
		return row
	}
	row.Href = base + "/content" + in.query()
	switch f.Scan {
	case taskapp.ScanAwaited:
		row.State, row.Awaited = "checking", true
		notes = append(notes, w.T("attach.checking"))
	case taskapp.ScanHeld:
		row.State = "checking"
		notes = append(notes, w.T("attach.held", in.setup.Name))
	case taskapp.NoScan, taskapp.ScanClean, taskapp.ScanNone, taskapp.ScanBad:
	}
	if f.Place.Talk.With != uuid.Nil {
		notes = append(notes, w.T("attach.private.you", in.setup.Name))
	}
	switch {
	case standsWithQuestion(t, f):
		notes = append(notes, w.T("form.file.draft"))
	case f.Draft():
		notes = append(notes, w.T("attach.draft"))
	}
	if f.Sender() != in.Contact {
		a.same = nil
	}
	notes = append(notes, a.note(w, f)...)
	if f.Sender() == in.Contact && f.Takeable(now) {
		row.Acts = append(row.Acts, views.TaskFileAct{Word: w.T("attach.takeback"), Action: base + "/retraction" + in.query(), Command: newID(), Danger: true})
	}
	row.Note, row.Brief = strings.Join(notes, " · "), strings.Join(notes[2:], " · ")
	return row
}
