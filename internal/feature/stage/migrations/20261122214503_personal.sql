-- +goose Up
CREATE INDEX stage_item_customer ON stage_item (corp_id, customer);

-- +goose Down
DROP INDEX stage_item_customer;
