-- +goose Up
-- Lists by what few follows or customers have begin at these instead of asking everybody.
CREATE INDEX mirror_follow_way ON mirror_follow (corp_id, add_way, added_at DESC, id DESC);
CREATE INDEX mirror_customer_gender ON mirror_customer (corp_id, gender);
CREATE INDEX mirror_customer_type ON mirror_customer (corp_id, type);
CREATE INDEX mirror_customer_follows ON mirror_customer (corp_id, follows);

-- +goose Down
DROP INDEX mirror_customer_follows;
DROP INDEX mirror_customer_type;
DROP INDEX mirror_customer_gender;
DROP INDEX mirror_follow_way;
