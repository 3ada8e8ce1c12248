-- +goose Up
-- Beside losses there are deletions by members, and what WeCom removes after a hand-over.
ALTER TABLE churn_loss RENAME TO churn_ending;
ALTER TABLE churn_ending RENAME COLUMN lost_at TO ended_at;
ALTER TABLE churn_ending ADD COLUMN kind TEXT NOT NULL DEFAULT 'lost'; -- lost | deleted | handed
ALTER TABLE churn_ending ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
DROP INDEX churn_loss_newest;
DROP INDEX churn_loss_member;
DROP INDEX churn_loss_pair;
CREATE INDEX churn_ending_newest ON churn_ending (corp_id, kind, ended_at DESC, id DESC);
CREATE INDEX churn_ending_member ON churn_ending (corp_id, member_id, kind, ended_at DESC, id DESC);
CREATE INDEX churn_ending_state ON churn_ending (corp_id, state, kind, ended_at DESC, id DESC) WHERE state <> '';
CREATE INDEX churn_ending_recorded ON churn_ending (corp_id, kind, recorded_at);
-- Two apps of the corp may tell the same ending.
CREATE UNIQUE INDEX churn_ending_pair ON churn_ending (corp_id, customer, member_id, ended_at, kind);

-- The corp's tags at that time, for the filter; the names stand in churn_ending.tags.
CREATE TABLE churn_tag (
    corp_id   TEXT   NOT NULL,
    ending_id BIGINT NOT NULL REFERENCES churn_ending (id) ON DELETE CASCADE,
    tag_id    TEXT   NOT NULL,
    PRIMARY KEY (ending_id, tag_id)
);
CREATE INDEX churn_tag_endings ON churn_tag (corp_id, tag_id, ending_id);

-- Days on which a member lost or deleted far more customers than usual.
CREATE TABLE churn_hint (
    corp_id   TEXT   NOT NULL,
    kind      TEXT   NOT NULL, -- lost | deleted
    member_id TEXT   NOT NULL,
    day       TEXT   NOT NULL, -- in the corp's zone
    at        BIGINT NOT NULL, -- midnight of that day
    count     BIGINT NOT NULL,
    own       DOUBLE PRECISION NOT NULL, -- his own mean a day before
    peers     DOUBLE PRECISION NOT NULL, -- the mean of a colleague, -1 without colleagues
    PRIMARY KEY (corp_id, kind, member_id, day)
);
CREATE INDEX churn_hint_newest ON churn_hint (corp_id, at DESC, kind, member_id);

-- The switch of the notice of losses is one of internal/notice now.
INSERT INTO notice_kind (corp_id, kind, policy, updated_by, updated_at)
    SELECT corp_id, 'churn.lost', 'off', updated_by, updated_at FROM churn_setting WHERE NOT notify;
DROP TABLE churn_setting;
-- Who is told of deletions, and how.
CREATE TABLE churn_setting (
    corp_id     TEXT    NOT NULL PRIMARY KEY,
    deletions   TEXT    NOT NULL, -- off | now | daily
    hour        INTEGER NOT NULL, -- of the daily digest, in the corp's zone
    receivers   TEXT    NOT NULL, -- JSON array of userids
    leaders     BOOLEAN NOT NULL, -- the leaders of the member's department too
    unusual     BOOLEAN NOT NULL, -- they are told of what is unusual too
    digested_to BIGINT  NOT NULL, -- up to when the digests reach
    updated_by  TEXT    NOT NULL,
    updated_at  BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE churn_setting;
CREATE TABLE churn_setting (
    corp_id    TEXT    NOT NULL PRIMARY KEY,
    notify     BOOLEAN NOT NULL,
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL
);
DROP TABLE churn_hint;
DROP TABLE churn_tag;
DROP INDEX churn_ending_newest;
DROP INDEX churn_ending_member;
DROP INDEX churn_ending_state;
DROP INDEX churn_ending_recorded;
DROP INDEX churn_ending_pair;
DELETE FROM churn_ending WHERE kind <> 'lost';
ALTER TABLE churn_ending DROP COLUMN kind;
ALTER TABLE churn_ending DROP COLUMN recorded_at;
ALTER TABLE churn_ending RENAME COLUMN ended_at TO lost_at;
ALTER TABLE churn_ending RENAME TO churn_loss;
CREATE INDEX churn_loss_newest ON churn_loss (corp_id, lost_at DESC, id DESC);
CREATE INDEX churn_loss_member ON churn_loss (corp_id, member_id, lost_at DESC, id DESC);
CREATE UNIQUE INDEX churn_loss_pair ON churn_loss (corp_id, customer, member_id, lost_at);
