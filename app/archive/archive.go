// Package archive streams several files as one zip.
//
//  1. Files are stored, not compressed: most of what people send is compressed already. So memory stays flat, and the
//     length is known before the first byte; a browser shows progress and notices when something is missing.
//  2. Each name is one that every system takes: no path, nothing hidden, no two alike in whatever letter case.
//  3. A file that can't be read to its end fails the archive. It then has no directory, and nobody takes it for whole.
package archive

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// MaxFiles is how many files one archive holds: as many as a link takes.
const MaxFiles = 10_000

// What can be wrong with a selection of files.
var (
	ErrNothing = fault.New(fault.Invalid, "archive.nothing",
		"No file is chosen. Tick at least one, then download.")
	ErrTooMany = fault.New(fault.Invalid, "archive.too_many",
		"Too many files are chosen for one archive. Choose at most 10,000.")
)

// File is one file to put in.
type File struct {
	ID   uuid.UUID
	Name string
	Size int64 // bytes; what is read must have as many
	At   time.Time
}

// Archive is files under the names that they get. The zero Archive is empty.
type Archive struct{ files []File }

// Of names the files (rule 2). It returns ErrNothing and ErrTooMany.
func Of(files []File) (Archive, error) {
	switch {
	case len(files) == 0:
		return Archive{}, ErrNothing
	case len(files) > MaxFiles:
		return Archive{}, ErrTooMany.Withf("%d files are chosen; one archive holds at most %d. Choose fewer.", len(files), MaxFiles)
	}
	named := make([]File, len(files))
	taken := names{}
	for i, f := range files {
		f.Name = taken.free(Safe(f.Name))
		named[i] = f
	}
	return Archive{files: named}, nil
}

// The parts of a zip in bytes, without names (APPNOTE 6.3.10).
const (
	localHeader = 30 + timeExtra
	timeExtra   = 9 // the time of change in UTC
	descriptor  = 16
	bigSizes    = 8 // more in a descriptor
	central     = 46 + timeExtra
	bigCentral  = 28 // more in the directory
	end         = 22
	bigEnd      = 76
	big         = math.MaxUint32 // sizes and offsets from here on need the 64-bit form
	bigCount    = math.MaxUint16
)

// Length is how many bytes Write writes.
func (a Archive) Length() int64 {
	var at, directory int64
	for _, f := range a.files {
		directory += central + int64(len(f.Name))
		if f.Size >= big || at >= big {
			directory += bigCentral
		}
		at += localHeader + int64(len(f.Name)) + f.Size + descriptor
		if f.Size >= big {
			at += bigSizes
		}
	}
	total := at + directory + end
	if len(a.files) >= bigCount || directory >= big || at >= big {
		total += bigEnd
	}
	return total
}

// Open opens the bytes of a file.
type Open func(id uuid.UUID) (io.ReadCloser, error)

// Write writes the zip, reading one file after the other. After an error w holds a part of it that no program can open
// as a whole (rule 3).
func (a Archive) Write(ctx context.Context, w io.Writer, open Open) error {
	z := zip.NewWriter(w)
	buffer := make([]byte, 256<<10)
	for _, f := range a.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		header := &zip.FileHeader{Name: f.Name, Method: zip.Store, Modified: f.At.UTC()}
		header.SetMode(0o644)
		to, err := z.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("begin an entry: %w", err)
		}
		if err := f.copy(to, open, buffer); err != nil {
			return fmt.Errorf("put file %s in: %w", f.ID, err)
		}
	}
	return z.Close()
}

func (f File) copy(to io.Writer, open Open, buffer []byte) error {
	from, err := open(f.ID)
	if err != nil {
		return err
	}
	defer from.Close() // it was only read
	// Neither side's own way of copying: it would take a buffer of another size.
	n, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{io.LimitReader(from, f.Size+1)}, buffer)
	if err != nil {
		return err
	}
	if n != f.Size {
		return fmt.Errorf("there are %d bytes, want %d: %w", n, f.Size, io.ErrUnexpectedEOF)
	}
	return nil
}
