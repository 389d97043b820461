package views

import "github.com/google/uuid"

// PortalTalks are all talks of a contact with the practice, the newest first (S4.10).
type PortalTalks struct {
	Portal
	Talks []TalkLine
}

// File implements Page.
func (PortalTalks) File() string { return "portal_talks.html" }

// TalkLine is the talk on one task, with its newest message.
type TalkLine struct {
	ID      uuid.UUID // the task's
	Title   string
	Href    string
	News    string // how many messages are new; empty: none
	By, At  string
	Text    string // empty: it has files only
	Files   []TaskFile
	Late    string // of those that aren't shown yet
	Deleted bool
}

// TalksLink leads to them.
type TalksLink struct{ Href, Word, News string }

// ContactTalk is what the practice and a contact have said to each other on all tasks, in order of time.
type ContactTalk struct {
	Shell
	Contact  uuid.UUID
	Name     string
	Lines    []ContactTalkLine
	Older    string // address; empty: there is nothing older
	Newest   string // likewise, where this isn't the newest part
	Unread   int
	Reads    []string // what marks it as read: "task message"
	Command  uuid.UUID
	Message  uuid.UUID
	About    []Choice // tasks that take messages
	Task     string
	Talks    []Choice
	Talk     string
	People   []Colleague // who can be mentioned
	Typed    string
	Max      int
	Problems Problems
}

// File implements Page.
func (ContactTalk) File() string { return "contact_talk.html" }

// ContactTalkLine is one message and the task on which it was said.
type ContactTalkLine struct {
	ThreadLine
	Task  uuid.UUID
	Title string
}
