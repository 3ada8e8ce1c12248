-- +goose Up

-- Segments and views are kept with those of all lists now.
INSERT INTO saved_item (id, corp_id, kind, name, note, content, owner, owner_name, share, shared, version, created_at, updated_at)
    SELECT id, corp_id, CASE kind WHEN 'segment' THEN 'customer.segment' ELSE 'customer.list' END,
        name, note, content, owner, owner_name, share, shared, version, created_at, updated_at
    FROM customer_saved;
INSERT INTO saved_default (corp_id, owner, kind, item_id)
    SELECT corp_id, owner, 'customer.list', saved_id FROM customer_default;
DROP TABLE customer_default;
DROP TABLE customer_saved;

-- +goose Down

CREATE TABLE customer_saved (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    owner_name TEXT    NOT NULL,
    share      TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    shared     BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX customer_saved_own ON customer_saved (corp_id, kind, owner, updated_at DESC, id DESC);
CREATE INDEX customer_saved_shared ON customer_saved (corp_id, kind, updated_at DESC, id DESC) WHERE shared;
CREATE TABLE customer_default (
    corp_id  TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    saved_id BIGINT NOT NULL,
    PRIMARY KEY (corp_id, owner)
);
INSERT INTO customer_saved (id, corp_id, kind, name, note, content, owner, owner_name, share, version, created_at, updated_at, shared)
    SELECT id, corp_id, CASE kind WHEN 'customer.segment' THEN 'segment' ELSE 'view' END,
        name, note, content, owner, owner_name, share, version, created_at, updated_at, shared
    FROM saved_item WHERE kind IN ('customer.segment', 'customer.list');
INSERT INTO customer_default (corp_id, owner, saved_id)
    SELECT corp_id, owner, item_id FROM saved_default WHERE kind = 'customer.list';
DELETE FROM saved_default WHERE kind = 'customer.list';
DELETE FROM saved_item WHERE kind IN ('customer.segment', 'customer.list');
