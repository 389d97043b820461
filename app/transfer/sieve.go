package transfer

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"fmt"
	"hash"
	"io"

	"portico/domain/filetype"
)

// sieve looks at all bytes of a file, in order and in pieces of any size, and refuses at the same byte however they are
// cut.
type sieve struct {
	format filetype.Format
	size   int64  // -1: the end is not known before it comes
	head   []byte // the file's start, up to filetype.HeadSize
	media  string // once the head is complete
}

// newSieve continues at offset of a file whose earlier bytes are in r.
func newSieve(format filetype.Format, size, offset int64, r io.ReaderAt) (*sieve, error) {
	v := &sieve{format: format, size: size}
	if offset == 0 {
		return v, nil
	}
	v.head = make([]byte, min(offset, filetype.HeadSize))
	if _, err := r.ReadAt(v.head, 0); err != nil {
		return nil, fmt.Errorf("read the file's start again: %w", err)
	}
	return v, v.decide()
}

// pass takes the next bytes. Bytes that it refuses must not be kept. It returns filetype.ErrType.
func (v *sieve) pass(p []byte) error {
	if room := filetype.HeadSize - len(v.head); room > 0 {
		v.head = append(v.head, p[:min(room, len(p))]...)
		if err := v.decide(); err != nil {
			return err
		}
	}
	if v.format.Text(v.head) && bytes.IndexByte(p, 0) >= 0 {
		return filetype.ErrType.Withf("This file is named .%s, but it isn’t text. Nothing of it was kept.", v.format.Extension)
	}
	return nil
}

// end decides a file that turned out to be shorter than a head.
func (v *sieve) end() (err error) {
	if v.media == "" {
		v.media, err = v.format.Head(v.head)
	}
	return err
}

func (v *sieve) decide() (err error) {
	if v.media == "" && (len(v.head) == filetype.HeadSize || int64(len(v.head)) == v.size) {
		v.media, err = v.format.Head(v.head)
	}
	return err
}

// digest is SHA-256 whose state can be put aside. Source: hash, "the state may contain portions of the input".
type digest struct{ hash.Hash }

func newDigest(state []byte) (digest, error) {
	h := sha256.New()
	if len(state) == 0 {
		return digest{h}, nil
	}
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil {
		return digest{}, fmt.Errorf("continue the digest: %w", err)
	}
	return digest{h}, nil
}

func (d digest) state() ([]byte, error) {
	state, err := d.Hash.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("put the digest aside: %w", err)
	}
	return state, nil
}
