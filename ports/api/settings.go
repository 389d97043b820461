package api

import (
	"context"
	"encoding/base64"
	"fmt"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/fault"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// Settings is how the practice and its portal are set up.
type Settings struct {
	Profile      Profile      `json:"profile"`
	Hue          int          `json:"hue" doc:"Of the practice's pages, in degrees"`
	Logo         *Logo        `json:"logo,omitempty" doc:"Absent: none"`
	Languages    LanguageSet  `json:"languages"`
	Tabs         []string     `json:"tabs" doc:"What the portal has besides home, help and settings"`
	Contact      ContactTab   `json:"contact"`
	Mail         MailSender   `json:"mail"`
	Access       AccessPolicy `json:"access"`
	StaffFactor  StaffFactor  `json:"second_factor"`
	Video        *PortalVideo `json:"video,omitempty" doc:"Absent: none"`
	TermsVersion int          `json:"terms_version" doc:"1: those that come with the portal"`
}

// Profile is what the practice trades under.
type Profile struct {
	Name  string `json:"name"`
	Email string `json:"email" doc:"The practice's own address, printed in its mails"`
	Zone  string `json:"zone" doc:"IANA, like Europe/London"`
}

// Hue is the accent of the practice's pages.
type Hue struct {
	Hue int `json:"hue" doc:"0 to 355 degrees, in steps of 5"`
}

// Logo is the practice's picture as it is served.
type Logo struct {
	URL    string `json:"url"`
	Media  string `json:"media"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Picture is one as somebody brings it.
type Picture struct {
	Picture string `json:"picture" doc:"PNG, JPEG, GIF, WebP or SVG in base64; it is drawn anew, and nothing but what is seen is kept"`
}

// LanguageSet is the languages of the portal.
type LanguageSet struct {
	Offered []string `json:"offered" doc:"Of en, es, de, fr, et"`
	Default string   `json:"default" doc:"Of people who have chosen none"`
}

// TabSet is the tabs of the portal.
type TabSet struct {
	Tabs []string `json:"tabs" doc:"Of todos, files, requests, billing, schedule, contact, video"`
}

// ContactTab is how clients reach the practice.
type ContactTab struct {
	People  []ContactPerson `json:"people" doc:"Up to 20"`
	Phone   string          `json:"phone"`
	Address string          `json:"address"`
	Hours   string          `json:"hours"`
}

// ContactPerson is somebody whom clients may turn to.
type ContactPerson struct {
	ID    ID     `json:"id,omitempty" doc:"Keep it over changes; without one the person is new"`
	Name  string `json:"name"`
	Role  string `json:"role,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// MailSender is in whose name mails to clients come.
type MailSender struct {
	Sender  string `json:"sender" doc:"Empty: the practice's name"`
	ReplyTo string `json:"reply_to" doc:"Where answers go; empty: to who has sent the mail"`
}

// AccessPolicy is how people come in where an invitation says nothing else.
type AccessPolicy struct {
	Access       string `json:"access" doc:"account or link"`
	LinkPassword bool   `json:"link_password" doc:"Who comes by link chooses a password on the first visit"`
	ExpiryDays   int    `json:"expiry_days" doc:"1 to 365: how long an invitation is good for"`
}

// StaffFactor is whether everybody in the practice needs a second factor.
type StaffFactor struct {
	Required bool `json:"required"`
}

// PortalVideo is the film that explains the portal. One of the practice's own is uploaded in its settings.
type PortalVideo struct {
	Title string `json:"title"`
	URL   string `json:"url,omitempty" doc:"Address of a film elsewhere, with TLS"`
	Media string `json:"media,omitempty" doc:"Of a film of the practice's own"`
	Bytes int64  `json:"bytes,omitempty"`
}

func showSettings(p firmapp.Portal, baseURL string) Settings {
	s := Settings{
		Profile: Profile{Name: p.Name, Email: p.Email, Zone: p.Zone}, Hue: p.Hue, Languages: LanguageSet{Offered: p.Languages, Default: p.Language},
		Tabs: words(p.Tabs), Contact: ContactTab{People: []ContactPerson{}, Phone: p.Contact.Phone, Address: p.Contact.Address, Hours: p.Contact.Hours},
		Mail:        MailSender{Sender: p.MailSender, ReplyTo: p.MailReplyTo},
		Access:      AccessPolicy{Access: string(p.Access.Access), LinkPassword: p.Access.LinkPassword, ExpiryDays: p.Access.ExpiryDays},
		StaffFactor: StaffFactor{Required: p.StaffFactor}, TermsVersion: p.TermsVersion,
	}
	for _, who := range p.Contact.People {
		s.Contact.People = append(s.Contact.People, ContactPerson{ID: ID(who.ID), Name: who.Name, Role: who.Role, Email: who.Email, Phone: who.Phone})
	}
	if p.Logo.ID != uuid.Nil {
		s.Logo = &Logo{URL: baseURL + "/logo/" + p.Logo.ID.String(), Media: p.Logo.Media, Width: p.Logo.Width, Height: p.Logo.Height}
	}
	if p.Video != (firm.Video{}) {
		s.Video = &PortalVideo{Title: p.Video.Title, URL: p.Video.URL, Media: p.Video.Media, Bytes: p.Video.Bytes}
	}
	return s
}

// words are texts of a type of their own as plain ones.
func words[T ~string](all []T) []string {
	out := make([]string, 0, len(all))
	for _, w := range all {
		out = append(out, string(w))
	}
	return out
}

func (s *Server) getSettings(ctx context.Context, _ *struct{}) (*body[Settings], error) {
	p, err := s.FirmDB.Portal(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return &body[Settings]{Body: showSettings(p, s.BaseURL)}, nil
}

// putSetting is one part of the settings.
type putSetting[T any] struct {
	Idempotent
	Body T
}

// changed runs one change and answers with all settings as they stand then.
func (s *Server) changed(ctx context.Context, key string, body any, change func(by es.By, practice uuid.UUID) (es.Result, error)) (*body[Settings], error) {
	if err := s.setting(ctx, key, body, change); err != nil {
		return nil, err
	}
	return s.getSettings(ctx, nil)
}

func (s *Server) putProfile(ctx context.Context, in *putSetting[Profile]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetProfile(ctx, firmapp.SetProfile{By: by, ID: practice, Profile: firm.Profile(in.Body)})
	})
}

func (s *Server) putAccent(ctx context.Context, in *putSetting[Hue]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetAccent(ctx, firmapp.SetAccent{By: by, ID: practice, Hue: in.Body.Hue})
	})
}

func (s *Server) putLanguages(ctx context.Context, in *putSetting[LanguageSet]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetLanguages(ctx, firmapp.SetLanguages{By: by, ID: practice, Offered: in.Body.Offered, Default: in.Body.Default})
	})
}

func (s *Server) putTabs(ctx context.Context, in *putSetting[TabSet]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		tabs := make([]firm.Tab, 0, len(in.Body.Tabs))
		for _, t := range in.Body.Tabs {
			tabs = append(tabs, firm.Tab(t))
		}
		return s.Firms.SetTabs(ctx, firmapp.SetTabs{By: by, ID: practice, Tabs: tabs})
	})
}

func (s *Server) putContact(ctx context.Context, in *putSetting[ContactTab]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		c := firm.Contact{Phone: in.Body.Phone, Address: in.Body.Address, Hours: in.Body.Hours}
		for i, p := range in.Body.People {
			id := uuid.UUID(p.ID)
			if id == uuid.Nil { // the same one when the same command comes again
				id = uuid.NewSHA1(commands, fmt.Appendf(nil, "contact person\x00%s\x00%d", by.Command, i))
			}
			c.People = append(c.People, firm.Person{ID: id, Name: p.Name, Role: p.Role, Email: p.Email, Phone: p.Phone})
		}
		return s.Firms.SetContact(ctx, firmapp.SetContact{By: by, ID: practice, Contact: c})
	})
}

func (s *Server) putMail(ctx context.Context, in *putSetting[MailSender]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetMailSender(ctx, firmapp.SetMailSender{By: by, ID: practice, Name: in.Body.Sender, ReplyTo: in.Body.ReplyTo})
	})
}

func (s *Server) putAccess(ctx context.Context, in *putSetting[AccessPolicy]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SetAccess(ctx, firmapp.SetAccess{By: by, ID: practice, Access: firm.AccessPolicy{
			Access: firm.Access(in.Body.Access), LinkPassword: in.Body.LinkPassword, ExpiryDays: in.Body.ExpiryDays,
		}})
	})
}

func (s *Server) putStaffFactor(ctx context.Context, in *putSetting[StaffFactor]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.RequireStaffFactor(ctx, firmapp.RequireStaffFactor{By: by, ID: practice, Required: in.Body.Required})
	})
}

var errBase64 = fault.New(fault.Invalid, "api.base64", "The picture is not base64. Encode its bytes by the standard alphabet, with padding.")

func (s *Server) putLogo(ctx context.Context, in *putSetting[Picture]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		source, err := base64.StdEncoding.DecodeString(in.Body.Picture)
		if err != nil {
			return es.Result{}, errBase64
		}
		return s.Firms.SetLogo(ctx, firmapp.SetLogo{By: by, ID: practice, Logo: by.Command, Source: source})
	})
}

func (s *Server) deleteLogo(ctx context.Context, in *Idempotent) (*body[Settings], error) {
	return s.changed(ctx, in.Key, "logo", func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.RemoveLogo(ctx, firmapp.RemoveLogo{By: by, ID: practice})
	})
}

func (s *Server) putVideo(ctx context.Context, in *putSetting[VideoLink]) (*body[Settings], error) {
	return s.changed(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.LinkVideo(ctx, firmapp.LinkVideo{By: by, ID: practice, Title: in.Body.Title, URL: in.Body.URL})
	})
}

// VideoLink is a film elsewhere.
type VideoLink struct {
	Title string `json:"title" doc:"1 to 120 letters"`
	URL   string `json:"url" doc:"Address of the film, with TLS"`
}

func (s *Server) deleteVideo(ctx context.Context, in *Idempotent) (*body[Settings], error) {
	return s.changed(ctx, in.Key, "video", func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.RemoveVideo(ctx, firmapp.RemoveVideo{By: by, ID: practice})
	})
}

// Terms is what people accept before they come in.
type Terms struct {
	Version     int         `json:"version" doc:"1: those that come with the portal"`
	Texts       []TermsText `json:"texts" doc:"Empty: those that come with the portal"`
	PublishedAt *Time       `json:"published_at,omitempty" doc:"Absent: they come with the portal"`
}

// TermsText is the terms in one language.
type TermsText struct {
	Language string `json:"language"`
	Text     string `json:"text" doc:"Markdown, up to 60,000 letters"`
}

// TermsTexts is another version of the terms.
type TermsTexts struct {
	Texts []TermsText `json:"texts" doc:"One a language; that of the default language is there"`
}

func (s *Server) getTerms(ctx context.Context, _ *struct{}) (*body[Terms], error) {
	t, err := s.FirmDB.Terms(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	out := Terms{Version: t.Version, Texts: []TermsText{}}
	for _, text := range t.Texts {
		out.Texts = append(out.Texts, TermsText(text))
	}
	if len(t.Texts) > 0 {
		at := Time(t.PublishedAt)
		out.PublishedAt = &at
	}
	return &body[Terms]{Body: out}, nil
}

func (s *Server) publishTerms(ctx context.Context, in *putSetting[TermsTexts]) (*body[Terms], error) {
	err := s.setting(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		texts := make([]firm.TermsText, 0, len(in.Body.Texts))
		for _, t := range in.Body.Texts {
			texts = append(texts, firm.TermsText(t))
		}
		return s.Firms.PublishTerms(ctx, firmapp.PublishTerms{By: by, ID: practice, Texts: texts})
	})
	if err != nil {
		return nil, err
	}
	return s.getTerms(ctx, nil)
}

// HelpArticle is one of the practice's own articles of the portal's help.
type HelpArticle struct {
	ID       ID     `json:"id"`
	Language string `json:"language" doc:"Empty: for every language"`
	Title    string `json:"title"`
	Text     string `json:"text" doc:"Markdown"`
	SavedAt  Time   `json:"saved_at"`
}

// HelpText is what a person writes of an article.
type HelpText struct {
	Language string `json:"language,omitempty" doc:"Of en, es, de, fr, et; empty: for every language"`
	Title    string `json:"title" doc:"1 to 120 letters"`
	Text     string `json:"text" doc:"Markdown, 1 to 20,000 letters; no pictures and no HTML"`
}

func showArticle(a firmapp.Article) HelpArticle {
	return HelpArticle{ID: ID(a.ID), Language: a.Language, Title: a.Title, Text: a.Text, SavedAt: Time(a.SavedAt)}
}

func (s *Server) listArticles(ctx context.Context, _ *struct{}) (*body[Page[HelpArticle]], error) {
	rows, err := s.FirmDB.Articles(ctx, from(ctx).Firm, "")
	if err != nil {
		return nil, err
	}
	return page(rows, "", showArticle), nil
}

type putArticle struct {
	ByID
	Idempotent
	Body HelpText
}

func (s *Server) putArticle(ctx context.Context, in *putArticle) (*body[HelpArticle], error) {
	id, err := in.parse(firm.ErrArticleNotFound)
	if err != nil {
		return nil, err
	}
	err = s.setting(ctx, in.Key, in.Body, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.SaveArticle(ctx, firmapp.SaveArticle{By: by, ID: practice, Article: id, Language: in.Body.Language, Title: in.Body.Title, Text: in.Body.Text})
	})
	if err != nil {
		return nil, err
	}
	rows, err := s.FirmDB.Articles(ctx, from(ctx).Firm, "")
	for _, a := range rows {
		if a.ID == id {
			return &body[HelpArticle]{Body: showArticle(a)}, err
		}
	}
	if err == nil {
		err = firm.ErrArticleNotFound
	}
	return nil, err
}

func (s *Server) deleteArticle(ctx context.Context, in *deleteTemplate) (*struct{}, error) {
	id, err := in.parse(firm.ErrArticleNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.setting(ctx, in.Key, in.ID, func(by es.By, practice uuid.UUID) (es.Result, error) {
		return s.Firms.RemoveArticle(ctx, firmapp.RemoveArticle{By: by, ID: practice, Article: id})
	})
}
