-- +goose Up
-- What a run was doing when it failed or was stopped: checking | running | undoing.
ALTER TABLE profile_run ADD COLUMN phase TEXT NOT NULL DEFAULT '';
UPDATE profile_run SET phase = CASE WHEN undone + kept > 0 THEN 'undoing' ELSE 'running' END WHERE state = 'failed';

-- +goose Down
ALTER TABLE profile_run DROP COLUMN phase;
