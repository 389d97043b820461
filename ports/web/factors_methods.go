package web

import (
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portico/app/account"
	accounts "portico/domain/account"
	"portico/ports/web/views"

	"rsc.io/qr"
)

func (s *Server) addApp(d desk, w http.ResponseWriter, r *http.Request) error {
	id, err := s.Factors.BeginApp(r.Context(), d.Person)
	if err != nil {
		return s.refusedOnPage(d, w, r, err, onTop)
	}
	http.Redirect(w, r, d.base+"/app/"+id.String(), http.StatusSeeOther)
	return nil
}

func (s *Server) app(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.appPage(d, w, r, http.StatusOK, "")
}

func (s *Server) appPage(d desk, w http.ResponseWriter, r *http.Request, code int, problem string) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	e, err := s.Factors.App(r.Context(), d.Person, id, d.issuer)
	if err != nil {
		return err
	}
	size, path, err := picture(e.URI)
	if err != nil {
		return err
	}
	s.page(w, r, code, d.frame(d.words.T("factors.add.app"), problem != "", views.AppBody{
		W: d.words, Base: d.base, Action: d.base + "/app/" + id.String() + "/confirmation", QRSize: size, QRPath: path,
		Link: template.URL(e.URI), //nolint:gosec // our own address; its parts are escaped
		Key:  inGroups(e.Secret), Code: views.CodeField{W: d.words, Label: d.words.T("factors.app.code"), Digits: true, Problem: problem},
	}))
	return nil
}

// picture is a QR code as the path of an SVG, with the margin that cameras want.
func picture(text string) (size int, path string, err error) {
	const margin = 4
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return 0, "", err //nolint:wrapcheck // says what is wrong
	}
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				b.WriteString("M" + strconv.Itoa(x+margin) + " " + strconv.Itoa(y+margin) + "h1v1h-1z")
			}
		}
	}
	return code.Size + 2*margin, b.String(), nil
}

// inGroups is a key as people type it.
func inGroups(key string) string {
	var groups []string
	for part := range slices.Chunk([]byte(key), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, " ")
}

func (s *Server) confirmApp(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.confirmMethod(d, w, r, s.appPage)
}

// confirmMethod ends the setting up of a method, or shows its page with what was wrong.
func (s *Server) confirmMethod(d desk, w http.ResponseWriter, r *http.Request, again func(desk, http.ResponseWriter, *http.Request, int, string) error) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	codes, err := s.Factors.Confirm(r.Context(), d.Person, id, r.PostForm.Get("code"), origin(r))
	if f, text, ok := d.sentence(err); ok && wantsPage(r, appPage) && f.Code != accounts.ErrFactorGone.Code {
		retryAfter(w, err)
		return again(d, w, r, statuses[f.Kind], text)
	}
	if err != nil {
		return err
	}
	return s.methodAdded(d, w, r, codes)
}

// methodAdded leads on after a method was added: who has just set it up has shown it.
func (s *Server) methodAdded(d desk, w http.ResponseWriter, r *http.Request, codes []string) error {
	if !d.standing.Second {
		if err := d.pass(w, r); err != nil {
			return err
		}
	}
	if len(codes) > 0 {
		return s.showCodes(d, w, r, codes)
	}
	http.Redirect(w, r, d.base+"?done=added", http.StatusSeeOther)
	return nil
}

// showCodes answers a form with the codes themselves: they are kept nowhere, so there is no address to lead to.
func (s *Server) showCodes(d desk, w http.ResponseWriter, r *http.Request, codes []string) error {
	return s.show(w, r, d.frame(d.words.T("factors.codes.title"), false, views.CodesBody{W: d.words, Codes: codes, Back: d.base}))
}

func (s *Server) useMail(d desk, w http.ResponseWriter, r *http.Request) error {
	codes, err := s.Factors.UseMail(r.Context(), d.Person)
	if err != nil {
		return s.refusedOnPage(d, w, r, err, onTop)
	}
	return s.methodAdded(d, w, r, codes)
}

func (s *Server) addNumber(d desk, w http.ResponseWriter, r *http.Request) error {
	id, err := s.Factors.BeginNumber(r.Context(), d.Person, r.PostForm.Get("number"))
	if err != nil {
		return s.refusedOnPage(d, w, r, err, func(b *views.SecurityBody, text string) {
			b.Number, b.NumberProblem = r.PostForm.Get("number"), text
		})
	}
	http.Redirect(w, r, d.base+"/number/"+id.String(), http.StatusSeeOther)
	return nil
}

func (s *Server) number(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.numberPage(d, w, r, http.StatusOK, "")
}

func (s *Server) numberPage(d desk, w http.ResponseWriter, r *http.Request, code int, problem string) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	begun, err := s.Factors.Begun(r.Context(), d.Person, id)
	if err == nil && begun.Method != accounts.ByText {
		err = accounts.ErrFactorGone
	}
	if err != nil {
		return err
	}
	at := d.base + "/number/" + id.String()
	b := views.NumberBody{
		W: d.words, Base: d.base, Action: at + "/confirmation", Again: at + "/code", To: begun.Label, Done: d.done(r),
		Code: views.CodeField{W: d.words, Label: d.words.T("factors.code"), Digits: true, Problem: problem},
	}
	if problem != "" {
		b.Done = ""
	}
	s.page(w, r, code, d.frame(d.words.T("factors.text.title"), problem != "", b))
	return nil
}

func (s *Server) numberCode(d desk, w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if _, err := s.Factors.Begun(r.Context(), d.Person, id); err != nil {
		return err
	}
	err = s.Factors.AskCode(r.Context(), d.Person, accounts.ForNumber, accounts.TextChannel)
	if f, text, ok := d.sentence(err); ok && wantsPage(r, appPage) {
		retryAfter(w, err)
		return s.numberPage(d, w, r, statuses[f.Kind], text)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, d.base+"/number/"+id.String()+"?done=sent", http.StatusSeeOther)
	return nil
}

func (s *Server) confirmNumber(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.confirmMethod(d, w, r, s.numberPage)
}

func (s *Server) newPasskey(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeNew(r.Context(), d.Person))
}

// challenge answers the page's script.
func (s *Server) challenge(w http.ResponseWriter) func(account.Challenge, error) error {
	return func(c account.Challenge, err error) error {
		if err == nil {
			s.json(w, http.StatusOK, "application/json", c)
		}
		return err
	}
}

func answerOf(r *http.Request) account.Answer {
	return account.Answer{Slip: r.PostForm.Get("slip"), Credential: r.PostForm.Get("credential")}
}

func (s *Server) addPasskey(d desk, w http.ResponseWriter, r *http.Request) error {
	codes, err := s.Factors.AddPasskey(r.Context(), d.Person, r.PostForm.Get("label"), answerOf(r))
	if err != nil {
		return s.refusedOnPage(d, w, r, err, func(b *views.SecurityBody, text string) {
			if b.Problem = text; errors.Is(err, accounts.ErrLabel) {
				b.Problem, b.Passkey.Problem = "", text
			}
			b.Passkey.Name = r.PostForm.Get("label")
		})
	}
	return s.methodAdded(d, w, r, codes)
}

func (s *Server) removeMethod(d desk, w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if d.bare {
		err = s.Factors.MayRemove(r.Context(), d.Person, id)
	}
	if err == nil {
		err = s.Factors.Remove(r.Context(), d.Person, id, d.required)
	}
	if err != nil {
		if errors.Is(err, accounts.ErrRequired) || errors.Is(err, accounts.ErrOnlyWay) {
			return s.refusedOnPage(d, w, r, err, onTop)
		}
		return err
	}
	http.Redirect(w, r, d.base+"?done=removed", http.StatusSeeOther)
	return nil
}

func (s *Server) newRecoveryCodes(d desk, w http.ResponseWriter, r *http.Request) error {
	codes, err := s.Factors.NewRecoveryCodes(r.Context(), d.Person)
	if err != nil {
		return err
	}
	return s.showCodes(d, w, r, codes)
}

func (s *Server) distrust(d desk, w http.ResponseWriter, r *http.Request) error {
	if err := s.Factors.Distrust(r.Context(), d.Person); err != nil {
		return err
	}
	http.Redirect(w, r, d.base+"?done=devices", http.StatusSeeOther)
	return nil
}
