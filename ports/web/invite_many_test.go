package web

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/app/invitejob"
	"portico/domain/invite"
	jobs "portico/domain/invitejob"

	"github.com/google/uuid"
)

// bulk is InviteJobs with three people, one of whom has no address, and a client without people.
type bulk struct {
	state    jobs.State
	asked    invitejob.Choice
	prepared invitejob.Prepare
	did      string
}

var (
	jobID   = newTestID(60)
	ida     = invitejob.Candidate{Client: farrow, ClientName: "Farrow <b>", Contact: newTestID(61), Given: "Ida", Name: "Ida Berg", Email: "ida@example.org", Language: "de"}
	olav    = invitejob.Candidate{Client: farrow, ClientName: "Farrow <b>", Contact: newTestID(62), Given: "Olav", Name: "Olav", Email: "olav@example.org", State: inviteapp.Sent}
	silent  = invitejob.Candidate{Client: newTestID(64), ClientName: "Silent", Contact: newTestID(63), Name: "Sam"}
	nobodys = invitejob.Candidate{Client: newTestID(65), ClientName: "Nobody’s"}
)

func (b *bulk) Candidates(_ context.Context, _ int32, c invitejob.Choice, _ string, limit int) (rows []invitejob.Candidate, next string, err error) {
	b.asked = c
	for _, r := range []invitejob.Candidate{ida, olav, silent, nobodys} {
		if c.People == nil || slices.Contains(c.People, r.Contact) {
			rows = append(rows, r)
		}
	}
	if limit > 0 {
		next = "further"
	}
	return rows, next, nil
}

func (b *bulk) Counts(context.Context, int32, invitejob.Choice) (invitejob.Counts, error) {
	return invitejob.Counts{Found: 1240, Choosable: 1234, Stand: map[clientapp.Portal]int{clientapp.WithoutPortal: 1100}}, nil
}

func (b *bulk) Export(_ context.Context, _ int32, c invitejob.Choice, w io.Writer) error {
	_, err := io.WriteString(w, "people of "+c.Of.Text)
	return err
}

func (b *bulk) Prepare(_ context.Context, cmd invitejob.Prepare) (invitejob.Draft, error) {
	if b.prepared = cmd; cmd.Choice.People != nil && len(cmd.Choice.People) == 0 {
		return invitejob.Draft{}, jobs.ErrNobody
	}
	return invitejob.Draft{ID: cmd.ID}, nil
}

func (b *bulk) draft() invitejob.Draft {
	return invitejob.Draft{ID: jobID, Chosen: "Without portal", People: 2, CreatedAt: noon, Settings: invitejob.Settings{
		Channels: invite.ByEmail, Message: "Welcome <i>", Access: invite.ByAccount, ExpiresOn: noon.AddDate(0, 0, 30), Zone: "Europe/London",
	}}
}

func (b *bulk) Preview(_ context.Context, _ int32, d invitejob.Draft) (plan []invitejob.Planned, err error) {
	for i, c := range []invitejob.Candidate{ida, olav} {
		plan = append(plan, invitejob.Planned{Chosen: invitejob.Chosen{No: i + 1, Contact: c.Contact, Client: c.Client}, Candidate: c, Why: c.Verdict(d.Settings)})
	}
	return plan, nil
}

func (b *bulk) Start(_ context.Context, _ es.By, _ uuid.UUID, hold time.Duration) (es.Result, error) {
	b.did += "started with a hold of " + hold.String() + " "
	return es.Result{}, nil
}

func (b *bulk) Stop(context.Context, es.By, uuid.UUID) (es.Result, error) {
	b.did += "stopped "
	return es.Result{}, nil
}

func (b *bulk) Recent(context.Context, int32) ([]invitejob.Draft, error) {
	return []invitejob.Draft{b.draft()}, nil
}

func (b *bulk) Look(_ context.Context, _ int32, id uuid.UUID) (invitejob.Progress, error) {
	if id != jobID {
		return invitejob.Progress{}, invitejob.ErrUnknown
	}
	return invitejob.Progress{
		Draft: b.draft(), State: b.state, Now: noon, HoldUntil: noon.Add(29 * time.Second),
		Tally: invitejob.Tally{People: 2, Waiting: 1, Sent: 1, HandedOver: 1, Bounced: 1},
	}, nil
}

func (b *bulk) Page(_ context.Context, _ int32, _ uuid.UUID, part invitejob.Part, after, _ int) (rows []invitejob.Row, err error) {
	all := []invitejob.Row{
		{Chosen: invitejob.Chosen{No: 1, Contact: ida.Contact}, Outcome: invitejob.Sent, Name: "Ida Berg", ClientName: "Farrow", Email: "ida@example.org", CreatedAt: noon, HandedOverAt: noon, BouncedAt: noon, BounceCode: "550", Lost: true},
		{Chosen: invitejob.Chosen{No: 2, Contact: olav.Contact}, Outcome: invitejob.Skipped, Name: "Olav", Note: invite.ErrWaits.Message},
	}
	for _, r := range all {
		if r.No > after && (part != invitejob.PartBounced || r.Lost) {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func (b *bulk) Report(_ context.Context, _ int32, _ uuid.UUID, w io.Writer) error {
	_, err := io.WriteString(w, "No,Person")
	return err
}

func withBulk(t *testing.T) (*house, *bulk) {
	h, _ := gathered(t)
	b := &bulk{state: jobs.Draft}
	h.server.InviteJobs = b
	return h, b
}

// S3.11, S3.12, S3.i7, S3.i8: the list states how many "all" are, and who can't be reached has no box.
func TestManagePortals(t *testing.T) {
	h, b := withBulk(t)
	page := h.get("/invitations?portal=without&of=invited&q=far&client="+farrow.String()).want(t, 200, "Manage client portals", "All 1,234 who match and have an address", "1,240 people",
		"Without portal", "1,100", `value="`+ida.Contact.String()+`"`, "Has no address", "Nobody yet", "Farrow &lt;b&gt;", "after=further", `name="portal" value="without"`, `name="of" value="invited"`)
	page.lacks(t, `value="`+silent.Contact.String()+`"`, "Farrow <b>")
	if b.asked.Stand != clientapp.WithoutPortal || b.asked.Of.Portal != clientapp.Invited || b.asked.Of.Text != "far" || len(b.asked.Clients) != 1 {
		t.Errorf("asked for %+v", b.asked)
	}
	a := h.get("/invitations/export.csv?q=far").want(t, 200)
	if a.text != "people of far" || !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%q", a.text)
	}
	h.get("/clients?portal=without&tag=vat").want(t, 200, "/invitations?of=without&amp;tag=vat", "Invite people of ticked clients", `name="client" value="`+farrow.String())
}

// S3.4, S3.13: the settings are one for all; what is wrong with them stands in the form again; then the preview comes.
func TestInviteManyForm(t *testing.T) {
	h, b := withBulk(t)
	h.get("/invitations/new").want(t, 422, "Nobody is chosen")
	h.get("/invitations/new?person="+silent.Contact.String()).want(t, 422, "Nobody is chosen")
	page := h.get("/invitations/new?all=1&portal=without&person="+ida.Contact.String()).want(t, 200, "Invite 1,234 people", "Without portal", `name="all" value="1"`, "Show who gets what")
	v := url.Values{"id": hidden(page.text)["id"], "all": {"1"}, "portal": {"without"}, "channels": {"both"}, "access": {"link"}, "expires_on": {"2026-12-21"}, "message": {"Hello <b>"}, "again": {"1"}, "due_on": {"2026-12-01"}}
	bad := url.Values{"id": v["id"], "all": {"1"}, "channels": {"pigeon"}, "access": {"x"}, "expires_on": {"2020-01-01"}, "due_on": {"soon"}, "message": {"Hello <b>"}}
	h.post("/invitations", bad).want(t, 422, "Choose how the invitation goes", "Choose how the person comes in", "from today on", "a day of the calendar", "Hello &lt;b&gt;", `value="soon"`)
	bad.Set("template", "none")
	h.post("/invitations/draft", bad).want(t, 422, "Choose one of the templates first")
	a := h.post("/invitations", v).want(t, 303)
	if to := a.Header().Get("Location"); to != "/invitations/jobs/"+v.Get("id") {
		t.Errorf("leads to %s", to)
	}
	p := b.prepared
	if p.By.Actor.ID != priya.ID || p.Choice.People != nil || p.Choice.Stand != clientapp.WithoutPortal || p.Settings.Channels != invite.ByBoth || p.Settings.Access != invite.ByLink || !p.Settings.Again || p.Settings.DueOn != "2026-12-01" || p.Words != "Without portal" {
		t.Errorf("prepared %+v", p)
	}
	delete(v, "all")
	h.post("/invitations", v).want(t, 422, "Nobody is chosen")
	v["person"] = []string{ida.Contact.String(), "x"}
	h.post("/invitations", v).want(t, 303)
	if len(b.prepared.Choice.People) != 1 {
		t.Errorf("prepared %+v", b.prepared.Choice)
	}
}

// S3.i6, S3.i9, I2, T5: preview with who is passed by and why, then undo, stop, three facts a row, and the report.
func TestInviteJobPages(t *testing.T) {
	h, b := withBulk(t)
	path := "/invitations/jobs/" + jobID.String()
	command := func() url.Values { return url.Values{"command": {uuid.NewString()}} }
	h.get(path).want(t, 200, "Look before you send", "1 person gets an invitation by e-mail", "invited already and has not answered", "Send 1 invitation", "It works until the end of "+noon.AddDate(0, 0, 30).Format("2 Jan 2006"), "Guten Tag Ida,", "Welcome &lt;i&gt;", `id="row-1"`, `id="row-2"`)
	h.get(path+"?show=passed").want(t, 200, `id="row-2"`).lacks(t, `id="row-1"`)
	h.get(path+"?after=1").want(t, 200, `id="row-2"`).lacks(t, `id="row-1"`)
	h.post(path+"/confirmation", command()).want(t, 303)
	b.state = jobs.Holding
	h.get(path).want(t, 200, "Nothing has left yet", "begins in 29 seconds", "Undo all of it")
	h.post(path+"/stop", command()).want(t, 303)
	if b.did != "started with a hold of 30s stopped " {
		t.Errorf("did %s", b.did)
	}
	b.state = jobs.Running
	h.get(path).want(t, 200, "1 of 2 people", "<progress", "Stop", "Invitations created", "Handed over", "The address refused it (550)", "Passed by")
	h.get(path+"?show=bounced").want(t, 200, `id="row-1"`).lacks(t, `id="row-2"`)
	for state, words := range map[jobs.State]string{jobs.Stopping: "are the last", jobs.Undone: "Nothing was sent", jobs.Halted: "1 person was not invited", jobs.Done: "that was all of 2 people"} {
		b.state = state
		h.get(path).want(t, 200, words).lacks(t, "/stop\"")
	}
	if a := h.get(path+"/report.csv").want(t, 200); a.text != "No,Person" {
		t.Errorf("%q", a.text)
	}
	h.get("/invitations/jobs/"+newTestID(70).String()).want(t, 404)
}
