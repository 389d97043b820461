-- Owner: adapters/postgres/account.go, account_people.go, account_session.go
--
-- People see where they are signed in. A session is named by an id that opens nothing; where and in which browser it was
-- opened is for its own person.

-- +goose Up

ALTER TABLE account.staff_session
    ADD COLUMN id      uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT session_has_one_name UNIQUE,
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN agent   text NOT NULL DEFAULT '';
