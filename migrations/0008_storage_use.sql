-- Owner: adapters/postgres/transfer.go
--
-- How much is kept for each practice: the announced sizes of all transfers whose bytes are there or still to come. It
-- moves in the transaction that inserts a transfer or notes that its bytes are gone, so it never differs from their sum;
-- and its row is the lock that keeps transfers which begin at the same moment within the practice's quota.

-- +goose Up

CREATE TABLE transfer.storage_use (
    firm_no integer PRIMARY KEY,
    bytes   bigint  NOT NULL CONSTRAINT use_is_not_negative CHECK (bytes >= 0)
) WITH (fillfactor = 50);

INSERT INTO transfer.storage_use (firm_no, bytes)
SELECT firm_no, sum(size) FROM transfer.upload_transfer WHERE storage_key IS NOT NULL GROUP BY firm_no;

ALTER TABLE transfer.storage_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY firm ON transfer.storage_use
    USING (firm_no = nullif(current_setting('portico.firm', true), '')::integer);
GRANT SELECT, INSERT, UPDATE ON transfer.storage_use TO portico_app;
