-- +goose Up

-- What retention looks for each night.
CREATE INDEX export_run_over ON export_run (corp_id, finished_at) WHERE state IN ('expired', 'failed', 'cancelled');

-- +goose Down
DROP INDEX export_run_over;
