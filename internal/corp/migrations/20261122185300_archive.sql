-- +goose Up
-- Keys of the message archive (会话内容存档): WeCom encrypts each message for the public key
-- that was set when it was sent, so every private key is kept for as long as the corp is.
CREATE TABLE corp_archive_key (
    corp_id    TEXT   NOT NULL REFERENCES corp_corp (id),
    number     BIGINT NOT NULL, -- 1 for the first
    public     TEXT   NOT NULL, -- PEM
    private    TEXT   NOT NULL, -- sealed
    created_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, number)
);

-- +goose Down
DROP TABLE corp_archive_key;
