package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"portico/domain/account"

	"golang.org/x/crypto/argon2"
)

// Cost is what one Argon2id hash takes.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// StandardCost is OWASP's least: 19 MiB, two passes, one lane.
var StandardCost = Cost{Memory: 19 * 1024, Time: 2, Threads: 1}

// queueLimit is how long a sign-in waits for its turn at hashing before it is refused with ErrBusy.
const queueLimit = 5 * time.Second

// Hasher hashes passwords with Argon2id, never more at once than there are cores, so that a flood of sign-ins can't
// starve the rest of the portal. The zero value is of no use: NewHasher.
type Hasher struct {
	cost  Cost
	turns chan struct{}
	wait  time.Duration
	dummy string // what an unknown address is checked against
}

// NewHasher makes a hasher of this cost.
func NewHasher(cost Cost) *Hasher {
	return &Hasher{
		cost:  cost,
		turns: make(chan struct{}, runtime.GOMAXPROCS(0)),
		wait:  queueLimit,
		dummy: cost.hash(rand.Text()),
	}
}

// Hash is the PHC string of password: "$argon2id$v=19$m=19456,t=2,p=1$salt$key". Errors: ErrBusy, or ctx's.
func (h *Hasher) Hash(ctx context.Context, password string) (phc string, err error) {
	err = h.inTurn(ctx, func() { phc = h.cost.hash(password) })
	return phc, err
}

// Verify tells whether password is the one behind phc, in a time that doesn't depend on the answer. An empty phc stands
// for an account that doesn't exist: it takes as long and is never right. stale says that phc was made at another cost
// and should be made anew. Errors: ErrBusy, ctx's, or a phc that can't be read.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (right, stale bool, err error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	cost, salt, key, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	err = h.inTurn(ctx, func() {
		got := argon2.IDKey([]byte(password), salt, cost.Time, cost.Memory, cost.Threads, uint32(len(key)))
		right = subtle.ConstantTimeCompare(got, key) == 1 && known
	})
	return right, cost != h.cost, err
}

// VerifyEach tells behind which of several hashes password is, and which of them should be made anew. Hashes of one
// address share a salt (HashBeside), so that two take as long as one, and none as well: how long it takes says nothing
// about who is known. Errors: as Verify.
func (h *Hasher) VerifyEach(ctx context.Context, phcs []string, password string) (right, stale []bool, err error) {
	right, stale = make([]bool, len(phcs)), make([]bool, len(phcs))
	made := map[string][]byte{}
	for i, phc := range append(slices.Clone(phcs), h.dummy) {
		if phc == "" || i == len(phcs) && len(made) > 0 {
			continue
		}
		cost, salt, key, err := parsePHC(phc)
		if err != nil {
			return nil, nil, err
		}
		at := fmt.Sprintf("%v %x %d", cost, salt, len(key))
		if made[at] == nil {
			if err := h.inTurn(ctx, func() {
				made[at] = argon2.IDKey([]byte(password), salt, cost.Time, cost.Memory, cost.Threads, uint32(len(key)))
			}); err != nil {
				return nil, nil, err
			}
		}
		if same := subtle.ConstantTimeCompare(made[at], key) == 1; i < len(phcs) {
			right[i], stale[i] = same, cost != h.cost
		}
	}
	return right, stale, nil
}

// HashBeside is Hash with the salt of the hashes that the same address has already, if it has any.
func (h *Hasher) HashBeside(ctx context.Context, beside []string, password string) (phc string, err error) {
	var salt []byte
	for _, other := range beside {
		if other == "" {
			continue
		}
		cost, its, _, err := parsePHC(other)
		if err != nil {
			return "", err
		}
		if cost == h.cost {
			salt = its
			break
		}
	}
	if salt == nil {
		return h.Hash(ctx, password)
	}
	err = h.inTurn(ctx, func() { phc = h.cost.hashWith(salt, password) })
	return phc, err
}

func (h *Hasher) inTurn(ctx context.Context, work func()) error {
	ctx, cancel := context.WithTimeoutCause(ctx, h.wait, account.ErrBusy)
	defer cancel()
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
		work()
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

const saltBytes, keyBytes = 16, 32

func (c Cost) hash(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: the runtime ends the process instead
	return c.hashWith(salt, password)
}

func (c Cost) hashWith(salt []byte, password string) string {
	key := argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, keyBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Time, c.Threads, b64(salt), b64(key))
}

// parsePHC reads what hash wrote. Its bounds keep a damaged row from taking all memory.
func parsePHC(phc string) (c Cost, salt, key []byte, err error) {
	part := strings.Split(phc, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, fmt.Errorf("read password hash: no Argon2id string of version %d", argon2.Version)
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads); err != nil {
		return c, nil, nil, fmt.Errorf("read password hash: its cost: %w", err)
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(part[4])
	if err != nil {
		return c, nil, nil, fmt.Errorf("read password hash: its salt: %w", err)
	}
	key, err = base64.RawStdEncoding.Strict().DecodeString(part[5])
	if err != nil {
		return c, nil, nil, fmt.Errorf("read password hash: its key: %w", err)
	}
	if c.Memory < 8 || c.Memory > 1<<20 || c.Time < 1 || c.Time > 64 || c.Threads < 1 || len(key) < 16 || len(key) > 128 {
		return c, nil, nil, fmt.Errorf("read password hash: a cost of m=%d,t=%d,p=%d is out of bounds", c.Memory, c.Time, c.Threads)
	}
	return c, salt, key, nil
}
