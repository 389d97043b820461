package main

import (
	"net/netip"

	"portico/adapters/postgres"
	hookadapter "portico/adapters/webhook"
	webhookapp "portico/app/webhook"
	hookdomain "portico/domain/webhook"
)

// ownMachine is what webhooks may call in dev: a program that somebody is writing beside it.
var ownMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// hooks are the commands of webhooks, where the operator lets them call some networks inside.
func (h *house) hooks(callable []netip.Prefix) webhookapp.Commands {
	return webhookapp.Commands{Events: h.store, Keys: h.keys.links, Rules: hookdomain.Rules{Plain: len(callable) > 0}, Reader: postgres.Webhooks{DB: h.db}}
}

// deliveries perform what webhooks are sent.
func (h *house) deliveries(callable []netip.Prefix) webhookapp.Deliveries {
	return webhookapp.Deliveries{Events: h.store, Keys: h.keys.links, Caller: hookadapter.Caller{Networks: callable}, Ledger: postgres.Webhooks{DB: h.db}}
}
