package postgres

import (
	"crypto/cipher"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"portico/domain/event"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// An Upcaster turns the data of one stored version of an event into the next version's. It is pure, and it stays for
// ever: events are never rewritten.
type Upcaster func(data map[string]any) (map[string]any, error)

// EventSpec registers one event. Upcast[i] leads from version i+1 to i+2, so its length says the current version.
type EventSpec struct {
	Event  event.Event
	Upcast []Upcaster
}

// Codec turns events into what is stored and back: facts and ids into canonical JSON, personal text into sealed
// sections per subject.
type Codec struct {
	byName map[string]*eventType
	byGo   map[reflect.Type]*eventType
}

type eventType struct {
	name   string
	schema int16
	typ    reflect.Type
	fields []fieldPlan
	encode encoder
	upcast []Upcaster
}

// fieldPlan is the way to the personal fields of a struct.
type fieldPlan struct {
	index  int
	slice  bool
	nested []fieldPlan // nil: the field is personal itself
}

var (
	personalType = reflect.TypeFor[event.Personal]()
	uuidType     = reflect.TypeFor[uuid.UUID]()
	timeType     = reflect.TypeFor[time.Time]()
)

// NewCodec checks every event's tags and fails on the first field that does not say what it is.
func NewCodec(specs ...EventSpec) (*Codec, error) {
	c := &Codec{byName: map[string]*eventType{}, byGo: map[reflect.Type]*eventType{}}
	for _, s := range specs {
		t := reflect.TypeOf(s.Event)
		plan, err := planFields(t, s.Event.EventType())
		if err != nil {
			return nil, err
		}
		et := &eventType{name: s.Event.EventType(), schema: int16(len(s.Upcast) + 1), typ: t, fields: plan, encode: encoderOf(t), upcast: s.Upcast}
		if c.byName[et.name] != nil {
			return nil, fmt.Errorf("two events are stored as %q", et.name)
		}
		c.byName[et.name], c.byGo[t] = et, et
	}
	return c, nil
}

// Types lists the stored names in order.
func (c *Codec) Types() []string {
	names := make([]string, 0, len(c.byName))
	for n := range c.byName {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// planFields walks a struct's fields and holds each against its tag.
func planFields(t reflect.Type, where string) ([]fieldPlan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s: an event is a struct, not %s", where, t)
	}
	var plan []fieldPlan
	for i := range t.NumField() {
		f := t.Field(i)
		at := where + "." + f.Name
		if key, _, _ := strings.Cut(f.Tag.Get("json"), ","); key == "" || strings.ToLower(key) != key {
			return nil, fmt.Errorf("%s: needs a json name in small letters", at)
		}
		elem, slice := f.Type, false
		if f.Type.Kind() == reflect.Slice {
			elem, slice = f.Type.Elem(), true
		}
		switch tag := f.Tag.Get("es"); tag {
		case "fact":
			if !factType(elem) {
				return nil, fmt.Errorf("%s: %s cannot be a fact", at, f.Type)
			}
		case "id":
			if elem != uuidType {
				return nil, fmt.Errorf("%s: an id is a uuid.UUID, not %s", at, f.Type)
			}
		case "personal":
			if elem != personalType {
				return nil, fmt.Errorf("%s: personal text is an event.Personal, not %s", at, f.Type)
			}
			plan = append(plan, fieldPlan{index: i, slice: slice})
		case "nested":
			nested, err := planFields(elem, at)
			if err != nil {
				return nil, err
			}
			if nested != nil {
				plan = append(plan, fieldPlan{index: i, slice: slice, nested: nested})
			}
		default:
			return nil, fmt.Errorf("%s: the tag es:%q says none of fact, id, personal, nested", at, tag)
		}
	}
	return plan, nil
}

// factType: numbers that JSON carries exactly, words, times. No maps, no interfaces, no fractions.
func factType(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return true
	}
	return t == timeType
}

// walk calls f on every personal field of the addressable struct v, always in the same order.
func walk(v reflect.Value, plan []fieldPlan, f func(*event.Personal) error) error {
	for _, p := range plan {
		fv := v.Field(p.index)
		n := 1
		if p.slice {
			n = fv.Len()
		}
		for i := range n {
			e := fv
			if p.slice {
				e = fv.Index(i)
			}
			var err error
			if p.nested != nil {
				err = walk(e, p.nested, f)
			} else {
				err = f(e.Addr().Interface().(*event.Personal))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readOptions know that a personal field stands in data as the id of its subject.
var readOptions = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, p *event.Personal) error {
	var ref *struct {
		Of uuid.UUID `json:"of"`
	}
	if err := json.UnmarshalDecode(d, &ref); err != nil {
		return err
	}
	if ref != nil {
		p.Subject = ref.Of
	}
	return nil
}))

// encoded is one event, ready for es.append except for its place in the chain.
type encoded struct {
	name   string
	schema int16
	data   []byte
	texts  []personalTexts
}

// personalTexts is what one event says about one subject, in the order of walk.
type personalTexts struct {
	subject uuid.UUID
	texts   []string
}

// encode splits an event into its open and its personal part.
func (c *Codec) encode(e event.Event) (encoded, error) {
	et := c.byGo[reflect.TypeOf(e)]
	if et == nil {
		return encoded{}, fmt.Errorf("event %T is not registered", e)
	}
	out := encoded{name: et.name, schema: et.schema}
	var err error
	if out.data, err = et.encode(make([]byte, 0, 512), reflect.ValueOf(e)); err != nil {
		return encoded{}, fmt.Errorf("write %s: %w", et.name, err)
	}
	if et.fields == nil {
		return out, nil
	}
	v := reflect.New(et.typ).Elem()
	v.Set(reflect.ValueOf(e))
	err = walk(v, et.fields, func(p *event.Personal) error {
		if p.Subject == uuid.Nil {
			if p.Text != "" {
				return fmt.Errorf("%s holds personal text without a subject", et.name)
			}
			return nil
		}
		for i := range out.texts {
			if out.texts[i].subject == p.Subject {
				out.texts[i].texts = append(out.texts[i].texts, p.Text)
				return nil
			}
		}
		out.texts = append(out.texts, personalTexts{p.Subject, []string{p.Text}})
		return nil
	})
	return out, err
}

// UnknownEventError says that a stored event has a type or version that this program does not know. Reading on would
// be guessing, so whoever meets it halts.
type UnknownEventError struct {
	Type   string
	Schema int16
}

func (e *UnknownEventError) Error() string {
	return fmt.Sprintf("event %s version %d is unknown to this program", e.Type, e.Schema)
}

// decode is encode's way back. keys finds a subject's key; nil with no error says it was destroyed.
func (c *Codec) decode(name string, schema int16, data, pii []byte, aad sealContext, keys keyFinder) (event.Event, error) {
	et := c.byName[name]
	if et == nil || schema < 1 || schema > et.schema {
		return nil, &UnknownEventError{name, schema}
	}
	for v := schema; v < et.schema; v++ {
		var err error
		if data, err = upcast(et.upcast[v-1], data); err != nil {
			return nil, fmt.Errorf("upcast %s from version %d: %w", name, v, err)
		}
	}
	p := reflect.New(et.typ)
	if err := json.Unmarshal(data, p.Interface(), readOptions); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if et.fields != nil && len(pii) > 0 {
		if err := fill(p.Elem(), et.fields, pii, aad, keys); err != nil {
			return nil, fmt.Errorf("unseal %s: %w", name, err)
		}
	}
	return p.Elem().Interface().(event.Event), nil
}

func upcast(f Upcaster, data []byte) ([]byte, error) {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	m, err := f(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// fill puts the unsealed texts back into the personal fields.
func fill(v reflect.Value, plan []fieldPlan, pii []byte, aad sealContext, keys keyFinder) error {
	sections, err := openSections(pii, aad, keys)
	if err != nil {
		return err
	}
	return walk(v, plan, func(p *event.Personal) error {
		if p.Subject == uuid.Nil {
			return nil
		}
		for i := range sections {
			s := &sections[i]
			if s.subject != p.Subject {
				continue
			}
			if s.erased {
				p.Erased = true
				return nil
			}
			if len(s.texts) == 0 {
				return fmt.Errorf("fewer texts than fields for subject %s", p.Subject)
			}
			p.Text, s.texts = s.texts[0], s.texts[1:]
			return nil
		}
		return fmt.Errorf("no texts for subject %s", p.Subject)
	})
}

// veil puts a word in the place of each personal text that was not unsealed.
func (c *Codec) veil(e event.Event) (event.Event, error) {
	et := c.byGo[reflect.TypeOf(e)]
	if et == nil {
		return nil, fmt.Errorf("event %T is not registered", e)
	}
	v := reflect.New(et.typ).Elem()
	v.Set(reflect.ValueOf(e))
	err := walk(v, et.fields, func(p *event.Personal) error {
		if p.Subject != uuid.Nil {
			p.Text = Sealed
		}
		return nil
	})
	return v.Interface().(event.Event), err
}

// keyFinder finds the key of a subject; nil, nil: destroyed.
type keyFinder func(subject uuid.UUID) (cipher.AEAD, error)
