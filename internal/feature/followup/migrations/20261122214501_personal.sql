-- +goose Up
CREATE INDEX followup_picture_customer ON followup_picture (corp_id, customer_id);

-- +goose Down
DROP INDEX followup_picture_customer;
