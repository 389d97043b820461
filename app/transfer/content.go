package transfer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"portico/domain/filetype"
)

// Nobody needs a document with more members than this, or with more bytes of names: a list of them is held in memory.
const (
	mostMembers   = 100_000
	mostNameBytes = 4 << 20
)

// inspect decides by the whole file, and names what was found. It returns filetype.ErrType.
func inspect(v *sieve, r io.ReaderAt, size int64) (media string, err error) {
	if err := v.end(); err != nil {
		return "", err
	}
	if !v.format.Contained(v.media) {
		return v.media, nil
	}
	var m filetype.Members
	if bytes.HasPrefix(v.head, compoundMark) {
		m, err = compoundMembers(r, size)
	} else {
		m, err = zipMembers(r, size)
	}
	if errors.Is(err, errBroken) {
		return "", filetype.ErrType.Withf("This file is named .%s, but it is damaged: its list of contents can’t be read.", v.format.Extension)
	}
	if err != nil {
		return "", err
	}
	return v.format.Within(m)
}

// errBroken says that a container's list can't be read.
var errBroken = errors.New("the container is broken")

// zipMembers reads the central directory at the end of a zip. archive/zip would do, if it didn't believe the number of
// members that the file claims. Source: PKWARE APPNOTE 6.3.10, 4.3.
func zipMembers(r io.ReaderAt, size int64) (m filetype.Members, err error) {
	start, length, err := zipDirectory(r, size)
	if err != nil {
		return m, err
	}
	name, read := make([]byte, 0xffff), 0
	in := bufio.NewReaderSize(io.NewSectionReader(r, start, length), 64<<10)
	for {
		var h [46]byte
		if _, err := io.ReadFull(in, h[:]); errors.Is(err, io.EOF) {
			return m, nil
		} else if err != nil {
			return m, ended(err)
		}
		if string(h[:4]) != "PK\x01\x02" {
			return m, errBroken
		}
		name = name[:le16(h[28:])]
		if read += len(name); len(m.Names) == mostMembers || read > mostNameBytes {
			m.More = true
			return m, nil
		}
		if _, err := io.ReadFull(in, name); err != nil {
			return m, ended(err)
		}
		m.Names = append(m.Names, string(name))
		if _, err := in.Discard(le16(h[30:]) + le16(h[32:])); err != nil {
			return m, ended(err)
		}
		if string(name) == "mimetype" && le16(h[10:]) == 0 { // stored, as OpenDocument wants it
			if m.Declared, err = zipStored(r, int64(le32(h[42:])), le32(h[20:])); err != nil {
				return m, err
			}
		}
	}
}

// zipDirectory finds the central directory by the record at the file's end (4.3.16), or its 64-bit twin (4.3.14, 15).
func zipDirectory(r io.ReaderAt, size int64) (start, length int64, err error) {
	tail := make([]byte, min(size, 22+0xffff))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, fmt.Errorf("read the end of the zip: %w", err)
	}
	at := -1
	for i := len(tail) - 22; i >= 0 && at < 0; i-- {
		if string(tail[i:i+4]) == "PK\x05\x06" && i+22+le16(tail[i+20:]) <= len(tail) {
			at = i
		}
	}
	if at < 0 {
		return 0, 0, errBroken
	}
	end := size - int64(len(tail)) + int64(at)
	length, start = int64(le32(tail[at+12:])), int64(le32(tail[at+16:]))
	if start == 0xffffffff || length == 0xffffffff || le16(tail[at+10:]) == 0xffff {
		var locator [20]byte
		var record [56]byte
		if _, err := r.ReadAt(locator[:], max(end-20, 0)); err != nil {
			return 0, 0, ended(err)
		}
		if string(locator[:4]) == "PK\x06\x07" {
			if _, err := r.ReadAt(record[:], int64(binary.LittleEndian.Uint64(locator[8:])&(1<<62-1))); err != nil {
				return 0, 0, ended(err)
			}
			if string(record[:4]) != "PK\x06\x06" {
				return 0, 0, errBroken
			}
			length, start = int64(binary.LittleEndian.Uint64(record[40:])), int64(binary.LittleEndian.Uint64(record[48:]))
		}
	}
	if start < 0 || length < 0 || start > end || length > end-start {
		return 0, 0, errBroken
	}
	return start, length, nil
}

// zipStored reads a short member that isn't compressed (4.3.7).
func zipStored(r io.ReaderAt, at int64, length uint32) (string, error) {
	var h [30]byte
	if _, err := r.ReadAt(h[:], at); err != nil {
		return "", ended(err)
	}
	text := make([]byte, min(length, 128))
	if _, err := r.ReadAt(text, at+30+int64(le16(h[26:])+le16(h[28:]))); err != nil {
		return "", ended(err)
	}
	return string(text), nil
}

var compoundMark = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

// compoundMembers reads the directory of a compound file: a chain of sectors with entries of 128 bytes.
// Source: [MS-CFB] 2.2, 2.3, 2.6.
func compoundMembers(r io.ReaderAt, size int64) (m filetype.Members, err error) {
	m.Compound = true
	var h [512]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return m, ended(err)
	}
	shift := le16(h[30:])
	if shift != 9 && shift != 12 {
		return m, errBroken
	}
	sector := make([]byte, 1<<shift)
	seen := 0
	for at := le32(h[48:]); at < 0xfffffffa && seen < mostMembers; seen += len(sector) / 128 {
		if err := readSector(r, sector, at, size); err != nil {
			return m, err
		}
		for e := range slices.Chunk(sector, 128) {
			if e[66] == 5 {
				m.Root = [16]byte(e[80:96])
			}
			if n := le16(e[64:]); e[66] != 0 && n >= 2 && n <= 64 {
				name := make([]uint16, n/2-1)
				for i := range name {
					name[i] = binary.LittleEndian.Uint16(e[2*i:])
				}
				m.Names = append(m.Names, strings.ToValidUTF8(string(utf16.Decode(name)), ""))
			}
		}
		per := uint32(len(sector) / 4) // entries of the allocation table in one sector; the header names the first 109
		if at/per >= 109 {
			m.More = true
			return m, nil
		}
		if err := readSector(r, sector, le32(h[76+4*(at/per):]), size); err != nil {
			return m, err
		}
		at = le32(sector[4*(at%per):])
	}
	return m, nil
}

func readSector(r io.ReaderAt, sector []byte, n uint32, size int64) error {
	at := (int64(n) + 1) * int64(len(sector))
	if at >= size {
		return errBroken
	}
	got, err := r.ReadAt(sector, at)
	clear(sector[got:]) // the last sector may be cut short
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the compound file: %w", err)
	}
	return nil
}

// ended turns a file that stops too early into a broken one; a disk that fails stays what it is.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errBroken
	}
	return fmt.Errorf("read the container: %w", err)
}

func le16(b []byte) int    { return int(binary.LittleEndian.Uint16(b)) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
