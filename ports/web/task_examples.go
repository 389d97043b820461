package web

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/app/transfer"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// examplesLimit is what one form may bring of examples in all, in bytes.
const examplesLimit = 100 << 20

// keptExample is the field that says which examples a row has: "row.example", or "row.task.attachment" of one that is on
// another task so far.
const keptExample = "item-kept"

// postedAsking reads a form that asks for something, which may bring an example file for each row. What has come of them is
// kept at once and stands in the form as if it had been chosen before, so that a form that is refused, for another reason or
// for one of the files, loses none. problems say which files were refused.
func (s *Server) postedAsking(w http.ResponseWriter, r *http.Request) (who es.By, problems views.Problems, err error) {
	if !multipartForm(r) {
		who, err = posted(w, r)
		return who, nil, err
	}
	leave, err := s.paces.uploads.enter(rightID{user(r).ID, user(r).ID})
	if err != nil {
		return who, nil, err
	}
	defer leave()
	parts, err := r.MultipartReader()
	if err != nil {
		return who, nil, errForm
	}
	r.PostForm = url.Values{}
	var brought []string
	row, files, text := "", int64(examplesLimit), s.Patience.or().FormBytes
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return who, nil, orUnread(err)
		}
		name := part.FormName()
		if part.FileName() == "" {
			said, err := io.ReadAll(io.LimitReader(part, text+1))
			if text -= int64(len(said)); err != nil || text < 0 {
				return who, nil, orUnread(err)
			}
			r.PostForm.Add(name, string(said))
			if name == "item" {
				row = string(said)
			}
			continue
		}
		kept, err := s.keepExample(r, part, files)
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Unavailable {
			problems = append(problems, views.Problem{Field: "items", Text: fmt.Sprintf("“%s”: %s", part.FileName(), f.Message)})
			continue
		}
		if err != nil {
			return who, nil, err
		}
		files -= kept.Size
		r.PostForm.Add(name, row+" "+hex.EncodeToString(kept.SHA256)+" "+part.FileName()) // the same for a form that is sent twice
		brought = append(brought, row+"."+kept.ID.String())
	}
	who, err = by(r)
	r.PostForm[keptExample] = append(r.PostForm[keptExample], brought...)
	return who, problems, err
}

func multipartForm(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "multipart/form-data"
}

// orUnread is why a form could not be read, as far as that is known.
func orUnread(err error) error {
	if f := unread(err); f != nil {
		return f
	}
	if err == nil {
		return errTooMuch
	}
	return errForm
}

// keepExample takes one file of a form as an example of the practice's.
func (s *Server) keepExample(r *http.Request, part *multipart.Part, left int64) (transfer.Row, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return transfer.Row{}, fmt.Errorf("make an id: %w", err)
	}
	u := user(r)
	owner := transfer.Owner{Firm: u.Firm, Kind: transfer.OfExample, Link: id, Recipient: u.ID}
	f := transfer.File{ID: id, Name: part.FileName(), Media: part.Header.Get("Content-Type"), Size: -1}
	return s.Uploads.Transfers.Whole(r.Context(), owner, f, left, part)
}

// withExamples settles the examples of what was typed; refused tells that some of them, which Problems name, are not taken.
func (s *Server) withExamples(r *http.Request, form uuid.UUID, typed *views.TaskFields, problems views.Problems) (refused bool, err error) {
	more, err := s.settleExamples(r, form, typed.Items)
	typed.Problems = append(problems, more...)
	return len(typed.Problems) > 0, err
}

// codeOf is the status of a form that is shown again.
func codeOf(refused bool) int {
	if refused {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// settleExamples makes all examples of a form the practice's own, by ids that are the same for a form that is sent again, and
// names them. problems say which can't be shown; they are left out.
func (s *Server) settleExamples(r *http.Request, form uuid.UUID, rows []views.ItemFields) (problems views.Problems, err error) {
	firm := user(r).Firm
	for n := range rows {
		for m := range rows[n].Examples {
			e := &rows[n].Examples[m]
			of, from, elsewhere := strings.Cut(e.Ref, ".")
			if !elsewhere {
				continue
			}
			id, err := s.adoptExample(r, form, of, from)
			if f, ok := errors.AsType[*fault.Error](err); ok {
				problems, e.Ref = append(problems, views.Problem{Field: "items", Text: "An example: " + f.Message}), ""
			} else if err != nil {
				return nil, err
			} else {
				e.Ref = id.String()
			}
		}
	}
	kept, err := s.nameExamples(r, firm, rows)
	if err != nil {
		return nil, err
	}
	for n := range rows {
		rows[n].Examples = slices.DeleteFunc(rows[n].Examples, func(e views.ItemExample) bool {
			k, there := kept[e.Ref]
			switch {
			case e.Ref == "":
			case !there:
				problems = append(problems, views.Problem{Field: "items", Text: taskapp.ErrExample.Message})
			case k.Infected:
				problems = append(problems, views.Problem{Field: "items", Text: fmt.Sprintf("A virus was found in “%s”, so it can’t be an example. Choose another file.", k.Name)})
			default:
				return false
			}
			return true
		})
	}
	return problems, nil
}

// nameExamples names the examples of rows that are the practice's own, and returns them by what rows call them.
func (s *Server) nameExamples(r *http.Request, firm int32, rows []views.ItemFields) (map[string]taskapp.Example, error) {
	var ids []uuid.UUID
	for _, row := range rows {
		for _, e := range row.Examples {
			if id, err := uuid.Parse(e.Ref); err == nil {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	kept, err := s.Tasks.Bytes.Examples(r.Context(), firm, ids)
	if err != nil {
		return nil, err
	}
	byRef := make(map[string]taskapp.Example, len(kept))
	for id, k := range kept {
		byRef[id.String()] = k
	}
	for n := range rows {
		for m := range rows[n].Examples {
			e := &rows[n].Examples[m]
			if k, ok := byRef[e.Ref]; ok {
				e.Name, e.Infected = k.Name, k.Infected
			}
		}
	}
	return byRef, nil
}

// adoptExample makes the practice's own of an example on a task that who asks may see.
func (s *Server) adoptExample(r *http.Request, form uuid.UUID, of, from string) (id uuid.UUID, err error) {
	t, err := uuid.Parse(of)
	file, wrong := uuid.Parse(from)
	if err != nil || wrong != nil {
		return id, task.ErrAttachment
	}
	if _, err := s.TaskList.Task(r.Context(), user(r).Firm, t); err != nil {
		return id, err
	}
	id = uuid.NewSHA1(form, file[:])
	return id, s.Tasks.KeepExample(r.Context(), user(r).Firm, id, t, file)
}

// examplesOf are the examples of a task that a copy brings along, by item.
func (s *Server) examplesOf(r *http.Request, id uuid.UUID) (map[uuid.UUID][]views.ItemExample, error) {
	files, err := s.TaskFiles.Files(r.Context(), user(r).Firm, id)
	out := map[uuid.UUID][]views.ItemExample{}
	for _, f := range files {
		if f.Example() && f.Arrived(s.Now()) {
			out[f.Place.Item] = append(out[f.Place.Item], views.ItemExample{Ref: id.String() + "." + f.ID.String(), Name: f.Name})
		}
	}
	return out, err
}

// typedExamples are those that a form says a row has.
func typedExamples(f url.Values, row string) (all []views.ItemExample) {
	for _, text := range f[keptExample] {
		if of, ref, ok := strings.Cut(text, "."); ok && of == row && !slices.ContainsFunc(all, func(e views.ItemExample) bool { return e.Ref == ref }) {
			all = append(all, views.ItemExample{Ref: ref})
		}
	}
	return all
}

// exampleTypes are the files that can be chosen as an example.
func exampleTypes() string { return "." + strings.Join(uploadlink.Extensions(), ",.") }
