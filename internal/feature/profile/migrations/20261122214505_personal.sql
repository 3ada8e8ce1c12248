-- +goose Up
CREATE INDEX profile_change_old ON profile_change (corp_id, at);

-- +goose Down
DROP INDEX profile_change_old;
