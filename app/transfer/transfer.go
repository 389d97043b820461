// Package transfer receives the bytes of files and never loses one that it has acknowledged.
//
//  1. The row is the only truth about a transfer: offset, running hash, state. Bytes on disk beyond the row's offset do
//     not exist.
//  2. An offset is recorded only after the bytes below it are on disk for good.
//  3. Whoever takes a transfer raises its epoch, and a writer with an older epoch records nothing any more. The newest
//     wins, at once.
//  4. A file is complete when its event is: Link.Receive, which is harmless the second time. Before that nobody is told
//     an offset that equals the size.
//  5. Whatever ended a body, what came of it is recorded.
//  6. A transfer begun while its link was open goes on after the link expires: idle for at most Limits.Idle,
//     Limits.Age in all (spec L4). A revoked link ends it at the next checkpoint (L3). One that comes whole begins
//     before its first byte is read, though its link hears of it after the last.
//  7. What is refused leaves nothing: no bytes, and an event that says why.
//  8. A practice's quota counts all files that are kept and those on their way with their announced size. It is reserved
//     when a transfer begins, in the statement that makes its row, and given back when its bytes are destroyed. A limit
//     that is lowered meanwhile does not end what has begun.
//  9. Below a reserve of free space nothing new begins, and what has begun stops at its next checkpoint and can be
//     continued when there is room again, but for what comes whole: of that nothing is kept.
//  10. The bytes of a file may be used again elsewhere. They are destroyed with the last use that is given up, and kept
//     apart with all uses. Who names them holds them first, and a use that nobody has confirmed is given up unless its
//     target says that it names them. An example waits for that for a week, because a form or a list that was not confirmed
//     yet may be what names it.
package transfer

import (
	"context"
	"io"
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// What a transfer can be refused for. Their sentences carry the figures of the case.
var (
	ErrUnknown  = fault.New(fault.NotFound, "upload.unknown", "There is no such upload.")
	ErrGone     = fault.New(fault.Gone, "upload.gone", "This upload has ended. Send the file again.")
	ErrOffset   = fault.New(fault.Conflict, "upload.offset", "The upload has moved on. Ask for its offset and continue there.")
	ErrReceived = fault.New(fault.Conflict, "upload.received", "The file has arrived already. Delete it from the list instead.")
	ErrLocked   = fault.New(fault.Locked, "upload.locked", "Another connection is continuing this upload.")
	ErrTooLarge = fault.New(fault.TooLarge, "uploadlink.too_large", "The file is too large.")
	ErrEmpty    = fault.New(fault.Invalid, "uploadlink.empty", "The file is empty. If it lies in a cloud drive, save it to this device first.")
	ErrShort    = fault.New(fault.Invalid, "upload.short", "Fewer bytes came than were announced.")
	ErrNoSpace  = fault.New(fault.NoSpace, "upload.no_space", "The storage is full. Nothing is lost; try again later.")
	ErrQuota    = fault.New(fault.NoSpace, "upload.quota", "The practice’s storage is full, so this file can’t be sent now. Tell the practice; what you have sent is safe.")
	ErrDamaged  = fault.New(fault.Gone, "upload.damaged", "The storage has failed for this file. Send it again.")
)

// Service is the receiving side. Its zero holds nothing; set all fields before use and share one pointer.
type Service struct {
	Rows   Rows
	Blobs  Blobs
	Link   Link
	Limits Limits
	// Allowed is what a practice has said for itself. nil: nothing.
	Allowed func(ctx context.Context, firm int32) (Allowance, error)
	// Named tells whether a use is one still, by the history of its target. nil: all are.
	Named func(ctx context.Context, u Use) (bool, error)

	holds holds
}

// Limits bound what is received. Extensions are lower case without dot.
type Limits struct {
	MaxSize    int64 // bytes of one file
	Extensions []string
	Idle       time.Duration // without progress
	Age        time.Duration // from creation
	Reserve    int64         // bytes of free space below which nothing new begins

	CheckpointBytes int64         // what a crash can cost at most,
	CheckpointEvery time.Duration // or this long, whichever is less
	Yield           time.Duration // how long a newcomer waits for the holder
}

// Standard are the limits of spec L4 and the notes' measurements, for files of up to maxSize bytes.
func Standard(maxSize int64, extensions []string) Limits {
	return Limits{
		MaxSize: maxSize, Extensions: extensions, Idle: 24 * time.Hour, Age: 72 * time.Hour, Reserve: 1 << 30,
		CheckpointBytes: 64 << 20, CheckpointEvery: 5 * time.Second, Yield: 10 * time.Second,
	}
}

// Allowance is what a practice takes less than Limits say. 0: it has said nothing.
type Allowance struct {
	MaxSize int64 // bytes of one file
	Quota   int64 // bytes of all files that are kept for it
}

// Owner is who may touch a transfer: one person at one target of one practice. For a mailed link that is a recipient of
// the link; a task stands in its place for files of a task.
type Owner struct {
	Firm      int32
	Kind      Kind
	Link      uuid.UUID // or the task
	Recipient uuid.UUID // or the contact, or who of the practice
}

// Kind is what sort of target a transfer has, and as what its sender came. Its words are stored.
type Kind string

// The kinds. The zero one is a mailed link.
const (
	OfLink    Kind = ""
	OfContact Kind = "task_contact" // a task's, of a contact
	OfStaff   Kind = "task_staff"   // a task's, of somebody of the practice
	OfExample Kind = "example"      // the practice's own, which shows what is meant; its link is itself
)

// File is what a sender says about a file.
type File struct {
	ID    uuid.UUID // UUIDv7, chosen by the port
	Name  string    // as it was sent
	Media string    // as the browser calls it; a hint that decides nothing
	Size  int64     // bytes; -1 where nobody knows yet
	Start []byte    // the first bytes as a hint, to refuse before anything travels; may be empty

	// Fingerprint is by which its sender knows the file again, at most 64 bytes; may be empty.
	Fingerprint string

	// Generation is of the secret that the sender holds.
	Generation int

	// Place is where at a task the file belongs. A link knows none.
	Place Place
}

// Place is a part of a task: one of its items, a message, or who reads along where that isn't everybody on it.
type Place struct {
	Item     uuid.UUID
	Message  uuid.UUID // that is not posted yet
	With     uuid.UUID
	Internal bool
	Of       uuid.UUID // a contact: in whose place somebody of the practice sends it
}

// State is where a transfer stands.
type State string

// The states. Their words are stored.
const (
	Receiving State = "receiving"
	Finishing State = "finishing" // all bytes are on disk, its event is not known to be recorded
	Received  State = "received"
	Abandoned State = "abandoned"
	Discarded State = "discarded" // it was received, and deleted later

	Quarantined State = "quarantined" // it was received, and a virus was found in it: its bytes are kept apart
)

// Reason is why a transfer was abandoned.
type Reason string

// The reasons. Their words are stored, here and in the link's events.
const (
	Cancelled     Reason = "cancelled"
	Idle          Reason = "idle"
	TooOld        Reason = "too_old"
	RefusedType   Reason = "refused_type"
	LinkRevoked   Reason = "link_revoked" // or the task takes no files any more
	StorageFailed Reason = "storage_failed"
)

// Row is what is known of one transfer. HashState may hold up to 63 bytes of the file, so it is a client's data, and
// gone once the file is complete.
type Row struct {
	ID        uuid.UUID
	Owner     Owner
	Size      int64
	Offset    int64 // bytes that are safe
	HashState []byte
	Epoch     int64
	SHA256    []byte // once all bytes are in
	Extension string
	Declared  string // media type by the sender
	Found     string // media type by content, once all bytes are in

	Fingerprint string // while it is Receiving

	State     State
	Reason    Reason // of an abandoned one
	CreatedAt time.Time
	ExpiresAt time.Time
	Expired   bool // by the database's clock when it was read
}

// Rows keep transfers. Each method is one statement that takes effect wholly or not at all; all times are the database's.
// Implementations: adapters/postgres, and transfertest.Rows; both pass transfertest.Conformance.
type Rows interface {
	// Insert adds a transfer: Receiving from 0, or Finishing with all bytes there. ErrQuota: with it more than quota bytes
	// would be kept for its firm; 0 is no quota.
	Insert(ctx context.Context, r Row, limits Limits, quota int64) (Row, error)
	// Used is how many bytes are kept for a firm: the sizes of all transfers that are not Emptied.
	Used(ctx context.Context, firm int32) (int64, error)
	// Load reads one; ErrUnknown where owner has none such.
	Load(ctx context.Context, owner Owner, id uuid.UUID) (Row, error)
	// Running lists owner's that are Receiving.
	Running(ctx context.Context, owner Owner) ([]Row, error)
	// Take raises the epoch of a live Receiving transfer whose offset is offset. Where it isn't that, taken is false and
	// the row tells why. ErrUnknown as Load.
	Take(ctx context.Context, owner Owner, id uuid.UUID, offset int64) (r Row, taken bool, err error)
	// Checkpoint records r.Offset and r.HashState under r.Epoch, and moves the expiry. ErrLocked: the epoch is over.
	Checkpoint(ctx context.Context, r Row, limits Limits) (Row, error)
	// Finish records that all bytes are there, with r.SHA256 and r.Found, under r.Epoch. ErrLocked: the epoch is over.
	Finish(ctx context.Context, r Row) (Row, error)
	// Receive marks a Finishing one as Received. Marking twice changes nothing.
	Receive(ctx context.Context, firm int32, id uuid.UUID) error
	// Abandon ends one that is Receiving or Finishing; ok is false where it was neither.
	Abandon(ctx context.Context, firm int32, id uuid.UUID, reason Reason) (r Row, ok bool, err error)
	// Quarantine marks one that has all its bytes, because a virus was found in them. id is any of its uses.
	Quarantine(ctx context.Context, firm int32, id uuid.UUID) (r Row, ok bool, err error)
	// Discard gives a use up, and with the last one ends the transfer that has all its bytes: ok is whether it did. Its id is
	// that of its first use.
	Discard(ctx context.Context, firm int32, id uuid.UUID) (r Row, ok bool, err error)
	// Hold adds a use to a transfer that has all its bytes; there being one already is fine. Its first use has its own id and
	// needs no holding, but for that of an example, which is given up unless somebody confirms it. ErrGone: they are gone, or kept
	// apart, or not all there.
	Hold(ctx context.Context, u Use) error
	// Confirm notes that the target of a use names the bytes. There being no such use is fine.
	Confirm(ctx context.Context, firm int32, id uuid.UUID) error
	// Uses are all of a transfer, one of whose uses is id; none where nobody has used it again.
	Uses(ctx context.Context, firm int32, id uuid.UUID) ([]Use, error)
	// Apart tells whether the transfer of which id is a use is quarantined.
	Apart(ctx context.Context, firm int32, id uuid.UUID) (bool, error)
	// Examples are the uses with a name of some ids.
	Examples(ctx context.Context, firm int32, ids []uuid.UUID) ([]Example, error)
	// Confirmed are the uses with a name of a target that are confirmed.
	Confirmed(ctx context.Context, firm int32, target uuid.UUID) ([]Use, error)
	// Unconfirmed lists, over all firms, at most limit uses that have waited for that for an hour, with a name for a week.
	Unconfirmed(ctx context.Context, limit int) ([]Use, error)
	// Emptied notes that the bytes of an ended one are gone.
	Emptied(ctx context.Context, firm int32, id uuid.UUID) error
	// Stale lists, over all firms, at most limit transfers with something left to do: expired ones, and those that have
	// been Finishing, or ended with bytes still there, for a minute.
	Stale(ctx context.Context, limit int) ([]Row, error)
	// Kept lists Received ones of all firms, in the order of their ids, from the one after after on.
	Kept(ctx context.Context, after uuid.UUID, limit int) ([]Row, error)
	// Unknown are those of ids that have no row in any firm.
	Unknown(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error)
}

// Blobs keep bytes under ids. Implementations: adapters/blob, and transfertest.Blobs.
type Blobs interface {
	// Create makes an empty blob; there being one already is fine.
	Create(id uuid.UUID) error
	// Writer locks a blob against all other writers, of any process. ErrBusy: somebody has it. ErrMissing.
	Writer(id uuid.UUID) (Writer, error)
	// Open reads a blob. ErrMissing.
	Open(id uuid.UUID) (Reader, error)
	// Quarantine puts a blob where Open and Writer don't find it, and Remove does; one that is there already stays.
	// ErrMissing.
	Quarantine(id uuid.UUID) error
	// Remove destroys a blob; there being none is fine.
	Remove(id uuid.UUID) error
	// Old lists blobs last written before some time ago.
	Old(ctx context.Context, age time.Duration) ([]uuid.UUID, error)
	// Free is how many bytes the storage can still take.
	Free() (int64, error)
}

// Writer is one blob while it is locked.
type Writer interface {
	io.Writer // at the end
	io.ReaderAt
	// Reset drops everything from offset on. ErrMissing where the blob is shorter.
	Reset(offset int64) error
	// Sync returns once all that was written will survive a power cut. After an error the blob can't be trusted.
	Sync() error
	// Close unlocks.
	Close() error
}

// Reader is a blob being read.
type Reader interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// What Blobs say.
var (
	ErrBusy    = fault.New(fault.Locked, "blob.busy", "Somebody else is writing.")
	ErrMissing = fault.New(fault.NotFound, "blob.missing", "The bytes aren’t there.")
	ErrFull    = fault.New(fault.NoSpace, "blob.full", "The storage is full.")
)

// Link is what the link's own history says to a transfer. Each method is harmless the second time. A *fault.Error is a
// refusal; any other error means that nobody knows, and that asking again is right.
type Link interface {
	// Admit tells whether something new may begin, and that it begins now, by the link's own clock.
	Admit(ctx context.Context, owner Owner, generation int) (at time.Time, err error)
	Start(ctx context.Context, owner Owner, f File) error
	Check(ctx context.Context, owner Owner, id uuid.UUID) error // may bytes of what has begun still come?
	// Receive tells where in the log the file's event is; 0 where it had been there before.
	Receive(ctx context.Context, owner Owner, id uuid.UUID, c Content) (at int64, err error)
	// Take is Start and Receive at once, for a file that has come whole since it was admitted.
	Take(ctx context.Context, owner Owner, f File, admitted time.Time, c Content) (at int64, err error)
	// Shown returns when pages show what is at a place in the log, or soon after.
	Shown(ctx context.Context, at int64)
	Abandon(ctx context.Context, owner Owner, id uuid.UUID, reason Reason) error
}

// Content is a whole file as it was found.
type Content struct {
	Size   int64
	SHA256 [32]byte
	Media  string
}
