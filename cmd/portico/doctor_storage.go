package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"portico/adapters/blob"
	"portico/adapters/postgres"
	"portico/app/transfer"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// leastFree is the free space below which uploads are refused, so that what has begun can end.
const leastFree = 1 << 30

// filesFolder is where the bytes of uploaded files are.
func filesFolder(folder string) string { return filepath.Join(folder, "files") }

// examineStorage looks at the folder of the uploaded files, and at the room for more: less than least bytes are too few.
func examineStorage(folder string, least uint64) []finding {
	const check = "storage"
	dir := folder
	for { // before the first start the folder isn't there yet; its parent will hold it
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() {
			break
		}
		if err == nil {
			return []finding{wrong(check, "Choose another --data folder.", "%s is a file, no folder", dir)}
		}
		if dir == filepath.Dir(dir) {
			return []finding{wrong(check, "Choose another --data folder.", "%s can't be made", folder)}
		}
		dir = filepath.Dir(dir)
	}
	if err := tryWriting(dir); err != nil {
		return []finding{wrong(check, "Give this user the right to write there, or choose another --data folder.", "%v", err)}
	}
	return []finding{fine(check, "%s can be written", dir), examineSpace(dir, least)}
}

func examineSpace(dir string, least uint64) finding {
	const check = "free space"
	var space unix.Statfs_t
	if err := unix.Statfs(dir, &space); err != nil {
		return wrong(check, "Look at the disk.", "%v", err)
	}
	free := uint64(space.Bavail) * uint64(space.Bsize)
	if free < least {
		return wrong(check, "Make room: below "+gib(least)+" new uploads are refused.", "%s", gib(free))
	}
	return fine(check, "%s", gib(free))
}

func gib(bytes uint64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }

// examineFiles looks for files that the database has and the folder has not. A folder that isn't there is not made:
// whoever runs doctor may be somebody else than who runs the portal.
func examineFiles(ctx context.Context, url, dir string) finding {
	const check = "files"
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return wrong(check, "Start the database.", "%v", err)
	}
	defer db.Close()
	service := transfer.Service{Rows: postgres.Transfers{DB: db}}
	kept, err := service.Rows.Kept(ctx, uuid.Nil, 1)
	if err != nil {
		return wrong(check, "Look at the database.", "%v", err)
	}
	if len(kept) == 0 {
		return fine(check, "none has arrived yet")
	}
	const repair = "Put the folder back from its newest backup, or correct --data."
	if _, err := os.Stat(dir); err != nil {
		return wrong(check, repair, "files have arrived, but %v", err)
	}
	blobs, err := blob.Open(dir)
	if err != nil {
		return wrong(check, repair, "%v", err)
	}
	defer blobs.Close()
	service.Blobs = blobs
	missing, err := service.Missing(ctx)
	if err != nil {
		return wrong(check, repair, "%v", err)
	}
	if len(missing) > 0 {
		return wrong(check, repair, "the bytes of %d are gone or cut, those of %s first", len(missing), missing[0])
	}
	return fine(check, "the bytes of all are there")
}

// tryWriting writes, flushes and removes a file: a disk that can't flush loses files.
func tryWriting(dir string) error {
	file, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	_, err = file.WriteString("a file that portico doctor wrote\n")
	return errors.Join(err, file.Sync(), file.Close(), os.Remove(file.Name()))
}
