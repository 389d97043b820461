package firm

import (
	"context"
	"time"

	"portico/domain/firm"

	"github.com/google/uuid"
)

// Reader reads the read model of practices.
type Reader interface {
	// Firm is one practice; an unknown number is firm.ErrNotFound of the domain.
	Firm(ctx context.Context, no int32) (Practice, error)
	// UploadPolicy is a channel's rule as it stands, firm.DefaultPolicy where none was set; an unknown channel is
	// firm.ErrChannel of the domain.
	UploadPolicy(ctx context.Context, no int32, channel firm.Channel) (firm.Policy, error)
	// Templates are a practice's texts for messages, by name. There are at most firm.MaxTemplates.
	Templates(ctx context.Context, no int32) ([]Template, error)
	// Portal is how a practice's portal is set up, in one round trip; an unknown number is firm.ErrNotFound of the domain.
	Portal(ctx context.Context, no int32) (Portal, error)
	// Terms is the newest version of what people accept. Before the practice has published any it has no texts.
	Terms(ctx context.Context, no int32) (Terms, error)
	// Articles are the practice's own help articles in a language and those for every language, by title; all of them
	// for "". There are at most firm.MaxArticles.
	Articles(ctx context.Context, no int32, language string) ([]Article, error)
}

// Storage knows how much is kept for a practice.
type Storage interface {
	// Used is bytes of all files that are kept, those on their way with their announced size.
	Used(ctx context.Context, no int32) (int64, error)
}

// Practice is one practice.
type Practice struct {
	No     int32 // the tenant in every key
	ID     uuid.UUID
	Name   string
	Email  string
	Zone   string // IANA
	Limits firm.Limits
	Button string // what the button of the mail with a link says
	Hue    int    // of its pages, in degrees
	Logo   Logo
}

// Template is one text for messages.
type Template struct {
	ID      uuid.UUID
	Name    string
	Text    string
	SavedAt time.Time
	Purpose firm.Purpose
}

// For are the templates for one purpose, in their order.
func For(all []Template, p firm.Purpose) (some []Template) {
	for _, t := range all {
		if t.Purpose == p {
			some = append(some, t)
		}
	}
	return some
}

// Fill is how much of a quota is used, in percent and rounded down; over 100 where the quota was lowered. Without a
// quota it is 0.
func Fill(used, quota int64) int {
	if quota <= 0 {
		return 0
	}
	return int(float64(used) / float64(quota) * 100)
}

// NearlyFull is the Fill from which staff are warned, in percent.
const NearlyFull = 90

// Terms is one version of what people accept. Without Texts it is the product's own, which is with the other words of the
// product.
type Terms struct {
	Version     int
	Texts       []firm.TermsText
	PublishedAt time.Time
}

// In is the text in a language, or in the default one where there is none, or in any; and which language that is. The
// product's own are "" and the language itself.
func (t Terms) In(language, standard string) (text, found string) {
	for _, want := range []string{language, standard} {
		for _, text := range t.Texts {
			if text.Language == want {
				return text.Text, want
			}
		}
	}
	if len(t.Texts) > 0 {
		return t.Texts[0].Text, t.Texts[0].Language
	}
	return "", language
}

// Article is one help article of the practice's own.
type Article struct {
	ID       uuid.UUID
	Language string // empty: for every language
	Title    string
	Text     string // Markdown
	SavedAt  time.Time
}
