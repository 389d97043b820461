package web

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"time"

	firmapp "portico/app/firm"
	"portico/app/help"
	"portico/app/language"
	"portico/ports/web/views"
)

// helpPage is what stands around help, which works for everybody: somebody in the portal keeps their tabs, and to all
// others it needs neither a session nor access to anything (S4.i10). p of the address names the practice then.
func (s *Server) helpPage(w http.ResponseWriter, r *http.Request, title string) (page views.Portal, setup firmapp.Portal, signedIn bool, err error) {
	p := r.URL.Query().Get("p")
	if v, err := s.guest(r); err == nil {
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
		page.Articles = append(page.Articles, views.PortalArticleLine{Title: a.Title, Href: page.At("/help/"+a.ID.String()) + helpQuery(r)})
	}
	for _, a := range help.Articles(page.W.Tag()) { // S4.13
		page.Articles = append(page.Articles, views.PortalArticleLine{Title: a.Title, Href: page.At("/help/"+a.Name) + helpQuery(r)})
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
		page := views.PortalArticle{Portal: frame, SignedIn: signedIn, Heading: a.Title, Lang: frame.W.Tag(), Body: views.Markdown(a.Text), Back: frame.At("/help") + helpQuery(r)}
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
		Portal: frame, SignedIn: signedIn, Heading: a.Title, Lang: cmp.Or(a.Language, setup.Language), Body: views.Markdown(a.Text), Back: frame.At("/help") + helpQuery(r),
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
