package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"portico/adapters/postgres"
)

const module = "portico/"

// house is the tree that the walls stand in.
func tree() fs.FS { return os.DirFS("../..") }

func TestImportsPointInward(t *testing.T) {
	problems, files, err := crossings(tree())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if files < 50 {
		t.Errorf("looked at %d files only; is this the right tree?", files)
	}
}

// TestWallsCanFail feeds the check a tree with one of each crossing.
func TestWallsCanFail(t *testing.T) {
	file := func(imports ...string) *fstest.MapFile {
		var b strings.Builder
		b.WriteString("package x\n")
		for _, i := range imports {
			fmt.Fprintf(&b, "import %q\n", i)
		}
		return &fstest.MapFile{Data: []byte(b.String())}
	}
	for name, bad := range map[string]fstest.MapFS{
		"domain sees app":                 {"domain/invite/invite.go": file("portico/app/es")},
		"domain sees a sibling":           {"domain/invite/invite.go": file("portico/domain/task")},
		"domain sees the database driver": {"domain/invite/invite.go": file("github.com/jackc/pgx/v5")},
		"domain sees the network":         {"domain/invite/invite.go": file("net/http")},
		"domain sees a context":           {"domain/invite/invite.go": file("context")},
		"app sees an adapter":             {"app/invite/commands.go": file("portico/adapters/postgres")},
		"app sees a sibling":              {"app/invite/commands.go": file("portico/app/task")},
		"app sees a sibling's rules":      {"app/invite/commands.go": file("portico/domain/task")},
		"app sees a port":                 {"app/invite/commands.go": file("portico/ports/web")},
		"an adapter sees a port":          {"adapters/mail/mail.go": file("portico/ports/web")},
		"an adapter sees another":         {"adapters/mail/mail.go": file("portico/adapters/postgres")},
		"a port sees an adapter":          {"ports/web/server.go": file("portico/adapters/postgres")},
		"a port sees another":             {"ports/api/server.go": file("portico/ports/web")},
		"something sees the program":      {"ports/web/server.go": file("portico/cmd/portico")},
		"a test crosses":                  {"domain/invite/invite_test.go": file("portico/adapters/postgres")},
		"the program imports tests":       {"app/invite/commands.go": file("portico/app/es/estest")},
	} {
		t.Run(name, func(t *testing.T) {
			problems, _, err := crossings(bad)
			if err != nil {
				t.Fatal(err)
			}
			if len(problems) != 1 {
				t.Errorf("found %q", problems)
			}
		})
	}
	good := fstest.MapFS{
		"domain/invite/invite.go":     file("portico/domain/event", "portico/domain/fault", "time"),
		"app/invite/commands.go":      file("portico/app/es", "portico/domain/invite", "context"),
		"app/deadline/deadline.go":    file("portico/domain/invite", "portico/domain/task"),
		"adapters/postgres/list.go":   file("portico/app/invite", "portico/domain/task", "portico/migrations"),
		"ports/web/server.go":         file("portico/app/invite", "portico/domain/task", "portico/ports/httpauth", "portico/ports/web/views"),
		"cmd/portico/main.go":         file("portico/ports/web", "portico/adapters/postgres"),
		"app/invite/invite_test.go":   file("portico/app/es/estest", "portico/domain/event/eventtest"),
		"adapters/postgres/l_test.go": file("portico/adapters/postgres/pgtest", "portico/app/es/estest"),
	}
	if problems, _, err := crossings(good); err != nil || len(problems) > 0 {
		t.Errorf("the good tree: %q, %v", problems, err)
	}
}

// Shared parts of a layer, which every module may see.
var (
	sharedDomain = []string{"domain/event", "domain/fault", "domain/address", "domain/day", "domain/filename", "domain/filetype", "domain/questionnaire"}
	sharedApp    = []string{"app/es", "app/picture", "app/secret", "app/language"}
	sharedPorts  = []string{"ports/httpauth"}
	// What hears or speaks to several modules: sagas, mails, the audit, explanations, proofs, imports, invitations and tasks in bulk, reminders, webhooks, answers by mail.
	listeners = []string{"app/access", "app/deadline", "app/notify", "app/audit", "app/receipt", "app/clientimport", "app/invitejob", "app/taskjob", "app/reminder", "app/webhook", "app/reply"}
	// What domain may not know of: the outside world.
	outside = []string{"context", "net", "net/http", "os", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}
	// What a test brings along and the program never sees.
	testHelper = regexp.MustCompile(`(^|/)[a-z]+test$`)
)

// crossings names every import that goes through a wall, and says how many files it looked at.
func crossings(tree fs.FS) (problems []string, files int, err error) {
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != "." {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		from := path.Dir(name)
		for _, spec := range parsed.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := crossing(from, to, strings.HasSuffix(name, "_test.go")); why != "" {
				problems = append(problems, fmt.Sprintf("%s imports %s: %s", name, to, why))
			}
		}
		return nil
	})
	return problems, files, err
}

// crossing says why a package in folder from must not import to; "" where it may.
func crossing(from, to string, isTest bool) string {
	inside, ours := strings.CutPrefix(to, module)
	layer, _, _ := strings.Cut(from, "/")
	if !ours {
		switch {
		case layer == "domain" && !isTest && slices.Contains(outside, to):
			return "domain decides by values alone"
		case layer == "domain" && !isTest && strings.Contains(to, "jackc/"), layer == "app" && strings.Contains(to, "jackc/"):
			return "only adapters know the database"
		}
		return ""
	}
	if !isTest && testHelper.MatchString(inside) && !testHelper.MatchString(from) {
		return "the program does not need tests"
	}
	target, _, _ := strings.Cut(inside, "/")
	if part(from) == part(inside) {
		return ""
	}
	switch layer {
	case "cmd":
		return ""
	case "domain":
		if target != "domain" {
			return "domain sees nothing but domain"
		}
		if !slices.Contains(sharedDomain, part(inside)) && !slices.Contains(sharedDomain, part(from)) {
			return "modules share ids, not rules"
		}
		return ""
	case "app":
		return crossingFromApp(from, inside, target)
	case "adapters", "ports":
		if target == "cmd" || (target == "adapters" && layer == "ports") || (target == "ports" && layer == "adapters") {
			return "adapters and ports meet in cmd alone"
		}
		if target == layer && !slices.Contains(sharedPorts, inside) {
			return "each " + strings.TrimSuffix(layer, "s") + " stands alone"
		}
		return ""
	case "migrations":
		return "migrations see nothing"
	}
	return "an unknown layer"
}

func crossingFromApp(from, inside, target string) string {
	switch target {
	case "app":
		if slices.Contains(sharedApp, part(inside)) || slices.Contains(listeners, part(from)) {
			return ""
		}
		return "modules share ids, not commands"
	case "domain":
		_, own, _ := strings.Cut(part(from), "/")
		_, theirs, _ := strings.Cut(part(inside), "/")
		if own == theirs || slices.Contains(sharedDomain, part(inside)) || slices.Contains(listeners, part(from)) || own == "es" {
			return ""
		}
		return "a module of app decides by its own rules alone"
	}
	return "app sees nothing but app and domain"
}

// part is layer and module: "app/es" of "app/es/estest".
func part(folder string) string {
	names := strings.SplitN(folder, "/", 3)
	return strings.Join(names[:min(2, len(names))], "/")
}

// TestTableOwners checks that each table of a migration is named in the files of its owner alone.
func TestTableOwners(t *testing.T) {
	t.Parallel()
	owners := tableOwners(t)
	if len(owners) < 3 {
		t.Fatalf("found the owners of %d tables only", len(owners))
	}
	for table, files := range owners {
		for _, file := range files {
			if _, err := fs.Stat(tree(), file); err != nil {
				t.Errorf("the owner of %s is not there: %v", table, err)
			}
		}
	}
	for _, p := range trespasses(t, tree(), owners) {
		t.Error(p)
	}
	bad := fstest.MapFS{"adapters/postgres/thief.go": {Data: []byte("package x\nconst q = `SELECT * FROM account.staff`")}}
	if found := trespasses(t, bad, map[string][]string{"account.staff": {"adapters/postgres/account.go"}}); len(found) != 1 {
		t.Errorf("a trespass is not seen: %q", found)
	}
}

// TestReadModelOwners checks that only the files of a read model name its tables: of upload_link_list these are
// upload_link_list.go and upload_link_reader.go. Its tables are made by generation, so no migration names them.
func TestReadModelOwners(t *testing.T) {
	t.Parallel()
	sources := namedIn(t, tree())
	for _, m := range postgres.Models() {
		for _, p := range strangers(sources, m) {
			t.Error(p)
		}
	}
	bad := fstest.MapFS{"adapters/postgres/thief.go": {Data: []byte("package x\nconst q = `SELECT * FROM portal.client`")}}
	found := 0
	for _, m := range postgres.Models() {
		found += len(strangers(namedIn(t, bad), m))
	}
	if found != 1 {
		t.Errorf("a trespass is seen %d times", found)
	}
}

// namedIn are the names of tables in each file of the adapter.
func namedIn(t *testing.T, tree fs.FS) map[string]map[string]bool {
	t.Helper()
	names, err := fs.Glob(tree, "adapters/postgres/*.go")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]map[string]bool{}
	for _, name := range names {
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			sources[name] = tablesIn(source)
		}
	}
	return sources
}

func strangers(sources map[string]map[string]bool, m postgres.Model) (found []string) {
	own := "adapters/postgres/" + strings.TrimSuffix(m.Name, "_list") + "_"
	for name, named := range sources {
		if strings.HasPrefix(name, own) {
			continue
		}
		for _, table := range m.Tables {
			if named["portal."+table.Name] {
				found = append(found, fmt.Sprintf("%s names portal.%s, which belongs to %s", name, table.Name, m.Name))
			}
		}
	}
	return found
}

var (
	ownerLine   = regexp.MustCompile(`(?m)^-- Owner: (.+)$`)
	createTable = regexp.MustCompile(`(?im)^\s*CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+\.[a-z_]+)`)
	goFile      = regexp.MustCompile(`[a-z_/]+\.go`)
)

// tableOwners reads each migration's `-- Owner:` line: one file with its folder, then more files of the same folder.
func tableOwners(t *testing.T) map[string][]string {
	t.Helper()
	names, err := fs.Glob(tree(), "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	owners := map[string][]string{}
	for _, name := range names {
		sql, err := fs.ReadFile(tree(), name)
		if err != nil {
			t.Fatal(err)
		}
		line := ownerLine.FindSubmatch(sql)
		if line == nil {
			t.Errorf("%s has no line `-- Owner: FILE`", name)
			continue
		}
		var files []string
		for _, file := range goFile.FindAllString(string(line[1]), -1) {
			if !strings.Contains(file, "/") {
				file = path.Join(path.Dir(files[0]), file)
			}
			files = append(files, file)
		}
		for _, match := range createTable.FindAllSubmatch(sql, -1) {
			owners[string(match[1])] = append(owners[string(match[1])], files...)
		}
	}
	return owners
}

var tableName = regexp.MustCompile(`\b(?:[a-z_]+)\.[a-z_0-9]+\b`)

// tablesIn are the names in a source that may be those of tables, with their schemas.
func tablesIn(source []byte) map[string]bool {
	named := map[string]bool{}
	for _, name := range tableName.FindAll(source, -1) {
		named[string(name)] = true
	}
	return named
}

// trespasses names the files that name another file's table. Tests may look, and so may doctor and the operators'
// commands, which change nothing; all other Go code asks the owner.
func trespasses(t *testing.T, tree fs.FS, owners map[string][]string) (found []string) {
	t.Helper()
	err := fs.WalkDir(tree, "adapters", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		named := tablesIn(source)
		for table, files := range owners {
			if (strings.HasPrefix(table, "es.") || strings.HasPrefix(table, "vault.")) && strings.HasPrefix(name, "adapters/postgres/") {
				continue // the store's tables are the whole package's
			}
			if named[table] && !slices.Contains(files, name) {
				found = append(found, fmt.Sprintf("%s names %s, which belongs to %v", name, table, files))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestTopLevel keeps the house's front tidy.
func TestTopLevel(t *testing.T) {
	allowed := []string{
		"cmd", "domain", "app", "adapters", "ports", "migrations", "go.mod", "go.sum", "Taskfile.yml", "README.md", "LICENSE",
	}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") && !slices.Contains(allowed, entry.Name()) {
			t.Errorf("%s does not belong at the top", filepath.Clean(entry.Name()))
		}
	}
}
