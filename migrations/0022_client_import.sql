-- Owner: adapters/postgres/client_import.go
--
-- Lists that practices bring along, as they were read, until they are imported or forgotten: see portico/app/clientimport.

-- +goose Up

CREATE SCHEMA intake;
GRANT USAGE ON SCHEMA intake TO portico_app;

CREATE TABLE intake.client_import (
    id         uuid PRIMARY KEY,
    firm_no    integer        NOT NULL,
    staff      uuid           NOT NULL, -- in whose name rows are taken; zero: the operator's
    file       text           NOT NULL,
    sha256     text           NOT NULL CONSTRAINT import_file_has_a_digest CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    header     text[]         NOT NULL,
    mapping    text[]         NOT NULL, -- by column; '' is left out
    row_count  integer        NOT NULL CONSTRAINT import_has_rows CHECK (row_count > 0),
    created_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    kept_until timestamptz(3) NOT NULL
);
CREATE INDEX client_import_by_firm ON intake.client_import (firm_no, created_at DESC);
CREATE INDEX client_import_by_end ON intake.client_import (kept_until);

CREATE TABLE intake.client_import_row (
    import_id uuid    NOT NULL REFERENCES intake.client_import ON DELETE CASCADE,
    firm_no   integer NOT NULL,
    no        integer NOT NULL,               -- that people see in their own program
    cells     text[]  NOT NULL,
    outcome   text    NOT NULL DEFAULT ''
        CONSTRAINT import_outcome_is_known CHECK (outcome IN ('', 'created', 'changed', 'unchanged', 'refused')),
    note      text    NOT NULL DEFAULT '',
    client_id uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    PRIMARY KEY (import_id, no)
);

ALTER TABLE intake.client_import ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.client_import_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON intake.client_import
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
CREATE POLICY firm ON intake.client_import_row
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE ON intake.client_import, intake.client_import_row TO portico_app;
