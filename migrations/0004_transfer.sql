-- Owner: adapters/postgres/transfer.go, transfer_use.go
--
-- Files on their way in. A row is the only truth about a transfer: bytes in the store beyond its offset do not exist. What
-- happened to a file is in the events; this is what a request needs to continue one. Names are not here: they are
-- personal, and the events keep them sealed. All times are the database's.

-- +goose Up

CREATE SCHEMA transfer;
GRANT USAGE ON SCHEMA transfer TO portico_app;

CREATE TABLE transfer.upload_transfer (
    id               uuid        PRIMARY KEY,
    firm_no          integer     NOT NULL,
    link_id          uuid        NOT NULL,
    recipient_id     uuid        NOT NULL,
    size             bigint      NOT NULL CONSTRAINT size_is_positive CHECK (size > 0),
    byte_offset      bigint      NOT NULL DEFAULT 0 CONSTRAINT offset_is_within CHECK (byte_offset BETWEEN 0 AND size),
    hash_state       bytea,      -- SHA-256 of the bytes below byte_offset; may hold 63 of them, so it goes with completion
    epoch            bigint      NOT NULL DEFAULT 0, -- of the newest writer; older ones record nothing
    sha256           bytea       CONSTRAINT sha256_is_a_digest CHECK (octet_length(sha256) = 32),
    extension        text        NOT NULL,
    declared_media   text        NOT NULL, -- by the sender
    found_media      text        NOT NULL DEFAULT '', -- by content
    storage_key      text,       -- where the bytes are; NULL once they are destroyed
    state            text        NOT NULL CONSTRAINT state_is_known
                     CHECK (state IN ('receiving', 'finishing', 'received', 'abandoned', 'discarded')),
    reason           text        NOT NULL DEFAULT '', -- of an abandoned one
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_progress_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at       timestamptz NOT NULL,
    CONSTRAINT whole_files_have_a_digest CHECK (state NOT IN ('finishing', 'received') OR sha256 IS NOT NULL AND byte_offset = size),
    CONSTRAINT only_running_ones_keep_a_hash_state CHECK (hash_state IS NULL OR state = 'receiving')
) WITH (fillfactor = 80);

-- What Stale looks for; finished files are in neither.
CREATE INDEX upload_transfer_running ON transfer.upload_transfer (expires_at) WHERE state = 'receiving';
CREATE INDEX upload_transfer_open_end ON transfer.upload_transfer (last_progress_at)
    WHERE state = 'finishing' OR state IN ('abandoned', 'discarded') AND storage_key IS NOT NULL;

ALTER TABLE transfer.upload_transfer ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON transfer.upload_transfer
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE ON transfer.upload_transfer TO portico_app;
