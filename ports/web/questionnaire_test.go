package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	formapp "portico/app/form"
	forms "portico/domain/form"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// formShelf reads questionnaires from their own histories.
type formShelf struct{ store es.Store }

func (l formShelf) Forms(ctx context.Context, firm int32) ([]formapp.Row, error) {
	d, err := l.Draft(ctx, firm, taxForm)
	if err != nil {
		return nil, nil
	}
	return []formapp.Row{{ID: d.ID, Title: d.Title, Sections: len(d.Sections), Versions: d.Versions, Changed: d.Changed, ChangedAt: noon}}, nil
}

func (l formShelf) Draft(ctx context.Context, firm int32, id uuid.UUID) (d formapp.Draft, err error) {
	err = es.Look(ctx, l.store, firm, forms.Stream(id), func(f forms.Form, version int, _ time.Time) error {
		if version == 0 {
			return forms.ErrNotFound
		}
		d = formapp.Draft{ID: id, Questionnaire: f.Draft().Clone(), Versions: f.Versions(), Changed: f.Changed(), Archived: f.Archived()}
		return nil
	})
	return d, err
}

func (l formShelf) Version(ctx context.Context, firm int32, id uuid.UUID, n int) (questionnaire.Questionnaire, error) {
	q, _, err := formapp.Commands{Events: l.store}.Version(ctx, firm, id, n)
	return q, err
}

var taxForm, taxYou, taxName, taxStatus, taxKids, taxKid = newTestID(201), newTestID(202), newTestID(203), newTestID(204), newTestID(205), newTestID(206)

// building posts a form of the builder.
func (h *house) building(path string, more ...string) reply {
	form := url.Values{"command": {uuid.NewString()}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return h.post("/forms"+path, form)
}

// built is a questionnaire of one section, made by the pages themselves.
func (h *house) built() string {
	h.t.Helper()
	at := "/" + taxForm.String()
	h.building("", "id", taxForm.String(), "title", "Tax return").want(h.t, http.StatusSeeOther)
	h.building(at+"/sections", "id", taxYou.String(), "title", "About you").want(h.t, http.StatusSeeOther)
	field := func(id uuid.UUID, more ...string) {
		h.t.Helper()
		h.building(at+"/fields", append([]string{"id", id.String(), "section", taxYou.String()}, more...)...).want(h.t, http.StatusSeeOther)
	}
	field(taxName, "label", "Full name", "kind", "text", "required", "1", "most", "40")
	field(taxStatus, "label", "Married", "kind", "yesno")
	field(taxKids, "label", "Children", "kind", "group", "if", conditionText(questionnaire.Condition{Field: taxStatus, Test: questionnaire.Is, Value: "yes"}))
	field(taxKid, "label", "First name", "kind", "text", "required", "1", "group", taxKids.String())
	return at
}

// A questionnaire is built by forms alone: every step stands on the page that it leads to.
func TestBuildQuestionnaire(t *testing.T) {
	h := newHouse(t).signIn()
	at := h.built()
	page := h.get("/forms"+at).want(t, http.StatusOK)
	page.want(t, http.StatusOK, "About you", "Full name", "Short text · required", "Shown if “Married” is “yes”", "Table with rows", "Column", "Clients can be asked once it is published")
	h.get("/forms").want(t, http.StatusOK, "Tax return", "Draft")
	h.building("", "id", uuid.NewString(), "title", " ").want(t, http.StatusUnprocessableEntity, "needs a text of 1 to 200 letters")
	t.Run("what is refused is drawn again as it was typed", func(t *testing.T) {
		h.building(at+"/fields", "id", uuid.NewString(), "section", taxYou.String(), "label", "Colour", "kind", "one").want(t, http.StatusUnprocessableEntity, "write 1 to 100 answers to choose from", `value="Colour"`, `href="#options"`)
		h.building(at+"/fields", "id", uuid.NewString(), "section", taxYou.String(), "label", "Colour", "kind", "number", "most", "many", "min", "x").want(t, http.StatusUnprocessableEntity, "is no answer of this sort")
		h.building(at+"/sections", "id", taxYou.String(), "title", "", "help", "All of it").want(t, http.StatusUnprocessableEntity, "All of it", "A section needs a text")
	})
	t.Run("what a condition asks for stays above it", func(t *testing.T) {
		h.building(at+"/fields/"+taxStatus.String()+"/removal").want(t, http.StatusConflict, "Change that condition first")
		h.building(at+"/fields/"+taxKids.String()+"/place", "up", "1").want(t, http.StatusUnprocessableEntity, "must stand above it")
	})
	t.Run("it moves one place", func(t *testing.T) {
		h.building(at+"/fields/"+taxName.String()+"/place").want(t, http.StatusSeeOther)
		text := h.get("/forms" + at).text
		if strings.Index(text, "Married</span>") > strings.Index(text, "Full name</span>") {
			t.Error("it did not move")
		}
	})
	t.Run("a question is changed where it stands", func(t *testing.T) {
		edit := h.get("/forms"+at+"/fields/"+taxKids.String()+"/edit").want(t, http.StatusOK)
		edit.want(t, http.StatusOK, `value="Children"`, "selected>if “Married” is “yes”", "Change question")
	})
	t.Run("a client would see it", func(t *testing.T) {
		h.get("/forms"+at+"/preview?width=phone").want(t, http.StatusOK, "preview--phone", "Children, 1", "First name")
	})
	t.Run("published, it is a version", func(t *testing.T) {
		h.building(at+"/publication").want(t, http.StatusSeeOther)
		h.get("/forms"+at).want(t, http.StatusOK, "Version 1 is published.")
		h.building("", "id", newTestID(210).String(), "title", "Tax return 2027", "from", taxForm.String()).want(t, http.StatusSeeOther)
		h.get("/forms/"+newTestID(210).String()).want(t, http.StatusOK, "Tax return 2027", "First name", "Draft")
		h.building(at+"/archiving").want(t, http.StatusSeeOther)
		h.get("/forms"+at).want(t, http.StatusOK, "nobody further is asked").lacks(t, "Add section")
		h.building(at+"/restoration").want(t, http.StatusSeeOther)
	})
	h.get("/forms/"+uuid.NewString()).want(t, http.StatusNotFound)
}

// An answer to choose stays the same one while its text does, or its place.
func TestOptionsKeepTheirIDs(t *testing.T) {
	were := []questionnaire.Option{{ID: newTestID(1), Text: "red"}, {ID: newTestID(2), Text: "blue"}, {ID: newTestID(3), Text: "green"}}
	now := optionsOf("green\n\n sky  blue \nred\nblack", were)
	if len(now) != 4 || now[0].ID != newTestID(3) || now[1].ID != newTestID(2) || now[1].Text != "sky blue" || now[2].ID != newTestID(1) {
		t.Errorf("%+v", now)
	}
}
