-- +goose Up
-- What people save under a name: views of lists (视图) and segments (客户分群). As many as
-- people write by hand.
CREATE TABLE saved_item (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    kind       TEXT    NOT NULL, -- "audit.list": a view of that list; "customer.segment"
    name       TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    content    TEXT    NOT NULL, -- JSON: of a view what the page put there, a segment's ask.Rule
    owner      TEXT    NOT NULL, -- "member:zhang" or "account:3w…"
    owner_name TEXT    NOT NULL,
    share      TEXT    NOT NULL, -- JSON: with whom
    shared     BOOLEAN NOT NULL, -- with anybody
    version    BIGINT  NOT NULL, -- grows with every edit: two editors do not overwrite each other
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL
);
CREATE INDEX saved_item_own ON saved_item (corp_id, owner, kind, updated_at DESC, id DESC);
-- What is shared is found beside one's own, however much others keep for themselves.
CREATE INDEX saved_item_shared ON saved_item (corp_id, kind, updated_at DESC, id DESC) WHERE shared;

-- The view with which somebody's list opens.
CREATE TABLE saved_default (
    corp_id TEXT   NOT NULL,
    owner   TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    item_id BIGINT NOT NULL,
    PRIMARY KEY (corp_id, owner, kind)
);
CREATE INDEX saved_default_item ON saved_default (corp_id, item_id);

-- +goose Down
DROP TABLE saved_default;
DROP TABLE saved_item;
