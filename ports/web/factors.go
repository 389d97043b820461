package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"portico/app/account"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"
)

// desk is one side of second factors: that of the practice's people, or that of its contacts. The handlers of factors*.go serve
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
		plain := views.Plain{Title: title, Practice: sh.Practice, Writer: sh.Writer, Modules: []string{"passkey-form.js"}}
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
