package api

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	formapp "portico/app/form"
	taskapp "portico/app/task"
	forms "portico/domain/form"
	"portico/domain/questionnaire"
	"portico/domain/task"

	"github.com/google/uuid"
)

// plainly prints what is on a paper without any looks.
func plainly(w io.Writer, p taskapp.Paper) error {
	_, err := fmt.Fprint(w, p.Practice, p.Facts, p.Sections)
	return err
}

// cabinet reads questionnaires and answers from their own histories.
type cabinet struct{ store *estest.Memory }

func (c cabinet) Forms(ctx context.Context, firm int32) (rows []formapp.Row, err error) {
	for _, r := range c.store.Log() {
		if _, ok := r.Event.(forms.Created); ok && r.Firm == firm {
			d, err := c.Draft(ctx, firm, r.Stream.ID)
			if err != nil {
				return nil, err
			}
			rows = append(rows, formapp.Row{ID: d.ID, Title: d.Title, Versions: d.Versions, Changed: d.Changed, ChangedAt: noon})
		}
	}
	return rows, nil
}

func (c cabinet) Draft(ctx context.Context, firm int32, id uuid.UUID) (d formapp.Draft, err error) {
	err = es.Look(ctx, c.store, firm, forms.Stream(id), func(f forms.Form, length int, _ time.Time) error {
		if length == 0 {
			return forms.ErrNotFound
		}
		d = formapp.Draft{ID: id, Questionnaire: f.Draft().Clone(), Versions: f.Versions(), Changed: f.Changed(), Archived: f.Archived()}
		return nil
	})
	return d, err
}

func (c cabinet) Version(ctx context.Context, firm int32, id uuid.UUID, n int) (questionnaire.Questionnaire, error) {
	q, _, err := formapp.Commands{Events: c.store}.Version(ctx, firm, id, n)
	return q, err
}

func (c cabinet) Sheet(ctx context.Context, firm int32, id uuid.UUID) (s taskapp.Sheet, err error) {
	t, _, _, err := es.State[task.Task, task.Event](ctx, c.store, firm, task.Stream(id))
	if err != nil {
		return s, err
	}
	if s.Form, s.FormVersion = t.Form(); s.Form == uuid.Nil {
		return s, task.ErrNoForm
	}
	a := t.Answers()
	s.Answers, s.Rows, s.Back = map[questionnaire.Place]taskapp.Given{}, a.Rows, map[uuid.UUID]taskapp.Back{}
	for r, err := range c.store.Load(ctx, firm, task.Stream(id), 0) {
		if err != nil {
			return s, err
		}
		switch e := r.Event.(type) {
		case task.Answered:
			s.Answers[questionnaire.Place{Field: e.Field, Row: e.Row}] = taskapp.Given{Value: e.Value.Text, By: e.By, At: e.At}
		case task.AnswerCorrected:
			s.Answers[questionnaire.Place{Field: e.Field, Row: e.Row}] = taskapp.Given{Value: e.Value.Text, By: e.By, At: e.At, Corrected: true, Was: e.Was.Text, Reason: e.Reason.Text}
		case task.SectionSentBack:
			s.Back[e.Section] = taskapp.Back{Reason: e.Reason.Text}
		case task.DoneByClient:
			s.SubmittedAt, s.SubmittedBy = e.At, e.Contact
		case task.Reopened:
			s.SubmittedAt = time.Time{}
		}
	}
	return s, nil
}

func (cabinet) Earlier(context.Context, int32, uuid.UUID, uuid.UUID) ([]taskapp.EarlierRow, error) {
	return nil, nil
}

const (
	partYou  = "0197f000-0000-7000-8000-0000000000f2"
	askName  = "0197f000-0000-7000-8000-0000000000f3"
	askStand = "0197f000-0000-7000-8000-0000000000f4"
	askKids  = "0197f000-0000-7000-8000-0000000000f5"
	askKid   = "0197f000-0000-7000-8000-0000000000f6"
	kidRow   = "0197f000-0000-7000-8000-0000000000f7"
)

// Programs build, publish, copy and archive questionnaires, ask clients with them, answer in a contact's place, and correct
// and send back what was submitted.
func TestForms(t *testing.T) {
	h := newHouse(t)
	taxForm := h.sure(201, maryToken, "POST", "/api/v1/forms", `{"title":"Tax return"}`).text("id")
	at := base + "/forms/" + taxForm
	put := func(status int, what, body string) answer { return h.sure(status, maryToken, "PUT", at+what, body) }
	put(200, "/sections/"+partYou, `{"title":"About you"}`)
	put(200, "/fields/"+askName, `{"section_id":"`+partYou+`","kind":"text","label":"Name","required":true}`)
	stand := `{"section_id":"` + partYou + `","kind":"one","label":"Status","after_id":"","options":[{"text":"single"},{"text":"married"}]}`
	married := put(200, "/fields/"+askStand, stand).text("sections.0.fields.0.options.1.id")
	got := put(200, "/fields/"+askStand, strings.Replace(stand, `{"text":"single"},`, "", 1)) // it stays the same one
	if is := got.text("sections.0.fields.0.options.0.id"); is != married || got.text("sections.0.fields.1.label") != "Name" {
		t.Errorf("%s", got.body)
	}
	put(200, "/fields/"+askKids, `{"section_id":"`+partYou+`","kind":"group","label":"Children","if":{"field_id":"`+askStand+`","test":"is","value":"`+married+`"}}`)
	put(200, "/fields/"+askKid, `{"section_id":"`+partYou+`","kind":"text","label":"First name","group_id":"`+askKids+`"}`)
	put(422, "/fields/"+askName, `{"section_id":"`+partYou+`","kind":"text","label":"Name","if":{"field_id":"x","test":"answered"}}`)
	put(404, "/fields/"+askName, `{"section_id":"x","kind":"text","label":"Name"}`)
	h.sure(409, maryToken, "DELETE", at+"/fields/"+askStand, "") // the condition asks for it
	h.sure(404, pietToken, "GET", at, "")
	h.sure(404, pietToken, "POST", at+"/publication", "")
	if got := h.sure(200, maryToken, "POST", at+"/publication", ""); got.number("versions") != 1 || got.value("changed") != false || got.text("sections.0.fields.2.if.value") != married {
		t.Errorf("%s", got.body)
	}
	put(200, "/title", `{"title":"Tax return 2027"}`)
	if got := h.sure(200, maryToken, "GET", at+"?version=1", ""); got.text("title") != "Tax return" {
		t.Errorf("%s", got.body)
	}
	h.sure(422, maryToken, "GET", at+"?version=2", "")
	if got := h.sure(201, maryToken, "POST", "/api/v1/forms", `{"title":"Other","from_id":"`+taxForm+`"}`); got.text("sections.0.fields.1.label") != "Name" || got.text("sections.0.id") == partYou {
		t.Errorf("%s", got.body)
	}
	if got := h.sure(200, maryToken, "GET", "/api/v1/forms", ""); got.text("items.0.title") != "Tax return 2027" {
		t.Errorf("%s", got.body)
	}

	of := h.call(maryToken, "POST", base+"/clients", newClient).text("id")
	it := base + "/tasks/" + h.sure(201, maryToken, "POST", "/api/v1/tasks", `{"client_id":"`+of+`","title":"Your tax","kind":"form","form_id":"`+taxForm+`"}`).text("id") + "/answers"
	h.sure(404, maryToken, "POST", "/api/v1/tasks", `{"client_id":"`+of+`","title":"x","kind":"form","form_id":"`+taxForm+`","earlier_task_id":"`+uuid.NewString()+`"}`)
	if got := h.sure(200, maryToken, "GET", it, ""); got.text("form_id") != taxForm || got.number("sections.0.missing") != 1 || strings.Contains(string(got.body), "Children") {
		t.Errorf("%s", got.body)
	}
	many := func(form string) string {
		return `{"act":"assign","client_ids":["` + of + `"],"ask":{"kind":"form","title":"Tax of {client}","form_id":"` + form + `","begin_with_earlier":true}}`
	}
	if got := h.sure(201, maryToken, "POST", base+"/task-jobs", many(taxForm)); got.text("title") != "Tax of {client}" {
		t.Errorf("%s", got.body)
	}
	h.sure(422, maryToken, "POST", base+"/task-jobs", many(""))
	inPlace := func(more string) string { return `{"contact_id":"` + ida.String() + `"` + more + `}` }
	h.sure(409, maryToken, "POST", it+"/submission", inPlace("")) // the name is missing
	h.sure(422, maryToken, "PUT", it, inPlace(`,"answers":[{"field_id":"`+askStand+`","value":"x"}]`))
	h.sure(200, maryToken, "PUT", it, inPlace(`,"answers":[{"field_id":"`+askStand+`","value":"`+married+`"},{"field_id":"`+askName+`","value":" Ida  Instance "}]`))
	h.sure(200, maryToken, "PUT", it+"/rows/"+kidRow, inPlace(`,"group_id":"`+askKids+`"`))
	got = h.sure(200, maryToken, "PUT", it, inPlace(`,"answers":[{"field_id":"`+askKid+`","row_id":"`+kidRow+`","value":"Kim"}]`))
	for path, want := range map[string]string{
		"sections.0.answers.0.chosen.0": "married", "sections.0.answers.1.value": "Ida Instance", "sections.0.answers.1.by_id": mary.ID.String(), "sections.0.answers.1.for_id": ida.String(),
		"sections.0.answers.2.row_ids.0": kidRow, "sections.0.answers.3.value": "Kim", "sections.0.answers.3.row_id": kidRow,
	} {
		if is := got.text(path); is != want {
			t.Errorf("%s is %q, want %q", path, is, want)
		}
	}
	h.sure(200, maryToken, "POST", it+"/rows/"+kidRow+"/removal", inPlace(`,"group_id":"`+askKids+`"`))
	h.sure(404, maryToken, "PUT", it, `{"contact_id":"`+uuid.NewString()+`","answers":[{"field_id":"`+askName+`","value":"x"}]}`)
	h.sure(409, maryToken, "POST", it+"/send-back", `{"section_ids":["`+partYou+`"],"reason":"Whose?"}`) // it is still filled in
	if got := h.sure(200, maryToken, "POST", it+"/submission", inPlace("")); got.text("submitted_by_id") != ida.String() {
		t.Errorf("%s", got.body)
	}
	if got := h.sure(200, maryToken, "POST", it+"/correction", `{"field_id":"`+askName+`","value":"Ida I.","reason":"By phone"}`); got.text("sections.0.answers.1.was") != "Ida Instance" || got.value("sections.0.answers.1.corrected") != true {
		t.Errorf("%s", got.body)
	}
	if got := h.call(maryToken, "GET", it+"/pdf", ""); got.status != 200 || got.header.Get("Content-Type") != "application/pdf" || !strings.Contains(string(got.body), "Ida I. ") {
		t.Errorf("printed as %d %s", got.status, got.body)
	}
	h.sure(404, pietToken, "GET", it+"/pdf", "")
	if got := h.sure(200, maryToken, "POST", it+"/send-back", `{"section_ids":["`+partYou+`"],"reason":"Whose?"}`); got.text("sections.0.sent_back") != "Whose?" || got.value("submitted_at") != nil {
		t.Errorf("%s", got.body)
	}
	h.sure(404, pietToken, "GET", it, "")
	if got := h.sure(200, maryToken, "POST", at+"/archival", ""); got.value("archived") != true {
		t.Errorf("%s", got.body)
	}
	h.sure(409, maryToken, "POST", "/api/v1/tasks", `{"client_id":"`+of+`","title":"x","kind":"form","form_id":"`+taxForm+`"}`)
	h.sure(200, maryToken, "POST", at+"/restoration", "")
	h.sure(200, maryToken, "DELETE", at+"/fields/"+askKids, "")
	h.sure(200, maryToken, "DELETE", at+"/sections/"+partYou, "")
}
