package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"portico/adapters/postgres/pgtest"
)

// TestClientsCommands brings a list along where no portal runs, takes it away again, and finds that importing what was
// exported changes nothing.
func TestClientsCommands(t *testing.T) {
	t.Parallel()
	settings := []string{"DATABASE_URL=" + pgtest.DB(t), "PORTICO_DATA=" + t.TempDir(), "PORTICO_MASTER_KEY=" + freshKey(), "PORTICO_LINK_KEYS=1:" + freshKey(), "PORTICO_RECEIPT_KEYS=" + freshReceiptKey()}
	prepare(t, settings)
	folder := t.TempDir()
	run := func(args ...string) (string, error) {
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env = environ(settings...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	result := func(args ...string) (r importResult) {
		t.Helper()
		out, err := run(append([]string{"clients", "import", "--json", "--staff", "mary@harbour.example"}, args...)...)
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		return r
	}
	outcomes := func(r importResult) string {
		return fmt.Sprint(r.Outcomes["created"], r.Outcomes["changed"], r.Outcomes["unchanged"], r.Outcomes["refused"])
	}
	list := filepath.Join(folder, "list.csv")
	content := "Kunde;Code;Vorname;E-Mail\nMüller GmbH;C-1;Ida;ida@mueller.example\nMüller GmbH;C-1;Per;per@mueller.example\nBäcker;C-2;;keine\n=SUM(A1);C-3;;\n"
	if err := os.WriteFile(list, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}

	if r := result(list, "--dry-run"); outcomes(r) != "2 1 0 1" || !r.DryRun || r.NewPeople != 2 || len(r.Refused) != 1 || r.Refused[0].Row != 4 {
		t.Errorf("before: %+v", r)
	}
	if r := result(list, "--dry-run", "--map", "contact_email="); outcomes(r) != "3 1 0 0" {
		t.Errorf("without the column that is wrong: %+v", r)
	}
	if out, err := run("clients", "import", list, "--staff", "mary@harbour.example", "--map", "name=Nobody"); err == nil || !strings.Contains(out, `no column "Nobody"`) {
		t.Errorf("a column that isn't there: %v\n%s", err, out)
	}
	if r := result(list); outcomes(r) != "2 1 0 1" || r.DryRun {
		t.Errorf("the import: %+v", r)
	}
	if out, err := run("invites", "send", "--staff", "mary@harbour.example", "--filter", "without-portal", "--dry-run"); err != nil || !strings.Contains(out, "Would invite 2 of 2 people.") { // S3.i8
		t.Errorf("who would be invited: %v\n%s", err, out)
	}
	if out, err := run("invites", "send", "--staff", "mary@harbour.example", "--filter", "everybody"); err == nil || !strings.Contains(out, "without-portal") {
		t.Errorf("a filter that isn't there: %v\n%s", err, out)
	}
	out, err := run("invites", "send", "--staff", "mary@harbour.example", "--filter", "without-portal", "--hold", "10m", "--detach", "--json")
	var sent inviteResult
	if err != nil || json.Unmarshal([]byte(out), &sent) != nil || sent.State != "holding" || sent.People != 2 || sent.Left != 2 {
		t.Errorf("many at once: %v\n%s", err, out)
	}
	if out, err := run("invites", "stop", sent.Job.String(), "--staff", "mary@harbour.example"); err != nil || !strings.Contains(out, "undone") {
		t.Errorf("undone: %v\n%s", err, out)
	}
	if r := result(list); outcomes(r) != "0 0 3 1" {
		t.Errorf("the same file again: %+v", r)
	}
	for _, name := range []string{"out.csv", "out.xlsx"} {
		file := filepath.Join(folder, name)
		if out, err := run("clients", "export", file); err != nil {
			t.Fatalf("export to %s: %v\n%s", name, err, out)
		}
		if r := result(file); outcomes(r) != "0 0 3 0" {
			t.Errorf("%s, imported again: %+v", name, r)
		}
	}
	if out, err := run("clients", "export", list); err == nil {
		t.Errorf("an export replaced a file: %s", out)
	}
}
