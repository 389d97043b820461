package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	accountapp "portico/app/account"
	clientapp "portico/app/client"
	"portico/app/clientimport"
	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	formapp "portico/app/form"
	inviteapp "portico/app/invite"
	"portico/app/invitejob"
	"portico/app/secret"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	"portico/app/transfer/transfertest"
	linkapp "portico/app/uploadlink"
	webhookapp "portico/app/webhook"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/questionnaire"
	"portico/domain/task"
	taskjobs "portico/domain/taskjob"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// routesWorld is the product with two practices, and one link that those without a right try their luck on.
type routesWorld struct {
	*portal
	shared  *fixture
	ended   string // a session that was signed out
	foreign string // a session of the other practice
	tokens  map[string]string
	asset   string
	letter  string

	hookCalls atomic.Int64 // of webhooks, signed
	hooked    string       // where they go
}

// fixture is one link with two recipients and all that a route can be about, and a session of its own.
type fixture struct {
	person     string
	client     uuid.UUID
	link       uuid.UUID
	holders    map[string]secret.UploadToken // holder, peer, revoked
	open       uuid.UUID                     // the holder's file that is still in its window
	released   uuid.UUID                     // the holder's file that the practice has
	running    uuid.UUID                     // the holder's transfer that has begun
	session    string                        // of the practice's person
	staff      uuid.UUID                     // who that is, if somebody was hired for it
	role       account.Role                  // theirs
	token      string                        // the same person's
	spare      uuid.UUID                     // the name of another session of that person
	batch      uuid.UUID                     // of the released file
	contact    uuid.UUID                     // of the practice, who is in the portal
	invitee    uuid.UUID                     // of the practice, with an invitation that nobody has accepted; the holder has its secret, too
	visit      string                        // their session
	visit2     uuid.UUID                     // the name of another one of theirs
	template   uuid.UUID                     // made when a route is about it: a practice has few
	article    uuid.UUID
	request    uuid.UUID // of the invitee, who has returned its only item; that has the same id
	task       uuid.UUID // of the invitee, where nobody is in the portal
	attachment uuid.UUID // on task
	todo       uuid.UUID // of who is in the portal, who has opened it
	joining    uuid.UUID // somebody who is invited to join the practice, likewise
	list       uuid.UUID // likewise
	job        uuid.UUID // likewise
	taskJob    uuid.UUID // likewise
	form       uuid.UUID
	webhook    uuid.UUID // likewise
}

func openRoutes(t *testing.T) *routesWorld {
	t.Helper()
	w := &routesWorld{portal: openPortal(t), tokens: map[string]string{}}
	ctx := t.Context()
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Webhook-Signature"), "v1,") && strings.HasPrefix(r.Header.Get("Webhook-Id"), "evt_") {
			w.hookCalls.Add(1)
		}
	}))
	t.Cleanup(there.Close)
	w.hooked = there.URL
	w.ended, w.foreign = w.signIn(t, w.calm), w.brisk.session
	if err := w.house.account.SignOut(ctx, accountapp.Secret(w.ended)); err != nil {
		t.Fatal(err)
	}
	w.tokens[byForeign], _ = w.token(t, w.brisk)
	w.tokens[byAdmin], _ = w.token(t, w.calm)
	dead, id := w.token(t, w.calm)
	if err := w.house.account.RevokeToken(ctx, w.calm.firm, id); err != nil {
		t.Fatal(err)
	}
	w.tokens[byRevoked] = dead
	w.shared = w.fixture(t)
	w.templateOf(t, w.shared)
	w.articleOf(t, w.shared)
	w.formOf(t, w.shared)
	w.joiningOf(t, w.shared)
	w.webhookOf(t, w.shared)
	w.person(t, w.shared)
	w.visitor(t, w.shared)
	w.invite(t, w.shared)
	w.todoOf(t, w.shared)
	w.attachmentOf(t, w.shared)
	w.requestOf(t, w.shared)
	_, page := program{t: t}.ask("GET", w.base+"/login", 200, nil)
	_, rest, _ := strings.Cut(string(page), `rel="stylesheet" href="`)
	w.asset, _, _ = strings.Cut(rest, `"`)
	eventually(t, "the mails of the links", func() bool { return len(w.letters(t, "")) >= 3 })
	w.letter = w.letters(t, "")[0].ID
	w.quiet(t)
	return w
}

// quiet waits until what mails' fate adds is written, and says what there is.
func (w *routesWorld) quiet(t *testing.T) (written string) {
	t.Helper()
	eventually(t, "a quiet log", func() bool {
		var busy int // effects that are due, or under way: those have been tried and are due when their lease ends
		if err := w.house.db.Work.QueryRow(t.Context(), `SELECT count(*) FROM es.effects WHERE state = 'waiting' AND (attempts > 0 OR due_at < clock_timestamp() + interval '5 s')`).Scan(&busy); err != nil {
			t.Fatal(err)
		}
		before := w.written(t)
		time.Sleep(300 * time.Millisecond)
		written = w.written(t)
		return busy == 0 && before == written
	})
	return written
}

func (w *routesWorld) signIn(t *testing.T, pr practice) string {
	t.Helper()
	in, err := w.house.account.SignIn(context.WithoutCancel(t.Context()), accountapp.SignIn{Email: pr.email, Password: pr.password, Address: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	return string(in.Session)
}

func (w *routesWorld) token(t *testing.T, pr practice) (string, uuid.UUID) {
	t.Helper()
	id := newID(t)
	token, err := w.house.account.CreateToken(t.Context(), accountapp.CreateToken{ID: id, Firm: pr.firm, Staff: pr.staff, Name: "a test"})
	if err != nil {
		t.Fatal(err)
	}
	return string(token), id
}

func (w *routesWorld) fixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{person: "Zephyrine Quill " + rndWord(t), client: newID(t), link: newID(t), holders: map[string]secret.UploadToken{}}
	ctx, by := t.Context(), w.calm.by()
	if _, err := w.house.clients.Create(ctx, clientapp.Create{By: by, ID: f.client, Name: f.person, Email: "z@example.org", Sort: client.Person}); err != nil {
		t.Fatal(err)
	}
	dead := newID(t)
	var last int64
	for link, to := range map[uuid.UUID][]string{f.link: {holder, peer}, dead: {revoked}} {
		issue := linkapp.Issue{By: by, ID: link, Client: f.client, ExpiresOn: time.Now().AddDate(0, 0, 14), Zone: time.UTC}
		for i := range to {
			issue.Recipients = append(issue.Recipients, linkapp.NewRecipient{Name: to[i], Email: fmt.Sprintf("%d@example.org", i)})
		}
		res, err := w.house.links.Issue(ctx, issue)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.house.linkList.Wait(ctx, res.Position); err != nil {
			t.Fatal(err)
		}
		detail, err := w.house.linkList.Link(ctx, w.calm.firm, link)
		if err != nil || len(detail.Recipients) != len(to) {
			t.Fatalf("the link shows %d recipients, %v", len(detail.Recipients), err)
		}
		for _, r := range detail.Recipients {
			f.holders[r.Name] = secret.UploadToken{Link: link, Recipient: r.ID, Generation: 1}
		}
		last = res.Position
	}
	res, err := w.house.links.Revoke(ctx, linkapp.Revoke{By: by, Link: dead, Unreleased: uploadlink.Keep})
	if err != nil {
		t.Fatal(err)
	}
	f.released = w.sent(t, f, "released", true)
	if _, err := w.house.links.SendNow(ctx, linkapp.SendNow{By: by, Link: f.link, Holder: f.holderOf(holder)}); err != nil {
		t.Fatal(err)
	}
	f.open, f.running = w.sent(t, f, "in its window", true), w.sent(t, f, "on its way", false)
	if _, err := w.house.linkList.Wait(ctx, max(res.Position, last)); err != nil {
		t.Fatal(err)
	}
	f.session = w.calm.session
	f.token, _ = w.token(t, w.calm)
	eventually(t, "the link's files on the practice's page", func() bool {
		detail, err := w.house.linkList.Link(ctx, w.calm.firm, f.link)
		for _, b := range detail.Batches {
			if b.State == linkapp.BatchReleased {
				f.batch = b.ID
			}
		}
		return err == nil && f.batch != uuid.Nil && len(detail.Files) > 0
	})
	return f
}

// own is a fixture for one request that changes something.
func (w *routesWorld) own(t *testing.T, route string) *fixture {
	t.Helper()
	if inPortal(route) {
		f := &fixture{}
		w.visitor(t, f)
		return f
	}
	f := w.fixture(t)
	if strings.Contains(route, " /contacts/") || strings.Contains(route, " /reminders/") || strings.Contains(route, "{contact}") || strings.Contains(route, " /i/") || strings.Contains(route, "/invit") || strings.HasSuffix(route, " /tasks") {
		w.invite(t, f)
	}
	if strings.Contains(route, " /account") || strings.Contains(route, " /session") {
		w.person(t, f)
	}
	if strings.Contains(route, " /files/{id}/withdrawal/") {
		by := es.By{Firm: w.calm.firm, Actor: event.Actor{Kind: event.Uploader, ID: f.holderOf(holder).Recipient}}
		if _, err := w.house.links.AskWithdrawal(t.Context(), linkapp.AskWithdrawal{By: by, Link: f.link, Holder: f.holderOf(holder), File: f.released}); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// visitor gives the fixture a contact who has accepted an invitation and is in the portal, on two devices.
func (w *routesWorld) visitor(t *testing.T, f *fixture) {
	t.Helper()
	g := insider(t, w.house, w.calm, "")
	f.contact, f.visit, f.visit2 = g.contact, g.session, g.other
}

// invite gives the fixture a contact who was invited a moment ago.
func (w *routesWorld) invite(t *testing.T, f *fixture) {
	t.Helper()
	ctx, by := t.Context(), w.calm.by()
	f.invitee = newID(t)
	if _, err := w.house.contacts.Add(ctx, contactapp.Add{By: by, ID: f.invitee, Details: contact.Entry{Given: "Ines", Email: rndWord(t) + "@example.org"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.house.clients.LinkContact(ctx, clientapp.LinkContact{By: by, Client: f.client, Contact: f.invitee}); err != nil {
		t.Fatal(err)
	}
	res, err := w.house.invites.Send(ctx, inviteapp.Send{By: by, Contact: f.invitee, Client: f.client, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.house.linkList.Wait(ctx, res.Position); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the invitation handed over", func() bool {
		row, err := w.house.inviteList.Invite(ctx, w.calm.firm, f.invitee)
		return err == nil && !row.HandedOverAt.IsZero()
	})
}

// person gives the fixture somebody with a session and a password of their own to lose.
func (w *routesWorld) person(t *testing.T, f *fixture) {
	t.Helper()
	ctx, person := t.Context(), w.calm
	person.staff, person.email = newID(t), rndWord(t)+"@harbour.example"
	if err := w.house.account.AddStaff(ctx, accountapp.AddStaff{
		ID: person.staff, Firm: person.firm, Email: person.email, Name: "Nell Noon", Role: account.Practitioner, Password: person.password,
	}); err != nil {
		t.Fatal(err)
	}
	f.session = w.signIn(t, person)
	f.token, _ = w.token(t, person)
	rows, err := w.house.account.Sessions(ctx, person.staff, accountapp.Secret(w.signIn(t, person)))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Current {
			f.spare = row.ID
		}
	}
}

func rndWord(t *testing.T) string { return newID(t).String()[24:] }

func (f *fixture) holderOf(who string) uploadlink.Holder {
	return uploadlink.Holder{Recipient: f.holders[who].Recipient, Generation: 1}
}

// sent uploads a small file as the holder, wholly or not at all.
func (w *routesWorld) sent(t *testing.T, f *fixture, name string, whole bool) uuid.UUID {
	t.Helper()
	content := []byte("a file that is " + name)
	header := []string{"Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", "filename " + base64.StdEncoding.EncodeToString([]byte(name+".txt"))}
	if whole {
		header = append(header, "Content-Type", "application/offset+octet-stream")
	} else {
		content = nil
	}
	response, _ := program{t: t}.ask("POST", w.base+"/u/"+w.secretOf(f, holder)+"/uploads/", 201, content, header...)
	at := response.Header.Get("Location")
	return uuid.MustParse(at[strings.LastIndex(at, "/")+1:])
}

// secretOf is the secret of somebody's mail; of those who have none, one that opens nothing.
func (w *routesWorld) secretOf(f *fixture, who string) string {
	if token, ok := f.holders[who]; ok {
		return w.keys.links.UploadLink(token).Reveal()
	}
	return strings.Repeat("A", 70)
}

// invitationOf is the secret of somebody's invitation.
func (w *routesWorld) invitationOf(f *fixture, who string) string {
	person, ok := map[string]uuid.UUID{holder: f.invitee, visits: f.contact}[who]
	if !ok {
		return strings.Repeat("A", 70)
	}
	return w.keys.links.Invitation(secret.InvitationToken{Invite: invite.ID(person), Generation: 1}).Reveal()
}

// path fills a route's pattern.
func (w *routesWorld) path(t *testing.T, route, who string, f *fixture) string {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	id := f.link
	switch {
	case strings.Contains(path, "templates/{id}"):
		id = w.templateOf(t, f)
	case strings.HasPrefix(path, "/settings/help/{id}"), strings.HasPrefix(path, "/help-articles/"):
		id = w.articleOf(t, f)
	case strings.Contains(path, "/webhooks/{id}"):
		id = w.webhookOf(t, f)
	case strings.HasPrefix(path, "/settings/people/"), strings.HasPrefix(path, "/staff/"):
		id = w.joiningOf(t, f)
	case strings.Contains(path, "imports/{id}"):
		id = w.listOf(t, f)
	case strings.HasPrefix(path, "/tasks/filters/"), strings.HasPrefix(path, "/task-filters/"), strings.HasPrefix(path, "/task-templates/"): // nobody has saved one
	case strings.HasPrefix(path, "/tasks/jobs/"), strings.HasPrefix(path, "/task-jobs/"):
		id = w.taskJobOf(t, f)
	case strings.Contains(path, "jobs/{id}"):
		id = w.jobOf(t, f)
	case strings.HasPrefix(path, "/clients/"):
		id = f.client
	case strings.HasPrefix(path, "/contacts/"), strings.HasPrefix(path, "/reminders/"):
		id = f.invitee
	case strings.HasPrefix(path, "/tasks/"):
		id = w.taskOf(t, f)
		if before, after, ok := strings.Cut(path, "{attachment}"); ok {
			path = before + w.attachmentOf(t, f).String() + after
		}
	case strings.HasPrefix(path, "/forms/"):
		id = w.formOf(t, f)
	case strings.HasPrefix(path, "/requests/"):
		id = w.requestOf(t, f)
		path = strings.Replace(path, "{item}", f.request.String(), 1)
	case strings.HasPrefix(path, "/invites/"):
		id = invite.ID(f.invitee)
	case strings.HasPrefix(path, "/batches/"):
		id = f.batch
	case strings.HasPrefix(path, "/files/"), strings.HasSuffix(path, "/withdrawal"):
		id = f.released
	case strings.HasPrefix(path, "/u/"), strings.HasPrefix(path, "/up/"):
		id = f.open
	case strings.HasPrefix(path, "/account/sessions/"):
		id = f.spare
	case strings.HasPrefix(path, "/portal/settings/devices/"):
		id = f.visit2
	case strings.HasPrefix(path, "/dev/mail/"):
		return strings.Replace(path, "{id}", url.PathEscape(w.letter), 1)
	case path == "/static/*":
		return w.asset
	}
	if strings.HasPrefix(path, "/i/") {
		return strings.Replace(path, "{token}", w.invitationOf(f, who), 1)
	}
	if strings.HasPrefix(path, "/portal/reset/") || strings.HasPrefix(path, "/portal/address/") {
		return strings.Replace(path, "{token}", strings.Repeat("A", 70), 1)
	}
	link := f.link
	if who == revoked {
		link = f.holders[revoked].Link
	}
	token := w.secretOf(f, who)
	if strings.HasPrefix(path, "/i/") && who == holder {
		token = w.keys.links.Invitation(secret.InvitationToken{Invite: invite.ID(f.invitee), Generation: 1}).Reveal()
	}
	if path == "/access/explanation" {
		return path + "?object=tab:files&person=" + f.invitee.String()
	}
	upload := f.running.String()
	if method == http.MethodPost || method == http.MethodOptions {
		upload = ""
	}
	if before, after, ok := strings.Cut(path, "{todo}"); ok { // there is one only where a route asks for it
		path = before + w.todoOf(t, f).String() + after
	}
	return strings.NewReplacer("{id}", id.String(), "{contact}", f.invitee.String(), "{token}", token, "{link}", link.String(), "{channel}", "link", "{name}", "enter", "{batch}", f.batch.String(), "{message}", uuid.NewString(), "{part}", uuid.NewString(), "*", upload).Replace(path)
}

func (w *routesWorld) articleOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.article == uuid.Nil {
		f.article = newID(t)
		res, err := w.house.firms.SaveArticle(t.Context(), firmapp.SaveArticle{By: w.calm.by(), ID: w.calm.id, Article: f.article, Title: rndWord(t), Text: "Hello"})
		if err == nil {
			_, err = w.house.linkList.Wait(t.Context(), res.Position)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return f.article
}

// listOf is a list of clients that was read and not confirmed.
func (w *routesWorld) listOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.list == uuid.Nil {
		f.list = newID(t)
		if _, err := w.house.imports.Upload(t.Context(), clientimport.Upload{By: w.calm.by(), ID: f.list, File: "list.csv", Content: []byte("Name\n" + rndWord(t) + "\n")}); err != nil {
			t.Fatal(err)
		}
	}
	return f.list
}

// formOf is a questionnaire with an empty section.
func (w *routesWorld) formOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.form == uuid.Nil {
		f.form = newID(t)
		_, err := w.house.forms.Create(t.Context(), formapp.Create{By: w.calm.by(), Form: f.form, Title: "Tax return"})
		if err == nil {
			var res es.Result
			res, err = w.house.forms.PutSection(t.Context(), formapp.PutSection{By: w.calm.by(), Form: f.form, Section: questionnaire.Section{ID: newID(t), Title: "You"}})
			if err == nil {
				_, err = w.house.linkList.Wait(t.Context(), res.Position)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return f.form
}

// jobOf is a list of people to invite that nobody has confirmed.
func (w *routesWorld) jobOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.job == uuid.Nil {
		f.job = newID(t)
		if _, err := w.house.jobs.Prepare(t.Context(), invitejob.Prepare{By: w.calm.by(), ID: f.job, Words: "One", Choice: invitejob.Choice{People: []uuid.UUID{f.invitee}}, Settings: invitejob.Settings{
			Channels: invite.ByEmail, Access: invite.ByAccount, ExpiresOn: time.Now().AddDate(0, 0, 30), Zone: "Europe/London",
		}}); err != nil {
			t.Fatal(err)
		}
	}
	return f.job
}

// taskJobOf is something to be done to many tasks that nobody has confirmed.
func (w *routesWorld) taskJobOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.taskJob == uuid.Nil {
		f.taskJob = newID(t)
		by := w.calm.by()
		if f.staff != uuid.Nil {
			by.Actor.ID = f.staff
		}
		if _, err := w.house.taskJobs.Prepare(t.Context(), taskjob.Prepare{By: by, ID: f.taskJob, Targets: []uuid.UUID{newID(t)}, Words: "One", Plan: taskjob.Plan{Act: taskjobs.Confirm}}); err != nil {
			t.Fatal(err)
		}
	}
	return f.taskJob
}

func (w *routesWorld) templateOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.template == uuid.Nil {
		f.template = newID(t)
		res, err := w.house.firms.SaveTemplate(t.Context(), firmapp.SaveTemplate{By: w.calm.by(), ID: w.calm.id, Template: f.template, Name: rndWord(t), Text: "Hello"})
		if err == nil {
			_, err = w.house.linkList.Wait(t.Context(), res.Position)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return f.template
}

// webhookOf is one that is sent nothing but what the test asks for.
func (w *routesWorld) webhookOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.webhook == uuid.Nil {
		f.webhook = newID(t)
		res, err := w.house.hooks(ownMachine).Add(t.Context(), webhookapp.Save{By: w.calm.by(), ID: f.webhook, URL: w.hooked, Types: []string{"invite.failed"}})
		if err == nil {
			_, err = w.house.linkList.Wait(t.Context(), res.Position)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return f.webhook
}

func (w *routesWorld) joiningOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.joining == uuid.Nil {
		f.joining = newID(t)
		owner := accountapp.Staff{ID: newID(t), Firm: w.calm.firm, Role: account.Owner}
		if _, err := w.house.people.Invite(t.Context(), accountapp.InviteStaff{
			By: w.calm.by(), Actor: owner, ID: f.joining, Email: rndWord(t) + "@harbour.example", Name: "Jo Ining", Role: account.Practitioner,
		}); err != nil {
			t.Fatal(err)
		}
	}
	return f.joining
}

// todoOf is a task of who is in the portal. They have opened it, which is recorded once.
func (w *routesWorld) todoOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.contact == uuid.Nil { // somebody of the practice asks
		return w.taskOf(t, f)
	}
	if f.todo == uuid.Nil {
		f.todo = w.assign(t, f.contact)
		act := taskapp.Act{By: es.By{Firm: w.calm.firm, Actor: event.Actor{Kind: event.Contact, ID: f.contact}}, Task: f.todo, Contact: f.contact}
		w.shown(t)(w.house.tasks.See(t.Context(), act))
	}
	return f.todo
}

// taskOf is a task of who was invited.
func (w *routesWorld) taskOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.invitee == uuid.Nil {
		w.invite(t, f)
	}
	if f.task == uuid.Nil {
		f.task = w.assign(t, f.invitee)
	}
	return f.task
}

// attachmentOf is a file that a program has put on their task for the practice alone: as all files, it came by transfers.
func (w *routesWorld) attachmentOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.attachment != uuid.Nil {
		return f.attachment
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.base+"/api/v1/tasks/"+w.taskOf(t, f).String()+"/attachments?name=Slip.pdf&audience=internal", bytes.NewReader(transfertest.PDF(300, 1)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("Authorization", "Bearer "+f.token)
	a := w.do(t, r)
	var file struct {
		ID   uuid.UUID `json:"id"`
		Size int64     `json:"size"`
	}
	if err := json.Unmarshal([]byte(a.text), &file); err != nil || a.StatusCode != http.StatusCreated || file.Size != 300 {
		t.Fatalf("%d %s, %v", a.StatusCode, a.text, err)
	}
	f.attachment = file.ID
	return file.ID
}

// requestOf is a request of who was invited.
func (w *routesWorld) requestOf(t *testing.T, f *fixture) uuid.UUID {
	t.Helper()
	if f.invitee == uuid.Nil {
		w.invite(t, f)
	}
	if f.request == uuid.Nil {
		f.request = newID(t)
		a := task.Assigning{Task: f.request, Kind: task.Documents, Title: "Year end", Zone: "UTC", Items: []task.Asking{{ID: f.request, Title: "Ledger"}}}
		w.shown(t)(w.house.tasks.Assign(t.Context(), taskapp.Assign{By: w.calm.by(), Contact: f.invitee, Task: a}))
		act := taskapp.Act{By: es.By{Firm: w.calm.firm, Actor: event.Actor{Kind: event.Contact, ID: f.invitee}}, Task: f.request, Contact: f.invitee}
		w.shown(t)(w.house.tasks.Answer(t.Context(), taskapp.Answer{Act: act, Items: []taskapp.ItemAnswer{{Item: f.request, Note: "By hand"}}}))
	}
	return f.request
}

func (w *routesWorld) assign(t *testing.T, to uuid.UUID) uuid.UUID {
	t.Helper()
	id := newID(t)
	w.shown(t)(w.house.tasks.Assign(t.Context(), taskapp.Assign{By: w.calm.by(), Contact: to, Task: task.Assigning{Task: id, Title: "Send the ledger", Zone: "UTC"}}))
	return id
}

// shown waits until pages show what was written.
func (w *routesWorld) shown(t *testing.T) func(es.Result, error) {
	return func(r es.Result, err error) {
		t.Helper()
		if err == nil {
			_, err = w.house.linkList.Wait(t.Context(), r.Position)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// everyForm has the fields of all forms, each with something right in it, but for passwords.
func (w *routesWorld) everyForm(f *fixture, who string) url.Values {
	return url.Values{
		"command": {uuid.NewString()}, "id": {uuid.NewString()}, "name": {"Quite another name"}, "email": {strings.ReplaceAll(who, " ", ".") + "@nowhere.example"},
		"password": {"wrong"}, "present": {"wrong"}, "new": {"three other words"}, "sort": {"person"}, "client": {f.client.String()},
		"recipient_name": {"A"}, "recipient_email": {"a@example.org"}, "expires_on": {later()}, "unreleased": {"keep"}, "reason": {"none"}, "recipient": {f.holders[peer].Recipient.String()},
		"taken": {"1"}, "window": {"other"}, "minutes": {"10"}, "deliver": {"after"}, "max_file": {""}, "quota": {""}, "button": {"Send files"}, "text": {"Hello"},
		"file": {f.released.String()}, "language": {"de"}, "zone": {"Europe/Tallinn"}, "theme": {"dark"}, "next": {""}, "given": {"Ida"}, "same": {"another"}, "right": {"files"}, "role": {"auditor"}, "tab": {"todos", "files", "requests", "contact"}, "to": {w.calm.staff.String()},
	}
}

func later() string { return time.Now().AddDate(0, 0, 40).Format(time.DateOnly) }

// request is what a browser of that person sends to a route.
func (w *routesWorld) request(t *testing.T, route, who string, f *fixture, header ...string) *http.Request {
	t.Helper()
	method, _, _ := strings.Cut(route, " ")
	var body io.Reader
	kind := "application/x-www-form-urlencoded"
	switch {
	case safe(route), strings.HasSuffix(route, "/uploads/*"):
	case strings.HasSuffix(route, "/files"):
		kind = "multipart/form-data; boundary=b"
		body = strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.txt\"\r\n\r\nby a form\r\n--b--\r\n")
	case route == "POST /clients/imports":
		kind = "multipart/form-data; boundary=b"
		body = strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n" + uuid.NewString() +
			"\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\r\nName\nIda\n\r\n--b--\r\n")
	default:
		body = strings.NewReader(w.everyForm(f, who).Encode())
	}
	if strings.HasPrefix(route, "PATCH ") {
		kind, body = "application/offset+octet-stream", strings.NewReader("a file")
	}
	r, err := http.NewRequestWithContext(t.Context(), method, w.base+w.path(t, route, who, f), body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", kind)
	if strings.HasSuffix(route, "/uploads/*") {
		r.Header.Set("Accept", "*/*")
		r.Header.Set("Tus-Resumable", "1.0.0")
		r.Header.Set("Upload-Offset", "0")
		r.Header.Set("Upload-Length", "6")
		r.Header.Set("Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("six.txt")))
	}
	for i := 0; i < len(header); i += 2 {
		if r.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	w.identify(r, who, f)
	return r
}

// identify gives a request the cookies of that person.
func (w *routesWorld) identify(r *http.Request, who string, f *fixture) {
	session := map[string]string{gone: w.ended, foreign: w.foreign, staff: f.session}[who]
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "portico", Value: session})
	}
	if who == visits {
		r.AddCookie(&http.Cookie{Name: "portico-portal", Value: f.visit})
	}
	if token, ok := f.holders[who]; ok && strings.HasPrefix(r.URL.Path, "/up/"+token.Link.String()) {
		r.AddCookie(&http.Cookie{Name: "portico-upload", Value: w.keys.links.UploadCookie(token).Reveal()})
	}
}

// reply is an answer with its text.
type reply struct {
	*http.Response
	text string
}

// once follows nothing, and each of its connections comes from another address of this machine: who tries secrets that
// open nothing would soon have to wait.
var once = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		from := &net.TCPAddr{IP: net.IPv4(127, 0, 1+byte(dialled.Add(1)>>7), 1+byte(dialled.Load()&127))}
		return (&net.Dialer{LocalAddr: from}).DialContext(ctx, network, address)
	}},
}

var dialled atomic.Int32

func (w *routesWorld) send(t *testing.T, route, who string, f *fixture, header ...string) reply {
	t.Helper()
	return w.do(t, w.request(t, route, who, f, header...))
}

func (w *routesWorld) do(t *testing.T, r *http.Request) reply {
	t.Helper()
	response, err := once.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") == "text/event-stream" { // it has no end
		return reply{response, ""}
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response, string(text)}
}

// call asks the API as somebody.
func (w *routesWorld) call(t *testing.T, route, who string, f *fixture) reply {
	t.Helper()
	method, _, _ := strings.Cut(route, " ")
	path := w.path(t, route, who, f) // it makes what a body may name
	body := strings.NewReplacer("CLIENT", f.client.String(), "INVITEE", f.invitee.String(), "LATER", later(), "RANDOM", rndWord(t), "RECIPIENT", f.holders[peer].Recipient.String(), "FILE", f.released.String(), "STAFF", w.calm.staff.String()).Replace(callRules[route].body)
	r, err := http.NewRequestWithContext(t.Context(), method, w.base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	switch who {
	case holder:
		r.Header.Set("Authorization", "Bearer "+w.secretOf(f, holder))
	case staff:
		w.identify(r, who, f)
	case byToken:
		r.Header.Set("Authorization", "Bearer "+f.token)
	default:
		if token := w.tokens[who]; token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	return w.do(t, r)
}

// forAll are routes that lead everybody to the same place.
var forAll = map[string]bool{"GET /": true, "POST /portal/language": true, "POST /session/end": true, "POST /account/sessions/end": true, "POST /portal/session/end": true, "POST /portal/forgotten": true, "POST /portal/settings/devices/end": true}

// check holds an answer against the matrix, and against what every answer must carry.
func (a reply) check(t *testing.T, route, who string, want int) {
	t.Helper()
	if want != 0 && a.StatusCode != want {
		t.Errorf("%s as %s: %d, want %d; %.300s", route, who, a.StatusCode, want, a.text)
	}
	h := a.Header
	if to := h.Get("Location"); a.StatusCode == 303 && want == 303 && pageRules[route][nobody] == 303 && !forAll[route] {
		in, login := who == staff || who == foreign, "/login"
		if inPortal(route) {
			in, login = who == visits, "/portal/login"
		}
		if in == strings.HasPrefix(to, login) {
			t.Errorf("%s leads %s to %s", route, who, to)
		}
	}
	_, path, _ := strings.Cut(a.Request.Method+" "+a.Request.URL.Path, " ")
	if strings.HasPrefix(path, "/static/") || path == "/metrics" || path == "/.well-known/portico-keys.json" || path == "/healthz" || path == "/readyz" {
		return
	}
	policy := h.Get("Content-Security-Policy")
	mail := strings.HasPrefix(path, "/dev/mail/") && strings.HasSuffix(path, "/html")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "unsafe-inline") && !mail {
		t.Errorf("%s as %s: the policy is %q", route, who, policy)
	}
	media, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if media == "text/html" && !mail && !strings.HasPrefix(path, "/api/") && !strings.Contains(policy, "require-trusted-types-for 'script'; trusted-types 'none'") {
		t.Errorf("%s as %s: a page without Trusted Types: %q", route, who, policy)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "no-store") {
		t.Errorf("%s as %s: headers %v", route, who, h)
	}
	if (strings.HasPrefix(path, "/u/") || strings.HasPrefix(path, "/i/")) && (h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Robots-Tag") != "noindex") {
		t.Errorf("%s as %s tells where it was: %v", route, who, h)
	}
	for _, cookie := range a.Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || strings.HasPrefix(cookie.Name, "portico-upload") != strings.HasPrefix(cookie.Path, "/up/") {
			t.Errorf("%s as %s sets %s", route, who, cookie)
		}
	}
}

// written is a fingerprint of all that requests can write: events, commands, transfers, people. When somebody was last seen
// isn't meant, nor how often they failed, nor what the product writes by itself when a mail has left or a time has come;
// what a mail server reports comes by a request.
func (w *routesWorld) written(t *testing.T) (sum string) {
	t.Helper()
	if err := w.house.db.Work.QueryRow(t.Context(), `
		SELECT concat_ws(' ',
			(SELECT count(*) FROM es.events WHERE meta #>> '{actor,kind}' <> 'system' OR type LIKE '%.delivered' OR type LIKE '%.bounced'), (SELECT count(*) FROM es.commands),
			(SELECT count(*) FROM transfer.upload_transfer), (SELECT sum(byte_offset) FROM transfer.upload_transfer),
			(SELECT count(*) FROM account.staff_session WHERE revoked_at IS NULL), (SELECT count(*) FROM account.contact_session WHERE revoked_at IS NULL),
			(SELECT md5(string_agg(concat(contact, email, password_phc, terms), ' ' ORDER BY contact)) FROM account.contact_login), (SELECT md5(string_agg(password_phc, ' ' ORDER BY id)) FROM account.staff))`).Scan(&sum); err != nil {
		t.Fatal(err)
	}
	return sum
}
