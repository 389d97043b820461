package uploadlink

import (
	"context"
	"time"

	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// ErrBatchNotFound is for a batch that is unknown, another practice's, or of which nothing has arrived.
var ErrBatchNotFound = fault.New(fault.NotFound, "uploadlink.batch_not_found",
	"These files are unknown here. They may have been withdrawn; the inbox shows what there is.")

// Reader reads the portal's read models of links. Every method is scoped to one firm; what is unknown or another
// firm's is ErrNotFound. State follows from the deadlines and the database's clock at each read (U6), so a late alarm
// shows nowhere.
type Reader interface {
	// Links lists a firm's links, newest first.
	Links(ctx context.Context, firm int32, q LinkQuery) (rows []LinkRow, next string, err error)
	// Link is one link with its recipients, batches and the newest LinkFiles of the files that the practice may see.
	Link(ctx context.Context, firm int32, link uuid.UUID) (LinkDetail, error)
	// Upload is what the holder of a secret sees: the link and that recipient's own files (S1.i14), of those that have been
	// sent the newest SentFiles.
	Upload(ctx context.Context, firm int32, link, recipient uuid.UUID) (UploadPage, error)
	// Inbox lists batches with files that have reached the practice, newest first; each with its first InboxFiles.
	Inbox(ctx context.Context, firm int32, q InboxQuery) (rows []InboxRow, next string, err error)
	// Batch is one of them, without its files; ErrBatchNotFound where nothing of it has reached the practice.
	Batch(ctx context.Context, firm int32, batch uuid.UUID) (InboxRow, error)
	// Files lists files that have reached the practice, newest first.
	Files(ctx context.Context, firm int32, q FileQuery) (rows []FileRow, next string, err error)
	// FilesByID are those of the files that the practice has, in any order.
	FilesByID(ctx context.Context, firm int32, files []uuid.UUID) ([]FileRow, error)
	// File is one file that has reached the practice; ErrWithdrawn where it gave the file up.
	File(ctx context.Context, firm int32, file uuid.UUID) (FileRow, error)
	// LinkOf is the link that a file came through, also where the practice gave the file up.
	LinkOf(ctx context.Context, firm int32, file uuid.UUID) (link uuid.UUID, err error)
	// Withdrawals are the files that are asked back and wait for an answer, the longest waiting first; at most 200.
	Withdrawals(ctx context.Context, firm int32) ([]FileRow, error)
	// Wait returns when what was written at position can be read, or after about 2 s with ok false.
	Wait(ctx context.Context, position int64) (ok bool, err error)
}

// Sendings are what people see of the files that they have sent, beside the links that they used.
type Sendings interface {
	// SentBy are the files that have reached the practice for a client, through links mailed to an address, the newest
	// first; at most limit. The zero client is of links that are about nobody.
	SentBy(ctx context.Context, firm int32, client uuid.UUID, email string, limit int) ([]SentRow, error)
}

// SentRow is one of them.
type SentRow struct {
	ID     uuid.UUID
	Name   string
	Size   int64
	SentAt time.Time
}

// LinkState is where a link stands in its life, worst news first: what a list shows in one word.
type LinkState string

// The states of a link.
const (
	LinkIssued   LinkState = "issued"   // the mail is on its way
	LinkMailed   LinkState = "mailed"   // handed over
	LinkBounced  LinkState = "bounced"  // refused by a mail server, or given up
	LinkRedeemed LinkState = "redeemed" // opened by a person
	LinkUsed     LinkState = "used"     // at least one file came in
	LinkExpired  LinkState = "expired"
	LinkRevoked  LinkState = "revoked"
)

// LinkQuery chooses links. Zero fields choose all.
type LinkQuery struct {
	Client uuid.UUID
	State  LinkState
	Asking bool   // only those of which somebody asks for a new one
	After  string // cursor from the page before
	Limit  int    // default 50, at most 200
}

// LinkRow is one line of the list of links.
type LinkRow struct {
	ID         uuid.UUID
	Client     uuid.UUID // zero: for nobody's client
	ClientName string
	Sender     uuid.UUID
	SenderName string
	Recipients []RecipientRow
	State      LinkState
	IssuedAt   time.Time
	ExpiresAt  time.Time
	Zone       string
	AskedAt    time.Time // somebody asks for a new link and has no answer; the newest of them
	Arriving   int       // transfers and files still in their window: all that the practice may know of them (U2)
	Delivered  int       // files the practice has
}

// RecipientRow is one recipient's side of a link: each fact with its time, zero where it hasn't happened.
type RecipientRow struct {
	ID           uuid.UUID
	Name, Email  string
	Generation   int
	MailedAt     time.Time // the newest mail was asked for
	HandedOverAt time.Time // the mail server took it
	BouncedAt    time.Time // the mail server refused it, or all tries are used up
	BounceCode   string
	RedeemedAt   time.Time
	OtherAt      time.Time // first opened on a second device (L10)
	UsedAt       time.Time // first file received
	AskedAt      time.Time // asks for a new link, unanswered
	Note         string    // their own words with it
}

// LinkFiles is how many files a link shows; Reader.Files has them all.
const LinkFiles = 200

// LinkDetail is the page of one link.
type LinkDetail struct {
	LinkRow
	Message string
	Wanted  []string
	Batches []BatchRow
	Files   []FileRow // the newest LinkFiles of the Delivered ones
	Next    string    // the cursor at which Reader.Files goes on; empty: there are no more
	Life    []LifeRow // oldest first

	Withdrawn int // files that were delivered and given up later (U5)
}

// LifeRow is one fact of a link's life (S1.i24). Files have lines of their own.
type LifeRow struct {
	At         time.Time
	What       LifeFact
	Recipient  uuid.UUID // zero: of the whole link
	Generation int       // of the secret that it is about; 0: of none
	By         uuid.UUID // of the practice; zero: not one of its people
	ByName     string
	Detail     string    // of a bounce the server's words, of a correction the address before, of a request the note
	Until      time.Time // of an issue and an extension: the expiry
}

// LifeFact is what happened.
type LifeFact string

// The facts of a link's life.
const (
	LifeIssued      LifeFact = "issued"
	LifeResent      LifeFact = "resent" // the secret before is replaced
	LifeExtended    LifeFact = "extended"
	LifeRevoked     LifeFact = "revoked"
	LifeExpired     LifeFact = "expired"
	LifeHandedOver  LifeFact = "handed_over"
	LifeDelivered   LifeFact = "delivered" // the receiving side told so
	LifeBounced     LifeFact = "bounced"
	LifeGaveUp      LifeFact = "gave_up"
	LifeRedeemed    LifeFact = "redeemed"     // the first time with a secret
	LifeOtherDevice LifeFact = "other_device" // the first time on a further device (L10)
	LifeUsed        LifeFact = "used"         // the first file of a recipient
	LifeAsked       LifeFact = "asked"
	LifeDismissed   LifeFact = "dismissed"
	LifeCopied      LifeFact = "copied"
	LifeCorrected   LifeFact = "corrected"
)

// BatchRow is one batch as the practice may see it: while it is open, only how many are arriving.
type BatchRow struct {
	ID         uuid.UUID
	Recipient  uuid.UUID
	State      BatchState
	Files      int
	OpenedAt   time.Time
	Deadline   time.Time
	ReleasedAt time.Time
}

// BatchState is where a batch stands.
type BatchState string

// The states of a batch.
const (
	BatchOpen      BatchState = "open"
	BatchSealed    BatchState = "sealed" // its window is over, and a virus check is not (U8)
	BatchReleased  BatchState = "released"
	BatchCancelled BatchState = "cancelled"
)

// InboxFiles is how many files a batch shows in the inbox.
const InboxFiles = 10

// InboxQuery chooses batches. Zero fields choose all.
type InboxQuery struct {
	Client uuid.UUID
	After  string // cursor from the page before
	Limit  int    // default 50, at most 200
}

// InboxRow is a batch with files that have reached the practice: one sending of one person.
type InboxRow struct {
	ID            uuid.UUID
	Link          uuid.UUID
	Client        uuid.UUID // zero: nobody's client
	ClientName    string
	Recipient     uuid.UUID
	RecipientName string
	ArrivedAt     time.Time // when the practice got the newest of its files
	Count         int       // files that the practice has
	Size          int64     // bytes of all of them
	Files         []FileRow // the first InboxFiles of them, in order of arrival
}

// FileQuery chooses files. Zero fields choose all.
type FileQuery struct {
	Client uuid.UUID
	Link   uuid.UUID
	Batch  uuid.UUID
	Name   string // part of a file's name
	After  string
	Limit  int // default 50, at most 200
}

// FileRow is a file that has reached the practice.
type FileRow struct {
	ID            uuid.UUID
	Link          uuid.UUID
	Client        uuid.UUID
	ClientName    string
	Recipient     uuid.UUID
	RecipientName string
	Batch         uuid.UUID
	Name          string
	SentAs        string
	Size          int64
	SHA256        string
	Media         string
	StartedAt     time.Time
	ReceivedAt    time.Time
	ReleasedAt    time.Time // when the practice got it
	Late          bool      // arrived after the link's deadline, started before (L4)
	SameAs        uuid.UUID // an earlier file with the same content (T15)
	SameName      string    // its name, where the practice has it
	Scan          ScanState // ScanClean or ScanNone, NoScan where no scanner was configured
	ScanNote      string    // why it could not be scanned
	Withdrawal    Withdrawal
}

// Withdrawal is what was said about giving a file up (U5): the newest request and its answer. Zero: nobody has asked.
type Withdrawal struct {
	State      WithdrawalState
	Asks       int // so far; uploadlink.MaxWithdrawals is the last
	AskedAt    time.Time
	Reason     string // of the person who asked; may be empty
	AnsweredAt time.Time
	Answer     string // why the practice keeps it
}

// WithdrawalState is where asking a file back stands.
type WithdrawalState string

// The states of a withdrawal.
const (
	WithdrawalNone     WithdrawalState = ""
	WithdrawalAsked    WithdrawalState = "asked"
	WithdrawalRefused  WithdrawalState = "refused"
	WithdrawalAccepted WithdrawalState = "accepted"
)

// Askable tells that the file's sender may ask for it, given that it was released.
func (w Withdrawal) Askable() bool {
	return w.State == WithdrawalNone || w.State == WithdrawalRefused && w.Asks < uploadlink.MaxWithdrawals
}

// SentFiles is how many files that have been sent their uploader's page shows; receipts have them all.
const SentFiles = 500

// UploadPage is what the holder of a secret sees.
type UploadPage struct {
	Link       uuid.UUID
	Practice   string
	SenderName string
	ClientName string
	Recipient  string
	MailedTo   string // masked address of the newest mail, "i•••n@example.org"
	Message    string
	Wanted     []string
	ExpiresAt  time.Time
	Zone       string
	MaxFile    int64     // bytes of one file, where the practice has a limit of its own; 0: uploadlink.MaxFileSize
	State      LinkState // LinkExpired and LinkRevoked end it; the rest is open
	Generation int       // of the newest secret: an older one is replaced
	ResentAt   time.Time // when the newest secret was mailed
	AskedAt    time.Time // when this recipient last asked for a new link, unless it was answered with one
	Now        time.Time // the database's clock
	Batches    []BatchRow
	Files      []UploadFile // in the order in which they began
	Earlier    int          // files that were sent before those in Files and are left out
}

// UploadFile is one file as its uploader sees it.
type UploadFile struct {
	ID       uuid.UUID
	Batch    uuid.UUID
	Name     string
	Size     int64
	SHA256   string
	State    FileState
	Deadline time.Time // until when it can be renamed and deleted; zero after release
	SameAs   uuid.UUID
	Renamed  bool // it got a suffix because the name was taken
	Scan     ScanState
	ScanNote string // of an infected file what was found

	Withdrawal Withdrawal
}

// FileState is where a file stands for its uploader.
type FileState string

// The states of a file.
const (
	FileReceiving FileState = "receiving"
	FileReceived  FileState = "received" // in its window
	FileChecking  FileState = "checking" // its window is over, and its batch waits for a virus check (U8)
	FileReleased  FileState = "released"
	FileInfected  FileState = "infected" // a virus was found: it is never released
	FileDeleted   FileState = "deleted"
	FileAbandoned FileState = "abandoned"
	FileWithdrawn FileState = "withdrawn" // released, asked back and given up (U5)
)
