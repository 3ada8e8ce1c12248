-- +goose Up
CREATE INDEX tag_run_item_customer ON tag_run_item (corp_id, customer);
CREATE INDEX tag_hit_customer ON tag_hit (corp_id, customer);

-- +goose Down
DROP INDEX tag_hit_customer;
DROP INDEX tag_run_item_customer;
