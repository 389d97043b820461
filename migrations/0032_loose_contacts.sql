-- Owner: adapters/postgres/contact_list.go
--
-- Somebody who is limited to their own clients sees the people who belong to no client, too, if they have added them, or
-- somebody has whose work they go on with.

-- +goose Up

-- Both look past the walls, one for whether a person belongs to any client, whoever's it is, the other because the wall of
-- portal.contact asks here itself. They run as their owner and tell no more than ids of the asker's own making.
-- +goose StatementBegin
CREATE FUNCTION portal.loose_contacts() RETURNS SETOF uuid STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT c.id FROM portal.contact c
        WHERE c.firm_no = nullif(current_setting('portico.firm', true), '')::integer AND c.added_by IN (SELECT portal.own_senders())
          AND NOT EXISTS (SELECT FROM portal.client_contact k WHERE k.contact_id = c.id);
EXCEPTION WHEN undefined_column THEN -- the model of contacts is still the one before this migration
    RETURN;
END $$;
CREATE OR REPLACE FUNCTION portal.own_contacts() RETURNS SETOF uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT c.contact_id FROM portal.client_contact c UNION ALL SELECT portal.loose_contacts(); -- the first behind its own policy
END $$;
-- +goose StatementEnd
