package web

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"portico/app/transfer"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

// formLimit is what one form may bring in all, in bytes.
const formLimit = 100 << 20

var errNoFile = fault.New(fault.Invalid, "upload.no_file", "Choose a file first.")

// form takes files from a page without script. It answers 303 to the page, or 201 with what arrived for Accept:
// application/json.
func (t Uploads) form(w http.ResponseWriter, r *http.Request) error {
	_, rows, err := t.parts(r)
	if err != nil {
		return err
	}
	return t.formed(w, r, rows)
}

// fieldsOfForms are the words that come with files; they stand before the files. Where a form of a task says nothing of
// command and message, it is only files.
var fieldsOfForms = []string{"item", "audience", "command", "message", "talk", "text", "file", "drop"}

// parts are what such a form holds: each file is streamed into the store, whole or not at all. Files before a refused one
// have arrived.
func (t Uploads) parts(r *http.Request) (fields url.Values, rows []transfer.Row, err error) {
	fields = url.Values{}
	a, owner, err := ownerOf(r)
	if err != nil {
		return fields, nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return fields, nil, errBadRequest.Withf("Files are sent as multipart/form-data.")
	}
	for left := int64(formLimit); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fields, rows, fmt.Errorf("read the form: %w", err)
		}
		if name := part.FormName(); part.FileName() == "" {
			if slices.Contains(fieldsOfForms, name) && len(fields[name]) < task.MaxEnclosed {
				fields.Add(name, field(part))
			}
			continue
		}
		row, err := t.part(r, owner, part, left, func(f *transfer.File) (err error) {
			f.Generation = a.Generation
			f.Place, err = a.place(fields.Get("item"), fields.Get("message"), fields.Get("audience"))
			return err
		})
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return fields, rows, f.Withf("“%s”: %s", part.FileName(), a.told(f).Message)
		}
		if err != nil {
			return fields, rows, err
		}
		left -= row.Size
		rows = append(rows, row)
	}
	return fields, rows, nil
}

// formed answers a form of which all has arrived.
func (t Uploads) formed(w http.ResponseWriter, r *http.Request, rows []transfer.Row) error {
	a, _ := accessOf(r)
	if len(rows) == 0 {
		return a.told(errNoFile)
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		return arrivals(w, rows)
	}
	http.Redirect(w, r, cmp.Or(a.Page, a.Base+"/"), http.StatusSeeOther)
	return nil
}

// field is a word of a form that holds files.
func field(part *multipart.Part) string {
	text, _ := io.ReadAll(io.LimitReader(part, 4*task.MaxMessage+1)) // what is broken is refused with the next part
	return string(text)
}

func (t Uploads) part(r *http.Request, owner transfer.Owner, part *multipart.Part, left int64, say func(*transfer.File) error) (transfer.Row, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return transfer.Row{}, fmt.Errorf("make an id: %w", err)
	}
	f := transfer.File{ID: id, Name: part.FileName(), Media: part.Header.Get("Content-Type"), Size: -1}
	if err := say(&f); err != nil {
		return transfer.Row{}, err
	}
	return t.Transfers.Whole(r.Context(), owner, f, min(left, t.Transfers.Limits.MaxSize), part)
}

func arrivals(w http.ResponseWriter, rows []transfer.Row) error {
	type file struct {
		ID     string `json:"id"`
		Size   int64  `json:"size"`
		SHA256 string `json:"sha256"`
	}
	answer := struct {
		Files []file `json:"files"`
	}{}
	for _, row := range rows {
		answer.Files = append(answer.Files, file{row.ID.String(), row.Size, hex.EncodeToString(row.SHA256)})
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(answer)
}
