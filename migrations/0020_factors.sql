-- Owner: adapters/postgres/account_factor.go, account_code.go, account.go, account_people.go, account_session.go, contact_login.go, contact_session.go
--
-- Second factors of staff and contacts. A person is named by their id; what a method works with (an app's secret, a
-- telephone number, a passkey's key) is sealed under that person's key. Codes aren't stored: they are derived.

-- +goose Up

ALTER TABLE account.staff_session
    ADD COLUMN second_at    timestamptz(3), -- when the second factor was shown in it
    ADD COLUMN confirmed_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(); -- when the person last proved who they are

CREATE TABLE account.factor (
    id                uuid PRIMARY KEY,
    person            uuid NOT NULL,
    firm_no           integer NOT NULL,
    kind              text NOT NULL CONSTRAINT factor_is_of_somebody CHECK (kind IN ('staff', 'contact')),
    method            text NOT NULL CONSTRAINT factor_method_is_known CHECK (method IN ('app', 'passkey', 'mail', 'text')),
    sealed            bytea, -- NULL: the method needs nothing
    credential_sha256 bytea CONSTRAINT passkey_is_of_one_person UNIQUE,
    last_step         bigint NOT NULL DEFAULT 0, -- of an app: the half minute of the newest code that was used
    created_at        timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    confirmed_at      timestamptz(3), -- NULL: it was begun and is no method yet
    last_used_at      timestamptz(3),
    CONSTRAINT staff_have_no_codes_by_mail CHECK (kind <> 'staff' OR method <> 'mail'),
    CONSTRAINT factor_passkey_has_a_credential CHECK ((method = 'passkey') = (credential_sha256 IS NOT NULL))
);
CREATE INDEX factor_by_person ON account.factor (person);
CREATE UNIQUE INDEX factor_once_a_method ON account.factor (person, method) WHERE confirmed_at IS NOT NULL AND method <> 'passkey';

CREATE TABLE account.recovery_code (
    person      uuid NOT NULL,
    code_sha256 bytea NOT NULL CONSTRAINT recovery_code_is_a_digest CHECK (length(code_sha256) = 32),
    PRIMARY KEY (person, code_sha256)
);

CREATE TABLE account.code (
    person     uuid NOT NULL,
    purpose    text NOT NULL,
    generation integer NOT NULL,
    made_at    timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    tries      integer NOT NULL DEFAULT 0,
    used_at    timestamptz(3),
    PRIMARY KEY (person, purpose)
);

CREATE TABLE account.trusted_device (
    id_sha256 bytea PRIMARY KEY CONSTRAINT trusted_device_is_a_digest CHECK (length(id_sha256) = 32),
    person    uuid NOT NULL,
    shown_at  timestamptz(3) NOT NULL DEFAULT statement_timestamp()
);
CREATE INDEX trusted_device_by_person ON account.trusted_device (person);
CREATE INDEX trusted_device_by_age ON account.trusted_device (shown_at);

-- Answers to passkeys' challenges, so that none counts twice while its challenge is young.
CREATE TABLE account.spent_challenge (
    id_sha256 bytea PRIMARY KEY,
    at        timestamptz(3) NOT NULL DEFAULT statement_timestamp()
);
CREATE INDEX spent_challenge_by_age ON account.spent_challenge (at);

GRANT SELECT, INSERT, UPDATE, DELETE ON account.factor, account.recovery_code, account.code, account.trusted_device, account.spent_challenge TO portico_app;
