-- +goose Up
-- A flow (流程): an order of stages that customers go through.
CREATE TABLE stage_flow (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    seen       TEXT    NOT NULL, -- JSON: for whom it is
    joins      TEXT    NOT NULL, -- JSON: who comes in by itself
    removed_at BIGINT  NOT NULL, -- 0 while it stands; a removed one is hidden until its placements are gone
    version    BIGINT  NOT NULL,
    updated_by TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL
);
CREATE INDEX stage_flow_order ON stage_flow (corp_id, position, id);

CREATE TABLE stage_stage (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    flow_id    BIGINT  NOT NULL,
    name       TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    class      TEXT    NOT NULL, -- waiting | active | won | lost
    position   INTEGER NOT NULL,
    catches    BOOLEAN NOT NULL, -- customers who delete the member come here by themselves
    cycle      TEXT    NOT NULL, -- JSON
    enter_acts TEXT    NOT NULL, -- JSON: what happens when a customer comes in
    leave_acts TEXT    NOT NULL, -- JSON: what happens when one leaves
    into_id    BIGINT  NOT NULL  -- 0 while it stands; else it is being emptied into this stage
);
CREATE INDEX stage_stage_order ON stage_stage (corp_id, flow_id, position, id);

-- Where one pair stands in one flow.
CREATE TABLE stage_placement (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    flow_id     BIGINT  NOT NULL,
    stage_id    BIGINT  NOT NULL,
    member_id   TEXT    NOT NULL,
    customer    TEXT    NOT NULL, -- external_userid
    customer_id BIGINT  NOT NULL, -- mirror_customer.id
    follow_id   BIGINT  NOT NULL, -- mirror_follow.id
    joined_at   BIGINT  NOT NULL, -- came into the flow
    entered_at  BIGINT  NOT NULL, -- came into the stage
    followed_at BIGINT  NOT NULL, -- last follow-up that counts, 0 never
    base_at     BIGINT  NOT NULL, -- from when the cycle counts
    due_at      BIGINT  NOT NULL, -- a follow-up is due, 0 without a cycle
    remind_at   BIGINT  NOT NULL, -- the next reminder, 0 none
    reminded    INTEGER NOT NULL, -- reminders since the last follow-up
    gone_at     BIGINT  NOT NULL, -- the follow ended: out of the cycle; 0 while it stands
    before_id   BIGINT  NOT NULL, -- stage before the loss, to come back to; 0 none
    shown       BOOLEAN NOT NULL, -- stands on the board
    UNIQUE (corp_id, flow_id, member_id, customer)
);
CREATE INDEX stage_placement_column ON stage_placement (corp_id, flow_id, stage_id, shown, entered_at DESC, id DESC);
CREATE INDEX stage_placement_list ON stage_placement (corp_id, flow_id, shown, entered_at DESC, id DESC);
CREATE INDEX stage_placement_member ON stage_placement (corp_id, member_id, flow_id, stage_id, entered_at DESC, id DESC);
CREATE INDEX stage_placement_customer ON stage_placement (corp_id, customer, member_id);
CREATE INDEX stage_placement_joined ON stage_placement (corp_id, flow_id, joined_at, id);
CREATE INDEX stage_placement_due ON stage_placement (corp_id, flow_id, due_at, id) WHERE due_at > 0;
CREATE INDEX stage_placement_remind ON stage_placement (remind_at, id) WHERE remind_at > 0;
CREATE INDEX stage_placement_stage ON stage_placement (stage_id, id);

CREATE TABLE stage_move (
    id           BIGINT NOT NULL PRIMARY KEY,
    corp_id      TEXT   NOT NULL,
    flow_id      BIGINT NOT NULL,
    placement_id BIGINT NOT NULL,
    member_id    TEXT   NOT NULL,
    customer     TEXT   NOT NULL,
    from_id      BIGINT NOT NULL, -- 0: came into the flow
    to_id        BIGINT NOT NULL, -- 0: left the flow
    from_name    TEXT   NOT NULL, -- as they were called then
    to_name      TEXT   NOT NULL,
    flow_name    TEXT   NOT NULL,
    why          TEXT   NOT NULL, -- hand | bulk | rule | lost | back | removed | transfer
    by_member    TEXT   NOT NULL, -- userid, '' for a rule
    by_name      TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    stayed       BIGINT NOT NULL, -- ms in the stage before
    at           BIGINT NOT NULL
);
CREATE INDEX stage_move_customer ON stage_move (corp_id, customer, at DESC, id DESC);
CREATE INDEX stage_move_placement ON stage_move (placement_id, to_id);
CREATE INDEX stage_move_flow ON stage_move (corp_id, flow_id, at, from_id);

-- One for each corp; its being there says that the first flow was made.
CREATE TABLE stage_setting (
    corp_id    TEXT   NOT NULL PRIMARY KEY,
    counts     TEXT   NOT NULL, -- JSON array: what counts as a follow-up
    calendar   TEXT   NOT NULL, -- JSON
    updated_by TEXT   NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Many customers moved at once, in the background.
CREATE TABLE stage_batch (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    flow_id    BIGINT  NOT NULL,
    stage_id   BIGINT  NOT NULL,
    who        TEXT    NOT NULL, -- JSON: who asked
    by_member  TEXT    NOT NULL, -- userid of who asked, '' of an account without one
    by_name    TEXT    NOT NULL,
    selection  TEXT    NOT NULL, -- JSON: whom it means
    state      TEXT    NOT NULL, -- running | done | stopped
    walked     TEXT    NOT NULL, -- cursor: how far it is
    total      BIGINT  NOT NULL, -- follows meant, as counted at the start
    capped     BOOLEAN NOT NULL, -- there are more than total
    moved      BIGINT  NOT NULL,
    same       BIGINT  NOT NULL, -- stood there already
    refused    BIGINT  NOT NULL, -- the flow is not for the member
    created_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL
);
CREATE INDEX stage_batch_newest ON stage_batch (corp_id, created_at DESC, id DESC);

-- What became of each; follows that stood there already have no row.
CREATE TABLE stage_item (
    batch_id  BIGINT NOT NULL,
    follow_id BIGINT NOT NULL,
    corp_id   TEXT   NOT NULL,
    member_id TEXT   NOT NULL,
    customer  TEXT   NOT NULL,
    outcome   TEXT   NOT NULL, -- moved | refused
    from_id   BIGINT NOT NULL,
    PRIMARY KEY (batch_id, follow_id)
);

-- +goose Down
DROP TABLE stage_item;
DROP TABLE stage_batch;
DROP TABLE stage_setting;
DROP TABLE stage_move;
DROP TABLE stage_placement;
DROP TABLE stage_stage;
DROP TABLE stage_flow;
