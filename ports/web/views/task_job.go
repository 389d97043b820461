package views

import "github.com/google/uuid"

// TaskActs is what a form says is to be done to many tasks.
type TaskActs struct {
	ID       uuid.UUID // of the job
	Command  uuid.UUID
	All      bool // all that match
	Act      string
	Owner    string // an id
	Due      string
	Priority string
	Part     string
	Outcome  string
	Reason   string // of closing

	ReopenReason string
	Problems     Problems
}

// TaskJob is one thing that is done to many: of an assignment its preview, then how far it is, then what came of it.
type TaskJob struct {
	Shell
	ID, Command uuid.UUID
	What        string
	Reason      string
	Chosen      string // how the targets were chosen
	At          When
	Total       int
	Assigns     bool // it gives a task to clients

	Draft, Holding, Running, Stopping, Undone, Halted bool

	Seconds               int // of the hold that are left
	Did, Refused, Waiting int

	Ready   int // clients who would be asked
	Reasons []Reason

	Chips []Chip
	Rows  []TaskJobRow
	Pager Pager
}

// TaskJobRow is one target of a job.
type TaskJobRow struct {
	No         int
	Title      string
	Href       string // of the task; empty: it is not there yet, or not for who looks
	Client     uuid.UUID
	ClientName string // empty: none
	Badge      Badge
	Note       string
}

// TaskJobs are what was done to many lately.
type TaskJobs struct {
	Shell
	Rows  []TaskJobLine
	Empty Empty
}

// TaskJobLine is one earlier job.
type TaskJobLine struct {
	ID      uuid.UUID
	What    string
	Assigns bool
	Chosen  string
	Targets int
	At      When
}

// File names the template.
func (TaskJob) File() string  { return "task_job.html" }
func (TaskJobs) File() string { return "task_jobs.html" }

// TaskTemplates are what a practice asks for again and again.
type TaskTemplates struct {
	Shell
	Rows  []TaskTemplateLine
	Empty Empty
}

// TaskTemplateLine is one template.
type TaskTemplateLine struct {
	ID                     uuid.UUID
	Name, Title, Kind, Due string
	Href                   string // of a form that is made from it
	Repeats                bool
}

// File names the template.
func (TaskTemplates) File() string { return "task_templates.html" }

// Next is the command id of one more form.
func (TaskTemplates) Next() uuid.UUID { return uuid.Must(uuid.NewV7()) }
