-- +goose Up
-- A hit waits until WeCom has taken its tags or refused them: outcome waiting | refused, too.
ALTER TABLE tag_hit ADD COLUMN errcode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tag_hit ADD COLUMN advice TEXT NOT NULL DEFAULT ''; -- WeCom's, when it refused

-- +goose Down
ALTER TABLE tag_hit DROP COLUMN advice;
ALTER TABLE tag_hit DROP COLUMN errcode;
