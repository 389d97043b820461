// Package help has the long texts that come with Portico for the clients of every practice: what to do when one cannot
// enter, cannot upload, cannot fill in a form (S4.13), and the terms that hold until a practice has its own. They are
// Markdown, in words/<name>.<language>.md, one file a text and language, and begin with their title.
package help

import (
	"embed"
	"io/fs"
	"strings"
	"sync"
)

//go:embed words/*.md
var sources embed.FS

// Article is one text. Name is the same in every language and part of its address.
type Article struct{ Name, Title, Text string }

// names are the articles, in the order in which people need them.
var names = []string{"enter", "upload", "form"}

const (
	terms    = "terms"
	standard = "en"
)

// Articles are those that come with Portico, in a language or, where it isn't there, in English.
func Articles(language string) []Article {
	all := make([]Article, 0, len(names))
	for _, name := range names {
		all = append(all, find(name, language))
	}
	return all
}

// Find is one of Articles by its name.
func Find(name, language string) (Article, bool) {
	for _, a := range Articles(language) {
		if a.Name == name {
			return a, true
		}
	}
	return Article{}, false
}

// Terms are those that hold until a practice has published its own, in a language or in English.
func Terms(language string) Article { return find(terms, language) }

func find(name, language string) Article {
	texts := read()
	if a, ok := texts[name+"."+language]; ok {
		return a
	}
	return texts[name+"."+standard]
}

// read is all texts by their files' names without the ending.
var read = sync.OnceValue(func() map[string]Article {
	texts := map[string]Article{}
	files, err := fs.Glob(sources, "words/*.md")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, file := range files {
		body, err := sources.ReadFile(file)
		if err != nil {
			panic(err) // it was listed
		}
		title, text, _ := strings.Cut(string(body), "\n")
		key := strings.TrimSuffix(strings.TrimPrefix(file, "words/"), ".md")
		name, _, _ := strings.Cut(key, ".")
		texts[key] = Article{Name: name, Title: strings.TrimPrefix(title, "# "), Text: strings.TrimSpace(text)}
	}
	return texts
})
