-- +goose Up
-- What members wrote down about customers.
CREATE TABLE followup_note (
    id          BIGINT NOT NULL PRIMARY KEY,
    corp_id     TEXT   NOT NULL,
    customer    TEXT   NOT NULL, -- external_userid
    customer_id BIGINT NOT NULL, -- mirror_customer.id
    author      TEXT   NOT NULL, -- viewer's actor: member:… or account:…
    member_id   TEXT   NOT NULL, -- userid, '' of an account without one
    name        TEXT   NOT NULL, -- of the author, as he was called then
    how         TEXT   NOT NULL, -- note | call | message
    body        TEXT   NOT NULL,
    pictures    TEXT   NOT NULL, -- JSON array of picture ids
    mentions    TEXT   NOT NULL, -- JSON array of userids
    created_at  BIGINT NOT NULL,
    edited_at   BIGINT NOT NULL  -- 0 never
);
CREATE INDEX followup_note_customer ON followup_note (corp_id, customer, created_at DESC, id DESC);

-- Pictures of notes; the bytes are in the file store.
CREATE TABLE followup_picture (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    customer_id BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    created_at  BIGINT  NOT NULL
);

CREATE TABLE followup_task (
    id          BIGINT NOT NULL PRIMARY KEY,
    corp_id     TEXT   NOT NULL,
    customer    TEXT   NOT NULL,
    customer_id BIGINT NOT NULL,
    title       TEXT   NOT NULL,
    member_id   TEXT   NOT NULL, -- who is to do it
    author      TEXT   NOT NULL,
    name        TEXT   NOT NULL, -- of the author
    due_at      BIGINT NOT NULL,
    remind_at   BIGINT NOT NULL, -- 0 when told or done
    done_at     BIGINT NOT NULL, -- 0 while open
    done_by     TEXT   NOT NULL, -- name
    created_at  BIGINT NOT NULL
);
CREATE INDEX followup_task_customer ON followup_task (corp_id, customer, done_at, due_at, id);
CREATE INDEX followup_task_member ON followup_task (corp_id, member_id, done_at, due_at, id);
CREATE INDEX followup_task_due ON followup_task (corp_id, done_at, due_at, id);
CREATE INDEX followup_task_remind ON followup_task (remind_at, id) WHERE remind_at > 0;

-- When a member last followed up a customer, whatever the corp counts.
CREATE TABLE followup_last (
    corp_id   TEXT   NOT NULL,
    customer  TEXT   NOT NULL,
    member_id TEXT   NOT NULL,
    how       TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (corp_id, customer, member_id)
);

-- +goose Down
DROP TABLE followup_last;
DROP TABLE followup_task;
DROP TABLE followup_picture;
DROP TABLE followup_note;
