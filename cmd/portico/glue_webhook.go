package main

import (
	"net/netip"

	"portico/adapters/postgres"
	hookadapter "portico/adapters/webhook"
	webhookapp "portico/app/webhook"
)

// ownMachine is what webhooks may call in dev: a program that somebody is writing beside it.
var ownMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// deliveries perform what webhooks are sent.
func (h *house) deliveries(callable []netip.Prefix) webhookapp.Deliveries {
	return webhookapp.Deliveries{Events: h.store, Keys: h.keys.links, Caller: hookadapter.Caller{Networks: callable}, Ledger: postgres.Webhooks{DB: h.db}}
}
