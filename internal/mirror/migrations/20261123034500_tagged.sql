-- +goose Up

-- How many tags a follow has, members' own not counted: so those without any are found by
-- an index instead of asking each. Rows that are there already are counted by the next sync,
-- since a million of them are not to be locked at once; until then they are looked at.
ALTER TABLE mirror_follow ADD COLUMN tagged BIGINT NOT NULL DEFAULT 0;
CREATE INDEX mirror_follow_untagged ON mirror_follow (corp_id, added_at DESC, id DESC) WHERE tagged = 0;

-- +goose Down

DROP INDEX mirror_follow_untagged;
ALTER TABLE mirror_follow DROP COLUMN tagged;
