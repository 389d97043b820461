package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"portico/adapters/blob"
	replyapp "portico/app/reply"
	"portico/domain/fault"

	"github.com/spf13/cobra"
)

// What the command tells a mail server, in the numbers of sysexits.h.
const (
	badMail    = answered(65) // it can't be read: the server tells its sender
	tryAgain   = answered(75) // keep the mail and hand it over later
	mailLimit  = replyapp.MaxMail + 1
	mailUnread = "portico: this mail can’t be taken:"
)

func newMail(where *place) *cobra.Command {
	mail := &cobra.Command{Use: "mail", Short: "Mails that come in", Args: cobra.NoArgs}
	mail.AddCommand(newMailReceive(where))
	return mail
}

func newMailReceive(where *place) *cobra.Command {
	var recipient string
	cmd := &cobra.Command{
		Use:   "receive < MAIL",
		Short: "Take one mail with which somebody answers a mail about a task",
		Long: "Takes one mail from its standard input, as a mail server hands it over, and makes a message on its task of it. It ends with\n" +
			"0 when the mail needs no second time, also where it was refused, which its person is told, or comes from a machine;\n" +
			"with 75 where the server should keep it and try again; and with 65 where it can't be read as a mail.",
		Example: "  # main.cf: transport_maps = inline:{in.portal.example=portico}\n" +
			"  # master.cf: portico unix - n n - 4 pipe user=portico argv=/usr/local/bin/portico mail receive --recipient ${recipient}",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			raw, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), mailLimit))
			if err != nil {
				return keepIt(cmd.ErrOrStderr(), err)
			}
			c, err := readConfig(environment(cmd.Context()))
			if err == nil {
				err = joined(c.checkInbound())
			}
			if err == nil && c.Inbound.Domain == "" {
				err = errors.New("PORTICO_INBOUND_DOMAIN is not set, so no mail is taken")
			}
			if err != nil {
				return keepIt(cmd.ErrOrStderr(), err)
			}
			folder, err := where.folder(c)
			if err != nil {
				return keepIt(cmd.ErrOrStderr(), err)
			}
			err = withHouse(cmd, where, func(ctx context.Context, h *house) error {
				blobs, err := blob.Open(filesFolder(folder))
				if err != nil {
					return err
				}
				defer blobs.Close()
				h.tasks.Scans = c.scanning().scanner != nil // what is enclosed waits for its verdict as any other file
				outcome, err := h.replies(c.Inbound, strings.TrimSuffix(c.BaseURL, "/"), h.transfers(blobs)).Receive(ctx, raw, recipient)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), outcome)
				}
				return err
			})
			if f, ok := errors.AsType[*fault.Error](err); ok && (f.Kind == fault.Invalid || f.Kind == fault.TooLarge) {
				fmt.Fprintln(cmd.ErrOrStderr(), mailUnread, f.Message)
				return badMail
			}
			if err != nil {
				return keepIt(cmd.ErrOrStderr(), err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&recipient, "recipient", "", "whom the server has taken it for (default: whom its headers name)")
	return cmd
}

// keepIt asks the server to keep a mail: whatever is wrong here is not the mail's fault.
func keepIt(errs io.Writer, err error) error {
	fmt.Fprintln(errs, "portico:", sentence(err))
	return tryAgain
}
