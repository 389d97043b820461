-- Owner: adapters/postgres/contact_session.go
--
-- A contact's session knows when its person last proved who they are: before second factors change, that is asked again.

-- +goose Up

ALTER TABLE account.contact_session ADD COLUMN confirmed_at timestamptz(3) NOT NULL DEFAULT statement_timestamp();
