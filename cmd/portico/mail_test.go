package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portico/adapters/postgres"
	"portico/app/secret"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/task"
)

// answeredByMail: what a contact answers to a mail stands on its task once, by whichever way the mail comes in and how often.
func answeredByMail(t *testing.T, w *routesWorld) {
	ctx, f := t.Context(), w.shared
	id := w.assign(t, f.contact)
	own, err := w.house.addressesOf(ctx, w.calm.firm, f.contact)
	if err != nil || len(own) == 0 {
		t.Fatal(own, err)
	}
	address := func(private bool) string {
		return w.keys.links.ReplyAddress(secret.ReplyTo{Task: id, Person: f.contact, Private: private}) + "@in.example"
	}
	letter := func(n int, to, text string) string {
		return fmt.Sprintf("From: %s\r\nTo: %s\r\nMessage-ID: <%d@example.org>\r\n\r\n%s\r\n\r\nOn 2 March 2026 Harbour wrote:\r\n> Hello", own[0], to, n, text)
	}
	desk := w.house.replies(inboundConfig{Domain: "in.example"}, w.base, nil)
	for range 2 {
		if o, err := desk.Receive(ctx, []byte(letter(1, address(false), "By the web.")), ""); err != nil || o != "taken" {
			t.Fatal(o, err)
		}
	}
	env := []string{
		"DATABASE_URL=" + w.db, "PORTICO_DATA=" + w.folder, "PORTICO_BASE_URL=" + w.base, "PORTICO_MASTER_KEY=" + string(w.config.MasterKey), "PORTICO_LINK_KEYS=" + string(w.config.LinkKeys),
		"PORTICO_RECEIPT_KEYS=" + string(w.config.ReceiptKeys), "PORTICO_INBOUND_DOMAIN=in.example",
	}
	pipe := func(mail string, environ []string, want int, says string) {
		t.Helper()
		var out, errs strings.Builder
		if code := run(context.WithValue(ctx, environmentKey{}, environ), []string{"mail", "receive", "--recipient", address(true)}, strings.NewReader(mail), &out, &errs); code != want || !strings.Contains(out.String()+errs.String(), says) {
			t.Errorf("%d, %q, %q; want %d and %q", code, out.String(), errs.String(), want, says)
		}
	}
	pipe(letter(2, "undisclosed:;", "By the pipe."), env, 0, "taken")
	pipe(letter(2, "undisclosed:;", "By the pipe."), env, 0, "taken")
	pipe(strings.Replace(letter(3, "undisclosed:;", "Forged."), own[0], "mallory@evil.example", 1), env, 0, "refused")
	enclosed := strings.Replace(letter(5, "undisclosed:;", "See there."), "\r\n\r\n", "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n", 1) +
		"\r\n--b\r\nContent-Disposition: attachment; filename=ledger.csv\r\n\r\nday,amount\r\n1,2\r\n\r\n--b\r\nContent-Disposition: attachment; filename=run.exe\r\n\r\nMZ\r\n--b--\r\n"
	pipe(enclosed, env, 0, "refused") // its program, and nothing else
	pipe("no mail", env, 65, "RFC 5322")
	pipe(letter(4, "undisclosed:;", "Later."), env[:len(env)-1], 75, "PORTICO_INBOUND_DOMAIN")
	pipe(letter(4, "undisclosed:;", "Later."), append([]string{"DATABASE_URL=postgres://127.0.0.1:1/none?connect_timeout=1"}, env[1:]...), 75, "")

	var thread taskapp.Thread
	eventually(t, "all answers in the thread", func() bool {
		thread, err = w.house.taskThreads.Thread(ctx, w.calm.firm, id, w.calm.by().Actor.ID)
		return err == nil && len(thread.Messages) >= 3
	})
	if len(thread.Messages) != 3 || thread.Messages[2].Text != "See there." || thread.Messages[0].Text != "By the web." || thread.Messages[1].Text != "By the pipe." || thread.Messages[1].Talk.With != f.contact {
		t.Errorf("%+v", thread.Messages)
	}
	eventually(t, "in its history what was not taken", func() bool {
		life, err := w.house.taskList.Life(ctx, w.calm.firm, id)
		var why []string
		for _, l := range life {
			if l.Type == (task.ReplyRefused{}).EventType() && l.Contact == f.contact {
				why = append(why, l.Detail)
			}
		}
		return err == nil && slices.Equal(why, []string{string(task.ForSender), string(task.ForFiles)})
	})
	eventually(t, "the file that came with it", func() bool {
		files, err := postgres.TaskFiles{DB: w.house.db}.Files(ctx, w.calm.firm, id)
		return err == nil && len(files) == 1 && files[0].Name == "ledger.csv" && files[0].By == (event.Actor{Kind: event.Contact, ID: f.contact})
	})
	for _, m := range thread.Messages {
		if m.Via != task.ByMail || m.By != (event.Actor{Kind: event.Contact, ID: f.contact}) {
			t.Errorf("%+v", m)
		}
	}
}
