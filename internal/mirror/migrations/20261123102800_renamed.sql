-- +goose Up

-- Userids that WeCom has changed: callbacks and answers under the old one may still come.
CREATE TABLE mirror_renamed (
    corp_id   TEXT   NOT NULL,
    lookup    TEXT   NOT NULL, -- the userid before, in lower case
    member_id TEXT   NOT NULL, -- the userid since
    told_at   BIGINT NOT NULL, -- CreateTime of the callback that told
    PRIMARY KEY (corp_id, lookup)
);
CREATE INDEX mirror_renamed_member ON mirror_renamed (corp_id, member_id);

-- +goose Down

DROP TABLE mirror_renamed;
