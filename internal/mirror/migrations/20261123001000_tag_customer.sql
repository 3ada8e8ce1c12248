-- +goose Up

-- Whose follow it is: so the customers who have several tags, each on any of their follows,
-- are found in the indexes of this table alone.
ALTER TABLE mirror_follow_tag ADD COLUMN customer_id BIGINT NOT NULL DEFAULT 0;
UPDATE mirror_follow_tag SET customer_id = (SELECT f.customer_id FROM mirror_follow AS f WHERE f.id = follow_id);
DROP INDEX mirror_follow_tag_newest;
CREATE INDEX mirror_follow_tag_newest ON mirror_follow_tag (corp_id, tag_id, added_at DESC, follow_id DESC, customer_id);
CREATE INDEX mirror_follow_tag_customer ON mirror_follow_tag (corp_id, customer_id, tag_id, follow_id);

-- +goose Down

DROP INDEX mirror_follow_tag_customer;
DROP INDEX mirror_follow_tag_newest;
CREATE INDEX mirror_follow_tag_newest ON mirror_follow_tag (corp_id, tag_id, added_at DESC, follow_id DESC);
ALTER TABLE mirror_follow_tag DROP COLUMN customer_id;
