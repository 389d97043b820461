package blob

import (
	"os"

	"golang.org/x/sys/unix"
)

// flush leaves out what nobody needs after a crash: the file's times.
func flush(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}

// startWriting promises nothing and waits for nothing; an error shows at flush.
func startWriting(f *os.File, at, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
