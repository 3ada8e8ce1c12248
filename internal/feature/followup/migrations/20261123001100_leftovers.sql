-- +goose Up
-- Since when no note names a picture, 0 while one does. Of those there are, the sweep looks up which are named.
ALTER TABLE followup_picture ADD COLUMN loose_at BIGINT NOT NULL DEFAULT 0;
UPDATE followup_picture SET loose_at = created_at;
CREATE INDEX followup_picture_loose ON followup_picture (loose_at) WHERE loose_at > 0;
-- 1 once the search index knows a note; those written before there was one are brought in later.
ALTER TABLE followup_note ADD COLUMN findable INTEGER NOT NULL DEFAULT 0;
CREATE INDEX followup_note_unfindable ON followup_note (id) WHERE findable = 0;

-- +goose Down
DROP INDEX followup_note_unfindable;
ALTER TABLE followup_note DROP COLUMN findable;
DROP INDEX followup_picture_loose;
ALTER TABLE followup_picture DROP COLUMN loose_at;
