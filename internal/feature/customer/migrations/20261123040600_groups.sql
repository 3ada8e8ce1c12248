-- +goose Up
-- When customers left groups, and since when they had been in them: the mirror knows only who
-- is in a group now.
CREATE TABLE customer_group (
    id       BIGINT  NOT NULL PRIMARY KEY, -- event id
    corp_id  TEXT    NOT NULL,
    customer TEXT    NOT NULL,             -- external_userid
    chat     TEXT    NOT NULL,             -- chat_id
    kind     TEXT    NOT NULL,             -- joined | left | removed
    repaired BOOLEAN NOT NULL,             -- found by a re-sync
    at       BIGINT  NOT NULL
);
-- Two apps of the corp may tell the same fact.
CREATE UNIQUE INDEX customer_group_fact ON customer_group (corp_id, customer, chat, kind, at);
CREATE INDEX customer_group_customer ON customer_group (corp_id, customer, at DESC, id DESC);

-- +goose Down
DROP TABLE customer_group;
