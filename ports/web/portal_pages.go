package web

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// by is a contact who acts for themselves, or somebody of the practice who acts on their behalf (S4.i1).
func (v visitor) by() es.By {
	if v.view != nil {
		return es.By{Firm: v.Firm, Actor: event.Actor{Kind: event.Staff, ID: v.view.Staff}, For: v.Contact}
	}
	return es.By{Firm: v.Firm, Actor: event.Actor{Kind: event.Contact, ID: v.Contact}}
}

// portalStart is where people come in: Home, or the requests for those who come by a link alone (S3.15, S4.6).
func (s *Server) portalStart(w http.ResponseWriter, r *http.Request, in inPortal) error {
	if tabs := in.tabs(); in.ByLink && tabs[0].key != "home" {
		http.Redirect(w, r, in.href(tabs[0].key), http.StatusSeeOther)
		return nil
	}
	return s.portalHome(w, r, in)
}

// portalHome shows one thing to do, and then what is new (S3.16).
func (s *Server) portalHome(w http.ResponseWriter, r *http.Request, in inPortal) error {
	words := in.words.Words
	todos, err := s.todos(r, in, "", taskapp.TodoQuery{Limit: mostTodos})
	if err != nil {
		return err
	}
	next, err := s.nextStep(r, in, todos)
	if err != nil {
		return err
	}
	page := views.PortalHome{Portal: s.around(r, in, "home", words.T("portal.tab.home")), Next: next}
	if in.view == nil && !in.ByLink && !in.Standing.Enrolled && s.chosen(r, laterCookie) != in.Contact.String() {
		page.Second = portalSecurity
	}
	for _, t := range in.tabs() {
		part := views.PortalPart{W: words, Href: in.href(t.key), Empty: in.empty(t)}
		switch t.key {
		case "requests":
			part.Head = words.T("request.home")
		case "todos", "files":
			part.Head = words.T("portal.home." + t.key)
		default:
			continue
		}
		for _, todo := range todos {
			if in.tabOf(todo.Kind) == t.key && (len(part.Todos) < recentTodos || todo.Unread > 0) {
				part.Todos = append(part.Todos, s.todoLine(in, todo))
			}
		}
		if t.key != "requests" || len(part.Todos) > 0 {
			page.Parts = append(page.Parts, part)
		}
	}
	return s.show(w, r, page)
}

// dismissSecond lets Home recommend no second step for a while to this person in this browser.
func (s *Server) dismissSecond(w http.ResponseWriter, r *http.Request, in inPortal) error {
	s.setCookie(w, laterCookie, in.Contact.String(), "/", laterSeconds)
	http.Redirect(w, r, "/portal/home"+in.query(), http.StatusSeeOther)
	return nil
}

// elsewhere is how much is to do for each other client of the person, as the pages of that one would have it.
func (s *Server) elsewhere(r *http.Request, in inPortal) (map[uuid.UUID]int, error) {
	at := map[uuid.UUID]inPortal{}
	var others []uuid.UUID
	for _, m := range in.clients {
		if m.Client != in.client.Client && in.view == nil {
			there := in
			there.client = m
			at[m.Client], others = there, append(others, m.Client)
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	open, err := s.TaskList.Todos(r.Context(), in.Firm, in.Contact, others[0], taskapp.TodoQuery{Open: true, Limit: mostTodos, Also: others[1:]})
	n := map[uuid.UUID]int{}
	for _, t := range open {
		if there := at[t.Client]; there.opens(there.tabOf(t.Kind)) {
			n[t.Client]++
		}
	}
	return n, err
}

const recentTodos = 5 // of a tab on Home, besides those with news; the open ones come first

// nextStep is the one thing that matters most now: the open task that is due first, a message, or the requests.
func (s *Server) nextStep(r *http.Request, in inPortal, todos []taskapp.Todo) (views.NextStep, error) {
	w := in.words.Words
	if len(todos) > 0 && todos[0].Open() {
		t := todos[0]
		step := views.NextStep{Icon: "list-todo", Title: t.Title, Text: w.T("task.next.text"), Action: w.T("task.next.action"), Href: in.todoHref(t.ID), Due: s.dueOf(in, t)}
		if due, err := time.Parse(time.DateOnly, t.DueOn); err == nil {
			step.Text = w.T("task.next.due", w.Date(due, time.UTC))
		}
		return step, nil
	}
	if i := slices.IndexFunc(todos, func(t taskapp.Todo) bool { return t.Unread > 0 }); i >= 0 {
		return views.NextStep{Icon: "mail", Title: todos[i].Title, Text: w.T("thread.next.text"), Action: w.T("thread.next.action"), Href: in.todoHref(todos[i].ID) + "#talk"}, nil
	}
	due, err := s.DueOn(r.Context(), in.Firm, in.Contact)
	if err != nil {
		return views.NextStep{}, err
	}
	if !due.IsZero() && in.opens("requests") {
		return views.NextStep{
			Icon: "clipboard-list", Title: w.T("portal.home.due", in.setup.Name), Text: w.T("portal.home.due.text", w.Date(due, time.UTC)),
			Action: w.T("portal.home.due.action"), Href: in.href("requests"), Due: dueBadge(w, daysLeft(due, s.Now(), in.zone)),
		}, nil
	}
	return views.NextStep{Icon: "circle-check", Title: w.T("portal.home.nothing"), Text: w.T("portal.home.nothing.text", in.setup.Name, in.Email)}, nil
}

// opens tells whether the person sees the tab of a key.
func (in inPortal) opens(key string) bool {
	return slices.ContainsFunc(in.tabs(), func(t portalTab) bool { return t.key == key })
}

// empty is what stands in a tab without anything in it.
func (in inPortal) empty(t portalTab) views.PortalEmpty {
	w := in.words
	return views.PortalEmpty{Icon: t.icon, Title: w.T("portal." + t.key + ".empty"), Text: w.T("portal."+t.key+".empty.text", in.setup.Name)}
}

// portalList is a tab that lists things, of which there are none yet.
func (s *Server) portalList(key string) portalHandler {
	return func(w http.ResponseWriter, r *http.Request, in inPortal) error {
		i := slices.IndexFunc(portalTabs(), func(t portalTab) bool { return t.key == key })
		return s.show(w, r, views.PortalList{Portal: s.around(r, in, key, in.words.T("portal.tab."+key)), Empty: in.empty(portalTabs()[i])})
	}
}

// mostSent is how many files of their own people see.
const mostSent = 50

// portalFiles shows what the practice shares (S3.18), and what the person has sent through links that were mailed to
// them: their address is proved, because they have accepted an invitation there.
func (s *Server) portalFiles(w http.ResponseWriter, r *http.Request, in inPortal) error {
	words := in.words.Words
	page := views.PortalFiles{Portal: s.around(r, in, "files", words.T("portal.tab.files")), Empty: in.empty(portalTab{key: "files", icon: "folder"})}
	sent, err := s.Sendings.SentBy(r.Context(), in.Firm, in.client.Client, in.Email, mostSent)
	if err != nil {
		return err
	}
	for _, f := range sent {
		page.Sent = append(page.Sent, views.PortalFile{
			Icon: sortOf(f.Name).icon, Name: f.Name, Note: words.T("portal.files.sent.on", words.ShortDate(f.SentAt, in.zone), words.Size(f.Size)),
		})
	}
	return s.show(w, r, page)
}

// daysLeft is how many days there are until a civil day in somebody's zone: 0 today, 1 tomorrow, negative when it is
// over (S4.i3).
func daysLeft(due, now time.Time, zone *time.Location) int {
	y, m, d := now.In(zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return int(due.Sub(today) / (24 * time.Hour))
}

// dueBadge says how long there is.
func dueBadge(w *language.Words, days int) *views.Badge {
	switch {
	case days < 0:
		return &views.Badge{Tone: "danger", Icon: "triangle-alert", Word: w.N("portal.due.overdue", -days)}
	case days == 0:
		return &views.Badge{Tone: "warn", Icon: "clock", Word: w.T("portal.due.today")}
	case days == 1:
		return &views.Badge{Tone: "warn", Icon: "clock", Word: w.T("portal.due.tomorrow")}
	}
	return &views.Badge{Tone: "info", Icon: "clock", Word: w.N("portal.due.left", days)}
}

// portalContact is how to reach the practice (S4.11).
func (s *Server) portalContact(w http.ResponseWriter, r *http.Request, in inPortal) error {
	c := in.setup.Contact
	page := views.PortalContact{
		Portal: s.around(r, in, "contact", in.words.T("portal.tab.contact")), Phone: c.Phone, Dial: views.Dial(c.Phone), Email: in.setup.Email, Address: c.Address, Hours: c.Hours,
	}
	for _, p := range c.People {
		page.People = append(page.People, views.PortalPerson{Name: p.Name, Role: p.Role, Email: p.Email, Phone: p.Phone, Dial: views.Dial(p.Phone)})
	}
	return s.show(w, r, page)
}

// portalVideo explains the portal (S4.12).
func (s *Server) portalVideo(w http.ResponseWriter, r *http.Request, in inPortal) error {
	v := in.setup.Video
	page := views.PortalVideo{Portal: s.around(r, in, "video", in.words.T("portal.tab.video")), Heading: v.Title, Link: v.URL, Host: hostOf(v.URL), Media: v.Media}
	if v.URL == "" {
		page.Source = in.at("/video/film")
	}
	return s.show(w, r, page)
}

// portalFilm is the practice's own film.
func (s *Server) portalFilm(w http.ResponseWriter, r *http.Request, in inPortal) error {
	if in.setup.Video.ID == uuid.Nil {
		return errTab
	}
	return s.playFilm(w, r, in.Firm)
}

// portalSettings are what a person decides about the portal (S3.21).
func (s *Server) portalSettings(w http.ResponseWriter, r *http.Request, in inPortal) error {
	fresh, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	page, err := s.personalPage(r, in)
	if err != nil {
		return err
	}
	page.Stale = !fresh
	page.Saved = r.URL.Query().Has("saved") && fresh
	return s.show(w, r, page)
}

func (s *Server) personalPage(r *http.Request, in inPortal) (page views.PortalSettings, err error) {
	w := in.words.Words
	page = views.PortalSettings{
		Portal: s.around(r, in, "settings", w.T("portal.tab.settings")), Command: newID(), Language: in.person.Language, Zone: in.person.Zone,
		Mails: w.T("portal.settings.mails.text", in.setup.Name, in.Email), Chosen: theme(s.chosen(r, themeCookie)),
		Themes: []views.Choice{
			{Value: "", Word: w.T("portal.settings.theme.auto")}, {Value: "light", Word: w.T("portal.settings.theme.light")}, {Value: "dark", Word: w.T("portal.settings.theme.dark")},
		},
	}
	if in.view != nil {
		page.Themes = nil // of the contact's browser
	}
	page.Choices = []views.Choice{{Value: "", Word: w.T("portal.settings.language.practice", language.Name(in.setup.Language))}}
	for _, tag := range in.setup.Languages {
		page.Choices = append(page.Choices, views.Choice{Value: tag, Word: language.Name(tag)})
	}
	page.Zones = []views.Choice{{Value: "", Word: w.T("portal.settings.zone.practice", w.Zone(zone(in.setup.Zone)))}}
	for _, name := range zonesFor(in.person.Zone, in.setup.Zone) {
		page.Zones = append(page.Zones, views.Choice{Value: name, Word: w.Zone(zone(name))})
	}
	if !in.ByLink {
		page.Links = []views.PortalLink{
			{Icon: "shield-check", Title: w.T("portal.settings.factors"), Text: w.T("portal.settings.factors.text"), Href: in.at(strings.TrimPrefix(portalSecurity, "/portal"))},
			{Icon: "key-round", Title: w.T("access.password.change"), Href: in.at("/settings/password")},
			{Icon: "mail", Title: w.T("access.address"), Href: in.at("/settings/address")},
			{Icon: "monitor", Title: w.T("access.devices"), Text: w.T("portal.settings.devices.text"), Href: in.at("/settings/devices")},
		}
	}
	page.Notices, err = s.noticeChoices(r, in)
	page.Chooses = newID()
	return page, err
}

// zonesFor are the zones to choose from: those with words of their own, and those that somebody uses already.
func zonesFor(used ...string) []string {
	names := language.Zones()
	for _, name := range used {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// savePortalSettings writes down what a person has decided. How light or dark the portal is belongs to the browser.
func (s *Server) savePortalSettings(w http.ResponseWriter, r *http.Request, in inPortal) error {
	if err := form(w, r); err != nil {
		return err
	}
	command, err := formID(r, "command")
	if err != nil {
		return err
	}
	by := in.by()
	by.Command, by.Fingerprint = command, sha256.Sum256([]byte(r.Pattern+"\n"+r.PostForm.Encode()))
	tag, zoneName := r.PostForm.Get("language"), r.PostForm.Get("zone")
	res, err := s.People.Prefer(r.Context(), contactapp.Prefer{By: by, Contact: in.Contact, Language: &tag, Zone: &zoneName})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		page, err := s.personalPage(r, in)
		if err != nil {
			return err
		}
		page.Title = in.words.T("portal.error", page.Title)
		page.Language, page.Zone, page.Chosen = tag, zoneName, theme(r.PostForm.Get("theme"))
		page.Problems = views.Problems{{Field: map[string]string{"contact.zone": "zone"}[f.Code], Text: in.words.Fault(f.Code, f.Message)}}
		page.Problems[0].Field = cmp.Or(page.Problems[0].Field, "language")
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	if in.view == nil {
		s.rememberTheme(w, theme(r.PostForm.Get("theme")))
		s.setCookie(w, languageCookie, "", "/", -1) // the setting is what counts
	}
	in.savedSettings(w, r, res)
	return nil
}

// savedSettings leads back to the page of settings, which says that they are saved.
func (in inPortal) savedSettings(w http.ResponseWriter, r *http.Request, res es.Result) {
	q := url.Values{"saved": {""}, "at": {strconv.FormatInt(res.Position, 10)}}
	if len(in.clients) > 1 && in.view == nil {
		q.Set("client", in.client.Client.String())
	}
	http.Redirect(w, r, in.at("/settings")+"?"+q.Encode(), http.StatusSeeOther)
}

// rememberTheme keeps in the browser how light or dark the portal is; "" is as the device.
func (s *Server) rememberTheme(w http.ResponseWriter, chosen string) {
	age := yearOfSeconds
	if chosen == "" {
		age = -1
	}
	s.setCookie(w, themeCookie, chosen, "/", age)
}
