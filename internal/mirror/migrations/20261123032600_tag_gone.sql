-- +goose Up

-- What deleted tags were called and in which group they lay, for what tells of the past.
CREATE TABLE mirror_tag_gone (
    corp_id  TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    group_id TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    gone_at  BIGINT NOT NULL,
    PRIMARY KEY (corp_id, id)
);

-- +goose Down

DROP TABLE mirror_tag_gone;
