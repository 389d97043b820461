-- Owner: adapters/postgres/webhook_delivery.go, webhook_ledger.go
--
-- Webhooks out: see portico/app/webhook. Endpoints are decided in es.events; the first table is what the reactor that hands
-- events out has heard of them so far, in the order of the log. The second one is what became of each try, without which the
-- ledger still tells whether a message has arrived.

-- +goose Up

CREATE SCHEMA webhook;
GRANT USAGE ON SCHEMA webhook TO portico_app;

CREATE TABLE webhook.endpoint (
    id      uuid    PRIMARY KEY,
    firm_no integer NOT NULL,
    types   text[]  NOT NULL,
    is_on   boolean NOT NULL
);
CREATE INDEX endpoint_by_firm ON webhook.endpoint (firm_no);

CREATE TABLE webhook.attempt (
    effect_key  text           NOT NULL,
    n           integer        NOT NULL,
    firm_no     integer        NOT NULL,
    endpoint_id uuid           NOT NULL,
    at          timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    took_ms     integer        NOT NULL,
    status      integer        NOT NULL, -- of the answer; 0: there was none
    why         text           NOT NULL, -- there was none
    answer      text           NOT NULL, -- its first bytes
    delivered   boolean        NOT NULL,
    PRIMARY KEY (effect_key, n)
);
CREATE INDEX attempt_by_age ON webhook.attempt (at);
CREATE INDEX attempt_delivered ON webhook.attempt (endpoint_id, at) WHERE delivered;

ALTER TABLE webhook.endpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook.attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON webhook.endpoint USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
CREATE POLICY firm ON webhook.attempt USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT ON webhook.endpoint, webhook.attempt TO portico_app;


-- The ledger of one endpoint, the newest first.
CREATE INDEX effects_webhook ON es.effects (stream_id, created_at DESC, key DESC) WHERE kind = 'webhook.delivery';
