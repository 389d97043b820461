package form

import (
	"context"
	"time"

	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// Reader reads the read model of questionnaires. Every method is scoped to one firm.
type Reader interface {
	// Forms are the practice's, those that are in use first, then by title.
	Forms(ctx context.Context, firm int32) ([]Row, error)
	// Draft is what stands there now, published or not; an unknown one is form.ErrNotFound of the domain.
	Draft(ctx context.Context, firm int32, form uuid.UUID) (Draft, error)
	// Version is the nth that was published; an unknown one is form.ErrVersion.
	Version(ctx context.Context, firm int32, form uuid.UUID, n int) (questionnaire.Questionnaire, error)
}

// Row is one line of the list of questionnaires.
type Row struct {
	ID          uuid.UUID
	Title       string
	Sections    int
	Fields      int
	Versions    int // that were published
	Changed     bool
	ChangedAt   time.Time // the last change, or publication
	PublishedAt time.Time // of the newest version; zero: there is none
	ArchivedAt  time.Time // zero: it is in use
}

// Draft is a questionnaire as the practice works on it.
type Draft struct {
	ID uuid.UUID
	questionnaire.Questionnaire
	Versions int
	Changed  bool // since the newest version
	Archived bool
}
