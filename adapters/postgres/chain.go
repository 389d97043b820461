package postgres

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"

	"portico/domain/event"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// chainTag opens the hashed bytes of every event, so that they are no other protocol's.
const chainTag = "portico.event.v1\n"

// link is what the hash of one event covers: everything that the store keeps of it except its position and the time
// of its row, which are the log's and not the stream's.
type link struct {
	stream     event.Stream
	version    int
	firm       int32
	typ        string
	schema     int16
	at         time.Time // cut to the microsecond, as stored
	data, meta []byte    // canonical JSON (RFC 8785)
	pii        []byte    // the ciphertext: erasing a key leaves the chain whole
}

// chain is SHA-256(prev ‖ tag ‖ fields), each field of variable length behind its length (4 bytes, big-endian).
func chain(prev [32]byte, l link) (sum [32]byte) {
	h := sha256.New()
	h.Write(prev[:])
	h.Write([]byte(chainTag))
	h.Write(l.stream.ID[:])
	field(h, []byte(l.stream.Kind))
	var n [24]byte
	binary.BigEndian.PutUint32(n[0:], uint32(l.version))
	binary.BigEndian.PutUint32(n[4:], uint32(l.firm))
	binary.BigEndian.PutUint32(n[8:], uint32(l.schema))
	binary.BigEndian.PutUint64(n[12:], uint64(l.at.UnixMicro()))
	h.Write(n[:20])
	field(h, []byte(l.typ))
	field(h, l.data)
	field(h, l.pii)
	field(h, l.meta)
	h.Sum(sum[:0])
	return sum
}

func field(h hash.Hash, b []byte) {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(b)))
	h.Write(n[:])
	h.Write(b)
}

// canonical is RFC 8785 of a JSON text. It fails on invalid JSON and on numbers that JSON cannot carry exactly.
func canonical(text []byte) ([]byte, error) {
	v := jsontext.Value(text)
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	return v, nil
}

// encodeMeta writes canonical JSON by hand: the keys are few, known and in order.
func encodeMeta(m event.Meta) []byte {
	b := make([]byte, 0, 224)
	b = append(b, `{"actor":{"id":"`...)
	b = appendUUID(b, m.Actor.ID)
	b = append(b, `","kind":"`...)
	b = append(b, m.Actor.Kind...)
	b = append(b, `"}`...)
	for _, f := range [...]struct {
		key string
		id  uuid.UUID
	}{{"causation", m.Causation}, {"command", m.Command}, {"correlation", m.Correlation}, {"for", m.For}} {
		if f.id != uuid.Nil {
			b = append(b, `,"`...)
			b = append(b, f.key...)
			b = append(b, `":"`...)
			b = appendUUID(b, f.id)
			b = append(b, '"')
		}
	}
	return append(b, '}')
}

func appendUUID(b []byte, id uuid.UUID) []byte {
	text, _ := id.MarshalText() // never fails
	return append(b, text...)
}
