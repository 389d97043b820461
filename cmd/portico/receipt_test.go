package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	receiptapp "portico/app/receipt"
	"portico/domain/receipt"
)

// kept is a folder as somebody keeps it: a receipt of two files, the public keys, and the files.
type kept struct {
	*testing.T
	dir string
	env []string
}

func keep2(t *testing.T) kept {
	t.Helper()
	k := kept{T: t, dir: t.TempDir()}
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	at := receipt.Time(time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC))
	r := receipt.Receipt{
		Version: receipt.Version, Practice: receipt.Practice{Name: "Harbour & Vale", Email: "office@harbourvale.example"},
		Recipient: receipt.Recipient{Name: "Imogen"}, ReleasedAt: at, Cause: "sent_now",
	}
	for name, content := range map[string]string{"Lease.pdf": "the lease", "P60 \x1b[31m2025.txt": "the P60"} {
		sum := sha256.Sum256([]byte(content))
		r.Files = append(r.Files, receipt.File{Name: name, SentAs: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), StartedAt: at, ReceivedAt: at})
	}
	d, err := r.Sign("spring", private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := receipt.Keys{{ID: "spring", Key: private.Public().(ed25519.PublicKey)}}.JSON()
	if err != nil {
		t.Fatal(err)
	}
	k.write("receipt.json", raw)
	k.write("altered.json", bytes.Replace(raw, []byte("Imogen"), []byte("Ingrid"), 1))
	k.write("stranger.json", bytes.Replace(raw, []byte(`"spring"`), []byte(`"autumn"`), 1))
	k.write("keys.json", keys)
	k.write("Lease.pdf", []byte("the lease"))
	k.write("copy of the lease.pdf", []byte("the lease"))
	k.write("sub/Lease.pdf", []byte("the Lease"))
	k.write("other.txt", []byte("something else"))
	return k
}

func (k kept) write(name string, content []byte) {
	k.Helper()
	path := k.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		k.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		k.Fatal(err)
	}
}

func (k kept) path(name string) string { return filepath.Join(k.dir, name) }

// verify runs the command as people do.
func (k kept) verify(flags []string, files ...string) (code int, out, errs string) {
	k.Helper()
	args := append([]string{"receipt", "verify", "--data", k.path("nowhere")}, flags...)
	for _, f := range files {
		args = append(args, k.path(f))
	}
	var o, e bytes.Buffer
	code = run(under(k.Context(), k.env...), args, nil, &o, &e)
	return code, o.String(), e.String()
}

// Each answer has its words and its exit code; a check that can't be made is none of them.
func TestReceiptVerify(t *testing.T) {
	t.Parallel()
	k := keep2(t)
	keys := []string{"--keys", k.path("keys.json")}
	for _, c := range []struct {
		name  string
		flags []string
		files []string
		code  int
		says  []string
	}{
		{"genuine", keys, []string{"receipt.json"}, 0, []string{"GENUINE", "spring", "Harbour & Vale", "Imogen", "2026-11-21 12:30:00.000 UTC", "Lease.pdf"}},
		{"genuine with a file", keys, []string{"receipt.json", "Lease.pdf"}, 0, []string{"GENUINE", "ok ", "byte for byte"}},
		{"genuine with a renamed file", keys, []string{"receipt.json", "copy of the lease.pdf"}, 0, []string{"is Lease.pdf, byte for byte"}},
		{"a file differs", keys, []string{"receipt.json", "Lease.pdf", "sub/Lease.pdf"}, 2, []string{"A FILE DOES NOT MATCH", "is not the Lease.pdf that was sent", "ok "}},
		{"a file is not in it", keys, []string{"receipt.json", "other.txt"}, 2, []string{"A FILE DOES NOT MATCH", "is not in this receipt"}},
		{"altered", keys, []string{"altered.json", "Lease.pdf"}, 3, []string{"ALTERED"}},
		{"unknown key", keys, []string{"stranger.json"}, 4, []string{"UNKNOWN KEY", "autumn"}},
		{"not a receipt", keys, []string{"Lease.pdf"}, 5, []string{"NOT A RECEIPT"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := k.verify(c.flags, c.files...)
			if code != c.code || errs != "" {
				t.Errorf("exit code %d, want %d; %s", code, c.code, errs)
			}
			for _, want := range c.says {
				if !strings.Contains(out, want) {
					t.Errorf("it lacks %q:\n%s", want, out)
				}
			}
			if strings.Contains(out, "\x1b") {
				t.Errorf("a name steers the terminal:\n%q", out)
			}
			if c.code > 2 && strings.Contains(out, "Harbour") {
				t.Errorf("what is not genuine is shown:\n%s", out)
			}

			code, out, _ = k.verify(append(c.flags, "--json"), c.files...)
			v := read[struct {
				Answer  receipt.Answer
				Receipt *receipt.Receipt
				Files   []struct{ Answer receipt.Match }
			}](t, []byte(out))
			if code != c.code || exitCodes[v.Answer] != answered(c.code) || (v.Receipt != nil) != (c.code <= 2) {
				t.Errorf("as JSON: exit code %d, %s", code, out)
			}
		})
	}
	for name, c := range map[string]struct {
		flags, files []string
		says         string
	}{
		"no such receipt":  {keys, []string{"none.json"}, "read the receipt"},
		"no such file":     {keys, []string{"receipt.json", "none.pdf"}, "read a file to compare"},
		"no keys":          {nil, []string{"receipt.json"}, "--keys"},
		"no such keys":     {[]string{"--keys", k.path("none")}, []string{"receipt.json"}, "read the public keys"},
		"keys of no kind":  {[]string{"--keys", k.path("Lease.pdf")}, []string{"receipt.json"}, "the public keys in"},
		"without anything": {keys, nil, "arg"},
	} {
		if code, out, errs := k.verify(c.flags, c.files...); code != 1 || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, %q, %q", name, code, out, errs)
		}
	}
}

// The installation's own keys count where none are named: of the environment, or of dev's folder.
func TestReceiptVerifyWithOwnKeys(t *testing.T) {
	t.Parallel()
	k := keep2(t)
	seed := "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	k.write("nowhere/keys/receipts", []byte("spring:"+seed+"\n"))
	if code, _, errs := k.verify(nil, "receipt.json"); code != 0 {
		t.Errorf("with dev's keys: exit code %d, %s", code, errs)
	}
	k.env = []string{"PORTICO_RECEIPT_KEYS=" + freshReceiptKey()}
	if code, out, _ := k.verify(nil, "receipt.json"); code != 4 {
		t.Errorf("with another practice's keys: exit code %d\n%s", code, out)
	}
	k.env = []string{"PORTICO_RECEIPT_KEYS=" + freshReceiptKey() + ",spring:" + seed}
	if code, out, _ := k.verify(nil, "receipt.json"); code != 0 {
		t.Errorf("after a rotation: exit code %d\n%s", code, out)
	}

	var out, errs bytes.Buffer
	if code := run(under(t.Context(), k.env...), []string{"receipt", "key", "list"}, nil, &out, &errs); code != 0 || strings.Contains(out.String(), seed) {
		t.Fatalf("exit code %d, %s, %s", code, out.String(), errs.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "signs\t") || !strings.HasPrefix(lines[1], "checks\tspring:public:") {
		t.Fatalf("listed:\n%s", out.String())
	}
	k.env = []string{"PORTICO_RECEIPT_KEYS=" + freshReceiptKey() + "," + strings.TrimPrefix(lines[1], "checks\t")}
	if code, out, _ := k.verify(nil, "receipt.json"); code != 0 {
		t.Errorf("with the public half alone: exit code %d\n%s", code, out)
	}
}

func TestReceiptKeyNew(t *testing.T) {
	seen := map[string]bool{}
	for range 3 {
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"receipt", "key", "new"}, nil, &out, &errs); code != 0 {
			t.Fatalf("exit code %d, %s", code, errs.String())
		}
		key := strings.TrimSpace(out.String())
		c := config{ReceiptKeys: hidden(key), MasterKey: hidden(freshKey()), LinkKeys: hidden("1:" + freshKey())}
		k, mistakes := c.readKeys()
		if len(mistakes) > 0 || len(k.receipts.Public()) != 1 || seen[key] {
			t.Errorf("a new key: %v", mistakes)
		}
		seen[key] = true
	}
	c := config{ReceiptKeys: "a:short", MasterKey: hidden(freshKey()), LinkKeys: hidden("1:" + freshKey())}
	if _, mistakes := c.readKeys(); len(mistakes) != 1 || !strings.Contains(mistakes[0].Error(), "PORTICO_RECEIPT_KEYS") {
		t.Errorf("a key that is none: %v", mistakes)
	}
}

// What people keep must read back as it was written.
func TestReceiptJSONIsStable(t *testing.T) {
	k := keep2(t)
	raw, err := os.ReadFile(k.path("receipt.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d receipt.Document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	again, err := d.Bytes()
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("%v\n%s\n%s", err, raw, again)
	}
}

func TestDoctorLooksAtReceiptKeys(t *testing.T) {
	if f := examineReceiptKeys(keys{}); f.OK || !strings.Contains(f.Do, "portico receipt key new") {
		t.Errorf("without a key: %+v", f)
	}
	ring, err := receiptapp.ParseRing(freshReceiptKey() + "," + freshReceiptKey())
	if err != nil {
		t.Fatal(err)
	}
	if f := examineReceiptKeys(keys{receipts: ring}); !f.OK || !strings.Contains(f.Found, "1 older") {
		t.Errorf("with two: %+v", f)
	}
}
