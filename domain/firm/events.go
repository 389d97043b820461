package firm

import (
	"time"

	"portico/domain/event"

	"github.com/google/uuid"
)

// Kind is the aggregate's name in streams and in the stored names of its events.
const Kind event.Kind = "firm"

// Stream is the history of one practice.
func Stream(firm uuid.UUID) event.Stream { return event.Stream{Kind: Kind, ID: firm} }

// Event is one fact about a practice. The list in this file is the whole list. Who acted is on the record of each.
//
//sumtype:decl
type Event interface {
	event.Event
	firm()
}

// Founded opens the practice. Its name, address and zone are facts: a practice trades under them.
type Founded struct {
	Name  string `json:"name" es:"fact"`
	Email string `json:"email" es:"fact"` // the practice's own address, printed in its mails
	Zone  string `json:"zone" es:"fact"`  // IANA, "Europe/London"
}

// UploadPolicySet states the correction window of one channel from now on (U2).
type UploadPolicySet struct {
	Channel  Channel `json:"channel" es:"fact"`
	WindowMS int64   `json:"window_ms" es:"fact"`
	Deliver  Deliver `json:"deliver" es:"fact"`
}

// UploadsSwitched says whether clients may send files on a channel from now on (S2.2, S2.14).
type UploadsSwitched struct {
	Channel Channel `json:"channel" es:"fact"`
	Off     bool    `json:"off" es:"fact"`
}

// UploadLimitsSet states how much may come in, from now on. 0 is no limit of the practice's own.
type UploadLimitsSet struct {
	MaxFileBytes int64 `json:"max_file_bytes" es:"fact"` // of one file
	QuotaBytes   int64 `json:"quota_bytes" es:"fact"`    // of all files that are kept for the practice
}

// UploadWordingSet states the label of the button in the mail with an upload link.
type UploadWordingSet struct {
	Button string `json:"button" es:"fact"`
}

// MessageTemplateSaved makes or changes one of the practice's own texts for messages. It names
// nobody: a text for one client is a message, which is sealed.
type MessageTemplateSaved struct {
	Template uuid.UUID `json:"template" es:"id"`
	Name     string    `json:"name" es:"fact"`
	Text     string    `json:"text" es:"fact"`
}

// MessageTemplatePurposeSet says what a text is for. One of which nothing was said is for the messages of upload links.
type MessageTemplatePurposeSet struct {
	Template uuid.UUID `json:"template" es:"id"`
	Purpose  Purpose   `json:"purpose" es:"fact"`
}

// MessageTemplateRemoved takes one of these texts away. Messages that were made from it stay.
type MessageTemplateRemoved struct {
	Template uuid.UUID `json:"template" es:"id"`
}

// ProfileSet states what the practice is called, its own address and its zone, from now on. All three are there.
type ProfileSet struct {
	Name  string    `json:"name" es:"fact"`
	Email string    `json:"email" es:"fact"`
	Zone  string    `json:"zone" es:"fact"`
	At    time.Time `json:"at" es:"fact"` // what is signed in the practice's name says what it was called at the time
}

// AccentSet states the hue of the practice's pages, in degrees.
type AccentSet struct {
	Hue int `json:"hue" es:"fact"`
}

// LogoSet says which picture stands for the practice. It was written anew by us; its bytes are kept elsewhere under its id.
type LogoSet struct {
	Logo     uuid.UUID `json:"logo" es:"id"`
	Media    string    `json:"media" es:"fact"` // "image/png", "image/svg+xml"
	Width    int       `json:"width" es:"fact"` // as it is meant to be seen, in pixels
	Height   int       `json:"height" es:"fact"`
	Bytes    int64     `json:"bytes" es:"fact"`
	SHA256   string    `json:"sha256" es:"fact"`
	Replaced uuid.UUID `json:"replaced,omitzero" es:"id"` // the one before, whose bytes can go
}

// LogoRemoved says that none does any more.
type LogoRemoved struct {
	Logo uuid.UUID `json:"logo" es:"id"`
}

// LanguagesSet states in which languages the portal is offered, and which one is for people who have chosen none.
type LanguagesSet struct {
	Offered []string `json:"offered" es:"fact"` // BCP 47, "de", in the product's order
	Default string   `json:"default" es:"fact"`
}

// ContactTabSet states what the portal says about how to reach the practice (S4.11). Empty texts aren't shown.
type ContactTabSet struct {
	People  []ContactPerson `json:"people" es:"nested"`
	Phone   string          `json:"phone" es:"fact"`   // the practice's, as people write it
	Address string          `json:"address" es:"fact"` // of several lines
	Hours   string          `json:"hours" es:"fact"`   // of several lines
}

// ContactPerson is somebody of the practice whom clients may turn to. ID is the subject of what is personal.
type ContactPerson struct {
	ID    uuid.UUID      `json:"id" es:"id"`
	Name  event.Personal `json:"name" es:"personal"`
	Role  event.Personal `json:"role" es:"personal"` // "Payroll"; may be empty, as the following
	Email event.Personal `json:"email" es:"personal"`
	Phone event.Personal `json:"phone" es:"personal"`
}

// ArticleSaved makes or changes one of the practice's own articles of the portal's help (S4.12).
type ArticleSaved struct {
	Article  uuid.UUID `json:"article" es:"id"`
	Language string    `json:"language" es:"fact"` // BCP 47; empty: for every language
	Title    string    `json:"title" es:"fact"`
	Text     string    `json:"text" es:"fact"` // Markdown
}

// ArticleRemoved takes one of them away.
type ArticleRemoved struct {
	Article uuid.UUID `json:"article" es:"id"`
}

// VideoLinked says that the portal explains itself by a film of another site (S4.12).
type VideoLinked struct {
	Title    string    `json:"title" es:"fact"`
	URL      string    `json:"url" es:"fact"`
	Replaced uuid.UUID `json:"replaced,omitzero" es:"id"` // the film of the practice's own before it, whose bytes can go
}

// VideoUploaded says that it does by a film of the practice's own, whose bytes are kept elsewhere under its id.
type VideoUploaded struct {
	Title    string    `json:"title" es:"fact"`
	Video    uuid.UUID `json:"video" es:"id"`
	Media    string    `json:"media" es:"fact"` // "video/mp4", "video/webm"
	Bytes    int64     `json:"bytes" es:"fact"`
	SHA256   string    `json:"sha256" es:"fact"`
	Replaced uuid.UUID `json:"replaced,omitzero" es:"id"`
}

// VideoRemoved says that there is no film any more.
type VideoRemoved struct {
	Replaced uuid.UUID `json:"replaced,omitzero" es:"id"`
}

// MailSenderSet states in whose name the mails to clients come, and where answers to them go. What is empty is left to
// each mail.
type MailSenderSet struct {
	Name    string `json:"name" es:"fact"`
	ReplyTo string `json:"reply_to" es:"fact"`
}

// TermsPublished is a version of the terms that people accept before they come in; everybody is asked again (S3.i13).
type TermsPublished struct {
	Version int         `json:"version" es:"fact"`
	Texts   []TermsText `json:"texts" es:"nested"` // one a language; that of the default language is there
	At      time.Time   `json:"at" es:"fact"`
}

// TermsText is the terms in one language.
type TermsText struct {
	Language string `json:"language" es:"fact"` // BCP 47
	Text     string `json:"text" es:"fact"`     // Markdown
}

// TabsSet states which parts of the portal the practice uses, beyond those that are always there.
type TabsSet struct {
	Tabs []Tab `json:"tabs" es:"fact"` // in the product's order
}

// AccessSet states how people come in where an invitation says nothing else, and how long it is good for.
type AccessSet struct {
	Access       Access `json:"access" es:"fact"`
	LinkPassword bool   `json:"link_password" es:"fact"` // who comes in by link chooses a password on the first visit (S4.5)
	ExpiryDays   int    `json:"expiry_days" es:"fact"`
}

// StaffFactorSet states whether everybody of the practice needs a second factor.
type StaffFactorSet struct {
	Required bool `json:"required" es:"fact"`
}

// Access is how a person comes in.
type Access string

// The two ways. Their words are stored, and are those of invitations.
const (
	ByAccount Access = "account" // with a password or passkey of their own, and the terms accepted
	ByLink    Access = "link"    // with the link of the mail
)

// Tab is one part of the portal.
type Tab string

// The tabs. Their words are stored. Home and help are always there, and so are settings.
const (
	TodosTab    Tab = "todos"
	FilesTab    Tab = "files"
	RequestsTab Tab = "requests"
	BillingTab  Tab = "billing"
	ScheduleTab Tab = "schedule"
	ContactTab  Tab = "contact"
	VideoTab    Tab = "video"
)

// Channel is a way on which files come in.
type Channel string

// The channels. Their words are stored.
const (
	LinkChannel Channel = "link" // mailed upload links
	TaskChannel Channel = "task" // files that contacts put on tasks
)

// Deliver says when the practice sees a received file.
type Deliver string

// The two ways. Their words are stored.
const (
	After  Deliver = "after"   // when the window has ended
	AtOnce Deliver = "at_once" // when the last byte is in
)

func (Founded) EventType() string                   { return "firm.founded" }
func (UploadPolicySet) EventType() string           { return "firm.upload_policy_set" }
func (UploadsSwitched) EventType() string           { return "firm.uploads_switched" }
func (UploadLimitsSet) EventType() string           { return "firm.upload_limits_set" }
func (UploadWordingSet) EventType() string          { return "firm.upload_wording_set" }
func (MessageTemplateSaved) EventType() string      { return "firm.message_template_saved" }
func (MessageTemplateRemoved) EventType() string    { return "firm.message_template_removed" }
func (MessageTemplatePurposeSet) EventType() string { return "firm.message_template_purpose_set" }
func (ProfileSet) EventType() string                { return "firm.profile_set" }
func (AccentSet) EventType() string                 { return "firm.accent_set" }
func (LogoSet) EventType() string                   { return "firm.logo_set" }
func (LogoRemoved) EventType() string               { return "firm.logo_removed" }
func (LanguagesSet) EventType() string              { return "firm.languages_set" }
func (ContactTabSet) EventType() string             { return "firm.contact_tab_set" }
func (ArticleSaved) EventType() string              { return "firm.article_saved" }
func (ArticleRemoved) EventType() string            { return "firm.article_removed" }
func (VideoLinked) EventType() string               { return "firm.video_linked" }
func (VideoUploaded) EventType() string             { return "firm.video_uploaded" }
func (VideoRemoved) EventType() string              { return "firm.video_removed" }
func (MailSenderSet) EventType() string             { return "firm.mail_sender_set" }
func (TermsPublished) EventType() string            { return "firm.terms_published" }
func (TabsSet) EventType() string                   { return "firm.tabs_set" }
func (AccessSet) EventType() string                 { return "firm.access_set" }
func (StaffFactorSet) EventType() string            { return "firm.staff_factor_set" }

func (Founded) firm()                   {}
func (UploadPolicySet) firm()           {}
func (UploadsSwitched) firm()           {}
func (UploadLimitsSet) firm()           {}
func (UploadWordingSet) firm()          {}
func (MessageTemplateSaved) firm()      {}
func (MessageTemplateRemoved) firm()    {}
func (MessageTemplatePurposeSet) firm() {}
func (ProfileSet) firm()                {}
func (AccentSet) firm()                 {}
func (LogoSet) firm()                   {}
func (LogoRemoved) firm()               {}
func (LanguagesSet) firm()              {}
func (ContactTabSet) firm()             {}
func (ArticleSaved) firm()              {}
func (ArticleRemoved) firm()            {}
func (VideoLinked) firm()               {}
func (VideoUploaded) firm()             {}
func (VideoRemoved) firm()              {}
func (MailSenderSet) firm()             {}
func (TermsPublished) firm()            {}
func (TabsSet) firm()                   {}
func (AccessSet) firm()                 {}
func (StaffFactorSet) firm()            {}
