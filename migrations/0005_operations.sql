-- Owner: adapters/postgres/subscription.go, operation.go
-- +goose Up

-- Positions that an operator has told this code version to pass over, each recorded as operation.event_skipped. The next
-- version of the code folds them again.
ALTER TABLE es.projections ADD COLUMN skipped bigint[] NOT NULL DEFAULT '{}';
