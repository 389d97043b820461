-- Owner: adapters/postgres/transfer_use.go, transfer.go
--
-- Files that are made of the bytes of one transfer, once there are several; until then a transfer has no row here. The one
-- with the transfer's own id is the first. Bytes are destroyed with the last row.

-- +goose Up

CREATE TABLE transfer.transfer_use (
    id          uuid        PRIMARY KEY,
    firm_no     integer     NOT NULL,
    transfer_id uuid        NOT NULL REFERENCES transfer.upload_transfer (id),
    target_id   uuid        NOT NULL, -- the task or link whose file it is
    confirmed   boolean     NOT NULL DEFAULT false, -- its target is known to name the bytes
    held_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX transfer_use_by_transfer ON transfer.transfer_use (transfer_id);
CREATE INDEX transfer_use_unconfirmed ON transfer.transfer_use (held_at) WHERE NOT confirmed;

ALTER TABLE transfer.transfer_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON transfer.transfer_use
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE, DELETE ON transfer.transfer_use TO portico_app;
