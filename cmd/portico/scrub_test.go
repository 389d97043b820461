package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"

	"github.com/jackc/pgx/v5"
)

// TestNoSecretIsKept runs a whole story through the program with its log at the most talkative, and then looks for every
// secret of the story in the log, the metrics, every table and the data folder: in its own letters, in hex, in base64
// (threats T2, T3, T38; issue 3, section 2).
func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	box, port := postOffice(t)
	secrets := map[string]string{
		"the master key": freshKey(), "the link key": freshKey(), "the receipts' key": freshReceiptKey(),
		"the first password": "gravel saxophone noon kettle", "a wrong password": "umbrella wrong tractor seven", "the second password": "walnut harbour fiddle creek",
	}
	database, folder := pgtest.DB(t), t.TempDir()
	settings := []string{
		"DATABASE_URL=" + database, "PORTICO_DATA=" + folder, "PORTICO_BASE_URL=http://localhost:1", "PORTICO_LOG_LEVEL=debug",
		"PORTICO_MASTER_KEY=" + secrets["the master key"], "PORTICO_LINK_KEYS=1:" + secrets["the link key"],
		"PORTICO_RECEIPT_KEYS=" + secrets["the receipts' key"], "PORTICO_MAIL_FROM=portal@harbour.example",
		"PORTICO_SMTP_HOST=127.0.0.1", "PORTICO_SMTP_PORT=" + strconv.Itoa(port), "PORTICO_SMTP_ENCRYPTION=none",
	}
	command := func(in string, args ...string) string {
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env, cmd.Stdin = environ(settings...), strings.NewReader(in)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return lines[len(lines)-1]
	}
	command(secrets["the first password"]+"\n", "staff", "add", "--email", "mary@harbour.example", "--name", "Mary O'Neill", "--role", "admin",
		"--practice", "Harbour & Finch", "--practice-email", "office@harbour.example", "--zone", "Europe/London", "--password-stdin")
	secrets["an API token"] = command("", "token", "create", "--staff", "mary@harbour.example")
	node := startServe(t, settings)

	s := &scrubStory{t: t, base: node.base, secrets: secrets}
	s.staffComeIn()
	path := s.sendLink(box)
	s.personUploads(path)
	s.staffGoOn(box)
	s.refusals(path)
	_, metrics := program{t: t}.ask("GET", node.base+"/metrics", 200, nil)
	node.interrupt(t)

	places := map[string]string{"the log": node.errs.String(), "the metrics": string(metrics)}
	tables(t, database, places)
	files(t, folder, places)
	_, secrets["the receipts' key"], _ = strings.Cut(secrets["the receipts' key"], ":")
	if len(secrets) < 14 || len(places) < 20 {
		t.Fatalf("%d secrets in %d places only: %v", len(secrets), len(places), slices.Sorted(maps.Keys(places)))
	}
	for what, secret := range secrets {
		for _, p := range slices.Sorted(maps.Keys(places)) {
			if found := spelled(places[p], secret); found != "" {
				t.Errorf("%s is in %s, in %s", what, p, found)
			}
		}
	}
	for _, person := range []string{"ingrid", "Solberg", "mary@", "O'Neill", "Bank statement"} {
		if strings.Contains(places["the log"], person) || strings.Contains(places["the metrics"], person) {
			t.Errorf("%q is in the log or the metrics", person)
		}
	}
	// The search is not blind: it finds what must be there, in each of its spellings.
	log, sessions := places["the log"], places["table account.staff_session"]
	if !strings.Contains(log, "route=/u/{token}") || !strings.Contains(log, "level=DEBUG") || spelled(sessions, s.agent) == "" {
		t.Errorf("nothing is looked at: %d bytes of log, sessions %.300s", len(log), sessions)
	}
	for _, form := range []string{"a secret", hex.EncodeToString([]byte("a secret")), base64.StdEncoding.EncodeToString([]byte("a secret")), "a+secret"} {
		if spelled("before "+form+" after", "a secret") == "" {
			t.Errorf("the search is blind to %s", form)
		}
	}
	if raw := bytes.Repeat([]byte{0xA7}, 32); spelled(hex.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw)) == "" {
		t.Error("the search is blind to the bytes of a secret")
	}
}

// spelled tells how a secret is written in a text, "" where it is not.
func spelled(text, secret string) string {
	for name, form := range map[string]string{
		"its own letters": secret, "hex": hex.EncodeToString([]byte(secret)), "an address": url.QueryEscape(secret),
		"base64": strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
	} {
		if strings.Contains(text, form) {
			return name
		}
	}
	// What a secret stands for, as bytea shows it: 24 bytes of it can't be there by chance.
	for _, encoding := range []*base64.Encoding{base64.RawURLEncoding, base64.StdEncoding} {
		if raw, err := encoding.DecodeString(secret); err == nil && len(raw) >= 24 && strings.Contains(text, hex.EncodeToString(raw)) {
			return "its bytes"
		}
	}
	return ""
}

// tables reads every table of the database, each row as text.
func tables(t *testing.T, database string, places map[string]string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	rows, err := c.Query(t.Context(), `
		SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var text string
		if err := c.QueryRow(t.Context(), fmt.Sprintf(`SELECT coalesce(string_agg(t::text, E'\n'), '') FROM %s t`, name)).Scan(&text); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		places["table "+name] = text
	}
}

// files reads the data folder: names, and what is in them.
func files(t *testing.T, folder string, places map[string]string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		places["file "+path] = path + "\n" + string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scrubStory is what people do; each secret that they come by is written down.
type scrubStory struct {
	t       *testing.T
	base    string
	secrets map[string]string
	staff   *http.Client
	agent   string
	link    string
}

var hiddenField = regexp.MustCompile(`name="(id|command)" value="([^"]+)"`)

// post sends a form as a browser of this site.
func (s *scrubStory) post(client *http.Client, path string, form url.Values, want int) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", s.base)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("User-Agent", s.agent)
	response, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		s.t.Fatalf("POST %s: %s, want %d\n%.500s", path, response.Status, want, text)
	}
	return response
}

// cookies writes down what a browser was given.
func (s *scrubStory) cookies(client *http.Client, path, what string) {
	s.t.Helper()
	at, err := url.Parse(s.base + path)
	if err != nil {
		s.t.Fatal(err)
	}
	all := client.Jar.Cookies(at)
	if len(all) == 0 {
		s.t.Fatalf("no cookie for %s", path)
	}
	for _, c := range all {
		s.secrets[what+" "+c.Name] = c.Value
	}
}

func visitor(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// staffComeIn: a wrong password, the right one, another one.
func (s *scrubStory) staffComeIn() {
	s.agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	s.staff = visitor(s.t)
	sign := func(password string, want int) {
		s.post(s.staff, "/session", url.Values{"email": {"mary@harbour.example"}, "password": {password}}, want)
	}
	sign(s.secrets["a wrong password"], 401)
	sign(s.secrets["the first password"], 303)
	s.cookies(s.staff, "/", "the first session's")
	change := func(present string, want int) {
		s.post(s.staff, "/account/password", url.Values{"present": {present}, "new": {s.secrets["the second password"]}}, want)
	}
	change(s.secrets["a wrong password"], 422)
	change(s.secrets["the first password"], 303)
	s.cookies(s.staff, "/", "the second session's")
}

// sendLink: a client, a link, its mail.
func (s *scrubStory) sendLink(box letterbox) (path string) {
	token := program{s.t, s.secrets["an API token"]}
	_, raw := token.ask("POST", s.base+"/api/v1/clients", 201, []byte(`{"name":"Ingrid Solberg","email":"ingrid@solberg.example"}`))
	client := read[struct{ ID string }](s.t, raw)
	_, raw = token.ask("POST", s.base+"/api/v1/upload-links", 201, fmt.Appendf(nil,
		`{"client_id":%q,"recipients":[{"name":"Ingrid Solberg","email":"ingrid@solberg.example"}],"message":"Hello","expires_on":%q}`,
		client.ID, time.Now().AddDate(0, 0, 7).Format(time.DateOnly)))
	s.link = read[struct{ ID string }](s.t, raw).ID
	path = strings.TrimPrefix(box.link(s.t), "http://localhost:1")
	s.secrets["the first mail's secret"] = strings.TrimPrefix(path, "/u/")
	return path
}

// personUploads: by the address of the mail and by the cookie, in pieces, with a name and its change.
func (s *scrubStory) personUploads(path string) {
	person, anyone := visitor(s.t), program{t: s.t}
	anyone.ask("GET", s.base+path, 200, nil, "Accept", "text/html")
	s.post(person, path+"/redemption", nil, 303)
	up := "/up/" + s.link + "/"
	s.cookies(person, up, "the link's")
	tus := []string{"Tus-Resumable", "1.0.0"}
	response, _ := anyone.ask("POST", s.base+path+"/uploads/", 201, nil, append(tus, "Upload-Length", "10",
		"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("Bank statement.txt")))...)
	upload := response.Header.Get("Location")
	patch := append(tus, "Content-Type", "application/offset+octet-stream", "Upload-Offset")
	anyone.ask("PATCH", s.base+upload, 204, []byte("12345"), append(patch, "0")...)
	anyone.ask("PATCH", s.base+upload, 409, []byte("12345"), append(patch, "3")...)
	anyone.ask("PATCH", s.base+upload, 204, []byte("67890"), append(patch, "5")...)
	file := upload[strings.LastIndex(upload, "/")+1:]
	s.post(person, up+"files/"+file+"/name", url.Values{"name": {"Bank statement of March"}}, 303)
	s.post(person, up+"release", nil, 303)
}

// staffGoOn: the practice reads, sends again, and revokes.
func (s *scrubStory) staffGoOn(box letterbox) {
	_, page := program{t: s.t}.ask("GET", s.base+"/upload-links/"+s.link, 200, nil, "Cookie", "portico="+s.secrets["the second session's portico"])
	act := func(noun string) {
		form := url.Values{"reason": {"an end"}, "unreleased": {"keep"}}
		for _, m := range hiddenField.FindAllSubmatch(page, -1) {
			form.Set(string(m[1]), string(m[2]))
		}
		if noun == "revocation" {
			form.Set("command", newID(s.t).String())
		}
		s.post(s.staff, "/upload-links/"+s.link+"/"+noun, form, 303)
	}
	act("resend")
	s.secrets["the second mail's secret"] = strings.TrimPrefix(strings.TrimPrefix(box.link(s.t), "http://localhost:1"), "/u/")
	program{t: s.t}.ask("GET", s.base+"/u/"+s.secrets["the second mail's secret"], 200, nil, "Accept", "text/html")
	act("revocation")
	s.post(s.staff, "/session/end", nil, 303)
}

// refusals: what is wrong often ends in a log.
func (s *scrubStory) refusals(path string) {
	anyone := program{t: s.t}
	for _, p := range []string{path, path + "/", "/u/" + s.secrets["the second mail's secret"]} {
		anyone.ask("GET", s.base+p, 410, nil, "Accept", "text/html")
		anyone.ask("GET", s.base+p, 410, nil, "Accept", "application/json")
	}
	s.secrets["a forged secret"] = s.secrets["the first mail's secret"][:40] + strings.Repeat("Q", 30)
	anyone.ask("GET", s.base+"/u/"+s.secrets["a forged secret"], 404, nil)
	s.secrets["a forged token"] = s.secrets["an API token"][:20] + strings.Repeat("Q", 27)
	program{s.t, s.secrets["a forged token"]}.ask("GET", s.base+"/api/v1/clients", 401, nil)
	program{s.t, s.secrets["an API token"]}.ask("POST", s.base+"/api/v1/clients", 422, []byte(`{"name":""}`))
	anyone.ask("GET", s.base+"/clients?token="+s.secrets["an API token"], 200, nil) // ends at the sign-in
	anyone.ask("POST", s.base+path+"/uploads/", 410, bytes.Repeat([]byte("x"), 100), "Tus-Resumable", "1.0.0", "Upload-Length", "x")
}
