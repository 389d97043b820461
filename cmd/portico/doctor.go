package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"portico/domain/receipt"

	"github.com/spf13/cobra"
)

// finding is what doctor says of one thing. Do is empty where all is well.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
	Do    string `json:"do,omitempty"`
}

func fine(check, format string, args ...any) finding {
	return finding{Check: check, OK: true, Found: fmt.Sprintf(format, args...)}
}

func wrong(check, do, format string, args ...any) finding {
	return finding{Check: check, Found: fmt.Sprintf(format, args...), Do: do}
}

func newDoctor(where *place) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check database, rights, storage, mail and clock, and say what to do",
		Long:  "Checks what Portico stands on and changes nothing. Exit code 1 when something is wrong.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := examine(cmd.Context(), where, cmd.ErrOrStderr())
			if err := report(cmd.OutOrStdout(), findings, asJSON); err != nil {
				return err
			}
			for _, f := range findings {
				if !f.OK {
					return errWrong
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an array of {check, ok, found, do}")
	return cmd
}

func report(out io.Writer, findings []finding, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(findings)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		mark := "ok"
		if !f.OK {
			mark = "WRONG"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", mark, f.Check, f.Found)
		if f.Do != "" {
			fmt.Fprintf(table, "\t\t→ %s\n", f.Do)
		}
	}
	return table.Flush()
}

// examine looks at everything that it can get at. A thing that the next depends on ends the list.
func examine(ctx context.Context, where *place, says io.Writer) []finding {
	c, err := readConfig(environment(ctx))
	if err != nil {
		return []finding{wrong("configuration", "Correct the variables.", "%v", err)}
	}
	folder, err := where.folder(c)
	if err != nil {
		return []finding{wrong("configuration", "Choose another --data folder.", "%v", err)}
	}
	findings := append(examineStorage(folder, leastFree), examineMail(ctx, c, folder), examineTexts(ctx, c), examineScanner(ctx, c))
	db, err := openDatabase(ctx, c, folder, false, says)
	if err != nil {
		return append(findings, wrong("database", "Start it, or correct DATABASE_URL or --data.", "%v", err))
	}
	defer func() { _ = db.close(ctx) }() // what was found is said all the same
	limit, cancel := context.WithTimeout(ctx, operatorLimit)
	defer cancel()
	findings = append(findings, examineDatabase(limit, db.url)...)
	k, err := c.keysFor(folder, db.cluster != nil)
	if err != nil {
		return append(findings, wrong("keys", "Set the keys that this database was used with.", "%v", err))
	}
	findings = append(findings, examineKeys(limit, c, k, db.url)...)
	return append(findings, examineReceiptKeys(k), examineFiles(limit, db.url, filesFolder(folder)))
}

// examineMail greets the mail server and sends nothing. Without one, mails become files, as in dev.
func examineMail(ctx context.Context, c config, folder string) finding {
	const check = "mail"
	if c.SMTP.Host == "" {
		return fine(check, "no mail server is configured; dev writes mails to %s/mail, serve needs PORTICO_SMTP_HOST", folder)
	}
	if err := c.SMTP.transport().Check(); err != nil {
		return wrong(check, "Correct PORTICO_SMTP_….", "%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := c.SMTP.transport().Ping(ctx); err != nil {
		return wrong(check, "Check host, port, encryption, user and password, and that a firewall lets port "+
			fmt.Sprint(c.SMTP.Port)+" out.", "%v", err)
	}
	return fine(check, "%s:%d takes mail (%s)", c.SMTP.Host, c.SMTP.Port, c.SMTP.Encryption)
}

// examineReceiptKeys signs something and checks it, because a key of the wrong kind shows only then.
func examineReceiptKeys(k keys) finding {
	const check = "receipt keys"
	public := k.receipts.Public()
	if len(public) == 0 {
		return wrong(check, "Set PORTICO_RECEIPT_KEYS; make a key with: portico receipt key new", "no key signs receipts; serve needs one")
	}
	doc, err := k.receipts.Sign(receipt.Receipt{Version: receipt.Version, Files: []receipt.File{}})
	if err != nil {
		return wrong(check, "Set PORTICO_RECEIPT_KEYS anew.", "%v", err)
	}
	raw, err := doc.Bytes()
	if err != nil {
		return wrong(check, "Set PORTICO_RECEIPT_KEYS anew.", "%v", err)
	}
	if f := receipt.Check(raw, public); f.Answer != receipt.Genuine {
		return wrong(check, "Set PORTICO_RECEIPT_KEYS anew.", "what key %s signs is %s", public[0].ID, f.Answer)
	}
	return fine(check, "key %s signs; %d older are published, so that their receipts stay genuine", public[0].ID, len(public)-1)
}

// examineKeys opens something that was sealed, because a wrong master key shows only then.
func examineKeys(ctx context.Context, c config, k keys, url string) []finding {
	const check = "keys"
	h, err := build(ctx, k, url, newLog(io.Discard, c))
	if err != nil {
		return []finding{wrong(check, "See the lines above.", "%v", err)}
	}
	defer h.close()
	if err := h.openSealed(ctx); err != nil {
		return []finding{wrong(check, "Set PORTICO_MASTER_KEY to the key that this database was used with; it can't be made again.", "%v", err)}
	}
	return []finding{fine(check, "sealed personal data open under the master key"), examineWebhookKeys(ctx, h, k)}
}
