package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	firmapp "portico/app/firm"
	"portico/app/language"
	"portico/app/picture"
	taskapp "portico/app/task"
	"portico/domain/task"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// printAnswers is what was answered as a PDF, with the practice's letterhead.
func (s *Server) printAnswers(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	id, err := in.parse(task.ErrNotFound)
	if err != nil {
		return nil, err
	}
	firm := from(ctx).Firm
	t, err := s.TaskDB.Task(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	given, err := s.Answers.Sheet(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	q, err := s.FormDB.Version(ctx, firm, given.Form, given.FormVersion)
	if err != nil {
		return nil, err
	}
	names, err := s.taskPeople(ctx, t.Row)
	if err != nil {
		return nil, err
	}
	p, err := s.FirmDB.Firm(ctx, firm)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	of := taskapp.PaperOf{
		Words: language.For("en"), Zone: zone, Practice: p.Name, Client: cmp.Or(t.ClientName, names[t.Contact]), Task: t.Title, Sheet: given, Asks: q, Now: time.Now(), Files: map[string]string{},
		Name: func(w task.Who) string {
			if w.Contact() == uuid.Nil {
				return p.Name
			}
			return names[w.Contact()]
		},
	}
	files, err := s.TaskFiles.Files(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.Arrived(of.Now) {
			of.Files[f.ID.String()] = f.Name
		}
	}
	if of.Logo, err = s.logo(p.Logo); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := s.Paper(&b, of.Paper()); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/pdf")
		hc.SetHeader("Content-Disposition", attachment(t.Title+".pdf"))
		hc.SetHeader("Content-Security-Policy", "default-src 'none'; sandbox")
		_, _ = hc.BodyWriter().Write(b.Bytes()) // the caller has gone: nobody is left to tell
	}}, nil
}

// taskPeople are the names of the contacts whom a task is about.
func (s *Server) taskPeople(ctx context.Context, t taskapp.Row) (map[uuid.UUID]string, error) {
	names, firm := map[uuid.UUID]string{}, from(ctx).Firm
	if t.Client == uuid.Nil {
		c, err := s.ContactDB.Contact(ctx, firm, t.Contact)
		names[c.ID] = c.Name()
		return names, err
	}
	people, err := s.ContactDB.OfClient(ctx, firm, t.Client)
	for _, p := range people {
		names[p.ID] = p.Name()
	}
	return names, err
}

// logo are the bytes of a logo that has pixels; none where it has lines, or is gone.
func (s *Server) logo(l firmapp.Logo) ([]byte, error) {
	if l.Media != picture.PNG {
		return nil, nil
	}
	file, err := s.Logos.Open(l.ID)
	if errors.Is(err, firmapp.ErrFileGone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open logo %s: %w", l.ID, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(file, picture.MaxBytes))
	if err != nil {
		return nil, fmt.Errorf("read logo %s: %w", l.ID, err)
	}
	return body, nil
}
