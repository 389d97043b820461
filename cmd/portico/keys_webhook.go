package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portico/adapters/postgres"
	"portico/app/es"
	hookdomain "portico/domain/webhook"

	"github.com/google/uuid"
)

// signing are the webhooks that are sent something, by the key of the ring that their secrets are made of.
func (h *house) signing(ctx context.Context) (map[byte][]uuid.UUID, error) {
	firms, err := postgres.Webhooks{DB: h.db}.Ever(ctx)
	if err != nil {
		return nil, err
	}
	under := map[byte][]uuid.UUID{}
	for id, firm := range firms {
		w, _, now, err := es.State[hookdomain.Webhook, hookdomain.Event](ctx, h.store, firm, hookdomain.Stream(id))
		if err != nil {
			return nil, fmt.Errorf("read webhook %s: %w", id, err)
		}
		if !w.On() {
			continue
		}
		for _, s := range w.Secrets(now) {
			key := byte(s.Key) //nolint:gosec // it was a byte when it was written
			if !slices.Contains(under[key], id) {
				under[key] = append(under[key], id)
			}
		}
	}
	return under, nil
}

// unsigned says what webhooks are sent nothing any more, because the key of their secret was taken off the ring; "" where
// all can be signed. A receiver checks with what it was given, so nothing can be made anew in silence.
func (k keys) unsigned(under map[byte][]uuid.UUID) string {
	var missing []string
	for _, key := range slices.Sorted(maps.Keys(under)) {
		if k.links.Has(key) {
			continue
		}
		var ids []string
		for _, id := range under[key] {
			ids = append(ids, id.String())
		}
		slices.Sort(ids)
		missing = append(missing, fmt.Sprintf("key %d of PORTICO_LINK_KEYS is missing, which signs for the webhooks %s", key, strings.Join(ids, ", ")))
	}
	return strings.Join(missing, "; ")
}

// examineWebhookKeys tells which keys of the ring webhooks still need: those can't be taken off it yet.
func examineWebhookKeys(ctx context.Context, h *house, k keys) finding {
	const check = "webhook keys"
	under, err := h.signing(ctx)
	if err != nil {
		return wrong(check, "See the lines above.", "%v", err)
	}
	if missing := k.unsigned(under); missing != "" {
		return wrong(check, "Put the key back behind the newest one, or let the practices replace the secrets of these webhooks (Settings, Webhooks).", "%s", missing)
	}
	var needed []string
	for _, key := range slices.Sorted(maps.Keys(under)) {
		needed = append(needed, fmt.Sprintf("key %d signs for %d", key, len(under[key])))
	}
	if len(needed) == 0 {
		return fine(check, "no webhook is switched on")
	}
	return fine(check, "%s; a key that signs for some stays on the ring", strings.Join(needed, ", "))
}
