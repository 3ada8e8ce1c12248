-- +goose Up
-- Pictures uploaded to WeCom for good (uploadimg): the daily quota is small, so equal
-- bytes are uploaded once.
CREATE TABLE message_picture (
    corp_id    TEXT   NOT NULL,
    hash       TEXT   NOT NULL, -- SHA-256 of the bytes, hex
    kind       TEXT   NOT NULL, -- image/png | image/jpeg
    size       BIGINT NOT NULL,
    url        TEXT   NOT NULL, -- WeCom's permanent address
    created_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, hash)
);

-- +goose Down
DROP TABLE message_picture;
