-- Owner: adapters/postgres/invite_job.go, invite_job_rows.go
--
-- People who are to be invited together: see portico/app/invitejob. What was decided, and by whom, is in es.events; what
-- became of an invitation, in its own history. Rows hold ids only, so erasing somebody changes nothing here.

-- +goose Up

CREATE TABLE intake.invite_job (
    id         uuid PRIMARY KEY,
    firm_no    integer        NOT NULL,
    staff      uuid           NOT NULL, -- in whose name they go; zero: the operator's
    chosen     text           NOT NULL, -- how, in words
    people     integer        NOT NULL CONSTRAINT invite_job_has_people CHECK (people > 0),
    sha256     text           NOT NULL CONSTRAINT invite_job_list_has_a_digest CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    channels   text           NOT NULL,
    message    text           NOT NULL,
    access     text           NOT NULL,
    due_on     text           NOT NULL,
    expires_on date           NOT NULL,
    zone       text           NOT NULL,
    again      boolean        NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    kept_until timestamptz(3)           -- NULL: somebody has confirmed it
);
CREATE INDEX invite_job_by_firm ON intake.invite_job (firm_no, created_at DESC);
CREATE INDEX invite_job_by_end ON intake.invite_job (kept_until) WHERE kept_until IS NOT NULL;

CREATE TABLE intake.invite_job_row (
    job_id     uuid    NOT NULL REFERENCES intake.invite_job ON DELETE CASCADE,
    firm_no    integer NOT NULL,
    no         integer NOT NULL,
    contact_id uuid    NOT NULL,
    client_id  uuid    NOT NULL,
    outcome    text    NOT NULL DEFAULT ''
        CONSTRAINT invite_job_outcome_is_known CHECK (outcome IN ('', 'sent', 'skipped', 'failed')),
    code       text    NOT NULL DEFAULT '',
    note       text    NOT NULL DEFAULT '',
    PRIMARY KEY (job_id, no),
    CONSTRAINT a_job_has_a_person_once UNIQUE (job_id, contact_id)
);
CREATE INDEX invite_job_row_waiting ON intake.invite_job_row (job_id, no) WHERE outcome = '';

ALTER TABLE intake.invite_job ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.invite_job_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON intake.invite_job
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
CREATE POLICY firm ON intake.invite_job_row
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE ON intake.invite_job, intake.invite_job_row TO portico_app;
