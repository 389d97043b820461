package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"portico/app/archive"
	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/domain/uploadlink"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/google/uuid"
)

// InboxBatch is one sending: files that one person sent together and that have reached the practice.
type InboxBatch struct {
	ID          ID      `json:"id"`
	LinkID      ID      `json:"upload_link_id"`
	ClientID    MaybeID `json:"client_id"`
	Client      string  `json:"client" doc:"The client's name"`
	RecipientID ID      `json:"recipient_id" doc:"Whose secret it came through"`
	Recipient   string  `json:"recipient" doc:"That person's name"`
	ArrivedAt   Time    `json:"arrived_at" doc:"When the practice got the newest of its files"`
	Count       int     `json:"count" doc:"Files that the practice has"`
	Size        int64   `json:"size" doc:"Bytes of all of them"`
	Files       []File  `json:"files" nullable:"false" doc:"The first ten of them; list-files with batch_id has all"`
}

func showBatch(b linkapp.InboxRow) InboxBatch {
	out := InboxBatch{
		ID: ID(b.ID), LinkID: ID(b.Link), ClientID: MaybeID(b.Client), Client: b.ClientName, RecipientID: ID(b.Recipient), Recipient: b.RecipientName,
		ArrivedAt: Time(b.ArrivedAt), Count: b.Count, Size: b.Size, Files: make([]File, len(b.Files)),
	}
	for i, f := range b.Files {
		out.Files[i] = showFile(f)
	}
	return out
}

type listBatches struct {
	Paging
	Client string `query:"client_id"`
}

func (s *Server) listBatches(ctx context.Context, in *listBatches) (*body[Page[InboxBatch]], error) {
	of, err := optionalID(in.Client, client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.LinkDB.Inbox(ctx, from(ctx).Firm, linkapp.InboxQuery{Client: of, After: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return page(rows, next, showBatch), nil
}

// batchContent serves all files of a sending as one zip.
func (s *Server) batchContent(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	id, err := in.parse(linkapp.ErrBatchNotFound)
	if err != nil {
		return nil, err
	}
	if _, err := s.LinkDB.Batch(ctx, from(ctx).Firm, id); err != nil {
		return nil, err
	}
	var files []linkapp.FileRow
	for q := (linkapp.FileQuery{Batch: id, Limit: 200}); ; {
		rows, next, err := s.LinkDB.Files(ctx, from(ctx).Firm, q)
		if err != nil {
			return nil, err
		}
		if files = append(files, rows...); next == "" {
			break
		}
		q.After = next
	}
	return s.zipped(ctx, files)
}

type chosenFiles struct {
	Body struct {
		Files []string `json:"files" nullable:"false" minItems:"1" maxItems:"10000" doc:"Their ids"`
	}
}

// chosenFiles serves some files as one zip. It changes nothing.
func (s *Server) chosenFiles(ctx context.Context, in *chosenFiles) (*huma.StreamResponse, error) {
	var ids []uuid.UUID
	for _, text := range in.Body.Files {
		id, err := ByID{ID: text}.parse(uploadlink.ErrFileNotFound)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	files, err := s.LinkDB.FilesByID(ctx, from(ctx).Firm, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids { // what is missing says itself why
		if !slices.ContainsFunc(files, func(f linkapp.FileRow) bool { return f.ID == id }) {
			if _, err := s.LinkDB.File(ctx, from(ctx).Firm, id); err != nil {
				return nil, err
			}
		}
	}
	return s.zipped(ctx, files)
}

// zipped streams files as one zip; should one fail midway, the connection is cut.
func (s *Server) zipped(ctx context.Context, files []linkapp.FileRow) (*huma.StreamResponse, error) {
	slices.SortStableFunc(files, func(a, b linkapp.FileRow) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	parts := make([]archive.File, len(files))
	for i, f := range files {
		parts[i] = archive.File{ID: f.ID, Name: f.Name, Size: f.Size, At: f.ReceivedAt}
	}
	a, err := archive.Of(parts)
	if err != nil {
		return nil, err
	}
	open := func(id uuid.UUID) (io.ReadCloser, error) { return s.Content.Open(id) }
	for _, f := range files { // while a problem can still say so
		blob, err := open(f.ID)
		if err != nil {
			return nil, fmt.Errorf("open the bytes of file %s: %w", f.ID, err)
		}
		_ = blob.Close() // nothing was read
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", attachment("files.zip"))
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Content-Length", strconv.FormatInt(a.Length(), 10))
		if err := a.Write(ctx, w, open); err != nil {
			if ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "an archive was cut off", "route", hc.Operation().Path, "err", err)
			}
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// archived describes an answer that is a zip.
func archived(o huma.Operation) huma.Operation {
	o.Responses = map[string]*huma.Response{
		"200": {Description: "A zip of the files, stored without compression, under names that are safe and differ", Content: map[string]*huma.MediaType{
			"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}},
		}},
	}
	return o
}
