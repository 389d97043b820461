package firm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

var (
	noon         = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ann          = uuid.UUID{15: 1}
	one, another = uuid.UUID{14: 1, 15: 1}, uuid.UUID{14: 1, 15: 2}
)

func profile(name, email, zone string) decision {
	return func(f firm.Firm) ([]firm.Event, error) {
		return f.SetProfile(firm.Profile{Name: name, Email: email, Zone: zone}, noon)
	}
}

func TestProfile(t *testing.T) { // rule 7
	given(t, founded).When(profile(" Hill & Co ", "office@HILL.example", "Europe/London")).
		Then(firm.ProfileSet{Name: "Hill & Co", Email: "office@hill.example", Zone: "Europe/London", At: noon}).
		When(profile("Hill & Co", "office@hill.example", "Europe/London")).ThenNothing().
		When(profile("Hill & Co", "office@hill.example", "Europe/Tallinn")).
		Then(firm.ProfileSet{Name: "Hill & Co", Email: "office@hill.example", Zone: "Europe/Tallinn", At: noon})
	given(t, founded).When(profile("Hill & Partners", "office@hill.example", "Europe/London")).ThenNothing()
	given(t, founded).When(profile("", "a@b.example", "UTC")).ThenError(firm.ErrName)
	given(t, founded).When(profile("A", "a", "UTC")).ThenError(address.ErrInvalid)
	given(t, founded).When(profile("A", "a@b.example", "Local")).ThenError(firm.ErrZone)
	given(t).When(profile("A", "a@b.example", "UTC")).ThenError(firm.ErrNotFound)
}

func TestAccent(t *testing.T) { // rule 8
	hue := func(h int) decision { return func(f firm.Firm) ([]firm.Event, error) { return f.SetAccent(h) } }
	given(t, founded).When(hue(firm.DefaultHue)).ThenNothing()
	for _, h := range []int{0, 5, 210, 355} {
		given(t, founded).When(hue(h)).Then(firm.AccentSet{Hue: h}).When(hue(h)).ThenNothing().When(hue(firm.DefaultHue)).Then(firm.AccentSet{Hue: firm.DefaultHue})
	}
	for _, h := range []int{-5, 360, 1, 167, 1 << 40} {
		given(t, founded).When(hue(h)).ThenError(firm.ErrHue)
	}
	given(t).When(hue(5)).ThenError(firm.ErrNotFound)
}

func TestLogo(t *testing.T) { // rule 9
	set := func(id uuid.UUID) decision {
		return func(f firm.Firm) ([]firm.Event, error) {
			return f.SetLogo(firm.Logo{ID: id, Media: "image/png", Width: 200, Height: 50, Bytes: 900, SHA256: "ab"})
		}
	}
	says := func(id, replaced uuid.UUID) firm.LogoSet {
		return firm.LogoSet{Logo: id, Media: "image/png", Width: 200, Height: 50, Bytes: 900, SHA256: "ab", Replaced: replaced}
	}
	first := given(t, founded).When(set(one)).Then(says(one, uuid.Nil))
	first.When(set(one)).ThenNothing()
	first.When(set(another)).Then(says(another, one)).When(firm.Firm.RemoveLogo).Then(firm.LogoRemoved{Logo: another}).
		When(firm.Firm.RemoveLogo).ThenNothing().When(set(one)).Then(says(one, uuid.Nil))
	given(t).When(set(one)).ThenError(firm.ErrNotFound)
	given(t).When(firm.Firm.RemoveLogo).ThenError(firm.ErrNotFound)
}

func TestLanguages(t *testing.T) { // rule 10, S2.18
	set := func(standard string, offered ...string) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.SetLanguages(offered, standard) }
	}
	given(t, founded).When(set("en", "et", "fr", "de", "es", "en")).ThenNothing()
	given(t, founded).When(set("et", "et", "en", "et")).Then(firm.LanguagesSet{Offered: []string{"en", "et"}, Default: "et"}).
		When(set("et", "en", "et")).ThenNothing().
		When(set("en", "en", "et")).Then(firm.LanguagesSet{Offered: []string{"en", "et"}, Default: "en"})
	given(t, founded).When(set("en")).ThenError(firm.ErrLanguages)
	given(t, founded).When(set("en", "en", "tlh")).ThenError(firm.ErrLanguages)
	given(t, founded).When(set("de", "en")).ThenError(firm.ErrLanguage)
	given(t, founded).When(set("", "en")).ThenError(firm.ErrLanguage)
	given(t).When(set("en", "en")).ThenError(firm.ErrNotFound)
}

func TestContactTab(t *testing.T) { // rule 11, S4.11
	set := func(c firm.Contact) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.SetContact(c) }
	}
	who := firm.Person{ID: ann, Name: " Ann  Hill ", Role: "Payroll", Email: "ann@HILL.example", Phone: "+44 20 7946 0000"}
	stored := firm.ContactPerson{
		ID: ann, Name: event.Of(ann, "Ann Hill"), Role: event.Of(ann, "Payroll"), Email: event.Of(ann, "ann@hill.example"), Phone: event.Of(ann, "+44 20 7946 0000"),
	}
	full := firm.Contact{People: []firm.Person{who}, Phone: "020 7946 0001", Address: "1 Quay\r\nBristol", Hours: "Mon–Fri 9–5"}
	given(t, founded).When(set(firm.Contact{})).ThenNothing()
	given(t, founded).When(set(full)).
		Then(firm.ContactTabSet{People: []firm.ContactPerson{stored}, Phone: "020 7946 0001", Address: "1 Quay\nBristol", Hours: "Mon–Fri 9–5"}).
		When(set(full)).ThenNothing().
		When(set(firm.Contact{})).Then(firm.ContactTabSet{People: []firm.ContactPerson{}})

	people := func(p ...firm.Person) decision { return set(firm.Contact{People: p}) }
	given(t, founded).When(people(firm.Person{ID: ann})).ThenError(firm.ErrPeople)
	given(t, founded).When(people(firm.Person{Name: "Ann"})).ThenError(firm.ErrPeople)
	given(t, founded).When(people(firm.Person{ID: ann, Name: "A"}, firm.Person{ID: ann, Name: "B"})).ThenError(firm.ErrPeople)
	given(t, founded).When(people(firm.Person{ID: ann, Name: strings.Repeat("x", firm.MaxPersonText+1)})).ThenError(firm.ErrPeople)
	given(t, founded).When(people(firm.Person{ID: ann, Name: "Ann", Email: "ann"})).ThenError(address.ErrInvalid)
	given(t, founded).When(people(firm.Person{ID: ann, Name: "Ann", Phone: "call me"})).ThenError(firm.ErrPhone)
	var many []firm.Person
	for i := range firm.MaxPeople + 1 {
		many = append(many, firm.Person{ID: uuid.UUID{0: 1, 15: byte(i)}, Name: fmt.Sprint("P", i)})
	}
	given(t, founded).When(people(many...)).ThenError(firm.ErrPeople)
	given(t, founded).When(set(firm.Contact{Phone: "<b>1</b>"})).ThenError(firm.ErrPhone)
	given(t, founded).When(set(firm.Contact{Address: strings.Repeat("x", firm.MaxContactText+1)})).ThenError(firm.ErrAddress)
	given(t, founded).When(set(firm.Contact{Address: strings.Repeat("x\n", 13)})).ThenError(firm.ErrAddress)
	given(t, founded).When(set(firm.Contact{Hours: strings.Repeat("é", firm.MaxContactText+1)})).ThenError(firm.ErrHours)
	given(t).When(set(full)).ThenError(firm.ErrNotFound)
}

func TestArticles(t *testing.T) { // rule 12, S4.12
	save := func(id uuid.UUID, language, title, text string) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.SaveArticle(id, language, title, text) }
	}
	remove := func(id uuid.UUID) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.RemoveArticle(id) }
	}
	first := given(t, founded).When(save(one, "", " What to  send ", "# Papers\r\n\r\nAll.")).
		Then(firm.ArticleSaved{Article: one, Title: "What to send", Text: "# Papers\n\nAll."})
	first.When(save(one, "", "What to send", "# Papers\n\nAll.")).ThenNothing()
	first.When(save(one, "et", "What to send", "x")).Then(firm.ArticleSaved{Article: one, Language: "et", Title: "What to send", Text: "x"})
	first.When(remove(one)).Then(firm.ArticleRemoved{Article: one}).When(remove(one)).ThenError(firm.ErrArticleNotFound)
	given(t, founded).When(save(one, "", "", "x")).ThenError(firm.ErrArticleTitle)
	given(t, founded).When(save(one, "", strings.Repeat("x", firm.MaxArticleTitle+1), "x")).ThenError(firm.ErrArticleTitle)
	given(t, founded).When(save(one, "", "x", " \n")).ThenError(firm.ErrArticleText)
	given(t, founded).When(save(one, "", "x", strings.Repeat("x", firm.MaxArticleText+1))).ThenError(firm.ErrArticleText)
	given(t, founded).When(save(one, "xx", "x", "x")).ThenError(firm.ErrArticleLanguage)
	given(t).When(save(one, "", "x", "x")).ThenError(firm.ErrNotFound)
	history := []firm.Event{founded}
	for i := range firm.MaxArticles {
		history = append(history, firm.ArticleSaved{Article: uuid.UUID{0: 1, 15: byte(i)}, Title: "x", Text: "x"})
	}
	given(t, history...).When(save(one, "", "x", "x")).ThenError(firm.ErrArticles)
	given(t, history...).When(save(uuid.UUID{0: 1}, "", "y", "x")).Then(firm.ArticleSaved{Article: uuid.UUID{0: 1}, Title: "y", Text: "x"})
}

func TestVideo(t *testing.T) { // rule 9, S4.12
	link := func(title, url string) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.SetVideo(firm.Video{Title: title, URL: url}) }
	}
	own := func(title string, id uuid.UUID) decision {
		return func(f firm.Firm) ([]firm.Event, error) {
			return f.SetVideo(firm.Video{Title: title, ID: id, Media: "video/mp4", Bytes: 5, SHA256: "ab"})
		}
	}
	linked := given(t, founded).When(link("Welcome", "https://films.example/1")).Then(firm.VideoLinked{Title: "Welcome", URL: "https://films.example/1"})
	linked.When(link("Welcome", "https://films.example/1")).ThenNothing()
	uploaded := linked.When(own("Tour", one)).Then(firm.VideoUploaded{Title: "Tour", Video: one, Media: "video/mp4", Bytes: 5, SHA256: "ab"})
	uploaded.When(own("Tour", one)).ThenNothing()
	uploaded.When(own("A tour", one)).Then(firm.VideoUploaded{Title: "A tour", Video: one, Media: "video/mp4", Bytes: 5, SHA256: "ab"})
	uploaded.When(own("Tour", another)).Then(firm.VideoUploaded{Title: "Tour", Video: another, Media: "video/mp4", Bytes: 5, SHA256: "ab", Replaced: one})
	uploaded.When(link("Tour", "https://films.example/2")).Then(firm.VideoLinked{Title: "Tour", URL: "https://films.example/2", Replaced: one})
	uploaded.When(firm.Firm.RemoveVideo).Then(firm.VideoRemoved{Replaced: one}).When(firm.Firm.RemoveVideo).ThenNothing()
	given(t, founded).When(link("", "https://films.example/1")).ThenError(firm.ErrVideoTitle)
	for _, bad := range []string{
		"", "films.example", "http://films.example", "javascript:alert(1)", "data:text/html,x", "https://", "//films.example", "https:films.example",
		"https://films.example@evil.example/", "https://films.example/ x", "https://films.example/" + strings.Repeat("x", 2000), "ftp://films.example",
	} {
		given(t, founded).When(link("x", bad)).ThenError(firm.ErrVideoURL)
	}
	given(t).When(link("x", "https://films.example/1")).ThenError(firm.ErrNotFound)
	given(t).When(firm.Firm.RemoveVideo).ThenError(firm.ErrNotFound)
}

func TestMailSender(t *testing.T) { // rule 13
	set := func(name, reply string) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.SetMailSender(name, reply) }
	}
	given(t, founded).When(set("", "")).ThenNothing()
	given(t, founded).When(set(" Hill  client care ", "care@HILL.example")).Then(firm.MailSenderSet{Name: "Hill client care", ReplyTo: "care@hill.example"}).
		When(set("Hill client care", "care@hill.example")).ThenNothing().When(set("", "")).Then(firm.MailSenderSet{})
	given(t, founded).When(set("A\r\nBcc: x", "")).Then(firm.MailSenderSet{Name: "A Bcc: x"}) // one line, whatever was typed
	for _, bad := range []string{"a@b.example", `"x"`, "<x>", strings.Repeat("x", firm.MaxSenderName+1)} {
		given(t, founded).When(set(bad, "")).ThenError(firm.ErrSender)
	}
	given(t, founded).When(set("", "nobody")).ThenError(address.ErrInvalid)
	given(t).When(set("x", "")).ThenError(firm.ErrNotFound)
}

func TestTerms(t *testing.T) { // rule 14, S3.i13
	publish := func(texts ...firm.TermsText) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.PublishTerms(texts, noon) }
	}
	en, et := firm.TermsText{Language: "en", Text: "Be kind."}, firm.TermsText{Language: "et", Text: "Ole lahke."}
	first := given(t, founded).When(publish(et, firm.TermsText{Language: "en", Text: " Be kind.\r\n"}, firm.TermsText{Language: "de"})).
		Then(firm.TermsPublished{Version: 2, Texts: []firm.TermsText{en, et}, At: noon})
	first.When(publish(en, et)).ThenNothing()
	first.When(publish(en)).Then(firm.TermsPublished{Version: 3, Texts: []firm.TermsText{en}, At: noon})
	given(t, founded).When(publish()).ThenError(firm.ErrTerms)
	given(t, founded).When(publish(et)).ThenError(firm.ErrTerms)
	given(t, founded, firm.LanguagesSet{Offered: []string{"et"}, Default: "et"}).When(publish(et)).Then(firm.TermsPublished{Version: 2, Texts: []firm.TermsText{et}, At: noon})
	given(t, founded).When(publish(en, firm.TermsText{Language: "xx", Text: "x"})).ThenError(firm.ErrLanguages)
	given(t, founded).When(publish(firm.TermsText{Language: "en", Text: strings.Repeat("x", firm.MaxTerms+1)})).ThenError(firm.ErrTerms)
	given(t).When(publish(en)).ThenError(firm.ErrNotFound)
}

func TestTabs(t *testing.T) { // rule 15, S3.i18
	set := func(tabs ...firm.Tab) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.SetTabs(tabs) }
	}
	given(t, founded).When(set(firm.DefaultTabs()...)).ThenNothing()
	given(t, founded).When(set(firm.BillingTab, firm.FilesTab, firm.FilesTab)).Then(firm.TabsSet{Tabs: []firm.Tab{firm.FilesTab, firm.BillingTab}}).
		When(set()).Then(firm.TabsSet{Tabs: []firm.Tab{}}).When(set()).ThenNothing()
	given(t, founded).When(set("home")).ThenError(firm.ErrTabs)
	given(t).When(set()).ThenError(firm.ErrNotFound)
	if slices.Contains(firm.DefaultTabs(), firm.BillingTab) || len(firm.Tabs()) != 7 {
		t.Error("by default there is billing")
	}
}

func TestAccess(t *testing.T) { // rule 16, S4.5
	set := func(a firm.Access, password bool, days int) decision {
		return func(f firm.Firm) ([]firm.Event, error) {
			return f.SetAccess(firm.AccessPolicy{Access: a, LinkPassword: password, ExpiryDays: days})
		}
	}
	given(t, founded).When(set(firm.ByAccount, true, 30)).ThenNothing() // S3.i1
	given(t, founded).When(set(firm.ByLink, false, 1)).Then(firm.AccessSet{Access: firm.ByLink, ExpiryDays: 1}).
		When(set(firm.ByLink, false, 1)).ThenNothing().
		When(set(firm.ByAccount, true, 30)).Then(firm.AccessSet{Access: firm.ByAccount, LinkPassword: true, ExpiryDays: 30})
	given(t, founded).When(set("pigeon", false, 30)).ThenError(firm.ErrAccess)
	for _, days := range []int{-1, 0, 366} {
		given(t, founded).When(set(firm.ByLink, false, days)).ThenError(firm.ErrExpiry)
	}
	given(t).When(set(firm.ByLink, false, 30)).ThenError(firm.ErrNotFound)
}

func TestStaffFactor(t *testing.T) { // rule 17
	set := func(required bool) decision {
		return func(f firm.Firm) ([]firm.Event, error) { return f.RequireStaffFactor(required) }
	}
	given(t, founded).When(set(false)).ThenNothing()
	given(t, founded).When(set(true)).Then(firm.StaffFactorSet{Required: true}).When(set(true)).ThenNothing().When(set(false)).Then(firm.StaffFactorSet{})
	given(t).When(set(true)).ThenError(firm.ErrNotFound)
}
