package reply

import (
	"strings"
	"testing"
)

// Only what is known for a quote goes; in doubt it stays.
func TestCut(t *testing.T) {
	const base = "https://portal.example"
	for name, c := range map[string]struct{ text, want string }{
		"nothing to cut":   {"Here are the figures.\n\nIda", "Here are the figures.\n\nIda"},
		"en":               {"Yes.\n\nOn Sun, 22 Nov 2026 at 12:00, Harbour & Vale <abc@in.example> wrote:\n\n> A message for you\n>\n> Read it\n", "Yes."},
		"en, broken":       {"Yes.\n\nOn Sun, 22 Nov 2026 at 12:00, Harbour & Vale\n<abc@in.example>\nwrote:\n> A message\n", "Yes."},
		"de":               {"Ja.\n\nAm 22.11.2026 um 12:00 schrieb Harbour & Vale <abc@in.example>:\n> Eine Nachricht", "Ja."},
		"de, short":        {"Ja.\n\nHarbour & Vale schrieb am 22.11.26 um 12:00:\n> Eine Nachricht", "Ja."},
		"fr":               {"Oui.\n\nLe dim. 22 nov. 2026 à 12:00, Harbour & Vale <abc@in.example> a écrit :\n\n> Un message", "Oui."},
		"es":               {"Sí.\n\nEl dom, 22 nov 2026 a las 12:00, Harbour & Vale (<abc@in.example>) escribió:\n> Un mensaje", "Sí."},
		"et":               {"Jah.\n\nHarbour & Vale (<abc@in.example>) kirjutas kuupäeval P, 22. november 2026 kell 12:00:\n> Sõnum", "Jah."},
		"original message": {"Yes.\n\n-----Original Message-----\nFrom: Harbour & Vale\nSubject: A message\n\nRead it", "Yes."},
		"original, de":     {"Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Harbour", "Ja."},
		"original, fr":     {"Oui.\n\n-----Message d’origine-----\nDe : Harbour", "Oui."},
		"original, es":     {"Sí.\n\n-----Mensaje original-----\nDe: Harbour", "Sí."},
		"original, et":     {"Jah.\n\n-----Algne kiri-----\nSaatja: Harbour", "Jah."},
		"headers":          {"Yes.\n\n________________________________\nFrom: Harbour & Vale <abc@in.example>\nSent: Sunday, 22 November 2026 12:00\nTo: Ida\nSubject: A message\n\nRead it", "Yes."},
		"headers, de":      {"Ja.\n\nVon: Harbour & Vale <abc@in.example>\nGesendet: Sonntag\nAn: Ida\nBetreff: Eine Nachricht\n\nText", "Ja."},
		"headers, fr":      {"Oui.\n\nDe : Harbour <abc@in.example>\nEnvoyé : dimanche\nÀ : Ida\nObjet : Un message\n\nTexte", "Oui."},
		"headers, bold":    {"Yes.\n\n*From:* Harbour\n*Date:* Sunday\n*To:* Ida\n*Subject:* A message\n\nRead it", "Yes."},
		"a letter's from":  {"From: the bank\nTo: me\nis what it says on the statement.", "From: the bank\nTo: me\nis what it says on the statement."},
		"a signature":      {"Yes.\n-- \nIda Ek\nEk & Co", "Yes."},
		"a dashed line":    {"First.\n--\nSecond.", "First.\n--\nSecond."},
		"a long end":       {"First.\n-- \n" + strings.Repeat("line\n", 30), "First.\n-- \n" + strings.TrimSpace(strings.Repeat("line\n", 30))},
		"signed above":     {"Yes.\n-- \nIda\n\nOn 22 November Harbour wrote:\n> Read it\n> -- \n> Harbour", "Yes."},
		"within the quote": {"On 22 November Harbour wrote:\n> Is it paid?\nYes, on Monday.\n> And the rest?\nNot yet.", "On 22 November Harbour wrote:\n> Is it paid?\nYes, on Monday.\n> And the rest?\nNot yet."},
		"within, and end":  {"> Is it paid?\nYes.\n> And the rest?\n> Harbour", "> Is it paid?\nYes."},
		"below the quote":  {"On 22 November Harbour wrote:\n> Is it paid?\n\nYes.", "On 22 November Harbour wrote:\n> Is it paid?\n\nYes."},
		"only a quote":     {"On 22 November Harbour wrote:\n> Is it paid?\n", ""},
		"only quoted":      {"> Is it paid?\n> \n", ""},
		"below a divider":  {"-----Original Message-----\nFrom: Harbour\n\nIs it paid?\nYes.", "-----Original Message-----\nFrom: Harbour\n\nIs it paid?\nYes."},
		"ours, unmarked":   {"Yes.\n\nOn 22 November Harbour wrote:\n\nA message for you\n\n" + base + "/portal/todos/x", "Yes."},
		"not ours":         {"On 22 November the bank wrote:\n\nthe account is closed.", "On 22 November the bank wrote:\n\nthe account is closed."},
		"says wrote":       {"As Mary wrote:\nit is late.", "As Mary wrote:\nit is late."},
		"CRLF":             {"Yes.\r\n\r\nOn 22 November Harbour wrote:\r\n> Read it\r\n", "Yes."},
		"empty":            {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Cut(c.text, base); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// Whatever comes in: what is kept was there, what is not quoted at the start stays, and it ends.
func FuzzCut(f *testing.F) {
	for _, s := range []string{"", ">", "On x y z wrote:\n> a", "a\n-- \nb", "From: a\nTo: b\nSubject: c", "-----Original Message-----", "On a wrote:\n\n\n", "a\n> b\nc\n> d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Cut(text, "https://portal.example")
		if !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), got) {
			t.Errorf("%q is no part of %q", got, text)
		}
		if again := Cut("Mine.\n\n" + text); !strings.HasPrefix(again, "Mine.") {
			t.Errorf("%q lost its first line: %q", text, again)
		}
	})
}
