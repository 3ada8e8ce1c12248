-- +goose Up
ALTER TABLE tag_rule ADD COLUMN problem TEXT NOT NULL DEFAULT ''; -- trimmed | stopped: tags of it were deleted; '' none
ALTER TABLE tag_rule ADD COLUMN tagged BIGINT NOT NULL DEFAULT 0; -- follows tagged in all
UPDATE tag_rule SET tagged = (SELECT COUNT(*) FROM tag_hit AS h WHERE h.rule_id = tag_rule.id AND h.outcome = 'tagged');

-- +goose Down
ALTER TABLE tag_rule DROP COLUMN tagged;
ALTER TABLE tag_rule DROP COLUMN problem;
