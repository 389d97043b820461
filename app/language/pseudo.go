package language

import "strings"

// The brackets around what came from a catalogue, in pseudo words.
const (
	open = "⟦"
	shut = "⟧"
)

const pseudoTag = "qps" // of the tags that ISO 639 leaves for private use

// Pseudo is a language that nobody speaks: English with marks on its letters, in brackets. A page shown in it betrays
// every text that isn't in a catalogue, because it stands outside of brackets.
func Pseudo() *Words {
	en := For(english)
	return &Words{tag: english, texts: en.texts, pseudo: true}
}

var accents = strings.NewReplacer(
	"a", "á", "e", "é", "i", "í", "o", "ó", "u", "ú", "c", "ç", "s", "š", "z", "ž", "A", "Á", "E", "É", "I", "Í", "O", "Ó", "U", "Ú",
)

// dress is text, or its pseudo form.
func (w *Words) dress(text string) string {
	if !w.pseudo {
		return text
	}
	return open + accents.Replace(text) + shut
}
