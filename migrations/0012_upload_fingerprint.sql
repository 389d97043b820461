-- Owner: adapters/postgres/transfer.go
--
-- By its fingerprint the page knows a file again that is not complete yet, on any device: names and dates lie. It is a
-- digest of the file's ends, made by the sender; like the running hash it goes when the file is complete or ended.

-- +goose Up

ALTER TABLE transfer.upload_transfer
    ADD COLUMN fingerprint text NOT NULL DEFAULT '' CONSTRAINT fingerprint_is_short CHECK (length(fingerprint) <= 64),
    ADD CONSTRAINT only_running_ones_keep_a_fingerprint CHECK (fingerprint = '' OR state = 'receiving');

-- What Running looks for.
CREATE INDEX upload_transfer_of_holder ON transfer.upload_transfer (link_id, recipient_id) WHERE state = 'receiving';
