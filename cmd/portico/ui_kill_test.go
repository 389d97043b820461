package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/ports/web/uitest"
)

// rename gives a file in its window another name, as the upload page does.
func rename(t *testing.T, link, from, to string) {
	t.Helper()
	anyone := program{t: t}
	_, raw := anyone.ask(http.MethodGet, link, http.StatusOK, nil, "Accept", "application/json")
	for _, f := range read[struct{ Files []struct{ ID, Name string } }](t, raw).Files {
		if f.Name == from {
			anyone.ask(http.MethodPut, link+"/files/"+f.ID+"/name", http.StatusNoContent, fmt.Appendf(nil, `{"name":%q}`, to), "Content-Type", "application/json")
			return
		}
	}
	t.Fatalf("there is no %s to rename: %s", from, raw)
}

// TestKilled uses dev in a browser and kills it with SIGKILL, first while one file is in its window and another on its
// way, then in the window of that one. Nothing that was acknowledged is lost, windows close although their time came
// while nobody was there to see it, and the practice has each file once (S1.23, S1.i2, S1.i8, S1.i23, U6).
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	dev := startDev(t, dir)
	address := strings.TrimPrefix(dev.base, "http://")
	staff := program{t, devToken(t, dir, dev.logins[0][0])}
	setWindow := func(window time.Duration) {
		staff.ask(http.MethodPut, dev.base+"/api/v1/upload-policies/link", http.StatusOK, fmt.Appendf(nil, `{"window_ms":%d,"deliver":"after"}`, window.Milliseconds()))
	}
	setWindow(12 * time.Second)
	l := devLink(t, staff, dev.base, dir)

	person := uitest.Open(t)
	person.Allow("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_SOCKET", "503")
	person.Visit(dev.base + l)
	person.Click("button", "Continue to upload files")
	person.WaitFor("button", "Add a file")
	content := long(12 << 20)
	person.Slow(trickle / 2)
	person.Choose("Add a file", file(t, "Ledger of the year.csv", content))
	half(nil, t, person)
	person.Choose("Add a file", file(t, "Deed.pdf", page("Deed")))
	person.WaitFor("link", "Rename Deed.pdf")
	rename(t, dev.base+l, "Deed.pdf", "Title deed") // acknowledged; by hand it would take a part of the window
	acknowledged := offset(t, person, dev.base+l)
	dev.kill()
	person.Wait("Connection lost at ")

	dev = startDevAt(t, dir, address)
	person.Wait("Sent to Harbour & Vale · ") // its time is over: the clock decides, not the job (U6)
	eventually(t, "what the page calls sent is with the practice", func() bool { return staff.has(dev.base, "Title deed.pdf") })
	// The second window has ten minutes, so that what the test does in it doesn't hang on how fast the machine is.
	setWindow(10 * time.Minute)
	person.Slow(0)
	person.WaitFor("link", "Rename Ledger of the year.csv") // its own window (S1.i5)
	resumed(t, person, 2)
	patches := person.Requests("/uploads/", http.MethodPatch)
	if from, err := strconv.Atoi(patches[len(patches)-1].Header["upload-offset"]); err != nil || from < acknowledged {
		t.Errorf("the upload went on at %d; %d bytes had been acknowledged", from, acknowledged)
	}
	dev.kill()

	dev = startDevAt(t, dir, address)
	person.Reload()
	person.WaitFor("link", "Rename Ledger of the year.csv") // the window lives on the server (S1.i2)
	person.Click("button", "I’m done, send now")
	person.WaitNo("link", "Rename Ledger of the year.csv")
	eventually(t, "both files with the practice", func() bool { return staff.has(dev.base, "Ledger of the year.csv") })
	_, raw := staff.ask(http.MethodGet, dev.base+"/api/v1/files?limit=100", http.StatusOK, nil)
	count := map[string]int{}
	for _, f := range read[listed](t, raw).Items {
		count[f.Name]++
		if f.Name == "Ledger of the year.csv" {
			if _, got := staff.ask(http.MethodGet, dev.base+"/api/v1/files/"+f.ID+"/content", http.StatusOK, nil); !bytes.Equal(got, content) {
				t.Errorf("%d bytes of the upload came back, or others", len(got))
			}
		}
	}
	if count["Ledger of the year.csv"] != 1 || count["Title deed.pdf"] != 1 || count["Deed.pdf"] != 0 {
		t.Errorf("the practice has %v", count)
	}
	for _, name := range []string{"Ledger of the year.csv", "Title deed.pdf"} {
		eventually(t, "one notice of "+name, func() bool { return notices(t, dir, name) == 1 })
	}
	if code := dev.interrupt(t); code != 0 {
		t.Errorf("Ctrl-C: exit code %d\n%s", code, dev.errs)
	}
}

// offset asks, as a second device would, how far the upload of the page has come: what is answered is acknowledged.
func offset(t *testing.T, person *uitest.Page, link string) int {
	t.Helper()
	patches := person.Requests("/uploads/", http.MethodPatch)
	if len(patches) == 0 {
		t.Fatal("no upload is under way")
	}
	answer, _ := program{t: t}.ask(http.MethodHead, link+"/uploads/"+path.Base(patches[0].URL), http.StatusOK, nil, "Tus-Resumable", "1.0.0")
	at, err := strconv.Atoi(answer.Header.Get("Upload-Offset"))
	if err != nil || at == 0 {
		t.Fatalf("the upload stands at %q", answer.Header.Get("Upload-Offset"))
	}
	return at
}

func devToken(t *testing.T, dir, email string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "token", "create", "--data", dir, "--staff", email)
	cmd.Env = environ()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("token create: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// devLink sends a link and returns its address in the mail, without the host.
func devLink(t *testing.T, staff program, base, dir string) (address string) {
	t.Helper()
	staff.ask(http.MethodPost, base+"/api/v1/upload-links", http.StatusCreated, fmt.Appendf(nil,
		`{"recipients":[{"name":"Vera Vik","email":"vera@vik.example"}],"message":"","expires_on":%q}`, time.Now().AddDate(0, 0, 7).Format(time.DateOnly)))
	mails := mailadapter.Files{Dir: filepath.Join(dir, "mail")}
	eventually(t, "the mail", func() bool {
		all, err := mails.List()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range all {
			if strings.Contains(l.To, "vera@vik.example") {
				l, err := mails.Read(l.ID)
				if err != nil {
					t.Fatal(err)
				}
				address = uploadPath.FindString(l.Text)
			}
		}
		return address != ""
	})
	return address
}

// notices counts the mails that name a file.
func notices(t *testing.T, dir, name string) (n int) {
	t.Helper()
	mails := mailadapter.Files{Dir: filepath.Join(dir, "mail")}
	all, err := mails.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		read, err := mails.Read(l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(read.Text, name) {
			n++
		}
	}
	return n
}

// has tells whether the practice has a file of that name.
func (p program) has(base, name string) bool {
	p.t.Helper()
	_, raw := p.ask(http.MethodGet, base+"/api/v1/files?limit=100", http.StatusOK, nil)
	for _, f := range read[listed](p.t, raw).Items {
		if f.Name == name {
			return true
		}
	}
	return false
}
