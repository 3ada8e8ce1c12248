-- +goose Up
-- What brings customers of the flow into a stage by itself: JSON, corp tags and groups.
ALTER TABLE stage_stage ADD COLUMN pull TEXT NOT NULL DEFAULT '{"tags":[],"groups":[]}';
-- Of a move by such a rule (why tag | group): the tag, or the chat_id.
ALTER TABLE stage_move ADD COLUMN cause TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE stage_move DROP COLUMN cause;
ALTER TABLE stage_stage DROP COLUMN pull;
