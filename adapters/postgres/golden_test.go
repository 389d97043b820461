package postgres

import (
	"bytes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"portico/domain/client"
	"portico/domain/event"

	"github.com/google/uuid"
)

// What is stored is forever. A golden file is one stored version of one event, as this house has written it: when a
// test fails here, the event's shape has changed, and histories that exist could not be read any more. Such a change is
// a new version with an upcaster; its file is added with -write-golden, and the old ones stay.
var writeGolden = flag.Bool("write-golden", false, "write golden files that are not there yet")

const goldenFolder = "testdata/golden"

// golden is the content of a file. Personal are the texts of each subject, in the order in which they are sealed.
type golden struct {
	Type      string              `json:"type"`
	Schema    int16               `json:"schema_ver"`
	Data      json.RawMessage     `json:"data"`
	Personal  map[string][]string `json:"personal,omitempty"`
	Canonical string              `json:"canonical_sha256"`
}

func (g golden) file() string { return fmt.Sprintf("%s.v%d.json", g.Type, g.Schema) }

// sampler fills an event with values that differ from each other, the same ones each time.
type sampler struct{ n int }

func sampleOf(t reflect.Type) event.Event {
	s := &sampler{}
	v := reflect.New(t).Elem()
	s.fill(v)
	return v.Interface().(event.Event)
}

func (s *sampler) next() int { s.n++; return s.n }

func (s *sampler) id() uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("0190d8f2-0000-7000-8000-%012x", s.next()))
}

func (s *sampler) fill(v reflect.Value) {
	switch v.Type() {
	case uuidType:
		v.Set(reflect.ValueOf(s.id()))
		return
	case timeType:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 1, 12, 0, s.next(), 123e6, time.UTC)))
		return
	case personalType:
		id := s.id()
		v.Set(reflect.ValueOf(event.Of(id, fmt.Sprintf("text %d – “ä”\n", s.n))))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			s.fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		s.fill(v.Index(0))
		s.fill(v.Index(1))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(fmt.Sprintf("word %d", s.next()))
	default:
		v.SetInt(int64(s.next()))
	}
}

// goldenOf is what the codec makes of a type's sample.
func goldenOf(c *Codec, et *eventType) (golden, error) {
	e, err := c.encode(sampleOf(et.typ))
	if err != nil {
		return golden{}, err
	}
	sum := sha256.Sum256(e.data)
	g := golden{Type: e.name, Schema: e.schema, Data: e.data, Canonical: hex.EncodeToString(sum[:])}
	for _, t := range e.texts {
		if g.Personal == nil {
			g.Personal = map[string][]string{}
		}
		g.Personal[t.subject.String()] = t.texts
	}
	return g, nil
}

// readGolden reads all files of a folder.
func readGolden(t *testing.T, folder fs.FS) (out []golden) {
	t.Helper()
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		var g golden
		if err := json.Unmarshal(text, &g); err != nil || g.file() != name {
			t.Fatalf("%s: %v; it says that it is %s", name, err, g.file())
		}
		out = append(out, g)
	}
	return out
}

// goldenProblems holds a codec against golden files.
func goldenProblems(c *Codec, files []golden) (problems []string) {
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, name := range c.Types() {
		et := c.byName[name]
		for v := int16(1); v <= et.schema; v++ {
			if !slices.ContainsFunc(files, func(g golden) bool { return g.Type == name && g.Schema == v }) {
				complain("%s version %d has no golden file; write it with: go test ./adapters/postgres -run Golden -write-golden", name, v)
			}
		}
	}
	for _, g := range files {
		et := c.byName[g.Type]
		if et == nil || g.Schema > et.schema {
			complain("%s: nothing reads it any more", g.file())
			continue
		}
		data, err := canonical(bytes.Clone(g.Data))
		sum := sha256.Sum256(data)
		if err != nil || hex.EncodeToString(sum[:]) != g.Canonical {
			complain("%s: the file was changed: its canonical bytes hash to %x (%v)", g.file(), sum, err)
			continue
		}
		e, err := decodeGolden(c, g)
		if err != nil {
			complain("%s: %v", g.file(), err)
			continue
		}
		if g.Schema < et.schema {
			continue
		}
		want, err := goldenOf(c, et)
		if err != nil {
			complain("%s: %v", g.file(), err)
			continue
		}
		if !bytes.Equal(want.Data, data) || !reflect.DeepEqual(want.Personal, g.Personal) {
			complain("%s: the shape has changed; it is written now as\n%s %v\nand was\n%s %v", g.file(), want.Data, want.Personal, data, g.Personal)
		} else if !reflect.DeepEqual(e, sampleOf(et.typ)) {
			complain("%s: read as %+v", g.file(), e)
		}
	}
	return problems
}

// decodeGolden reads a file as if it were a row: its personal texts are sealed first.
func decodeGolden(c *Codec, g golden) (event.Event, error) {
	aead, err := gcm(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	var texts []personalTexts
	for subject, list := range g.Personal {
		texts = append(texts, personalTexts{uuid.MustParse(subject), list})
	}
	at := sealContext{stream: uuid.UUID{15: 1}, version: 1, typ: g.Type}
	keys := func(uuid.UUID) (cipher.AEAD, error) { return aead, nil }
	pii, err := seal(texts, at, keys)
	if err != nil {
		return nil, err
	}
	return c.decode(g.Type, g.Schema, g.Data, pii, at, keys)
}

func TestGolden(t *testing.T) {
	c, err := NewCodec(Events()...)
	if err != nil {
		t.Fatal(err)
	}
	if *writeGolden {
		addGolden(t, c)
	}
	for _, p := range goldenProblems(c, readGolden(t, os.DirFS(goldenFolder))) {
		t.Error(p)
	}
}

// addGolden writes the files that are not there. One that is there is never written again.
func addGolden(t *testing.T, c *Codec) {
	t.Helper()
	if err := os.MkdirAll(goldenFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range c.Types() {
		g, err := goldenOf(c, c.byName[name])
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(filepath.Join(goldenFolder, g.file()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(file)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := errors.Join(encoder.Encode(g), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// Every model that hears a type can fold each stored version of it.
func TestModelsFoldGolden(t *testing.T) {
	c, err := NewCodec(Events()...)
	if err != nil {
		t.Fatal(err)
	}
	folded := 0
	for _, g := range readGolden(t, os.DirFS(goldenFolder)) {
		e, err := decodeGolden(c, g)
		if err != nil {
			t.Fatal(err)
		}
		stream := event.Stream{Kind: kindOf(g.Type), ID: uuid.UUID{15: 1}}
		for _, m := range Models() {
			if !slices.Contains(m.types(c), g.Type) || !slices.Contains(m.Kinds, stream.Kind) {
				continue
			}
			folded++
			view := m.New(stream, 1)
			if err := view.Apply(event.Recorded{Stream: stream, Version: 1, Firm: 1, Event: e}); err != nil {
				t.Errorf("%s, %s: %v", m.Name, g.file(), err)
			}
			for i, rows := range view.Rows() {
				for _, row := range rows {
					if len(row) != len(m.Tables[i].Columns) {
						t.Errorf("%s, %s: %d values for %d columns of %s", m.Name, g.file(), len(row), len(m.Tables[i].Columns), m.Tables[i].Name)
					}
				}
			}
		}
	}
	if folded < 20 {
		t.Errorf("only %d files were folded", folded)
	}
}

// A check that cannot fail proves nothing: each change of a shape is seen.
func TestGoldenSeesChanges(t *testing.T) {
	real, err := NewCodec(EventSpec{Event: client.Created{}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := goldenOf(real, real.byName["client.created"])
	if err != nil {
		t.Fatal(err)
	}
	if p := goldenProblems(real, []golden{g}); len(p) > 0 {
		t.Fatalf("the real one: %q", p)
	}
	changedFile := g
	changedFile.Data = bytes.Replace(bytes.Clone(g.Data), []byte("word"), []byte("Word"), 1)
	future := g
	future.Schema = 2
	for name, c := range map[string]struct {
		event event.Event
		files []golden
	}{
		"no file":              {client.Created{}, nil},
		"a file that changed":  {client.Created{}, []golden{changedFile}},
		"a file of the future": {client.Created{}, []golden{g, future}},
		"a field less":         {fieldLess{}, []golden{g}},
		"a field more":         {fieldMore{}, []golden{g}},
		"a field renamed":      {fieldRenamed{}, []golden{g}},
		"personal turned fact": {fieldOpened{}, []golden{g}},
		"personal reordered":   {fieldMoved{}, []golden{g}},
	} {
		codec, err := NewCodec(EventSpec{Event: c.event})
		if err != nil {
			t.Fatal(err)
		}
		if p := goldenProblems(codec, c.files); len(p) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
	stray := fstest.MapFS{"client.created.v1.json": {Data: []byte(`{"type": "client.created", "schema_ver": 1}`)}}
	if p := goldenProblems(real, readGolden(t, stray)); len(p) == 0 {
		t.Error("an empty file: not seen")
	}
}

type (
	fieldLess struct {
		Name      event.Personal `json:"name" es:"personal"`
		Email     event.Personal `json:"email" es:"personal"`
		Sort      string         `json:"sort" es:"fact"`
		Reference string         `json:"reference" es:"fact"`
	}
	fieldMore struct {
		Name      event.Personal `json:"name" es:"personal"`
		Email     event.Personal `json:"email" es:"personal"`
		Sort      string         `json:"sort" es:"fact"`
		Reference string         `json:"reference" es:"fact"`
		Owner     uuid.UUID      `json:"owner,omitzero" es:"id"`
		Country   string         `json:"country" es:"fact"`
	}
	fieldRenamed struct {
		Name      event.Personal `json:"name" es:"personal"`
		Email     event.Personal `json:"mail" es:"personal"`
		Sort      string         `json:"sort" es:"fact"`
		Reference string         `json:"reference" es:"fact"`
		Owner     uuid.UUID      `json:"owner,omitzero" es:"id"`
	}
	fieldOpened struct {
		Name      event.Personal `json:"name" es:"personal"`
		Email     string         `json:"email" es:"fact"`
		Sort      string         `json:"sort" es:"fact"`
		Reference string         `json:"reference" es:"fact"`
		Owner     uuid.UUID      `json:"owner,omitzero" es:"id"`
	}
	fieldMoved struct {
		Email     event.Personal `json:"email" es:"personal"`
		Name      event.Personal `json:"name" es:"personal"`
		Sort      string         `json:"sort" es:"fact"`
		Reference string         `json:"reference" es:"fact"`
		Owner     uuid.UUID      `json:"owner,omitzero" es:"id"`
	}
)

func (fieldLess) EventType() string    { return "client.created" }
func (fieldMore) EventType() string    { return "client.created" }
func (fieldRenamed) EventType() string { return "client.created" }
func (fieldOpened) EventType() string  { return "client.created" }
func (fieldMoved) EventType() string   { return "client.created" }

// A stored version is read as the newest shape, step by step, with its personal text; a version that this program does
// not know is an error.
func TestUpcast(t *testing.T) {
	files := readGolden(t, os.DirFS(goldenFolder))
	i := slices.IndexFunc(files, func(g golden) bool { return g.file() == "client.created.v1.json" })
	country := func(data map[string]any) (map[string]any, error) {
		data["country"] = "GB"
		return data, nil
	}
	region := func(data map[string]any) (map[string]any, error) {
		data["country"] = fmt.Sprint(data["country"], "-", strings.ToUpper(fmt.Sprint(data["sort"])))
		return data, nil
	}
	c, err := NewCodec(EventSpec{Event: fieldMore{}, Upcast: []Upcaster{country, region}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := decodeGolden(c, files[i])
	if err != nil {
		t.Fatal(err)
	}
	got := e.(fieldMore)
	if got.Country != "GB-WORD 3" || !strings.HasPrefix(got.Name.Text, "text 1 ") || !strings.HasPrefix(got.Email.Text, "text 2 ") || got.Sort != "word 3" || got.Owner == uuid.Nil {
		t.Errorf("read as %+v", got)
	}
	g := files[i]
	g.Schema = 4
	var unknown *UnknownEventError
	if _, err := decodeGolden(c, g); !errors.As(err, &unknown) || unknown.Schema != 4 {
		t.Errorf("a version of the future: %v", err)
	}
	failing, err := NewCodec(EventSpec{Event: fieldMore{}, Upcast: []Upcaster{func(map[string]any) (map[string]any, error) { return nil, errors.New("no") }}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeGolden(failing, files[i]); err == nil {
		t.Error("an upcaster failed and nobody noticed")
	}
}
