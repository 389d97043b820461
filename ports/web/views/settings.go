package views

import (
	"portico/domain/account"

	"github.com/google/uuid"
)

// UploadSettings is how files come in to a practice, and its texts for links.
type UploadSettings struct {
	Settings

	Presets []Choice // of the time for corrections, by their sentence
	Other   string   // the choice that is none of them
	Window  string   // the one that is chosen
	Minutes string
	Deliver string // "after", "at_once"

	MaxFile  string // in MB, empty for no limit of its own
	MostFile string // what the product takes, "4.999342 GB"
	Quota    string // in GB, empty for none
	Use      StorageUse

	Button string

	TasksOff bool // clients put no files on tasks

	Templates TemplateList
}

// StorageUse is how much is kept for a practice.
type StorageUse struct {
	Words   string // "46.5 GB of 50 GB used (93 %)"
	Limited bool
	Fill    int // percent of the limit, more than 100 where it was lowered
}

// StorageFull is the warning on every page when little room is left.
type StorageFull struct {
	Over  bool // nothing more comes in
	Fill  int  // percent
	Words string
}

// TemplateList are the templates for one purpose. Full tells that there is no room for another one, of either.
type TemplateList struct {
	Purpose, Heading, Lead string
	Lines                  []TemplateLine
	Most                   int
	Full                   bool
	Role                   account.Role // of the reader
}

// May tells what the list offers.
func (l TemplateList) May(right account.Right) bool { return l.Role.May(right) }

// TemplateLine is one template in a list, with its first words.
type TemplateLine struct {
	ID          uuid.UUID
	Name, Start string
}

// Template is the form of one template.
type Template struct {
	Shell
	ID, Command uuid.UUID
	New         bool
	Name, Text  string
	Purpose     string
	Back        Choice // the page of settings that has it in a list
	Problems    Problems
}

// TemplateChoice is one template of the form for a new link.
type TemplateChoice struct{ Value, Word, Text string }

// File names the template.
func (UploadSettings) File() string { return "settings_uploads.html" }
func (Template) File() string       { return "settings_template.html" }
