package postgres

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Vault keeps one key a firm and subject, wrapped by the master key of the configuration. Destroying a key erases what
// events say about the subject, in every copy that has no copy of the key.
type Vault struct {
	pool   *pgxpool.Pool
	master cipher.AEAD
	kekID  string

	mu    sync.Mutex
	cache map[subjectOf]cachedKey
}

type subjectOf struct {
	firm    int32
	subject uuid.UUID
}

type cachedKey struct {
	aead  cipher.AEAD // nil: destroyed
	until time.Time   // monotonic: how long another node's erasure may stay unseen here
}

const (
	vaultCacheSize = 20_000
	vaultCacheTime = time.Minute
)

// ErrWrongMasterKey says that the configured master key is not the one that wrapped a stored key.
var ErrWrongMasterKey = errors.New("the master key is not the one that these personal data were sealed under")

// NewVault wraps and unwraps with master, 32 bytes.
func NewVault(pool *pgxpool.Pool, master []byte) (*Vault, error) {
	if len(master) != 32 {
		return nil, fmt.Errorf("the master key has %d bytes, not 32", len(master))
	}
	aead, err := gcm(master)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(append([]byte("portico master key "), master...))
	return &Vault{pool: pool, master: aead, kekID: hex.EncodeToString(id[:4]), cache: map[subjectOf]cachedKey{}}, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (v *Vault) cached(s subjectOf) (cipher.AEAD, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, ok := v.cache[s]
	if ok && time.Now().After(k.until) {
		delete(v.cache, s)
		return nil, false
	}
	return k.aead, ok
}

func (v *Vault) remember(s subjectOf, aead cipher.AEAD) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for old := range v.cache { // a map's order is as good as any for what is only a cache
		if len(v.cache) < vaultCacheSize {
			break
		}
		delete(v.cache, old)
	}
	v.cache[s] = cachedKey{aead, time.Now().Add(vaultCacheTime)}
}

// ErrErased says that something was to be sealed for a subject that was erased.
var ErrErased = errors.New("the subject was erased, nothing can be sealed for it")

// ensure makes keys where there are none, and finds all: the step before sealing.
func (v *Vault) ensure(ctx context.Context, subjects []subjectOf) error {
	missing := v.missing(subjects)
	if len(missing) == 0 {
		return nil
	}
	firms, ids, wrapped := make([]int32, 0, len(missing)), make([]uuid.UUID, 0, len(missing)), make([][]byte, 0, len(missing))
	for _, s := range missing {
		key := make([]byte, 32)
		rand.Read(key)
		firms, ids, wrapped = append(firms, s.firm), append(ids, s.subject), append(wrapped, v.wrap(s, key))
	}
	if _, err := v.pool.Exec(ctx, `
		INSERT INTO vault.subject_keys (firm_no, subject, kek_id, wrapped_key)
		SELECT firm, subject, $4, key FROM unnest($1::int[], $2::uuid[], $3::bytea[]) AS u (firm, subject, key) ORDER BY firm, subject
		ON CONFLICT DO NOTHING`, firms, ids, wrapped, v.kekID); err != nil {
		return fmt.Errorf("make keys of personal data: %w", err)
	}
	return v.fetch(ctx, missing)
}

func (v *Vault) missing(subjects []subjectOf) (out []subjectOf) {
	seen := map[subjectOf]bool{}
	for _, s := range subjects {
		if _, ok := v.cached(s); !ok && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// prefetch puts the keys of many subjects into the cache in one query.
func (v *Vault) prefetch(ctx context.Context, subjects []subjectOf) error {
	if missing := v.missing(subjects); len(missing) > 0 {
		return v.fetch(ctx, missing)
	}
	return nil
}

func (v *Vault) fetch(ctx context.Context, subjects []subjectOf) error {
	firms, ids := make([]int32, len(subjects)), make([]uuid.UUID, len(subjects))
	for i, s := range subjects {
		firms[i], ids[i] = s.firm, s.subject
	}
	rows, err := v.pool.Query(ctx, `
		SELECT k.firm_no, k.subject, k.wrapped_key FROM vault.subject_keys k
		JOIN unnest($1::int[], $2::uuid[]) AS u (firm, subject) ON k.firm_no = u.firm AND k.subject = u.subject`, firms, ids)
	if err != nil {
		return fmt.Errorf("find keys of personal data: %w", err)
	}
	var s subjectOf
	var wrapped []byte
	_, err = pgx.ForEachRow(rows, []any{&s.firm, &s.subject, &wrapped}, func() error {
		if wrapped == nil {
			v.remember(s, nil)
			return nil
		}
		key, err := v.unwrap(s, wrapped)
		if err != nil {
			return err
		}
		aead, err := gcm(key)
		if err != nil {
			return err
		}
		v.remember(s, aead)
		return nil
	})
	if err != nil {
		return fmt.Errorf("find keys of personal data: %w", err)
	}
	return nil
}

// key is a subject's key; nil, nil: destroyed, or there never was one (a store restored without its keys).
func (v *Vault) key(ctx context.Context, s subjectOf) (cipher.AEAD, error) {
	if aead, ok := v.cached(s); ok {
		return aead, nil
	}
	if err := v.fetch(ctx, []subjectOf{s}); err != nil {
		return nil, err
	}
	aead, _ := v.cached(s)
	return aead, nil
}

// finder looks keys up for the events of one firm.
func (v *Vault) finder(ctx context.Context, firm int32) keyFinder {
	return func(subject uuid.UUID) (cipher.AEAD, error) { return v.key(ctx, subjectOf{firm, subject}) }
}

func (v *Vault) wrap(s subjectOf, key []byte) []byte {
	nonce := make([]byte, v.master.NonceSize())
	rand.Read(nonce)
	return v.master.Seal(nonce, nonce, key, wrapContext(s))
}

func (v *Vault) unwrap(s subjectOf, wrapped []byte) ([]byte, error) {
	n := v.master.NonceSize()
	if len(wrapped) < n {
		return nil, ErrWrongMasterKey
	}
	key, err := v.master.Open(nil, wrapped[:n], wrapped[n:], wrapContext(s))
	if err != nil {
		return nil, ErrWrongMasterKey
	}
	return key, nil
}

func wrapContext(s subjectOf) []byte {
	b := binary.BigEndian.AppendUint32([]byte("portico subject key "), uint32(s.firm))
	return append(b, s.subject[:]...)
}

// destroy erases a subject: its key is gone for good, here and in every later backup.
func (v *Vault) destroy(ctx context.Context, tx pgx.Tx, s subjectOf) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO vault.subject_keys AS k (firm_no, subject, kek_id, wrapped_key, destroyed_at) VALUES ($1, $2, '', NULL, clock_timestamp())
		ON CONFLICT (firm_no, subject) DO UPDATE SET wrapped_key = NULL, kek_id = '', destroyed_at = coalesce(k.destroyed_at, clock_timestamp())`,
		s.firm, s.subject)
	if err != nil {
		return fmt.Errorf("destroy the key of subject %s: %w", s.subject, err)
	}
	v.forget(s)
	return nil
}

func (v *Vault) forget(s subjectOf) {
	v.mu.Lock()
	delete(v.cache, s)
	v.mu.Unlock()
}

// sealContext binds a ciphertext to its place: the same bytes elsewhere do not open.
type sealContext struct {
	stream  uuid.UUID
	version int
	typ     string
}

func (c sealContext) bytes(subject uuid.UUID) []byte {
	b := make([]byte, 0, 64+len(c.typ))
	b = append(b, c.stream[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(c.version))
	b = append(b, subject[:]...)
	return append(b, c.typ...)
}

// The pii column: a version byte, then a section a subject: subject (16 bytes), length of the rest (4, big-endian),
// nonce (12), ciphertext of a JSON array of strings.
const piiVersion = 1

type section struct {
	subject uuid.UUID
	texts   []string
	erased  bool
}

func seal(texts []personalTexts, c sealContext, keys keyFinder) ([]byte, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	out := []byte{piiVersion}
	for _, t := range texts {
		aead, err := keys(t.subject)
		if err != nil {
			return nil, err
		}
		if aead == nil {
			return nil, fmt.Errorf("subject %s: %w", t.subject, ErrErased)
		}
		plain, err := json.Marshal(t.texts)
		if err != nil {
			return nil, err
		}
		out = append(out, t.subject[:]...)
		out = binary.BigEndian.AppendUint32(out, uint32(aead.NonceSize()+len(plain)+aead.Overhead()))
		nonce := make([]byte, aead.NonceSize())
		rand.Read(nonce)
		out = append(out, nonce...)
		out = aead.Seal(out, nonce, plain, c.bytes(t.subject))
	}
	return out, nil
}

var errMalformedPII = errors.New("the sealed part is malformed")

// sections splits the column without opening anything: whose data an event holds is no secret.
func sections(pii []byte, each func(subject uuid.UUID, sealed []byte) error) error {
	if len(pii) == 0 {
		return nil
	}
	if pii[0] != piiVersion {
		return errMalformedPII
	}
	for b := pii[1:]; len(b) > 0; {
		if len(b) < 20 {
			return errMalformedPII
		}
		subject, n := uuid.UUID(b[:16]), int(binary.BigEndian.Uint32(b[16:20]))
		if b = b[20:]; n > len(b) {
			return errMalformedPII
		}
		if err := each(subject, b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func openSections(pii []byte, c sealContext, keys keyFinder) (out []section, err error) {
	err = sections(pii, func(subject uuid.UUID, sealed []byte) error {
		aead, err := keys(subject)
		if err != nil {
			return err
		}
		s := section{subject: subject, erased: aead == nil}
		if aead != nil {
			if len(sealed) < aead.NonceSize() {
				return errMalformedPII
			}
			plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], c.bytes(subject))
			if err != nil {
				return fmt.Errorf("subject %s: %w", subject, err)
			}
			if err := json.Unmarshal(plain, &s.texts); err != nil {
				return err
			}
		}
		out = append(out, s)
		return nil
	})
	return out, err
}
