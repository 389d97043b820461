package web

import (
	"net/url"
	"strings"
	"testing"

	clientapp "portico/app/client"
	"portico/domain/client"
)

// S3.7, S3.11, S3.i7, S5.i8: each filter says how many it shows and keeps the others, and a search keeps them all.
func TestClientFilters(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.clients = []clientapp.ClientRow{
		{ID: farrow, Name: "Farrow, Imogen", Tags: []string{"audit"}, Stand: clientapp.Unmailed, People: 1}, {ID: link, Name: "Old Ltd", ArchivedAt: noon},
	}
	h.shelf.counts = clientapp.Counts{
		Found: 1234, Active: 1200, Archived: 34, Mine: 7, Sorts: map[client.Sort]int{client.Person: 1000, client.Company: 234},
		Tags: []clientapp.TagCount{{Tag: "audit", Count: 12}, {Tag: "A & B", Count: 3}}, Portal: map[clientapp.Portal]int{clientapp.WithoutPortal: 1100, clientapp.Unmailed: 5},
	}
	page := h.get("/clients?portal=unmailed&kind=company&q=far&mine=1&order=newest&after=cursor")
	page.want(t, 200, "1,234 clients", "Never mailed", "Archived</span>",
		`href="/clients?kind=company&amp;mine=1&amp;order=newest&amp;portal=without&amp;q=far">Without portal <span class="chip__count">1,100</span>`,
		`href="/clients?kind=company&amp;mine=1&amp;order=newest&amp;q=far" aria-current="true">Added, never mailed <span class="chip__count">5</span>`,
		`href="/clients?kind=company&amp;mine=1&amp;order=newest&amp;portal=unmailed&amp;q=far&amp;tag=A&#43;%26&#43;B">Tag: A &amp; B <span class="chip__count">3</span>`,
		`<input type="hidden" name="portal" value="unmailed">`, `<input type="hidden" name="order" value="newest">`, `aria-current="true">Newest first`).
		lacks(t, "Trust <span", `name="after"`)
	want := clientapp.Query{Text: "far", Portal: clientapp.Unmailed, Sort: client.Company, Owner: priya.ID, Order: clientapp.Newest, After: "cursor", Limit: 50}
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != want {
		t.Errorf("asked for %+v", q)
	}
	h.get("/clients?shelf=archived&tag=rare").want(t, 200, "Tag: rare <span class=\"chip__count\">0</span>")
	want = clientapp.Query{Tag: "rare", Shelf: clientapp.Archived, Limit: 50}
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != want {
		t.Errorf("asked for %+v", q)
	}
	h.get("/clients?portal=everything&kind=club&order=best&shelf=top").want(t, 200)
	if q := h.shelf.asked[len(h.shelf.asked)-1]; q != (clientapp.Query{Limit: 50}) {
		t.Errorf("what nobody knows is asked for: %+v", q)
	}
	h.shelf.clients = nil
	h.get("/clients?"+url.Values{"portal": {"bounced"}}.Encode()).want(t, 200, "No client is like this", "Show all clients")
	if n := strings.Count(page.text, `class="chip"`); n != 6+1+2+2+1 {
		t.Errorf("%d filters", n)
	}
}
