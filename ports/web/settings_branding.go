package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portico/app/es"
	firmapp "portico/app/firm"
	pictures "portico/app/picture"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

func (s *Server) branding(w http.ResponseWriter, r *http.Request) error {
	return s.brandingPage(w, r, http.StatusOK, nil, "")
}

// brandingPage shows what holds; hue is what was typed, if anything.
func (s *Server) brandingPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, hue string) error {
	p, current, err := s.settingsOf(r)
	if err != nil {
		return err
	}
	page := views.SettingsBranding{
		Settings: s.settings(r, "Branding", "branding", current, problems), Hue: strconv.Itoa(p.Hue),
		Kinds: "image/png,image/jpeg,image/gif,image/webp,image/svg+xml",
	}
	page.Brand = brandOf(p.Practice) // the one of the session was read before the wait
	page.Modules = []string{"accent-look.js"}
	if hue != "" {
		page.Hue = hue
	}
	s.page(w, r, code, page)
	return nil
}

func (s *Server) setAccent(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		return s.brandingPage(w, r, code, problems, r.PostForm.Get("hue"))
	}
	return s.change(w, r, "/settings/branding", "accent", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		hue, err := strconv.Atoi(r.PostForm.Get("hue"))
		if err != nil {
			hue = -1
		}
		return s.Settings.SetAccent(r.Context(), firmapp.SetAccent{By: by, ID: practice, Hue: hue})
	})
}

// setLogo takes a picture from a form. It is read whole before anything is decided: it is small.
func (s *Server) setLogo(w http.ResponseWriter, r *http.Request) error {
	res, err := s.withFile(r, "logo", func(who es.By, _ url.Values, from io.Reader) (es.Result, error) {
		source, err := io.ReadAll(io.LimitReader(from, pictures.MaxBytes+1))
		if err != nil {
			return es.Result{}, err
		}
		digest := sha256.Sum256(source)
		r.PostForm.Set("digest", hex.EncodeToString(digest[:])) // another picture is another form
		again, err := by(r)
		if err != nil {
			return es.Result{}, err
		}
		return s.Settings.SetLogo(r.Context(), firmapp.SetLogo{By: again, ID: user(r).Practice.ID, Logo: who.Command, Source: source})
	})
	return s.filed(w, r, "/settings/branding", "logo", res, err, func(code int, problems views.Problems) error {
		return s.brandingPage(w, r, code, problems, "")
	})
}

func (s *Server) removeLogo(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error { return s.brandingPage(w, r, code, problems, "") }
	return s.change(w, r, "/settings/branding", "no-logo", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.RemoveLogo(r.Context(), firmapp.RemoveLogo{By: by, ID: practice})
	})
}

// errNothingChosen is a form without the file that it is for.
var errNothingChosen = fault.New(fault.Invalid, "web.no_file", "Choose a file first.")

// withFile reads a form with one file, which comes last, and hands the file on as it comes. What was typed is r.PostForm.
func (s *Server) withFile(r *http.Request, name string, take func(by es.By, typed url.Values, from io.Reader) (es.Result, error)) (es.Result, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return es.Result{}, errForm
	}
	r.PostForm = url.Values{}
	for range 10 {
		part, err := parts.NextPart()
		if f := unread(err); f != nil {
			return es.Result{}, f
		}
		if err != nil {
			return es.Result{}, errForm
		}
		if part.FormName() == name {
			return s.takePart(r, part, take)
		}
		text, err := io.ReadAll(io.LimitReader(part, 4<<10))
		if err != nil {
			return es.Result{}, errForm
		}
		r.PostForm.Add(part.FormName(), string(text))
	}
	return es.Result{}, errForm
}

func (s *Server) takePart(r *http.Request, part *multipart.Part, take func(by es.By, typed url.Values, from io.Reader) (es.Result, error)) (es.Result, error) {
	who, err := by(r)
	if err != nil {
		return es.Result{}, err
	}
	var first [1]byte
	if n, err := io.ReadFull(part, first[:]); n == 0 {
		if f := unread(err); f != nil {
			return es.Result{}, f
		}
		return es.Result{}, errNothingChosen
	}
	res, err := take(who, r.PostForm, io.MultiReader(bytes.NewReader(first[:]), part))
	if f := unread(err); f != nil {
		return res, f
	}
	return res, err
}

// filed answers a form with a file: with the page at path, or with problems beside the input of the file.
func (s *Server) filed(w http.ResponseWriter, r *http.Request, path, word string, res es.Result, err error, again func(int, views.Problems) error) error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		backTo(w, r, path, word, res)
		return nil
	case ok && (f == errNothingChosen || fieldOfSetting[f.Code] != ""):
		drain(r)
		field := fieldOfSetting[f.Code]
		if f == errNothingChosen {
			field = word
		}
		return again(http.StatusUnprocessableEntity, views.Problems{{Field: field, Text: f.Message}})
	}
	drain(r)
	return err
}

// logo hands out a practice's logo to whoever has its address: it is on the pages before every door. Its id is no secret
// and tells nothing; the bytes are the ones that we have written, and never change.
func (s *Server) logo(w http.ResponseWriter, r *http.Request) error {
	body, err := s.logoBytes(r)
	if err != nil {
		return err
	}
	s.sendLogo(w, r, pictures.Picture{Media: pictures.Media(body), Body: body})
	return nil
}

// logoShapes are the squares in which a logo stands for the portal among other programs: their sizes in pixels, and how
// much of them the logo takes. A device cuts its own shape out of what may be masked.
var logoShapes = map[string]struct{ size, percent int }{"180": {180, 80}, "192": {192, 84}, "512": {512, 84}, "maskable": {512, 56}}

// logoIcon is the logo in a square.
func (s *Server) logoIcon(w http.ResponseWriter, r *http.Request) error {
	shape, ok := logoShapes[r.PathValue("shape")]
	if !ok {
		return errNotFound
	}
	body, err := s.logoBytes(r)
	if err != nil {
		return err
	}
	icon, err := pictures.Icon(body, shape.size, shape.percent)
	if err != nil {
		return fmt.Errorf("draw logo %s in a square: %w", r.PathValue("id"), err)
	}
	s.sendLogo(w, r, icon)
	return nil
}

func (s *Server) logoBytes(r *http.Request) ([]byte, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
	file, err := s.Logos.Open(id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(file, pictures.MaxBytes))
	if err != nil {
		return nil, fmt.Errorf("read logo %s: %w", id, err)
	}
	return body, nil
}

func (s *Server) sendLogo(w http.ResponseWriter, r *http.Request, p pictures.Picture) {
	s.secure(w, logoFile)
	h := w.Header()
	h.Set("Content-Type", p.Media)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // a mail may show it
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.Body))
}

// playFilm hands out the own film of practice no, whole or in ranges. Whatever is in it, its type is the one that was
// found in it, no browser guesses another, and its policy shuts it in.
func (s *Server) playFilm(w http.ResponseWriter, r *http.Request, no int32) error {
	p, err := s.Firms.Portal(r.Context(), no)
	if err != nil {
		return err
	}
	if p.Video.ID == uuid.Nil {
		return firmapp.ErrFileGone
	}
	file, err := s.Films.Open(p.Video.ID)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	s.secure(w, filmFile)
	h := w.Header()
	h.Set("Content-Type", p.Video.Media)
	h.Set("ETag", `"`+p.Video.SHA256+`"`)
	h.Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, "", time.Time{}, file)
	return nil
}
