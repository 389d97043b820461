package views

import (
	"fmt"
	"html/template"

	"portico/domain/account"

	"github.com/google/uuid"
)

// Brand is how a practice's pages look.
type Brand struct {
	Accent        string // its hue in degrees; empty: the product's
	Logo          string // address of its logo, empty for none
	Width, Height int    // of the logo, in pixels
}

// Settings is what all pages of the practice's settings have.
type Settings struct {
	Shell
	Here     string // which of them it is: "practice", "branding", "portal", "contact", "help", "terms", "webhooks"
	Command  uuid.UUID
	Done     string // what was just changed
	Problems Problems
}

// Text is one input for text.
type Text struct {
	Name, Label, Hint, Value string
	Rows                     int // more than 0: of several lines
	Type, Mode               string
	Problem                  *Problem
}

// Line is an input of one line.
func (s Settings) Line(name, label, hint, value string) Text {
	return Text{Name: name, Label: label, Hint: hint, Value: value, Problem: s.Problems.For(name)}
}

// Mail is an input for an address.
func (s Settings) Mail(name, label, hint, value string) Text {
	t := s.Line(name, label, hint, value)
	t.Type, t.Mode = "email", "email"
	return t
}

// Lines is an input of several lines.
func (s Settings) Lines(name, label, hint, value string, rows int) Text {
	t := s.Line(name, label, hint, value)
	t.Rows = rows
	return t
}

// Person is one input of the nth person.
func (s Settings) Person(n int, name, label, value string) PersonField {
	id := fmt.Sprintf("person-%d-%s", n, name)
	return PersonField{ID: id, Name: name, Label: label, Value: value, Problem: s.Problems.For(id)}
}

// PersonField is one input of a person.
type PersonField struct {
	ID, Name, Label, Value string
	Problem                *Problem
}

// Terms is the input for the terms in one language.
func (s Settings) Terms(language, word string, standard bool, value string) Text {
	if standard {
		word += " (default)"
	}
	return s.Lines("text-"+language, word, "", value, 12)
}

// Pages are all pages of settings.
func (s Settings) Pages() []Chip {
	var all []Chip
	for _, p := range [][3]string{
		{"practice", "/settings/practice", "Practice"}, {"branding", "/settings/branding", "Branding"}, {"portal", "/settings/portal", "Portal"},
		{"contact", "/settings/contact", "Contact tab"}, {"help", "/settings/help", "Help and film"}, {"terms", "/settings/terms", "Terms"},
		{"uploads", "/settings/uploads", "Uploads"}, {"reminders", "/settings/reminders", "Reminders"}, {"people", "/settings/people", "People"}, {"webhooks", "/settings/webhooks", "Webhooks"},
	} {
		if p[0] == "people" && !s.May(account.SeePeople) || p[0] == "webhooks" && !s.May(account.ReadLog) {
			continue
		}
		all = append(all, Chip{Word: p[2], Href: p[1], Current: p[0] == s.Here})
	}
	return all
}

// Option is one box to tick or one choice of a list.
type Option struct {
	Value, Word, Hint string
	On                bool
}

// SettingsPractice is what the practice trades under, in whose name its mails come, and how its people sign in.
type SettingsPractice struct {
	Settings
	Name, Email, Zone string
	Zones             []string
	Sender, ReplyTo   string
	Factor            bool
}

// SettingsBranding is how pages look.
type SettingsBranding struct {
	Settings
	Hue     string
	Kinds   string // of pictures that can be taken
	NewLogo uuid.UUID
}

// SettingsPortal is what the portal offers and how people come in.
type SettingsPortal struct {
	Settings
	Languages    []Option
	Language     string
	Tabs         []Option
	Access       string
	LinkPassword bool
	Days         string
	Templates    TemplateList
}

// SettingsContact is what the contact tab says.
type SettingsContact struct {
	Settings
	Phone, Address, Hours string
	People                []PersonFields
}

// PersonFields is what was typed of one person. N counts from 1.
type PersonFields struct {
	N                        int
	ID                       uuid.UUID
	Name, Role, Email, Phone string
}

// SettingsHelp is the articles and the film.
type SettingsHelp struct {
	Settings
	Articles   []ArticleLine
	Most       int
	Shipped    []ArticleLine
	VideoTitle string
	VideoURL   string // typed, or of the film of another site
	Film       string // address of the practice's own film, empty for none
	FilmMedia  string
	FilmSize   string
	Linked     bool // there is a film of another site
	MostFilm   string
}

// ArticleLine is one article in a list.
type ArticleLine struct {
	Href, Title, Language, Start string
}

// SettingsArticle is the form of one article, or a look at one that comes with the portal.
type SettingsArticle struct {
	Settings
	ID          uuid.UUID
	New, Fixed  bool
	Title, Text string
	Language    string
	Languages   []Choice
	Look        template.HTML // of what is saved
}

// SettingsTerms is what people accept before they come in.
type SettingsTerms struct {
	Settings
	Version   int
	Published When
	Standard  bool // the product's own
	Texts     []TermsFields
}

// Next is the version that would be published.
func (t SettingsTerms) Next() int { return t.Version + 1 }

// TermsFields is the terms in one language.
type TermsFields struct {
	Language, Word string
	Default        bool
	Text           string // typed
	Look           template.HTML
}

// File names the template.
func (SettingsPractice) File() string { return "settings_practice.html" }
func (SettingsBranding) File() string { return "settings_branding.html" }
func (SettingsPortal) File() string   { return "settings_portal.html" }
func (SettingsContact) File() string  { return "settings_contact.html" }
func (SettingsHelp) File() string     { return "settings_help.html" }
func (SettingsArticle) File() string  { return "settings_article.html" }
func (SettingsTerms) File() string    { return "settings_terms.html" }
