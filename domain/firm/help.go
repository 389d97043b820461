package firm

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// StandardTerms is the version of the product's own terms, which hold until a practice publishes some (rule 14).
const StandardTerms = 1

// How much the portal's long texts may be (rules 9, 12, 14), in letters but for MaxVideo.
const (
	MaxArticles     = 100
	MaxArticleTitle = 120
	MaxArticleText  = 20_000
	MaxTerms        = 60_000 // a language
	MaxVideoTitle   = 120
	maxURL          = 2_000

	MaxVideo int64 = 500 << 20 // bytes of a film
)

// What can be wrong with help, terms and film.
var (
	ErrArticleTitle    = fault.New(fault.Invalid, "firm.article_title", "An article has a title of 1 to 120 letters.")
	ErrArticleText     = fault.New(fault.Invalid, "firm.article_text", "An article has a text of 1 to 20,000 letters.")
	ErrArticleLanguage = fault.New(fault.Invalid, "firm.article_language", "Choose one of the portal’s languages, or all of them.")
	ErrArticles        = fault.New(fault.Conflict, "firm.articles", "There are 100 articles, and no more fit. Remove one that nobody reads.")
	ErrArticleNotFound = fault.New(fault.NotFound, "firm.article_not_found",
		"This article is not there, or no longer. Reload the page to see those that are.")
	ErrVideoTitle = fault.New(fault.Invalid, "firm.video_title", "The film has a title of 1 to 120 letters.")
	ErrVideoURL   = fault.New(fault.Invalid, "firm.video_url", "Enter the film’s address, beginning with https://.")
	ErrTerms      = fault.New(fault.Invalid, "firm.terms", "The terms have a text of 1 to 60,000 letters in the portal’s default language.")
)

// SaveArticle makes the article, or changes it where it is there (rule 12). language "" is for every language. One that
// stands so already is no event. It refuses with ErrNotFound, ErrArticleTitle, ErrArticleText, ErrArticleLanguage,
// ErrArticles.
func (f Firm) SaveArticle(id uuid.UUID, language, title, text string) ([]Event, error) {
	e := ArticleSaved{Article: id, Language: language, Title: oneLine(title), Text: manyLines(text)}
	there, ok := f.portal.articles[id]
	switch n, m := utf8.RuneCountInString(e.Title), utf8.RuneCountInString(e.Text); {
	case !f.founded:
		return nil, ErrNotFound
	case n == 0:
		return nil, ErrArticleTitle.Withf("Give the article a title.")
	case n > MaxArticleTitle:
		return nil, ErrArticleTitle.Withf("The title has %d letters; at most %d fit. Shorten it.", n, MaxArticleTitle)
	case m == 0:
		return nil, ErrArticleText.Withf("Write the text of the article.")
	case m > MaxArticleText:
		return nil, ErrArticleText.Withf("The text has %d letters; at most %d fit. Shorten it.", m, MaxArticleText)
	case language != "" && !slices.Contains(Languages(), language):
		return nil, ErrArticleLanguage
	case ok && there == e:
		return nil, nil
	case !ok && len(f.portal.articles) >= MaxArticles:
		return nil, ErrArticles
	}
	return []Event{e}, nil
}

// RemoveArticle takes an article away (rule 12). It refuses with ErrArticleNotFound.
func (f Firm) RemoveArticle(id uuid.UUID) ([]Event, error) {
	if _, ok := f.portal.articles[id]; !ok {
		return nil, ErrArticleNotFound
	}
	return []Event{ArticleRemoved{Article: id}}, nil
}

// Video is the film that explains the portal: of another site where URL is set, the practice's own where ID is. The zero
// value is none.
type Video struct {
	Title  string
	URL    string
	ID     uuid.UUID
	Media  string
	Bytes  int64
	SHA256 string
}

// SetVideo shows the film v in the portal (rule 9). One that is shown already is no event. It refuses with ErrNotFound,
// ErrVideoTitle, ErrVideoURL.
func (f Firm) SetVideo(v Video) ([]Event, error) {
	v.Title, v.URL = oneLine(v.Title), strings.TrimSpace(v.URL)
	own := v.ID != uuid.Nil
	switch n := utf8.RuneCountInString(v.Title); {
	case !f.founded:
		return nil, ErrNotFound
	case n == 0, n > MaxVideoTitle:
		return nil, ErrVideoTitle
	case !own && !linkable(v.URL):
		return nil, ErrVideoURL
	case own && v.ID == f.portal.video.ID && v.Title == f.portal.video.Title, v == f.portal.video:
		return nil, nil
	}
	replaced := f.portal.video.ID
	if !own {
		return []Event{VideoLinked{Title: v.Title, URL: v.URL, Replaced: replaced}}, nil
	}
	if replaced == v.ID {
		replaced = uuid.Nil // it has another title
	}
	return []Event{VideoUploaded{Title: v.Title, Video: v.ID, Media: v.Media, Bytes: v.Bytes, SHA256: v.SHA256, Replaced: replaced}}, nil
}

// linkable tells whether text is the address of a page that a link may lead to: nothing but https, and nobody's name or
// password in it, which would make it look like another site's.
func linkable(text string) bool {
	u, err := url.Parse(text)
	strange := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}
	return err == nil && len(text) <= maxURL && !strings.ContainsFunc(text, strange) && u.Scheme == "https" && u.Host != "" && u.User == nil && u.Opaque == ""
}

// RemoveVideo takes the film away; without one it is no event. It refuses with ErrNotFound.
func (f Firm) RemoveVideo() ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case f.portal.video == Video{}:
		return nil, nil
	}
	return []Event{VideoRemoved{Replaced: f.portal.video.ID}}, nil
}

// PublishTerms makes another version of the terms, which everybody is asked to accept (rule 14). Texts that are empty are
// left out. What is published already is no event. It refuses with ErrNotFound, ErrTerms, ErrLanguages.
func (f Firm) PublishTerms(texts []TermsText, now time.Time) ([]Event, error) {
	if !f.founded {
		return nil, ErrNotFound
	}
	e := TermsPublished{Version: max(f.portal.terms.Version, StandardTerms) + 1, At: now}
	for _, language := range Languages() {
		for _, t := range texts {
			text := manyLines(t.Text)
			switch n := utf8.RuneCountInString(text); {
			case t.Language != language, n == 0:
				continue
			case n > MaxTerms:
				return nil, ErrTerms.Withf("The terms have %d letters; at most %d fit. Shorten them.", n, MaxTerms)
			}
			e.Texts = append(e.Texts, TermsText{Language: language, Text: text})
			break
		}
	}
	standard := f.portal.offered().Default
	switch {
	case slices.ContainsFunc(texts, func(t TermsText) bool { return !slices.Contains(Languages(), t.Language) }):
		return nil, ErrLanguages
	case !slices.ContainsFunc(e.Texts, func(t TermsText) bool { return t.Language == standard }):
		return nil, ErrTerms
	case slices.Equal(e.Texts, f.portal.terms.Texts):
		return nil, nil
	}
	return []Event{e}, nil
}
