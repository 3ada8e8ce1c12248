-- +goose Up
-- What people save of lists: segments (客户分群), a condition with a name, and views
-- (视图), the looks of the list. As many as people write by hand.
CREATE TABLE customer_saved (
    id         BIGINT NOT NULL PRIMARY KEY,
    corp_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL, -- segment | view
    name       TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    content    TEXT   NOT NULL, -- JSON: a segment's ask.Rule; of a view what the page put there
    owner      TEXT   NOT NULL, -- "member:zhang" or "account:3w…"
    owner_name TEXT   NOT NULL,
    share      TEXT   NOT NULL, -- JSON: with whom
    version    BIGINT NOT NULL, -- grows with every edit: two editors do not overwrite each other
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX customer_saved_newest ON customer_saved (corp_id, kind, updated_at DESC, id DESC);

-- The view with which somebody's list opens.
CREATE TABLE customer_default (
    corp_id  TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    saved_id BIGINT NOT NULL,
    PRIMARY KEY (corp_id, owner)
);

-- +goose Down
DROP TABLE customer_default;
DROP TABLE customer_saved;
