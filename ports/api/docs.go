package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle []byte

// docsGroup is one heading of the page about the API.
type docsGroup struct {
	Name       string
	ID         string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Description string
	Params, Sends, Answers                 []docsField
	Binary                                 bool // answers with bytes
	Example                                string
}

type docsField struct {
	Name, Type, Doc string
	Required        bool
}

// docsPage draws the OpenAPI document as one page without script, so that it needs nothing from anywhere.
func docsPage(o *huma.OpenAPI) ([]byte, error) {
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct {
		Info     *huma.Info
		Document string
		Style    string
		Groups   []docsGroup
		Events   []docsField // that webhooks are sent
		Message  []docsField // its fields
	}{o.Info, document, docsCSS, docsGroups(o), docsEvents(o), docsMessage(o)}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func docsEvents(o *huma.OpenAPI) (events []docsField) {
	for name, item := range o.Webhooks {
		events = append(events, docsField{Name: name, Doc: item.Post.Summary})
	}
	slices.SortFunc(events, func(a, b docsField) int { return strings.Compare(a.Name, b.Name) })
	return events
}

func docsMessage(o *huma.OpenAPI) []docsField {
	for _, item := range o.Webhooks { // all have the same one
		return fields(o.Components.Schemas, item.Post.RequestBody.Content["application/json"].Schema, "", 0)
	}
	return nil
}

func docsGroups(o *huma.OpenAPI) (groups []docsGroup) {
	var paths []string
	for p := range o.Paths {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		item := o.Paths[p]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put} {
			if op == nil {
				continue
			}
			i := slices.IndexFunc(groups, func(g docsGroup) bool { return g.Name == op.Tags[0] })
			if i < 0 {
				i = len(groups)
				groups = append(groups, docsGroup{Name: op.Tags[0], ID: strings.ReplaceAll(strings.ToLower(op.Tags[0]), " ", "-")})
			}
			groups[i].Operations = append(groups[i].Operations, describe(o.Components.Schemas, op))
		}
	}
	return groups
}

func describe(r huma.Registry, op *huma.Operation) docsOperation {
	d := docsOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description}
	for _, p := range op.Parameters {
		doc := p.Description
		if p.Schema != nil && len(p.Schema.Enum) > 0 {
			doc = strings.TrimSpace(fmt.Sprintf("%s %v", doc, p.Schema.Enum))
		}
		d.Params = append(d.Params, docsField{Name: p.Name, Type: p.In, Doc: doc, Required: p.Required})
	}
	if op.RequestBody != nil {
		if m := op.RequestBody.Content["application/json"]; m != nil {
			d.Sends = fields(r, m.Schema, "", 0)
		}
	}
	for _, status := range []string{"200", "201"} {
		if answer := op.Responses[status]; answer != nil {
			for media, m := range answer.Content {
				d.Binary = d.Binary || media == "application/octet-stream"
				d.Answers = append(d.Answers, fields(r, m.Schema, "", 0)...)
			}
		}
	}
	d.Example = fmt.Sprintf("curl -H 'Authorization: Bearer ptk_…' %s", op.Path)
	if op.Method != "GET" {
		d.Example = fmt.Sprintf("curl -X %s -H 'Authorization: Bearer ptk_…' -H 'Idempotency-Key: …' --json '…' %s", op.Method, op.Path)
	}
	return d
}

// fields are a schema's fields with those of the objects in it, as "recipients[].name".
func fields(r huma.Registry, s *huma.Schema, prefix string, depth int) (all []docsField) {
	if s = resolved(r, s); s == nil || depth > 5 {
		return nil
	}
	if s.Type == huma.TypeArray {
		return fields(r, s.Items, prefix+"[]", depth+1)
	}
	names := make([]string, 0, len(s.Properties))
	for n := range s.Properties {
		names = append(names, n)
	}
	// Required ones first, in the order of their declaration; then the others by name.
	rank := func(name string) int {
		return slices.Index(append(s.Required[:len(s.Required):len(s.Required)], name), name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b)) })
	for _, n := range names {
		p := resolved(r, s.Properties[n])
		name := strings.TrimPrefix(prefix+"."+n, ".")
		doc := s.Properties[n].Description
		if doc == "" && p != nil {
			doc = p.Description
		}
		all = append(all, docsField{Name: name, Type: typeName(p), Doc: doc, Required: slices.Contains(s.Required, n)})
		all = append(all, fields(r, p, name, depth+1)...)
	}
	return all
}

func resolved(r huma.Registry, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return r.SchemaFromRef(s.Ref)
	}
	return s
}

func typeName(s *huma.Schema) string {
	if s == nil || s.Type == "" {
		return "any"
	}
	name := s.Type
	if s.Format != "" && s.Type == huma.TypeString {
		name = s.Format
	}
	if s.Nullable {
		name += " or null"
	}
	return name
}
