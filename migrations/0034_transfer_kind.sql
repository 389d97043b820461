-- Owner: adapters/postgres/transfer.go
--
-- What sort of target a transfer has, and as what its sender came: '' is a mailed link, 'task_contact' and 'task_staff' a
-- task, whose id stands in link_id, as that of the contact or the colleague does in recipient_id.

-- +goose Up

ALTER TABLE transfer.upload_transfer
    ADD COLUMN target_kind text NOT NULL DEFAULT '' CONSTRAINT target_kind_is_known CHECK (target_kind IN ('', 'task_contact', 'task_staff'));
