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
	"strings"

	"portico/app/transfer"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// formLimit is what one form may bring in all, in bytes.
const formLimit = 100 << 20

var errNoFile = fault.New(fault.Invalid, "upload.no_file", "Choose a file first.")

// form takes files from a page without script: each part is streamed into the store, whole or not at all. It answers
// 303 to the page, or 201 with what arrived for Accept: application/json. Files before a refused one have arrived.
func (t Uploads) form(w http.ResponseWriter, r *http.Request) error {
	a, owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return errBadRequest.Withf("Files are sent as multipart/form-data.")
	}
	var rows []transfer.Row
	var item, audience string // of files on tasks; they stand before the files
	for left := int64(formLimit); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the form: %w", err)
		}
		if part.FileName() == "" {
			if word := field(part); part.FormName() == "item" {
				item = word
			} else if part.FormName() == "audience" {
				audience = word
			}
			continue
		}
		row, err := t.part(r, owner, part, left, func(f *transfer.File) (err error) {
			f.Generation = a.Generation
			f.Place, err = a.place(item, audience)
			return err
		})
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return f.Withf("“%s”: %s", part.FileName(), a.told(f).Message)
		}
		if err != nil {
			return err
		}
		left -= row.Size
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return a.told(errNoFile)
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		return arrivals(w, rows)
	}
	http.Redirect(w, r, cmp.Or(a.Page, a.Base+"/"), http.StatusSeeOther)
	return nil
}

// field is a short word of a form that holds files.
func field(part *multipart.Part) string {
	text, _ := io.ReadAll(io.LimitReader(part, 64)) // what is broken is refused with the next part
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
