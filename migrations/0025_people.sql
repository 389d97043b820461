-- Owner: adapters/postgres/account.go, account_people.go, account_session.go
--
-- Who leaves the practice hands on what they had: somebody who stays hears of their links, and sees those that are
-- nobody's client's.

-- +goose Up

ALTER TABLE account.staff
    ADD COLUMN handed_to uuid REFERENCES account.staff CONSTRAINT nobody_hands_on_to_themselves CHECK (handed_to <> id);
CREATE INDEX staff_by_handed_to ON account.staff (handed_to) WHERE handed_to IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION portal.own_senders() RETURNS SETOF uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
        WITH RECURSIVE mine (id) AS (
            SELECT portal.limited_to()
            UNION
            SELECT s.id FROM account.staff s JOIN mine m ON s.handed_to = m.id WHERE s.deactivated_at IS NOT NULL)
        SELECT m.id FROM mine m;
END $$;
-- +goose StatementEnd
