package reply

import (
	"regexp"
	"slices"
	"strings"
)

// Cut is what somebody has written themselves: the text of their answer without the mail that they answer below it, and
// without their signature. It takes away only what is known for a quote, and where nothing would be left of what may be
// their own words, it leaves all: a quote too many in a thread is better than a word too few. marks are texts that stand in
// our own mails: what follows "… wrote:" is ours where it holds one, though no ">" says so.
func Cut(text string, marks ...string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	at, sure := wrote(lines, marks)
	if d := divider(lines); d >= 0 && (at < 0 || d < at) {
		at, sure = d, false
	}
	kept := lines
	if at >= 0 {
		kept = lines[:at]
	}
	if kept = unsigned(unquoted(kept)); blank(kept) && at >= 0 && !sure {
		kept = unsigned(lines)
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

var (
	// "-----Original Message-----" in the languages of people who write to us.
	original = regexp.MustCompile(`(?i)^[ >]*[-_]{2,} ?(original message|original appointment|forwarded message|ursprüngliche nachricht|originalnachricht|original-nachricht|weitergeleitete nachricht|message d[’']origine|message original|message transféré|mensaje original|mensaje reenviado|algne kiri|algne sõnum|algsõnum|originaalkiri|edastatud kiri) ?[-_]{2,}\s*$`)
	// What a mail program puts above a mail that it quotes without ">": its headers.
	sender  = regexp.MustCompile(`(?i)^\*?(from|von|de|saatja|kellelt)\s?:\*?\s*\S`)
	sent    = regexp.MustCompile(`(?i)^\*?(sent|date|gesendet|datum|envoyé|envoyé le|date d[’']envoi|enviado|enviado el|fecha|saadetud|saatmisaeg|kuupäev)\s?:\*?\s*\S`)
	to      = regexp.MustCompile(`(?i)^\*?(to|an|à|para|kellele|adressaat|saaja)\s?:\*?\s*\S`)
	subject = regexp.MustCompile(`(?i)^\*?(subject|betreff|objet|asunto|teema|pealkiri)\s?:\*?`)
	// "On 3 March 2026 at 12:00, Mary <…> wrote:"
	attribution = regexp.MustCompile(`(?i)^(on\b.{6,}\bwrote|(am|um|den)\b.{6,}\bschrieb\b.{0,120}|.{3,}\bschrieb( (am|um)\b.{6,120})?|le\b.{6,}\ba écrit|(el|en|a las)\b.{6,}\bescribió|.{6,}\bkirjutas\b.{0,120}|.{6,}<[^<> ]+@[^<> ]+>\s+(wrote|schrieb|a écrit|escribió|kirjutas))\s?:$`)
	rule        = regexp.MustCompile(`^[_-]{5,}$`)
)

// divider is the line from which everything is a mail that is answered: "-----Original Message-----", or its headers. -1: none.
func divider(lines []string) int {
	for i, line := range lines {
		if original.MatchString(line) {
			return i
		}
		if !sender.MatchString(strings.TrimSpace(line)) {
			continue
		}
		found := 1
		for _, next := range lines[i+1 : min(i+8, len(lines))] {
			next = strings.TrimSpace(next)
			if sent.MatchString(next) || to.MatchString(next) || subject.MatchString(next) {
				found++
			}
		}
		if found < 3 {
			continue
		}
		for i > 0 && (blank(lines[i-1:i]) || rule.MatchString(strings.TrimSpace(lines[i-1]))) { // a line across, and white space
			i--
		}
		return i
	}
	return -1
}

// wrote is the line "… wrote:" with nothing but a quote behind it: lines with ">", which is sure, or our own mail. -1: there
// is none.
func wrote(lines []string, marks []string) (at int, sure bool) {
	ours := -1 // the last line of a mail of ours
	for i, line := range lines {
		if slices.ContainsFunc(marks, func(m string) bool { return m != "" && strings.Contains(line, m) }) {
			ours = i
		}
	}
	for i := range lines {
		length := attributed(lines[i:])
		if length == 0 {
			continue
		}
		rest := lines[i+length:]
		if onlyQuotes(rest) {
			return i, true
		}
		next := slices.IndexFunc(rest, func(l string) bool { return !blank([]string{l}) })
		if ours >= i && !strings.HasPrefix(rest[next], ">") {
			return i, false
		}
	}
	return -1, false
}

// attributed is how many lines "… wrote:" takes, which programs break: 0 where there is none.
func attributed(lines []string) int {
	text := ""
	for n, line := range lines[:min(3, len(lines))] {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, ">") {
			return 0
		}
		text = strings.TrimSpace(text + " " + line)
		if len(text) > 500 {
			return 0
		}
		if attribution.MatchString(text) {
			return n + 1
		}
	}
	return 0
}

// unquoted is without the quote at its end.
func unquoted(lines []string) []string {
	end := len(lines)
	for end > 0 && (blank(lines[end-1:end]) || strings.HasPrefix(lines[end-1], ">")) {
		end--
	}
	return lines[:end]
}

// mostSigned is how many lines a signature has at most: what is longer is more than that.
const mostSigned = 15

// unsigned is without the signature: what follows "-- ".
func unsigned(lines []string) []string {
	for i := len(lines) - 1; i >= 0 && i >= len(lines)-1-mostSigned; i-- {
		if lines[i] == "-- " {
			return unquoted(lines[:i])
		}
	}
	return lines
}

// onlyQuotes tells whether nothing is there but a quote and white space.
func onlyQuotes(lines []string) bool {
	return !slices.ContainsFunc(lines, func(l string) bool { return !blank([]string{l}) && !strings.HasPrefix(l, ">") })
}

func blank(lines []string) bool {
	return !slices.ContainsFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" })
}
