package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"portico/app/es/estest"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"
)

type noPolicy struct{}

func (noPolicy) LinkPolicy(context.Context, int32) (uploadlink.Policy, error) {
	return uploadlink.Policy{Window: 10 * time.Minute}, nil
}

// meanwhile is a body between whose halves something happens.
type meanwhile struct {
	io.Reader
	then func()
}

func (b *meanwhile) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) && b.then != nil {
		b.then()
		b.then = nil
	}
	return n, err
}

// L4, S1.i15: a file that comes whole, in a form or with the request that announces it, is taken where it began before the
// expiry or before the link was sent again; its history tells the true start. A revoked link stops it (L3).
func TestWholeFilesKeepTheirRight(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	expiry := noon.Add(time.Hour)
	ends := noon.Add(2 * time.Minute)
	content := transfertest.PDF(50_000, 1)
	for _, c := range []struct {
		name string
		ends time.Time
		then []event.Event
		want error
		late bool
	}{
		{"nothing happens", ends, nil, nil, false},
		{"it expires", expiry.Add(time.Minute), nil, nil, true},
		{"it is sent again", ends, []event.Event{uploadlink.Resent{At: noon.Add(time.Minute)}}, nil, false},
		{"it is revoked", ends, []event.Event{uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon.Add(time.Minute)}}, uploadlink.ErrRevoked, false},
	} {
		for _, size := range []int64{-1, int64(len(content))} {
			store := estest.NewMemory(noon)
			owner := transfer.Owner{Firm: 1, Link: transfertest.NewID(), Recipient: transfertest.NewID()}
			stream, client := uploadlink.Stream(owner.Link), transfertest.NewID()
			store.Given(1, stream, uploadlink.Issued{
				Client: client, Subject: client, Sender: transfertest.NewID(), ExpiresAt: expiry, Zone: "Europe/London",
				Recipients: []uploadlink.Recipient{{ID: owner.Recipient, Email: event.Of(owner.Recipient, "ida@example.org")}},
			})
			blobs := &transfertest.Blobs{}
			world := transfertest.NewWorld(&transfertest.Rows{}, blobs)
			transfers := &transfer.Service{
				Rows: world.Rows, Blobs: blobs, Limits: world.Limit,
				Link: linkHistory{
					links: linkapp.Commands{Events: store, Policies: noPolicy{}},
					shown: func(context.Context, int64) (bool, error) { return true, nil },
				},
			}
			body := &meanwhile{Reader: bytes.NewReader(content), then: func() {
				store.SetNow(c.ends)
				for _, e := range c.then {
					if again, ok := e.(uploadlink.Resent); ok {
						again.Secrets = []uploadlink.Secret{{Recipient: owner.Recipient, Generation: 2}}
						e = again
					}
					store.Given(1, stream, e)
				}
			}}
			f := transfer.File{ID: transfertest.NewID(), Name: "a.pdf", Size: size, Generation: 1}
			_, err := transfers.Whole(t.Context(), owner, f, 1<<20, body)
			if !errors.Is(err, c.want) {
				t.Errorf("%s, size %d: %v, want %v", c.name, size, err, c.want)
			}
			if c.want != nil {
				if _, err := blobs.Open(f.ID); err == nil {
					t.Errorf("%s, size %d: its bytes are still there", c.name, size)
				}
				continue
			}
			var started uploadlink.TransferStarted
			var received uploadlink.FileReceived
			for _, e := range store.Stream(stream) {
				switch e := e.(type) {
				case uploadlink.TransferStarted:
					started = e
				case uploadlink.FileReceived:
					received = e
				}
			}
			if !started.At.Equal(noon) || !received.StartedAt.Equal(noon) || !received.ReceivedAt.Equal(c.ends) || received.Late != c.late {
				t.Errorf("%s, size %d: started %s, received %+v", c.name, size, started.At, received)
			}
		}
	}
}
