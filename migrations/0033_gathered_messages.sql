-- Owner: adapters/postgres/effects.go, message_list.go, message_reports.go
--
-- One mail tells somebody of all that came up for them within a moment, in whichever streams that was: while it waits it
-- gathers what else there is for them.

-- +goose Up

ALTER TABLE es.effects
    ADD COLUMN gathers uuid,                         -- for whom; NULL: it stands for its own stream alone
    ADD COLUMN streams uuid[] NOT NULL DEFAULT '{}', -- of what it has gathered: the stream of each of its causes
    ADD CONSTRAINT each_cause_has_its_stream CHECK (gathers IS NULL OR cardinality(streams) = cardinality(causes));

CREATE INDEX effects_gathering ON es.effects (gathers, kind) WHERE gathers IS NOT NULL;
