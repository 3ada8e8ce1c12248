-- +goose Up
-- One row a receiver: what a member was told, or would have been.
CREATE TABLE notice_message (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    member_id  TEXT    NOT NULL,             -- who is told
    kind       TEXT    NOT NULL,             -- "churn.lost"
    once       TEXT    NOT NULL,             -- the sender's key: a second one with it is not stored
    title      TEXT    NOT NULL,
    text       TEXT    NOT NULL,             -- plain lines
    href       TEXT    NOT NULL,             -- path inside the console, '' for the member's own notices
    state      TEXT    NOT NULL,             -- waiting | held | sent | failed | off
    reason     TEXT    NOT NULL,             -- why it is off, held or failed, in words for people
    held_until BIGINT  NOT NULL,             -- while held: when the digest goes out, else 0
    digest     BIGINT  NOT NULL,             -- the digest it went into, 0 when by itself
    round      INTEGER NOT NULL,             -- how often people had it sent again
    created_at BIGINT  NOT NULL,
    sent_at    BIGINT  NOT NULL              -- 0 while not sent
);
CREATE UNIQUE INDEX notice_message_once ON notice_message (corp_id, kind, once, member_id);
CREATE INDEX notice_message_newest ON notice_message (corp_id, created_at DESC, id DESC);
CREATE INDEX notice_message_member ON notice_message (corp_id, member_id, created_at DESC, id DESC);
CREATE INDEX notice_message_state ON notice_message (corp_id, state, created_at DESC, id DESC) WHERE state <> 'sent';
CREATE INDEX notice_message_held ON notice_message (corp_id, member_id, id) WHERE state = 'held';
CREATE INDEX notice_message_pace ON notice_message (corp_id, member_id, sent_at) WHERE sent_at > 0;
CREATE INDEX notice_message_digest ON notice_message (digest) WHERE digest > 0;
CREATE INDEX notice_message_age ON notice_message (created_at);

-- The corp's quiet hours (免打扰).
CREATE TABLE notice_setting (
    corp_id    TEXT    NOT NULL PRIMARY KEY,
    quiet      BOOLEAN NOT NULL,
    quiet_from INTEGER NOT NULL, -- minutes of the day in the corp's zone
    quiet_to   INTEGER NOT NULL,
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL
);

-- What the corp decided about a kind; without a row the kind's own default holds.
CREATE TABLE notice_kind (
    corp_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    policy     TEXT   NOT NULL, -- off | choice | forced
    updated_by TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, kind)
);

-- What a member does not want to be told; counts where the corp leaves the choice.
CREATE TABLE notice_choice (
    corp_id    TEXT   NOT NULL,
    member_id  TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, member_id, kind)
);

-- +goose Down
DROP TABLE notice_choice;
DROP TABLE notice_kind;
DROP TABLE notice_setting;
DROP TABLE notice_message;
