-- +goose Up
-- How long entries stay stands in the signed head: audit_setting bears no signature, so whoever
-- owned the database could have retention remove what it should keep. -1 until the head is signed
-- the next time, when what audit_setting says is taken over, no shorter than the law allows.
ALTER TABLE audit_head ADD COLUMN days BIGINT NOT NULL DEFAULT -1;

-- +goose Down
ALTER TABLE audit_head DROP COLUMN days;
