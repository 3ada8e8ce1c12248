-- +goose Up
-- One row an event that speaks for or against a customer's intention; forgotten after ten half-lives.
CREATE TABLE intention_entry (
    id        BIGINT NOT NULL PRIMARY KEY, -- event id
    corp_id   TEXT   NOT NULL,
    customer  TEXT   NOT NULL,             -- external_userid
    signal    TEXT   NOT NULL,             -- key of a signal
    member_id TEXT   NOT NULL,             -- userid concerned, '' when none
    subject   TEXT   NOT NULL,             -- what else it was about: chat_id, flow; '' when nothing
    at        BIGINT NOT NULL
);
-- Two apps of the corp may tell the same fact.
CREATE UNIQUE INDEX intention_entry_fact ON intention_entry (corp_id, customer, at, signal, member_id, subject);
CREATE INDEX intention_entry_old ON intention_entry (corp_id, at);

-- The score of each customer, kept so that it need not be changed while time passes.
CREATE TABLE intention_score (
    customer_id BIGINT  NOT NULL PRIMARY KEY, -- mirror_customer.id
    corp_id     TEXT    NOT NULL,
    customer    TEXT    NOT NULL,             -- external_userid
    one_at      BIGINT  NOT NULL,             -- when the score will have faded to one point, 0 = no points
    level       INTEGER NOT NULL,             -- 3 high, 2 medium, 1 low, 0 asleep: as last noted
    moved_at    BIGINT  NOT NULL,             -- when the level last changed, 0 = never
    signal      TEXT    NOT NULL,             -- of the newest entry
    signal_at   BIGINT  NOT NULL,
    told_at     BIGINT  NOT NULL,             -- when a member was last told of a change, 0 = never
    version     BIGINT  NOT NULL,             -- of the model by which it was reckoned
    sample      INTEGER NOT NULL              -- 0 to 999, spread evenly: whole thousandths of the customers can be asked
);
CREATE UNIQUE INDEX intention_score_customer ON intention_score (corp_id, customer);
CREATE INDEX intention_score_highest ON intention_score (corp_id, one_at DESC, customer_id DESC);
CREATE INDEX intention_score_level ON intention_score (corp_id, level, one_at);
CREATE INDEX intention_score_sample ON intention_score (corp_id, sample, customer_id);

-- Changes of level by events and by time, for the timeline.
CREATE TABLE intention_move (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    customer   TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    from_level INTEGER NOT NULL,
    to_level   INTEGER NOT NULL,
    points     INTEGER NOT NULL, -- the score afterwards
    signal     TEXT    NOT NULL  -- what moved it, '' for time alone
);
CREATE INDEX intention_move_newest ON intention_move (corp_id, customer, at DESC, id DESC);
CREATE INDEX intention_move_old ON intention_move (corp_id, at);

CREATE TABLE intention_setting (
    corp_id    TEXT    NOT NULL PRIMARY KEY,
    model      TEXT    NOT NULL, -- JSON, '' for the usual one
    version    BIGINT  NOT NULL,
    applied    BIGINT  NOT NULL, -- version by which all scores are reckoned
    place      TEXT    NOT NULL, -- external_userid up to which scores are reckoned by the newest version
    done       BIGINT  NOT NULL,
    total      BIGINT  NOT NULL,
    receivers  TEXT    NOT NULL, -- newest | all: which of the members who follow him
    pause_days INTEGER NOT NULL, -- at most one notice a customer in so many days
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL
);

-- How far the customers of the first sync, which tells no news, have got a score.
CREATE TABLE intention_seed (
    corp_id TEXT    NOT NULL PRIMARY KEY,
    place   TEXT    NOT NULL, -- external_userid
    done    BOOLEAN NOT NULL
);

-- How many customers were in each level at the end of a day.
CREATE TABLE intention_day (
    corp_id   TEXT    NOT NULL,
    member_id TEXT    NOT NULL, -- '' for the whole corp, where each customer counts once
    day       INTEGER NOT NULL, -- 20261122
    high      BIGINT  NOT NULL,
    medium    BIGINT  NOT NULL,
    low       BIGINT  NOT NULL,
    asleep    BIGINT  NOT NULL,
    PRIMARY KEY (corp_id, member_id, day)
);

-- +goose Down
DROP TABLE intention_day;
DROP TABLE intention_seed;
DROP TABLE intention_setting;
DROP TABLE intention_move;
DROP TABLE intention_score;
DROP TABLE intention_entry;
