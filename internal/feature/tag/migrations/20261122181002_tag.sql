-- +goose Up

-- Changes of WeCom's tag library that people asked for. A row goes waiting -> done | refused
-- and stays as a record.
CREATE TABLE tag_change (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    kind        TEXT    NOT NULL, -- add | rename | order | delete
    args        TEXT    NOT NULL, -- JSON, see wish
    label       TEXT    NOT NULL, -- what people call it
    state       TEXT    NOT NULL, -- waiting | done | refused
    errcode     INTEGER NOT NULL, -- WeCom's, 0 when it was no refusal of WeCom's
    reason      TEXT    NOT NULL,
    advice      TEXT    NOT NULL,
    by_name     TEXT    NOT NULL,
    asked_at    BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL
);
CREATE INDEX tag_change_newest ON tag_change (corp_id, id DESC);
CREATE INDEX tag_change_waiting ON tag_change (corp_id, id) WHERE state = 'waiting';

-- Whether this app made a tag or a group: WeCom lets only the maker change it and does not
-- say who that is. No row: not known.
CREATE TABLE tag_owner (
    corp_id TEXT    NOT NULL,
    tag     TEXT    NOT NULL, -- id of a tag or group
    ours    BOOLEAN NOT NULL,
    PRIMARY KEY (corp_id, tag)
);

-- Who sees a group of tags, and who may add tags to it. No row: everybody sees it, and only
-- who manages the library adds.
CREATE TABLE tag_sight (
    corp_id    TEXT   NOT NULL,
    grp        TEXT   NOT NULL, -- id of the group
    seen       TEXT   NOT NULL, -- JSON circle; empty: everybody
    made       TEXT   NOT NULL, -- JSON circle; empty: nobody
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, grp)
);

-- A batch act.
CREATE TABLE tag_run (
    id          BIGINT NOT NULL PRIMARY KEY,
    corp_id     TEXT   NOT NULL,
    kind        TEXT   NOT NULL, -- mark | undo
    source      TEXT   NOT NULL, -- selection | group | file
    title       TEXT   NOT NULL, -- name of the group or file
    plan        TEXT   NOT NULL, -- JSON, see plan
    state       TEXT   NOT NULL, -- draft | collecting | running | done | cancelled
    at_cursor   TEXT   NOT NULL, -- how far the selection has been walked
    actor       TEXT   NOT NULL,
    member_id   TEXT   NOT NULL, -- of the actor, "" for a local account
    by_name     TEXT   NOT NULL,
    who         TEXT   NOT NULL, -- JSON, whose rights it works with
    of_run      BIGINT NOT NULL, -- what an undo takes back, 0 of others
    undone_by   BIGINT NOT NULL, -- the undo of this run, 0 when there is none
    problem     TEXT   NOT NULL, -- why it rests
    total       BIGINT NOT NULL, -- items by what became of them; the rest of total waits
    changed     BIGINT NOT NULL,
    same        BIGINT NOT NULL,
    gone        BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    invalid     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);
CREATE INDEX tag_run_newest ON tag_run (corp_id, id DESC);
CREATE INDEX tag_run_member ON tag_run (corp_id, member_id, id DESC);

CREATE TABLE tag_run_item (
    run_id      BIGINT  NOT NULL,
    id          BIGINT  NOT NULL,
    corp_id     TEXT    NOT NULL,
    follow_id   BIGINT  NOT NULL, -- 0 of a line of a file that fits nobody
    customer_id BIGINT  NOT NULL,
    customer    TEXT    NOT NULL, -- external_userid
    member_id   TEXT    NOT NULL,
    line        INTEGER NOT NULL, -- of the file, 0 of others
    words       TEXT    NOT NULL, -- of the line
    state       TEXT    NOT NULL, -- waiting | calling | changed | same | gone | failed | invalid
    added       TEXT    NOT NULL, -- JSON: tags that the run really put on
    removed     TEXT    NOT NULL, -- JSON: tags that the run really took off
    errcode     INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    moved_at    BIGINT  NOT NULL,
    PRIMARY KEY (run_id, id)
);
CREATE UNIQUE INDEX tag_run_item_follow ON tag_run_item (run_id, follow_id) WHERE follow_id <> 0;
CREATE INDEX tag_run_item_state ON tag_run_item (run_id, state, id);

-- A rule for automatic tags. Rows of deleted rules stay for their hits.
CREATE TABLE tag_rule (
    id           BIGINT  NOT NULL PRIMARY KEY,
    corp_id      TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    cause        TEXT    NOT NULL, -- key of the trigger
    setting      TEXT    NOT NULL, -- JSON of the trigger
    members      TEXT    NOT NULL, -- JSON userids; empty with departments empty: everybody
    departments  TEXT    NOT NULL, -- JSON ids
    add_tags     TEXT    NOT NULL, -- JSON
    remove_tags  TEXT    NOT NULL, -- JSON
    hits         INTEGER NOT NULL, -- so many within the period make it act
    period_days  INTEGER NOT NULL,
    most_day     INTEGER NOT NULL, -- acts a day, 0 = no limit
    most_total   INTEGER NOT NULL, -- acts in all, 0 = no limit
    place        BIGINT  NOT NULL, -- smaller goes first
    enabled      BOOLEAN NOT NULL,
    version      BIGINT  NOT NULL,
    by_name      TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    deleted_at   BIGINT  NOT NULL
);
CREATE INDEX tag_rule_place ON tag_rule (corp_id, place, id);

-- What a rule noticed, written once a fact and pair.
CREATE TABLE tag_hit (
    id        BIGINT NOT NULL PRIMARY KEY,
    corp_id   TEXT   NOT NULL,
    rule_id   BIGINT NOT NULL,
    fact      BIGINT NOT NULL, -- id of the news
    member_id TEXT   NOT NULL,
    customer  TEXT   NOT NULL,
    outcome   TEXT   NOT NULL, -- tagged | same | counted | limited
    reason    TEXT   NOT NULL, -- JSON values for the page's words
    at        BIGINT NOT NULL,
    day       INTEGER NOT NULL, -- of the corp's calendar, 20261122
    UNIQUE (rule_id, fact, member_id)
);
CREATE INDEX tag_hit_newest ON tag_hit (corp_id, rule_id, at DESC, id DESC);
CREATE INDEX tag_hit_pair ON tag_hit (rule_id, customer, member_id, at);
CREATE INDEX tag_hit_day ON tag_hit (rule_id, outcome, day);

-- Standing follows by tag and member, counted now and then.
CREATE TABLE tag_count (
    corp_id   TEXT   NOT NULL,
    tag       TEXT   NOT NULL,
    member_id TEXT   NOT NULL,
    follows   BIGINT NOT NULL, -- that stand and carry the tag
    fresh     BIGINT NOT NULL, -- of them those that began in the last 30 days
    PRIMARY KEY (corp_id, tag, member_id)
);
CREATE TABLE tag_counted (
    corp_id TEXT   NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE tag_counted;
DROP TABLE tag_count;
DROP TABLE tag_hit;
DROP TABLE tag_rule;
DROP TABLE tag_run_item;
DROP TABLE tag_run;
DROP TABLE tag_sight;
DROP TABLE tag_owner;
DROP TABLE tag_change;
