package notify

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// letters is what mails say about one link. Like every fold's state it belongs to its fold: Apply reuses its memory.
type letters struct {
	sender     uuid.UUID
	message    string
	wanted     []string
	expiresAt  time.Time
	zone       string
	revoked    bool
	recipients map[uuid.UUID]*addressee
	files      map[uuid.UUID]*arrival
	released   map[uuid.UUID][]uuid.UUID // files by batch
	version    int                       // of the newest event
	pleas      []plea                    // oldest first
}

type addressee struct {
	person     Person
	generation int       // of the newest secret
	handedOver int       // the newest generation that a mail server took
	askedAt    time.Time // for a new link, unanswered; zero: does not ask
	note       string    // with it
}

type arrival struct {
	File
	batch, recipient uuid.UUID
	at               time.Time
	atOnce           bool
	deleted          bool
	infected         bool
	held             bool
	finding          string // what was found in it, or why it could not be scanned
}

// plea is a file that was asked back, and what became of that.
type plea struct {
	file     uuid.UUID
	reason   string
	asked    int // version of the request
	at       time.Time
	answered int // version of the answer; 0: none yet
	accepted bool
	answer   string // of a refusal
}

// Apply assigns what e says.
func (l letters) Apply(e uploadlink.Event) letters {
	l.version++
	switch e := e.(type) {
	case uploadlink.Issued:
		l.issue(e)
	case uploadlink.Resent:
		for _, s := range e.Secrets {
			if r := l.recipients[s.Recipient]; r != nil {
				r.generation, r.askedAt = s.Generation, time.Time{}
			}
		}
	case uploadlink.AddressCorrected:
		if r := l.recipients[e.Recipient]; r != nil {
			r.person, r.generation, r.askedAt = Person{Name: e.Name.Text, Email: e.Email.Text}, e.Generation, time.Time{}
		}
	case uploadlink.NewLinkRequested:
		if r := l.recipients[e.Recipient]; r != nil {
			r.askedAt, r.note = e.At, e.Note.Text
		}
	case uploadlink.NewLinkRequestDismissed:
		if r := l.recipients[e.Recipient]; r != nil {
			r.askedAt = time.Time{}
		}
	case uploadlink.Extended:
		l.expiresAt, l.zone = e.ExpiresAt, e.Zone
		for _, r := range l.recipients {
			r.askedAt = time.Time{}
		}
	case uploadlink.Revoked:
		l.revoked = true
	case uploadlink.MailHandedOver:
		if r := l.recipients[e.Recipient]; r != nil {
			r.handedOver = max(r.handedOver, e.Generation)
		}
	case uploadlink.FileReceived:
		l.files[e.File] = &arrival{
			File:  File{Name: e.Name.String(), Size: e.Size, Late: e.Late},
			batch: e.Batch, recipient: e.Recipient, at: e.ReceivedAt, atOnce: e.Delivered,
		}
	case uploadlink.FileRenamed:
		if f := l.files[e.File]; f != nil {
			f.Name = e.Name.String()
		}
	case uploadlink.FileDeleted:
		if f := l.files[e.File]; f != nil {
			f.deleted = true
		}
	case uploadlink.BatchReleased:
		l.released[e.Batch] = e.Files
	case uploadlink.FileScanned:
		if f := l.files[e.File]; f != nil {
			f.Unscanned, f.infected, f.held = e.Verdict == uploadlink.NotScanned, e.Verdict == uploadlink.Infected, e.Held
			f.finding = e.Finding + e.Reason // one of the two is empty
		}
	case uploadlink.WithdrawalRequested:
		l.pleas = append(l.pleas, plea{file: e.File, reason: e.Reason.Text, asked: l.version, at: e.At})
	case uploadlink.WithdrawalAccepted:
		l.answer(e.File, true, "")
	case uploadlink.WithdrawalRefused:
		l.answer(e.File, false, e.Reason.Text)
	case uploadlink.Expired, uploadlink.MailDelivered, uploadlink.MailBounced, uploadlink.MailGaveUp, uploadlink.Redeemed, uploadlink.Copied, uploadlink.TransferStarted,
		uploadlink.TransferAbandoned, uploadlink.BatchOpened, uploadlink.BatchCancelled,
		uploadlink.ScanAwaited, uploadlink.BatchSealed, uploadlink.QuarantineEmptied:
		// No mail says anything about them.
	}
	return l
}

func (l *letters) issue(e uploadlink.Issued) {
	l.sender, l.message, l.expiresAt, l.zone = e.Sender, e.Message.Text, e.ExpiresAt, e.Zone
	l.recipients, l.files, l.released = map[uuid.UUID]*addressee{}, map[uuid.UUID]*arrival{}, map[uuid.UUID][]uuid.UUID{}
	for _, w := range e.Wanted {
		l.wanted = append(l.wanted, w.String())
	}
	for _, r := range e.Recipients {
		l.recipients[r.ID] = &addressee{person: Person{Name: r.Name.Text, Email: r.Email.Text}, generation: 1}
	}
}

// delivered are the files of batch that the practice has, in order of arrival, and who sent them.
func (l letters) delivered(batch uuid.UUID) (from Person, files []File) {
	released := l.released[batch]
	all := slices.SortedFunc(maps.Keys(l.files), func(a, b uuid.UUID) int {
		return cmp.Or(l.files[a].at.Compare(l.files[b].at), bytes.Compare(a[:], b[:]))
	})
	for _, id := range all {
		f := l.files[id]
		if f.batch != batch || f.deleted || f.infected || (!f.atOnce && !slices.Contains(released, id)) {
			continue
		}
		if r := l.recipients[f.recipient]; r != nil {
			from = r.person
		}
		files = append(files, f.File)
	}
	return from, files
}

// answer completes the newest plea for a file. A withdrawn one is in no later notice.
func (l *letters) answer(file uuid.UUID, accepted bool, why string) {
	for i := len(l.pleas) - 1; i >= 0; i-- {
		if p := &l.pleas[i]; p.file == file {
			p.answered, p.accepted, p.answer = l.version, accepted, why
			break
		}
	}
	if f := l.files[file]; f != nil && accepted {
		f.deleted = true
	}
}
