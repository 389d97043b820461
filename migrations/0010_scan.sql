-- Owner: adapters/postgres/transfer.go
-- +goose Up

-- A virus was found in it: its bytes are kept apart from those that people can ask for.
ALTER TABLE transfer.upload_transfer
    DROP CONSTRAINT state_is_known,
    DROP CONSTRAINT whole_files_have_a_digest,
    ADD CONSTRAINT state_is_known CHECK (state IN ('receiving', 'finishing', 'received', 'abandoned', 'discarded', 'quarantined')),
    ADD CONSTRAINT whole_files_have_a_digest
        CHECK (state NOT IN ('finishing', 'received', 'quarantined') OR sha256 IS NOT NULL AND byte_offset = size);
