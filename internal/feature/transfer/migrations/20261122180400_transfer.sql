-- +goose Up
-- Members who left (离职成员) with what WeCom's list says of them.
CREATE TABLE transfer_leaver (
    corp_id   TEXT   NOT NULL,
    member_id TEXT   NOT NULL,
    left_at   BIGINT NOT NULL,
    PRIMARY KEY (corp_id, member_id)
);
CREATE INDEX transfer_leaver_newest ON transfer_leaver (corp_id, left_at DESC, member_id);

-- Customers of members who left that nobody took over (待分配客户), as WeCom lists them.
CREATE TABLE transfer_unassigned (
    corp_id   TEXT   NOT NULL,
    member_id TEXT   NOT NULL, -- who left
    customer  TEXT   NOT NULL, -- external_userid
    run       BIGINT NOT NULL, -- the reading of the list that saw it last, 0 = told by the mirror
    seen_at   BIGINT NOT NULL,
    PRIMARY KEY (corp_id, member_id, customer)
);
CREATE INDEX transfer_unassigned_customer ON transfer_unassigned (corp_id, customer);

-- The newest reading of WeCom's list.
CREATE TABLE transfer_refresh (
    corp_id     TEXT   NOT NULL PRIMARY KEY,
    run         BIGINT NOT NULL,
    state       TEXT   NOT NULL, -- running | done | failed
    cursor      TEXT   NOT NULL, -- where it goes on
    done        BIGINT NOT NULL, -- rows read
    error       TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);

-- A hand-over: what one person started at once.
CREATE TABLE transfer_transfer (
    id         BIGINT NOT NULL PRIMARY KEY,
    corp_id    TEXT   NOT NULL,
    retry_of   BIGINT NOT NULL, -- the transfer whose failures it tries again, 0 = none
    spread     TEXT   NOT NULL, -- even | load | tag | department
    message    TEXT   NOT NULL, -- transfer_success_msg, '' = WeCom's own words
    problem    TEXT   NOT NULL, -- why it does not move on at the moment
    created_by TEXT   NOT NULL,
    creator    TEXT   NOT NULL, -- what people call him
    created_at BIGINT NOT NULL
);
CREATE INDEX transfer_transfer_newest ON transfer_transfer (corp_id, id DESC);

-- One customer or group on its way from a member to another.
CREATE TABLE transfer_item (
    id          BIGINT  NOT NULL PRIMARY KEY,
    transfer_id BIGINT  NOT NULL REFERENCES transfer_transfer (id),
    corp_id     TEXT    NOT NULL,
    kind        TEXT    NOT NULL, -- customer | group
    subject     TEXT    NOT NULL, -- external_userid or chat_id
    from_member TEXT    NOT NULL,
    to_member   TEXT    NOT NULL,
    resigned    BOOLEAN NOT NULL, -- the old member had left when it was sent
    friends     BOOLEAN NOT NULL, -- the taker had the customer already
    state       TEXT    NOT NULL, -- planned | sent | waiting | accepted | refused | full | failed | cancelled
    code        INTEGER NOT NULL, -- WeCom's errcode, 0 = none
    reason      TEXT    NOT NULL, -- in words for people
    attempt     INTEGER NOT NULL, -- calls made
    due_at      BIGINT  NOT NULL, -- a planned one is not sent before
    sent_at     BIGINT  NOT NULL,
    poll_at     BIGINT  NOT NULL, -- when WeCom is asked next, of one that waits
    settled_at  BIGINT  NOT NULL,
    noticed     BOOLEAN NOT NULL, -- the taker was told
    retried_by  BIGINT  NOT NULL  -- the transfer that tries it again, 0 = none
);
-- Nobody is handed over twice at a time: the second to try meets this index.
CREATE UNIQUE INDEX transfer_item_open ON transfer_item (corp_id, kind, subject) WHERE state IN ('planned', 'sent', 'waiting');
CREATE INDEX transfer_item_of ON transfer_item (transfer_id, state, id);
CREATE INDEX transfer_item_newest ON transfer_item (corp_id, id DESC);
CREATE INDEX transfer_item_from ON transfer_item (corp_id, from_member, id DESC);
CREATE INDEX transfer_item_to ON transfer_item (corp_id, to_member, id DESC);
CREATE INDEX transfer_item_subject ON transfer_item (corp_id, subject, id DESC);
CREATE INDEX transfer_item_waiting ON transfer_item (corp_id, poll_at) WHERE state = 'waiting';
CREATE INDEX transfer_item_unnoticed ON transfer_item (corp_id, to_member) WHERE state = 'accepted' AND NOT noticed;

-- +goose Down
DROP TABLE transfer_item;
DROP TABLE transfer_transfer;
DROP TABLE transfer_refresh;
DROP TABLE transfer_unassigned;
DROP TABLE transfer_leaver;
