-- +goose Up
CREATE TABLE welcome_greeting (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    level      TEXT    NOT NULL, -- company | department | member
    target     TEXT    NOT NULL, -- '' | department id | userid
    content    TEXT    NOT NULL, -- JSON: message.Content
    enabled    BOOLEAN NOT NULL,
    version    BIGINT  NOT NULL,
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL,
    UNIQUE (corp_id, level, target)
);

-- What became of every greeting code (20 s, one use); one row an event.
CREATE TABLE welcome_delivery (
    id        BIGINT  NOT NULL PRIMARY KEY, -- event id
    corp_id   TEXT    NOT NULL,
    member_id TEXT    NOT NULL,
    customer  TEXT    NOT NULL,
    outcome   TEXT    NOT NULL, -- sending | sent | none | taken | late | refused
    source    TEXT    NOT NULL, -- whose greeting: member | department | company | claim, '' none
    claimer   TEXT    NOT NULL, -- of a claim: the channel code's name
    errcode   INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    tries     INTEGER NOT NULL,
    answered  INTEGER NOT NULL, -- tries that surely did not send
    added_at  BIGINT  NOT NULL, -- when the customer was added, as WeCom tells
    done_at   BIGINT  NOT NULL  -- when WeCom took the greeting, 0 when it did not
);
CREATE INDEX welcome_delivery_newest ON welcome_delivery (corp_id, added_at DESC, id DESC);
CREATE INDEX welcome_delivery_customer ON welcome_delivery (corp_id, customer, added_at DESC, id DESC);
CREATE INDEX welcome_delivery_member ON welcome_delivery (corp_id, member_id, added_at DESC, id DESC);
CREATE INDEX welcome_delivery_outcome ON welcome_delivery (corp_id, outcome, added_at DESC, id DESC);

-- +goose Down
DROP TABLE welcome_delivery;
DROP TABLE welcome_greeting;
