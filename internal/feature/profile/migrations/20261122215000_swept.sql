-- +goose Up
ALTER TABLE profile_run ADD COLUMN swept_at BIGINT NOT NULL DEFAULT 0; -- of an import: when its file was removed
CREATE INDEX profile_run_file ON profile_run (created_at) WHERE kind = 'import' AND swept_at = 0;

-- +goose Down
DROP INDEX profile_run_file;
ALTER TABLE profile_run DROP COLUMN swept_at;
