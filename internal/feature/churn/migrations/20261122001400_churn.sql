-- +goose Up
-- One row an event: lost, re-added, lost again is two rows.
CREATE TABLE churn_loss (
    id          BIGINT  NOT NULL PRIMARY KEY, -- event id
    corp_id     TEXT    NOT NULL,
    member_id   TEXT    NOT NULL,
    customer    TEXT    NOT NULL,             -- external_userid
    name        TEXT    NOT NULL,             -- the customer's name at that time, '' when never known
    remark      TEXT    NOT NULL,
    tags        TEXT    NOT NULL,             -- JSON array of the tag names at that time
    state       TEXT    NOT NULL,             -- contact way state by which the customer had come
    add_way     INTEGER NOT NULL,
    added_at    BIGINT  NOT NULL,             -- 0 when not known
    lost_at     BIGINT  NOT NULL,             -- when it was noticed, if unknown
    unknown     BOOLEAN NOT NULL,             -- a re-sync found it: time and doer unknown
    company     BOOLEAN NOT NULL,             -- nobody else in the corp follows the customer
    returned_at BIGINT  NOT NULL,             -- added again, 0 while lost
    notice      TEXT    NOT NULL,             -- off | waiting | sent | failed
    reason      TEXT    NOT NULL              -- why the notice failed
);
CREATE INDEX churn_loss_newest ON churn_loss (corp_id, lost_at DESC, id DESC);
CREATE INDEX churn_loss_member ON churn_loss (corp_id, member_id, lost_at DESC, id DESC);
-- Two apps of the corp may tell the same loss.
CREATE UNIQUE INDEX churn_loss_pair ON churn_loss (corp_id, customer, member_id, lost_at);

CREATE TABLE churn_setting (
    corp_id    TEXT    NOT NULL PRIMARY KEY,
    notify     BOOLEAN NOT NULL, -- 被删除通知
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE churn_setting;
DROP TABLE churn_loss;
