package main

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// ways are what is killed, and when: the node inside a body, inside a command, and as a window ends; a rebuild inside its
// work; the database; and last the node twice, before it has come up again.
var ways = []string{"upload", "append", "release", "rebuild", "database", "start"}

// kill waits for the moment, kills, and starts what was killed.
func (s *siege) kill(way string) {
	s.Helper()
	s.alive()
	switch way {
	case "upload", "append":
		select {
		case <-s.moments[way]:
			time.Sleep(s.within(5 * time.Millisecond))
		case <-time.After(30 * time.Second):
			s.Fatalf("nobody has come to a moment of %s", way)
		}
		s.killNode()
	case "release":
		for len(s.due) > 0 {
			<-s.due
		}
		time.Sleep(time.Until(<-s.due) + s.within(30*time.Millisecond) - 5*time.Millisecond)
		s.killNode()
	case "rebuild":
		s.killRebuild()
	case "database":
		s.database.Kill(s.T)
		s.kills = append(s.kills, time.Now())
		time.Sleep(s.within(300 * time.Millisecond))
		s.database.Start(s.T)
	case "start":
		s.killNode()
		s.start()
		time.Sleep(s.within(600 * time.Millisecond))
		s.alive()
		s.killNode()
	}
	s.Logf("kill %d: %s", len(s.kills), way)
	select {
	case <-s.node.done:
		s.start()
	default:
	}
	s.ready()
}

func (s *siege) within(d time.Duration) time.Duration {
	return time.Duration(s.chance.Int64N(int64(d)))
}

func (s *siege) killNode() {
	s.node.kill()
	s.kills = append(s.kills, time.Now())
}

// killRebuild kills a rebuild while its tables are being filled, and in every second case the node with it. One that is
// over before it is seen is followed by another.
func (s *siege) killRebuild() {
	s.Helper()
	conn := s.superuser()
	for range 100 {
		var before int // what an earlier kill has left is still called building
		if err := conn.QueryRow(s.Context(), `SELECT max(generation) FROM es.generations`).Scan(&before); err != nil {
			s.Fatal(err)
		}
		cmd := s.command("projections", "rebuild", "upload_link_list")
		over := make(chan struct{})
		if err := cmd.Start(); err != nil {
			s.Fatal(err)
		}
		go func() { _ = cmd.Wait(); close(over) }() // it is killed, or too quick
		if !s.building(conn, before, over) {
			continue
		}
		time.Sleep(s.within(10 * time.Millisecond))
		_ = cmd.Process.Kill()
		s.kills = append(s.kills, time.Now())
		if s.chance.IntN(2) == 0 {
			s.killNode()
		}
		<-over
		return
	}
	s.Fatal("no rebuild was seen at its work")
}

// building waits until a rebuild fills the tables of a generation after before; false where it is over before that is seen.
func (s *siege) building(conn *pgx.Conn, before int, over <-chan struct{}) (yes bool) {
	s.Helper()
	for !yes {
		if err := conn.QueryRow(s.Context(), `SELECT EXISTS (SELECT FROM es.generations WHERE state = 'building' AND generation > $1)`, before).Scan(&yes); err != nil {
			s.Fatal(err)
		}
		select {
		case <-over:
			return false
		default:
		}
	}
	return true
}
