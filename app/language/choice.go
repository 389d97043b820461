package language

import (
	"slices"

	"golang.org/x/text/language"
)

// Choice is the language of a page, and the one that was wished for first where that isn't there (S2.18).
type Choice struct {
	*Words
	Lacking string // "it"; "" where the first wish is granted, or there was none
}

// Choose picks a language out of those that a practice offers, its default first; none offered are all of them. The
// first wish that is offered wins; empty wishes are none. Where nothing fits, it is the default. Whoever wishes for "qps",
// as testers of other programs do, gets pseudo words, offered or not.
func Choose(offered []string, wishes ...string) Choice {
	offered = spoken(offered)
	var c Choice
	for _, wish := range wishes {
		tag := base(wish)
		switch {
		case tag == "":
		case tag == pseudoTag:
			return Choice{Words: Pseudo()}
		case slices.Contains(offered, tag):
			c.Words = For(tag)
			return c
		case c.Lacking == "":
			c.Lacking = tag
		}
	}
	c.Words = For(offered[0])
	return c
}

// spoken are those of the tags that Portico speaks; all of them where none is left.
func spoken(tags []string) []string {
	known, out := Tags(), []string(nil)
	for _, t := range tags {
		if t = base(t); slices.Contains(known, t) && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return known
	}
	return out
}

// Accepted are the wishes of a browser's Accept-Language header, the dearest first, at most eight.
func Accepted(header string) []string {
	const most = 1000 // bytes: headers are written by anybody
	if len(header) > most {
		return nil
	}
	tags, weights, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil
	}
	var out []string
	for i, t := range tags {
		if b, _ := t.Base(); weights[i] > 0 && b.String() != "und" && b.String() != "mul" && !slices.Contains(out, b.String()) && len(out) < 8 {
			out = append(out, b.String())
		}
	}
	return out
}
