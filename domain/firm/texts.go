package firm

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// DefaultButton is what the button of a mail says where the practice has no words of its own (rule 5, S1.9).
const DefaultButton = "Upload Files"

// How much the practice's own words may be (rules 5, 6), in letters.
const (
	MaxButton       = 40
	MaxTemplates    = 100
	MaxTemplateName = 80
	MaxTemplateText = 5_000 // as much as the message of a link holds
)

// What can be wrong with the practice's own words.
var (
	ErrButton = fault.New(fault.Invalid, "firm.button",
		"The button has 1 to 40 letters. Shorten it, or write “Upload Files”.")
	ErrTemplateName = fault.New(fault.Invalid, "firm.template_name",
		"A template has a name of 1 to 80 letters that no other template has.")
	ErrTemplateText = fault.New(fault.Invalid, "firm.template_text",
		"A template has a text of 1 to 5,000 letters.")
	ErrPurpose = fault.New(fault.Invalid, "firm.template_purpose",
		"A template is for links or for invitations. Choose one of the two.")
	ErrTemplates = fault.New(fault.Conflict, "firm.templates",
		"There are 100 templates, and no more fit. Remove one that nobody uses.")
	ErrTemplateNotFound = fault.New(fault.NotFound, "firm.template_not_found",
		"This template is not there, or no longer. Reload the page to see those that are.")
)

type template struct {
	name, text string
	purpose    Purpose
}

// Purpose is what a template is for.
type Purpose string

// The purposes. Their words are stored.
const (
	ForLink       Purpose = "link"       // the messages of upload links
	ForInvitation Purpose = "invitation" // those of invitations into the portal
)

// Purposes are all of them.
func Purposes() []Purpose { return []Purpose{ForLink, ForInvitation} }

// SetUploadWording states what the button of the mail with a link says from the next mail on (rule 5). What it says
// already is no event. It refuses with ErrNotFound, ErrButton.
func (f Firm) SetUploadWording(button string) ([]Event, error) {
	button = oneLine(button)
	now := f.button
	if now == "" {
		now = DefaultButton
	}
	switch n := utf8.RuneCountInString(button); {
	case !f.founded:
		return nil, ErrNotFound
	case n == 0:
		return nil, ErrButton
	case n > MaxButton:
		return nil, ErrButton.Withf("The button has %d letters; at most %d fit. Shorten it.", n, MaxButton)
	case button == now:
		return nil, nil
	}
	return []Event{UploadWordingSet{Button: button}}, nil
}

// SaveTemplate makes the template id, or changes it where it is there (rule 6). What stands so already is no event. An
// empty purpose leaves it what it is for. It refuses with ErrNotFound, ErrTemplateName, ErrTemplateText, ErrPurpose,
// ErrTemplates.
func (f Firm) SaveTemplate(id uuid.UUID, name, text string, purpose Purpose) ([]Event, error) {
	name, text = oneLine(name), manyLines(text)
	there, ok := f.templates[id]
	now := cmp.Or(there.purpose, ForLink)
	purpose = cmp.Or(purpose, now)
	switch n, m := utf8.RuneCountInString(name), utf8.RuneCountInString(text); {
	case !f.founded:
		return nil, ErrNotFound
	case n == 0:
		return nil, ErrTemplateName.Withf("Give the template a name, so that you find it again.")
	case n > MaxTemplateName:
		return nil, ErrTemplateName.Withf("The name has %d letters; at most %d fit. Shorten it.", n, MaxTemplateName)
	case m == 0:
		return nil, ErrTemplateText.Withf("Write the text of the template.")
	case m > MaxTemplateText:
		return nil, ErrTemplateText.Withf("The text has %d letters; at most %d fit. Shorten it.", m, MaxTemplateText)
	case !slices.Contains(Purposes(), purpose):
		return nil, ErrPurpose
	case ok && there == (template{name, text, purpose}):
		return nil, nil
	case !ok && len(f.templates) >= MaxTemplates:
		return nil, ErrTemplates
	}
	for other, t := range f.templates {
		if other != id && strings.EqualFold(t.name, name) {
			return nil, ErrTemplateName.Withf("There is a template named “%s” already. Choose another name.", t.name)
		}
	}
	var events []Event
	if !ok || there.name != name || there.text != text {
		events = append(events, MessageTemplateSaved{Template: id, Name: name, Text: text})
	}
	if purpose != now {
		events = append(events, MessageTemplatePurposeSet{Template: id, Purpose: purpose})
	}
	return events, nil
}

// RemoveTemplate takes a template away (rule 6). It refuses with ErrTemplateNotFound.
func (f Firm) RemoveTemplate(id uuid.UUID) ([]Event, error) {
	if _, ok := f.templates[id]; !ok {
		return nil, ErrTemplateNotFound
	}
	return []Event{MessageTemplateRemoved{Template: id}}, nil
}

// oneLine is text with single spaces and without characters that don't show, trimmed.
func oneLine(text string) string { return strings.Join(strings.Fields(manyLines(text)), " ") }

// manyLines is text without characters that don't show but for line ends and tabs, trimmed.
func manyLines(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, text))
}
