-- +goose Up
-- The moves a member made: found when WeCom gives him another userid.
CREATE INDEX stage_move_mover ON stage_move (corp_id, by_member);

-- +goose Down
DROP INDEX stage_move_mover;
