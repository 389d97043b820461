package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"portico/app/notify"
	replyapp "portico/app/reply"
	"portico/app/transfer"
	"portico/domain/address"

	"github.com/google/uuid"
)

type inboundConfig struct {
	// Domain is that of the addresses for answers to mails about tasks, whose mails are handed to the portal. Empty: there
	// are none, and mails are answered where the practice says.
	Domain string `env:"DOMAIN"`
	// Secret is what whoever hands mails over at /hooks/mail sends or signs with. Empty: nobody may.
	Secret hidden `env:"SECRET"`
	// Server is the name with which the receiving mail server signs its Authentication-Results. Empty: they are not asked.
	Server string `env:"SERVER"`
}

// checkInbound tells what is wrong with the domain of addresses for answers.
func (c config) checkInbound() (mistakes []error) {
	if c.Inbound.Domain == "" {
		if c.Inbound.Secret != "" || c.Inbound.Server != "" {
			mistakes = append(mistakes, fmt.Errorf("PORTICO_INBOUND_DOMAIN is not set, so PORTICO_INBOUND_SECRET and _SERVER are good for nothing"))
		}
		return mistakes
	}
	if a, err := address.Parse("a@" + c.Inbound.Domain); err != nil || !strings.EqualFold(a, "a@"+c.Inbound.Domain) {
		mistakes = append(mistakes, fmt.Errorf("PORTICO_INBOUND_DOMAIN is %q; it must be the domain of addresses alone, as in.portal.example.com", c.Inbound.Domain))
	}
	return mistakes
}

// replies take what people answer to mails, of a portal at baseURL.
func (h *house) replies(c inboundConfig, baseURL string, transfers *transfer.Service) replyapp.Desk {
	doors := notify.Sender{Events: h.store, Keys: h.keys.links, BaseURL: baseURL}
	return replyapp.Desk{
		Domain: strings.ToLower(c.Domain), Server: c.Server, Keys: h.keys.links, Tasks: h.tasks, FirmOf: h.store.FirmOf, Addresses: h.addressesOf, Enters: doors.Enters, Files: enclosures{transfers},
		Marks: []string{baseURL + "/", "@" + strings.ToLower(c.Domain)}, Now: time.Now,
	}
}

// enclosures put files of mails on tasks as if their sender had done it in the portal: with the same limits, and the same
// scanner.
type enclosures struct{ transfers *transfer.Service }

var _ replyapp.Files = enclosures{}

// Put implements replyapp.Files.
func (e enclosures) Put(ctx context.Context, firm int32, task, contact, message uuid.UUID, f replyapp.File) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("make an id: %w", err)
	}
	_, err = e.transfers.Whole(ctx, transfer.Owner{Firm: firm, Kind: transfer.OfContact, Link: task, Recipient: contact},
		transfer.File{ID: id, Name: f.Name, Media: f.Media, Size: int64(len(f.Bytes)), Place: transfer.Place{Message: message}}, replyapp.MaxMail, bytes.NewReader(f.Bytes))
	return id, err
}

// addressesOf are the address that the practice has written down of a contact and the one that they sign in with: none of
// who was erased, or has none.
func (h *house) addressesOf(ctx context.Context, firm int32, contact uuid.UUID) (all []string, err error) {
	c, err := addressBook{h.store}.Contact(ctx, firm, contact)
	if err != nil || c.Email == "" {
		return nil, err
	}
	login, ok, err := h.visitors.Rows.Login(ctx, firm, contact)
	if err != nil {
		return nil, err
	}
	if all = append(all, c.Email); ok && login.Email != "" {
		all = append(all, login.Email)
	}
	return all, nil
}
