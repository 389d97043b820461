package api

import (
	"context"
	"mime"
	"net/http"
	"time"

	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/domain/uploadlink"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// File is a file that has reached the practice.
type File struct {
	ID          ID      `json:"id"`
	LinkID      ID      `json:"upload_link_id"`
	ClientID    MaybeID `json:"client_id"`
	Client      string  `json:"client" doc:"The client's name"`
	RecipientID ID      `json:"recipient_id" doc:"Whose secret it came through"`
	Recipient   string  `json:"recipient" doc:"That person's name"`
	BatchID     ID      `json:"batch_id"`
	State       string  `json:"state" doc:"released: what hasn't been released isn't shown"`
	Name        string  `json:"name"`
	SentAs      string  `json:"sent_as" doc:"The name it was sent under"`
	Size        int64   `json:"size" doc:"Bytes"`
	SHA256      string  `json:"sha256" doc:"64 hex digits"`
	Media       string  `json:"media_type" doc:"Found by content"`
	StartedAt   Time    `json:"started_at"`
	ReceivedAt  Time    `json:"received_at"`
	ReleasedAt  Time    `json:"released_at"`
	Late        bool    `json:"late" doc:"It arrived after the link's expiry and was started before"`
	SameAs      MaybeID `json:"same_as" doc:"An earlier file of the link with the same content"`
	Scan        *string `json:"scan" enum:"clean,not_scanned" doc:"What the virus scanner said; null: none was configured when the file arrived"`
	ScanNote    string  `json:"scan_note" doc:"Why it was not scanned"`

	Withdrawal *Withdrawal `json:"withdrawal,omitempty" doc:"Left out while its sender has not asked for it back"`
}

func showFile(f linkapp.FileRow) File {
	return File{
		ID: ID(f.ID), LinkID: ID(f.Link), ClientID: MaybeID(f.Client), Client: f.ClientName, RecipientID: ID(f.Recipient), Recipient: f.RecipientName,
		BatchID: ID(f.Batch), State: string(linkapp.FileReleased), Name: f.Name, SentAs: f.SentAs, Size: f.Size, SHA256: f.SHA256, Media: f.Media,
		StartedAt: Time(f.StartedAt), ReceivedAt: Time(f.ReceivedAt), ReleasedAt: Time(f.ReleasedAt), Late: f.Late, SameAs: MaybeID(f.SameAs),
		Scan: scanWord(f.Scan), ScanNote: f.ScanNote,
		Withdrawal: showWithdrawal(f.Withdrawal),
	}
}

// scanWord is null where no scanner was configured.
func scanWord(s linkapp.ScanState) *string {
	if s == linkapp.NoScan {
		return nil
	}
	word := string(s)
	return &word
}

type listFiles struct {
	Paging
	Client string `query:"client_id"`
	Link   string `query:"upload_link_id"`
	Batch  string `query:"batch_id"`
	Name   string `query:"name" maxLength:"255" doc:"A part of the file's name, in whatever letter case"`
	State  string `query:"state" enum:"receiving,received,released" doc:"Only released ones are ever shown; the others give an empty list"`
}

func (s *Server) listFiles(ctx context.Context, in *listFiles) (*body[Page[File]], error) {
	q := linkapp.FileQuery{Name: in.Name, After: in.Cursor, Limit: in.Limit}
	var err error
	if q.Client, err = optionalID(in.Client, client.ErrNotFound); err != nil {
		return nil, err
	}
	if q.Link, err = optionalID(in.Link, uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if q.Batch, err = optionalID(in.Batch, linkapp.ErrBatchNotFound); err != nil {
		return nil, err
	}
	if in.State != "" && in.State != string(linkapp.FileReleased) { // the practice may not know of them yet (S1.i1)
		return page([]linkapp.FileRow{}, "", showFile), nil
	}
	rows, next, err := s.LinkDB.Files(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	return page(rows, next, showFile), nil
}

func (s *Server) getFile(ctx context.Context, in *ByID) (*body[File], error) {
	row, err := s.file(ctx, in)
	if err != nil {
		return nil, err
	}
	return &body[File]{Body: showFile(row)}, nil
}

func (s *Server) file(ctx context.Context, in *ByID) (linkapp.FileRow, error) {
	id, err := in.parse(uploadlink.ErrFileNotFound)
	if err != nil {
		return linkapp.FileRow{}, err
	}
	return s.LinkDB.File(ctx, from(ctx).Firm, id)
}

// fileContent serves the bytes as an attachment that no browser runs, shows or guesses about.
func (s *Server) fileContent(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	row, err := s.file(ctx, in)
	if err != nil {
		return nil, err
	}
	blob, err := s.Content.Open(row.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) { serve(hc, row, blob) }}, nil
}

func serve(hc huma.Context, row linkapp.FileRow, blob transfer.Reader) {
	defer blob.Close()
	r, w := humachi.Unwrap(hc)
	h := w.Header()
	h.Set("Content-Type", row.Media)
	h.Set("Content-Disposition", attachment(row.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("ETag", `"`+row.SHA256+`"`)
	http.ServeContent(w, r, "", time.Time{}, blob)
}

// attachment is a Content-Disposition for any name (RFC 6266, RFC 8187).
func attachment(name string) string {
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}

// download describes an answer of bytes.
func download(o huma.Operation) huma.Operation {
	bytes := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	o.Parameters = []*huma.Param{{Name: "Range", In: "header", Description: "bytes=0-1023", Schema: &huma.Schema{Type: huma.TypeString}}}
	o.Responses = map[string]*huma.Response{
		"200": {Description: "The whole file, under the media type found in its content", Content: bytes},
		"206": {Description: "A range of it", Content: bytes},
		"304": {Description: "The caller has this content already (If-None-Match)"},
		"416": {Description: "There is no such range", Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}},
		}},
	}
	return o
}
