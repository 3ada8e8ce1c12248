-- +goose Up
-- A move of many can be tried again where it was refused, and undone.
ALTER TABLE stage_batch ADD COLUMN mark BIGINT NOT NULL DEFAULT 0;   -- how far a retry or an undo is: a follow
ALTER TABLE stage_batch ADD COLUMN undone BIGINT NOT NULL DEFAULT 0; -- brought back to where they stood
ALTER TABLE stage_batch ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;   -- not brought back: moved by somebody since
ALTER TABLE stage_batch ADD COLUMN reason TEXT NOT NULL DEFAULT '';  -- why it broke off
ALTER TABLE stage_item ADD COLUMN at BIGINT NOT NULL DEFAULT 0;      -- when it was moved
-- All of a list, in an order that moves do not change.
CREATE INDEX stage_placement_walk ON stage_placement (corp_id, flow_id, id);
-- A member who gets another userid.
CREATE INDEX stage_move_member ON stage_move (corp_id, member_id);

-- +goose Down
DROP INDEX stage_move_member;
DROP INDEX stage_placement_walk;
ALTER TABLE stage_item DROP COLUMN at;
ALTER TABLE stage_batch DROP COLUMN reason;
ALTER TABLE stage_batch DROP COLUMN kept;
ALTER TABLE stage_batch DROP COLUMN undone;
ALTER TABLE stage_batch DROP COLUMN mark;
