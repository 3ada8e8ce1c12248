-- +goose Up
-- A flow's customers with those who left, the newest in their stage first.
CREATE INDEX stage_placement_all ON stage_placement (corp_id, flow_id, entered_at DESC, id DESC);

-- +goose Down
DROP INDEX stage_placement_all;
