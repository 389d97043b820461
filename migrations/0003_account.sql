-- Owner: adapters/postgres/account.go, account_people.go, account_session.go
-- +goose Up

-- Accounts are rows: a person must be found by address before the practice is known, so no row-level security stands
-- here. Every statement over many rows names its practice.
CREATE SCHEMA account;
GRANT USAGE ON SCHEMA account TO portico_app;

CREATE TABLE account.staff (
    id             uuid PRIMARY KEY,
    firm_no        integer NOT NULL,
    email          text NOT NULL CONSTRAINT staff_email_is_canonical CHECK (email = lower(email)),
    name           text NOT NULL,
    role           text NOT NULL CONSTRAINT staff_role_is_known CHECK (role IN ('practitioner', 'admin')),
    password_phc   text NOT NULL CONSTRAINT staff_password_is_argon2id CHECK (password_phc LIKE '$argon2id$%'),
    created_at     timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    deactivated_at timestamptz(3),
    CONSTRAINT staff_email_is_one_person UNIQUE (email)
);
CREATE INDEX staff_by_firm ON account.staff (firm_no, name);

CREATE TABLE account.staff_session (
    id_sha256    bytea PRIMARY KEY CONSTRAINT session_id_is_a_digest CHECK (length(id_sha256) = 32),
    staff        uuid NOT NULL REFERENCES account.staff ON DELETE CASCADE,
    created_at   timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    last_seen_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    revoked_at   timestamptz(3)
);
CREATE INDEX staff_session_by_staff ON account.staff_session (staff);
CREATE INDEX staff_session_by_age ON account.staff_session (created_at);

CREATE TABLE account.known_device (
    id_sha256  bytea PRIMARY KEY CONSTRAINT device_id_is_a_digest CHECK (length(id_sha256) = 32),
    staff      uuid NOT NULL REFERENCES account.staff ON DELETE CASCADE,
    created_at timestamptz(3) NOT NULL DEFAULT statement_timestamp()
);
CREATE INDEX known_device_by_age ON account.known_device (created_at);
CREATE INDEX known_device_by_staff ON account.known_device (staff);

CREATE TABLE account.api_token (
    id            uuid PRIMARY KEY,
    secret_sha256 bytea NOT NULL CONSTRAINT api_token_is_one_secret UNIQUE
                  CONSTRAINT api_token_is_a_digest CHECK (length(secret_sha256) = 32),
    staff         uuid NOT NULL REFERENCES account.staff ON DELETE CASCADE,
    name          text NOT NULL,
    created_at    timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    last_used_at  timestamptz(3),
    revoked_at    timestamptz(3)
);
CREATE INDEX api_token_by_staff ON account.api_token (staff);

-- One row per account, network or device that somebody tried to sign in by, under the SHA-256 of its name.
CREATE TABLE account.sign_in_throttle (
    key_sha256 bytea PRIMARY KEY CONSTRAINT throttle_key_is_a_digest CHECK (length(key_sha256) = 32),
    tries      integer NOT NULL,
    last_at    timestamptz(3) NOT NULL
);
CREATE INDEX sign_in_throttle_by_age ON account.sign_in_throttle (last_at);

GRANT SELECT, INSERT, UPDATE ON account.staff, account.api_token TO portico_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON account.staff_session, account.known_device, account.sign_in_throttle TO portico_app;
