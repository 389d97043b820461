-- Owner: adapters/postgres/eventstore.go, append.go, tail.go, subscription.go, timers.go, effects.go, vault.go
--
-- The event store. es.events is the truth of the house: rows enter through es.append alone, and nothing changes or
-- removes them. Reading order is `position`, made safe by the tail (adapters/postgres/tail.go): positions commit out of
-- order, so no reader may ask `position > $last` by itself.

-- +goose Up

-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portico_app') THEN
        CREATE ROLE portico_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster was quicker
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    -- From Postgres 16 on, whoever creates a role is a member that may hand it out and may not take it on.
    IF NOT pg_has_role(current_user, 'portico_app',
            CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT portico_app TO %I', current_user);
    END IF;
END $$;
-- +goose StatementEnd

CREATE SCHEMA es;
CREATE SCHEMA portal; -- the read models: views over the live generation of each projection's tables
CREATE SCHEMA rm;     -- their tables, one set a generation
GRANT USAGE ON SCHEMA es, portal, rm TO portico_app;

CREATE TABLE es.firms (
    no         integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the tenant in every key and index: four bytes
    id         uuid        NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE es.streams (
    stream_id uuid    PRIMARY KEY,
    kind      text    NOT NULL,
    firm_no   integer NOT NULL, -- of es.firms; a foreign key would make every writer share a lock on the same row
    version   integer NOT NULL,
    head_hash bytea   NOT NULL
) WITH (fillfactor = 70); -- room beside each row, so that moving a head touches no index

CREATE SEQUENCE es.position_seq AS bigint CACHE 1; -- CACHE 1 is what makes the tail exact

CREATE TABLE es.events (
    position    bigint      NOT NULL DEFAULT nextval('es.position_seq'),
    stream_id   uuid        NOT NULL,
    version     integer     NOT NULL CONSTRAINT version_counts_from_one CHECK (version > 0),
    firm_no     integer     NOT NULL,
    type        text        NOT NULL,
    schema_ver  smallint    NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    data        json        NOT NULL, -- facts and opaque ids only, canonical (RFC 8785); json keeps the text that the hash covers, and
                                      -- costs a sixth less to write than jsonb
    pii         bytea,                -- personal fields, sealed per subject
    meta        json        NOT NULL,
    hash        bytea       NOT NULL CONSTRAINT hash_is_sha256 CHECK (octet_length(hash) = 32),
    PRIMARY KEY (position)
);
ALTER SEQUENCE es.position_seq OWNED BY es.events.position;
CREATE UNIQUE INDEX events_stream ON es.events (stream_id, version);
CREATE INDEX events_firm ON es.events (firm_no, position);

-- +goose StatementBegin
CREATE FUNCTION es.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'es.events is a history: % is refused', TG_OP USING ERRCODE = 'ES004';
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON es.events FOR EACH ROW EXECUTE FUNCTION es.refuse_change();
CREATE TRIGGER events_stay BEFORE TRUNCATE ON es.events FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

-- What a command id did, so that the same id does it once. Kept 30 days.
CREATE TABLE es.commands (
    firm_no     integer     NOT NULL,
    command_id  uuid        NOT NULL,
    stream_id   uuid        NOT NULL,
    version     integer     NOT NULL,
    fingerprint bytea       NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (firm_no, command_id)
);
CREATE INDEX commands_at ON es.commands (at);

-- One alarm a stream: when time alone changes what its aggregate may do. An alarm clock, never the truth (rule U6).
CREATE TABLE es.timers (
    stream_id  uuid        PRIMARY KEY,
    firm_no    integer     NOT NULL,
    kind       text        NOT NULL,
    due_at     timestamptz NOT NULL,
    generation bigint      NOT NULL DEFAULT 1,
    attempts   integer     NOT NULL DEFAULT 0,
    last_error text
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX timers_due ON es.timers (due_at);

-- +goose StatementBegin
-- es.append decides and writes many appends in one round trip and one commit. An append whose stream's head is not where
-- it expects it (version, hash and firm) loses alone: it writes nothing and draws no position. Locks are taken in one
-- order everywhere: timers, commands, heads; each by id.
--
-- a_*: one element an append, sorted by stream id, each stream at most once. a_alarm: NULL leaves the stream's alarm,
-- 'infinity' clears it, else it is moved there. a_command: NULL for none. e_*: one element an event, in order; e_append
-- is its append's index, from 1.
--
-- verdicts: 0 written; 1 the head was elsewhere (ES001); 2 the command id has taken effect already (ES002).
-- last_position: of the last event of the call; NULL where nothing was written.
CREATE FUNCTION es.append(
    a_stream uuid[], a_kind text[], a_firm integer[], a_expected integer[], a_prev bytea[], a_version integer[], a_head bytea[],
    a_alarm timestamptz[], a_command uuid[], a_print bytea[],
    e_append integer[], e_version integer[], e_type text[], e_schema smallint[], e_at timestamptz[],
    e_data text[], e_pii bytea[], e_meta text[], e_hash bytea[],
    OUT verdicts smallint[], OUT last_position bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n        integer := cardinality(a_stream);
    won      integer := 0;
    commands boolean := cardinality(array_remove(a_command, NULL)) > 0;
    alarms   boolean := cardinality(array_remove(a_alarm, NULL)) > 0;
    known    uuid[]  := '{}'; -- streams whose command has taken effect already
BEGIN
    IF alarms THEN
        PERFORM FROM es.timers t WHERE t.stream_id = ANY (a_stream) ORDER BY t.stream_id FOR UPDATE;
    END IF;
    IF commands THEN
        WITH fresh AS (
            INSERT INTO es.commands (firm_no, command_id, stream_id, version, fingerprint)
            SELECT a.firm, a.command, a.stream, a.version, a.print
            FROM unnest(a_firm, a_command, a_stream, a_version, a_print) AS a (firm, command, stream, version, print)
            WHERE a.command IS NOT NULL ORDER BY a.firm, a.command
            ON CONFLICT DO NOTHING RETURNING stream_id)
        SELECT coalesce(array_agg(a.stream), '{}') INTO known
        FROM unnest(a_stream, a_command) AS a (stream, command)
        WHERE a.command IS NOT NULL AND NOT EXISTS (SELECT FROM fresh WHERE fresh.stream_id = a.stream);
    END IF;

    verdicts := array_fill(1::smallint, ARRAY[n]);
    FOR i IN 1 .. n LOOP -- a loop takes the heads' locks in order; a join would take them as it is planned
        IF commands AND a_stream[i] = ANY (known) THEN
            verdicts[i] := 2;
            CONTINUE;
        END IF;
        IF a_expected[i] = 0 THEN
            INSERT INTO es.streams (stream_id, kind, firm_no, version, head_hash)
            VALUES (a_stream[i], a_kind[i], a_firm[i], a_version[i], a_head[i]) ON CONFLICT DO NOTHING;
        ELSE
            UPDATE es.streams s SET version = a_version[i], head_hash = a_head[i]
            WHERE s.stream_id = a_stream[i] AND s.version = a_expected[i] AND s.head_hash = a_prev[i] AND s.firm_no = a_firm[i];
        END IF;
        IF FOUND THEN
            verdicts[i] := 0;
            won := won + 1;
        END IF;
    END LOOP;

    IF won > 0 THEN
        INSERT INTO es.events (stream_id, version, firm_no, type, schema_ver, occurred_at, data, pii, meta, hash)
        SELECT a_stream[e.append], e.version, a_firm[e.append], e.type, e.schema_ver, e.at, e.data::json, e.pii, e.meta::json, e.hash
        FROM unnest(e_append, e_version, e_type, e_schema, e_at, e_data, e_pii, e_meta, e_hash)
          AS e (append, version, type, schema_ver, at, data, pii, meta, hash)
        WHERE won = n OR verdicts[e.append] = 0;
        last_position := currval('es.position_seq');
    END IF;

    IF commands AND won < n THEN
        DELETE FROM es.commands c
        USING unnest(a_firm, a_command, verdicts) AS a (firm, command, verdict)
        WHERE a.verdict = 1 AND c.firm_no = a.firm AND c.command_id = a.command;
    END IF;
    IF alarms THEN
        INSERT INTO es.timers AS t (stream_id, firm_no, kind, due_at)
        SELECT a.stream, a.firm, a.kind, a.alarm
        FROM unnest(a_stream, a_firm, a_kind, a_alarm, verdicts) AS a (stream, firm, kind, alarm, verdict)
        WHERE a.verdict = 0 AND a.alarm < 'infinity' ORDER BY a.stream
        ON CONFLICT (stream_id) DO UPDATE SET due_at = excluded.due_at, generation = t.generation + 1, attempts = 0, last_error = NULL;
        DELETE FROM es.timers t
        USING unnest(a_stream, a_alarm, verdicts) AS a (stream, alarm, verdict)
        WHERE t.stream_id = a.stream AND a.verdict = 0 AND a.alarm = 'infinity';
    END IF;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION es.append FROM public;
GRANT EXECUTE ON FUNCTION es.append TO portico_app;
GRANT SELECT ON es.events, es.streams, es.firms, es.commands, es.timers, es.position_seq TO portico_app;

-- Projections. One row a projection and code version; `generation` names the tables that serve (blue), a rebuild makes
-- the next generation beside them and swaps.
CREATE TABLE es.projections (
    name       text        NOT NULL,
    version    integer     NOT NULL, -- of the code
    generation integer     NOT NULL,
    position   bigint      NOT NULL, -- everything up to here is in the tables
    failures   integer     NOT NULL DEFAULT 0,
    halted_at  bigint,               -- the position of the event that could not be applied three times
    last_error text,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version)
) WITH (fillfactor = 50);
-- Generations of tables that are being built, serve, or are kept for a day after a swap.
CREATE TABLE es.generations (
    name       text        NOT NULL,
    generation integer     NOT NULL,
    version    integer     NOT NULL,
    state      text        NOT NULL CONSTRAINT generation_state CHECK (state IN ('building', 'live', 'retired')),
    done       bigint      NOT NULL DEFAULT 0, -- events folded so far
    total      bigint      NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    PRIMARY KEY (name, generation)
);
GRANT SELECT ON es.projections, es.generations TO portico_app;

-- What touches the outside world: written in the reactor's transaction, performed by a worker with the key as its
-- idempotency key. Ids only; names and addresses come from the sealed events when it is performed.
CREATE TABLE es.effects (
    key        text        PRIMARY KEY,
    firm_no    integer     NOT NULL,
    kind       text        NOT NULL,
    stream_id  uuid        NOT NULL,
    args       jsonb       NOT NULL,
    state      text        NOT NULL DEFAULT 'waiting' CONSTRAINT effect_state CHECK (state IN ('waiting', 'done', 'withdrawn', 'gave_up')),
    due_at     timestamptz NOT NULL DEFAULT clock_timestamp(), -- not before: hold time, backoff, or the lease of who performs it
    attempts   integer     NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz
);
CREATE INDEX effects_due ON es.effects (due_at) WHERE state = 'waiting';
GRANT SELECT ON es.effects TO portico_app;

-- Keys of personal data: one a firm and subject, wrapped by the master key of the configuration. Destroying one erases
-- the person from every event, backup of events and replay; keep this schema's backups short (30 days).
CREATE SCHEMA vault;
GRANT USAGE ON SCHEMA vault TO portico_app;
CREATE TABLE vault.subject_keys (
    firm_no      integer     NOT NULL,
    subject      uuid        NOT NULL,
    kek_id       text        NOT NULL,
    wrapped_key  bytea,      -- NULL: destroyed
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    PRIMARY KEY (firm_no, subject),
    CONSTRAINT destroyed_means_gone CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
GRANT SELECT, INSERT ON vault.subject_keys TO portico_app;
