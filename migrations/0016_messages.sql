-- Owner: adapters/postgres/effects.go, message_list.go
--
-- What is known of every mail and text: whose matter it is, which events asked for it, how long it was held, under which
-- ids the outside world knows it, and what came back. Pages read it one practice at a time.

-- +goose Up

ALTER TABLE es.effects
    ADD COLUMN person_id    uuid,                             -- whom it goes to or is about, where the event says it
    ADD COLUMN client_id    uuid,                             -- whose matter it is, likewise
    ADD COLUMN causes       integer[] NOT NULL DEFAULT '{}',  -- versions of the events of its stream that asked for it, in the order they were heard; none: from before they were kept
    ADD COLUMN held_until   timestamptz,                      -- NULL: it was due at once
    ADD COLUMN message_ids  text[]    NOT NULL DEFAULT '{}',  -- what the outside world calls it: Message-IDs without their domain, a provider's ids
    ADD COLUMN code         text,                             -- with which it was refused or bounced
    ADD COLUMN delivered_at timestamptz,                      -- the receiving side has it, where anybody tells
    ADD COLUMN bounced_at   timestamptz,                      -- it was refused after it had been handed over
    DROP CONSTRAINT effect_state,
    ADD CONSTRAINT effect_state CHECK (state IN ('waiting', 'done', 'withdrawn', 'refused', 'gave_up'));

UPDATE es.effects SET state = 'refused', code = substring(last_error FROM 'refused for good with (.*)$')
WHERE state = 'withdrawn' AND last_error LIKE '%refused for good with %';

UPDATE es.effects f SET state = 'refused', code = e.data ->> 'code'
FROM es.events e
WHERE f.kind = 'mail.upload_link' AND f.state = 'done' AND e.stream_id = f.stream_id AND e.type = 'uploadlink.mail_bounced'
  AND e.data ->> 'recipient' = f.args ->> 'recipient' AND e.data ->> 'generation' = f.args ->> 'generation';

CREATE INDEX effects_messages ON es.effects (firm_no, created_at, key) WHERE split_part(kind, '.', 1) IN ('mail', 'sms');
CREATE INDEX effects_stream ON es.effects (stream_id);
CREATE INDEX effects_person ON es.effects (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX effects_client ON es.effects (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX effects_message_ids ON es.effects USING gin (message_ids) WHERE message_ids <> '{}';

ALTER TABLE es.effects ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON es.effects USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT ON es.effects TO portico_app;
