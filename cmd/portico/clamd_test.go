package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"

	scanadapter "portico/adapters/scan"
)

// In two halves, so that this program is no virus. Source: eicar.org.
const testVirus = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR` + `-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// fakeClamd speaks clamd's protocol on a socket: it finds the test virus wherever it lies open, says so of what is packed
// too deep for it, and can be told to take its time.
type fakeClamd struct {
	address string
	gate    sync.RWMutex // held for writing: files wait. Probes of up to 1 KB and of 1 MiB don't
}

func startClamd(t *testing.T) *fakeClamd {
	t.Helper()
	c := &fakeClamd{address: filepath.Join(t.TempDir(), "clamd.ctl")}
	l, err := net.Listen("unix", c.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return c
}

// scanning is how a node uses it.
func (c *fakeClamd) scanning() scanning {
	return scanning{scanner: &scanadapter.Clamd{Network: "unix", Address: c.address, MaxSize: 1 << 20}}
}

func (c *fakeClamd) serve(conn net.Conn) {
	defer conn.Close()
	command := make([]byte, 10)
	if _, err := io.ReadFull(conn, command[:9]); err != nil {
		return
	}
	if string(command[:9]) == "zVERSION\x00" {
		_, _ = io.WriteString(conn, "ClamAV 1.4.3/1/now\x00")
		return
	}
	if _, err := io.ReadFull(conn, command[9:]); err != nil || string(command) != "zINSTREAM\x00" {
		return
	}
	var file []byte
	for {
		var length [4]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint32(length[:])
		if n == 0 {
			break
		}
		frame := make([]byte, n)
		if _, err := io.ReadFull(conn, frame); err != nil {
			return
		}
		file = append(file, frame...)
	}
	answer := "stream: OK\x00"
	switch {
	case bytes.HasPrefix(file, []byte(testVirus)):
		answer = "stream: Eicar-Signature FOUND\x00"
	case bytes.HasPrefix(file, []byte("PK")) && len(file) < 64<<10:
		answer = "stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\x00"
	default:
		c.gate.RLock() // a person's file
		defer c.gate.RUnlock()
		if bytes.Contains(file, []byte(testVirus)) {
			answer = "stream: Eicar-Signature FOUND\x00"
		}
	}
	_, _ = io.WriteString(conn, answer)
}
