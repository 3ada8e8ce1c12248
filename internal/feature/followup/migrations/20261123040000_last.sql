-- +goose Up
-- Who was followed up in a stretch of time.
CREATE INDEX followup_last_at ON followup_last (corp_id, at, member_id, customer);

-- +goose Down
DROP INDEX followup_last_at;
