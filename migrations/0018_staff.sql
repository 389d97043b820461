-- Owner: adapters/postgres/account.go, account_people.go, account_session.go
--
-- Roles are presets of rights, people of the practice are invited before they join, and may come by their provider of
-- identity. Who is limited to their own clients sees nothing of others, in any read model.

-- +goose Up

ALTER TABLE account.staff
    DROP CONSTRAINT staff_role_is_known,
    ADD CONSTRAINT staff_role_is_known CHECK (role IN
        ('owner', 'admin', 'practitioner', 'practitioner_no_billing', 'assigned', 'assigned_no_billing', 'auditor', 'operator')),
    ALTER COLUMN password_phc DROP NOT NULL, -- invited, or comes by a provider of identity only
    ADD COLUMN joined_at             timestamptz(3),
    ADD COLUMN invitation            integer NOT NULL DEFAULT 0, -- the newest one's number; its secret is derived, not stored
    ADD COLUMN invitation_expires_at timestamptz(3);
UPDATE account.staff SET joined_at = created_at;
ALTER TABLE account.staff
    ADD CONSTRAINT staff_without_joining_was_invited CHECK (joined_at IS NOT NULL OR invitation > 0 AND invitation_expires_at IS NOT NULL);

-- Somebody must be the practice's owner, and the admin of longest standing is who founded it, or has its trust. The other
-- admins stay what they are; a practice without an admin keeps none until its operator names one.
UPDATE account.staff SET role = 'owner' WHERE id IN (
    SELECT DISTINCT ON (firm_no) id FROM account.staff WHERE role = 'admin' AND deactivated_at IS NULL ORDER BY firm_no, created_at, id);

-- Who a provider of identity says that somebody is. Its word for a person is issuer and subject; an address is no name.
CREATE TABLE account.staff_identity (
    issuer    text NOT NULL,
    subject   text NOT NULL,
    staff     uuid NOT NULL REFERENCES account.staff ON DELETE CASCADE,
    linked_at timestamptz(3) NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX staff_identity_by_staff ON account.staff_identity (staff);
GRANT SELECT, INSERT, DELETE ON account.staff_identity TO portico_app;

-- What the policies of the read models ask. Their bodies name views that come and go with the generations of the models,
-- so they are looked up when they run.
-- +goose StatementBegin
CREATE FUNCTION portal.limited_to() RETURNS uuid STABLE LANGUAGE sql AS $$ SELECT nullif(current_setting('portico.limited_to', true), '')::uuid $$;
CREATE FUNCTION portal.everybodys() RETURNS boolean STABLE LANGUAGE sql AS $$ SELECT coalesce(current_setting('portico.limited_to', true), '') = '' $$;
CREATE FUNCTION portal.own_clients() RETURNS SETOF uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT c.id FROM portal.client c WHERE c.owner_id = portal.limited_to();
END $$;
CREATE FUNCTION portal.own_contacts() RETURNS SETOF uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT c.contact_id FROM portal.client_contact c; -- behind its own policy
END $$;
CREATE FUNCTION portal.own_links() RETURNS SETOF uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT l.id FROM portal.upload_link l; -- behind its own policy
END $$;
-- +goose StatementEnd
