package web

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/app/account"
	"portico/app/language"
	"portico/app/secret"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"

	"rsc.io/qr"
)

// desk is one side of second factors: that of the practice's people, or that of its contacts. The handlers below serve
// both.
type desk struct {
	account.Person
	standing account.Standing
	required bool // the practice demands a second factor
	bare     bool // there is no password: a passkey signs them in
	words    *language.Words
	when     func(time.Time) string
	issuer   string // what an authenticator app calls us
	helper   string // who can take a lost second factor away

	base, second, step, leave, start string // addresses
	trust                            string // the cookie of a trusted device

	frame   func(heading string, failed bool, body any) views.Page
	pass    func(w http.ResponseWriter, r *http.Request) error // the session goes on with its second factor shown
	refresh func(r *http.Request) error                        // its person has just proved who they are
	confirm func(r *http.Request, password string) error       // does so, by the password
}

type deskFinder func(w http.ResponseWriter, r *http.Request) (desk, error)

// The addresses of the practice's people.
const (
	staffSecurity = "/account/security"
	staffSecond   = "/login/code"
	staffStep     = "/account/confirmation"
)

// staffDesk is that of who is signed in to the practice's pages.
func (s *Server) staffDesk(_ http.ResponseWriter, r *http.Request) (desk, error) {
	u := user(r)
	z := zone(u.Practice.Zone)
	d := desk{
		Person: u.Person(), standing: u.Standing, required: u.SecondRequired, words: language.For("en"),
		when: func(t time.Time) string { return views.At(t, z).Short() }, issuer: cmp.Or(u.Practice.Name, "Portico"), helper: "an admin of your practice",
		base: staffSecurity, second: staffSecond, step: staffStep, leave: "/session/end", start: firstPage(u.Staff), trust: account.TrustCookie,
	}
	d.frame = func(heading string, failed bool, body any) views.Page {
		title := heading
		if failed {
			title = "Error: " + heading
		}
		sh := s.shell(r, title, "account")
		sh.Modules = []string{"passkey-form.js", "page-print.js"}
		plain := views.Plain{Title: title, Practice: sh.Practice, Modules: []string{"passkey-form.js"}}
		switch b := body.(type) {
		case views.SecurityBody:
			return views.Security{Shell: sh, Heading: heading, Body: b}
		case views.AppBody:
			return views.FactorApp{Shell: sh, Heading: heading, Body: b}
		case views.NumberBody:
			return views.FactorNumber{Shell: sh, Heading: heading, Body: b}
		case views.CodesBody:
			return views.FactorCodes{Shell: sh, Heading: heading, Body: b}
		case views.StepBody:
			return views.FactorStep{Plain: plain, Body: b}
		case views.SecondBody:
			return views.LoginCode{Plain: plain, Body: b}
		}
		return nil
	}
	d.pass = func(w http.ResponseWriter, r *http.Request) error {
		next, err := s.Accounts.Pass(r.Context(), s.cookie(r, account.SessionCookie))
		if err == nil {
			s.setCookie(w, account.SessionCookie, string(next), "/", 0)
		}
		return err
	}
	d.refresh = func(r *http.Request) error {
		return s.Accounts.Refresh(r.Context(), s.cookie(r, account.SessionCookie))
	}
	d.confirm = func(r *http.Request, password string) error {
		return s.Accounts.Reconfirm(r.Context(), account.ChangePassword{
			Staff: u.Staff, Present: password, Address: origin(r), Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie),
		})
	}
	return d, nil
}

// factorRoutes are the pages of second factors below three addresses. in lets people with a whole session through, half
// those who still owe their second factor.
func (s *Server) factorRoutes(in, half func(route string, h handler), base, second, step string, find deskFinder) {
	with := func(h func(*Server, desk, http.ResponseWriter, *http.Request) error) handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			if r.Method == http.MethodPost {
				if err := form(w, r); err != nil {
					return err
				}
			}
			d, err := find(w, r)
			if err != nil {
				return err
			}
			return h(s, d, w, r)
		}
	}
	fresh := func(h func(*Server, desk, http.ResponseWriter, *http.Request) error) handler { // F6
		return with(func(s *Server, d desk, w http.ResponseWriter, r *http.Request) error {
			if !d.standing.Fresh {
				return accounts.ErrStale
			}
			return h(s, d, w, r)
		})
	}
	in("GET "+base, with((*Server).security))
	in("POST "+base+"/app", fresh((*Server).addApp))
	in("GET "+base+"/app/{id}", fresh((*Server).app))
	in("POST "+base+"/app/{id}/confirmation", with((*Server).confirmApp))
	in("POST "+base+"/number", fresh((*Server).addNumber))
	in("GET "+base+"/number/{id}", with((*Server).number))
	in("POST "+base+"/number/{id}/code", with((*Server).numberCode))
	in("POST "+base+"/number/{id}/confirmation", with((*Server).confirmNumber))
	if base != staffSecurity { // F5
		in("POST "+base+"/mail", fresh((*Server).useMail))
	}
	in("POST "+base+"/passkey/options", fresh((*Server).newPasskey))
	in("POST "+base+"/passkeys", fresh((*Server).addPasskey))
	in("POST "+base+"/methods/{id}/removal", fresh((*Server).removeMethod))
	in("POST "+base+"/recovery-codes", fresh((*Server).newRecoveryCodes))
	in("POST "+base+"/devices/end", fresh((*Server).distrust))

	in("GET "+step, with((*Server).stepPage))
	in("POST "+step, with((*Server).stepUp))
	in("POST "+step+"/passkey/options", with((*Server).stepChallenge))
	in("POST "+step+"/passkey", with((*Server).stepPasskey))

	half("GET "+second, with((*Server).secondPage))
	half("POST "+second, with((*Server).showSecond))
	half("POST "+second+"/message", with((*Server).sendSecond))
	half("POST "+second+"/passkey/options", with((*Server).secondChallenge))
	half("POST "+second+"/passkey", with((*Server).secondPasskey))
}

// doneWords are the sentences after an act, by the word in the address.
var doneWords = []string{"added", "removed", "devices", "sent"}

func (d desk) done(r *http.Request) string {
	if word := r.URL.Query().Get("done"); slices.Contains(doneWords, word) {
		return d.words.T("factors.done." + word)
	}
	return ""
}

// sentence is a refusal in the reader's words.
func (d desk) sentence(err error) (*fault.Error, string, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil, "", false
	}
	return f, sentence(d.words, err), true
}

var methodIcons = map[accounts.Method]string{
	accounts.ByApp: "shield-check", accounts.ByPasskey: "key-round", accounts.ByText: "send", accounts.ByMail: "mail",
}

func (s *Server) security(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.securityPage(d, w, r, http.StatusOK, func(*views.SecurityBody) {})
}

func (s *Server) securityPage(d desk, w http.ResponseWriter, r *http.Request, code int, change func(*views.SecurityBody)) error {
	methods, err := s.Factors.Methods(r.Context(), d.Person)
	if err != nil {
		return err
	}
	b := views.SecurityBody{W: d.words, Base: d.base, Required: d.required, Done: d.done(r)}
	held := map[accounts.Method]bool{}
	for _, m := range methods {
		held[m.Method] = true
		b.Methods = append(b.Methods, d.line(m))
	}
	if b.Recovery, err = s.Factors.RecoveryLeft(r.Context(), d.Person); err != nil {
		return err
	}
	if b.Devices, err = s.Factors.TrustedDevices(r.Context(), d.Person); err != nil {
		return err
	}
	offered := accounts.Offered(d.Kind)
	b.App = !held[accounts.ByApp]
	b.Text = !held[accounts.ByText] && s.Factors.Texts
	if slices.Contains(offered, accounts.ByMail) && !held[accounts.ByMail] {
		b.Mail = d.Email
	}
	b.Passkey = views.PasskeyForm{W: d.words, Options: d.base + "/passkey/options", Action: d.base + "/passkeys", Button: d.words.T("factors.add.passkey"), New: true, Name: account.Device(r.UserAgent())}
	change(&b)
	if code >= 400 {
		b.Done = ""
	}
	s.page(w, r, code, d.frame(d.words.T("factors.title"), code >= 400, b))
	return nil
}

func (d desk) line(m account.Factor) views.MethodLine {
	line := views.MethodLine{ID: m.ID, Name: d.words.T("factors.method." + string(m.Method)), Label: m.Label, Icon: methodIcons[m.Method], Added: d.when(m.CreatedAt)}
	switch m.Method {
	case accounts.ByText:
		line.Label = accounts.MaskedNumber(m.Label)
	case accounts.ByMail:
		line.Label = d.Email
	}
	if !m.LastUsedAt.IsZero() {
		line.Used = d.when(m.LastUsedAt)
	}
	return line
}

// refusedOnPage is the overview with what was wrong.
func (s *Server) refusedOnPage(d desk, w http.ResponseWriter, r *http.Request, err error, put func(*views.SecurityBody, string)) error {
	f, text, ok := d.sentence(err)
	if !ok || !wantsPage(r, appPage) || f.Code == accounts.ErrStale.Code {
		return err
	}
	retryAfter(w, err)
	return s.securityPage(d, w, r, statuses[f.Kind], func(b *views.SecurityBody) { put(b, text) })
}

func onTop(b *views.SecurityBody, text string) { b.Problem = text }

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

func (s *Server) stepPage(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.askWho(d, w, r, http.StatusOK, r.URL.Query().Get("next"), "")
}

// askWho asks who is there once more (F6).
func (s *Server) askWho(d desk, w http.ResponseWriter, r *http.Request, code int, next, problem string) error {
	methods, err := s.Factors.Methods(r.Context(), d.Person)
	if err != nil {
		return err
	}
	b := views.StepBody{W: d.words, Action: d.step, Next: local(next), Back: d.base, Email: d.Email, Problem: problem, Bare: d.bare}
	if slices.ContainsFunc(methods, func(m account.Factor) bool { return m.Method == accounts.ByPasskey }) {
		b.Passkey = &views.PasskeyForm{W: d.words, Options: d.step + "/passkey/options", Action: d.step + "/passkey", Next: b.Next, Button: d.words.T("factors.login.passkey.use"), Wide: true, Quiet: true}
	}
	s.page(w, r, code, d.frame(d.words.T("factors.step.title"), problem != "", b))
	return nil
}

func (s *Server) stepUp(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.stepped(d, w, r, d.confirm(r, r.PostForm.Get("password")))
}

func (s *Server) stepChallenge(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeOwn(r.Context(), secret.PasskeyConfirm, d.Person))
}

func (s *Server) stepPasskey(d desk, w http.ResponseWriter, r *http.Request) error {
	err := s.Factors.ShowPasskey(r.Context(), secret.PasskeyConfirm, d.Person, answerOf(r))
	if err == nil {
		err = d.refresh(r)
	}
	return s.stepped(d, w, r, err)
}

func (s *Server) stepped(d desk, w http.ResponseWriter, r *http.Request, err error) error {
	next := local(r.PostForm.Get("next"))
	if f, text, ok := d.sentence(err); ok && wantsPage(r, appPage) {
		retryAfter(w, err)
		return s.askWho(d, w, r, statuses[f.Kind], next, text)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, cmp.Or(next, d.base), http.StatusSeeOther)
	return nil
}

func (s *Server) secondPage(d desk, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return s.askSecond(d, w, r, http.StatusOK, accounts.Method(q.Get("with")), local(q.Get("next")), "")
}

// askSecond asks for the second factor by one method: the one that is wished for, or the first.
func (s *Server) askSecond(d desk, w http.ResponseWriter, r *http.Request, code int, with accounts.Method, next, problem string) error {
	if !d.standing.Enrolled || d.standing.Second {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	methods, err := s.Factors.Methods(r.Context(), d.Person)
	if err != nil {
		return err
	}
	has := func(m accounts.Method) bool {
		return slices.ContainsFunc(methods, func(f account.Factor) bool { return f.Method == m })
	}
	if with != accounts.ByRecovery && !has(with) {
		with = firstMethod(methods)
	}
	b := views.SecondBody{W: d.words, Action: d.second, Next: next, With: string(with), Helper: d.helper, Leave: d.leave, Done: d.done(r), Sent: r.URL.Query().Get("done") == "sent"}
	for _, m := range []accounts.Method{accounts.ByApp, accounts.ByPasskey, accounts.ByText, accounts.ByMail, accounts.ByRecovery} {
		if m != with && (m == accounts.ByRecovery || has(m)) {
			b.Others = append(b.Others, views.Way{Name: d.words.T("factors.method." + string(m)), Href: d.second + "?" + url.Values{"with": {string(m)}, "next": {next}}.Encode()})
		}
	}
	field := &views.CodeField{W: d.words, Label: d.words.T("factors.code"), Digits: true, Problem: problem}
	switch with {
	case accounts.ByPasskey:
		b.Text = d.words.T("factors.login.passkey")
		b.Passkey = &views.PasskeyForm{W: d.words, Options: d.second + "/passkey/options", Action: d.second + "/passkey", Next: next, Button: d.words.T("factors.login.passkey.use"), Trust: true, Primary: true, Wide: true}
	case accounts.ByText, accounts.ByMail:
		to := d.Email
		if with == accounts.ByText {
			to = accounts.MaskedNumber(methods[slices.IndexFunc(methods, func(f account.Factor) bool { return f.Method == with })].Label)
		}
		b.Ask, b.Text, b.Code = d.second+"/message", d.words.T("factors.login.ask", to), field
		if b.Sent || problem != "" {
			b.Text = d.words.T("factors.sent", to)
		}
	case accounts.ByRecovery:
		b.Text, b.Code = d.words.T("factors.login.recovery"), field
		field.Digits, field.Label = false, d.words.T("factors.method.recovery")
	default:
		b.Text, b.Code = d.words.T("factors.login.app"), field
	}
	if problem != "" {
		b.Done = ""
	}
	if problem != "" && b.Code == nil { // there is no field beside which it could stand
		b.Text = problem
	}
	s.page(w, r, code, d.frame(d.words.T("factors.login.title"), problem != "", b))
	return nil
}

// firstMethod is what somebody is asked for first: not a passkey where there is another, because a browser may not know it.
func firstMethod(methods []account.Factor) accounts.Method {
	for _, m := range []accounts.Method{accounts.ByApp, accounts.ByMail, accounts.ByText, accounts.ByPasskey} {
		if slices.ContainsFunc(methods, func(f account.Factor) bool { return f.Method == m }) {
			return m
		}
	}
	return accounts.ByRecovery
}

// owing tells that somebody has to show their second factor.
func (d desk) owing() bool { return d.standing.Enrolled && !d.standing.Second }

func (s *Server) showSecond(d desk, w http.ResponseWriter, r *http.Request) error {
	next := local(r.PostForm.Get("next"))
	if !d.owing() {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	with := accounts.Method(r.PostForm.Get("with"))
	err := s.Factors.Show(r.Context(), account.Show{
		Person: d.Person, Method: with, Code: r.PostForm.Get("code"), From: origin(r), Device: s.cookie(r, d.trust),
	})
	return s.shown(d, w, r, with, next, err)
}

func (s *Server) sendSecond(d desk, w http.ResponseWriter, r *http.Request) error {
	next, with := local(r.PostForm.Get("next")), accounts.Method(r.PostForm.Get("with"))
	if !d.owing() {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	if err := s.sendCode(r.Context(), d, with); err != nil {
		return s.shown(d, w, r, with, next, err)
	}
	http.Redirect(w, r, d.second+"?"+url.Values{"with": {string(with)}, "next": {next}, "done": {"sent"}}.Encode(), http.StatusSeeOther)
	return nil
}

// sendCode sends one by a method that the person has. ErrMethod.
func (s *Server) sendCode(ctx context.Context, d desk, with accounts.Method) error {
	methods, err := s.Factors.Methods(ctx, d.Person)
	if err != nil {
		return err
	}
	channel, ok := map[accounts.Method]accounts.Channel{accounts.ByText: accounts.TextChannel, accounts.ByMail: accounts.MailChannel}[with]
	if !ok || !slices.ContainsFunc(methods, func(f account.Factor) bool { return f.Method == with }) {
		return accounts.ErrMethod
	}
	return s.Factors.AskCode(ctx, d.Person, accounts.ForSignIn, channel)
}

func (s *Server) secondChallenge(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeOwn(r.Context(), secret.PasskeySecond, d.Person))
}

func (s *Server) secondPasskey(d desk, w http.ResponseWriter, r *http.Request) error {
	next := local(r.PostForm.Get("next"))
	if !d.owing() {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	return s.shown(d, w, r, accounts.ByPasskey, next, s.Factors.ShowPasskey(r.Context(), secret.PasskeySecond, d.Person, answerOf(r)))
}

// shown leads on after the second factor was shown, or asks again.
func (s *Server) shown(d desk, w http.ResponseWriter, r *http.Request, with accounts.Method, next string, err error) error {
	if f, text, ok := d.sentence(err); ok && wantsPage(r, appPage) {
		retryAfter(w, err)
		return s.askSecond(d, w, r, statuses[f.Kind], with, next, text)
	}
	if err != nil {
		return err
	}
	if err := d.pass(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("trust") != "" {
		mark, err := s.Factors.Trust(r.Context(), d.Person, s.cookie(r, d.trust))
		if err != nil {
			return err
		}
		s.setCookie(w, d.trust, string(mark), "/", int(account.TrustAge.Seconds()))
	}
	http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
	return nil
}

// passkeyOptions challenges a passkey of whoever it is.
func (s *Server) passkeyOptions(w http.ResponseWriter, _ *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeAny())
}

// passkeySignIn lets the practice's people in without a password (F8).
func (s *Server) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	next := local(r.PostForm.Get("next"))
	p, err := s.Factors.SignIn(r.Context(), accounts.OfStaff, answerOf(r), s.Accounts.ByID)
	var in account.SignedIn
	if err == nil {
		in, err = s.Accounts.Enter(r.Context(), p.ID, account.SignIn{
			Address: origin(r), Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie), Agent: r.UserAgent(),
		})
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return s.signInAgain(w, r, "", next, f, err)
	}
	if err != nil {
		return err
	}
	s.carry(w, in)
	http.Redirect(w, r, cmp.Or(next, firstPage(in.Staff)), http.StatusSeeOther)
	return nil
}

// remembered gives a new session what its device has shown within the last 30 days (F4).
func (s *Server) remembered(r *http.Request, in account.SignedIn) (account.SignedIn, error) {
	mark := s.cookie(r, account.TrustCookie)
	if mark == "" {
		return in, nil
	}
	trusted, err := s.Factors.Trusted(r.Context(), in.Staff.Person(), mark)
	if err == nil && trusted {
		in.Session, err = s.Accounts.Pass(r.Context(), in.Session)
	}
	return in, err
}
