-- +goose Up

-- What is shared is found beside one's own, however much others keep for themselves.
ALTER TABLE customer_saved ADD COLUMN shared BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE customer_saved SET shared = TRUE WHERE lower(share) NOT LIKE '%"with":"nobody"%';
DROP INDEX customer_saved_newest;
CREATE INDEX customer_saved_own ON customer_saved (corp_id, kind, owner, updated_at DESC, id DESC);
CREATE INDEX customer_saved_shared ON customer_saved (corp_id, kind, updated_at DESC, id DESC) WHERE shared;

-- +goose Down

DROP INDEX customer_saved_shared;
DROP INDEX customer_saved_own;
CREATE INDEX customer_saved_newest ON customer_saved (corp_id, kind, updated_at DESC, id DESC);
ALTER TABLE customer_saved DROP COLUMN shared;
