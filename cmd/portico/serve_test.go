package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"

	"github.com/emersion/go-smtp"
)

// letterbox is a mail server that keeps what it takes.
type letterbox struct{ letters chan string }

func (l letterbox) NewSession(*smtp.Conn) (smtp.Session, error) { return letterSession{l}, nil }

type letterSession struct{ box letterbox }

func (letterSession) Reset()                               {}
func (letterSession) Logout() error                        { return nil }
func (letterSession) Mail(string, *smtp.MailOptions) error { return nil }
func (letterSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s letterSession) Data(r io.Reader) error {
	letter, err := io.ReadAll(r)
	if err == nil {
		s.box.letters <- string(letter)
	}
	return err
}

// postOffice runs a mail server for the test and returns its port.
func postOffice(t *testing.T) (letterbox, int) {
	t.Helper()
	box := letterbox{make(chan string, 100)}
	server := smtp.NewServer(box)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return box, listener.Addr().(*net.TCPAddr).Port
}

var uploadURL = regexp.MustCompile(`http://\S+/u/[A-Za-z0-9_-]+`)

// link waits for the next mail with an upload link and returns its address.
func (l letterbox) link(t *testing.T) string {
	t.Helper()
	for {
		select {
		case letter := <-l.letters:
			if _, err := mail.ReadMessage(strings.NewReader(letter)); err != nil {
				t.Fatalf("no mail: %v", err)
			}
			// Quoted-printable breaks long lines by "=" at the end, and writes "=" as "=3D".
			plain := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(letter)
			if found := uploadURL.FindString(plain); found != "" {
				return found
			}
		case <-time.After(30 * time.Second):
			t.Fatal("no mail with a link came")
		}
	}
}

// startServe runs one node and returns its address when it is ready.
func startServe(t *testing.T, env []string) *process {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	p := &process{errs: &bytes.Buffer{}, done: make(chan struct{}), base: "http://" + address}
	p.cmd = exec.Command(os.Args[0], "serve")
	p.cmd.Env = environ(append(env, "PORTICO_LISTEN="+address)...)
	p.cmd.Stderr = p.errs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the exit code is read from ProcessState
		close(p.done)
	}()
	t.Cleanup(p.kill)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.done:
			t.Fatalf("serve ended: %s\n%s", p.cmd.ProcessState, p.errs)
		default:
		}
		if response, err := http.Get(p.base + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return p
			}
		}
	}
	t.Fatalf("serve does not get ready\n%s", p.errs)
	return nil
}

// program is somebody with an API token, or with a link.
type program struct {
	t     *testing.T
	token string
}

// ask sends a request and returns the answer, which must have the status.
func (p program) ask(method, address string, status int, body []byte, header ...string) (*http.Response, []byte) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		p.t.Fatalf("%s %s: %s, want %d, %v\n%s", method, response.Request.URL.Path, response.Status, status, err, answer)
	}
	return response, answer
}

func read[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return v
}

type listed struct {
	Items []struct {
		ID, Name, SHA256 string
		Type             string
	}
}

// TestTwoNodes walks the main job over two nodes on one database: the link is sent from one, its mail leaves by SMTP,
// the file comes in through the other, whose process is killed half-way, and is read at the first.
// S1.1, S1.4, S1.9, S1.11, S1.17, S1.18, S1.22–S1.24, S1.i1, S1.i2, S1.i8, S1.i23, U3.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	box, port := postOffice(t)
	database, files := pgtest.DB(t), t.TempDir()
	settings := []string{
		"DATABASE_URL=" + database, "PORTICO_DATA=" + files, "PORTICO_BASE_URL=http://localhost:1",
		"PORTICO_MASTER_KEY=" + freshKey(), "PORTICO_LINK_KEYS=1:" + freshKey(), "PORTICO_RECEIPT_KEYS=" + freshReceiptKey(), "PORTICO_MAIL_FROM=portal@harbour.example",
		"PORTICO_SMTP_HOST=127.0.0.1", "PORTICO_SMTP_PORT=" + strconv.Itoa(port), "PORTICO_SMTP_ENCRYPTION=none",
		"PORTICO_WEBHOOK_SECRET=whoever reports what became of mails",
	}
	token := prepare(t, settings)
	one, two := startServe(t, settings), startServe(t, settings)
	staff, anyone := program{t, token}, program{t: t}

	// The practitioner sends a link at the first node.
	_, raw := staff.ask("POST", one.base+"/api/v1/clients", 201, []byte(`{"name":"Ingrid Solberg","email":"ingrid@solberg.example"}`))
	client := read[struct{ ID string }](t, raw)
	_, raw = staff.ask("POST", one.base+"/api/v1/upload-links", 201, fmt.Appendf(nil,
		`{"client_id":%q,"recipients":[{"name":"Ingrid Solberg","email":"ingrid@solberg.example"}],"message":"Hello","expires_on":%q}`,
		client.ID, time.Now().AddDate(0, 0, 7).Format(time.DateOnly)), "Idempotency-Key", "first")
	link := read[struct {
		ID         string
		Recipients []struct{ ID string }
	}](t, raw)
	path := strings.TrimPrefix(box.link(t), "http://localhost:1")
	history := func() string {
		_, raw := staff.ask("GET", one.base+"/api/v1/events?stream=uploadlink-"+link.ID, 200, nil)
		var types []string
		for _, e := range read[listed](t, raw).Items {
			types = append(types, strings.TrimPrefix(e.Type, "uploadlink."))
		}
		return strings.Join(types, " ")
	}
	// The mail is in the box before the server that handed it over has written so.
	eventually(t, "the history tells of the mail", func() bool { return history() == "issued mail_handed_over" })

	// The receiving side tells the other node that it has the mail, and repeats itself.
	messageID := fmt.Sprintf("<upload-link.%s.%s.1@harbour.example>", link.ID, link.Recipients[0].ID)
	for range 2 {
		eventually(t, "the report is taken", func() bool {
			return reportsMail(t, two.base, "whoever reports what became of mails", messageID, "delivered") == http.StatusOK
		})
	}
	if got := history(); got != "issued mail_handed_over mail_delivered" {
		t.Errorf("after the report: %s", got)
	}

	// The person starts an upload at the second node, which is killed, and goes on at a third.
	content := bytes.Repeat([]byte("Every line of this file is the same.\n"), 40_000)
	half := len(content) / 2
	response, _ := anyone.ask("POST", two.base+path+"/uploads/", 201, nil, "Tus-Resumable", "1.0.0",
		"Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("notes.txt")))
	upload := strings.TrimPrefix(response.Header.Get("Location"), two.base)
	patch := []string{"Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream", "Upload-Offset"}
	anyone.ask("PATCH", two.base+upload, 204, content[:half], append(patch, "0")...)
	two.kill()
	three := startServe(t, settings)
	response, _ = anyone.ask("HEAD", three.base+upload, 200, nil, "Tus-Resumable", "1.0.0")
	if at := response.Header.Get("Upload-Offset"); at != strconv.Itoa(half) {
		t.Fatalf("the upload stands at %s; %d bytes were acknowledged", at, half)
	}
	anyone.ask("PATCH", three.base+upload, 204, content[half:], append(patch, strconv.Itoa(half))...)

	// In its window the file can be renamed, and the practice sees nothing of it.
	state := func(node *process) (s struct {
		Batch *struct{ State string }
		Files []struct{ ID, Name, State string }
	}) {
		_, raw := anyone.ask("GET", node.base+path, 200, nil, "Accept", "application/json")
		return read[struct {
			Batch *struct{ State string }
			Files []struct{ ID, Name, State string }
		}](t, raw)
	}
	shown := state(one)
	if len(shown.Files) != 1 || shown.Batch == nil || shown.Batch.State != "open" {
		t.Fatalf("the other node shows %+v", shown)
	}
	file := shown.Files[0].ID
	anyone.ask("PUT", one.base+path+"/files/"+file+"/name", 204, []byte(`{"name":"Notes of the year"}`), "Content-Type", "application/json")
	if _, raw = staff.ask("GET", three.base+"/api/v1/files", 200, nil); len(read[listed](t, raw).Items) != 0 {
		t.Errorf("the practice sees a file in its window: %s", raw)
	}
	anyone.ask("POST", three.base+path+"/release", 204, nil)
	anyone.ask("DELETE", one.base+path+"/files/"+file, 409, nil)

	// The practice has it, byte for byte, at every node; the history tells how.
	_, raw = staff.ask("GET", one.base+"/api/v1/files", 200, nil)
	arrived := read[listed](t, raw).Items
	sum := sha256.Sum256(content)
	if len(arrived) != 1 || arrived[0].Name != "Notes of the year.txt" || arrived[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Fatalf("arrived: %+v", arrived)
	}
	if _, raw = staff.ask("GET", three.base+"/api/v1/files/"+file+"/content", 200, nil); !bytes.Equal(raw, content) {
		t.Errorf("%d bytes came back, not those that were sent", len(raw))
	}
	if got := history(); got != "issued mail_handed_over mail_delivered transfer_started batch_opened file_received file_renamed batch_released" {
		t.Errorf("the history tells: %s", got)
	}
	one.interrupt(t)
	three.interrupt(t)
	for _, node := range []*process{one, three} {
		if code := node.cmd.ProcessState.ExitCode(); code != 0 || strings.Contains(node.errs.String(), "level=ERROR") {
			t.Errorf("exit code %d\n%s", code, node.errs)
		}
		if strings.Contains(node.errs.String(), path[3:]) || strings.Contains(node.errs.String(), "ingrid@") {
			t.Errorf("a secret or an address is in the log:\n%s", node.errs)
		}
	}
}

// prepare migrates nothing, pgtest has; it founds a practice and returns an API token of its first person.
func prepare(t *testing.T, settings []string) (token string) {
	t.Helper()
	command := func(args ...string) string {
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env = environ(settings...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return lines[len(lines)-1]
	}
	command("staff", "add", "--email", "mary@harbour.example", "--name", "Mary O'Neill", "--role", "admin",
		"--practice", "Harbour & Finch", "--practice-email", "office@harbour.example", "--zone", "Europe/London")
	return command("token", "create", "--staff", "mary@harbour.example")
}

// reportsMail tells a node what became of a mail, and returns its answer.
func reportsMail(t *testing.T, base, secret, id, status string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/webhooks/mail", strings.NewReader(fmt.Sprintf(`{"message_id":%q,"status":%q}`, id, status)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+secret)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // its status is all that counts
	return response.StatusCode
}
