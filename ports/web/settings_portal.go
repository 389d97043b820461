package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/address"
	"portico/domain/firm"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// settingRoutes are the settings of the practice, but for those of uploads, and its logo, which everybody sees.
func (s *Server) settingRoutes(open func(route string, h handler), staff func(route string, right accounts.Right, h handler)) {
	open("GET /logo/{id}", s.logo)
	open("GET /logo/{id}/{shape}", s.logoIcon)
	staff("GET /settings", accounts.SeeSettings, s.settingsHome)
	staff("GET /settings/practice", accounts.SeeSettings, s.practiceSettings)
	staff("POST /settings/practice/profile", accounts.ChangeSettings, s.setProfile)
	staff("POST /settings/practice/mail", accounts.ChangeSettings, s.setMailSender)
	staff("POST /settings/practice/second-factor", accounts.ChangeSettings, s.setStaffFactor)
	staff("GET /settings/branding", accounts.SeeSettings, s.branding)
	staff("POST /settings/branding/accent", accounts.ChangeSettings, s.setAccent)
	staff("POST /settings/branding/logo", accounts.ChangeSettings, s.setLogo)
	staff("POST /settings/branding/logo/removal", accounts.ChangeSettings, s.removeLogo)
	staff("GET /settings/portal", accounts.SeeSettings, s.portalSetup)
	staff("POST /settings/portal/tabs", accounts.ChangeSettings, s.setTabs)
	staff("POST /settings/portal/languages", accounts.ChangeSettings, s.setLanguages)
	staff("POST /settings/portal/access", accounts.ChangeSettings, s.setAccess)
	staff("GET /settings/contact", accounts.SeeSettings, s.contactSettings)
	staff("POST /settings/contact", accounts.ChangeSettings, s.setContact)
	staff("GET /settings/help", accounts.SeeSettings, s.helpSettings)
	staff("GET /settings/help/new", accounts.ChangeSettings, s.newArticle)
	staff("POST /settings/help", accounts.ChangeSettings, s.saveArticle)
	staff("GET /settings/help/{id}", accounts.SeeSettings, s.article)
	staff("POST /settings/help/{id}/removal", accounts.ChangeSettings, s.removeArticle)
	staff("GET /settings/help/portal/{name}", accounts.SeeSettings, s.shippedArticle)
	staff("POST /settings/help/video", accounts.ChangeSettings, s.linkVideo)
	staff("POST /settings/help/video/removal", accounts.ChangeSettings, s.removeVideo)
	staff("POST /settings/help/video/film", accounts.ChangeSettings, s.uploadFilm)
	staff("GET /settings/help/video/film", accounts.SeeSettings, s.staffFilm)
	staff("GET /settings/terms", accounts.SeeSettings, s.termsSettings)
	staff("POST /settings/terms", accounts.ChangeSettings, s.publishTerms)
}

// settings is what a page of settings has around its own; here is which one it is.
func (s *Server) settings(r *http.Request, title, here string, current bool, problems views.Problems) views.Settings {
	page := views.Settings{
		Shell: s.shell(r, title, "settings"), Here: here, Command: newID(), Problems: problems, Done: saved[r.URL.Query().Get("done")],
	}
	page.Stale = !current
	if len(problems) > 0 {
		page.Title, page.Done = "Error: "+page.Title, ""
	}
	return page
}

// brandOf is how a practice's pages look.
func brandOf(p firmapp.Practice) (b views.Brand) {
	if p.Hue != firm.DefaultHue {
		b.Accent = strconv.Itoa(p.Hue)
	}
	if p.Logo.ID != uuid.Nil {
		b.Logo, b.Width, b.Height = "/logo/"+p.Logo.ID.String(), p.Logo.Width, p.Logo.Height
	}
	return b
}

// settingsHome leads to the first page of settings.
func (s *Server) settingsHome(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/settings/practice", http.StatusSeeOther)
	return nil
}

// settingsOf is the portal as it stands once the reader's own change can be read.
func (s *Server) settingsOf(r *http.Request) (p firmapp.Portal, current bool, err error) {
	if current, err = s.caughtUp(r); err != nil {
		return p, current, err
	}
	p, err = s.Firms.Portal(r.Context(), user(r).Firm)
	return p, current, err
}

// change runs one change of the settings and leads back to the page at path, or shows again what was typed there.
func (s *Server) change(w http.ResponseWriter, r *http.Request, path, word string, again func(code int, problems views.Problems) error, do func(by es.By, practice uuid.UUID) (es.Result, error)) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	res, err := do(by, user(r).Practice.ID)
	if p, ok := problemOfSetting(err); ok {
		return again(http.StatusUnprocessableEntity, views.Problems{p})
	}
	if err != nil {
		return err
	}
	backTo(w, r, path, word, res)
	return nil
}

func backTo(w http.ResponseWriter, r *http.Request, path, word string, res es.Result) {
	q := url.Values{"done": {word}}
	if res.Position > 0 {
		q.Set("at", strconv.FormatInt(res.Position, 10))
	}
	http.Redirect(w, r, path+"?"+q.Encode(), http.StatusSeeOther)
}

func (s *Server) practiceSettings(w http.ResponseWriter, r *http.Request) error {
	return s.practicePage(w, r, http.StatusOK, nil, func(*views.SettingsPractice) {})
}

func (s *Server) practicePage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed func(*views.SettingsPractice)) error {
	p, current, err := s.settingsOf(r)
	if err != nil {
		return err
	}
	page := views.SettingsPractice{
		Settings: s.settings(r, "Practice", "practice", current, problems), Name: p.Name, Email: p.Email, Zone: p.Zone, Zones: zones,
		Sender: p.MailSender, ReplyTo: p.MailReplyTo, Factor: p.StaffFactor,
	}
	typed(&page)
	s.page(w, r, code, page)
	return nil
}

// zones are offered while a zone is typed; every other one of the IANA list can be.
var zones = strings.Fields(`Europe/London Europe/Dublin Europe/Lisbon Europe/Madrid Europe/Paris Europe/Brussels Europe/Amsterdam Europe/Luxembourg
	Europe/Berlin Europe/Zurich Europe/Vienna Europe/Rome Europe/Copenhagen Europe/Oslo Europe/Stockholm Europe/Helsinki Europe/Tallinn Europe/Riga
	Europe/Vilnius Europe/Warsaw Europe/Prague Europe/Budapest Europe/Bucharest Europe/Athens Atlantic/Canary America/New_York America/Chicago
	America/Denver America/Los_Angeles America/Toronto America/Vancouver America/Mexico_City America/Bogota America/Lima America/Santiago
	America/Argentina/Buenos_Aires America/Sao_Paulo Africa/Johannesburg Asia/Dubai Asia/Kolkata Asia/Singapore Asia/Hong_Kong Australia/Perth
	Australia/Sydney Pacific/Auckland UTC`)

func (s *Server) setProfile(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		return s.practicePage(w, r, code, problems, func(p *views.SettingsPractice) {
			p.Name, p.Email, p.Zone = r.PostForm.Get("name"), r.PostForm.Get("email"), r.PostForm.Get("zone")
		})
	}
	return s.change(w, r, "/settings/practice", "profile", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.SetProfile(r.Context(), firmapp.SetProfile{By: by, ID: practice, Profile: firm.Profile{
			Name: r.PostForm.Get("name"), Email: r.PostForm.Get("email"), Zone: strings.TrimSpace(r.PostForm.Get("zone")),
		}})
	})
}

func (s *Server) setMailSender(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		if problems[0].Field == fieldOfSetting[address.ErrInvalid.Code] {
			problems[0].Field = "reply_to"
		}
		return s.practicePage(w, r, code, problems, func(p *views.SettingsPractice) {
			p.Sender, p.ReplyTo = r.PostForm.Get("sender"), r.PostForm.Get("reply_to")
		})
	}
	return s.change(w, r, "/settings/practice", "sender", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.SetMailSender(r.Context(), firmapp.SetMailSender{By: by, ID: practice, Name: r.PostForm.Get("sender"), ReplyTo: r.PostForm.Get("reply_to")})
	})
}

func (s *Server) setStaffFactor(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		return s.practicePage(w, r, code, problems, func(*views.SettingsPractice) {})
	}
	return s.change(w, r, "/settings/practice", "factor", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.RequireStaffFactor(r.Context(), firmapp.RequireStaffFactor{By: by, ID: practice, Required: r.PostForm.Get("required") == "yes"})
	})
}

func (s *Server) portalSetup(w http.ResponseWriter, r *http.Request) error {
	return s.portalSetupPage(w, r, http.StatusOK, nil, func(*views.SettingsPortal) {})
}

// tabWords are the tabs as the practice's people read them.
var tabWords = map[firm.Tab][2]string{
	firm.TodosTab: {"To-dos", ""}, firm.FilesTab: {"Files", ""}, firm.RequestsTab: {"Requests", ""}, firm.BillingTab: {"Billing", ""},
	firm.ScheduleTab: {"Schedule", ""}, firm.ContactTab: {"Contact", ""}, firm.VideoTab: {"Video", "where there is a film"},
}

func (s *Server) portalSetupPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed func(*views.SettingsPortal)) error {
	p, current, err := s.settingsOf(r)
	if err != nil {
		return err
	}
	page := views.SettingsPortal{
		Settings: s.settings(r, "Portal", "portal", current, problems), Language: p.Language,
		Access: string(p.Access.Access), LinkPassword: p.Access.LinkPassword, Days: strconv.Itoa(p.Access.ExpiryDays),
	}
	texts, err := s.Firms.Templates(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page.Templates = s.templateList(r, texts, firm.ForInvitation)
	for _, t := range firm.Tabs() {
		page.Tabs = append(page.Tabs, views.Option{Value: string(t), Word: tabWords[t][0], Hint: tabWords[t][1], On: slices.Contains(p.Tabs, t)})
	}
	for _, tag := range firm.Languages() {
		page.Languages = append(page.Languages, views.Option{Value: tag, Word: language.Name(tag), On: p.Offers(tag)})
	}
	typed(&page)
	s.page(w, r, code, page)
	return nil
}

func (s *Server) setTabs(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		return s.portalSetupPage(w, r, code, problems, func(*views.SettingsPortal) {})
	}
	return s.change(w, r, "/settings/portal", "tabs", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		var tabs []firm.Tab
		for _, t := range r.PostForm["tab"] {
			tabs = append(tabs, firm.Tab(t))
		}
		return s.Settings.SetTabs(r.Context(), firmapp.SetTabs{By: by, ID: practice, Tabs: tabs})
	})
}

func (s *Server) setLanguages(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		return s.portalSetupPage(w, r, code, problems, func(p *views.SettingsPortal) {
			p.Language = r.PostForm.Get("language")
			for i := range p.Languages {
				p.Languages[i].On = slices.Contains(r.PostForm["offered"], p.Languages[i].Value)
			}
		})
	}
	return s.change(w, r, "/settings/portal", "languages", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.SetLanguages(r.Context(), firmapp.SetLanguages{By: by, ID: practice, Offered: r.PostForm["offered"], Default: r.PostForm.Get("language")})
	})
}

func (s *Server) setAccess(w http.ResponseWriter, r *http.Request) error {
	again := func(code int, problems views.Problems) error {
		return s.portalSetupPage(w, r, code, problems, func(p *views.SettingsPortal) {
			p.Access, p.LinkPassword, p.Days = r.PostForm.Get("access"), r.PostForm.Get("link_password") == "yes", r.PostForm.Get("days")
		})
	}
	return s.change(w, r, "/settings/portal", "access", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		days, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get("days")))
		if err != nil {
			return es.Result{}, firm.ErrExpiry
		}
		return s.Settings.SetAccess(r.Context(), firmapp.SetAccess{By: by, ID: practice, Access: firm.AccessPolicy{
			Access: firm.Access(r.PostForm.Get("access")), LinkPassword: r.PostForm.Get("link_password") == "yes", ExpiryDays: days,
		}})
	})
}

func (s *Server) contactSettings(w http.ResponseWriter, r *http.Request) error {
	p, current, err := s.settingsOf(r)
	if err != nil {
		return err
	}
	return s.contactPage(w, r, http.StatusOK, p.Contact, current, nil)
}

// contactPage shows c with room for more people.
func (s *Server) contactPage(w http.ResponseWriter, r *http.Request, code int, c firm.Contact, current bool, problems views.Problems) error {
	page := views.SettingsContact{
		Settings: s.settings(r, "Contact tab", "contact", current, problems), Phone: c.Phone, Address: c.Address, Hours: c.Hours,
	}
	for i := range min(max(len(c.People)+2, 3), firm.MaxPeople) {
		fields := views.PersonFields{N: i + 1, ID: newID()}
		if i < len(c.People) {
			p := c.People[i]
			fields = views.PersonFields{N: i + 1, ID: p.ID, Name: p.Name, Role: p.Role, Email: p.Email, Phone: p.Phone}
		}
		page.People = append(page.People, fields)
	}
	s.page(w, r, code, page)
	return nil
}

func (s *Server) setContact(w http.ResponseWriter, r *http.Request) error {
	var typed firm.Contact
	again := func(code int, problems views.Problems) error {
		return s.contactPage(w, r, code, typed, true, contactProblems(typed, problems))
	}
	return s.change(w, r, "/settings/contact", "contact", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		var err error
		if typed, err = typedContact(r.PostForm); err != nil {
			return es.Result{}, err
		}
		return s.Settings.SetContact(r.Context(), firmapp.SetContact{By: by, ID: practice, Contact: typed})
	})
}

// typedContact reads the form; people without anything in their fields are left out.
func typedContact(f url.Values) (firm.Contact, error) {
	c := firm.Contact{Phone: f.Get("phone"), Address: lines(f.Get("address")), Hours: lines(f.Get("hours"))}
	names, roles, mails, phones := f["person_name"], f["person_role"], f["person_email"], f["person_phone"]
	if n := len(f["person"]); len(names) != n || len(roles) != n || len(mails) != n || len(phones) != n || n > firm.MaxPeople {
		return c, errForm
	}
	for i, text := range f["person"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return c, errForm
		}
		p := firm.Person{ID: id, Name: names[i], Role: roles[i], Email: mails[i], Phone: phones[i]}
		if strings.TrimSpace(p.Name+p.Role+p.Email+p.Phone) != "" {
			c.People = append(c.People, p)
		}
	}
	return c, nil
}

// contactProblems finds the input that a refusal is about: rules know no places on a page.
func contactProblems(c firm.Contact, problems views.Problems) views.Problems {
	for i := range problems {
		for n, p := range c.People {
			at := "person-" + strconv.Itoa(n+1)
			_, mailErr := address.Parse(p.Email)
			switch problems[i].Field {
			case "people":
				if strings.TrimSpace(p.Name) == "" || len([]rune(p.Name)) > firm.MaxPersonText {
					problems[i].Field = at + "-name"
				}
			case "email":
				if strings.TrimSpace(p.Email) != "" && mailErr != nil {
					problems[i].Field = at + "-email"
				}
			case "phone":
				if firm.Dialable(c.Phone) && !firm.Dialable(p.Phone) {
					problems[i].Field = at + "-phone"
				}
			}
		}
	}
	return problems
}
