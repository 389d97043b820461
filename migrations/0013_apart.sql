-- Owner: adapters/postgres/timers.go, effects.go
--
-- Timers and effects are the system's: what answers people never reads them, so its role need not see those of all
-- practices.

-- +goose Up

REVOKE SELECT ON es.timers, es.effects FROM portico_app;
