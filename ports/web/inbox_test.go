package web

import (
	"net/http"
	"strings"
	"testing"

	linkapp "portico/app/uploadlink"

	"github.com/google/uuid"
)

func sending(files ...linkapp.FileRow) linkapp.InboxRow {
	b := linkapp.InboxRow{
		ID: batch, Link: link, Client: farrow, ClientName: "Farrow, Imogen", Recipient: imogen, RecipientName: "Imogen",
		ArrivedAt: noon, Count: len(files), Files: files,
	}
	for _, f := range files {
		b.Size += f.Size
	}
	return b
}

// S1.i8: one entry a sending, by day, naming all of its files; L4, T15 are marked.
func TestInbox(t *testing.T) {
	h := newHouse(t).signIn()
	h.get("/inbox").want(t, 200, "Nothing has arrived yet").lacks(t, `id="pick"`)
	h.get("/inbox?after=x").want(t, 200, "Nothing older", `href="/inbox"`)

	late := fileRow()
	late.ID, late.Name, late.Late, late.SameAs, late.SameName = uuid.New(), "scan.pdf", true, statem, `Überweisung "März".pdf`
	today, before := sending(fileRow(), late), sending(fileRow())
	before.ID, before.ArrivedAt, before.RecipientName, before.Client, before.ClientName = uuid.New(), noon.AddDate(0, 0, -1), "", uuid.Nil, ""
	before.Count = 12
	h.shelf.sent, h.shelf.next = []linkapp.InboxRow{today, before}, "cursor"
	a := h.get("/inbox").want(t, 200, "Today, Saturday 21 November 2026", "Yesterday, Friday 20 November 2026", "2 files from Imogen", "12 files from A recipient without a name",
		"arrived after the deadline, started before", `same content as <a href="/files/`+statem.String()+`">Überweisung &#34;März&#34;.pdf</a>`, "sent as scan.pdf", "PDF · 11 bytes",
		`href="/batches/`+batch.String()+`/content.zip"`, "Download all 2 (zip)", "and 11 more files", `href="/batches/`+before.ID.String()+`"`, `href="/inbox?after=cursor"`,
		`<code>abababababab</code>`, strings.Repeat("ab", 32), `href="/files/`+statem.String()+`/content"`, `href="/clients/`+farrow.String()+`"`, "No client")
	if n := strings.Count(a.text, `name="file" value="`+statem.String()+`" form="pick"`); n != 2 {
		t.Errorf("%d boxes to tick, want one a file", n)
	}
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != (linkapp.InboxQuery{Limit: 30}) {
		t.Errorf("asked for %+v", q)
	}
}

// U5: what is asked back stands above everything else.
func TestInboxNamesWhatIsAskedBack(t *testing.T) {
	h := newHouse(t).signIn()
	f := fileRow()
	f.Withdrawal = linkapp.Withdrawal{State: linkapp.WithdrawalAsked, Asks: 1, AskedAt: noon, Reason: "Wrong month"}
	h.shelf.files, h.shelf.sent, h.shelf.links = []linkapp.FileRow{f}, []linkapp.InboxRow{sending(f)}, []linkapp.LinkRow{linkRow()}
	h.get("/inbox").want(t, 200, "1 request to withdraw a file", "by Imogen (Farrow, Imogen), 21 Nov, 12:00", "Asks to withdraw")
	h.get("/upload-links/"+link.String()).want(t, 200, "Asks to withdraw")
	f.Withdrawal.State = linkapp.WithdrawalRefused
	h.shelf.files = []linkapp.FileRow{f}
	h.get("/inbox").want(t, 200).lacks(t, "to withdraw a file")
}

func TestBatchPage(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.sent, h.shelf.files, h.shelf.next = []linkapp.InboxRow{sending(fileRow())}, []linkapp.FileRow{fileRow()}, "cursor"
	path := "/batches/" + batch.String()
	h.get(path).want(t, 200, "<h1>Files from Imogen</h1>", "Sat 21 Nov 2026", `href="`+path+`?after=cursor"`, `form="pick"`).lacks(t, "more files")
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != (linkapp.FileQuery{Batch: batch, Limit: 200}) {
		t.Errorf("asked for %+v", q)
	}
	h.get("/batches/"+uuid.NewString()).want(t, http.StatusNotFound, "unknown here")
	h.get("/batches/x").want(t, http.StatusNotFound)
}

func TestFilesOfAClient(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.clients = append(h.shelf.clients, farrowRow())
	path := "/clients/" + farrow.String()
	h.get(path).want(t, 200, "No files yet").lacks(t, `id="file-name"`, `id="pick"`)
	h.get(path+"?name=zzz").want(t, 200, "No file’s name holds “zzz”", `value="zzz"`, `href="`+path+`">Show all files`)
	h.get(path+"?after=x").want(t, 200, "That was the last of them")
	h.shelf.files, h.shelf.next = []linkapp.FileRow{fileRow()}, "cursor"
	h.get(path+"?name=%C3%9Cber").want(t, 200, `href="`+path+`?after=cursor&amp;name=%C3%9Cber"`, `value="Über"`, `form="pick"`)
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != (linkapp.FileQuery{Client: farrow, Name: "Über", Limit: 50}) {
		t.Errorf("asked for %+v", q)
	}
}
