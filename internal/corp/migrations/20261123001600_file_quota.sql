-- +goose Up
-- What the installation's owner grants a corp: bytes of files that it may keep, 0 for as
-- many as it likes.
ALTER TABLE corp_corp ADD COLUMN file_quota BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE corp_corp DROP COLUMN file_quota;
