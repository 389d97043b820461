package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"portico/adapters/postgres"
	app "portico/app/clientimport"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/clientimport"

	"github.com/google/uuid"
)

// broken fails the nth note, and every one after it, as a database that goes away does.
type broken struct {
	app.Rows
	notes, nth atomic.Int32
}

var errBroken = errors.New("the database went away")

func (b *broken) Note(ctx context.Context, firm int32, id uuid.UUID, steps []app.Step) error {
	if b.notes.Add(1) > b.nth.Load() {
		return errBroken
	}
	return b.Rows.Note(ctx, firm, id, steps)
}

func (r *register) imports(table app.Table) (app.Commands, *broken) {
	rows := postgres.ClientImports{DB: r.db}
	b := &broken{Rows: rows}
	b.nth.Store(1 << 30)
	return app.Commands{
		Events: r.store, Rows: b, Known: rows.Known,
		Read: func([]byte) (app.Table, error) { return table, nil },
	}, b
}

// sampleTable has a new client a row, two people of the first, one row that is refused and one that says nothing new.
func sampleTable(n int) app.Table {
	t := app.Table{Header: []string{"Reference", "Name", "First name", "Email"}}
	add := func(cells ...string) { t.Rows = append(t.Rows, app.Cells{No: len(t.Rows) + 2, Cells: cells}) }
	for i := range n {
		add(fmt.Sprintf("C-%d", i), fmt.Sprintf("Client %d", i), fmt.Sprintf("Given %d", i), fmt.Sprintf("p%d@client.example", i))
	}
	add("C-0", "Client 0", "Second", "second@client.example")
	add("C-0", "Client 0", "Given 0", "p0@client.example")
	add("C-X", "Client X", "Given", "no address")
	return t
}

// An import writes nothing before it is confirmed, goes on where it was cut off, and changes nothing the second time.
func TestClientImport(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	const n = 450
	c, rows := r.imports(sampleTable(n))
	id, before := uuid.Must(uuid.NewV7()), r.events()
	d, err := c.Upload(t.Context(), app.Upload{By: r.by(), ID: id, File: "Clients\u202e.csv", Content: []byte("x")})
	if err != nil || d.File != "Clients.csv" || d.Rows != n+3 {
		t.Fatal(d, err)
	}
	want := map[app.Outcome]int{app.Created: n, app.Changed: 1, app.Unchanged: 1, app.Refused: 1}
	p, err := c.Preview(t.Context(), r.firm, id)
	if err != nil || fmt.Sprint(p.Count) != fmt.Sprint(want) || p.NewPeople != n+1 {
		t.Fatalf("preview: %v, %d new people, %v", p.Count, p.NewPeople, err)
	}
	if got := r.events(); got != before {
		t.Fatalf("a preview wrote %d events", got-before)
	}
	if err := c.Run(t.Context(), r.firm, id); !errors.Is(err, clientimport.ErrNotConfirmed) {
		t.Errorf("an import that nobody confirmed ran: %v", err)
	}
	if _, err := c.Preview(t.Context(), r.firm+1, id); !errors.Is(err, app.ErrUnknown) {
		t.Errorf("another practice sees the import: %v", err)
	}
	r.do(c.Confirm(t.Context(), r.by(), id))
	if err := c.Map(t.Context(), r.firm, id, app.Mapping{app.Name}); !errors.Is(err, app.ErrUnderWay) {
		t.Errorf("the mapping of a confirmed import: %v", err)
	}

	rows.nth.Store(1) // 200 rows are noted; of those after them nobody knows
	if err := c.Run(t.Context(), r.firm, id); !errors.Is(err, errBroken) {
		t.Fatalf("cut off: %v", err)
	}
	rows.nth.Store(1 << 30)
	if err := c.Run(t.Context(), r.firm, id); err != nil {
		t.Fatal(err)
	}
	count, err := rows.Count(t.Context(), r.firm, id)
	if err != nil || fmt.Sprint(count) != fmt.Sprint(want) {
		t.Errorf("after it was cut off: %v, %v", count, err)
	}
	if state, err := c.State(t.Context(), r.firm, id); state != clientimport.Done || err != nil {
		t.Errorf("state %s, %v", state, err)
	}
	written := r.events()
	r.seeAll()
	people, err := r.people.ByEmail(t.Context(), r.firm, "p7@client.example")
	if err != nil || len(people) != 1 || people[0].Given != "Given 7" || people[0].Clients != 1 {
		t.Errorf("a person of the file: %+v, %v", people, err)
	}
	if all, _, err := r.people.Contacts(t.Context(), r.firm, contactapp.Query{Text: "second"}); err != nil || len(all) != 1 {
		t.Errorf("the second person of a client: %+v, %v", all, err)
	}

	again := uuid.Must(uuid.NewV7())
	if _, err := c.Upload(t.Context(), app.Upload{By: r.by(), ID: again, File: "Clients.csv", Content: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	r.do(c.Confirm(t.Context(), r.by(), again))
	if err := c.Run(t.Context(), r.firm, again); err != nil {
		t.Fatal(err)
	}
	count, _ = rows.Count(t.Context(), r.firm, again)
	if count[app.Unchanged] != n+2 || count[app.Refused] != 1 {
		t.Errorf("the same file again: %v", count)
	}
	if got := r.events(); got != written+2 { // that it was confirmed, and that it ended
		t.Errorf("the same file again wrote %d events", got-written)
	}
}

// A stopped import takes no further row and says how many are left; two processes don't take the same rows.
func TestClientImportStops(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c, rows := r.imports(sampleTable(20))
	id := uuid.Must(uuid.NewV7())
	if _, err := c.Upload(t.Context(), app.Upload{By: r.by(), ID: id, Content: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Stop(t.Context(), r.by(), id); !errors.Is(err, clientimport.ErrNotConfirmed) {
		t.Errorf("a draft was stopped: %v", err)
	}
	r.do(c.Confirm(t.Context(), r.by(), id))
	ok, err := rows.Hold(t.Context(), id, func(ctx context.Context) error {
		if err := c.Run(ctx, r.firm, id); err == nil {
			t.Error("two processes take the same rows")
		}
		return nil
	})
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	r.do(c.Stop(t.Context(), r.by(), id))
	if _, err := c.Perform(t.Context(), es.Effect{Firm: r.firm, Stream: clientimport.Stream(id)}); err != nil {
		t.Fatal(err)
	}
	count, err := rows.Count(t.Context(), r.firm, id)
	if err != nil || count[""] != 22 || count[app.Refused] != 1 {
		t.Errorf("stopped before the first row: %v, %v", count, err)
	}
	if state, err := c.State(t.Context(), r.firm, id); state != clientimport.Halted || err != nil {
		t.Errorf("state %s, %v", state, err)
	}
	if _, err := c.Stop(t.Context(), r.by(), id); !errors.Is(err, clientimport.ErrEnded) {
		t.Errorf("stopped after its end: %v", err)
	}
}

func (r *register) events() (n int) {
	r.t.Helper()
	if err := r.db.Work.QueryRow(r.t.Context(), `SELECT count(*) FROM es.events WHERE firm_no = $1`, r.firm).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// seeAll waits until the read models show everything.
func (r *register) seeAll() {
	r.t.Helper()
	if err := r.db.Work.QueryRow(r.t.Context(), `SELECT max(position) FROM es.events`).Scan(&r.last.Position); err != nil {
		r.t.Fatal(err)
	}
	r.see()
}
