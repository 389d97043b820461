-- Owner: adapters/postgres/task_draft.go
--
-- What contacts have typed for items of a request and not returned yet. It is no event: what was never sent stays nowhere.
-- The text is sealed under the subject of the task, whose erasure ends it.

-- +goose Up

CREATE TABLE intake.item_draft (
    firm_no    integer        NOT NULL,
    task_id    uuid           NOT NULL,
    contact_id uuid           NOT NULL,
    item_id    uuid           NOT NULL,
    subject_id uuid           NOT NULL,
    sealed     bytea          NOT NULL,
    saved_at   timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (task_id, contact_id, item_id)
);
CREATE INDEX item_draft_by_age ON intake.item_draft (saved_at);

ALTER TABLE intake.item_draft ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON intake.item_draft
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE, DELETE ON intake.item_draft TO portico_app;
