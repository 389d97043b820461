package access_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/access"
	"portico/app/audit"
	contactapp "portico/app/contact"
	"portico/app/es/estest"
	firmapp "portico/app/firm"
	taskapp "portico/app/task"
	linkapp "portico/app/uploadlink"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

var (
	ida, acme, globex, practice, link, file, batch, recipient, asked = id(1), id(2), id(3), id(4), id(5), id(6), id(7), id(8), id(9)

	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

// world is Ida, who is in the portal of Acme with every right but billing, unless a test says otherwise.
type world struct {
	t       *testing.T
	store   *estest.Memory
	clients []contactapp.Membership
	task    taskapp.Detail
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, store: estest.NewMemory(noon)}
	w.clients = []contactapp.Membership{{Client: acme, ClientName: "Acme", Active: true, Rights: contactapp.Rights{"files", "tasks"}}}
	w.given(firm.Stream(practice), firm.Founded{Name: "Harbour"})
	w.given(contact.Stream(ida), contact.Added{})
	w.given(client.Stream(acme), client.Created{}, client.ContactLinked{Contact: id(99)}, client.ContactLinked{Contact: ida, Rights: []client.Right{"files", "tasks"}}, client.TagsSet{})
	return w
}

func (w *world) given(s event.Stream, events ...event.Event) *world {
	w.store.Given(1, s, events...)
	return w
}

func sent(nth int, change ...func(*invite.Sent)) invite.Sent {
	e := invite.Sent{Nth: nth, Contact: ida, Client: acme, Channels: invite.ByEmail, Access: invite.ByAccount, ExpiresAt: noon.AddDate(0, 0, 30), At: noon}
	for _, f := range change {
		f(&e)
	}
	return e
}

func (w *world) accepted() *world {
	return w.given(invite.Stream(ida), sent(1), invite.Accepted{Nth: 1, Access: invite.ByAccount, At: noon})
}

func (w *world) Contact(context.Context, int32, uuid.UUID) (contactapp.Row, error) {
	return contactapp.Row{ID: ida, Given: "Ida", Email: "ida@example.org"}, nil
}

func (w *world) ClientsOf(context.Context, int32, uuid.UUID) ([]contactapp.Membership, error) {
	return w.clients, nil
}

func (w *world) Event(_ context.Context, no int32, s event.Stream, version int) (audit.Row, bool, error) {
	for _, r := range w.store.Log() {
		if r.Firm == no && r.Stream == s && r.Version == version {
			return audit.Row{Position: r.Position, Stream: s, Version: version, Type: r.Event.EventType(), At: r.At, Actor: r.Meta.Actor}, true, nil
		}
	}
	return audit.Row{}, false, nil
}

// Portal is the practice's settings as its stream tells.
func (w *world) portal(_ context.Context, no int32) (firmapp.Portal, error) {
	p := firmapp.NewPortal(no, practice)
	for _, e := range w.store.Stream(firm.Stream(practice)) {
		if e, ok := e.(firm.Event); ok {
			p = p.Apply(e)
		}
	}
	return p, nil
}

type settings struct{ *world }

func (s settings) Portal(ctx context.Context, no int32) (firmapp.Portal, error) {
	return s.portal(ctx, no)
}

func (w *world) Files(context.Context, int32, linkapp.FileQuery) ([]linkapp.FileRow, string, error) {
	return []linkapp.FileRow{{ID: file, Name: "scan.pdf"}}, "", nil
}

func (w *world) LinkOf(_ context.Context, _ int32, of uuid.UUID) (uuid.UUID, error) {
	if of != file {
		return uuid.Nil, uploadlink.ErrNotFound
	}
	return link, nil
}

func (w *world) Tasks(_ context.Context, _ int32, q taskapp.Query) ([]taskapp.Row, string, error) {
	if q.Client != acme {
		return nil, "", nil
	}
	return []taskapp.Row{{ID: asked, Title: "Ledger", ClientName: "Acme"}}, "", nil
}

func (w *world) Task(_ context.Context, _ int32, of uuid.UUID) (taskapp.Detail, error) {
	if of != asked {
		return taskapp.Detail{}, task.ErrNotFound
	}
	return w.task, nil
}

func (w *world) explainers() access.Explainers {
	p := access.Portal{Events: w.store, History: w, People: w}
	tabs := access.TabsOf{Portal: p, Firms: settings{w}}
	return access.Explainers{"portal": p, "tab": tabs, "file": access.FilesOf{TabsOf: tabs, Links: w}, "task": access.TasksOf{TabsOf: tabs, Tasks: w, Now: func() time.Time { return noon }}}
}

type want struct {
	sees   bool
	rule   string
	says   string
	event  string // type and version, "client.archived 5"
	repair access.Act
}

func (w *world) ask(object string, of uuid.UUID, want want) access.Answer {
	w.t.Helper()
	o, err := access.ParseObject(object)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.explainers().Explain(w.t.Context(), access.Question{Firm: 1, Person: ida, Object: o, Client: of})
	if err != nil {
		w.t.Errorf("%s: %v", object, err)
		return a
	}
	named := ""
	if !a.Because.None() {
		named = a.Because.Type + " " + string(rune('0'+a.Because.Version))
	}
	if a.Sees != want.sees || a.Rule != want.rule || !strings.Contains(a.Text, want.says) || named != want.event || a.Repair.Act != want.repair {
		w.t.Errorf("%s: %+v\nwant %+v", object, a, want)
	}
	if a.Repair.Act != "" && (a.Repair.Word == "" || !slices.Contains(account.Rights(), a.Repair.Right)) {
		w.t.Errorf("%s: a button %+v", object, a.Repair)
	}
	return a
}

// Whether somebody gets in follows from their invitation, and the newest event that counts is named.
func TestPortal(t *testing.T) {
	both := func(e *invite.Sent) { e.Channels = invite.ByBoth }
	lost := func(c invite.Channel, nth int) invite.Bounced {
		return invite.Bounced{Nth: nth, Channel: c, Code: "550"}
	}
	for name, c := range map[string]struct {
		history []event.Event
		want    want
	}{
		"never invited (S5.4)":            {nil, want{false, "S5.4", "Nobody has invited Ida", "contact.added 1", access.Invite}},
		"invited (S3.14)":                 {[]event.Event{sent(1), invite.Opened{Nth: 1}}, want{false, "S3.14", "not accepted yet", "invite.sent 1", access.Invite}},
		"bounced (I6)":                    {[]event.Event{sent(1), lost(invite.Email, 1)}, want{false, "I6", "never reached", "invite.bounced 2", access.Look}},
		"bounced on one of two":           {[]event.Event{sent(1, both), lost(invite.Email, 1)}, want{false, "S3.14", "not accepted yet", "invite.sent 1", access.Invite}},
		"bounced, then sent anew":         {[]event.Event{sent(1), lost(invite.Email, 1), sent(2)}, want{false, "S3.14", "not accepted yet", "invite.sent 3", access.Invite}},
		"a late bounce of the older one":  {[]event.Event{sent(1), sent(2), lost(invite.Email, 1)}, want{false, "S3.14", "not accepted yet", "invite.sent 2", access.Invite}},
		"expired (S3.i1)":                 {[]event.Event{sent(1), invite.Expired{Nth: 1}}, want{false, "S3.i1", "has expired", "invite.expired 2", access.Invite}},
		"expired, and the alarm is late":  {[]event.Event{sent(1, func(e *invite.Sent) { e.ExpiresAt = noon })}, want{false, "S3.i1", "has expired", "invite.sent 1", access.Invite}},
		"withdrawn (S3.i1)":               {[]event.Event{sent(1), invite.Withdrawn{Nth: 1}}, want{false, "S3.i1", "withdrawn", "invite.withdrawn 2", access.Invite}},
		"void (S3.i12)":                   {[]event.Event{sent(1), invite.Voided{Nth: 1}}, want{false, "S3.i12", "void", "invite.voided 2", access.Invite}},
		"taken back (T5)":                 {[]event.Event{sent(1), invite.TakenBack{Nth: 1}}, want{false, "T5", "taken back", "invite.taken_back 2", access.Invite}},
		"taken back: the earlier stands":  {[]event.Event{sent(1), invite.Withdrawn{Nth: 1}, sent(2), invite.TakenBack{Nth: 2}}, want{false, "S3.i1", "withdrawn", "invite.withdrawn 2", access.Invite}},
		"accepted (S3.14)":                {[]event.Event{sent(1), invite.Accepted{Nth: 1, Access: invite.ByAccount}}, want{true, "S3.14", "gets in", "invite.accepted 2", ""}},
		"removed (S3.i4)":                 {[]event.Event{sent(1), invite.Accepted{Nth: 1, Access: invite.ByAccount}, invite.AccessRemoved{}}, want{false, "S3.i4", "was removed", "invite.access_removed 3", access.Invite}},
		"removed, and invited once more":  {[]event.Event{sent(1), invite.Accepted{Nth: 1, Access: invite.ByAccount}, invite.AccessRemoved{}, sent(2)}, want{false, "S3.14", "not accepted yet", "invite.sent 4", access.Invite}},
		"removed, invited, accepted anew": {[]event.Event{sent(1), invite.AccessRemoved{}, sent(2), invite.Accepted{Nth: 2, Access: invite.ByLink}}, want{true, "S3.14", "gets in", "invite.accepted 4", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).given(invite.Stream(ida), c.history...)
			w.ask("portal", uuid.Nil, c.want)
			if !c.want.sees {
				w.ask("tab:home", uuid.Nil, c.want) // nor is there anything inside
			}
		})
	}
}

// S3.i23: an archived client shuts its people out, unless they have another one.
func TestArchivedClient(t *testing.T) {
	w := newWorld(t).accepted().given(client.Stream(acme), client.Archived{At: noon}, client.Restored{At: noon}, client.Archived{At: noon})
	w.clients[0].Active = false
	no := want{false, "S3.i23", "Acme is archived", "client.archived 7", access.Restore}
	if a := w.ask("portal", uuid.Nil, no); a.Repair.Client != acme || a.Repair.Right != account.ChangeClients {
		t.Errorf("mended by %+v", a.Repair)
	}
	w.ask("tab:files", uuid.Nil, no)
	w.clients = append(w.clients, contactapp.Membership{Client: globex, ClientName: "Globex", Active: true})
	w.ask("portal", uuid.Nil, want{true, "S3.14", "gets in", "invite.accepted 2", ""})
	w.ask("portal", acme, no)
}

// S3.18, S3.i18: a tab is there where the practice uses it and the person may see it.
func TestTabs(t *testing.T) {
	w := newWorld(t).accepted()
	w.ask("tab:home", uuid.Nil, want{true, "S3.18", "for everybody", "invite.accepted 2", ""})
	w.ask("tab:files", uuid.Nil, want{true, "S3.18", "has the right to “Files” for Acme", "client.contact_linked 3", ""})
	w.ask("tab:billing", uuid.Nil, want{false, "S3.18", "has not been switched on", "firm.founded 1", access.UseTab})
	w.ask("tab:video", uuid.Nil, want{false, "S3.18", "no film", "", access.Look})
	w.given(firm.Stream(practice), firm.TabsSet{Tabs: []firm.Tab{firm.BillingTab}})
	if a := w.ask("tab:files", uuid.Nil, want{false, "S3.18", "switched the tab Files off", "firm.tabs_set 2", access.UseTab}); a.Repair.Tab != "files" || a.Repair.Right != account.ChangeSettings {
		t.Errorf("mended by %+v", a.Repair)
	}
	a := w.ask("tab:billing", uuid.Nil, want{false, "S3.i18", "lacks the right to “Billing” for Acme", "client.contact_linked 3", access.Grant})
	if !slices.Equal(a.Repair.Rights, []string{"files", "tasks", "billing"}) || a.Repair.Client != acme {
		t.Errorf("mended by %+v", a.Repair)
	}
	w.given(client.Stream(acme), client.ContactRightsSet{Contact: ida}, client.ContactRightsSet{Contact: id(99)})
	w.ask("tab:billing", acme, want{false, "S3.i18", "lacks the right", "client.contact_rights_set 5", access.Grant})

	w.clients = append(w.clients, contactapp.Membership{Client: globex, ClientName: "Globex", Active: true, Rights: contactapp.Rights{"billing"}})
	w.given(client.Stream(globex), client.ContactLinked{Contact: ida})
	w.ask("tab:billing", uuid.Nil, want{true, "S3.18", "for Globex", "client.contact_linked 1", ""})
	w.ask("tab:billing", acme, want{false, "S3.i18", "for Acme", "client.contact_rights_set 5", access.Grant})

	w.given(client.Stream(id(50)), client.ContactLinked{Contact: ida}, client.ContactUnlinked{Contact: ida})
	w.ask("tab:billing", id(50), want{false, "S3.i18", "was parted from this client", "client.contact_unlinked 2", ""})
	w.clients = nil // S3.9, S3.10
	w.ask("tab:billing", uuid.Nil, want{false, "S3.10", "belongs to no client", "contact.added 1", ""})
	w.given(firm.Stream(practice), firm.TabsSet{Tabs: []firm.Tab{firm.FilesTab}})
	w.ask("tab:files", uuid.Nil, want{true, "S3.10", "all the same", "invite.accepted 2", ""})
}

// A file is theirs that came through a link mailed to their address; nothing is told of what the practice doesn't have.
func TestFiles(t *testing.T) {
	to := func(email string) uploadlink.Issued {
		return uploadlink.Issued{Client: acme, Recipients: []uploadlink.Recipient{{ID: recipient, Email: event.Of(recipient, email)}}}
	}
	came := uploadlink.FileReceived{File: file, Batch: batch, Recipient: recipient}
	released := uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{file}}
	at := "file:" + file.String()
	w := newWorld(t).accepted().given(uploadlink.Stream(link), to("IDA@example.org"), came, released)
	w.ask(at, uuid.Nil, want{true, "S3.18", "among those they have sent", "uploadlink.batch_released 3", ""})
	w.given(uploadlink.Stream(link), uploadlink.AddressCorrected{Recipient: recipient, Email: event.Of(recipient, "tom@example.org")})
	w.ask(at, uuid.Nil, want{false, "S3.18", "another address", "uploadlink.address_corrected 4", ""})
	w.given(uploadlink.Stream(link), uploadlink.WithdrawalAccepted{File: file})
	w.ask(at, uuid.Nil, want{false, "U5", "given the file up", "uploadlink.withdrawal_accepted 5", ""})
	w.clients[0].Rights = nil
	w.ask(at, uuid.Nil, want{false, "S3.i18", "lacks the right to “Files”", "client.contact_linked 3", access.Grant})
	w.clients = []contactapp.Membership{{Client: globex, ClientName: "Globex", Active: true, Rights: contactapp.Rights{"files"}}}
	w.ask(at, uuid.Nil, want{false, "S3.18", "another client", "uploadlink.file_received 2", ""})

	w = newWorld(t).accepted().given(uploadlink.Stream(link), uploadlink.Issued{Recipients: to("ida@example.org").Recipients}, came, released)
	w.ask(at, uuid.Nil, want{false, "S3.18", "or for none", "uploadlink.file_received 2", ""})
}

// T1, T5: a task is for its audience alone, once its hold has ended.
func TestTasks(t *testing.T) {
	tom, at := id(98), "task:"+asked.String()
	w := newWorld(t).accepted().given(task.Stream(asked), task.Assigned{Client: acme, Audience: task.Audience{All: true}})
	w.task.Row = taskapp.Row{ID: asked, Client: acme, Kind: task.ToDo}
	w.ask(at, uuid.Nil, want{true, "T1", "Ida is among", "task.assigned 1", ""})
	w.task.HoldUntil = noon.Add(time.Second)
	w.ask(at, uuid.Nil, want{false, "T5", "held for a moment", "task.assigned 1", ""})
	w.task.HoldUntil = noon
	w.given(task.Stream(asked), task.ContactRemoved{Contact: tom}, task.ContactRemoved{Contact: ida}, task.Retitled{})
	if a := w.ask(at, uuid.Nil, want{false, "T1", "is not among them", "task.contact_removed 3", access.Look}); a.Repair.Page != "/tasks/"+asked.String() || a.Repair.Right != account.ChangeTasks {
		t.Errorf("mended by %+v", a.Repair)
	}
	w.given(task.Stream(asked), task.ContactAdded{Contact: ida}, task.ContactAdded{Contact: tom})
	w.ask(at, uuid.Nil, want{true, "T1", "sees it", "task.contact_added 5", ""})
	w.given(task.Stream(asked), task.AudienceSet{Audience: task.Audience{Contacts: []uuid.UUID{tom}}})
	w.ask(at, uuid.Nil, want{false, "T1", "is not among them", "task.audience_set 7", access.Look})
	w.given(task.Stream(asked), task.AudienceSet{Audience: task.Audience{Contacts: []uuid.UUID{ida}}})
	w.task.Outcome = task.Completed
	w.ask(at, uuid.Nil, want{true, "T1", "takes nothing", "task.audience_set 8", ""})
	w.given(firm.Stream(practice), firm.TabsSet{Tabs: []firm.Tab{firm.TodosTab}})
	w.ask(at, uuid.Nil, want{true, "T1", "takes nothing", "task.audience_set 8", ""})
	w.task.Kind = task.Documents
	w.ask(at, uuid.Nil, want{false, "S3.18", "tab Requests off", "firm.tabs_set 2", access.UseTab})
	w.task.Kind = task.ToDo
	w.clients[0].Rights = nil
	w.ask(at, uuid.Nil, want{false, "S3.i18", "lacks the right to “Tasks”", "client.contact_linked 3", access.Grant})
	w.clients = []contactapp.Membership{{Client: globex, ClientName: "Globex", Active: true, Rights: contactapp.Rights{"tasks"}}}
	w.ask(at, uuid.Nil, want{false, "T1", "another client’s", "task.assigned 1", ""})

	w.clients = nil
	w.task.Client, w.task.Contact = uuid.Nil, ida // S3.9, S3.10
	w.ask(at, uuid.Nil, want{true, "T1", "sees it", "task.audience_set 8", ""})
	w.task.Contact = tom
	w.ask(at, uuid.Nil, want{false, "T1", "another person’s", "task.assigned 1", ""})
}

func TestUnknownThings(t *testing.T) {
	w := newWorld(t).accepted()
	for object, want := range map[string]error{
		"tab:secrets": access.ErrUnknown, "portal:x": access.ErrUnknown, "file:x": access.ErrUnknown, "file:" + id(77).String(): access.ErrUnknown, "task:1": access.ErrUnknown, "task:" + id(77).String(): access.ErrUnknown, "form:1": access.ErrObject,
		"": access.ErrObject, "tab:": access.ErrObject, ":files": access.ErrObject,
	} {
		o, err := access.ParseObject(object)
		if err == nil {
			_, err = w.explainers().Explain(t.Context(), access.Question{Firm: 1, Person: ida, Object: o})
		}
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", object, err, want)
		}
	}
	all, err := w.explainers().Objects(t.Context(), 1, ida)
	if err != nil || len(all) != 11 || all[0].Object.String() != "portal" || all[2].Object.String() != "tab:todos" || all[9].Word != "Task: Ledger (Acme)" || all[10].Word != "File: scan.pdf (Acme)" {
		t.Errorf("%+v, %v", all, err)
	}
}
