-- +goose Up
CREATE TABLE channelcode_code (
    id              BIGINT  NOT NULL PRIMARY KEY,
    corp_id         TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    remark          TEXT    NOT NULL,
    plan            TEXT    NOT NULL, -- JSON: members, shifts, daily cap, backup
    skip_verify     BOOLEAN NOT NULL,
    greeting        TEXT    NOT NULL, -- default | own | none
    content         TEXT    NOT NULL, -- JSON: message.Content
    tags            TEXT    NOT NULL, -- JSON array of WeCom tag ids
    customer_remark TEXT    NOT NULL,
    status          TEXT    NOT NULL, -- pending | live | broken | deleted
    problem         TEXT    NOT NULL,
    config_id       TEXT    NOT NULL, -- WeCom's name of the contact way, '' before the first publish
    qr              TEXT    NOT NULL, -- URL of the picture at WeCom
    picture         TEXT    NOT NULL, -- blob key of our copy of the picture, '' before it was fetched
    published       TEXT    NOT NULL, -- JSON array: the members WeCom has now
    next_change_at  BIGINT  NOT NULL, -- when the members on duty may change by themselves, 0 never
    version         BIGINT  NOT NULL, -- grows with every edit: two editors do not overwrite each other
    created_by      TEXT    NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);
CREATE INDEX channelcode_code_newest ON channelcode_code (corp_id, created_at DESC, id DESC);
CREATE INDEX channelcode_code_change ON channelcode_code (next_change_at);

-- Every member a code names, for looking from the member to the codes.
CREATE TABLE channelcode_seat (
    corp_id   TEXT   NOT NULL,
    member_id TEXT   NOT NULL,
    code_id   BIGINT NOT NULL REFERENCES channelcode_code (id),
    PRIMARY KEY (corp_id, member_id, code_id)
);
CREATE INDEX channelcode_seat_code ON channelcode_seat (code_id);

-- What happened to whom by which code; the event's id makes a repetition harmless.
CREATE TABLE channelcode_change (
    id        BIGINT NOT NULL PRIMARY KEY, -- event id
    corp_id   TEXT   NOT NULL,
    code_id   BIGINT NOT NULL,
    kind      TEXT   NOT NULL,             -- added | lost | deleted
    member_id TEXT   NOT NULL,
    customer  TEXT   NOT NULL,             -- external_userid
    at        BIGINT NOT NULL
);
CREATE INDEX channelcode_change_code ON channelcode_change (corp_id, code_id, at DESC, id DESC);
CREATE INDEX channelcode_change_customer ON channelcode_change (corp_id, customer, at DESC, id DESC);

-- Counters by day of the corp's time zone (20261122), kept with the rows above.
CREATE TABLE channelcode_day (
    corp_id   TEXT    NOT NULL,
    code_id   BIGINT  NOT NULL,
    day       INTEGER NOT NULL,
    member_id TEXT    NOT NULL,
    added     BIGINT  NOT NULL,
    lost      BIGINT  NOT NULL,
    deleted   BIGINT  NOT NULL,
    PRIMARY KEY (corp_id, code_id, day, member_id)
);
CREATE INDEX channelcode_day_day ON channelcode_day (corp_id, day);

-- +goose Down
DROP TABLE channelcode_day;
DROP TABLE channelcode_change;
DROP TABLE channelcode_seat;
DROP TABLE channelcode_code;
