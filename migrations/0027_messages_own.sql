-- Owner: adapters/postgres/message_list.go
--
-- Who is limited to their own clients sees the mails and texts that are about those: by the client where one is named, and
-- else by the contact or the upload link.

-- +goose Up

CREATE POLICY own ON es.effects AS RESTRICTIVE USING ((SELECT portal.everybodys()) OR CASE
    WHEN client_id IS NOT NULL THEN client_id IN (SELECT portal.own_clients())
    ELSE person_id IN (SELECT portal.own_contacts()) OR stream_id IN (SELECT portal.own_links()) END);
