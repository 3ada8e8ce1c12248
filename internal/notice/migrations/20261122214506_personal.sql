-- +goose Up
CREATE INDEX notice_message_href ON notice_message (corp_id, href);

-- +goose Down
DROP INDEX notice_message_href;
