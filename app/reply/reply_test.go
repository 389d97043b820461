package reply

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/app/es/estest"
	"portico/app/secret"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"

	"github.com/google/uuid"
)

var (
	noon      = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	acme      = uuid.UUID{6: 0x70, 8: 0x80, 15: 1}
	this      = uuid.UUID{6: 0x70, 8: 0x80, 15: 2}
	ida, bo   = uuid.UUID{6: 0x70, 8: 0x80, 15: 3}, uuid.UUID{6: 0x70, 8: 0x80, 15: 4}
	mary      = uuid.UUID{6: 0x70, 8: 0x80, 15: 5}
	byMary    = task.Who{Kind: event.Staff, ID: mary}
	errNobody = fault.New(fault.NotFound, "contact.not_found", "Unknown.")
)

// world is a desk, and what it asks of others.
type world struct {
	*testing.T
	Desk
	store    *estest.Memory
	people   []uuid.UUID
	archived bool
	known    map[uuid.UUID][]string
	out      map[uuid.UUID]bool // who has no way in
}

func (w *world) OfClient(context.Context, int32, uuid.UUID) ([]uuid.UUID, error) {
	return w.people, nil
}
func (w *world) Active(context.Context, int32, uuid.UUID) (bool, error) { return !w.archived, nil }
func (w *world) Known(context.Context, int32, uuid.UUID) error          { return nil }

func (w *world) TaskPolicy(context.Context, int32) (task.FilePolicy, error) {
	return task.FilePolicy{}, nil
}

func ringOf(t testing.TB, ids ...byte) secret.KeyRing {
	t.Helper()
	var keys []secret.Key
	for _, id := range ids {
		keys = append(keys, secret.Key{ID: id, Secret: bytes.Repeat([]byte{id}, 32)})
	}
	ring, err := secret.NewKeyRing(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// newWorld has a task of Ida's and Bo's.
func newWorld(t *testing.T) *world {
	w := &world{T: t, store: estest.NewMemory(noon), people: []uuid.UUID{ida, bo}, out: map[uuid.UUID]bool{}}
	w.known = map[uuid.UUID][]string{ida: {"ida@ek.example", "Ida.Ek@post.example"}, bo: {"bo@ek.example"}}
	w.Desk = Desk{
		Domain: "in.example", Keys: ringOf(t, 1), Tasks: taskapp.Commands{Events: w.store, People: w, Policies: w}, Now: func() time.Time { return noon }, Marks: []string{"https://portal.example"},
		FirmOf: func(_ context.Context, s event.Stream) (int32, bool, error) { return 1, s.ID == this, nil },
		Addresses: func(_ context.Context, _ int32, c uuid.UUID) ([]string, error) {
			if w.known[c] == nil {
				return nil, errNobody
			}
			return w.known[c], nil
		},
		Enters: func(_ context.Context, _ int32, c uuid.UUID) (bool, error) { return !w.out[c], nil },
	}
	w.given(task.Assigned{
		Client: acme, Subject: acme, Kind: task.ToDo, Title: event.Of(acme, "Send the ledger"), Audience: task.Audience{All: true}, Zone: "UTC", Sender: mary, At: noon,
	}, task.Notified{Contact: ida, Channel: task.Email, About: task.OfAssignment, Mail: uuid.UUID{15: 9}, At: noon})
	return w
}

func (w *world) given(events ...event.Event) { w.store.Given(1, task.Stream(this), events...) }

func (w *world) address(contact uuid.UUID, private bool) string {
	return w.Keys.ReplyAddress(secret.ReplyTo{Task: this, Person: contact, Private: private}) + "@in.example"
}

var letters int

// letter is a mail, each time another one.
func letter(from, to, text string, headers ...string) string {
	letters++
	head := fmt.Sprintf("From: <%s>\r\nTo: %s\r\nMessage-ID: <m%d@ek.example>\r\nContent-Type: text/plain; charset=utf-8\r\n", from, to, letters)
	return strings.Join(append(headers, head), "\r\n") + "\r\n" + text
}

// gets is what becomes of a mail, and what is new in the task's history.
func (w *world) gets(raw string, want Outcome) []event.Event {
	w.Helper()
	before := len(w.store.Stream(task.Stream(this)))
	got, err := w.Receive(w.Context(), []byte(raw), "")
	if err != nil || got != want {
		w.Fatalf("%s, %v; want %s", got, err, want)
	}
	return w.store.Stream(task.Stream(this))[before:]
}

func (w *world) refuses(raw string, why task.Refusal, text string) task.ReplyRefused {
	w.Helper()
	news := w.gets(raw, Refused)
	if len(news) != 1 {
		w.Fatalf("%d events: %v", len(news), news)
	}
	e, ok := news[0].(task.ReplyRefused)
	if !ok || e.Why != why || e.Text.Text != text || e.Contact != ida {
		w.Errorf("%+v", news[0])
	}
	return e
}

// An answer is posted in its person's name, in the talk of its address, without what it quotes.
func TestReceive(t *testing.T) {
	w := newWorld(t)
	quote := "\r\n\r\nOn 2 March 2026 at 12:00, Harbour <" + w.address(ida, false) + "> wrote:\r\n\r\n> A message\r\n"
	news := w.gets(letter("ida@ek.example", w.address(ida, false), "Here it is."+quote), Taken)
	e, ok := news[0].(task.Posted)
	if !ok || len(news) != 1 || e.Text.Text != "Here it is." || e.By != (task.Who{Kind: event.Contact, ID: ida}) || e.Via != task.ByMail || e.Talk != (task.Talk{}) || len(e.Tell) != 1 {
		t.Errorf("%+v", news)
	}
	news = w.gets(letter("IDA.EK@POST.example", strings.ToUpper(w.address(ida, true)), "For you alone."), Taken)
	if e := news[0].(task.Posted); e.Talk.With != ida || len(e.Tell) != 0 {
		t.Errorf("%+v", e)
	}
	w.Keys = ringOf(t, 2, 1) // a newer key came
	old := secret.ReplyTo{Task: this, Person: bo}
	w.gets(letter("bo@ek.example", ringOf(t, 1).ReplyAddress(old)+"@in.example", "Me too."), Taken)
}

// Rule 4: however often, and at once from two processes, one mail is one message.
func TestReceivedOnce(t *testing.T) {
	w := newWorld(t)
	raw := letter("ida@ek.example", w.address(ida, false), "Once.")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got, err := w.Receive(t.Context(), []byte(raw), ""); err != nil || got != Taken {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
	all.Wait()
	if again := w.gets(raw, Taken); len(again) != 0 {
		t.Errorf("the fifth time: %v", again)
	}
	posted := 0
	for _, e := range w.store.Stream(task.Stream(this)) {
		if _, ok := e.(task.Posted); ok {
			posted++
		}
	}
	if posted != 1 {
		t.Errorf("%d messages", posted)
	}
	other := letter("ida@ek.example", w.address(ida, false), "Once.") // with an id of its own
	if news := w.gets(other, Taken); len(news) != 1 {
		t.Errorf("another mail with the same words: %v", news)
	}
}

// Attacks: an address that was made up, one for another domain, one under a key that is off the ring, and other people's tasks.
func TestForged(t *testing.T) {
	w := newWorld(t)
	genuine := w.address(ida, false)
	for name, to := range map[string]string{
		"a letter changed": "b" + genuine[1:],
		"its end changed":  strings.Replace(genuine, genuine[40:45], "aaaaa", 1),
		"another domain":   strings.Replace(genuine, "in.example", "in.example.net", 1),
		"another key":      ringOf(t, 7).ReplyAddress(secret.ReplyTo{Task: this, Person: ida}) + "@in.example",
		"of nobody":        w.Keys.ReplyAddress(secret.ReplyTo{Task: this, Person: mary}) + "@in.example",
		"of another task":  w.Keys.ReplyAddress(secret.ReplyTo{Task: acme, Person: ida}) + "@in.example",
		"no address":       "office@in.example",
		"none at all":      "undisclosed-recipients:;",
	} {
		if news := w.gets(letter("ida@ek.example", to, "Hello"), Ignored); len(news) != 0 {
			t.Errorf("%s: %v", name, news)
		}
	}
	if news := w.gets(letter("ida@ek.example", w.address(ida, false), "Hello", "Auto-Submitted: auto-replied"), Ignored); len(news) != 0 {
		t.Errorf("a machine: %v", news)
	}
	w.Domain = ""
	w.gets(letter("ida@ek.example", genuine, "Hello"), Ignored)
}

// Rule 3 (attack: somebody else has the address): their words are in no thread and in no mail, and the person is told once a day.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	w.refuses(letter("mallory@evil.example", w.address(ida, false), "Pay to this account."), task.ForSender, "")
	if news := w.gets(letter("mallory@evil.example", w.address(ida, false), "Now!"), Refused); len(news) != 0 {
		t.Errorf("twice a day: %v", news)
	}
	if news := w.gets(letter("bo@ek.example", w.address(ida, true), "I am Ida."), Refused); len(news) != 0 { // another contact of the client
		t.Errorf("Bo is Ida: %v", news)
	}
	w.Now = func() time.Time { return noon.Add(24 * time.Hour) }
	w.refuses("From: ida@ek.example, mallory@evil.example\r\nTo: "+w.address(ida, false)+"\r\n\r\nBoth of us.", task.ForSender, "")
}

// What can't be taken is told with their own words.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		text   string
		why    task.Refusal
		kept   string
	}{
		"closed":      {func(w *world) { w.given(task.Closed{Outcome: task.Completed, By: byMary, At: noon}) }, "Late", task.ForClosing, "Late"},
		"not linked":  {func(w *world) { w.people = []uuid.UUID{bo} }, "Hello?", task.ForAccess, "Hello?"},
		"no way in":   {func(w *world) { w.out[ida] = true }, "Hello?", task.ForAccess, "Hello?"},
		"not on it":   {func(w *world) { w.given(task.ContactRemoved{Contact: ida}) }, "Hello?", task.ForAccess, "Hello?"},
		"archived":    {func(w *world) { w.archived = true }, "Hello?", task.ForArchive, "Hello?"},
		"empty":       {func(*world) {}, " \r\n", task.ForNothing, ""},
		"only quoted": {func(*world) {}, "On 2 March 2026 Harbour wrote:\r\n> Hello", task.ForNothing, ""},
		"too long":    {func(*world) {}, strings.Repeat("ä", task.MaxMessage+1), task.ForLength, strings.Repeat("ä", task.MaxMessage+1)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			raw := letter("ida@ek.example", w.address(ida, false), c.text)
			w.refuses(raw, c.why, c.kept)
			if again := w.gets(raw, Refused); len(again) != 0 {
				t.Errorf("again: %v", again)
			}
		})
	}
	t.Run("erased", func(t *testing.T) {
		w := newWorld(t)
		delete(w.known, ida)
		w.gets(letter("ida@ek.example", w.address(ida, false), "Hello"), Ignored)
		w.known[ida] = []string{} // known, without an address
		w.gets(letter("ida@ek.example", w.address(ida, false), "Hello"), Ignored)
	})
}

// shelf takes files but those that are named otherwise.
type shelf struct {
	world *world
	names []string
}

func (s *shelf) Put(_ context.Context, _ int32, _, contact, message uuid.UUID, f File) (uuid.UUID, error) {
	switch {
	case strings.HasSuffix(f.Name, ".exe"):
		return uuid.Nil, fault.New(fault.Unsupported, "transfer.type", "Not this.")
	case strings.HasSuffix(f.Name, ".later"):
		return uuid.Nil, fault.New(fault.Unavailable, "transfer.later", "Later.")
	}
	s.names = append(s.names, f.Name)
	id := uuid.NewSHA1(message, []byte(fmt.Sprint(len(s.names))))
	s.world.given(task.AttachmentReceived{Attachment: id, By: task.Who{Kind: event.Contact, ID: contact}, Place: task.Place{Message: message}, Name: event.Of(acme, f.Name), Size: 3, At: noon})
	return id, nil
}

// Rule 6: what is enclosed comes with the message; what can't is named; nothing of a stranger's, or of a mail that came before.
func TestEnclosed(t *testing.T) {
	w := newWorld(t)
	s := &shelf{world: w}
	w.Files = s
	enclose := func(from string, names ...string) string {
		raw := strings.Replace(letter(from, w.address(ida, false), ""), "Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/mixed; boundary=b", 1) + "\r\n--b\r\n\r\nSee there.\r\n"
		for _, n := range names {
			raw += "--b\r\nContent-Disposition: attachment; filename=" + n + "\r\n\r\nabc\r\n"
		}
		return raw + "--b--\r\n"
	}
	raw := enclose("ida@ek.example", "a.pdf", "b.exe", "c.pdf")
	news := w.gets(raw, Refused) // one of it was
	posted, ok := news[2].(task.Posted)
	refused, also := news[3].(task.ReplyRefused)
	if len(news) != 4 || !ok || !also || len(posted.Files) != 2 || posted.Text.Text != "See there." || len(refused.Files) != 1 || refused.Files[0].Text != "b.exe" || refused.Why != task.ForFiles {
		t.Fatalf("%+v", news)
	}
	if again := w.gets(raw, Refused); len(again) != 0 {
		t.Errorf("again: %v", again)
	}
	if w.gets(enclose("mallory@evil.example", "evil.pdf"), Refused); len(s.names) != 2 {
		t.Errorf("a stranger's file was put on the task: %q", s.names)
	}
	if _, err := w.Receive(t.Context(), []byte(enclose("ida@ek.example", "d.later")), ""); err == nil {
		t.Error("what can be taken later was not asked for again")
	}
	w.given(task.Closed{Outcome: task.Cancelled, By: byMary, At: noon})
	news = w.gets(enclose("ida@ek.example", "e.pdf"), Refused) // the task was closed meanwhile
	if e, ok := news[1].(task.ReplyRefused); !ok || e.Why != task.ForClosing || len(e.Files) != 1 || e.Text.Text != "See there." {
		t.Errorf("%+v", news)
	}
}

// A mail that is too large is none, whatever is in it; one that goes to several threads is in each.
func TestSizeAndNumber(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Receive(t.Context(), make([]byte, MaxMail+1), ""); err == nil || !strings.Contains(err.Error(), "25 MB") {
		t.Error(err)
	}
	if _, err := w.Receive(t.Context(), []byte("no mail"), ""); err == nil {
		t.Error("it was read")
	}
	both := w.gets(letter("ida@ek.example", w.address(ida, false)+", "+w.address(ida, true)+", "+w.address(ida, false), "To both."), Taken)
	if len(both) != 1 { // two talks of one thread: a mail is one message
		t.Errorf("%v", both)
	}
	raw := letter("ida@ek.example", "somebody@else.example", "By the envelope.")
	if got, err := w.Receive(t.Context(), []byte(raw), w.address(ida, false)); err != nil || got != Taken {
		t.Errorf("%s, %v", got, err)
	}
}

// Where the receiving server is named, it must have proved the sender; what else says so came with the mail.
func TestProved(t *testing.T) {
	w := newWorld(t)
	w.Server = "mx.example"
	for results, want := range map[string]Outcome{
		"mx.example; dmarc=pass header.from=ek.example":                                  Taken,
		"mx.example; spf=fail smtp.mailfrom=ek.example; dkim=pass header.d=ek.example":   Taken,
		"mx.example 1; spf=pass smtp.mailfrom=ida@ek.example":                            Taken,
		"mx.example; spf=pass smtp.mailfrom=evil.example":                                Refused,
		"mx.example; dkim=pass header.d=evil.example; dmarc=none header.from=ek.example": Refused,
		"mx.example; dmarc=fail header.from=ek.example":                                  Refused,
		"mx.example; none": Refused,
		"mx.example (; dmarc=pass header.from=ek.example)":                                            Refused,
		"evil.example; dmarc=pass header.from=ek.example":                                             Refused,
		"evil.example; none\r\nAuthentication-Results: mx.example; dmarc=pass header.from=ek.example": Refused,
		"": Refused,
	} {
		headers := []string{"Authentication-Results: " + results}
		if results == "" {
			headers = nil
		}
		w.gets(letter("ida@ek.example", w.address(ida, false), "Hello", headers...), want)
	}
}
