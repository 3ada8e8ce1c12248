-- +goose Up

-- Contact book -------------------------------------------------------------

CREATE TABLE mirror_department (
    corp_id   TEXT   NOT NULL,
    id        BIGINT NOT NULL, -- WeCom's department id, root 1
    parent_id BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    position  BIGINT NOT NULL, -- WeCom's order: larger first
    PRIMARY KEY (corp_id, id)
);

CREATE TABLE mirror_member (
    corp_id         TEXT    NOT NULL,
    id              TEXT    NOT NULL, -- userid as WeCom writes it
    lookup          TEXT    NOT NULL, -- userid in lower case: WeCom compares without case
    name            TEXT    NOT NULL,
    pinyin          TEXT    NOT NULL, -- of the name, whole and initials, to be found by: "zhangsan zs"
    alias           TEXT    NOT NULL,
    title           TEXT    NOT NULL, -- position 职务
    avatar          TEXT    NOT NULL,
    status          INTEGER NOT NULL, -- 1 active, 2 disabled, 4 not activated, 5 left
    main_department BIGINT  NOT NULL,
    can_contact     BOOLEAN NOT NULL, -- holds the 客户联系 permission
    left_at         BIGINT  NOT NULL, -- 0 while in the contact book
    told_at         BIGINT  NOT NULL, -- CreateTime of the newest callback applied
    read_at         BIGINT  NOT NULL, -- when WeCom was last asked, 0 = never
    sync_run        BIGINT  NOT NULL, -- the sync that saw them last
    updated_at      BIGINT  NOT NULL,
    PRIMARY KEY (corp_id, id)
);
CREATE UNIQUE INDEX mirror_member_lookup ON mirror_member (corp_id, lookup);

CREATE TABLE mirror_member_department (
    corp_id       TEXT    NOT NULL,
    member_id     TEXT    NOT NULL,
    department_id BIGINT  NOT NULL,
    leader        BOOLEAN NOT NULL,
    position      BIGINT  NOT NULL,
    PRIMARY KEY (corp_id, member_id, department_id)
);
CREATE INDEX mirror_member_department_members ON mirror_member_department (corp_id, department_id, member_id);

-- Customers ----------------------------------------------------------------

CREATE TABLE mirror_customer (
    id         BIGINT  NOT NULL PRIMARY KEY, -- ours; the search index refers to it
    corp_id    TEXT    NOT NULL,
    customer   TEXT    NOT NULL,             -- external_userid
    name       TEXT    NOT NULL,             -- '' until WeCom was asked
    type       INTEGER NOT NULL,             -- 1 WeChat, 2 WeCom, 0 not yet known
    avatar     TEXT    NOT NULL,
    gender     INTEGER NOT NULL,             -- 0 unknown, 1 male, 2 female
    unionid    TEXT    NOT NULL,
    company    TEXT    NOT NULL,             -- corp_name of type 2
    title      TEXT    NOT NULL,             -- position of type 2
    follows    INTEGER NOT NULL,             -- follows that stand now; 0 = lost to the company
    added_at   BIGINT  NOT NULL,             -- earliest follow
    lost_at    BIGINT  NOT NULL,             -- when the last follow ended, 0 while any stands
    updated_at BIGINT  NOT NULL,
    read_at    BIGINT  NOT NULL,             -- last time WeCom was asked for details, 0 = never
    UNIQUE (corp_id, customer)
);
CREATE INDEX mirror_customer_newest ON mirror_customer (corp_id, added_at DESC, id DESC);
CREATE INDEX mirror_customer_unionid ON mirror_customer (corp_id, unionid);

-- One row per member–customer pair, kept when the follow ends.
CREATE TABLE mirror_follow (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    member_id   TEXT    NOT NULL,
    customer    TEXT    NOT NULL, -- external_userid
    customer_id BIGINT  NOT NULL, -- mirror_customer.id
    standing    INTEGER NOT NULL, -- 1 stands, 2 half (member has not confirmed), 3 lost by customer, 4 deleted by member, 5 gone, nobody knows why, 6 handed over
    remark      TEXT    NOT NULL,
    description TEXT    NOT NULL,
    company     TEXT    NOT NULL, -- remark_corp_name
    mobiles     TEXT    NOT NULL, -- JSON array; SQL never looks into it
    add_way     INTEGER NOT NULL, -- WeCom's add_way, unknown values kept
    operator    TEXT    NOT NULL, -- oper_userid
    state       TEXT    NOT NULL, -- contact way state
    added_at    BIGINT  NOT NULL, -- begin of the present follow
    ended_at    BIGINT  NOT NULL, -- 0 while it stands
    told_at     BIGINT  NOT NULL, -- CreateTime of the newest callback applied: an older one changes nothing
    read_at     BIGINT  NOT NULL, -- when WeCom last showed this follow, 0 = never: added_at is then from a callback
    found_at    BIGINT  NOT NULL, -- when it was told that a reading had found its beginning, 0 = a callback told
    sync_run    BIGINT  NOT NULL, -- the sync that saw it last, or that ran while a callback began it
    updated_at  BIGINT  NOT NULL,
    UNIQUE (corp_id, member_id, customer)
);
CREATE INDEX mirror_follow_newest ON mirror_follow (corp_id, added_at DESC, id DESC);
CREATE INDEX mirror_follow_member ON mirror_follow (corp_id, member_id, added_at DESC, id DESC);
CREATE INDEX mirror_follow_customer ON mirror_follow (customer_id, added_at);
CREATE INDEX mirror_follow_state ON mirror_follow (corp_id, state, added_at DESC, id DESC);
CREATE INDEX mirror_follow_ended ON mirror_follow (corp_id, ended_at DESC, id DESC);
-- Lists of those that do not simply stand: few, and not to be looked for among all others.
CREATE INDEX mirror_follow_standing ON mirror_follow (corp_id, standing, added_at DESC, id DESC) WHERE standing <> 1;

-- The tags of a follow. added_at repeats the follow's so that a list by tag needs one index.
CREATE TABLE mirror_follow_tag (
    corp_id   TEXT    NOT NULL,
    follow_id BIGINT  NOT NULL,
    tag_id    TEXT    NOT NULL, -- WeCom tag id; 'personal:<name>' for a member's own tag
    kind      INTEGER NOT NULL, -- 1 corp, 2 personal, 3 rule group
    added_at  BIGINT  NOT NULL,
    PRIMARY KEY (follow_id, tag_id)
);
CREATE INDEX mirror_follow_tag_newest ON mirror_follow_tag (corp_id, tag_id, added_at DESC, follow_id DESC);

CREATE TABLE mirror_tag_group (
    corp_id    TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    position   BIGINT NOT NULL, -- WeCom's order: larger first
    created_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, id)
);

CREATE TABLE mirror_tag (
    corp_id    TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    group_id   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, id)
);
CREATE INDEX mirror_tag_by_group ON mirror_tag (corp_id, group_id);

-- Groups -------------------------------------------------------------------

CREATE TABLE mirror_group (
    id           BIGINT  NOT NULL PRIMARY KEY,
    corp_id      TEXT    NOT NULL,
    chat         TEXT    NOT NULL, -- chat_id
    name         TEXT    NOT NULL,
    owner_id     TEXT    NOT NULL,
    notice       TEXT    NOT NULL,
    status       INTEGER NOT NULL, -- 0 normal, 1 owner resigned, 2 being inherited, 3 inherited
    members      INTEGER NOT NULL,
    customers    INTEGER NOT NULL, -- external people in it
    version      TEXT    NOT NULL, -- member_version
    created_at   BIGINT  NOT NULL,
    dissolved_at BIGINT  NOT NULL, -- 0 while it stands
    told_at      BIGINT  NOT NULL, -- CreateTime of the newest callback applied
    read_at      BIGINT  NOT NULL, -- when WeCom was last asked for details, 0 = never
    sync_run     BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    UNIQUE (corp_id, chat)
);
CREATE INDEX mirror_group_newest ON mirror_group (corp_id, created_at DESC, id DESC);
CREATE INDEX mirror_group_owner ON mirror_group (corp_id, owner_id, created_at DESC, id DESC);

CREATE TABLE mirror_group_member (
    corp_id    TEXT    NOT NULL,
    group_id   BIGINT  NOT NULL, -- mirror_group.id
    who        TEXT    NOT NULL, -- userid or external_userid
    external   BOOLEAN NOT NULL,
    name       TEXT    NOT NULL,
    unionid    TEXT    NOT NULL,
    join_scene INTEGER NOT NULL,
    invitor    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    joined_at  BIGINT  NOT NULL,
    PRIMARY KEY (group_id, who)
);
CREATE INDEX mirror_group_member_who ON mirror_group_member (corp_id, who);

-- What came in, and how far we are -----------------------------------------

CREATE TABLE mirror_inbox (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    app_id      BIGINT  NOT NULL,
    hash        TEXT    NOT NULL, -- SHA-256 of corp, app and plaintext, hex
    event       TEXT    NOT NULL, -- callback.Kind in words: "change_external_contact.add_external_contact"
    subject     TEXT    NOT NULL, -- whom it concerns: "customer/<external_userid>/<userid>", "group/<chat_id>", "member/<userid>" …
    line        TEXT    NOT NULL DEFAULT '', -- those of one line are translated in the order of their ids, '' = any
    raw         TEXT    NOT NULL, -- decrypted XML as it came
    state       TEXT    NOT NULL, -- waiting | done | ignored | failed
    error       TEXT    NOT NULL,
    tries       INTEGER NOT NULL, -- deliveries by WeCom of the same plaintext
    told_at     BIGINT  NOT NULL, -- CreateTime in the XML
    received_at BIGINT  NOT NULL,
    done_at     BIGINT  NOT NULL,
    UNIQUE (hash)
);
CREATE INDEX mirror_inbox_newest ON mirror_inbox (corp_id, received_at DESC, id DESC);
CREATE INDEX mirror_inbox_by_state ON mirror_inbox (corp_id, state, received_at DESC, id DESC);
-- Rare kinds must be found without walking all the others.
CREATE INDEX mirror_inbox_by_event ON mirror_inbox (corp_id, event, received_at DESC, id DESC);
CREATE INDEX mirror_inbox_subject ON mirror_inbox (corp_id, subject, told_at);
CREATE INDEX mirror_inbox_line ON mirror_inbox (corp_id, line, id) WHERE state = 'waiting';

CREATE TABLE mirror_sync (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    scope       TEXT    NOT NULL, -- full | contacts | customers | tags | groups
    state       TEXT    NOT NULL, -- running | done | failed
    stage       TEXT    NOT NULL, -- contacts | tags | customers | groups: what it does now
    parts_left  INTEGER NOT NULL, -- parts of the stage that are not finished
    quiet       BOOLEAN NOT NULL, -- the first sync: tells no news of single rows
    done        BIGINT  NOT NULL, -- rows read in this stage
    total       BIGINT  NOT NULL, -- rows expected in this stage, 0 = unknown
    repaired    BIGINT  NOT NULL, -- differences that no callback had told
    error       TEXT    NOT NULL,
    started_by  TEXT    NOT NULL,
    started_at  BIGINT  NOT NULL,
    moved_at    BIGINT  NOT NULL, -- last sign of life: one that stands still for long may be replaced
    finished_at BIGINT  NOT NULL
);
CREATE INDEX mirror_sync_newest ON mirror_sync (corp_id, started_at DESC, id DESC);
-- One running sync per corp: it holds the slot until it ends.
CREATE UNIQUE INDEX mirror_sync_running ON mirror_sync (corp_id) WHERE state = 'running';

-- A part of a stage: up to 100 members whose customers or groups, or some departments
-- whose members, are read with one cursor, written together with the rows of each page.
CREATE TABLE mirror_sync_part (
    run_id     BIGINT  NOT NULL REFERENCES mirror_sync (id),
    stage      TEXT    NOT NULL,
    part       INTEGER NOT NULL,
    subjects   TEXT    NOT NULL, -- JSON array of userids or department ids
    unlicensed TEXT    NOT NULL, -- JSON array of userids that WeCom left out
    cursor     TEXT    NOT NULL,
    restarts   INTEGER NOT NULL, -- times the part began anew
    done       BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, stage, part)
);

-- When something that has no row of its own was last read as a whole.
CREATE TABLE mirror_reading (
    corp_id TEXT   NOT NULL,
    what    TEXT   NOT NULL, -- tags | departments
    read_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, what)
);

-- +goose Down
DROP TABLE mirror_reading;
DROP TABLE mirror_sync_part;
DROP TABLE mirror_sync;
DROP TABLE mirror_inbox;
DROP TABLE mirror_group_member;
DROP TABLE mirror_group;
DROP TABLE mirror_tag;
DROP TABLE mirror_tag_group;
DROP TABLE mirror_follow_tag;
DROP TABLE mirror_follow;
DROP TABLE mirror_customer;
DROP TABLE mirror_member_department;
DROP TABLE mirror_member;
DROP TABLE mirror_department;
