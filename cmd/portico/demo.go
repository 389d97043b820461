package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	accountapp "portico/app/account"
	clientapp "portico/app/client"
	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// demoID is the nth id of the demo practice, the same at each start, so that seeding again finds what is there. It has
// the shape of a UUIDv7 from the first of January 2026.
func demoID(n int) uuid.UUID { return demoIDBefore(n, 0) }

// demoIDBefore is demoID from so long before: lists of links are sorted by the time in their ids.
func demoIDBefore(n int, before time.Duration) uuid.UUID {
	const january = 1767225600000 // Unix milliseconds
	at := january - before.Milliseconds()
	return uuid.MustParse(fmt.Sprintf("%08x-%04x-7000-8000-%012x", at>>16, at&0xffff, n))
}

// demo fills the demo practice through the same commands that people use.
type demo struct {
	*house
	firm      int32
	staff     []uuid.UUID // as logins has them
	transfers *transfer.Service
}

// seed makes the demo practice, its people, clients and links; whatever is there stays as it is.
func (h *house) seed(ctx context.Context, transfers *transfer.Service, logins []login) error {
	firm, err := h.db.NumberFirm(ctx, demoID(0))
	if err != nil {
		return err
	}
	d := &demo{house: h, firm: firm, transfers: transfers}
	founding := firmapp.Found{
		By: es.By{Firm: firm, Actor: event.Actor{Kind: event.Operator}}, ID: demoID(0),
		Name: "Harbour & Vale", Email: "office@harbourvale.example", Zone: "Europe/London",
	}
	if _, err := h.firms.Found(ctx, founding); err != nil {
		return fmt.Errorf("found the demo practice: %w", err)
	}
	for i, l := range logins {
		id, err := d.person(ctx, i, l)
		if err != nil {
			return fmt.Errorf("add %s: %w", l.Email, err)
		}
		d.staff = append(d.staff, id)
	}
	if err := errors.Join(d.settings(ctx), d.portal(ctx)); err != nil {
		return fmt.Errorf("set up the demo practice: %w", err)
	}
	for i, c := range demoClients {
		if err := d.client(ctx, i, c); err != nil {
			return fmt.Errorf("add the client %s: %w", c.name, err)
		}
	}
	if err := d.people(ctx); err != nil {
		return fmt.Errorf("add the people of the demo's clients: %w", err)
	}
	if err := d.ask(ctx); err != nil {
		return fmt.Errorf("ask the demo's clients for something: %w", err)
	}
	for i, s := range demoStories {
		if err := d.tell(ctx, i, s); err != nil {
			return fmt.Errorf("tell the demo link %q: %w", s.title, err)
		}
	}
	return nil
}

// person adds one login, or gives the one that is there the password that dev is about to print.
func (d *demo) person(ctx context.Context, i int, l login) (uuid.UUID, error) {
	there, phc, ok, err := d.accounts.ByEmail(ctx, l.Email)
	if err != nil {
		return uuid.Nil, err
	}
	if ok {
		if right, _, err := d.account.Hasher.Verify(ctx, phc, string(l.Password)); err != nil || right {
			return there.ID, err
		}
		return there.ID, d.account.SetPassword(ctx, there, string(l.Password))
	}
	id := demoID(0x100 + i)
	role := account.Practitioner
	if i == 0 {
		role = account.Owner
	}
	return id, d.account.AddStaff(ctx, accountapp.AddStaff{
		ID: id, Firm: d.firm, Email: l.Email, Name: l.Name, Role: role, Password: string(l.Password),
	})
}

func (d *demo) by(staff int) es.By {
	return es.By{Firm: d.firm, Actor: event.Actor{Kind: event.Staff, ID: d.staff[staff]}}
}

type demoClient struct {
	name, email, reference string
	sort                   client.Sort
	owner                  int // of logins; -1 nobody
}

var demoClients = []demoClient{
	{"Ashdown Joinery Ltd", "accounts@ashdownjoinery.example", "C-00412", client.Company, 0},
	{"Beatrix Lindqvist", "beatrix@lindqvist.example", "C-00087", client.Person, 1},
	{"Calder & Wye Architects LLP", "finance@calderwye.example", "C-00233", client.Partnership, 0},
	{"Delgado Family Trust", "trustees@delgado.example", "C-00519", client.Trust, 1},
	{"Eastgate Veterinary Practice", "office@eastgatevets.example", "C-00140", client.Company, 1},
	{"Imogen Farrow", "imogen@farrow.example", "C-00601", client.Person, -1},
	{"Gilchrist Roofing", "angus@gilchristroofing.example", "C-00377", client.Person, 0},
	{"Hollis & Daughters Bakery", "ruth@hollisbakery.example", "C-00298", client.Company, 0},
	{"Yusuf Ibrahim", "yusuf@ibrahim.example", "C-00644", client.Person, 1},
	{"Juniper Lane Nursery CIC", "manager@juniperlane.example", "C-00455", client.Charity, 1},
	{"Kestrel Film Productions", "production@kestrelfilm.example", "C-00512", client.Company, 0},
	{"Lowther Estates", "estates@lowther.example", "C-00071", client.Partnership, 0},
}

func (d *demo) client(ctx context.Context, i int, c demoClient) error {
	create := clientapp.Create{
		By: d.by(max(c.owner, 0)), ID: demoID(0x200 + i), Name: c.name, Email: c.email, Sort: c.sort, Reference: c.reference,
	}
	if c.owner >= 0 {
		create.Owner = d.staff[c.owner]
	}
	long := clientapp.Commands{Events: earlier{d.store, time.Duration(60+17*i) * day}}
	_, err := long.Create(ctx, create)
	return err
}

// earlier is the store with its clock set back, so that a demo which is a minute old can hold links that have expired.
// What it appends says when it happened by that clock, and when it was recorded by the real one.
type earlier struct {
	es.Store
	ago time.Duration
}

func (e earlier) Now(ctx context.Context) (time.Time, error) {
	now, err := e.Store.Now(ctx)
	return now.Add(-e.ago), err
}

func (e earlier) Load(ctx context.Context, firm int32, stream event.Stream, after int) iter.Seq2[event.Recorded, error] {
	return func(yield func(event.Recorded, error) bool) {
		for r, err := range e.Store.Load(ctx, firm, stream, after) {
			r.ReadAt = r.ReadAt.Add(-e.ago)
			if !yield(r, err) {
				return
			}
		}
	}
}

// at is the house's links as of some time ago, and transfers that come through them.
func (d *demo) at(ago time.Duration) (linkapp.Commands, *transfer.Service) {
	links := linkapp.Commands{Events: earlier{d.store, ago}, Policies: d.firmList}
	return links, &transfer.Service{Rows: d.transfers.Rows, Blobs: d.transfers.Blobs, Link: linkHistory{links, d.linkList.Wait}, Limits: d.transfers.Limits, Allowed: d.transfers.Allowed}
}

// holder finds the first recipient of a link, who holds the first secret.
func (d *demo) holder(ctx context.Context, link uuid.UUID) (uploadlink.Holder, error) {
	for r, err := range d.store.Load(ctx, d.firm, uploadlink.Stream(link), 0) {
		if err != nil {
			return uploadlink.Holder{}, err
		}
		if e, ok := r.Event.(uploadlink.Issued); ok {
			return uploadlink.Holder{Recipient: e.Recipients[0].ID, Generation: 1}, nil
		}
	}
	return uploadlink.Holder{}, fmt.Errorf("link %s has not been issued", link)
}
