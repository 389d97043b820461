package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/help"
	"portico/app/language"
	"portico/domain/firm"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

func (s *Server) helpSettings(w http.ResponseWriter, r *http.Request) error {
	return s.helpSettingsPage(w, r, http.StatusOK, nil, func(*views.SettingsHelp) {})
}

func (s *Server) helpSettingsPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed func(*views.SettingsHelp)) error {
	p, current, err := s.settingsOf(r)
	if err != nil {
		return err
	}
	articles, err := s.Firms.Articles(r.Context(), p.No, "")
	if err != nil {
		return err
	}
	page := views.SettingsHelp{
		Settings: s.settings(r, "Help and film", "help", current, problems), Most: firm.MaxArticles, MostFilm: views.Size(firm.MaxVideo),
		VideoTitle: p.Video.Title, VideoURL: p.Video.URL, Linked: p.Video.URL != "",
	}
	for _, a := range articles {
		page.Articles = append(page.Articles, views.ArticleLine{Href: "/settings/help/" + a.ID.String(), Title: a.Title, Language: languageWord(a.Language), Start: start(a.Text)})
	}
	for _, a := range help.Articles(firm.DefaultLanguage) {
		page.Shipped = append(page.Shipped, views.ArticleLine{Href: "/settings/help/portal/" + a.Name, Title: a.Title, Start: start(strings.ReplaceAll(a.Text, "*", ""))})
	}
	if p.Video.ID != uuid.Nil {
		page.Film, page.FilmMedia, page.FilmSize = "/settings/help/video/film", p.Video.Media, views.Size(p.Video.Bytes)
	}
	typed(&page)
	s.page(w, r, code, page)
	return nil
}

// languageWord is a language as its speakers call it.
func languageWord(tag string) string {
	if tag == "" {
		return "All languages"
	}
	return language.Name(tag)
}

// articleLanguages are the choices of an article's form.
func articleLanguages() []views.Choice {
	all := []views.Choice{{Value: "", Word: languageWord("")}}
	for _, tag := range firm.Languages() {
		all = append(all, views.Choice{Value: tag, Word: languageWord(tag)})
	}
	return all
}

func (s *Server) newArticle(w http.ResponseWriter, r *http.Request) error {
	s.articlePage(w, r, http.StatusOK, views.SettingsArticle{ID: newID(), New: true}, nil)
	return nil
}

func (s *Server) article(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	a, err := s.findArticle(r, id)
	if err != nil {
		return err
	}
	s.articlePage(w, r, http.StatusOK, views.SettingsArticle{ID: a.ID, Title: a.Title, Text: a.Text, Language: a.Language, Look: views.Markdown(a.Text)}, nil)
	return nil
}

// shippedArticle shows one of those that come with the portal.
func (s *Server) shippedArticle(w http.ResponseWriter, r *http.Request) error {
	a, ok := help.Find(r.PathValue("name"), firm.DefaultLanguage)
	if !ok {
		return firm.ErrArticleNotFound
	}
	s.articlePage(w, r, http.StatusOK, views.SettingsArticle{Fixed: true, Title: a.Title, Look: views.Markdown(a.Text)}, nil)
	return nil
}

func (s *Server) articlePage(w http.ResponseWriter, r *http.Request, code int, page views.SettingsArticle, problems views.Problems) {
	title := "Change article"
	switch {
	case page.New:
		title = "New article"
	case page.Fixed:
		title = page.Title
	}
	page.Settings, page.Languages = s.settings(r, title, "help", true, problems), articleLanguages()
	s.page(w, r, code, page)
}

// findArticle is one article of the practice's own, or firm.ErrArticleNotFound.
func (s *Server) findArticle(r *http.Request, id uuid.UUID) (firmapp.Article, error) {
	all, err := s.Firms.Articles(r.Context(), user(r).Firm, "")
	if err != nil {
		return firmapp.Article{}, err
	}
	for _, a := range all {
		if a.ID == id {
			return a, nil
		}
	}
	return firmapp.Article{}, firm.ErrArticleNotFound
}

// saveArticle makes an article or changes it. The form's ids make a form that is sent twice one article.
func (s *Server) saveArticle(w http.ResponseWriter, r *http.Request) error {
	typed := views.SettingsArticle{}
	again := func(code int, problems views.Problems) error {
		_, missing := s.findArticle(r, typed.ID)
		typed.New = missing != nil
		s.articlePage(w, r, code, typed, problems)
		return nil
	}
	return s.change(w, r, "/settings/help", "article", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		id, err := formID(r, "id")
		if err != nil {
			return es.Result{}, err
		}
		typed = views.SettingsArticle{ID: id, Title: r.PostForm.Get("title"), Text: lines(r.PostForm.Get("text")), Language: r.PostForm.Get("language")}
		return s.Settings.SaveArticle(r.Context(), firmapp.SaveArticle{By: by, ID: practice, Article: id, Language: typed.Language, Title: typed.Title, Text: typed.Text})
	})
}

func (s *Server) removeArticle(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	return s.change(w, r, "/settings/help", "unwritten", s.helpAgain(w, r), func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.RemoveArticle(r.Context(), firmapp.RemoveArticle{By: by, ID: practice, Article: id})
	})
}

// helpAgain shows the page of help with what was typed of a film.
func (s *Server) helpAgain(w http.ResponseWriter, r *http.Request) func(int, views.Problems) error {
	return func(code int, problems views.Problems) error {
		return s.helpSettingsPage(w, r, code, problems, func(p *views.SettingsHelp) {
			if r.PostForm.Has("video_url") {
				p.VideoTitle, p.VideoURL, p.Linked = r.PostForm.Get("video_title"), r.PostForm.Get("video_url"), false
			}
		})
	}
}

func (s *Server) linkVideo(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, "/settings/help", "video", s.helpAgain(w, r), func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.LinkVideo(r.Context(), firmapp.LinkVideo{By: by, ID: practice, Title: r.PostForm.Get("video_title"), URL: r.PostForm.Get("video_url")})
	})
}

func (s *Server) removeVideo(w http.ResponseWriter, r *http.Request) error {
	return s.change(w, r, "/settings/help", "no-video", s.helpAgain(w, r), func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Settings.RemoveVideo(r.Context(), firmapp.RemoveVideo{By: by, ID: practice})
	})
}

// uploadFilm takes a film as it comes, without holding it in memory.
func (s *Server) uploadFilm(w http.ResponseWriter, r *http.Request) error {
	res, err := s.withFile(r, "film", func(by es.By, typed url.Values, from io.Reader) (es.Result, error) {
		return s.Settings.UploadVideo(r.Context(), firmapp.UploadVideo{By: by, ID: user(r).Practice.ID, Video: by.Command, Title: typed.Get("title"), From: from})
	})
	return s.filed(w, r, "/settings/help", "video", res, err, func(code int, problems views.Problems) error {
		switch problems[0].Field {
		case "video_title":
			problems[0].Field = "film_title"
		case "video":
			problems[0].Field = "film"
		}
		return s.helpSettingsPage(w, r, code, problems, func(*views.SettingsHelp) {})
	})
}

func (s *Server) staffFilm(w http.ResponseWriter, r *http.Request) error {
	return s.playFilm(w, r, user(r).Firm)
}

func (s *Server) termsSettings(w http.ResponseWriter, r *http.Request) error {
	return s.termsSettingsPage(w, r, http.StatusOK, nil, nil)
}

// termsSettingsPage shows the newest terms; typed is what was typed instead, by language.
func (s *Server) termsSettingsPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed map[string]string) error {
	p, current, err := s.settingsOf(r)
	if err != nil {
		return err
	}
	terms, err := s.Firms.Terms(r.Context(), p.No)
	if err != nil {
		return err
	}
	for i := range problems {
		if problems[i].Field == fieldOfSetting[firm.ErrTerms.Code] {
			problems[i].Field = "text-" + p.Language
		}
	}
	page := views.SettingsTerms{
		Settings: s.settings(r, "Terms", "terms", current, problems), Version: terms.Version, Standard: len(terms.Texts) == 0,
		Published: views.At(terms.PublishedAt, zone(p.Zone)),
	}
	for _, tag := range firm.Languages() {
		f := views.TermsFields{Language: tag, Word: languageWord(tag), Default: tag == p.Language}
		if text, found := terms.In(tag, tag); found == tag && text != "" {
			f.Text, f.Look = text, views.Markdown(text)
		}
		if page.Standard {
			standard := help.Terms(tag)
			f.Text, f.Look = standard.Text, views.Markdown("# "+standard.Title+"\n\n"+standard.Text)
		}
		if typed != nil {
			f.Text = typed[tag]
		}
		if p.Offers(tag) || !page.Standard && f.Text != "" {
			page.Texts = append(page.Texts, f)
		}
	}
	s.page(w, r, code, page)
	return nil
}

func (s *Server) publishTerms(w http.ResponseWriter, r *http.Request) error {
	typed := map[string]string{}
	again := func(code int, problems views.Problems) error { return s.termsSettingsPage(w, r, code, problems, typed) }
	return s.change(w, r, "/settings/terms", "terms", again, func(by es.By, practice uuid.UUID) (es.Result, error) {
		var texts []firm.TermsText
		for _, tag := range firm.Languages() {
			typed[tag] = lines(r.PostForm.Get("text-" + tag))
			texts = append(texts, firm.TermsText{Language: tag, Text: typed[tag]})
		}
		return s.Settings.PublishTerms(r.Context(), firmapp.PublishTerms{By: by, ID: practice, Texts: texts})
	})
}
