-- Owner: adapters/postgres/task_job.go, task_job_rows.go
--
-- What is to be done to many tasks, or asked of many clients: see portico/app/taskjob. What was decided, and by whom, is in
-- es.events; what became of a task, in its own history. Rows hold ids only, so erasing somebody changes nothing here.

-- +goose Up

CREATE TABLE intake.task_job (
    id         uuid PRIMARY KEY,
    firm_no    integer        NOT NULL,
    staff      uuid           NOT NULL, -- in whose name
    chosen     text           NOT NULL, -- how, in words
    act        text           NOT NULL,
    plan       jsonb          NOT NULL, -- what is done to each, the same for all
    targets    integer        NOT NULL CONSTRAINT task_job_has_targets CHECK (targets > 0),
    sha256     text           NOT NULL CONSTRAINT task_job_has_a_digest CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    created_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    kept_until timestamptz(3)           -- NULL: somebody has confirmed it
);
CREATE INDEX task_job_by_firm ON intake.task_job (firm_no, created_at DESC) WHERE kept_until IS NULL;
CREATE INDEX task_job_by_end ON intake.task_job (kept_until) WHERE kept_until IS NOT NULL;

CREATE TABLE intake.task_job_row (
    job_id    uuid    NOT NULL REFERENCES intake.task_job ON DELETE CASCADE,
    firm_no   integer NOT NULL,
    no        integer NOT NULL,
    target_id uuid    NOT NULL, -- a client of an assignment, otherwise a task
    outcome   text    NOT NULL DEFAULT ''
        CONSTRAINT task_job_outcome_is_known CHECK (outcome IN ('', 'done', 'refused')),
    code      text    NOT NULL DEFAULT '',
    note      text    NOT NULL DEFAULT '',
    PRIMARY KEY (job_id, no),
    CONSTRAINT a_job_has_a_target_once UNIQUE (job_id, target_id)
);
CREATE INDEX task_job_row_waiting ON intake.task_job_row (job_id, no) WHERE outcome = '';

ALTER TABLE intake.task_job ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.task_job_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON intake.task_job
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
CREATE POLICY firm ON intake.task_job_row
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE ON intake.task_job, intake.task_job_row TO portico_app;
