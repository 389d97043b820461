package web

import (
	"net/http"
	"net/url"
	"strings"

	clientapp "portico/app/client"
	"portico/domain/client"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// standing are the words for where the people of a client stand, in the order of filters.
var standing = []struct {
	portal clientapp.Portal
	word   string
	badge  views.Badge
}{
	{clientapp.WithoutPortal, "Without portal", views.Badge{Icon: "user", Word: "Not invited"}},
	{clientapp.Invited, "Invited, not accepted", views.Badge{Tone: "info", Icon: "mail", Word: "Invited"}},
	{clientapp.SignedIn, "Signed in", views.Badge{Tone: "ok", Icon: "circle-check", Word: "Signed in"}},
	{clientapp.Bounced, "Bounced", views.Badge{Tone: "danger", Icon: "mail-x", Word: "Bounced"}},
	{clientapp.Unaddressed, "No address", views.Badge{Tone: "warn", Icon: "triangle-alert", Word: "No address"}},
	{clientapp.Unmailed, "Added, never mailed", views.Badge{Tone: "warn", Icon: "mail", Word: "Never mailed"}},
}

func standingBadge(p clientapp.Portal) views.Badge {
	for _, s := range standing {
		if s.portal == p {
			return s.badge
		}
	}
	return views.Badge{Icon: "user", Word: "No people"}
}

const shownTags = 12 // in the filters; others are found by the address of one

// clientQuery reads which clients a page shows. What is unknown in an address is left out.
func clientQuery(r *http.Request) (q clientapp.Query, mine bool) {
	return clientQueryOf(r.URL.Query(), user(r).ID)
}

func clientQueryOf(v url.Values, me uuid.UUID) (q clientapp.Query, mine bool) {
	q = clientapp.Query{
		Text: v.Get("q"), Tag: v.Get("tag"), After: v.Get("after"), Limit: pageSize, Fresh: v.Get("at") != "",
	}
	if mine = v.Get("mine") != ""; mine {
		q.Owner = me
	}
	for _, s := range sorts {
		if s.Value == v.Get("kind") {
			q.Sort = client.Sort(s.Value)
		}
	}
	for _, s := range standing {
		if string(s.portal) == v.Get("portal") {
			q.Portal = s.portal
		}
	}
	if v.Get("shelf") == string(clientapp.Archived) {
		q.Shelf = clientapp.Archived
	}
	for _, o := range orders {
		if string(o.order) == v.Get("order") {
			q.Order = o.order
		}
	}
	return q, mine
}

var orders = []struct {
	order clientapp.Order
	word  string
}{{clientapp.ByName, "By name"}, {clientapp.ByReference, "By reference"}, {clientapp.Newest, "Newest first"}}

// clientFilters are the choices above the list of clients. Each keeps the others; the current one leads back to all.
func clientFilters(r *http.Request, q clientapp.Query, mine bool, n clientapp.Counts) (rows [][]views.Filter, order []views.Filter, kept []views.Choice) {
	choice := func(word, name, value string, count int, current bool) views.Filter {
		v := changed(r, name, value)
		if current {
			v.Del(name)
		}
		return views.Filter{Word: word, Href: listURL("/clients", v), Count: views.Number(count), Current: current}
	}
	var portal, rest []views.Filter
	for _, s := range standing {
		portal = append(portal, choice(s.word, "portal", string(s.portal), n.Portal[s.portal], q.Portal == s.portal))
	}
	rest = append(rest, choice("Mine", "mine", "1", n.Mine, mine))
	for _, s := range sorts {
		if count := n.Sorts[client.Sort(s.Value)]; count > 0 || q.Sort == client.Sort(s.Value) {
			rest = append(rest, choice(s.Word, "kind", s.Value, count, q.Sort == client.Sort(s.Value)))
		}
	}
	tagged := false
	for i, t := range n.Tags {
		current := strings.EqualFold(t.Tag, q.Tag)
		tagged = tagged || current
		if i < shownTags || current {
			rest = append(rest, choice("Tag: "+t.Tag, "tag", t.Tag, t.Count, current))
		}
	}
	if q.Tag != "" && !tagged {
		rest = append(rest, choice("Tag: "+q.Tag, "tag", q.Tag, 0, true))
	}
	rest = append(rest, choice("Archived", "shelf", string(clientapp.Archived), n.Archived, q.Shelf == clientapp.Archived))
	for _, o := range orders {
		order = append(order, views.Filter{Word: o.word, Href: listURL("/clients", changed(r, "order", string(o.order))), Current: q.Order == o.order})
	}
	for _, name := range []string{"portal", "mine", "kind", "tag", "shelf", "order"} {
		if value := r.URL.Query().Get(name); value != "" {
			kept = append(kept, views.Choice{Value: name, Word: value})
		}
	}
	return [][]views.Filter{portal, rest}, order, kept
}

// changed is the address's query with another value of one name, at its first page.
func changed(r *http.Request, name, value string) url.Values {
	v := r.URL.Query()
	for _, name := range ofThisLook {
		v.Del(name)
	}
	if value == "" {
		v.Del(name)
	} else {
		v.Set(name, value)
	}
	return v
}

// ofThisLook are the parts of a list's address that hold for one look at it: where a page begins, and what was just done.
var ofThisLook = []string{"after", "at", "did", "undone"}

func listURL(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
