package web

import (
	"net/http"
	"strings"
	"testing"

	"portico/app/help"
	"portico/app/language"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/ports/web/views"
	"portico/ports/web/views/viewstest"
)

// TestNothingIsHardCoded: whatever page a client gets to see, by whichever module, its words come from a catalogue.
func TestNothingIsHardCoded(t *testing.T) {
	h := living(t).says(
		firm.TabsSet{Tabs: firm.Tabs()}, firm.VideoLinked{Title: "Welcome", URL: "https://film.example/1"},
		firm.ContactTabSet{Phone: "+44 20 7946 0958", People: []firm.ContactPerson{{ID: newTestID(60), Name: event.Of(newTestID(60), "Priya Nair")}}})
	h.jar = append(h.jar, &http.Cookie{Name: "portico-portal-language", Value: "qps"})
	data := []string{"Harbour & Vale", "Ingrid Solberg", "Olav Solberg", "Ingrid", "Solberg Boats", "Priya Nair", "Welcome", "Test/1.0", "office@harbour.example", "ingrid@example.org", "2026-11-21T12:00:00Z", "qps", "Portico"}
	for _, tag := range language.Tags() {
		data = append(data, language.Name(tag))
	}
	for _, a := range help.Articles("en") { // texts of their own, in every language
		data = append(data, a.Title)
	}
	data = append(data, string(views.Markdown(help.Terms("en").Text)))
	h.server.Live.Close() // streams have no end of their own for a minute, and no words
	pages := 0
	look := func(path string) {
		a := h.get(path, "Accept-Language", "qps")
		if a.Code >= 300 && a.Code < 400 || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
			return
		}
		pages++
		text := a.text
		for _, d := range data {
			text = strings.ReplaceAll(strings.ReplaceAll(text, d, ""), strings.ReplaceAll(d, "&", "&amp;"), "")
		}
		found, err := viewstest.HardCoded(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			t.Errorf("%s says by itself: %q", path, found)
		}
		if !strings.Contains(text, "⟦") {
			t.Errorf("%s has no text of a catalogue", path)
		}
	}
	routes, err := h.server.Routes()
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		if method == http.MethodGet && (strings.HasPrefix(path, "/portal") || strings.HasPrefix(path, "/i/")) {
			look(strings.NewReplacer("{id}", newTestID(99).String(), "{article}", newTestID(99).String(), "{token}", "x").Replace(path))
		}
	}
	if pages < 12 {
		t.Errorf("looked at %d pages only", pages)
	}
	h.crowd.clients[0].Active = false
	look("/portal")
	h.usher.refused = errRemoved
	look("/portal")
}
