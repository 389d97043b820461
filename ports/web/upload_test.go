package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	receiptapp "portico/app/receipt"
	"portico/app/secret"
	"portico/app/transfer"
	"portico/app/transfer/transfertest"
	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// L1, S1.i19: whoever looks changes nothing, whatever they send along.
func TestLookingChangesNothing(t *testing.T) {
	h := newHouse(t).signIn().redeemed()
	h.arrived(noon.Add(10 * time.Minute))
	h.shelf.links, h.shelf.files = []linkapp.LinkRow{linkRow()}, []linkapp.FileRow{fileRow()}
	before := len(h.store.Log())
	u, up := "/u/"+h.token(), "/up/"+link.String()
	for _, path := range []string{
		"/", "/login", "/clients", "/clients/new", "/upload-links", "/upload-links/new", "/upload-links/" + link.String(), "/inbox", "/files/" + statem.String() + "/content",
		"/dev/mail", "/healthz", u, u + "/redemption", u + "/release", up + "/", up + "/release", up + "/uploads/",
		u + "/files/" + statem.String() + "/name", u + "/files/" + statem.String() + "/withdrawal", "/files/" + statem.String(), "/batches/" + batch.String() + "/content.zip", "/files/" + statem.String() + "/withdrawal/acceptance", up + "/files/" + statem.String() + "/deletion", "/upload-links/" + link.String() + "/revocation",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			for _, accept := range []string{"text/html", "application/json"} {
				if a := h.do(method, path, nil, "Accept", accept); a.Code >= 500 {
					t.Errorf("%s %s: %d", method, path, a.Code)
				}
			}
		}
	}
	if got := len(h.store.Log()); got != before {
		t.Errorf("%d events were written by looking", got-before)
	}
}

func TestDoorHasOneButton(t *testing.T) {
	h := newHouse(t)
	a := h.get("/u/"+h.token()).want(t, 200, "Priya Nair of Harbour &amp; Vale asks you for files", `action="/u/`+h.token()+`/redemption" method="post"`, "Friday 4 December 2026", "UK time (Europe/London)")
	if n := strings.Count(a.text, "<button"); n != 1 {
		t.Errorf("%d buttons, want one", n)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"} {
		if got := a.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if p := a.Header().Get("Content-Security-Policy"); !strings.Contains(p, "script-src 'self';") || !strings.Contains(p, "trusted-types 'none'") || strings.Contains(p, "unsafe") {
		t.Errorf("policy %q", p)
	}
}

// S1.24: the button may be pressed as often as wanted; the second time within the hour only the history is spared (rule
// 16). L9: the right lives in a cookie of its own path.
func TestRedemption(t *testing.T) {
	h := newHouse(t)
	for n := range 2 {
		a := h.post("/u/"+h.token()+"/redemption", nil).want(t, http.StatusSeeOther)
		if a.Header().Get("Location") != "/up/"+link.String()+"/" {
			t.Errorf("leads to %q", a.Header().Get("Location"))
		}
		c := a.cookie("portico-upload")
		if !strings.Contains(c, "Path=/up/"+link.String()+";") || !strings.Contains(c, "HttpOnly") || strings.Contains(c, h.token()) {
			t.Errorf("cookie %q", c)
		}
		h.jar = a.Result().Cookies()
		all := h.store.Stream(uploadlink.Stream(link))
		if e, ok := all[len(all)-1].(uploadlink.Redeemed); !ok || len(all) != 2 || e.Recipient != imogen || e.Device.Text != "Test/1.0" || e.Address.Text != "192.0.2.1" {
			t.Errorf("press %d left %d events, the last %+v", n+1, len(all), all[len(all)-1])
		}
	}
}

func TestUploadPage(t *testing.T) {
	h := newHouse(t)
	path := "/up/" + link.String() + "/"
	h.get(path).want(t, http.StatusUnauthorized, "Open the link from your e-mail again")
	h.get(path, "Accept", "application/json").want(t, http.StatusUnauthorized, "/problems/uploadlink.cookie")
	h.redeemed()
	h.arrived(noon.Add(9*time.Minute + 41*time.Second + 200*time.Millisecond))
	a := h.get(path).want(t, 200, "Send files to Harbour &amp; Vale", "Please send your papers.", "P60", `id="add-file"`, `id="take-photo"`, `id="choose-files"`, `capture="environment"`,
		"4.999342 GB", "scan.pdf", "9:42", `role="timer"`, `enctype="multipart/form-data"`, `data-base="`+path+`"`)
	for _, ending := range uploadlink.Extensions() { // S1.5, S1.i9
		if !strings.Contains(a.text, "."+ending) {
			t.Errorf("S1.5: .%s is not offered", ending)
		}
	}
	a.lacks(t, h.token())

	t.Run("another link's cookie opens nothing", func(t *testing.T) {
		h.get("/up/"+uuid.NewString()+"/").want(t, http.StatusUnauthorized)
	})
	t.Run("the mailed secret is no cookie", func(t *testing.T) {
		h := newHouse(t)
		h.jar = []*http.Cookie{{Name: "portico-upload", Value: h.token()}}
		h.get(path).want(t, http.StatusUnauthorized)
	})
	t.Run("L3: revoked, at the next request", func(t *testing.T) {
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon})
		h.get(path).want(t, http.StatusGone, "This link has been closed").lacks(t, "scan.pdf")
		h.do(http.MethodPut, path+"files/"+statem.String()+"/name", strings.NewReader(`{"name":"b"}`), "Accept", "*/*").want(t, http.StatusGone, "/problems/uploadlink.revoked")
		h.do(http.MethodPost, path+"uploads/", nil, "Tus-Resumable", "1.0.0", "Accept", "*/*").want(t, http.StatusGone, "/problems/uploadlink.revoked")
	})
}

// The JSON of the page is fixed: others program against it.
func TestUploadPageAsJSON(t *testing.T) {
	h := newHouse(t)
	read := func(t *testing.T, code int) map[string]any {
		t.Helper()
		a := h.get("/u/"+h.token(), "Accept", "application/json").want(t, code)
		var v map[string]any
		if err := json.Unmarshal([]byte(a.text), &v); err != nil {
			t.Fatalf("%v: %s", err, a.text)
		}
		return v
	}
	t.Run("before anything", func(t *testing.T) {
		a := h.get("/u/"+h.token(), "Accept", "application/json")
		want := `{"link":{"state":"open","expires_at":"2026-12-05T00:00:00.000Z","client":"Farrow, Imogen","practice":"Harbour \u0026 Vale"},"now":"2026-11-21T12:00:00.000Z","batch":null,"files":[]}` + "\n"
		if a.text != want || a.Header().Get("Content-Type") != "application/json" {
			t.Errorf("got  %s\nwant %s", a.text, want)
		}
	})
	t.Run("with a file in its window", func(t *testing.T) {
		h.arrived(noon.Add(10 * time.Minute))
		v := read(t, 200)
		b, f := v["batch"].(map[string]any), v["files"].([]any)[0].(map[string]any)
		if b["state"] != "open" || b["deadline"] != "2026-11-21T12:10:00.000Z" || b["remaining_ms"] != 600_000.0 {
			t.Errorf("batch %v", b)
		}
		if f["id"] != statem.String() || f["name"] != "scan.pdf" || f["size"] != 1000.0 || f["sha256"] != strings.Repeat("ab", 32) || f["state"] != "received" {
			t.Errorf("file %v", f)
		}
	})
	t.Run("what was deleted or never came is not there", func(t *testing.T) {
		files := h.shelf.upload.Files
		h.shelf.upload.Files = append(files, linkapp.UploadFile{ID: batch, Name: "gone.pdf", State: linkapp.FileDeleted}, linkapp.UploadFile{ID: farrow, Name: "never.pdf", State: linkapp.FileAbandoned})
		if v := read(t, 200); len(v["files"].([]any)) != 1 {
			t.Errorf("files %v", v["files"])
		}
		h.redeemed().get("/up/"+link.String()+"/").want(t, 200, "scan.pdf").lacks(t, "gone.pdf", "never.pdf")
		h.shelf.upload.Files = files
	})
	t.Run("U6: at the deadline there is nothing left, job or not", func(t *testing.T) {
		h.shelf.upload.Now = noon.Add(10 * time.Minute)
		v := read(t, 200)
		if b := v["batch"].(map[string]any); b["remaining_ms"] != 0.0 {
			t.Errorf("batch %v", b)
		}
		if f := v["files"].([]any)[0].(map[string]any); f["deadline"] != nil {
			t.Errorf("file %v can still be changed", f)
		}
	})
	t.Run("expired: gone, and what was sent", func(t *testing.T) {
		h.shelf.upload.State = linkapp.LinkExpired
		h.shelf.upload.Files[0].State = linkapp.FileReleased
		v := read(t, http.StatusGone)
		if v["type"] != "/problems/uploadlink.expired" || v["status"] != 410.0 || v["link"].(map[string]any)["state"] != "expired" || len(v["files"].([]any)) != 1 {
			t.Errorf("got %v", v)
		}
	})
	t.Run("S1.i17: replaced", func(t *testing.T) {
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}})
		v := read(t, http.StatusGone)
		if v["type"] != "/problems/uploadlink.replaced" || v["link"].(map[string]any)["state"] != "replaced" || len(v["files"].([]any)) != 0 {
			t.Errorf("got %v", v)
		}
	})
	t.Run("revoked", func(t *testing.T) {
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon})
		if v := read(t, http.StatusGone); v["type"] != "/problems/uploadlink.revoked" || v["link"].(map[string]any)["state"] != "revoked" {
			t.Errorf("got %v", v)
		}
	})
}

func TestClosedLinksSayWhatToDo(t *testing.T) {
	t.Run("S1.11: expired", func(t *testing.T) {
		h := newHouse(t)
		h.store.SetNow(expiry)
		h.shelf.upload.State, h.shelf.upload.Now = linkapp.LinkExpired, expiry
		h.shelf.upload.Files = []linkapp.UploadFile{{ID: statem, Name: "scan.pdf", Size: 1000, State: linkapp.FileReleased}}
		h.get("/u/"+h.token()).want(t, http.StatusGone, "This link has expired", "Friday 4 December 2026", "Ask Priya Nair of Harbour &amp; Vale", "What you sent", "scan.pdf").lacks(t, `<a class="link file__rename" hidden`, "add-file")
		h.post("/u/"+h.token()+"/redemption", nil).want(t, http.StatusGone, "This link has expired")
		h.do(http.MethodPost, "/u/"+h.token()+"/uploads/", nil, "Tus-Resumable", "1.0.0", "Accept", "*/*", "Upload-Length", "10")
	})
	t.Run("S1.i16: expired with a file in its window", func(t *testing.T) {
		h := newHouse(t)
		h.arrived(expiry.Add(time.Minute))
		h.store.SetNow(expiry)
		h.shelf.upload.State, h.shelf.upload.Now = linkapp.LinkExpired, expiry
		h.get("/u/"+h.token()).want(t, 200, "takes no more files", "scan.pdf", "1:00", `action="/u/`).lacks(t, `id="add-file"`, `id="pick"`)
		h.do(http.MethodDelete, "/u/"+h.token()+"/files/"+statem.String(), nil, "Accept", "*/*").want(t, http.StatusNoContent)
	})
	t.Run("S1.i17: replaced", func(t *testing.T) {
		h := newHouse(t)
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}})
		h.shelf.upload.ResentAt = noon
		h.get("/u/"+h.token()).want(t, http.StatusGone, "There is a newer link", "Saturday 21 November 2026", "i•••n@example.org").lacks(t, "imogen@example.org")
		h.get("/u/"+h.tokenOf(2)).want(t, 200)
	})
	t.Run("rule 5: a newer secret doesn't stop a transfer, and nothing else passes", func(t *testing.T) {
		h := newHouse(t)
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}})
		h.do(http.MethodDelete, "/u/"+h.token()+"/uploads/"+statem.String(), nil, "Tus-Resumable", "1.0.0", "Accept", "*/*").want(t, http.StatusNotFound, "/problems/upload.unknown")
		h.do(http.MethodDelete, "/u/"+h.token()+"/files/"+statem.String(), nil, "Accept", "*/*").want(t, http.StatusGone, "/problems/uploadlink.replaced")
		h.post("/u/"+h.token()+"/files", nil, "Accept", "*/*").want(t, http.StatusGone, "/problems/uploadlink.replaced")
		h.post("/u/"+h.token()+"/redemption", nil).want(t, http.StatusGone, "There is a newer link")
	})
	t.Run("unknown", func(t *testing.T) {
		h := newHouse(t)
		for _, token := range []string{"x", h.token()[:69] + "A", strings.Repeat("A", 70), "%2e%2e%2f"} {
			h.get("/u/"+token).want(t, http.StatusNotFound, "Open the newest e-mail")
			h.get("/u/"+token, "Accept", "application/json").want(t, http.StatusNotFound, "/problems/uploadlink.not_found")
		}
		other := h.server.Keys.UploadLink(secret.UploadToken{Link: uuid.New(), Recipient: imogen, Generation: 1}).Reveal()
		h.get("/u/"+other).want(t, http.StatusNotFound)
	})
}

func TestRenameDeleteAndSendNow(t *testing.T) {
	for _, base := range []string{"/u/", "/up/"} {
		open := func(t *testing.T) (*house, string) {
			h := newHouse(t).redeemed()
			h.arrived(noon.Add(10 * time.Minute))
			if base == "/u/" {
				h.jar = nil
				return h, base + h.token()
			}
			return h, base + link.String()
		}
		put := func(h *house, path, body string) reply {
			return h.do(http.MethodPut, path+"/files/"+statem.String()+"/name", strings.NewReader(body), "Accept", "application/json", "Content-Type", "application/json")
		}
		t.Run(base+" S1.18 rename", func(t *testing.T) {
			h, path := open(t)
			put(h, path, `{"name":"Bank statement March"}`).want(t, http.StatusNoContent)
			if got := h.events(uploadlink.Stream(link), 4); got != "uploadlink.file_renamed" {
				t.Errorf("events %q", got)
			}
			put(h, path, `{"name":"../x"}`).want(t, http.StatusUnprocessableEntity, "/problems/uploadlink.name_characters")
			put(h, path, `{"name":"x.exe"}`).want(t, http.StatusUnprocessableEntity, "/problems/uploadlink.extension")
			for _, bad := range []string{``, `{}`, `[]`, `{"name":1}`, `{"name":"a"}x`} {
				put(h, path, bad).want(t, http.StatusUnprocessableEntity, "/problems/web.form")
			}
		})
		t.Run(base+" S1.17 delete", func(t *testing.T) {
			h, path := open(t)
			h.do(http.MethodDelete, path+"/files/"+statem.String(), nil, "Accept", "*/*").want(t, http.StatusNoContent)
			if got := h.events(uploadlink.Stream(link), 4); got != "uploadlink.file_deleted uploadlink.batch_cancelled" {
				t.Errorf("events %q", got)
			}
			h.do(http.MethodDelete, path+"/files/"+uuid.NewString(), nil, "Accept", "*/*").want(t, http.StatusNotFound, "/problems/uploadlink.file_not_found")
			h.do(http.MethodDelete, path+"/files/..", nil, "Accept", "*/*")
		})
		t.Run(base+" U3 send now", func(t *testing.T) {
			h, path := open(t)
			h.post(path+"/release", nil, "Accept", "*/*").want(t, http.StatusNoContent)
			h.post(path+"/release", nil, "Accept", "*/*").want(t, http.StatusNoContent)
			if got := h.events(uploadlink.Stream(link), 4); got != "uploadlink.batch_released" {
				t.Errorf("events %q", got)
			}
			put(h, path, `{"name":"late"}`).want(t, http.StatusConflict, "/problems/uploadlink.window_closed")
		})
		t.Run(base+" S1.i4 at the deadline it is over", func(t *testing.T) {
			h, path := open(t)
			h.store.SetNow(noon.Add(10 * time.Minute))
			put(h, path, `{"name":"late"}`).want(t, http.StatusConflict, "/problems/uploadlink.window_closed")
			h.do(http.MethodDelete, path+"/files/"+statem.String(), nil, "Accept", "*/*").want(t, http.StatusConflict)
		})
	}
}

// Every form works without script: S1.20, S1.21 have pages of their own.
func TestRenameAndDeleteWithoutScript(t *testing.T) {
	h := newHouse(t).redeemed()
	h.arrived(noon.Add(10 * time.Minute))
	base := "/up/" + link.String() + "/"
	file := base + "files/" + statem.String()
	h.get(file+"/name").want(t, 200, `value="scan.pdf"`, `action="`+file+`/name" method="post"`)
	h.post(file+"/name", url.Values{"name": {"a/b"}}).want(t, http.StatusUnprocessableEntity, `value="a/b"`, "Leave them out")
	if a := h.post(file+"/name", url.Values{"name": {"Statement"}}).want(t, http.StatusSeeOther); a.Header().Get("Location") != base {
		t.Errorf("leads to %q", a.Header().Get("Location"))
	}
	h.get(file+"/deletion").want(t, 200, "Delete this file?", "scan.pdf")
	h.post(file+"/deletion", nil).want(t, http.StatusSeeOther)
	if got := h.events(uploadlink.Stream(link), 4); got != "uploadlink.file_renamed uploadlink.file_deleted uploadlink.batch_cancelled" {
		t.Errorf("events %q", got)
	}
	h.post(base+"release", nil).want(t, http.StatusConflict, "nothing to send")
	h.shelf.upload.Now = noon.Add(11 * time.Minute)
	h.get(file+"/name").want(t, http.StatusConflict, "time for changes is over")
	h.post(base+"files", nil).want(t, http.StatusUnprocessableEntity, `<p id="trouble-text">Files are sent as multipart/form-data.</p>`, `action="`+base+`files"`)
}

// Threat T2: no secret reaches the log, whatever happens to the request.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	h := newHouse(t).signIn().redeemed()
	h.arrived(noon.Add(10 * time.Minute))
	token := h.token()
	for _, path := range []string{"/u/" + token, "/u/" + token + "/", "/u/" + token + "/no/such/thing", "/u/" + token[:60], "/up/" + link.String() + "/"} {
		h.get(path)
		h.get(path, "Accept", "application/json")
		h.post(path, nil)
	}
	h.post("/u/"+token+"/redemption", nil)
	h.post("/u/"+token+"/release", nil)
	h.do(http.MethodPatch, "/u/"+token+"/uploads/"+statem.String(), nil, "Tus-Resumable", "1.0.0")
	h.server.FirmOf = nil // a panic on the way
	h.get("/u/" + token)
	h.server.Links.Events = nil
	h.get("/u/" + token)
	log := h.log.String()
	for _, secret := range []string{token, token[:60], session, h.jar[1].Value} {
		if strings.Contains(log, secret) {
			t.Errorf("a secret is in the log: %s", log)
		}
	}
	if !strings.Contains(log, "route=/u/{token}") || !strings.Contains(log, "panic") {
		t.Errorf("the log lacks its lines: %s", log)
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", time.Millisecond: "0:01", 60 * time.Second: "1:00", 9*time.Minute + 41*time.Second + 1: "9:42", 70 * time.Minute: "70:00", -time.Second: "0:00"} {
		if got := clock(d); got != want {
			t.Errorf("clock(%v) = %q, want %q", d, got, want)
		}
	}
}

// S1.i12, T15: a name that got a number and content that was here before are told, on the page and to programs; a name that
// its sender ended in a number is no such thing. What is not complete says how much of it is here (S1.i23).
func TestRemarks(t *testing.T) {
	h := newHouse(t).redeemed()
	h.shelf.upload.Files = []linkapp.UploadFile{
		{ID: newTestID(21), Name: "June.pdf", Size: 1000, State: linkapp.FileReleased},
		{ID: newTestID(22), Name: "june (2).PDF", Size: 1000, State: linkapp.FileReceived, Renamed: true, SameAs: newTestID(21), Deadline: noon.Add(time.Minute)},
		{ID: newTestID(23), Name: "Invoice (2).pdf", Size: 1000, State: linkapp.FileReceived, Renamed: true, SameAs: newTestID(29), Deadline: noon.Add(time.Minute)},
	}
	path := "/up/" + link.String() + "/"
	a := h.get(path).want(t, 200, "a file of that name was here already, so this one got a number · same content as “June.pdf”", "same content as an earlier file")
	if n := strings.Count(a.text, "so this one got a number"); n != 1 {
		t.Errorf("%d files are said to have got a number", n)
	}
	var v uploadState
	if err := json.Unmarshal([]byte(h.get(path, "Accept", "application/json").want(t, 200).text), &v); err != nil {
		t.Fatal(err)
	}
	if v.Files[0].Renamed || !v.Files[1].Renamed || v.Files[2].Renamed || v.Files[1].SameAs != newTestID(21) {
		t.Errorf("files %+v", v.Files)
	}

	made := h.do(http.MethodPost, path+"uploads/", nil, "Tus-Resumable", "1.0.0", "Accept", "*/*", "Upload-Length", "1000",
		"Upload-Metadata", "filename YS5jc3Y=,fingerprint "+base64.StdEncoding.EncodeToString([]byte("ab12"))).want(t, http.StatusCreated)
	at := made.Header().Get("Location")
	h.do(http.MethodPatch, at, strings.NewReader(strings.Repeat("a,b\n", 80)), "Tus-Resumable", "1.0.0", "Accept", "*/*", "Upload-Offset", "0",
		"Content-Type", "application/offset+octet-stream").want(t, http.StatusNoContent)
	id := uuid.MustParse(at[strings.LastIndexByte(at, '/')+1:])
	h.shelf.upload.Files = []linkapp.UploadFile{{ID: id, Name: "a.csv", Size: 1000, State: linkapp.FileReceiving}}
	h.get(path).want(t, 200, "Not complete yet: 32 % is here. Choose it again to go on.")
	h.get(path, "Accept", "application/json").want(t, 200, `"offset":320,"fingerprint":"ab12"`)
}

// formOf is a form with one file in it, and how much of it has been read.
func formOf(content string) (*strings.Reader, []string) {
	const head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"late.txt\"\r\n\r\n"
	return strings.NewReader(head + content + "\r\n--b--\r\n"), []string{"Content-Type", "multipart/form-data; boundary=b"}
}

// S1.i21, S1.11 without script: a form with a file that comes too late gets the page with the way out, once all of it has
// come: a browser that is still sending sees a broken line instead.
func TestPlainUploadThatIsRefused(t *testing.T) {
	large := strings.Repeat("a line of text\n", 100_000)
	base := "/up/" + link.String() + "/"
	send := func(t *testing.T, h *house) reply {
		t.Helper()
		body, headers := formOf(large)
		a := h.do(http.MethodPost, base+"files", body, headers...)
		if body.Len() > 0 {
			t.Errorf("answered with %d bytes unread", body.Len())
		}
		return a
	}
	refuse := func(h *house) *transfertest.Link { return h.server.Uploads.Transfers.Link.(*transfertest.Link) }
	t.Run("expired", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.over()
		refuse(h).Expire()
		send(t, h).want(t, http.StatusGone, "This link has expired", "Ask for a new link", `action="/up/`+link.String()+`/new-link-request"`)
	})
	t.Run("expired, and a file is in its window", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.arrived(expiry.Add(time.Minute))
		h.over()
		refuse(h).Expire()
		send(t, h).want(t, http.StatusGone, "This link has expired.", "scan.pdf", "Ask for a new link")
	})
	t.Run("revoked before and on the way", func(t *testing.T) {
		h := newHouse(t).redeemed()
		refuse(h).Revoke()
		send(t, h).want(t, http.StatusGone, "This link has been closed", "Ask for a new link")
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon})
		send(t, h).want(t, http.StatusGone, "This link has been closed", "Ask for a new link")
	})
	t.Run("replaced", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.store.Given(1, uploadlink.Stream(link), uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}})
		send(t, h).want(t, http.StatusGone, "There is a newer link")
	})
	t.Run("too many at once, of one link and of all", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.server.paces.uploads.each = 0
		send(t, h).want(t, http.StatusTooManyRequests, errManyOpen.Message, `action="`+base+`files"`)
		h.server.paces.uploads.all = 0
		send(t, h).want(t, http.StatusServiceUnavailable, errCrowded.Message, `action="`+base+`files"`)
	})
	t.Run("a stranger's form isn't waited for", func(t *testing.T) {
		h := newHouse(t)
		body, headers := formOf(large)
		h.do(http.MethodPost, base+"files", body, headers...).want(t, http.StatusUnauthorized)
		if body.Len() == 0 {
			t.Error("all of it was read")
		}
	})
}

// A refusal of one file or upload leads back to the page; one of the link itself has no page to lead to.
func TestWayBack(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/up/x/", nil)
	r.SetPathValue("link", "x")
	for _, f := range []*fault.Error{
		uploadlink.ErrFileDeleted, uploadlink.ErrInfected, uploadlink.ErrWithdrawn, uploadlink.ErrTransferEnded, uploadlink.ErrTransferTooOld,
		transfer.ErrGone, transfer.ErrDamaged, receiptapp.ErrErased, uploadlink.ErrWindowClosed, uploadlink.ErrFileNotFound,
	} {
		if got := brokenLink(r, f.Withf("“a.pdf”: no")).Back; got != "/up/x/" {
			t.Errorf("%s leads back to %q", f.Code, got)
		}
	}
	for _, f := range []*fault.Error{uploadlink.ErrNotFound, uploadlink.ErrExpired, uploadlink.ErrRevoked, uploadlink.ErrReplaced, uploadlink.ErrMisdirected, errNoCookie} {
		if got := brokenLink(r, f).Back; got != "" {
			t.Errorf("%s leads back to %q", f.Code, got)
		}
	}
}
