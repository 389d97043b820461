package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// door is what a mailed link shows first: one button. Mail scanners look at it and nothing happens (L1, S1.i19).
func (s *Server) door(w http.ResponseWriter, r *http.Request) error {
	a, err := s.byToken(r)
	if a.Link != uuid.Nil {
		s.noteLook(r, a)
	}
	if err != nil {
		return err
	}
	p, err := s.uploadPage(r, a)
	if err != nil {
		return err
	}
	if !wantsPage(r, tokenPage) && acceptsJSON(r) {
		return s.answerState(w, r, a, p)
	}
	if p.State == linkapp.LinkExpired {
		return s.showUpload(w, r, http.StatusOK, a, p, "") // what is in its window can still be changed; otherwise it says that it is over
	}
	return s.show(w, r, views.Door{
		Public: s.public(r.Context(), a, p, "Send files"), Sender: p.SenderName, Expires: views.At(p.ExpiresAt, zone(p.Zone)), Token: r.PathValue("token"),
	})
}

// redeem records that a person pressed the button, and gives their browser a right of its own (L1, L9).
func (s *Server) redeem(w http.ResponseWriter, r *http.Request) error {
	a, err := s.byToken(r)
	if err == nil {
		err = s.acted(r, a)
	}
	if err != nil {
		return err
	}
	res, err := s.Links.Redeem(r.Context(), linkapp.Redeem{
		By: a.by(), Link: a.Link, Holder: a.holder(),
		Visitor: uploadlink.Visitor{Device: r.UserAgent(), Address: origin(r).String(), DeviceID: s.device(w, r, a.Link)},
	})
	if errors.Is(err, uploadlink.ErrExpired) {
		return s.closed(r.Context(), a, err)
	}
	if err != nil {
		return err
	}
	s.wait(r, res)
	s.setCookie(w, uploadCookie, s.Keys.UploadCookie(a.secret()).Reveal(), "/up/"+a.Link.String(), cookieAge)
	http.Redirect(w, r, "/up/"+a.Link.String()+"/", http.StatusSeeOther)
	return nil
}

// slash leads an address that lost its end to the page.
func (s *Server) slash(w http.ResponseWriter, r *http.Request) error {
	link, err := pathID(r, "link")
	if err != nil {
		return uploadlink.ErrNotFound
	}
	http.Redirect(w, r, "/up/"+link.String()+"/", http.StatusPermanentRedirect)
	return nil
}

// upload is the page on which people send files, or its JSON.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) error {
	a, _ := accessOf(r)
	p, err := s.uploadPage(r, a)
	if err != nil {
		return err
	}
	if acceptsJSON(r) {
		return s.answerState(w, r, a, p)
	}
	return s.showUpload(w, r, http.StatusOK, a, p, "")
}

// uploadPage reads what a is allowed to see. The link is there, a command has just found it; the list may lag behind.
func (s *Server) uploadPage(r *http.Request, a access) (linkapp.UploadPage, error) {
	p, err := s.LinkList.Upload(r.Context(), a.Firm, a.Link, a.Recipient)
	if errors.Is(err, uploadlink.ErrNotFound) {
		return p, errLagging
	}
	return p, err
}

// arriving is what is on its way through a, by id. Most pages have nothing of the kind and ask nobody.
func (s *Server) arriving(r *http.Request, a access, p linkapp.UploadPage) (map[uuid.UUID]transfer.Row, error) {
	if !slices.ContainsFunc(p.Files, func(f linkapp.UploadFile) bool { return f.State == linkapp.FileReceiving }) {
		return nil, nil
	}
	return s.Uploads.Transfers.Running(r.Context(), transfer.Owner{Firm: a.Firm, Link: a.Link, Recipient: a.Recipient})
}

// showUpload is the page with what has just been refused, if anything.
// largest is the largest file in bytes that the page's practice takes.
func largest(p linkapp.UploadPage) int64 {
	return min(cmp.Or(p.MaxFile, uploadlink.MaxFileSize), uploadlink.MaxFileSize)
}

func (s *Server) showUpload(w http.ResponseWriter, r *http.Request, code int, a access, p linkapp.UploadPage, trouble string) error {
	open := p.State != linkapp.LinkExpired && p.State != linkapp.LinkRevoked
	if !open && !unfinished(p) {
		return s.closed(r.Context(), a, uploadlink.ErrExpired)
	}
	running, err := s.arriving(r, a, p)
	if err != nil {
		return err
	}
	most := largest(p)
	page := views.Upload{
		Public: s.public(r.Context(), a, p, "Send files"), Base: a.Base + "/", Sender: p.SenderName, Message: p.Message, Wanted: p.Wanted,
		Expires: views.At(p.ExpiresAt, zone(p.Zone)), Open: open, Closed: "This link has expired and takes no more files. Those below can still be changed until their time is over.",
		Accept: "." + strings.Join(uploadlink.Extensions(), ",."), MaxBytes: most, MaxWords: binary(most, 6), LimitWords: binary(most, 2),
		PlainLimit: binary(min(most, formLimit), 2), Rows: uploadRows(p, a.Base+"/", running), Earlier: p.Earlier, Trouble: trouble, Blank: views.UploadRow{Base: a.Base + "/", Icon: "file"},
	}
	page.Scripts, page.Modules = []string{"tus.js"}, []string{"upload-desk.js"}
	page.Receipts = receiptList(p, a.Base+"/")
	if !open {
		page.Ask = askForm(p, a)
	}
	if b, ok := newestBatch(p); ok && b.State == linkapp.BatchOpen && b.Deadline.After(p.Now) {
		page.Editable, page.Left = true, clock(b.Deadline.Sub(p.Now))
	}
	s.page(w, r, code, page)
	return nil
}

// answerState is the page as JSON. A link that takes nothing and holds nothing unfinished is a problem, too: 410 with
// both in one object.
func (s *Server) answerState(w http.ResponseWriter, r *http.Request, a access, p linkapp.UploadPage) error {
	running, err := s.arriving(r, a, p)
	if err != nil {
		return err
	}
	st := stateOf(p, running)
	if st.Link.State == "open" || unfinished(p) {
		s.json(w, http.StatusOK, "application/json", st)
		return nil
	}
	cause := uploadlink.ErrExpired
	if p.State == linkapp.LinkRevoked {
		cause = uploadlink.ErrRevoked
	}
	s.answerGone(w, cause, st)
	return nil
}

func (s *Server) answerGone(w http.ResponseWriter, cause *fault.Error, st uploadState) {
	p := problemOf(cause)
	st.problem = &p
	s.json(w, p.Status, "application/problem+json", st)
}

func (s *Server) transfers(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodPost || r.Method == http.MethodPatch {
		a, _ := accessOf(r)
		leave, err := s.paces.uploads.enter(rightID{a.Link, a.Recipient})
		if err != nil {
			return err
		}
		defer leave()
	}
	s.Uploads.ServeHTTP(w, r)
	return nil
}

// formDrain is how many bytes of a refused form are read on: a browser that is still sending sees a broken line instead
// of the answer.
const formDrain = 1 << 30

// sending is right, but for forms with files: a refusal waits until all of the form has come, where the link is known.
func (s *Server) sending(find rightFinder, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var known bool
		rc := http.NewResponseController(w)
		b := newBody(r.Body, rc, s.Patience)
		defer b.end()
		r.Body = b
		err := s.right(func(r *http.Request) (access, error) {
			a, err := find(r)
			if known = a.Link != uuid.Nil; known {
				_ = rc.SetWriteDeadline(time.Time{}) // a slow line may take long; newBody ends an idle one
			}
			return a, err
		}, h)(w, r)
		if _, ok := errors.AsType[*fault.Error](err); ok && known && wantsPage(r, uploadPage) {
			drain(r)
		}
		return err
	}
}

func drain(r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, formDrain) // whatever ends it, the answer is the same
}

// plainUpload takes a form from a browser without script. What is refused is told on the same page, which shows what has
// arrived before it, or on the page of a closed link, which has the way out (S1.11).
func (s *Server) plainUpload(w http.ResponseWriter, r *http.Request) error {
	a, _ := accessOf(r)
	leave, err := s.paces.uploads.enter(rightID{a.Link, a.Recipient})
	if err == nil {
		defer leave()
		err = s.Uploads.form(w, r)
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !wantsPage(r, uploadPage) {
		return err
	}
	drain(r)
	switch {
	case errors.Is(f, uploadlink.ErrRevoked), errors.Is(f, uploadlink.ErrReplaced), errors.Is(f, uploadlink.ErrMisdirected):
		return s.closed(r.Context(), a, err)
	case !slices.Contains(toldOnPage, f.Kind):
		return err
	}
	p, err := s.uploadPage(r, a)
	if err != nil {
		return err
	}
	if errors.Is(f, uploadlink.ErrExpired) && !unfinished(p) {
		return s.closed(r.Context(), a, f)
	}
	return s.showUpload(w, r, statuses[f.Kind], a, p, f.Message)
}

// toldOnPage are the refusals that leave the page as it is.
var toldOnPage = []fault.Kind{fault.Invalid, fault.TooLarge, fault.Unsupported, fault.NoSpace, fault.Gone, fault.TooMany, fault.Unavailable}

// fileName is the rename form on a page of its own.
func (s *Server) fileName(w http.ResponseWriter, r *http.Request) error {
	return s.fileForm(w, r, http.StatusOK, func(pub views.Public, base string, f linkapp.UploadFile) views.Page {
		return views.FileName{Public: pub, Base: base, ID: f.ID, Name: f.Name, Typed: f.Name}
	})
}

// fileDeletion asks first.
func (s *Server) fileDeletion(w http.ResponseWriter, r *http.Request) error {
	return s.fileForm(w, r, http.StatusOK, func(pub views.Public, base string, f linkapp.UploadFile) views.Page {
		return views.FileDeletion{Public: pub, Base: base, ID: f.ID, Name: f.Name}
	})
}

func (s *Server) fileForm(w http.ResponseWriter, r *http.Request, code int, page func(views.Public, string, linkapp.UploadFile) views.Page) error {
	a, _ := accessOf(r)
	id, err := pathID(r, "id")
	if err != nil {
		return uploadlink.ErrFileNotFound
	}
	p, err := s.uploadPage(r, a)
	if err != nil {
		return err
	}
	for _, f := range p.Files {
		if f.ID != id {
			continue
		}
		if !changeable(f, p.Now) {
			return uploadlink.ErrWindowClosed
		}
		s.page(w, r, code, page(s.public(r.Context(), a, p, "Your file"), a.Base+"/", f))
		return nil
	}
	return uploadlink.ErrFileNotFound
}

// renameFile takes {"name": …} from programs and a form from browsers without script.
func (s *Server) renameFile(w http.ResponseWriter, r *http.Request) error {
	a, _ := accessOf(r)
	id, name, err := renaming(w, r)
	if err != nil {
		return err
	}
	res, err := s.Links.Rename(r.Context(), linkapp.Rename{By: a.by(), Link: a.Link, Holder: a.holder(), File: id, Name: name})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid && r.Method == http.MethodPost {
		return s.fileForm(w, r, statuses[f.Kind], func(pub views.Public, base string, file linkapp.UploadFile) views.Page {
			return views.FileName{Public: pub, Base: base, ID: file.ID, Name: file.Name, Typed: name, Problem: f.Message}
		})
	}
	return s.changed(w, r, a, res, err)
}

func renaming(w http.ResponseWriter, r *http.Request) (id uuid.UUID, name string, err error) {
	if id, err = pathID(r, "id"); err != nil {
		return id, "", uploadlink.ErrFileNotFound
	}
	if r.Method == http.MethodPost {
		err = form(w, r)
		return id, r.PostForm.Get("name"), err
	}
	var body struct {
		Name *string `json:"name"`
	}
	d := json.NewDecoder(r.Body)
	err = d.Decode(&body)
	if f := unread(err); f != nil {
		return id, "", f
	}
	if err != nil || body.Name == nil {
		return id, "", errForm.Withf(`The body must be JSON like {"name":"Bank statement March.pdf"}.`)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return id, "", errForm.Withf("Something follows the JSON. Send one object.")
	}
	return id, *body.Name, nil
}

func (s *Server) deleteFile(w http.ResponseWriter, r *http.Request) error {
	a, _ := accessOf(r)
	id, err := pathID(r, "id")
	if err != nil {
		return uploadlink.ErrFileNotFound
	}
	res, err := s.Links.Delete(r.Context(), linkapp.Delete{By: a.by(), Link: a.Link, Holder: a.holder(), File: id})
	return s.changed(w, r, a, res, err)
}

// release ends the window before its time (U3).
func (s *Server) release(w http.ResponseWriter, r *http.Request) error {
	a, _ := accessOf(r)
	res, err := s.Links.SendNow(r.Context(), linkapp.SendNow{By: a.by(), Link: a.Link, Holder: a.holder()})
	return s.changed(w, r, a, res, err)
}

// changed answers once the change can be read: 204 to programs, the upload page to forms.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, a access, res es.Result, err error) error {
	if err != nil {
		return err
	}
	s.wait(r, res)
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, a.Base+"/", http.StatusSeeOther)
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// wait gives the read model a moment. When it lags, the page shows it at its next look.
func (s *Server) wait(r *http.Request, res es.Result) {
	if res.Position == 0 {
		return
	}
	if ok, err := s.LinkList.Wait(r.Context(), res.Position); err != nil || !ok {
		s.Log.WarnContext(r.Context(), "the read model lags", "position", res.Position, "err", err)
	}
}

// by is the uploader's command. Renaming, deleting and sending are harmless the second time, so it carries no id.
func (a access) by() es.By {
	return es.By{Firm: a.Firm, Actor: event.Actor{Kind: event.Uploader, ID: a.Recipient}}
}

// public is what stands around a page of a's practice.
func (s *Server) public(ctx context.Context, a access, p linkapp.UploadPage, title string) views.Public {
	return views.Public{Title: title, Practice: p.Practice, For: p.ClientName, Brand: s.brand(ctx, a.Firm)}
}

// brand is how a practice's pages look. Where it can't be read they look as the product does.
func (s *Server) brand(ctx context.Context, no int32) views.Brand {
	p, err := s.Firms.Firm(ctx, no)
	if err != nil {
		s.Log.WarnContext(ctx, "a page goes without the practice's look", "err", err)
		return views.Brand{}
	}
	return brandOf(p)
}

func acceptsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") || strings.Contains(accept, "application/problem+json")
}
