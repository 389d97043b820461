package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	accessapp "portico/app/access"
	contactapp "portico/app/contact"
	firmapp "portico/app/firm"
	"portico/app/language"
	pictures "portico/app/picture"
	taskapp "portico/app/task"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// What the portal refuses by itself.
var (
	errTab      = fault.New(fault.NotFound, "portal.refused", "The address has a mistake, or this part of the portal isn’t open to you.")
	errInactive = fault.New(fault.Forbidden, "portal.inactive", "This portal is closed at the moment. Ask the practice if you need something.")
)

// Cookies of the portal that open nothing: they remember what a browser has chosen.
const (
	languageCookie = "__Host-portico-portal-language"
	themeCookie    = "__Host-portico-portal-theme"
	clientCookie   = "__Host-portico-portal-client"
	laterCookie    = "__Host-portico-portal-second-later" // the person who wants no second step now
)

// laterSeconds is how long Home recommends none then: a quarter of a year.
const laterSeconds = 90 * 24 * 60 * 60

const yearOfSeconds = 365 * 24 * 60 * 60

// inPortal is a contact in the portal, and what the practice shows them.
type inPortal struct {
	visitor
	setup    firmapp.Portal
	person   contactapp.Row
	clients  []contactapp.Membership // those that are active
	client   contactapp.Membership   // the chosen one; zero for somebody who is no client (S3.9)
	switched bool                    // by this very request (I5)
	words    language.Choice
	zone     *time.Location
	waiting  map[string]int // tasks that are theirs to do, by the tab that they are in

	elsewhere map[uuid.UUID]int // the same of their other clients, by client
}

// at is the address of a page of the portal: below the contact's own page for who looks into it.
func (in inPortal) at(path string) string {
	if in.view != nil {
		return viewBase(in.Contact) + path
	}
	return "/portal" + path
}

// DueOn is until when the practice wants what it has asked a person for: a civil day at midnight UTC, zero where it has
// named none (S4.9).
type DueOn func(ctx context.Context, firm int32, contact uuid.UUID) (time.Time, error)

// portalHandler answers somebody who is in the portal.
type portalHandler func(w http.ResponseWriter, r *http.Request, in inPortal) error

// portalTab is one of the portal's pages.
type portalTab struct {
	accessapp.Tab
	key, icon string
}

var tabIcons = map[string]string{
	"home": "house", "todos": "list-todo", "files": "folder", "requests": "clipboard-list", "billing": "receipt", "schedule": "calendar", "contact": "phone", "video": "circle-play",
}

// portalTabs are all of them, in their order.
func portalTabs() (all []portalTab) {
	for _, t := range accessapp.Tabs() {
		all = append(all, portalTab{t, t.Key, tabIcons[t.Key]})
	}
	return all
}

// shows tells whether t is there for the person: the practice uses it and they may see it (S3.18, S3.i18).
func (in inPortal) shows(t portalTab) bool { return t.Used(in.setup) && t.Allowed(in.client) }

// within lets h answer to people in the portal, and nobody to a tab that isn't theirs. key is the tab's; other pages
// have keys of no tab. Where h finds that something isn't theirs it returns errTab. It stands behind entered.
func (s *Server) within(key string, h portalHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, err := s.lookAround(w, r)
		for _, t := range portalTabs() {
			if err == nil && t.key == key && !in.shows(t) {
				err = errTab
			}
		}
		if err == nil {
			err = h(w, r, in)
		}
		if f, ok := errors.AsType[*fault.Error](err); ok && (f == errTab || f == errInactive) {
			s.refuseInside(w, r, in, f)
			return nil
		}
		return err
	}
}

// refuseInside tells somebody who is in the portal, in their language, that there is nothing for them here.
func (s *Server) refuseInside(w http.ResponseWriter, r *http.Request, in inPortal, f *fault.Error) {
	page := views.PortalRefused{PortalPlain: views.PortalPlain{PortalFrame: s.frame(r, in.setup, in.words)}, Text: in.words.Fault(f.Code, f.Message)}
	page.Heading = in.words.T("access.closed.access")
	if f == errTab {
		page.Heading, page.Action, page.Href = in.words.T("portal.refused"), in.words.T("portal.refused.action"), in.at("")
	}
	page.Title = page.Heading
	s.page(w, r, statuses[f.Kind], page)
}

// lookAround reads what every page of the portal needs.
func (s *Server) lookAround(w http.ResponseWriter, r *http.Request) (inPortal, error) {
	in := inPortal{visitor: visitorOf(r)}
	var err error
	if in.setup, err = s.Firms.Portal(r.Context(), in.Firm); err != nil {
		return in, err
	}
	if in.person, err = s.ContactList.Contact(r.Context(), in.Firm, in.Contact); err != nil {
		return in, err
	}
	chosen := chosenLanguage(r)
	if in.view != nil {
		chosen = "" // by the contact's browser, and this one isn't theirs
	}
	in.words = language.Choose(offered(in.setup), in.person.Language, chosen, in.setup.Language)
	in.zone = zone(cmp.Or(in.person.Zone, in.setup.Zone))
	all, err := s.ContactList.ClientsOf(r.Context(), in.Firm, in.Contact)
	if err != nil {
		return in, err
	}
	in.clients = slices.DeleteFunc(slices.Clone(all), func(m contactapp.Membership) bool { return !m.Active })
	if len(all) > 0 && len(in.clients) == 0 {
		return in, errInactive // S3.i23
	}
	if in.view != nil {
		err = in.chooseViewed()
	} else {
		err = s.choose(w, r, &in)
	}
	if err != nil {
		return in, err
	}
	open, err := s.todos(r, in, "", taskapp.TodoQuery{Open: true, Limit: mostTodos})
	in.waiting = map[string]int{}
	for _, t := range open {
		in.waiting[in.tabOf(t.Kind)]++
	}
	if err == nil {
		in.elsewhere, err = s.elsewhere(r, in)
	}
	return in, err
}

// choose finds whose papers the page is about: the address says it (I5), or the last page did.
func (s *Server) choose(w http.ResponseWriter, r *http.Request, in *inPortal) error {
	if len(in.clients) == 0 {
		return nil
	}
	in.client = in.clients[0]
	of := func(id string) int {
		return slices.IndexFunc(in.clients, func(m contactapp.Membership) bool { return m.Client.String() == id })
	}
	if i := of(s.chosen(r, clientCookie)); i >= 0 {
		in.client = in.clients[i]
	}
	wanted := r.URL.Query().Get("client")
	if wanted == "" {
		return nil
	}
	i := of(wanted)
	if i < 0 {
		return errTab
	}
	in.switched = in.clients[i].Client != in.client.Client
	if in.client = in.clients[i]; in.switched || s.chosen(r, clientCookie) == "" {
		s.setCookie(w, clientCookie, wanted, "/", yearOfSeconds)
	}
	return nil
}

// chosen is what a cookie of the portal remembers.
func (s *Server) chosen(r *http.Request, name string) string { return string(s.cookie(r, name)) }

// offered are the practice's languages, the default first.
func offered(p firmapp.Portal) []string { return append([]string{p.Language}, p.Languages...) }

// query is what links within the portal carry: the client, where there are several (I5).
func (in inPortal) query() string {
	if len(in.clients) < 2 || in.view != nil {
		return ""
	}
	return "?" + url.Values{"client": {in.client.Client.String()}}.Encode()
}

// around is what stands around a page. nav is the key of its tab, and title its name.
func (s *Server) around(r *http.Request, in inPortal, nav, title string) views.Portal {
	w := in.words.Words
	p := views.Portal{PortalFrame: s.frame(r, in.setup, in.words), Nav: nav, Person: in.person.Given, Switched: in.switched, Query: in.query()}
	p.Title, p.Modules = title, append(p.Modules, "live-region.js")
	if in.view == nil {
		p.Manifest = "/portal/manifest.webmanifest"
	}
	for _, t := range in.tabs() {
		tab := views.PortalTab{Key: t.key, Icon: t.icon, Word: w.T("portal.tab." + t.key), Href: in.href(t.key), Chosen: t.key == nav, Count: in.waiting[t.key]}
		p.Tabs = append(p.Tabs, tab)
	}
	if in.client.Client != uuid.Nil {
		p.Client = views.PortalClient{ID: in.client.Client, Name: in.client.ClientName}
	}
	for _, m := range in.clients {
		if m.Client != in.client.Client {
			p.Others = append(p.Others, views.PortalClient{ID: m.Client, Name: m.ClientName, Href: in.toClient(m), Count: in.elsewhere[m.Client]})
		}
	}
	return p
}

// tabs are those that the person sees. Who comes by a link alone finds the requests first (S4.6).
func (in inPortal) tabs() []portalTab {
	tabs := slices.DeleteFunc(portalTabs(), func(t portalTab) bool { return !in.shows(t) })
	if in.ByLink {
		slices.SortStableFunc(tabs, func(a, b portalTab) int {
			return cmp.Compare(btoi(b.key == "requests"), btoi(a.key == "requests"))
		})
	}
	return tabs
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// href is a tab's address.
func (in inPortal) href(key string) string {
	if key == "home" && !in.ByLink {
		return in.at("") + in.query()
	}
	return in.at("/"+key) + in.query()
}

// frame is what a page of the practice has around it, behind a session or before it.
func (s *Server) frame(r *http.Request, p firmapp.Portal, words language.Choice) views.PortalFrame {
	f := views.PortalFrame{
		Practice: p.Name, W: words.Words, Hue: p.Hue, Logo: brandOf(p.Practice).Logo, Theme: theme(s.chosen(r, themeCookie)), Here: r.URL.RequestURI(), Help: "/portal/help",
		Modules: []string{"sheets.js"},
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Here = "/portal"
	}
	if p.ID != uuid.Nil {
		f.Help += "?p=" + p.ID.String()
	}
	if p.Logo.Media == pictures.PNG { // phones that look for this one draw no lines
		f.Touch = f.Logo + "/180"
	}
	if words.Lacking != "" {
		f.Lacking = words.T("portal.lacking", language.Name(words.Lacking), words.Name())
	}
	v := visitorOf(r)
	f.Writer = v.writer()
	if v.view != nil {
		s.frameView(r, &f, v)
		return f
	}
	for _, tag := range p.Languages {
		f.Languages = append(f.Languages, views.LanguageChoice{Tag: tag, Name: language.Name(tag), Chosen: tag == words.Tag()})
	}
	return f
}

// lookOf is a frame in the practice's colour, with its logo and the way to its help.
func lookOf(p firmapp.Practice) views.PortalFrame {
	return views.PortalFrame{Hue: p.Hue, Logo: brandOf(p).Logo, Help: "/portal/help?p=" + p.ID.String()}
}

// entryFrame is what stands around a page on the way in. A page that answers a form can't be asked for again, so no
// language leads back to it.
func (s *Server) entryFrame(r *http.Request, e views.Entry) views.PortalFrame {
	f := e.Frame
	if practice := visitorOf(r).Practice; practice.ID != uuid.Nil {
		f = lookOf(practice)
	}
	f.Writer = visitorOf(r).writer()
	f.W, f.Theme, f.Help = e.W, theme(s.chosen(r, themeCookie)), cmp.Or(f.Help, "/portal/help")
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		f.Here = r.URL.RequestURI()
		for _, tag := range language.Tags() {
			f.Languages = append(f.Languages, views.LanguageChoice{Tag: tag, Name: language.Name(tag), Chosen: tag == e.W.Tag()})
		}
	}
	return f
}

// theme is a choice that there is, or "" for the device's own.
func theme(chosen string) string {
	if chosen == "light" || chosen == "dark" {
		return chosen
	}
	return ""
}

// outside is the frame of a page that needs no session. p is the practice that the address names, if it names one.
func (s *Server) outside(r *http.Request, p string) (views.PortalFrame, firmapp.Portal, error) {
	setup, err := s.setupOf(r.Context(), p)
	if err != nil {
		return views.PortalFrame{}, setup, err
	}
	return s.frame(r, setup, language.Choose(offered(setup), append(wishes(r), setup.Language)...)), setup, nil
}

// setupOf is the portal of the practice that an address names; of an unknown one, or none, it is bare.
func (s *Server) setupOf(ctx context.Context, p string) (firmapp.Portal, error) {
	_, no, err := s.practiceOf(ctx, p)
	if err != nil {
		return firmapp.Portal{}, err
	}
	if no == 0 {
		return firmapp.NewPortal(0, uuid.Nil), nil
	}
	return s.Firms.Portal(ctx, no)
}

// chooseLanguage remembers the language that somebody has chosen at the foot of a page: in the browser, and for a person
// in the portal with their other settings.
func (s *Server) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	tag := r.PostForm.Get("language")
	if !slices.Contains(language.Tags(), tag) {
		return errForm
	}
	s.setCookie(w, languageCookie, tag, "/", yearOfSeconds)
	next := r.PostForm.Get("next")
	to := cmp.Or(portalPath(next), "/portal")
	if strings.HasPrefix(local(next), "/i/") { // the door of an invitation
		to = next
	}
	v, err := s.visit(r)
	if err != nil || v.Standing.Enrolled && !v.Standing.Second { // nobody is in: the browser's memory must do
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	res, err := s.People.Prefer(r.Context(), contactapp.Prefer{By: v.by(), Contact: v.Contact, Language: &tag})
	if err != nil {
		return err
	}
	s.wait(r, res)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// hostOf is the site of an address, as people name it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
