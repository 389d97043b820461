// Package viewstest looks at pages as their readers do.
package viewstest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// HardCoded are the texts of a page that no catalogue has: what stands neither in the ⟦brackets⟧ of pseudo words nor in
// «angles», which tests put around data. It looks at what people read and at what assistive technology says.
func HardCoded(page string) ([]string, error) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("parse the page: %w", err)
	}
	var found []string
	inside := 0 // brackets, which may hold elements
	look := func(text string, depth *int) {
		bare := false
		for _, r := range text {
			switch {
			case r == '⟦' || r == '«':
				*depth++
			case r == '⟧' || r == '»':
				*depth--
			case *depth == 0 && unicode.IsLetter(r):
				bare = true
			}
		}
		if bare {
			found = append(found, strings.Join(strings.Fields(text), " "))
		}
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"aria-label", "alt", "title", "placeholder", "aria-description"}, a.Key) {
				look(a.Val, new(int))
			}
			if a.Key == "class" && (a.Val == "brand__mark" || a.Val == "avatar") { // letters of a name
				return
			}
		}
		if n.Type == html.TextNode {
			look(n.Data, &inside)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return found, nil
}
