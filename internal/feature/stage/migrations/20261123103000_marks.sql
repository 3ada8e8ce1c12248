-- +goose Up
-- What became of the tags that the stages' rules set with a move.
ALTER TABLE stage_move ADD COLUMN marks TEXT NOT NULL DEFAULT '';      -- waiting | done | refused | lost; '' when none were to be set
ALTER TABLE stage_move ADD COLUMN tags TEXT NOT NULL DEFAULT '';       -- JSON: which, as they were called then
ALTER TABLE stage_move ADD COLUMN errcode INTEGER NOT NULL DEFAULT 0;  -- WeCom's, when it refused
ALTER TABLE stage_move ADD COLUMN advice TEXT NOT NULL DEFAULT '';     -- in Chinese, as it was said then

-- +goose Down
ALTER TABLE stage_move DROP COLUMN advice;
ALTER TABLE stage_move DROP COLUMN errcode;
ALTER TABLE stage_move DROP COLUMN tags;
ALTER TABLE stage_move DROP COLUMN marks;
