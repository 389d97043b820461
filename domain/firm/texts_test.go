package firm_test

import (
	"fmt"
	"strings"
	"testing"

	"portico/domain/firm"

	"github.com/google/uuid"
)

var (
	yearEnd = uuid.UUID{15: 1}
	vat     = uuid.UUID{15: 2}
)

func label(button string) decision {
	return func(f firm.Firm) ([]firm.Event, error) { return f.SetUploadWording(button) }
}

func save(id uuid.UUID, name, text string) decision {
	return saveFor(id, name, text, "")
}

func saveFor(id uuid.UUID, name, text string, purpose firm.Purpose) decision {
	return func(f firm.Firm) ([]firm.Event, error) { return f.SaveTemplate(id, name, text, purpose) }
}

func remove(id uuid.UUID) decision {
	return func(f firm.Firm) ([]firm.Event, error) { return f.RemoveTemplate(id) }
}

func TestUploadWording(t *testing.T) { // rule 5, S1.9
	given(t, founded).When(label("Upload Files")).ThenNothing() // it says so already
	next := given(t, founded).When(label("  Send\tyour \u202Epapers\x00 ")).Then(firm.UploadWordingSet{Button: "Send your papers"})
	next.When(label("Send your papers")).ThenNothing()
	next.When(label("Upload Files")).Then(firm.UploadWordingSet{Button: "Upload Files"}).When(label("Upload Files")).ThenNothing()
	given(t, founded).When(label(strings.Repeat("é", 40))).Then(firm.UploadWordingSet{Button: strings.Repeat("é", 40)})
	for _, bad := range []string{"", " \n", "\u202E", strings.Repeat("x", 41)} {
		given(t, founded).When(label(bad)).ThenError(firm.ErrButton)
	}
	given(t).When(label("Send")).ThenError(firm.ErrNotFound)
}

func TestTemplates(t *testing.T) { // rule 6
	first := firm.MessageTemplateSaved{Template: yearEnd, Name: "Year end", Text: "Dear client,\n\nplease send\tyour papers."}
	one := given(t, founded).When(save(yearEnd, " Year  end ", "\r\nDear client,\r\n\r\nplease send\tyour papers.\x00\u202E\n")).Then(first)
	one.When(save(yearEnd, first.Name, first.Text)).ThenNothing()
	changed := one.When(save(yearEnd, "Year End", "Shorter.")).Then(firm.MessageTemplateSaved{Template: yearEnd, Name: "Year End", Text: "Shorter."})
	changed.When(save(vat, "YEAR END", "Other.")).ThenError(firm.ErrTemplateName)
	two := changed.When(save(vat, "VAT", "Other.")).Then(firm.MessageTemplateSaved{Template: vat, Name: "VAT", Text: "Other."})
	two.When(save(vat, "year end", "Other.")).ThenError(firm.ErrTemplateName)
	gone := two.When(remove(yearEnd)).Then(firm.MessageTemplateRemoved{Template: yearEnd})
	gone.When(remove(yearEnd)).ThenError(firm.ErrTemplateNotFound)
	gone.When(save(vat, "Year end", "Other.")).Then(firm.MessageTemplateSaved{Template: vat, Name: "Year end", Text: "Other."}) // the name is free again
	gone.When(save(yearEnd, "Back", "Again.")).Then(firm.MessageTemplateSaved{Template: yearEnd, Name: "Back", Text: "Again."})

	for _, bad := range []string{"", " \t", "\u202E", strings.Repeat("x", firm.MaxTemplateName+1)} {
		given(t, founded).When(save(vat, bad, "x")).ThenError(firm.ErrTemplateName)
	}
	for _, bad := range []string{"", "\n\n", strings.Repeat("é", firm.MaxTemplateText+1)} {
		given(t, founded).When(save(vat, "x", bad)).ThenError(firm.ErrTemplateText)
	}
	long := strings.Repeat("é", firm.MaxTemplateText)
	name := strings.Repeat("é", firm.MaxTemplateName)
	given(t, founded).When(save(vat, name, long)).Then(firm.MessageTemplateSaved{Template: vat, Name: name, Text: long})
	given(t).When(save(vat, "x", "x")).ThenError(firm.ErrNotFound)
	given(t, founded).When(remove(vat)).ThenError(firm.ErrTemplateNotFound)
}

func TestWhatATemplateIsFor(t *testing.T) { // rule 6, S5.i5
	saved := firm.MessageTemplateSaved{Template: vat, Name: "VAT", Text: "Please."}
	set := func(p firm.Purpose) firm.Event { return firm.MessageTemplatePurposeSet{Template: vat, Purpose: p} }
	link := given(t, founded).When(saveFor(vat, "VAT", "Please.", firm.ForLink)).Then(saved)
	invitation := link.When(saveFor(vat, "VAT", "Please.", firm.ForInvitation)).Then(set(firm.ForInvitation))
	invitation.When(saveFor(vat, "VAT", "Please.", firm.ForInvitation)).ThenNothing()
	invitation.When(save(vat, "VAT", "Please.")).ThenNothing()
	invitation.When(save(vat, "VAT", "Now.")).Then(firm.MessageTemplateSaved{Template: vat, Name: "VAT", Text: "Now."}).When(saveFor(vat, "VAT", "Now.", firm.ForInvitation)).ThenNothing()
	invitation.When(saveFor(vat, "VAT", "Please.", firm.ForLink)).Then(set(firm.ForLink))
	given(t, founded).When(saveFor(vat, "VAT", "Please.", firm.ForInvitation)).Then(saved, set(firm.ForInvitation))
	given(t, founded).When(saveFor(vat, "VAT", "Please.", "letter")).ThenError(firm.ErrPurpose)
}

func TestAHundredTemplates(t *testing.T) { // rule 6
	history := []firm.Event{founded}
	for i := range firm.MaxTemplates {
		history = append(history, firm.MessageTemplateSaved{Template: uuid.UUID{14: 1, 15: byte(i)}, Name: fmt.Sprint(i), Text: "x"})
	}
	full := given(t, history...)
	full.When(save(vat, "one more", "x")).ThenError(firm.ErrTemplates)
	full.When(save(uuid.UUID{14: 1, 15: 7}, "changed", "y")).Then(firm.MessageTemplateSaved{Template: uuid.UUID{14: 1, 15: 7}, Name: "changed", Text: "y"})
	full.When(remove(uuid.UUID{14: 1, 15: 7})).Then(firm.MessageTemplateRemoved{Template: uuid.UUID{14: 1, 15: 7}}).
		When(save(vat, "one more", "x")).Then(firm.MessageTemplateSaved{Template: vat, Name: "one more", Text: "x"})
}
