package postgres

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/domain/event"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// encoder appends the canonical JSON (RFC 8785) of one value. Encoders are planned once per type, with keys in order,
// because writing JSON and sorting it afterwards took a third of an append's time here. Types that no event may hold
// (checked by planFields) have none.
type encoder func(b []byte, v reflect.Value) ([]byte, error)

// encoderOf plans a type's encoder.
func encoderOf(t reflect.Type) encoder {
	switch t {
	case personalType:
		return appendPersonal
	case uuidType:
		return appendID
	case timeType:
		return func(b []byte, v reflect.Value) ([]byte, error) {
			return append(v.Interface().(time.Time).UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"'), nil
		}
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }
	case reflect.String:
		return func(b []byte, v reflect.Value) ([]byte, error) { return jsontext.AppendQuote(b, v.String()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt
	case reflect.Slice:
		return sliceEncoder(encoderOf(t.Elem()))
	case reflect.Struct:
		return structEncoder(t)
	}
	return nil
}

// In data a personal field is the id of its subject and nothing more; a zero one is null.
func appendPersonal(b []byte, v reflect.Value) ([]byte, error) {
	subject := v.Interface().(event.Personal).Subject
	if subject == uuid.Nil {
		return append(b, "null"...), nil
	}
	return append(appendUUID(append(b, `{"of":"`...), subject), `"}`...), nil
}

func appendID(b []byte, v reflect.Value) ([]byte, error) {
	return append(appendUUID(append(b, '"'), v.Interface().(uuid.UUID)), '"'), nil
}

// maxExact is the largest integer that every reader of JSON carries exactly.
const maxExact = 1<<53 - 1

func appendInt(b []byte, v reflect.Value) ([]byte, error) {
	n := v.Int()
	if n > maxExact || n < -maxExact {
		return b, fmt.Errorf("%d is more than JSON carries exactly", n)
	}
	return strconv.AppendInt(b, n, 10), nil
}

func sliceEncoder(elem encoder) encoder {
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = elem(b, v.Index(i)); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	}
}

// member is one key of an object.
type member struct {
	key       string // quoted, with its colon
	name      string
	index     int
	omitzero  bool
	omitempty bool
	encode    encoder
}

func structEncoder(t reflect.Type) encoder {
	members := make([]member, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		quoted, _ := jsontext.AppendQuote(nil, name) // names are small letters (planFields)
		members = append(members, member{
			key: string(quoted) + ":", name: name, index: i, encode: encoderOf(f.Type),
			omitzero: strings.Contains(options, "omitzero"), omitempty: strings.Contains(options, "omitempty"),
		})
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		b = append(b, '{')
		first := true
		for i := range members {
			m := &members[i]
			f := v.Field(m.index)
			if m.omitzero && f.IsZero() || m.omitempty && f.Len() == 0 {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			if b, err = m.encode(append(b, m.key...), f); err != nil {
				return b, fmt.Errorf("%s: %w", m.name, err)
			}
		}
		return append(b, '}'), nil
	}
}
