// Package api is the way in for programs: JSON over HTTP at /api/v1, described by OpenAPI 3.1. What the pages can do it
// can do, through the same commands and read models.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	accessapp "portico/app/access"
	accountapp "portico/app/account"
	"portico/app/audit"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	firmapp "portico/app/firm"
	formapp "portico/app/form"
	inviteapp "portico/app/invite"
	"portico/app/message"
	receiptapp "portico/app/receipt"
	reminderapp "portico/app/reminder"
	"portico/app/secret"
	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	webhookapp "portico/app/webhook"
	"portico/domain/account"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// Server answers programs.
type Server struct {
	Tokens   Tokens
	Accounts Accounts
	People   People
	Staff    accountapp.Reader
	// Own refuses a thing that is none of the clients of who is limited to their own; kind is what stands before the id in its address.
	Own      func(ctx context.Context, firm int32, kind string, id uuid.UUID) error
	Clients  clientapp.Commands
	Links    linkapp.Commands
	Firms    firmapp.Commands
	ClientDB clientapp.Reader
	LinkDB   linkapp.Reader

	Invites   inviteapp.Commands
	InviteDB  inviteapp.Reader
	Contacts  contactapp.Commands
	ContactDB contactapp.Reader

	Tasks     taskapp.Commands
	TaskDB    taskapp.Reader
	TaskItems taskapp.RequestReader
	Threads   taskapp.Threads
	TaskFiles taskapp.Files
	Incoming  Incoming
	Forms     formapp.Commands
	FormDB    formapp.Reader
	Answers   taskapp.AnswerReader
	Paper     func(w io.Writer, p taskapp.Paper) error // prints them
	Logos     firmapp.Files
	Reminders reminderapp.Commands

	Factors accountapp.Factors
	Hooks   webhookapp.Commands

	FirmDB   firmapp.Reader
	Storage  firmapp.Storage
	History  audit.Reader
	Access   accessapp.Explainers
	Ledger   message.Reader
	Content  Content
	Receipts receiptapp.Receipts
	Imports  Imports

	InviteJobs InviteJobs
	TaskJobs   TaskJobs
	Templates  taskjob.TemplateList
	Filters    filterapp.Reader
	FilterActs filterapp.Commands
	Keys       secret.KeyRing // for copies of links
	BaseURL    string         // where browsers find the pages, without a slash at its end
	Version    string         // of this program, in the OpenAPI document
	Log        *slog.Logger
}

// Tokens tells whose API token that is, or account.ErrToken.
type Tokens interface {
	Token(ctx context.Context, secret accountapp.Secret) (accountapp.Staff, error)
}

// Accounts are what people do with their own. Implementation: account.Commands.
type Accounts interface {
	Sessions(ctx context.Context, staff uuid.UUID, own accountapp.Secret) ([]accountapp.SessionRow, error)
	EndSession(ctx context.Context, staff, session uuid.UUID) error
	EndSessions(ctx context.Context, staff uuid.UUID) error
	ChangePassword(ctx context.Context, cmd accountapp.ChangePassword) (accountapp.SignedIn, error)
}

// Content opens the bytes of a file that has reached the practice.
type Content interface {
	Open(file uuid.UUID) (transfer.Reader, error)
}

// The addresses that aren't operations.
const (
	base     = "/api/v1"
	document = base + "/openapi.json"
	docs     = "/api/docs"
	docsCSS  = "/api/docs.css"
)

// Handler serves everything beneath /api, whatever router it is put into. It fails when the description of the API
// can't be written.
func (s *Server) Handler() (http.Handler, error) {
	router := chi.NewRouter()
	router.Use(inert)
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { writeProblem(w, errNoSuchPage) })
	router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { writeProblem(w, errNoSuchMethod) })
	a := humachi.New(router, s.config())
	a.UseMiddleware(s.authenticate(a))
	s.routes(a)
	describeWebhooks(a.OpenAPI())
	if problem := a.OpenAPI().Components.Schemas.Map()["ErrorModel"]; problem != nil {
		problem.Properties["type"].Format = "uri-reference" // ours are paths
	}
	openapi, err := json.MarshalIndent(a.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	page, err := docsPage(a.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("write the page about the API: %w", err)
	}
	router.Get(document, static("application/json", openapi))
	router.Get(docs, static("text/html; charset=utf-8", page))
	router.Get(docsCSS, static("text/css; charset=utf-8", docsStyle))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A router of chi above would otherwise lend us its idea of the path.
		router.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, (*chi.Context)(nil))))
	}), nil
}

// routes are all operations.
func (s *Server) routes(a huma.API) {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

	register(s, a, account.SeeClients, op(get, "/clients", "list-clients", "Clients", "List clients"), s.listClients)
	register(s, a, account.ChangeClients, created(op(post, "/clients", "create-client", "Clients", "Create a client")), s.createClient)
	register(s, a, account.SeeClients, op(get, "/clients/{id}", "get-client", "Clients", "Get a client"), s.getClient)
	register(s, a, account.ChangeClients, op(put, "/clients/{id}", "put-client", "Clients", "State anew what a client record says, its owner and its tags"), s.putClient)
	register(s, a, account.ChangeClients, op(post, "/clients/{id}/archival", "archive-client", "Clients", "Make a client inactive: nobody enters the portal through it"), s.archiveClient)
	register(s, a, account.ChangeClients, op(post, "/clients/{id}/restoration", "restore-client", "Clients", "Make a client active again"), s.restoreClient)
	register(s, a, account.SeeClients, op(get, "/clients/{id}/contacts", "list-client-contacts", "Clients", "List the people of a client with their rights"), s.listClientContacts)
	register(s, a, account.ChangeClients, op(put, "/clients/{id}/contacts/{contact}", "put-client-contact", "Clients", "Link a person to a client, or state their rights anew; invites nobody"), s.putClientContact)
	register(s, a, account.ChangeClients, done(op(del, "/clients/{id}/contacts/{contact}", "delete-client-contact", "Clients", "Part a person from a client; the person stays")), s.deleteClientContact)

	register(s, a, account.SeeClients, op(get, "/contacts", "list-contacts", "Contacts", "List people that the practice knows"), s.listContacts)
	register(s, a, account.ChangeClients, created(op(post, "/contacts", "create-contact", "Contacts", "Add a person; invites nobody")), s.createContact)
	register(s, a, account.SeeClients, op(get, "/contacts/{id}", "get-contact", "Contacts", "Get a person with their clients"), s.getContact)
	register(s, a, account.ChangeClients, op(put, "/contacts/{id}", "put-contact", "Contacts", "State anew what is known of a person; another address voids an invitation that nobody has accepted"), s.changeContact)
	register(s, a, account.ImportClients, download(op(get, "/clients/export", "export-clients", "Clients", "Get all clients with their people as a table, in the columns that an import reads")), s.exportClients)
	register(s, a, account.ImportClients, table(created(op(post, "/clients/imports", "create-client-import", "Clients", "Read a CSV or XLSX file with clients; nothing is written until the import is confirmed"))), s.uploadImport)
	register(s, a, account.ImportClients, op(get, "/clients/imports/{id}", "get-client-import", "Clients", "Get what would come of an import, or what came of it"), s.getImport)
	register(s, a, account.ImportClients, op(get, "/clients/imports/{id}/rows", "list-client-import-rows", "Clients", "List the rows of an import with what each leads to"), s.listImportRows)
	register(s, a, account.ImportClients, op(put, "/clients/imports/{id}/mapping", "put-client-import-mapping", "Clients", "Say what the columns of the file hold"), s.mapImport)
	register(s, a, account.ImportClients, op(post, "/clients/imports/{id}/confirmation", "confirm-client-import", "Clients", "Let the rows be taken"), s.confirmImport)
	register(s, a, account.ImportClients, op(post, "/clients/imports/{id}/stop", "stop-client-import", "Clients", "Let no further row be taken; those that were stay"), s.stopImport)

	register(s, a, account.SeeClients, op(get, "/invites", "list-invites", "Invitations", "List invitations into the portal, the newest sending first"), s.listInvites)
	register(s, a, account.Invite, created(op(post, "/invites", "create-invites", "Invitations", "Invite one contact or several; each is decided for itself")), s.createInvites)
	register(s, a, account.SeeClients, op(get, "/invites/{id}", "get-invite", "Invitations", "Get an invitation with all that happened to it"), s.getInvite)
	register(s, a, account.Invite, op(post, "/invites/{id}/resend", "resend-invite", "Invitations", "Send it again with a new secret; the old one stops working"), s.resendInvite)
	register(s, a, account.Invite, op(post, "/invites/{id}/withdrawal", "withdraw-invite", "Invitations", "End an invitation that nobody has accepted"), s.withdrawInvite)
	register(s, a, account.Invite, op(post, "/invites/{id}/access-removal", "remove-access", "Invitations", "Shut the portal for somebody who is in, at their next request"), s.removeAccess)

	register(s, a, account.InviteMany, op(get, "/invite-jobs", "list-invite-jobs", "Invitations", "List the newest lists of people who are invited together"), s.listInviteJobs)
	register(s, a, account.InviteMany, created(op(post, "/invite-jobs", "create-invite-job", "Invitations", "Choose many people by a filter and see what would come of it; nobody is invited until it is confirmed")), s.createInviteJob)
	register(s, a, account.InviteMany, op(get, "/invite-jobs/{id}", "get-invite-job", "Invitations", "Get how far the invitations of many people are"), s.getInviteJob)
	register(s, a, account.InviteMany, op(get, "/invite-jobs/{id}/people", "list-invite-job-people", "Invitations", "List its people with what became of each"), s.listInviteJobPeople)
	register(s, a, account.InviteMany, op(post, "/invite-jobs/{id}/confirmation", "start-invite-job", "Invitations", "Invite them, after a hold in which all of it can be undone"), s.startInviteJob)
	register(s, a, account.InviteMany, op(post, "/invite-jobs/{id}/stop", "stop-invite-job", "Invitations", "Undo it within its hold; later, invite nobody further and take back what has not left"), s.stopInviteJob)

	register(s, a, account.SeeTasks, op(get, "/requests", "list-requests", "Requests", "List document requests, those due first first"), s.listRequests)
	register(s, a, account.ChangeTasks, created(op(post, "/requests", "create-request", "Requests", "Ask a client for documents")), s.createRequest)
	register(s, a, account.SeeTasks, op(get, "/requests/{id}", "get-request", "Requests", "Get a request with what it asks for and every answer"), s.getRequest)
	register(s, a, account.ChangeTasks, created(op(post, "/requests/{id}/items", "add-request-item", "Requests", "Ask for one thing more")), s.addItem)
	register(s, a, account.ChangeTasks, op(put, "/requests/{id}/items/{item}", "put-request-item", "Requests", "State anew what an item asks for"), s.putItem)
	register(s, a, account.ChangeTasks, op(post, "/requests/{id}/items/{item}/cancellation", "cancel-request-item", "Requests", "Say that an item is no longer wanted, of anybody"), s.cancelItem)
	register(s, a, account.ActForClient, op(post, "/requests/{id}/items/{item}/return", "return-request-item", "Requests", "Answer an item in a contact's place"), s.returnItem)
	register(s, a, account.ChangeTasks, op(post, "/requests/{id}/items/{item}/acceptance", "accept-request-item", "Requests", "Accept an answer"), s.acceptItem)
	register(s, a, account.ChangeTasks, op(post, "/requests/{id}/items/{item}/send-back", "send-back-request-item", "Requests", "Send an answer back with a reason that the client reads"), s.sendBackItem)
	register(s, a, account.ChangeTasks, op(post, "/requests/{id}/items/{item}/reopening", "reopen-request-item", "Requests", "Undo the acceptance or the sending back of an answer"), s.reopenItem)
	s.taskRoutes(a)

	register(s, a, account.SeeFiles, op(get, "/upload-links", "list-upload-links", "Upload links", "List upload links"), s.listLinks)
	register(s, a, account.ChangeFiles, created(op(post, "/upload-links", "create-upload-link", "Upload links", "Send an upload link")), s.createLink)
	register(s, a, account.SeeFiles, op(get, "/upload-links/{id}", "get-upload-link", "Upload links", "Get an upload link with its recipients, mails, batches and files"), s.getLink)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/resend", "resend-upload-link", "Upload links", "Send the mail again with a new secret; the old one stops working"), s.resendLink)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/extension", "extend-upload-link", "Upload links", "Move the expiry; the secrets stay"), s.extendLink)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/renewal", "renew-upload-link", "Upload links", "Give the link a later day and send the mail again: the answer to who asks for a new link"), s.renewLink)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/dismissal", "dismiss-upload-link-request", "Upload links", "Answer a recipient's request for a new link with no"), s.dismissRequest)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/corrections", "correct-upload-link-address", "Upload links", "Correct a recipient's address and send the mail there; the old secret stops working"), s.correctAddress)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/copies", "copy-upload-link", "Upload links", "Take a recipient's link to hand it on; that is recorded"), s.copyLink)
	register(s, a, account.ChangeFiles, op(post, "/upload-links/{id}/revocation", "revoke-upload-link", "Upload links", "End the link at the next request"), s.revokeLink)
	register(s, a, account.SeeFiles, op(get, "/upload-links/{id}/receipts/{batch}", "get-receipt", "Upload links", "Get the signed receipt of a released batch"), s.getReceipt)

	register(s, a, account.SeeFiles, op(get, "/batches", "list-batches", "Files", "List what was sent together and has reached the practice, newest first"), s.listBatches)
	register(s, a, account.SeeFiles, archived(op(get, "/batches/{id}/content.zip", "get-batch-content", "Files", "Get all files of a batch as one zip")), s.batchContent)

	register(s, a, account.SeeFiles, op(get, "/files", "list-files", "Files", "List files that have reached the practice"), s.listFiles)
	register(s, a, account.SeeFiles, op(get, "/files/{id}", "get-file", "Files", "Get a file's description"), s.getFile)
	register(s, a, account.SeeFiles, download(op(get, "/files/{id}/content", "get-file-content", "Files", "Get a file's bytes, wholly or in ranges")), s.fileContent)
	register(s, a, account.SeeFiles, archived(op(post, "/files/archive", "get-files-archive", "Files", "Get some files as one zip; it changes nothing")), s.chosenFiles)

	register(s, a, account.SeeFiles, op(get, "/withdrawals", "list-withdrawals", "Files", "List files whose senders ask to withdraw them, the longest waiting first"), s.listWithdrawals)
	register(s, a, account.ChangeFiles, op(post, "/files/{id}/withdrawal/acceptance", "accept-withdrawal", "Files", "Give up a file that its sender asks to withdraw; its bytes are destroyed"), s.acceptWithdrawal)
	register(s, a, account.ChangeFiles, op(post, "/files/{id}/withdrawal/refusal", "refuse-withdrawal", "Files", "Keep a file that its sender asks to withdraw"), s.refuseWithdrawal)

	register(s, a, account.SeeSettings, op(get, "/upload-policies/{channel}", "get-upload-policy", "Settings", "Get a channel's upload policy"), s.getPolicy)
	register(s, a, account.ChangeSettings, op(put, "/upload-policies/{channel}", "put-upload-policy", "Settings", "Set a channel's upload policy"), s.putPolicy)
	register(s, a, account.SeeSettings, op(get, "/settings", "get-settings", "Settings", "Get how the practice and its portal are set up"), s.getSettings)
	register(s, a, account.ChangeSettings, op(put, "/settings/profile", "put-settings-profile", "Settings", "Set name, address and zone"), s.putProfile)
	register(s, a, account.ChangeSettings, op(put, "/settings/accent", "put-settings-accent", "Settings", "Set the hue of the pages"), s.putAccent)
	register(s, a, account.ChangeSettings, op(put, "/settings/languages", "put-settings-languages", "Settings", "Set the languages of the portal"), s.putLanguages)
	register(s, a, account.ChangeSettings, op(put, "/settings/tabs", "put-settings-tabs", "Settings", "Set the tabs of the portal"), s.putTabs)
	register(s, a, account.ChangeSettings, op(put, "/settings/contact", "put-settings-contact", "Settings", "Set the contact tab"), s.putContact)
	register(s, a, account.ChangeSettings, op(put, "/settings/mail", "put-settings-mail", "Settings", "Set in whose name mails to clients come"), s.putMail)
	register(s, a, account.ChangeSettings, op(put, "/settings/access", "put-settings-access", "Settings", "Set how people come in from the next invitation on"), s.putAccess)
	register(s, a, account.ChangeSettings, op(put, "/settings/second-factor", "put-settings-second-factor", "Settings", "Set whether everybody in the practice needs a second factor"), s.putStaffFactor)
	register(s, a, account.ChangeSettings, op(put, "/settings/logo", "put-settings-logo", "Settings", "Set the logo"), s.putLogo)
	register(s, a, account.ChangeSettings, op(put, "/settings/video", "put-settings-video", "Settings", "Show a film of another site"), s.putVideo)
	register(s, a, account.ChangeSettings, op(del, "/settings/logo", "delete-settings-logo", "Settings", "Remove the logo"), s.deleteLogo)
	register(s, a, account.ChangeSettings, op(del, "/settings/video", "delete-settings-video", "Settings", "Remove the film"), s.deleteVideo)
	register(s, a, account.SeeSettings, op(get, "/settings/terms", "get-terms", "Settings", "Get what people accept before they come in"), s.getTerms)
	register(s, a, account.ChangeSettings, op(post, "/settings/terms", "publish-terms", "Settings", "Publish another version of the terms; everybody is asked again"), s.publishTerms)
	register(s, a, account.SeeSettings, op(get, "/help-articles", "list-help-articles", "Settings", "List the practice's own help articles"), s.listArticles)
	register(s, a, account.ChangeSettings, op(put, "/help-articles/{id}", "put-help-article", "Settings", "Save a help article; one that isn't there is made"), s.putArticle)
	register(s, a, account.ChangeSettings, op(del, "/help-articles/{id}", "delete-help-article", "Settings", "Remove a help article"), s.deleteArticle)
	register(s, a, account.SeeSettings, op(get, "/upload-limits", "get-upload-limits", "Settings", "Get how much may come in, and how much is kept"), s.getLimits)
	register(s, a, account.ChangeSettings, op(put, "/upload-limits", "put-upload-limits", "Settings", "Set how much may come in, from now on"), s.putLimits)
	register(s, a, account.SeeSettings, op(get, "/upload-wording", "get-upload-wording", "Settings", "Get the practice's own words in the mail with a link"), s.getWording)
	register(s, a, account.ChangeSettings, op(put, "/upload-wording", "put-upload-wording", "Settings", "Set the practice's own words in the mail with a link"), s.putWording)
	register(s, a, account.SeeSettings, op(get, "/message-templates", "list-message-templates", "Settings", "List the texts for messages of links and invitations"), s.listTemplates)
	register(s, a, account.ChangeTexts, created(op(post, "/message-templates", "create-message-template", "Settings", "Make a text for messages")), s.createTemplate)
	register(s, a, account.SeeSettings, op(get, "/message-templates/{id}", "get-message-template", "Settings", "Get a text for messages"), s.getTemplate)
	register(s, a, account.ChangeTexts, op(put, "/message-templates/{id}", "put-message-template", "Settings", "Save a text for messages; one that isn't there is made"), s.putTemplate)
	register(s, a, account.ChangeTexts, op(del, "/message-templates/{id}", "delete-message-template", "Settings", "Remove a text; messages that were made from it stay"), s.deleteTemplate)
	s.webhookRoutes(a)

	register(s, a, account.SeePeople, op(get, "/staff", "list-staff", "Practice", "List the people of the practice, those who are invited or have left as well"), s.listStaff)
	register(s, a, account.ChangePeople, created(op(post, "/staff", "invite-staff", "Practice", "Invite somebody to join the practice, by mail")), s.inviteStaff)
	register(s, a, account.SeePeople, op(get, "/staff/{id}", "get-staff", "Practice", "Get a person of the practice"), s.getStaff)
	register(s, a, account.ChangePeople, op(post, "/staff/{id}/invitation", "resend-staff-invitation", "Practice", "Send the invitation again; the older one stops working"), s.inviteStaffAgain)
	register(s, a, account.ChangePeople, op(post, "/staff/{id}/role", "set-staff-role", "Practice", "Give a person another role"), s.setRole)
	register(s, a, account.ChangePeople, op(post, "/staff/{id}/deactivation", "deactivate-staff", "Practice", "Lock a person out at their next request and hand over their clients and links"), s.deactivateStaff)
	register(s, a, account.ChangePeople, op(post, "/staff/{id}/reactivation", "reactivate-staff", "Practice", "Let a person in again who had left"), s.reactivateStaff)

	register(s, a, account.SeePeople, op(get, "/staff/{id}/second-factors", "list-staff-second-factors", "Practice", "List the second factors of a person of the practice"), s.staffFactors)
	register(s, a, account.ChangePeople, done(op(post, "/staff/{id}/second-factors/reset", "reset-staff-second-factors", "Practice", "Take the second factors of a colleague away who has lost them; they are told by mail")), s.resetStaffFactors)
	register(s, a, account.SeeClients, op(get, "/contacts/{id}/second-factors", "list-contact-second-factors", "Contacts", "List the second factors of a contact"), s.contactFactors)
	register(s, a, account.Invite, done(op(post, "/contacts/{id}/second-factors/reset", "reset-contact-second-factors", "Contacts", "Take the second factors of a contact away who has lost them; they are told by mail")), s.resetContactFactors)
	register(s, a, account.OwnAccount, op(get, "/account/second-factors", "list-second-factors", "Account", "List your second factors; they are added and removed in a browser"), s.ownFactors)

	register(s, a, account.OwnAccount, op(get, "/account/sessions", "list-sessions", "Account", "List where you are signed in"), s.listSessions)
	register(s, a, account.OwnAccount, done(op(post, "/account/sessions/end", "end-sessions", "Account", "Sign out everywhere; API tokens stay")), s.endSessions)
	register(s, a, account.OwnAccount, done(op(post, "/account/sessions/{id}/end", "end-session", "Account", "Sign out one device")), s.endSession)
	register(s, a, account.OwnAccount, done(op(post, "/account/password", "change-password", "Account", "Change your password; ends all your sessions")), s.changePassword)

	register(s, a, account.SeeMessages, op(get, "/messages", "list-messages", "Messages", "List mails and texts: why each was created, and what became of it"), s.listMessages)

	register(s, a, account.SeeClients, op(get, "/access/explanation", "explain-access", "Contacts", "Explain why a person sees something of the portal, or doesn't"), s.explainAccess)

	register(s, a, account.ReadLog, op(get, "/events", "list-events", "History", "Read the log; for owners, admins and auditors, because it has facts of files that have not reached the practice"), s.listEvents)
}

// taskRoutes are those of tasks and of the talk on them.
func (s *Server) taskRoutes(a huma.API) {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

	register(s, a, account.SeeTasks, op(get, "/tasks", "list-tasks", "Tasks", "List what is asked of clients"), s.listTasks)
	register(s, a, account.ChangeTasks, created(op(post, "/tasks", "create-task", "Tasks", "Ask a client for something")), s.createTask)
	register(s, a, account.SeeTasks, op(get, "/tasks/{id}", "get-task", "Tasks", "Get a task with what has become of it"), s.getTask)
	register(s, a, account.ChangeTasks, op(http.MethodPatch, "/tasks/{id}", "change-task", "Tasks", "Change what a task says; what isn't sent stays"), s.changeTask)
	register(s, a, account.ChangeTasks, done(op(post, "/tasks/{id}/retraction", "take-back-task", "Tasks", "Take a task back while it is held: nobody has seen it")), s.takeBackTask)
	register(s, a, account.ChangeTasks, op(put, "/tasks/{id}/progress", "put-task-progress", "Tasks", "Say where the practice's own part stands"), s.progressTask)
	register(s, a, account.ChangeTasks, op(post, "/tasks/{id}/confirmation", "confirm-task", "Tasks", "Agree that a task is done, by one contact or by all"), s.confirmTask)
	register(s, a, account.ChangeTasks, op(post, "/tasks/{id}/reopening", "reopen-task", "Tasks", "Make a task something to do again"), s.reopenTask)
	register(s, a, account.ChangeTasks, op(post, "/tasks/{id}/closing", "close-task", "Tasks", "Close a task: it shows everything and takes nothing"), s.closeTask)
	register(s, a, account.ChangeTasks, op(del, "/tasks/{id}/recurrence", "end-task-series", "Tasks", "Let none follow a task that repeats, also when it is closed"), s.endSeries)
	register(s, a, account.ChangeTasks, op(put, "/tasks/{id}/contacts/{contact}", "put-task-contact", "Tasks", "Let one more person see a task"), s.putTaskContact)
	register(s, a, account.ChangeTasks, op(del, "/tasks/{id}/contacts/{contact}", "delete-task-contact", "Tasks", "Take a task away from one person"), s.deleteTaskContact)

	s.manyTaskRoutes(a)
	s.attachmentRoutes(a)
	s.formRoutes(a)
	s.answerRoutes(a)
	register(s, a, account.SeeTasks, op(get, "/reminders", "list-reminders", "Reminders", "List who is reminded next, when and of what; of one person with their id"), s.listReminders)
	register(s, a, account.ChangeTasks, op(post, "/reminders/{id}/skip", "skip-reminder", "Reminders", "Leave out somebody’s next reminder"), s.skipReminder)
	register(s, a, account.SeeSettings, op(get, "/settings/reminders", "get-settings-reminders", "Reminders", "Get cadences and quiet hours"), s.getReminderRules)
	register(s, a, account.ChangeSettings, op(put, "/settings/reminders/quiet-hours", "put-quiet-hours", "Reminders", "Set when no reminder leaves"), s.putQuiet)
	register(s, a, account.ChangeSettings, op(put, "/settings/reminders/cadences/{id}", "put-cadence", "Reminders", "Make or change a cadence"), s.putCadence)
	register(s, a, account.ChangeSettings, op(del, "/settings/reminders/cadences/{id}", "delete-cadence", "Reminders", "Remove a cadence; nobody is reminded of tasks that have it"), s.deleteCadence)
	register(s, a, account.SeeTasks, op(get, "/tasks/{id}/messages", "list-task-messages", "Tasks", "List the messages of a task, internal ones too"), s.listTaskMessages)
	register(s, a, account.ChangeTasks, created(op(post, "/tasks/{id}/messages", "post-task-message", "Tasks", "Write a message on a task")), s.postTaskMessage)
	register(s, a, account.ChangeTasks, op(put, "/tasks/{id}/messages/{message}", "put-task-message", "Tasks", "Change your message shortly after it was written"), s.putTaskMessage)
	register(s, a, account.ChangeTasks, op(del, "/tasks/{id}/messages/{message}", "delete-task-message", "Tasks", "Delete your message; a mark stays in its place"), s.deleteTaskMessage)
	register(s, a, account.ChangeTasks, op(put, "/tasks/{id}/reading", "put-task-reading", "Tasks", "Say up to where you have read the messages of a task"), s.readTaskMessages)
}

func (s *Server) config() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Portico", Version: s.Version,
				Description: "Times are RFC 3339 in UTC with milliseconds, ids UUIDs, sizes bytes, durations milliseconds (_ms). " +
					"Errors are application/problem+json (RFC 9457); type names the rule. " +
					"A POST with an Idempotency-Key takes effect once, however often it is sent.",
			},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{bearer: {Type: "http", Scheme: "bearer", Description: "An API token, ptk_…"}},
			},
			Security: []map[string][]string{{bearer: {}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{nameProblem},
	}
}

func op(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{Method: method, Path: base + path, OperationID: id, Tags: []string{tag}, Summary: summary}
}

func created(o huma.Operation) huma.Operation {
	o.DefaultStatus = http.StatusCreated
	return o
}

// done is an operation that has nothing to tell.
func done(o huma.Operation) huma.Operation {
	o.DefaultStatus = http.StatusNoContent
	return o
}

// register lets people with the right call handle, and turns every error of it into a problem; what nobody foresaw is
// logged here, once.
func register[I, O any](s *Server, a huma.API, right account.Right, o huma.Operation, handle func(context.Context, *I) (*O, error)) {
	o.Extensions = map[string]any{rightOf: string(right)}
	huma.Register(a, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, o, err)
		}
		return out, nil
	})
}

// inert keeps answers out of caches and harmless in a browser.
func inert(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func static(media string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	}
}
