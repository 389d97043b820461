-- Owner: adapters/postgres/contact_login.go, contact_session.go
--
-- How contacts enter. A contact is found by address before the practice is known, so no row-level security stands here;
-- every statement names the contact, or what only they can know.

-- +goose Up

CREATE TABLE account.contact_login (
    contact      uuid PRIMARY KEY,
    firm_no      integer NOT NULL,
    email        text NOT NULL CONSTRAINT contact_email_is_canonical CHECK (email = lower(email)),
    password_phc text CONSTRAINT contact_password_is_argon2id CHECK (password_phc LIKE '$argon2id$%'),
    terms        integer NOT NULL DEFAULT 0,
    created_at   timestamptz(3) NOT NULL DEFAULT statement_timestamp()
);
CREATE INDEX contact_login_by_email ON account.contact_login (email);

-- One row a browser and contact. The mark in the browser changes at each sign-in, the id stays.
CREATE TABLE account.contact_device (
    id           uuid PRIMARY KEY,
    mark_sha256  bytea NOT NULL CONSTRAINT contact_device_is_a_digest CHECK (length(mark_sha256) = 32),
    contact      uuid NOT NULL REFERENCES account.contact_login ON DELETE CASCADE,
    created_at   timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    last_seen_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    CONSTRAINT contact_device_is_one_browser UNIQUE (mark_sha256, contact)
);
CREATE INDEX contact_device_by_contact ON account.contact_device (contact);
CREATE INDEX contact_device_by_age ON account.contact_device (last_seen_at);

CREATE TABLE account.contact_session (
    id_sha256    bytea PRIMARY KEY CONSTRAINT contact_session_is_a_digest CHECK (length(id_sha256) = 32),
    id           uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT contact_session_has_one_name UNIQUE,
    contact      uuid NOT NULL REFERENCES account.contact_login ON DELETE CASCADE,
    device       uuid NOT NULL,
    by_link      boolean NOT NULL,
    created_at   timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    last_seen_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    second_at    timestamptz(3),
    revoked_at   timestamptz(3),
    address      text NOT NULL,
    agent        text NOT NULL
);
CREATE INDEX contact_session_by_contact ON account.contact_session (contact);
CREATE INDEX contact_session_by_age ON account.contact_session (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON account.contact_login, account.contact_device, account.contact_session TO portico_app;
