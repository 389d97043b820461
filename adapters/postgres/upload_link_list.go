package postgres

import (
	"slices"
	"time"

	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// uploadLinkModel owns portal.upload_link, upload_recipient, upload_batch, upload_file and upload_life. It records what happened; what
// time alone has made of it since is decided when somebody reads (rule U6).
var uploadLinkModel = Model{
	Name: "upload_link_list", Version: 6, Kinds: []event.Kind{uploadlink.Kind},
	Tables: []Table{
		{
			Name: "upload_link",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "client_id uuid NOT NULL", "sender_id uuid NOT NULL", "message text NOT NULL",
				"wanted text[] NOT NULL", "issued_at timestamptz NOT NULL", "expires_at timestamptz NOT NULL", "zone text NOT NULL",
				"handed_over_at timestamptz", "bounced_at timestamptz", "redeemed_at timestamptz", "used_at timestamptz", "revoked_at timestamptz",
				"asking_at timestamptz",
			},
			Key:     []string{"id"},
			Indexes: []string{"firm_no, id DESC", "client_id, id DESC"},
			Own:     "client_id IN (SELECT portal.own_clients()) OR client_id = '00000000-0000-0000-0000-000000000000' AND sender_id IN (SELECT portal.own_senders())",
		},
		{
			Name: "upload_recipient",
			Columns: []string{
				"link_id uuid NOT NULL", "firm_no integer NOT NULL", "id uuid NOT NULL", "place integer NOT NULL", "name text NOT NULL", "email text NOT NULL",
				"generation integer NOT NULL", "mailed_at timestamptz NOT NULL", "handed_over_at timestamptz", "bounced_at timestamptz", "bounce_code text NOT NULL",
				"redeemed_at timestamptz", "used_at timestamptz", "other_at timestamptz", "asked_at timestamptz", "asking boolean NOT NULL", "note text NOT NULL",
			},
			Key:     []string{"link_id", "id"},
			Indexes: []string{"firm_no, lower(email)"},
			Own:     ofOwnLinks,
		},
		{
			Name: "upload_batch",
			Columns: []string{
				"link_id uuid NOT NULL", "firm_no integer NOT NULL", "id uuid NOT NULL", "client_id uuid NOT NULL", "recipient_id uuid NOT NULL", "state text NOT NULL",
				"opened_at timestamptz NOT NULL", "deadline timestamptz NOT NULL", "released_at timestamptz", "due_at timestamptz",
				"awaits_scan boolean NOT NULL",
			},
			Key:     []string{"link_id", "id"},
			Indexes: []string{"id", "firm_no, due_at DESC, id DESC", "client_id"},
			Own:     ofOwnLinks,
		},
		{
			Name: "upload_file",
			Columns: []string{
				"link_id uuid NOT NULL", "firm_no integer NOT NULL", "id uuid NOT NULL", "client_id uuid NOT NULL", "recipient_id uuid NOT NULL", "batch_id uuid NOT NULL",
				"name text NOT NULL", "sent_as text NOT NULL", "size bigint NOT NULL", "sha256 text NOT NULL", "media text NOT NULL", "state text NOT NULL",
				"started_at timestamptz NOT NULL", "received_at timestamptz", "delivered_at timestamptz", "due_at timestamptz", "late boolean NOT NULL", "same_as uuid NOT NULL",
				"scan text NOT NULL", "scan_note text NOT NULL",
				"asks integer NOT NULL", "asked_at timestamptz", "ask_reason text NOT NULL", "answered_at timestamptz", "answer text NOT NULL", "waits_since timestamptz",
			},
			Key:     []string{"id"},
			Indexes: []string{"link_id, recipient_id", "firm_no, due_at DESC, id DESC", "client_id", "batch_id", "firm_no, waits_since"},
			Own:     ofOwnLinks,
		},
		lifeTable,
	},
	New: func(s event.Stream, firm int32) View { return &uploadLinkView{id: s.ID, firm: firm} },
}

// ofOwnLinks is Table.Own of what belongs to a link: a link without a client is its sender's.
const ofOwnLinks = "link_id IN (SELECT portal.own_links())"

type uploadLinkView struct {
	id         uuid.UUID
	firm       int32
	issued     uploadlink.Issued
	issuedAt   time.Time
	revokedAt  time.Time
	recipients []*recipientView
	batches    []*batchView
	files      []*fileView
	life       []lifeView

	batchAt map[uuid.UUID]*batchView // batches and files by id: there may be thousands
	fileAt  map[uuid.UUID]*fileView
}

type recipientView struct {
	uploadlink.Recipient
	generation                                    int
	mailed, handedOver, bounced, redeemed, usedAt time.Time
	code                                          string
	devices                                       []uuid.UUID // that opened it, the first one first
	other, asked                                  time.Time
	asking                                        bool
	note                                          string
}

// secret starts the life of a new secret; what its recipient may have asked for they have.
func (r *recipientView) secret(generation int, at time.Time) {
	r.generation, r.mailed, r.handedOver, r.bounced, r.code = generation, at, time.Time{}, time.Time{}, ""
	r.answer()
}

func (r *recipientView) answer() { r.asked, r.asking, r.note = time.Time{}, false, "" }

type batchView struct {
	id, recipient              uuid.UUID
	state                      string
	opened, deadline, released time.Time
}

type fileView struct {
	started  uploadlink.TransferStarted
	received uploadlink.FileReceived
	name     string
	state    string
	scan     app.ScanState
	note     string
	scanned  time.Time
	pleas    // of its sender, to give it up (U5)
}

// pleas are how often a file was asked back, and the newest time with its answer. answered is zero while it waits.
type pleas struct {
	asks            int
	asked, answered time.Time
	reason, answer  string
}

// device notes a browser that opened the link, and tells that it is a further one, seen for the first time. Older events
// know none.
func (r *recipientView) device(id uuid.UUID) (further bool) {
	if id == uuid.Nil || slices.Contains(r.devices, id) {
		return false
	}
	r.devices = append(r.devices, id)
	return len(r.devices) > 1
}

func (v *uploadLinkView) recipient(id uuid.UUID) *recipientView {
	i := slices.IndexFunc(v.recipients, func(r *recipientView) bool { return r.ID == id })
	if i < 0 {
		return &recipientView{} // an event about nobody changes nothing
	}
	return v.recipients[i]
}

func (v *uploadLinkView) batch(id uuid.UUID) *batchView {
	if b := v.batchAt[id]; b != nil {
		return b
	}
	return &batchView{}
}

func (v *uploadLinkView) file(id uuid.UUID) *fileView {
	if f := v.fileAt[id]; f != nil {
		return f
	}
	return &fileView{}
}

func (v *uploadLinkView) addBatch(b *batchView) {
	if v.batchAt == nil {
		v.batchAt = map[uuid.UUID]*batchView{}
	}
	v.batches, v.batchAt[b.id] = append(v.batches, b), b
}

func (v *uploadLinkView) addFile(f *fileView) {
	if v.fileAt == nil {
		v.fileAt = map[uuid.UUID]*fileView{}
	}
	v.files, v.fileAt[f.started.File] = append(v.files, f), f
}

func (v *uploadLinkView) Apply(r event.Recorded) error {
	e, ok := r.Event.(uploadlink.Event)
	if !ok {
		return unexpected(r)
	}
	v.live(r, e)
	switch e := e.(type) {
	case uploadlink.Issued:
		v.issued, v.issuedAt = e, r.At
		for _, to := range e.Recipients {
			v.recipients = append(v.recipients, &recipientView{Recipient: to, generation: 1, mailed: r.At})
		}
	case uploadlink.Resent:
		for _, s := range e.Secrets {
			v.recipient(s.Recipient).secret(s.Generation, r.At)
		}
	case uploadlink.AddressCorrected:
		to := v.recipient(e.Recipient)
		to.secret(e.Generation, r.At)
		if to.Email.Text != e.Email.Text { // whoever opened it was somebody else
			to.redeemed, to.devices, to.other = time.Time{}, nil, time.Time{}
		}
		to.Name, to.Email = e.Name, e.Email
	case uploadlink.NewLinkRequested:
		to := v.recipient(e.Recipient)
		to.asked, to.asking, to.note = e.At, true, e.Note.String()
	case uploadlink.NewLinkRequestDismissed:
		to := v.recipient(e.Recipient)
		to.asking, to.note = false, ""
	case uploadlink.Copied:
		// Its life says so.
	case uploadlink.Extended:
		v.issued.ExpiresAt, v.issued.Zone = e.ExpiresAt, e.Zone
		for _, to := range v.recipients {
			to.answer()
		}
	case uploadlink.Revoked:
		v.revokedAt = e.At
	case uploadlink.Expired:
		// The expiry itself says so from its moment on, whether or not an alarm has rung.
	case uploadlink.MailHandedOver:
		if to := v.recipient(e.Recipient); to.generation == e.Generation {
			to.handedOver = e.At
		}
	case uploadlink.MailDelivered:
		// Its life says so; in a list it stays what was handed over.
	case uploadlink.MailBounced:
		if to := v.recipient(e.Recipient); to.generation == e.Generation {
			to.bounced, to.code = e.At, e.Code
		}
	case uploadlink.MailGaveUp:
		if to := v.recipient(e.Recipient); to.generation == e.Generation {
			to.bounced = e.At
		}
	case uploadlink.Redeemed:
		to := v.recipient(e.Recipient)
		to.redeemed = earliest(to.redeemed, e.At)
		if to.device(e.DeviceID) {
			to.other = earliest(to.other, e.At)
			v.add(r, lifeView{at: e.At, what: app.LifeOtherDevice, recipient: e.Recipient, generation: e.Generation})
		}
	case uploadlink.TransferStarted:
		v.addFile(&fileView{started: e, name: e.Name.String(), state: "receiving"})
	case uploadlink.TransferAbandoned:
		v.file(e.File).state = "abandoned"
	case uploadlink.BatchOpened:
		v.addBatch(&batchView{id: e.Batch, recipient: e.Recipient, state: "open", opened: e.At, deadline: e.At})
	case uploadlink.FileReceived:
		v.receive(e)
	case uploadlink.FileRenamed:
		v.file(e.File).name = e.Name.String()
	case uploadlink.FileDeleted:
		v.file(e.File).state = "deleted"
	case uploadlink.BatchReleased:
		b := v.batch(e.Batch)
		b.state, b.released = "released", e.At
		for _, id := range e.Files {
			v.file(id).state = "released"
		}
	case uploadlink.BatchCancelled:
		b := v.batch(e.Batch)
		b.state, b.released = "cancelled", e.At
	case uploadlink.ScanAwaited:
		v.file(e.File).scan = app.ScanAwaited
	case uploadlink.FileScanned:
		v.scan(e)
	case uploadlink.BatchSealed:
		b := v.batch(e.Batch)
		b.state, b.deadline = "sealed", e.At
	case uploadlink.QuarantineEmptied:
		v.file(e.File).scan = app.ScanDestroyed
	case uploadlink.WithdrawalRequested:
		f := v.file(e.File)
		f.pleas = pleas{asks: f.asks + 1, asked: e.At, reason: e.Reason.String()}
	case uploadlink.WithdrawalAccepted:
		f := v.file(e.File)
		f.state, f.answered = "withdrawn", e.At
	case uploadlink.WithdrawalRefused:
		f := v.file(e.File)
		f.answered, f.answer = e.At, e.Reason.String()
	}
	return nil
}

func (v *uploadLinkView) scan(e uploadlink.FileScanned) {
	f := v.file(e.File)
	f.scan, f.note, f.scanned = app.ScanState(e.Verdict), e.Finding+e.Reason, e.At // one of the two is empty
	switch {
	case e.Held:
		f.scan = app.ScanHeld
	case e.Verdict == uploadlink.Infected:
		f.state = "infected"
	}
}

// awaitsScan are the batches that a missing verdict keeps from the practice.
func (v *uploadLinkView) awaitsScan() map[uuid.UUID]bool {
	batches := map[uuid.UUID]bool{}
	for _, f := range v.files {
		if f.awaitsScan() {
			batches[f.received.Batch] = true
		}
	}
	return batches
}

func (f *fileView) awaitsScan() bool {
	return f.state == "received" && (f.scan == app.ScanAwaited || f.scan == app.ScanHeld)
}

func (v *uploadLinkView) receive(e uploadlink.FileReceived) {
	f := v.file(e.File)
	f.received, f.name, f.state = e, e.Name.String(), "received"
	v.batch(e.Batch).deadline = e.Deadline
	if to := v.recipient(e.Recipient); to.usedAt.IsZero() {
		to.usedAt = e.ReceivedAt
	}
}

func (v *uploadLinkView) Rows() [][]Row {
	recipients, batches, files := make([]Row, 0, len(v.recipients)), make([]Row, 0, len(v.batches)), make([]Row, 0, len(v.files))
	var handedOver, bounced, redeemed, used, asking time.Time
	for i, r := range v.recipients {
		recipients = append(recipients, Row{
			v.id, v.firm, r.ID, int32(i), r.Name.String(), r.Email.String(), int32(r.generation), r.mailed,
			nullable(r.handedOver), nullable(r.bounced), r.code, nullable(r.redeemed), nullable(r.usedAt), nullable(r.other), nullable(r.asked), r.asking, r.note,
		})
		if r.asking {
			asking = latest(asking, r.asked)
		}
		handedOver, bounced = latest(handedOver, r.handedOver), latest(bounced, r.bounced)
		redeemed, used = earliest(redeemed, r.redeemed), earliest(used, r.usedAt)
	}
	awaits := v.awaitsScan()
	due := map[uuid.UUID]time.Time{} // when the practice gets the newest file of a batch
	for _, f := range v.files {
		delivered, at := v.reaches(f, awaits[f.received.Batch])
		files = append(files, v.fileRow(f, delivered, at))
		due[f.received.Batch] = latest(due[f.received.Batch], at)
	}
	for _, b := range v.batches {
		batches = append(batches, Row{
			v.id, v.firm, b.id, v.issued.Client, b.recipient, b.state, b.opened, b.deadline, nullable(b.released), nullable(due[b.id]), awaits[b.id],
		})
	}
	wanted := make([]string, len(v.issued.Wanted))
	for i, w := range v.issued.Wanted {
		wanted[i] = w.String()
	}
	link := Row{
		v.id, v.firm, v.issued.Client, v.issued.Sender, v.issued.Message.String(), wanted, v.issuedAt, v.issued.ExpiresAt, v.issued.Zone,
		nullable(handedOver), nullable(bounced), nullable(redeemed), nullable(used), nullable(v.revokedAt),
		nullable(asking),
	}
	return [][]Row{{link}, recipients, batches, files, v.lifeRows()}
}

func (v *uploadLinkView) fileRow(f *fileView, delivered, due time.Time) Row {
	var waits time.Time
	if f.asks > 0 && f.answered.IsZero() {
		waits = f.asked
	}
	return Row{
		v.id, v.firm, f.started.File, v.issued.Client, f.started.Recipient, f.received.Batch, f.name, f.started.Name.String(), f.started.Size,
		f.received.SHA256, f.received.Media, f.state, f.started.At, nullable(f.received.ReceivedAt), nullable(delivered), nullable(due), f.received.Late, f.received.SameAs,
		string(f.scan), f.note,
		int32(f.asks), nullable(f.asked), f.reason, nullable(f.answered), f.answer, nullable(waits),
	}
}

// reaches tells when the practice gets a file: delivered where that has been recorded, due where only the clock is
// missing. due is the later of the two for a list in order of arrival; without one the clock alone changes nothing. A file
// that is delivered at once waits for its own verdict only, any other for all of its batch (rule U8).
func (v *uploadLinkView) reaches(f *fileView, awaits bool) (delivered, due time.Time) {
	switch {
	case f.state == "withdrawn", f.state == "deleted" && f.received.Delivered:
		// It was seen for a while, and is gone.
	case f.state == "infected", f.awaitsScan():
	case f.received.Delivered:
		delivered = latest(f.received.ReceivedAt, f.scanned)
		due = delivered
	case f.state == "released":
		delivered = v.batch(f.received.Batch).released
		due = delivered
	case f.state == "received" && !awaits:
		due = v.batch(f.received.Batch).deadline
	}
	return delivered, due
}
