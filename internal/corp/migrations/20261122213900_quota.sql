-- +goose Up
-- What the installation's owner grants a corp: API calls in a minute of all its people and
-- keys together, 0 for what the configuration says.
ALTER TABLE corp_corp ADD COLUMN calls_per_minute BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE corp_corp DROP COLUMN calls_per_minute;
