-- Owner: adapters/postgres/transfer_use.go, transfer.go
--
-- Files that a practice keeps to show clients what is meant by what it asks for. One is a use with a name: of bytes that
-- somebody of the practice has sent for it ('example', whose link_id is its own id), or of those of an example on a task. Its
-- target is the template that names it, or itself, until it is given up. It belongs to the practice: no key of a client seals
-- the name, as none seals what a template says.

-- +goose Up

ALTER TABLE transfer.upload_transfer
    DROP CONSTRAINT target_kind_is_known,
    ADD CONSTRAINT target_kind_is_known CHECK (target_kind IN ('', 'task_contact', 'task_staff', 'example'));

ALTER TABLE transfer.transfer_use ADD COLUMN name text NOT NULL DEFAULT '';
CREATE INDEX transfer_use_by_target ON transfer.transfer_use (target_id) WHERE name <> '';
