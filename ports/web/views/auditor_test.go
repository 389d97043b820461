package views

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/domain/account"

	"golang.org/x/net/html"
)

// forms are the pages that an auditor can't open at all, because the form is what they are for, and those about oneself.
var forms = []string{
	"client_new.html", "client_edit.html", "client_import.html", "client_imports.html", "contact_new.html", "link_new.html", "link_copy.html", "person_new.html", "invitation_new.html",
	"invitations.html", "invite_many.html", "invite_job.html", "task_new.html", "form_question.html", "settings_webhook_new.html",
	"security.html", "factor_number.html", "factor_app.html", "factor_codes.html", "factor_step.html", // their own
	"why.html", // the handler says of each repair whether who looks may do it: TestWhy
}

// anybodys is what everybody of the practice may send: about their own account and look, what only reads, and what in dev the
// recipient of a mail does, whoever looks.
var anybodys = regexp.MustCompile(`^/(session|account|login|files/archive|verify|dev/mail)(/|$)`)

// Rule 16 of accounts: a page offers an auditor, who may read everything, nothing that changes anything.
func TestPagesOfferAuditorsNothing(t *testing.T) {
	looked := 0
	for _, p := range everyPage() {
		v := reflect.New(reflect.TypeOf(p)).Elem()
		v.Set(reflect.ValueOf(p))
		if slices.Contains(forms, p.File()) || !v.FieldByName("Shell").IsValid() {
			continue
		}
		shell := v.FieldByName("Shell").Addr().Interface().(*Shell)
		shell.Role = account.Auditor
		if list, ok := v.Interface().(UploadSettings); ok {
			list.Templates.Role = account.Auditor
			v.Set(reflect.ValueOf(list))
		}
		looked++
		root, err := html.Parse(strings.NewReader(rendered(t, v.Interface().(Page))))
		if err != nil {
			t.Fatal(err)
		}
		for _, offer := range offers(root, false) {
			if !anybodys.MatchString(offer) {
				t.Errorf("%s (%s) offers an auditor %s", p.File(), shell.Title, offer)
			}
		}
	}
	if looked < 25 {
		t.Errorf("looked at %d pages only", looked)
	}
}

// offers are where the forms of a page send something that isn't a question, and where its links lead that make things.
func offers(n *html.Node, off bool) (found []string) {
	if n.Type == html.ElementNode {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		_, disabled := at["disabled"]
		switch {
		case n.Data == "fieldset" && disabled:
			off = true
		case n.Data == "form" && strings.EqualFold(at["method"], "post") && live(n, false):
			found = append(found, at["action"])
		case at["formaction"] != "" && !off && !disabled:
			found = append(found, at["formaction"])
		case n.Data == "a" && (strings.HasSuffix(at["href"], "/new") || strings.Contains(at["href"], "/new?") || strings.HasSuffix(at["href"], "/edit")):
			found = append(found, fmt.Sprintf("a link to %s", at["href"]))
		}
	}
	for c := range n.ChildNodes() {
		found = append(found, offers(c, off)...)
	}
	return found
}

// live tells that a form has a button that can be pressed, and doesn't lead elsewhere.
func live(n *html.Node, off bool) bool {
	if n.Type == html.ElementNode {
		disabled := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "disabled" })
		leads := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "formaction" })
		if n.Data == "fieldset" && disabled {
			off = true
		}
		if n.Data == "button" && !off && !disabled && !leads {
			return true
		}
	}
	for c := range n.ChildNodes() {
		if live(c, off) {
			return true
		}
	}
	return false
}
