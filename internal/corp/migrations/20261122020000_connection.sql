-- +goose Up
-- When the secret, and when the callback's path, token or key were last changed: what
-- WeCom answered or sent before that says nothing about them.
ALTER TABLE corp_app ADD COLUMN secret_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE corp_app ADD COLUMN callback_at BIGINT NOT NULL DEFAULT 0;
UPDATE corp_app SET secret_at = updated_at, callback_at = updated_at;

-- What last came to an app's callback address.
CREATE TABLE corp_heard (
    app_id  BIGINT NOT NULL,
    outcome TEXT   NOT NULL, -- verified | event | signature | ciphertext | receiver
    at      BIGINT NOT NULL,
    PRIMARY KEY (app_id, outcome)
);

-- Files by which WeCom checks whose a domain is: WW_verify_….txt at its root.
CREATE TABLE corp_file (
    name       TEXT   NOT NULL PRIMARY KEY,
    corp_id    TEXT   NOT NULL REFERENCES corp_corp (id),
    content    TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX corp_file_corp ON corp_file (corp_id);

-- +goose Down
DROP TABLE corp_file;
DROP TABLE corp_heard;
ALTER TABLE corp_app DROP COLUMN callback_at;
ALTER TABLE corp_app DROP COLUMN secret_at;
