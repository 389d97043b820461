package firm

import (
	"slices"

	"portico/domain/firm"

	"github.com/google/uuid"
)

// Logo is a picture as pages need it; the zero ID is none.
type Logo struct {
	ID            uuid.UUID
	Media         string
	Width, Height int // pixels
}

// Portal is how a practice's portal looks and what it offers, each setting as it stands: with the product's own where
// the practice has said nothing. It is a fold of the practice's events, and starts as NewPortal.
type Portal struct {
	Practice
	Languages    []string // offered, in the order of lists; never empty
	Language     string   // of people who have chosen none; one of Languages
	Tabs         []firm.Tab
	Contact      firm.Contact
	Video        firm.Video
	MailSender   string // the name that mails to clients come in; empty: the practice's
	MailReplyTo  string // where answers go; empty: where each mail says
	TermsVersion int    // firm.StandardTerms until the practice has published some
	Access       firm.AccessPolicy
	StaffFactor  bool // everybody of the practice needs a second factor
}

// NewPortal is the portal of a practice that has said nothing yet.
func NewPortal(no int32, id uuid.UUID) Portal {
	return Portal{
		Practice: Practice{No: no, ID: id, Button: firm.DefaultButton, Hue: firm.DefaultHue}, Languages: firm.Languages(), Language: firm.DefaultLanguage,
		Tabs: firm.DefaultTabs(), TermsVersion: firm.StandardTerms, Access: firm.DefaultAccess(),
	}
}

// Apply assigns what e says.
func (p Portal) Apply(e firm.Event) Portal {
	switch e := e.(type) {
	case firm.Founded:
		p.Name, p.Email, p.Zone = e.Name, e.Email, e.Zone
	case firm.ProfileSet:
		p.Name, p.Email, p.Zone = e.Name, e.Email, e.Zone
	case firm.UploadLimitsSet:
		p.Limits = firm.Limits(e)
	case firm.UploadWordingSet:
		p.Button = e.Button
	case firm.AccentSet:
		p.Hue = e.Hue
	case firm.LogoSet:
		p.Logo = Logo{ID: e.Logo, Media: e.Media, Width: e.Width, Height: e.Height}
	case firm.LogoRemoved:
		p.Logo = Logo{}
	case firm.LanguagesSet:
		p.Languages, p.Language = e.Offered, e.Default
	case firm.ContactTabSet:
		p.Contact = contact(e)
	case firm.VideoLinked:
		p.Video = firm.Video{Title: e.Title, URL: e.URL}
	case firm.VideoUploaded:
		p.Video = firm.Video{Title: e.Title, ID: e.Video, Media: e.Media, Bytes: e.Bytes, SHA256: e.SHA256}
	case firm.VideoRemoved:
		p.Video = firm.Video{}
	case firm.MailSenderSet:
		p.MailSender, p.MailReplyTo = e.Name, e.ReplyTo
	case firm.TermsPublished:
		p.TermsVersion = e.Version
	case firm.TabsSet:
		p.Tabs = e.Tabs
	case firm.AccessSet:
		p.Access = firm.AccessPolicy(e)
	case firm.StaffFactorSet:
		p.StaffFactor = e.Required
	case firm.UploadPolicySet, firm.UploadsSwitched, firm.MessageTemplateSaved, firm.MessageTemplatePurposeSet, firm.MessageTemplateRemoved, firm.ArticleSaved, firm.ArticleRemoved:
		// They have lists of their own.
	}
	return p
}

func contact(e firm.ContactTabSet) firm.Contact {
	c := firm.Contact{Phone: e.Phone, Address: e.Address, Hours: e.Hours}
	for _, who := range e.People {
		if who.Name.Erased {
			continue // nobody is left to turn to
		}
		c.People = append(c.People, firm.Person{ID: who.ID, Name: who.Name.Text, Role: who.Role.Text, Email: who.Email.Text, Phone: who.Phone.Text})
	}
	return c
}

// Uses tells whether the practice uses a tab. The film's is there where there is a film.
func (p Portal) Uses(t firm.Tab) bool {
	return slices.Contains(p.Tabs, t) && (t != firm.VideoTab || p.Video != firm.Video{})
}

// Offers tells whether the portal is offered in a language.
func (p Portal) Offers(language string) bool { return slices.Contains(p.Languages, language) }
