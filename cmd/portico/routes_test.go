package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	replyapp "portico/app/reply"
	"portico/app/transfer"
	"portico/domain/account"
	"portico/ports/web"

	"github.com/prometheus/client_golang/prometheus"
)

// The people who come to a route. A person of another practice has a session as good as ours; a peer is another
// recipient of the same link.
const (
	nobody  = "nobody"
	gone    = "somebody who has signed out"
	foreign = "another practice's person"
	staff   = "the practice's person"
	holder  = "the holder of a link's secret"
	peer    = "another recipient of the link"
	revoked = "the holder of a revoked link"
	visits  = "a contact in the portal"
)

var people8 = []string{nobody, gone, foreign, staff, holder, peer, revoked, visits}

// rule is what a route answers to each of them: a status; 0 where it isn't tried, because it would end the person's own
// session and is tried for the practice's person.
type rule map[string]int

// everybody gets the same.
func everybody(code int) rule {
	r := rule{}
	for _, who := range people8 {
		r[who] = code
	}
	return r
}

// but is the rule with another answer for somebody.
func (r rule) but(who string, code int) rule {
	r[who] = code
	return r
}

// staffOnly sends everybody else to the sign-in. theirs is what a person of another practice gets: 404 for a thing of
// ours, a list without it otherwise.
func staffOnly(ours, theirs int) rule {
	r := everybody(http.StatusSeeOther)
	r[staff], r[foreign] = ours, theirs
	return r
}

// contactOnly sends everybody but a contact of the practice to the portal's sign-in: a session of the practice's own
// people opens nothing there.
func contactOnly(code int) rule {
	r := everybody(http.StatusSeeOther)
	r[visits] = code
	return r
}

// byInvitation is a route below the address of an invitation: the holder's is fresh, the contact's was used.
func byInvitation(fresh, used int) rule {
	return everybody(http.StatusNotFound).but(holder, fresh).but(visits, used)
}

// bySecret is a route below an address that carries a secret.
func bySecret(own, others int) rule {
	r := everybody(http.StatusNotFound)
	r[holder], r[peer], r[revoked] = own, others, http.StatusGone
	return r
}

// byCookie is a route below the address that a link's cookie opens; a session opens none (L9).
func byCookie(own, others int) rule {
	r := everybody(http.StatusUnauthorized)
	r[holder], r[peer], r[revoked] = own, others, http.StatusGone
	return r
}

// asking is open to those whose link does nothing any more.
func asking(r rule) rule {
	r[revoked] = 303
	return r
}

// pageRules is the declared matrix of pages, uploads and downloads: every route must be in it (notes on reliability, A1).
// Forms are sent as everyForm fills them, and a status says how far a person gets: 303 and 204 have done it, 422 was let
// in and stopped by a rule.
var pageRules = map[string]rule{
	"GET /":             everybody(303),
	"GET /login":        everybody(200),
	"POST /session":     everybody(401), // with a wrong password
	"POST /session/end": {nobody: 303, gone: 303, foreign: 0, staff: 303, holder: 303, peer: 303, revoked: 303, visits: 303},
	"GET /healthz":      everybody(200),
	"GET /readyz":       everybody(200),
	"GET /metrics":      everybody(200),
	"GET /static/*":     everybody(200),

	"POST /webhooks/mail": everybody(401), // a session is no secret of theirs
	"POST /webhooks/sms":  everybody(401),
	"POST /hooks/mail":    everybody(401),

	"GET /dev/mail":              everybody(200), // where no mail leaves the machine
	"GET /dev/mail/{id}":         everybody(200),
	"GET /dev/mail/{id}/html":    everybody(200),
	"POST /dev/mail/{id}/answer": everybody(404), // no address for answers is in it

	"GET /login/provider":             everybody(404), // none is configured
	"GET /login/provider/callback":    everybody(404),
	"GET /account/provider":           staffOnly(404, 404),
	"GET /live":                       staffOnly(200, 200),
	"GET /account":                    staffOnly(200, 200),
	"POST /account/password":          staffOnly(422, 422),
	"POST /account/sessions/end":      staffOnly(303, 0),
	"POST /account/sessions/{id}/end": staffOnly(303, 404),

	"POST /login/passkey/options": everybody(200),
	"POST /login/passkey":         everybody(422), // with no passkey's answer

	// Who owes no second factor is led on; so is who hasn't begun what these would confirm.
	"GET /login/code":                   staffOnly(303, 303),
	"POST /login/code":                  staffOnly(303, 303),
	"POST /login/code/message":          staffOnly(303, 303),
	"POST /login/code/passkey/options":  staffOnly(422, 422), // they have none
	"POST /login/code/passkey":          staffOnly(303, 303),
	"GET /account/confirmation":         staffOnly(200, 200),
	"POST /account/confirmation":        staffOnly(422, 422), // with a wrong password
	"GET /account/security":             staffOnly(200, 200),
	"POST /account/security/app":        staffOnly(303, 303),
	"GET /account/security/app/{id}":    staffOnly(404, 404),
	"POST /account/security/number":     staffOnly(422, 422), // no number is there
	"GET /account/security/number/{id}": staffOnly(404, 404),
	"POST /account/security/passkeys":   staffOnly(422, 422),

	"POST /account/confirmation/passkey/options":      staffOnly(422, 422),
	"POST /account/confirmation/passkey":              staffOnly(422, 422),
	"POST /account/security/app/{id}/confirmation":    staffOnly(404, 404),
	"POST /account/security/number/{id}/code":         staffOnly(404, 404),
	"POST /account/security/number/{id}/confirmation": staffOnly(404, 404),
	"POST /account/security/passkey/options":          staffOnly(200, 200),
	"POST /account/security/methods/{id}/removal":     staffOnly(404, 404),
	"POST /account/security/recovery-codes":           staffOnly(404, 404), // without a method
	"POST /account/security/devices/end":              staffOnly(303, 303),

	"GET /portal/login":                          everybody(200),
	"POST /portal/session":                       everybody(401), // with a wrong password
	"POST /portal/session/end":                   everybody(303).but(visits, 0),
	"GET /portal/help":                           everybody(200), // S4.i10
	"GET /portal/help/{article}":                 everybody(404),
	"PATCH /portal/help/probe":                   everybody(204),
	"GET /portal/manifest.webmanifest":           everybody(200),
	"POST /portal/language":                      everybody(303),
	"GET /portal":                                contactOnly(200),
	"GET /portal/home":                           contactOnly(200),
	"POST /portal/home/second-step/dismissal":    contactOnly(303),
	"GET /portal/todos":                          contactOnly(200),
	"GET /portal/files":                          contactOnly(200),
	"GET /portal/live":                           contactOnly(200),
	"GET /portal/requests":                       contactOnly(200),
	"GET /portal/billing":                        contactOnly(404), // the practice doesn't use it (S3.i18)
	"GET /portal/schedule":                       contactOnly(404),
	"GET /portal/contact":                        contactOnly(200),
	"GET /portal/video":                          contactOnly(404),
	"GET /portal/video/film":                     contactOnly(404),
	"GET /portal/settings":                       contactOnly(200),
	"POST /portal/settings":                      contactOnly(303),
	"POST /portal/settings/notices":              contactOnly(303),
	"GET /portal/forgotten":                      everybody(200),
	"POST /portal/forgotten":                     everybody(303), // whoever asks, for whatever address
	"GET /portal/reset/{token}":                  everybody(410), // with secrets that open nothing
	"POST /portal/reset/{token}":                 everybody(410),
	"GET /portal/address/{token}":                everybody(410),
	"POST /portal/address/{token}/agreement":     everybody(410),
	"POST /portal/address/{token}/refusal":       everybody(410),
	"GET /i/{token}/acceptance":                  byInvitation(200, 410),
	"POST /i/{token}/acceptance":                 byInvitation(422, 410), // without the terms
	"POST /i/{token}/acceptance/passkey/options": byInvitation(200, 410),
	"POST /i/{token}/code":                       byInvitation(303, 410),
	"POST /i/{token}/visit":                      byInvitation(401, 410), // it was never accepted by link
	"GET /portal/terms":                          contactOnly(200),
	"POST /portal/terms":                         contactOnly(422), // they are not agreed to
	"GET /portal/settings/password":              contactOnly(200),
	"POST /portal/settings/password":             contactOnly(422),
	"GET /portal/settings/address":               contactOnly(200),
	"POST /portal/settings/address":              contactOnly(422),
	"POST /portal/settings/address/refusal":      contactOnly(303),
	"GET /portal/settings/devices":               contactOnly(200),
	"POST /portal/settings/devices/end":          contactOnly(303),
	"POST /portal/settings/devices/{id}/end":     contactOnly(303),
	"GET /portal/todos/{todo}":                   contactOnly(200),
	"POST /portal/todos/{todo}/opening":          contactOnly(303),
	"POST /portal/todos/{todo}/completion":       contactOnly(303),
	"POST /portal/todos/{todo}/reopening":        contactOnly(303),
	"POST /portal/todos/{todo}/ticks":            contactOnly(422), // without an entry
	"POST /portal/todos/{todo}/items":            contactOnly(422), // without a button
	"POST /portal/todos/{todo}/messages":         contactOnly(422), // without the message's id
	"POST /portal/todos/{todo}/reading":          contactOnly(422), // likewise

	"POST /portal/todos/{todo}/messages/{message}/text":    contactOnly(404), // of none that there is
	"POST /portal/todos/{todo}/messages/{message}/removal": contactOnly(404),

	"GET /portal/todos/{todo}/files/{file}/content":     contactOnly(404),
	"POST /portal/todos/{todo}/files/{file}/retraction": contactOnly(404),
	"GET /portal/messages":                              contactOnly(200),
	"GET /portal/todos/{todo}/earlier":                  contactOnly(200),
	"POST /portal/todos/{todo}/earlier":                 contactOnly(422), // without a file
	"GET /portal/tasks/{todo}/files":                    contactOnly(200),
	"POST /portal/tasks/{todo}/files":                   contactOnly(303),
	"POST /portal/tasks/{todo}/uploads/*":               everybody(401).but(visits, 201),
	"HEAD /portal/tasks/{todo}/uploads/*":               everybody(401).but(visits, 404), // that of a link
	"PATCH /portal/tasks/{todo}/uploads/*":              everybody(401).but(visits, 404),
	"DELETE /portal/tasks/{todo}/uploads/*":             everybody(401).but(visits, 404),
	"OPTIONS /portal/tasks/{todo}/uploads/*":            everybody(401).but(visits, 204),

	"GET /forms":                                  staffOnly(200, 200),
	"POST /forms":                                 staffOnly(422, 422), // without a title
	"GET /forms/{id}":                             staffOnly(200, 404),
	"GET /forms/{id}/preview":                     staffOnly(200, 404),
	"POST /forms/{id}/title":                      staffOnly(422, 404),
	"POST /forms/{id}/sections":                   staffOnly(422, 404),
	"POST /forms/{id}/sections/{section}/place":   staffOnly(404, 404),
	"POST /forms/{id}/sections/{section}/removal": staffOnly(404, 404),
	"GET /forms/{id}/fields/new":                  staffOnly(404, 404), // of no section
	"GET /forms/{id}/fields/{field}/edit":         staffOnly(404, 404),
	"POST /forms/{id}/fields":                     staffOnly(404, 404),
	"POST /forms/{id}/fields/{field}/place":       staffOnly(404, 404),
	"POST /forms/{id}/fields/{field}/removal":     staffOnly(404, 404),
	"POST /forms/{id}/publication":                staffOnly(409, 404), // its section is empty
	"POST /forms/{id}/archiving":                  staffOnly(303, 404),
	"POST /forms/{id}/restoration":                staffOnly(303, 404),

	"GET /portal/todos/{todo}/review":                    contactOnly(404), // of no questionnaire
	"POST /portal/todos/{todo}/answers":                  contactOnly(409), // likewise
	"POST /portal/todos/{todo}/submission":               contactOnly(409), // likewise
	"GET /contacts/{id}/portal/todos/{todo}/review":      staffOnly(303, 404),
	"POST /contacts/{id}/portal/todos/{todo}/answers":    staffOnly(403, 404),
	"POST /contacts/{id}/portal/todos/{todo}/submission": staffOnly(403, 404),
	"GET /portal/todos/{todo}/answers.pdf":               contactOnly(404), // likewise
	"GET /contacts/{id}/portal/todos/{todo}/answers.pdf": staffOnly(303, 404),
	"GET /tasks/{id}/answers.csv":                        staffOnly(409, 404), // likewise
	"GET /tasks/{id}/answers.pdf":                        staffOnly(409, 404), // likewise
	"POST /tasks/{id}/answers":                           staffOnly(422, 404),
	"POST /tasks/{id}/answers/sections":                  staffOnly(409, 404), // of no questionnaire

	"GET /clients":      staffOnly(200, 200),
	"GET /clients/new":  staffOnly(200, 200),
	"POST /clients":     staffOnly(303, 303),
	"GET /clients/{id}": staffOnly(200, 404),

	"GET /clients/{id}/edit":         staffOnly(200, 404),
	"POST /clients/{id}/details":     staffOnly(303, 404),
	"POST /clients/{id}/archival":    staffOnly(303, 404),
	"POST /clients/{id}/restoration": staffOnly(303, 404),

	"POST /clients/{id}/contacts":                   staffOnly(303, 404),
	"POST /clients/{id}/contacts/{contact}/rights":  staffOnly(303, 404),
	"POST /clients/{id}/contacts/{contact}/removal": staffOnly(303, 404),

	"GET /contacts":                        staffOnly(200, 200),
	"GET /contacts/new":                    staffOnly(200, 200),
	"POST /contacts":                       staffOnly(303, 303),
	"GET /contacts/{id}":                   staffOnly(200, 404),
	"POST /contacts/{id}/details":          staffOnly(303, 404),
	"GET /clients/{id}/invitations/new":    staffOnly(200, 404),
	"POST /clients/{id}/invitations":       staffOnly(422, 404), // nobody is ticked
	"POST /clients/{id}/invitations/draft": staffOnly(200, 404),

	"GET /tasks":                         staffOnly(200, 200),
	"GET /tasks/new":                     staffOnly(200, 200),
	"POST /tasks":                        staffOnly(422, 404), // without a title
	"POST /tasks/acts":                   staffOnly(422, 422), // nothing is ticked
	"GET /tasks/templates":               staffOnly(200, 200),
	"POST /tasks/templates":              staffOnly(422, 404), // without a name
	"POST /tasks/templates/{id}/removal": staffOnly(404, 404), // it is one of another sort
	"POST /tasks/filters":                staffOnly(422, 422), // without a name
	"POST /tasks/filters/{id}":           staffOnly(404, 404), // there is none
	"POST /tasks/filters/{id}/removal":   staffOnly(404, 404),
	"GET /tasks/many/new":                staffOnly(200, 200),
	"POST /tasks/many":                   staffOnly(422, 422), // without a title
	"GET /tasks/jobs":                    staffOnly(200, 200),
	"GET /tasks/jobs/{id}":               staffOnly(200, 404),
	"GET /tasks/jobs/{id}/report.csv":    staffOnly(200, 404),
	"POST /tasks/jobs/{id}/confirmation": staffOnly(303, 404),
	"POST /tasks/jobs/{id}/stop":         staffOnly(409, 404), // it is done
	"GET /tasks/{id}":                    staffOnly(200, 404),
	"POST /tasks/{id}/details":           staffOnly(422, 404),
	"POST /tasks/{id}/retraction":        staffOnly(409, 404), // it has left
	"POST /tasks/{id}/confirmation":      staffOnly(409, 404), // nobody is done
	"POST /tasks/{id}/reopening":         staffOnly(303, 404),
	"POST /tasks/{id}/progress":          staffOnly(422, 404),
	"POST /tasks/{id}/closing":           staffOnly(422, 404),
	"POST /tasks/{id}/series/end":        staffOnly(303, 404),
	"POST /tasks/{id}/ticks":             staffOnly(422, 404), // of no entry
	"POST /tasks/{id}/people":            staffOnly(422, 404), // without a person
	"POST /tasks/{id}/audience":          staffOnly(303, 404), // it is one contact's, and stays so
	"POST /tasks/{id}/messages":          staffOnly(422, 404), // without the message's id
	"POST /tasks/{id}/reading":           staffOnly(422, 404), // likewise

	"POST /tasks/{id}/people/{contact}/removal":   staffOnly(422, 404), // the last one
	"POST /tasks/{id}/messages/{message}/text":    staffOnly(404, 404), // of none that there is
	"POST /tasks/{id}/messages/{message}/removal": staffOnly(404, 404),
	"POST /tasks/{id}/review":                     staffOnly(422, 404), // of nothing
	"POST /tasks/{id}/items":                      staffOnly(422, 404),
	"POST /tasks/{id}/items/{item}":               staffOnly(422, 404),
	"POST /tasks/{id}/items/{item}/cancellation":  staffOnly(404, 404), // it asks for none

	"GET /tasks/{id}/files":                     staffOnly(200, 404),
	"POST /tasks/{id}/files":                    staffOnly(303, 404),
	"GET /tasks/{id}/files/{file}/content":      staffOnly(404, 404),
	"POST /tasks/{id}/files/{file}/removal":     staffOnly(404, 404),
	"POST /tasks/{id}/files/{file}/restoration": staffOnly(404, 404),
	"POST /tasks/{id}/files/{file}/sharing":     staffOnly(404, 404),
	"POST /tasks/{id}/uploads/*":                everybody(401).but(staff, 201).but(foreign, 404),
	"HEAD /tasks/{id}/uploads/*":                everybody(401).but(staff, 404).but(foreign, 404), // that of a link
	"PATCH /tasks/{id}/uploads/*":               everybody(401).but(staff, 404).but(foreign, 404),
	"DELETE /tasks/{id}/uploads/*":              everybody(401).but(staff, 404).but(foreign, 404),
	"OPTIONS /tasks/{id}/uploads/*":             everybody(401).but(staff, 204).but(foreign, 404),

	// Who has not said what for is asked; nobody acts for somebody whom they don't look at.
	"GET /contacts/{id}/portal":                          staffOnly(303, 404),
	"GET /contacts/{id}/portal/home":                     staffOnly(303, 404),
	"GET /contacts/{id}/portal/todos":                    staffOnly(303, 404),
	"GET /contacts/{id}/portal/files":                    staffOnly(303, 404),
	"GET /contacts/{id}/portal/requests":                 staffOnly(303, 404),
	"GET /contacts/{id}/portal/billing":                  staffOnly(303, 404),
	"GET /contacts/{id}/portal/schedule":                 staffOnly(303, 404),
	"GET /contacts/{id}/portal/contact":                  staffOnly(303, 404),
	"GET /contacts/{id}/portal/video":                    staffOnly(303, 404),
	"GET /contacts/{id}/portal/video/film":               staffOnly(303, 404),
	"GET /contacts/{id}/portal/settings":                 staffOnly(303, 404),
	"GET /contacts/{id}/portal/help":                     staffOnly(303, 404),
	"GET /contacts/{id}/portal/help/{article}":           staffOnly(303, 404),
	"GET /contacts/{id}/portal/*":                        staffOnly(303, 404),
	"POST /contacts/{id}/portal/settings":                staffOnly(403, 404),
	"POST /contacts/{id}/portal/settings/notices":        staffOnly(403, 404),
	"POST /contacts/{id}/portal/*":                       staffOnly(403, 404),
	"GET /contacts/{id}/view":                            staffOnly(200, 404),
	"POST /contacts/{id}/view":                           staffOnly(422, 404), // without a purpose
	"POST /contacts/{id}/view/end":                       staffOnly(303, 404),
	"POST /contacts/{id}/view/acting":                    staffOnly(403, 404),
	"GET /contacts/{id}/why":                             staffOnly(200, 404),
	"POST /contacts/{id}/why":                            staffOnly(409, 404), // without a word of what to mend
	"POST /contacts/{id}/view/acting/end":                staffOnly(403, 404),
	"GET /contacts/{id}/portal/todos/{todo}":             staffOnly(303, 404),
	"POST /contacts/{id}/portal/todos/{todo}/completion": staffOnly(403, 404),
	"POST /contacts/{id}/portal/todos/{todo}/reopening":  staffOnly(403, 404),
	"POST /contacts/{id}/portal/todos/{todo}/ticks":      staffOnly(403, 404),
	"POST /contacts/{id}/portal/todos/{todo}/items":      staffOnly(403, 404),
	"POST /contacts/{id}/portal/todos/{todo}/messages":   staffOnly(403, 404),

	"POST /contacts/{id}/portal/todos/{todo}/messages/{message}/text":    staffOnly(403, 404),
	"POST /contacts/{id}/portal/todos/{todo}/messages/{message}/removal": staffOnly(403, 404),

	"GET /contacts/{id}/portal/todos/{todo}/files/{file}/content":     staffOnly(303, 404),
	"POST /contacts/{id}/portal/todos/{todo}/files/{file}/retraction": staffOnly(403, 404),
	"GET /contacts/{id}/portal/messages":                              staffOnly(303, 404),
	"GET /contacts/{id}/portal/todos/{todo}/earlier":                  staffOnly(303, 404),
	"POST /contacts/{id}/portal/todos/{todo}/earlier":                 staffOnly(403, 404),

	"GET /contacts/{id}/messages":                staffOnly(200, 404),
	"POST /contacts/{id}/messages":               staffOnly(422, 404), // about nothing
	"POST /contacts/{id}/messages/reading":       staffOnly(303, 404),
	"GET /contacts/{id}/access":                  staffOnly(200, 404),
	"POST /contacts/{id}/access/removal":         staffOnly(409, 404), // there is none yet
	"POST /contacts/{id}/invitation":             staffOnly(303, 404),
	"POST /contacts/{id}/invitation/corrections": staffOnly(303, 404),
	"POST /contacts/{id}/invitation/retraction":  staffOnly(422, 404), // of no sending
	"POST /contacts/{id}/invitation/withdrawal":  staffOnly(303, 404),

	"GET /i/{token}":          byInvitation(200, 410),
	"POST /i/{token}/opening": byInvitation(303, 410),

	"GET /invitations":                         staffOnly(200, 200),
	"GET /invitations/export.csv":              staffOnly(200, 200),
	"GET /invitations/new":                     staffOnly(422, 422), // nobody is chosen
	"POST /invitations":                        staffOnly(422, 422), // likewise
	"POST /invitations/draft":                  staffOnly(422, 422), // nor a template
	"GET /invitations/jobs/{id}":               staffOnly(200, 404),
	"POST /invitations/jobs/{id}/confirmation": staffOnly(303, 404),
	"POST /invitations/jobs/{id}/stop":         staffOnly(409, 404), // it hasn't been sent
	"GET /invitations/jobs/{id}/report.csv":    staffOnly(200, 404),

	"GET /clients/imports":                    staffOnly(200, 200),
	"POST /clients/imports":                   staffOnly(303, 303),
	"GET /clients/imports/{id}":               staffOnly(200, 404),
	"POST /clients/imports/{id}/mapping":      staffOnly(422, 404), // the form says nothing of the columns
	"POST /clients/imports/{id}/confirmation": staffOnly(303, 404),
	"POST /clients/imports/{id}/stop":         staffOnly(409, 404), // it hasn't been confirmed
	"GET /clients/imports/{id}/result.csv":    staffOnly(200, 404),
	"GET /clients/export.csv":                 staffOnly(200, 200),
	"GET /clients/export.xlsx":                staffOnly(200, 200),

	"GET /upload-links":                  staffOnly(200, 200),
	"GET /upload-links/new":              staffOnly(200, 200),
	"POST /upload-links":                 staffOnly(303, 422), // for a client who isn't theirs
	"GET /upload-links/{id}":             staffOnly(200, 404),
	"POST /upload-links/{id}/resend":     staffOnly(303, 404),
	"POST /upload-links/{id}/extension":  staffOnly(303, 404),
	"POST /upload-links/{id}/revocation": staffOnly(303, 404),

	"POST /upload-links/draft": staffOnly(422, 422), // no template is chosen

	"POST /upload-links/{id}/renewal":     staffOnly(303, 404),
	"POST /upload-links/{id}/corrections": staffOnly(303, 404),
	"POST /upload-links/{id}/dismissal":   staffOnly(303, 404),
	"GET /upload-links/{id}/copies":       staffOnly(303, 303), // back to the link
	"POST /upload-links/{id}/copies":      staffOnly(200, 404), // shows the secret once

	"GET /upload-links/{id}/receipts/{batch}":              staffOnly(200, 404),
	"GET /upload-links/{id}/receipts/{batch}/receipt.json": staffOnly(200, 404),
	"GET /verify":                        everybody(200),
	"GET /.well-known/portico-keys.json": everybody(200),

	"GET /settings/uploads":                 staffOnly(200, 200),
	"POST /settings/uploads/policy":         staffOnly(303, 303),
	"POST /settings/uploads/tasks":          staffOnly(303, 303),
	"POST /settings/uploads/limits":         staffOnly(303, 303),
	"POST /settings/uploads/wording":        staffOnly(303, 303),
	"GET /settings/reminders":               staffOnly(200, 200),
	"GET /settings/reminders/new":           staffOnly(403, 200), // our person who looks is a practitioner, theirs an admin
	"POST /settings/reminders":              staffOnly(422, 422), // without days
	"POST /settings/reminders/quiet":        staffOnly(422, 422), // without a time
	"GET /settings/reminders/{id}":          staffOnly(404, 404), // it is no cadence
	"POST /settings/reminders/{id}/removal": staffOnly(303, 303),
	"GET /reminders":                        staffOnly(200, 200),
	"POST /reminders/{contact}/skip":        staffOnly(409, 404), // it is not the next one
	"GET /settings/templates/new":           staffOnly(200, 200),
	"POST /settings/templates":              staffOnly(303, 303),
	"GET /settings/templates/{id}":          staffOnly(200, 404),
	"POST /settings/templates/{id}/removal": staffOnly(303, 404),

	"GET /logo/{id}":                            everybody(404), // it is nobody's
	"GET /logo/{id}/{shape}":                    everybody(404), // likewise
	"GET /settings":                             staffOnly(303, 303),
	"GET /settings/practice":                    staffOnly(200, 200),
	"POST /settings/practice/profile":           staffOnly(303, 303),
	"POST /settings/practice/mail":              staffOnly(303, 303),
	"POST /settings/practice/second-factor":     staffOnly(303, 303),
	"GET /settings/branding":                    staffOnly(200, 200),
	"POST /settings/branding/accent":            staffOnly(422, 422), // without a hue
	"POST /settings/branding/logo":              staffOnly(422, 422), // without a file
	"POST /settings/branding/logo/removal":      staffOnly(303, 303),
	"GET /settings/portal":                      staffOnly(200, 200),
	"POST /settings/portal/tabs":                staffOnly(303, 303),
	"POST /settings/portal/languages":           staffOnly(422, 422), // without any
	"POST /settings/portal/access":              staffOnly(422, 422), // without days
	"GET /settings/contact":                     staffOnly(200, 200),
	"POST /settings/contact":                    staffOnly(303, 303),
	"GET /settings/help":                        staffOnly(200, 200),
	"GET /settings/help/new":                    staffOnly(403, 200), // as with people
	"POST /settings/help":                       staffOnly(422, 422), // without a title
	"GET /settings/help/{id}":                   staffOnly(200, 404),
	"POST /settings/help/{id}/removal":          staffOnly(303, 404),
	"GET /settings/help/portal/{name}":          staffOnly(200, 200),
	"POST /settings/help/video":                 staffOnly(422, 422), // without a title
	"POST /settings/help/video/removal":         staffOnly(303, 303),
	"POST /settings/help/video/film":            staffOnly(422, 422), // without a file
	"GET /settings/help/video/film":             staffOnly(404, 404),
	"GET /settings/webhooks":                    staffOnly(403, 200), // as with people
	"GET /settings/webhooks/new":                staffOnly(403, 200),
	"POST /settings/webhooks":                   staffOnly(422, 422), // without an address
	"GET /settings/webhooks/{id}":               staffOnly(403, 404),
	"POST /settings/webhooks/{id}":              staffOnly(422, 404), // likewise
	"POST /settings/webhooks/{id}/secrets":      staffOnly(200, 404),
	"POST /settings/webhooks/{id}/tests":        staffOnly(303, 404),
	"POST /settings/webhooks/{id}/activation":   staffOnly(303, 404),
	"POST /settings/webhooks/{id}/deactivation": staffOnly(303, 404),
	"POST /settings/webhooks/{id}/removal":      staffOnly(303, 404),
	"POST /settings/webhooks/{id}/replays":      staffOnly(422, 422), // without a delivery
	"GET /settings/terms":                       staffOnly(200, 200),
	"POST /settings/terms":                      staffOnly(422, 422), // without a text

	"GET /settings/people":                    staffOnly(200, 200),
	"GET /settings/people/new":                staffOnly(403, 200), // our person who looks is a practitioner, theirs an admin
	"POST /settings/people":                   staffOnly(303, 303),
	"GET /settings/people/{id}":               staffOnly(200, 404),
	"POST /settings/people/{id}/invitation":   staffOnly(303, 404),
	"POST /settings/people/{id}/role":         staffOnly(303, 404),
	"POST /settings/people/{id}/deactivation": staffOnly(303, 404),
	"POST /settings/people/{id}/reactivation": staffOnly(303, 404),

	"POST /settings/people/{id}/second-factor/reset": staffOnly(303, 404),

	"GET /staff-invitation/{token}":             everybody(410), // no secret of theirs is an invitation
	"POST /staff-invitation/{token}/acceptance": everybody(410),

	"GET /messages": staffOnly(200, 200),

	"GET /inbox":                             staffOnly(200, 200),
	"GET /batches/{id}":                      staffOnly(200, 404),
	"GET /batches/{id}/content.zip":          staffOnly(200, 404),
	"GET /files/{id}":                        staffOnly(200, 404),
	"GET /files/{id}/content":                staffOnly(200, 404),
	"POST /files/archive":                    staffOnly(200, 404),
	"POST /files/{id}/withdrawal/acceptance": staffOnly(303, 404),
	"POST /files/{id}/withdrawal/refusal":    staffOnly(303, 404),

	"GET /u/{token}":             bySecret(200, 200),
	"GET /u/{token}/":            bySecret(200, 200),
	"POST /u/{token}/redemption": bySecret(303, 303),
	"GET /up/{link}":             everybody(308),
	"GET /up/{link}/":            byCookie(200, 200),
}

func init() {
	for base, by := range map[string]func(own, others int) rule{"/u/{token}": bySecret, "/up/{link}": byCookie} {
		maps.Copy(pageRules, map[string]rule{
			"GET " + base + "/receipts/{batch}":              by(200, 404),
			"GET " + base + "/receipts/{batch}/receipt.json": by(200, 404),

			"POST " + base + "/release":               by(303, 409), // who has nothing open has nothing to send
			"POST " + base + "/files":                 by(303, 303),
			"POST " + base + "/new-link-request":      asking(by(409, 409)), // their own link still works
			"PUT " + base + "/files/{id}/name":        by(422, 422),         // a form is no JSON
			"GET " + base + "/files/{id}/name":        by(200, 404),
			"POST " + base + "/files/{id}/name":       by(303, 404),
			"DELETE " + base + "/files/{id}":          by(303, 404),
			"GET " + base + "/files/{id}/deletion":    by(200, 404),
			"POST " + base + "/files/{id}/deletion":   by(303, 404),
			"GET " + base + "/files/{id}/withdrawal":  by(200, 404),
			"POST " + base + "/files/{id}/withdrawal": by(303, 404),
			"POST " + base + "/uploads/*":             by(201, 201),
			"HEAD " + base + "/uploads/*":             by(200, 404),
			"PATCH " + base + "/uploads/*":            by(204, 404),
			"DELETE " + base + "/uploads/*":           by(204, 404),
			"OPTIONS " + base + "/uploads/*":          by(204, 204),
			"GET " + base + "/uploads/*":              by(405, 405),
			"PUT " + base + "/uploads/*":              by(405, 405),
		})
	}
}

// callers are who comes to the API. A session's cookie and a link's secret are no tokens.
const (
	byToken   = "our token"
	byForeign = "another practice's token"
	byRevoked = "a revoked token"
	byAdmin   = "our admin's token"
)

// called is an operation's body, and the statuses for our token and another practice's; everybody else gets 401.
type called struct {
	body         string
	ours, theirs int
}

// callRules is the declared matrix of the API: every operation of its OpenAPI document must be in it.
var callRules = map[string]called{
	"GET /clients":                      {"", 200, 200},
	"POST /clients":                     {`{"name":"Ida Instance"}`, 201, 201},
	"GET /clients/{id}":                 {"", 200, 404},
	"GET /invites":                      {"", 200, 200},
	"POST /invites":                     {`{"contact_ids":["INVITEE"]}`, 201, 201}, // with a problem for one who isn't theirs
	"GET /invites/{id}":                 {"", 200, 404},
	"POST /invites/{id}/resend":         {"", 200, 404},
	"POST /invites/{id}/withdrawal":     {`{"reason":"They have left"}`, 200, 404},
	"POST /invites/{id}/access-removal": {"", 409, 404}, // nobody has accepted it

	"GET /tasks":                            {"", 200, 200},
	"POST /tasks":                           {`{"title":"Send it","contact_id":"INVITEE"}`, 201, 404},
	"GET /tasks/{id}":                       {"", 200, 404},
	"PATCH /tasks/{id}":                     {`{"title":"Send all of it"}`, 200, 404},
	"POST /tasks/{id}/retraction":           {"", 409, 404}, // it has left
	"PUT /tasks/{id}/progress":              {`{"state":"doing"}`, 200, 404},
	"POST /tasks/{id}/confirmation":         {"", 409, 404}, // nobody is done
	"POST /tasks/{id}/reopening":            {`{"reason":"March is missing"}`, 200, 404},
	"POST /tasks/{id}/closing":              {`{"outcome":"completed"}`, 200, 404},
	"DELETE /tasks/{id}/recurrence":         {"", 200, 404},
	"PUT /tasks/{id}/contacts/{contact}":    {`{"from":"now"}`, 422, 404}, // it is of no client
	"DELETE /tasks/{id}/contacts/{contact}": {"", 422, 404},               // the last one
	"GET /tasks/{id}/attachments":           {"", 200, 404},
	"POST /tasks/{id}/attachments":          {"x", 415, 404}, // without a name

	"GET /tasks/{id}/attachments/{attachment}":              {"", 200, 404},
	"GET /tasks/{id}/attachments/{attachment}/content":      {"", 200, 404},
	"DELETE /tasks/{id}/attachments/{attachment}":           {"", 200, 404},
	"POST /tasks/{id}/attachments/{attachment}/restoration": {"", 200, 404},
	"POST /tasks/{id}/attachments/{attachment}/sharing":     {"", 200, 404},
	"POST /tasks/{id}/attachments/{attachment}/uses":        {`{"task_id":"019b76da-a800-7000-8000-00000000ffff"}`, 404, 404}, // on none that there is

	"GET /tasks/{id}/messages":              {"", 200, 404},
	"POST /tasks/{id}/messages":             {`{"text":"Hello","audience":"all"}`, 201, 404},
	"PUT /tasks/{id}/messages/{message}":    {`{"text":"Hello"}`, 404, 404}, // there is none
	"DELETE /tasks/{id}/messages/{message}": {"", 404, 404},
	"PUT /tasks/{id}/reading":               {`{"upto":"INVITEE"}`, 404, 404},

	"GET /forms":                         {"", 200, 200},
	"POST /forms":                        {`{"title":"Tax return"}`, 201, 201},
	"GET /forms/{id}":                    {"", 200, 404},
	"PUT /forms/{id}/title":              {`{"title":"Tax return"}`, 200, 404},
	"PUT /forms/{id}/sections/{part}":    {`{"title":"About you"}`, 200, 404},
	"DELETE /forms/{id}/sections/{part}": {"", 200, 404}, // it is gone already
	"PUT /forms/{id}/fields/{part}":      {`{"section_id":"INVITEE","kind":"text","label":"Name"}`, 404, 404},
	"DELETE /forms/{id}/fields/{part}":   {"", 200, 404}, // it is gone already
	"POST /forms/{id}/publication":       {"", 409, 404}, // its section is empty
	"POST /forms/{id}/archival":          {"", 200, 404},
	"POST /forms/{id}/restoration":       {"", 200, 404},

	"GET /tasks/{id}/answers":                      {"", 200, 404},
	"GET /tasks/{id}/answers/pdf":                  {"", 409, 404},                                                                        // of no questionnaire
	"PUT /tasks/{id}/answers":                      {`{"contact_id":"INVITEE","answers":[{"field_id":"INVITEE","value":"x"}]}`, 409, 404}, // of no questionnaire
	"PUT /tasks/{id}/answers/rows/{part}":          {`{"contact_id":"INVITEE","group_id":"INVITEE"}`, 409, 404},
	"POST /tasks/{id}/answers/rows/{part}/removal": {`{"contact_id":"INVITEE","group_id":"INVITEE"}`, 409, 404},
	"POST /tasks/{id}/answers/submission":          {`{"contact_id":"INVITEE"}`, 409, 404},
	"POST /tasks/{id}/answers/correction":          {`{"field_id":"INVITEE","value":"x"}`, 409, 404},
	"POST /tasks/{id}/answers/send-back":           {`{"section_ids":[],"reason":"x"}`, 409, 404},

	"GET /invite-jobs":                    {"", 200, 200},
	"POST /invite-jobs":                   {`{"contact_ids":["INVITEE"]}`, 201, 422}, // nobody of theirs is chosen
	"GET /invite-jobs/{id}":               {"", 200, 404},
	"GET /invite-jobs/{id}/people":        {"", 200, 404},
	"POST /invite-jobs/{id}/confirmation": {"", 200, 404},
	"POST /invite-jobs/{id}/stop":         {"", 409, 404}, // it hasn't been sent

	"GET /task-jobs":                    {"", 200, 200},
	"POST /task-jobs":                   {`{"act":"confirm","task_ids":["INVITEE"]}`, 422, 422}, // there is no such task
	"GET /task-jobs/{id}":               {"", 200, 404},
	"GET /task-jobs/{id}/targets":       {"", 200, 404},
	"GET /task-jobs/{id}/report.csv":    {"", 200, 404},
	"POST /task-jobs/{id}/confirmation": {"", 200, 404},
	"POST /task-jobs/{id}/stop":         {"", 409, 404}, // it is done
	"GET /task-templates":               {"", 200, 200},
	"PUT /task-templates/{id}":          {`{"name":"","title":"x"}`, 422, 422},
	"DELETE /task-templates/{id}":       {"", 404, 404},
	"GET /task-filters":                 {"", 200, 200},
	"PUT /task-filters/{id}":            {`{"name":"","says":""}`, 422, 422},
	"DELETE /task-filters/{id}":         {"", 404, 404},

	"GET /reminders":                                {"", 200, 200},
	"POST /reminders/{id}/skip":                     {`{"next_at":"2026-01-01T09:00:00Z"}`, 409, 404}, // it is not the next one
	"GET /settings/reminders":                       {"", 200, 200},
	"PUT /settings/reminders/quiet-hours":           {`{"from":"20:00","to":"08:00"}`, 200, 200}, // as it is
	"PUT /settings/reminders/cadences/{id}":         {`{"name":"Never","days":[],"at":"09:00"}`, 422, 422},
	"DELETE /settings/reminders/cadences/{id}":      {"", 204, 204},
	"GET /requests":                                 {"", 200, 200},
	"POST /requests":                                {`{"client_id":"CLIENT","title":"Year end","items":[{"title":"Ledger"}]}`, 422, 404}, // nobody of it could see it
	"GET /requests/{id}":                            {"", 200, 404},
	"POST /requests/{id}/items":                     {`{"title":"Ledger"}`, 201, 404},
	"PUT /requests/{id}/items/{item}":               {`{"title":"Ledgers"}`, 200, 404},
	"POST /requests/{id}/items/{item}/cancellation": {"", 409, 404},                                          // it is the last one
	"POST /requests/{id}/items/{item}/return":       {`{"contact_id":"INVITEE","note":"By hand"}`, 409, 404}, // it was returned
	"POST /requests/{id}/items/{item}/acceptance":   {`{"nth":1}`, 200, 404},
	"POST /requests/{id}/items/{item}/send-back":    {`{"nth":1,"reason":"Unreadable"}`, 200, 404},
	"POST /requests/{id}/items/{item}/reopening":    {`{"nth":1}`, 200, 404},

	"GET /clients/export":                     {"", 200, 200},
	"POST /clients/imports":                   {"Name\nIda Instance\n", 201, 201},
	"GET /clients/imports/{id}":               {"", 200, 404},
	"GET /clients/imports/{id}/rows":          {"", 200, 404},
	"PUT /clients/imports/{id}/mapping":       {`{"mapping":["name"]}`, 200, 404},
	"POST /clients/imports/{id}/confirmation": {"", 200, 404},
	"POST /clients/imports/{id}/stop":         {"", 409, 404}, // it hasn't been confirmed

	"PUT /clients/{id}":                       {`{"name":"Another name","tags":["audit"]}`, 200, 404},
	"POST /clients/{id}/archival":             {"", 200, 404},
	"POST /clients/{id}/restoration":          {"", 200, 404},
	"GET /clients/{id}/contacts":              {"", 200, 404},
	"PUT /clients/{id}/contacts/{contact}":    {`{"rights":["files"]}`, 200, 404},
	"DELETE /clients/{id}/contacts/{contact}": {"", 204, 404},
	"GET /contacts":                           {"", 200, 200},
	"POST /contacts":                          {`{"given":"Ida"}`, 201, 201},
	"GET /contacts/{id}":                      {"", 200, 404},
	"PUT /contacts/{id}":                      {`{"given":"Ida","email":"ida@example.org"}`, 200, 404},
	"GET /upload-links":                       {"", 200, 200},
	"POST /upload-links":                      {`{"client_id":"CLIENT","recipients":[{"name":"A","email":"a@example.org"}],"expires_on":"LATER"}`, 201, 404},
	"GET /upload-links/{id}":                  {"", 200, 404},
	"POST /upload-links/{id}/resend":          {"", 200, 404},
	"POST /upload-links/{id}/extension":       {`{"expires_on":"LATER"}`, 200, 404},
	"POST /upload-links/{id}/revocation":      {"", 200, 404},
	"GET /files":                              {"", 200, 200},
	"GET /files/{id}":                         {"", 200, 404},
	"GET /files/{id}/content":                 {"", 200, 404},
	"GET /batches":                            {"", 200, 200},
	"GET /batches/{id}/content.zip":           {"", 200, 404},
	"POST /files/archive":                     {`{"files":["FILE"]}`, 200, 404},
	"GET /withdrawals":                        {"", 200, 200},
	"POST /files/{id}/withdrawal/acceptance":  {"", 200, 404},
	"POST /files/{id}/withdrawal/refusal":     {`{"reason":"It is in the return"}`, 200, 404},
	"GET /upload-policies/{channel}":          {"", 200, 200},
	"PUT /upload-policies/{channel}":          {`{"window_ms":600000,"deliver":"after"}`, 200, 200},
	"POST /upload-links/{id}/renewal":         {`{"expires_on":"LATER"}`, 200, 404},
	"POST /upload-links/{id}/corrections":     {`{"recipient_id":"RECIPIENT","name":"B","email":"b@example.org"}`, 200, 404},
	"POST /upload-links/{id}/dismissal":       {`{"recipient_id":"RECIPIENT"}`, 200, 404},
	"POST /upload-links/{id}/copies":          {`{"recipient_id":"RECIPIENT"}`, 200, 404},
	"GET /upload-limits":                      {"", 200, 200},
	"PUT /upload-limits":                      {`{"max_file_bytes":0,"quota_bytes":0}`, 200, 200},
	"GET /upload-wording":                     {"", 200, 200},
	"PUT /upload-wording":                     {`{"button":"Send files"}`, 200, 200},
	"GET /message-templates":                  {"", 200, 200},
	"POST /message-templates":                 {`{"name":"From a program","text":"Hello"}`, 201, 201},
	"GET /message-templates/{id}":             {"", 200, 404},
	"PUT /message-templates/{id}":             {`{"name":"RANDOM","text":"Hello"}`, 200, 0}, // one that isn't there is made
	"DELETE /message-templates/{id}":          {"", 204, 404},
	"GET /upload-links/{id}/receipts/{batch}": {"", 200, 404},
	"GET /staff":                              {"", 200, 200},
	"POST /staff":                             {`{"name":"Ida Instance","email":"RANDOM@example.org","role":"auditor"}`, 201, 201},
	"GET /staff/{id}":                         {"", 200, 404},
	"POST /staff/{id}/invitation":             {"", 200, 404},
	"POST /staff/{id}/role":                   {`{"role":"auditor"}`, 200, 404},
	"POST /staff/{id}/deactivation":           {`{"to":"STAFF"}`, 200, 404},
	"POST /staff/{id}/reactivation":           {"", 200, 404},
	"GET /account/sessions":                   {"", 200, 200},

	"GET /staff/{id}/second-factors":           {"", 200, 404},
	"POST /staff/{id}/second-factors/reset":    {`{"reason":"They called"}`, 204, 404},
	"GET /contacts/{id}/second-factors":        {"", 200, 404},
	"POST /contacts/{id}/second-factors/reset": {`{"reason":"They called"}`, 204, 404},
	"GET /account/second-factors":              {"", 200, 200},

	"POST /account/sessions/end":      {"", 204, 0},
	"POST /account/sessions/{id}/end": {"", 204, 404},
	"POST /account/password":          {`{"present":"no","new":"three other words"}`, 422, 422},
	"GET /messages":                   {"", 200, 200},
	"GET /access/explanation":         {"", 200, 404},
	"GET /events":                     {"", 403, 200}, // our token is a practitioner's
}

// forAdmins are the operations that a practitioner may not call, but for looking at.
var forAdmins = map[string]bool{
	"GET /events": true, "GET /webhook-types": true, "GET /webhooks": true, "GET /webhooks/{id}": true, "GET /webhooks/{id}/deliveries": true,
}

// readsByPost change nothing, although a form sends them: who may only read may send them.
var readsByPost = map[string]bool{"POST /files/archive": true}

// ofPractice are things that belong to no client, so that people who are limited to their own clients see them all.
var ofPractice = []string{" /account", " /settings", " /staff", " /webhook", " /message-templates", " /forms", " /help-articles", " /upload-policies", " /upload-limits", " /upload-wording"}

// TestRoutes: every route answers everybody as declared, and a route that nobody declared fails (A1, threats T1, T6, T8,
// T15, L1, L3, L9). On the way it looks at what every answer carries, sends what is too large and what comes from
// another site, and counts what looking has changed: nothing.
func TestRoutes(t *testing.T) {
	t.Parallel()
	w := openRoutes(t)
	t.Run("every route is declared", func(t *testing.T) { declared(t, w) })
	t.Run("looking changes nothing, whoever looks", func(t *testing.T) { looking(t, w) })
	t.Run("who has no right changes nothing", func(t *testing.T) { trespassing(t, w) })
	t.Run("a role may what it is for", func(t *testing.T) { roles(t, w) })
	t.Run("a role reaches what it is for", func(t *testing.T) { reached(t, w) })
	t.Run("who is limited to own clients has those", func(t *testing.T) { assigned(t, w) })
	t.Run("looking into a portal is no visit", func(t *testing.T) { lookedInto(t, w) })
	t.Run("another site changes nothing", func(t *testing.T) { elsewhere(t, w) })
	t.Run("what is too large is refused", func(t *testing.T) { flooding(t, w) })
	t.Run("who has the right gets through", func(t *testing.T) { entitled(t, w) })
	t.Run("a photo comes back as it was sent", func(t *testing.T) { photo(t, w) })
	t.Run("programs", func(t *testing.T) { programs(t, w) })
	t.Run("an answer by mail is a message", func(t *testing.T) { answeredByMail(t, w) })
	t.Run("a key that signs for webhooks is missed", func(t *testing.T) { signed(t, w) })
	eventually(t, "a test that was asked for has arrived, signed", func() bool { return w.hookCalls.Load() > 0 })
}

// declared holds the matrix against the routes that there are.
func declared(t *testing.T, w *routesWorld) {
	pages := w.pages(t)
	routes, err := pages.Routes()
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		if path == "/api/*" || method == http.MethodConnect || method == http.MethodTrace || method == "QUERY" {
			continue // the API is held against its own document; no handler answers the others but with a refusal
		}
		there = append(there, route)
	}
	same(t, "pageRules", there, slices.Collect(maps.Keys(pageRules)))

	_, raw := program{t: t}.ask("GET", w.base+"/api/v1/openapi.json", 200, nil)
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	there = nil
	for path, item := range document.Paths {
		for method := range item {
			there = append(there, strings.ToUpper(method)+" "+strings.TrimPrefix(path, "/api/v1"))
		}
	}
	same(t, "callRules", there, slices.Collect(maps.Keys(callRules)))
}

// pages are the routes of the product, as serve has them.
func (w *routesWorld) pages(t *testing.T) *web.Server {
	t.Helper()
	pages, err := w.house.pages(site{mails: mailbox{Files: w.mails}}, &transfer.Service{}, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pages.Handler(); err != nil {
		t.Fatal(err)
	}
	return pages
}

func same(t *testing.T, table string, there, declared []string) {
	t.Helper()
	for _, route := range there {
		if !slices.Contains(declared, route) {
			t.Errorf("%s is not declared: add it to %s with what each person gets", route, table)
		}
	}
	for _, route := range declared {
		if !slices.Contains(there, route) {
			t.Errorf("%s is declared in %s and is not there", route, table)
		}
	}
	if len(there) < 15 {
		t.Errorf("%d routes only; is this the right server?", len(there))
	}
}

func safe(route string) bool {
	return strings.HasPrefix(route, "GET ") || strings.HasPrefix(route, "HEAD ") || strings.HasPrefix(route, "OPTIONS ")
}

// inPortal tells the routes of contacts.
func inPortal(route string) bool {
	_, path, _ := strings.Cut(route, " ")
	return strings.HasPrefix(path, "/portal")
}

// sorted makes failures come in one order.
func sorted[T any](rules map[string]T) []string { return slices.Sorted(maps.Keys(rules)) }

// looking sends every GET, HEAD and OPTIONS as everybody. Mail scanners look, too (L1, S1.i19).
func looking(t *testing.T, w *routesWorld) {
	before := w.written(t)
	for _, route := range sorted(pageRules) {
		if !safe(route) {
			continue
		}
		for _, who := range people8 {
			want := pageRules[route][who]
			a := w.send(t, route, who, w.shared)
			a.check(t, route, who, want)
			if text := w.shared.shows(route); who == staff && want == http.StatusOK && !strings.Contains(a.text, text) {
				t.Errorf("%s doesn’t say %q", route, text)
			}
			if who == foreign && strings.Contains(a.text, w.shared.person) && !strings.HasPrefix(route, "GET /dev/mail") {
				t.Errorf("%s shows %s our client", route, who)
			}
			if path, ok := strings.CutPrefix(route, "GET "); ok && path != "/metrics" {
				if b := w.send(t, "HEAD "+path, who, w.shared); b.StatusCode != want && !strings.HasSuffix(path, "/uploads/*") {
					t.Errorf("HEAD %s as %s: %d, want %d", path, who, b.StatusCode, want)
				}
			}
		}
	}
	if after := w.written(t); after != before {
		t.Errorf("looking has written something: %s, before %s", after, before)
	}
}

// trespassing sends everything else as those who may not.
func trespassing(t *testing.T, w *routesWorld) {
	before := w.written(t)
	for _, route := range sorted(pageRules) {
		for _, who := range people8 {
			entitled := who == staff || who == foreign
			if inPortal(route) {
				entitled = who == visits
			}
			if want := pageRules[route][who]; !safe(route) && (want >= 400 || want == 303 && !entitled && pageRules[route][nobody] == 303) && want != 422 {
				w.send(t, route, who, w.shared).check(t, route, who, want)
			}
		}
	}
	if after := w.written(t); after != before {
		t.Errorf("somebody without a right has written something: %s, before %s", after, before)
	}
}

// elsewhere: what another site makes a browser send is refused, on every route that a cookie opens (threat T15).
func elsewhere(t *testing.T, w *routesWorld) {
	before := w.quiet(t) // other tests of this world have left mails on their way
	n := 0
	for _, route := range sorted(pageRules) {
		_, path, _ := strings.Cut(route, " ")
		if safe(route) || strings.HasPrefix(path, "/u/") { // who knows the secret needs no other site
			continue
		}
		for _, who := range []string{staff, holder, visits} {
			for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
				n++
				w.send(t, route, who, w.shared, header...).check(t, route+" from another site", who, http.StatusForbidden)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d requests were tried", n)
	}
	if after := w.written(t); after != before {
		t.Errorf("another site has written something: %s, before %s", after, before)
	}
}

// flooding: no route but those for files takes more than a form's worth.
func flooding(t *testing.T, w *routesWorld) {
	before := w.written(t)
	large := strings.Repeat("x", 1<<20+1)
	for _, route := range sorted(pageRules) {
		if safe(route) || strings.HasSuffix(route, "/uploads/*") || strings.HasSuffix(route, "/files") || strings.HasSuffix(route, "/logo") || strings.HasSuffix(route, "/film") {
			continue
		}
		large := large
		switch route {
		case "POST /clients/imports":
			large = strings.Repeat("x", 21<<20)
		case "POST /hooks/mail":
			large = strings.Repeat("x", replyapp.MaxMail+1)
		}
		for _, who := range []string{nobody, staff, holder} {
			r := w.request(t, route, who, w.shared)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(large)), int64(len(large))
			w.do(t, r).check(t, route+" with a large body", who, http.StatusRequestEntityTooLarge)
		}
	}
	if after := w.written(t); after != before {
		t.Errorf("a large body has written something: %s, before %s", after, before)
	}
}

// entitled sends everything else as those who may, each to a link of its own. Those of the practice who do it may no more
// than they need.
func entitled(t *testing.T, w *routesWorld) {
	rights, limited := w.pages(t).Rights(), w.hire(t, account.Assigned)
	for _, route := range sorted(pageRules) {
		if safe(route) {
			continue
		}
		for _, who := range []string{staff, holder, peer, revoked, visits} {
			want := pageRules[route][who]
			if portal := inPortal(route); portal != (who == visits) && (portal || who == visits) {
				continue // tried above, or below the portal's address nothing of theirs
			}
			if who != staff && who != visits && pageRules[route][nobody] == want || want == 0 || want == 404 || want == 409 || want == 410 {
				continue // tried above
			}
			t.Run(fmt.Sprintf("%s as %s", strings.ReplaceAll(route, "/", "\u2215"), who), func(t *testing.T) {
				t.Parallel()
				f := w.own
				if right, ok := rights[route]; ok && who == staff {
					f = func(t *testing.T, route string) *fixture { return w.doing(t, route, right, limited) }
				}
				w.send(t, route, who, f(t, route)).check(t, route, who, want)
			})
		}
	}
}

// programs does the same to the API. It takes tokens and nothing else.
func programs(t *testing.T, w *routesWorld) {
	before := w.written(t)
	for _, route := range sorted(callRules) {
		for _, who := range []string{nobody, staff, holder, byRevoked} {
			w.call(t, route, who, w.shared).check(t, route, who, http.StatusUnauthorized)
		}
		if c := callRules[route]; c.theirs == 404 || c.theirs == 200 && safe(route) {
			a := w.call(t, route, byForeign, w.shared)
			a.check(t, route, byForeign, c.theirs)
			if strings.Contains(a.text, w.shared.person) || strings.Contains(a.text, w.shared.client.String()) {
				t.Errorf("%s shows another practice our client", route)
			}
		}
		if c := callRules[route]; safe(route) {
			w.call(t, route, byToken, w.shared).check(t, route, byToken, c.ours)
			if forAdmins[route] != (c.ours == http.StatusForbidden) {
				t.Errorf("%s answers a practitioner %d", route, c.ours)
			}
			want := http.StatusOK
			if c.ours == http.StatusConflict { // of what it isn't, for everybody
				want = c.ours
			}
			w.call(t, route, byAdmin, w.shared).check(t, route, byAdmin, want)
		}
	}
	if after := w.written(t); after != before {
		t.Errorf("a program without a right has written something: %s, before %s", after, before)
	}
	for _, route := range sorted(callRules) {
		if safe(route) {
			continue
		}
		t.Run(strings.ReplaceAll(route, "/", "\u2215"), func(t *testing.T) {
			t.Parallel()
			w.call(t, route, byToken, w.own(t, route)).check(t, route, byToken, callRules[route].ours)
		})
	}
}
