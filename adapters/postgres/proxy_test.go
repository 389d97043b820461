package postgres_test

import (
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// link is a line to Postgres that can be cut at a chosen moment.
type link struct {
	listener net.Listener
	server   string

	mu   sync.Mutex
	next cut
	dark bool // no new connection comes through
	odds int  // one in so many times something happens by chance; 0: never
}

// cut is what happens to the next thing that a client says.
type cut int

const (
	none       cut = iota
	loseAsk        // the server never hears it
	loseReply      // the server does it, and nobody is told
	delayAsk       // the client is cut off, and the server hears it a moment later
	loseReply2     // as loseReply, and then the line stays dead for a while
)

// throughLink returns the URL that leads through a new link.
func throughLink(t testing.TB, to string) (*link, string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	l := &link{server: u.Host}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.listener.Close() })
	go func() {
		for {
			client, err := l.listener.Accept()
			if err != nil {
				return
			}
			go l.carry(client)
		}
	}()
	u.Host = l.listener.Addr().String()
	return l, u.String()
}

// cutNext chooses what happens to what is said next.
func (l *link) cutNext(c cut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = c
}

func (l *link) take() cut {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.next
	l.next = none
	if c == none && l.odds > 0 && rand.IntN(l.odds) == 0 {
		c = []cut{loseAsk, loseReply, delayAsk}[rand.IntN(3)]
	}
	if c == loseReply2 {
		l.dark = true
	}
	return c
}

// byChance lets something happen one in so many times.
func (l *link) byChance(odds int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.odds = odds
}

// light lets everything through again.
func (l *link) light() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dark, l.odds = false, 0
}

func (l *link) carry(client net.Conn) {
	defer client.Close()
	l.mu.Lock()
	dark := l.dark
	l.mu.Unlock()
	if dark {
		return
	}
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var deaf sync.Once
	silence := make(chan struct{}) // closed: nothing more goes to the client
	go func() {
		defer client.Close()
		buf := make([]byte, 1<<16)
		for {
			n, err := server.Read(buf)
			select {
			case <-silence:
				return
			default:
			}
			if n > 0 {
				if _, err := client.Write(buf[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			switch c := l.take(); c {
			case loseAsk:
				return
			case loseReply, loseReply2:
				deaf.Do(func() { close(silence) })
			case delayAsk:
				deaf.Do(func() { close(silence) })
				client.Close()
				time.Sleep(200 * time.Millisecond)
				if _, err := server.Write(buf[:n]); err == nil {
					time.Sleep(100 * time.Millisecond) // for the server to do it
				}
				return
			}
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
