-- +goose Up
-- Endings that still name the customer, the oldest first: what the retention takes the person out of.
CREATE INDEX churn_ending_named ON churn_ending (corp_id, ended_at) WHERE name <> '' OR remark <> '';

-- +goose Down
DROP INDEX churn_ending_named;
