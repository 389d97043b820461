package reply

import "strings"

// proved tells whether the server that we believe has proved that a mail comes from where it says (RFC 8601): by DMARC, or
// by SPF or DKIM for the very domain of its sender. Only what stands above everything else is that server's: what is below
// may have come with the mail.
func proved(m Mail, server string) bool {
	if len(m.Results) == 0 {
		return false
	}
	_, domain, _ := strings.Cut(strings.ToLower(m.From), "@")
	id, results, _ := strings.Cut(uncommented(m.Results[0]), ";")
	if fields := strings.Fields(id); domain == "" || len(fields) == 0 || !strings.EqualFold(fields[0], server) {
		return false
	}
	for result := range strings.SplitSeq(strings.ToLower(results), ";") {
		words := strings.Fields(result)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "dmarc=pass":
			return has(words, "header.from", domain)
		case "dkim=pass":
			if has(words, "header.d", domain) || has(words, "header.i", domain) {
				return true
			}
		case "spf=pass":
			if has(words, "smtp.mailfrom", domain) {
				return true
			}
		}
	}
	return false
}

// has tells whether a result names that domain. "header.i=@example.org" and "smtp.mailfrom=ida@example.org" do.
func has(words []string, property, domain string) bool {
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		value = strings.Trim(value, `"<>`)
		if at := strings.LastIndexByte(value, '@'); at >= 0 {
			value = value[at+1:]
		}
		if name == property && value == domain {
			return true
		}
	}
	return false
}

// uncommented is a header without what stands in brackets, which anybody may word.
func uncommented(text string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '(':
			depth++
			return ' '
		case r == ')' && depth > 0:
			depth--
			return ' '
		case depth > 0:
			return -1
		}
		return r
	}, text)
}
