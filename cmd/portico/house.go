package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"portico/adapters/postgres"
	"portico/adapters/sheet"
	"portico/app/account"
	clientapp "portico/app/client"
	"portico/app/clientimport"
	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	formapp "portico/app/form"
	inviteapp "portico/app/invite"
	"portico/app/invitejob"
	"portico/app/live"
	receiptapp "portico/app/receipt"
	reminderapp "portico/app/reminder"
	taskapp "portico/app/task"
	"portico/app/taskjob"
	linkapp "portico/app/uploadlink"
	viewingapp "portico/app/viewing"
	"portico/domain/uploadlink"

	"github.com/spf13/cobra"
)

// house is what stands between the database and the ports: the stores, the commands, the readers. serve, dev and the
// operators' commands share it; nothing in it runs until serve starts it.
type house struct {
	db       *postgres.DB
	codec    *postgres.Codec
	vault    *postgres.Vault
	tail     *postgres.Tail
	store    *postgres.Store
	accounts postgres.Accounts

	firmList     postgres.FirmList
	clientList   postgres.ClientList
	contactList  postgres.ContactList
	linkList     postgres.UploadLinkList
	inviteList   postgres.InviteList
	taskList     postgres.TaskList
	taskThreads  postgres.TaskThreads
	formList     postgres.FormList
	formAnswers  postgres.FormAnswers
	reminderList postgres.ReminderList

	account   account.Commands
	people    account.People
	visitors  account.Contacts
	firms     firmapp.Commands
	clients   clientapp.Commands
	contacts  contactapp.Commands
	links     linkapp.Commands
	invites   inviteapp.Commands
	viewings  viewingapp.Commands
	tasks     taskapp.Commands
	reminders reminderapp.Commands
	forms     formapp.Commands
	door      door

	receipts receiptapp.Receipts
	imports  clientimport.Commands
	jobs     invitejob.Commands
	taskJobs taskjob.Commands

	live live.Hub // of the pages that this node serves
	keys keys
	log  *slog.Logger
}

// build opens the migrated database at url and wires what needs it.
func build(ctx context.Context, k keys, url string, log *slog.Logger) (*house, error) {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	h := &house{db: db, keys: k, log: log}
	if h.codec, err = postgres.NewCodec(postgres.Events()...); err != nil {
		db.Close()
		return nil, err
	}
	if h.vault, err = postgres.NewVault(db.App, k.master); err != nil {
		db.Close()
		return nil, err
	}
	h.tail = postgres.NewTail(db.Work, log)
	h.store = postgres.NewStore(db.App, h.codec, h.vault, h.tail.Poke)
	h.accounts = postgres.Accounts{Pool: db.Work}
	h.firmList, h.clientList, h.linkList = postgres.FirmList{DB: db}, postgres.ClientList{DB: db}, postgres.UploadLinkList{DB: db}
	h.contactList, h.inviteList = postgres.ContactList{DB: db}, postgres.InviteList{DB: db}
	h.taskList = postgres.TaskList{DB: db}
	h.taskThreads = postgres.TaskThreads{DB: db}
	h.formList, h.formAnswers = postgres.FormList{DB: db}, postgres.FormAnswers{DB: db}
	h.account = account.Commands{Rows: h.accounts, Hasher: account.NewHasher(account.StandardCost)}
	h.people = account.People{
		Rows: h.accounts, Providers: h.accounts, Events: h.store, Hasher: h.account.Hasher, SignIn: h.account.SignIn, Open: h.account.Open,
	}
	h.firms = firmapp.Commands{Events: h.store, MaxFile: uploadlink.MaxFileSize}
	h.viewings = viewingapp.Commands{Events: es.Remember(h.store)}
	h.invites = inviteapp.Commands{Events: es.Remember(h.store), Contacts: addressBook{h.store}, Inactive: archived(h.store, h.contactList)}
	h.contacts = contactapp.Commands{Events: h.store, Accepted: entered(h.invites)}
	h.clients = clientapp.Commands{Events: h.store, Known: known(h.contacts, h.contactList)}
	h.forms = formapp.Commands{Events: es.Remember(h.store)}
	h.tasks = taskapp.Commands{Events: es.Remember(h.store), People: tasksPeople{h.store, h.contacts}, Colleagues: colleagues{h.accounts}, Policies: h.firmList, Forms: h.forms, Blanks: blanks(h.firmList, h.clientList)}
	h.reminderList = postgres.ReminderList{DB: db}
	h.reminders = reminderapp.Commands{Book: reminderBook(h.store, h.reminderList, h.firmList)}
	h.door = door{h.invites, h.contactList}
	h.visitors = account.Contacts{
		Rows: postgres.ContactAccess{Pool: db.Work}, Throttle: h.accounts, Hasher: h.account.Hasher, Events: h.store, Door: h.door, Invitations: h.door,
		Book: book{h.contactList, h.contacts}, Policy: demands(h.firmList),
	}
	h.links = linkapp.Commands{Events: es.Remember(h.store), Policies: h.firmList}
	rows := postgres.ClientImports{DB: db}
	h.imports = clientimport.Commands{Events: h.store, Rows: rows, Known: rows.Known, Read: sheet.Read, Write: sheet.Write}
	jobs := postgres.InviteJobs{DB: db}
	h.jobs = invitejob.Commands{Events: h.store, Lists: jobs, People: jobs, Invites: h.invites, Write: sheet.Write, Pace: &invitejob.Pace{}}
	todo := postgres.TaskJobs{DB: db}
	h.taskJobs = taskjob.Commands{Events: h.store, Lists: todo, Clients: todo, Tasks: h.tasks, Forms: h.forms, Answers: h.formAnswers, Write: sheet.Write}
	h.receipts = receiptapp.Receipts{Events: h.store, Keys: k.receipts, Practice: signatories(h.firmList, h.store)}
	return h, nil
}

func (h *house) factorRows() postgres.Factors {
	return postgres.Factors{Pool: h.db.Work, Vault: h.vault}
}

// secondFactors are those of people who come to the pages at baseURL, to which passkeys are bound. texts tells whether
// codes can be sent to telephones.
func (h *house) secondFactors(baseURL string, texts bool) (account.Factors, error) {
	passkeys, err := account.NewPasskeys(baseURL)
	return account.Factors{
		Events: h.store, Rows: h.factorRows(), Throttle: h.accounts, Keys: h.keys.links, Passkeys: passkeys, Texts: texts,
	}, err
}

func (h *house) close() {
	h.store.Close()
	h.db.Close()
}

// withHouse runs one operator's command on the database, which must have been migrated: on DATABASE_URL, or on the
// embedded one of --data, whether dev is running or not.
func withHouse(cmd *cobra.Command, where *place, do func(ctx context.Context, h *house) error) (err error) {
	ctx := cmd.Context()
	c, err := readConfig(environment(ctx))
	if err != nil {
		return err
	}
	folder, err := where.folder(c)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, c, folder, false, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.close(ctx); err == nil {
			err = closed
		}
	}()
	if err := upToDate(ctx, db.url); err != nil {
		return err
	}
	k, err := c.keysFor(folder, db.cluster != nil)
	if err != nil {
		return err
	}
	h, err := build(ctx, k, db.url, newLog(cmd.ErrOrStderr(), c))
	if err != nil {
		return err
	}
	defer h.close()
	return do(ctx, h)
}

func newLog(to io.Writer, c config) *slog.Logger {
	level := slog.LevelInfo
	if c.LogLevel != nil {
		level = *c.LogLevel
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey { // UTC with milliseconds, as everywhere
			a.Value = slog.StringValue(a.Value.Time().UTC().Format("2006-01-02T15:04:05.000Z07:00"))
		}
		return a
	}}))
}

// operatorLimit bounds one command of an operator against a database that hangs.
const operatorLimit = 2 * time.Minute
