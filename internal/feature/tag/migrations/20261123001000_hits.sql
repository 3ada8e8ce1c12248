-- +goose Up
-- Old hits are removed, the oldest first.
CREATE INDEX tag_hit_oldest ON tag_hit (at);

-- +goose Down
DROP INDEX tag_hit_oldest;
