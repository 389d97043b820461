package web

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	firmapp "portico/app/firm"
	"portico/app/help"
	"portico/app/language"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// helpPage is what stands around help, which works for everybody: somebody in the portal keeps their tabs, and to all
// others it needs neither a session nor access to anything (S4.i10). p of the address names the practice then.
func (s *Server) helpPage(w http.ResponseWriter, r *http.Request, title string) (page views.Portal, setup firmapp.Portal, signedIn bool, err error) {
	p := r.URL.Query().Get("p")
	if v, err := s.visit(r); err == nil {
		in, err := s.lookAround(w, r.WithContext(withVisitor(r.Context(), v)))
		if err == nil {
			return s.around(r, in, "help", in.words.T(title)), in.setup, true, nil
		}
		p = cmp.Or(p, v.Practice.ID.String())
	}
	page.PortalFrame, setup, err = s.outside(r, p)
	if err != nil {
		return page, setup, false, err
	}
	page.Title = page.W.T(title)
	page.Help = "" // this is it
	return page, setup, false, nil
}

func (s *Server) portalHelp(w http.ResponseWriter, r *http.Request) error {
	frame, setup, signedIn, err := s.helpPage(w, r, "portal.tab.help")
	if err != nil {
		return err
	}
	page := views.PortalHelp{
		Portal: frame, SignedIn: signedIn, Email: setup.Email, Probe: "/portal/help/probe",
		Details: s.Now().UTC().Format(time.RFC3339) + "\n" + r.UserAgent() + "\n" + r.Header.Get("Accept-Language"),
	}
	page.Modules = append(page.Modules, "browser-check.js", "copy-button.js")
	articles, err := s.articles(r, setup)
	if err != nil {
		return err
	}
	for _, a := range inLanguage(articles, page.W.Tag(), setup.Language) {
		page.Articles = append(page.Articles, views.PortalArticleLine{Title: a.Title, Href: "/portal/help/" + a.ID.String() + helpQuery(r)})
	}
	for _, a := range help.Articles(page.W.Tag()) { // S4.13
		page.Articles = append(page.Articles, views.PortalArticleLine{Title: a.Title, Href: "/portal/help/" + a.Name + helpQuery(r)})
	}
	return s.show(w, r, page)
}

// helpQuery is what links from help to help carry.
func helpQuery(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	q := r.URL.Query()
	for name := range q {
		if name != "p" && name != "client" {
			q.Del(name)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// articles are the practice's own, in every language.
func (s *Server) articles(r *http.Request, setup firmapp.Portal) ([]firmapp.Article, error) {
	if setup.No == 0 {
		return nil, nil
	}
	return s.Firms.Articles(r.Context(), setup.No, "")
}

// inLanguage are the articles for a reader: those of their language and of every language, and the default language's
// where there are none of their own.
func inLanguage(all []firmapp.Article, tag, standard string) []firmapp.Article {
	of := func(tag string) []firmapp.Article {
		return slices.DeleteFunc(slices.Clone(all), func(a firmapp.Article) bool { return a.Language != "" && a.Language != tag })
	}
	if slices.ContainsFunc(all, func(a firmapp.Article) bool { return a.Language == tag }) {
		return of(tag)
	}
	return of(standard)
}

func (s *Server) portalArticle(w http.ResponseWriter, r *http.Request) error {
	frame, setup, signedIn, err := s.helpPage(w, r, "portal.tab.help")
	if err != nil {
		return err
	}
	if a, ok := help.Find(r.PathValue("article"), frame.W.Tag()); ok { // one that comes with the portal
		page := views.PortalArticle{Portal: frame, SignedIn: signedIn, Heading: a.Title, Lang: frame.W.Tag(), Body: views.Markdown(a.Text), Back: "/portal/help" + helpQuery(r)}
		page.Title = a.Title
		return s.show(w, r, page)
	}
	id, err := pathID(r, "article")
	if err != nil {
		return errTab
	}
	articles, err := s.articles(r, setup)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(articles, func(a firmapp.Article) bool { return a.ID == id })
	if i < 0 {
		return errTab
	}
	a := articles[i]
	page := views.PortalArticle{
		Portal: frame, SignedIn: signedIn, Heading: a.Title, Lang: cmp.Or(a.Language, setup.Language), Body: views.Markdown(a.Text), Back: "/portal/help" + helpQuery(r),
	}
	page.Title = a.Title
	if tag := page.W.Tag(); a.Language != "" && a.Language != tag { // S2.18
		page.Lacks = page.W.T("portal.help.untranslated", page.W.Name(), language.Name(a.Language))
	}
	return s.show(w, r, page)
}

// probe answers a request like those of an upload: what stops it on the way would stop uploads, too. It keeps nothing.
func (s *Server) probe(w http.ResponseWriter, r *http.Request) error {
	const most = 64 << 10
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, most)) // what comes doesn't matter
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// manifest lets phones keep the portal beside their other programs, under the practice's name.
func (s *Server) manifest(w http.ResponseWriter, r *http.Request) error {
	setup := firmapp.NewPortal(0, uuid.Nil)
	v, err := s.visit(r)
	if err == nil {
		setup, err = s.Firms.Portal(r.Context(), v.Firm)
	} else {
		setup, err = s.setupOf(r.Context(), r.URL.Query().Get("p"))
	}
	if err != nil {
		return err
	}
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	words := language.For(setup.Language)
	name := cmp.Or(setup.Name, words.T("portal.title"))
	m := struct {
		Name       string `json:"name"`
		Short      string `json:"short_name"`
		Lang       string `json:"lang"`
		ID         string `json:"id"`
		Start      string `json:"start_url"`
		Scope      string `json:"scope"`
		Display    string `json:"display"`
		Background string `json:"background_color"`
		Theme      string `json:"theme_color"`
		Icons      []icon `json:"icons"`
	}{Name: name, Short: name, Lang: setup.Language, ID: "/portal", Start: "/portal", Scope: "/portal", Display: "standalone", Background: "#f8fafc", Theme: "#f8fafc"}
	for _, i := range []icon{
		{"app-192.png", "192x192", "image/png", "any"}, {"app-512.png", "512x512", "image/png", "any"}, {"app-full.png", "512x512", "image/png", "maskable"},
	} {
		if i.Src, err = s.static.URL(i.Src); err != nil {
			return err
		}
		m.Icons = append(m.Icons, i)
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	_, _ = w.Write(body) // the reader went away: nothing to do about it
	return nil
}
