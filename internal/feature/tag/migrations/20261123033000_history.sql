-- +goose Up

-- What happened with tags on follows: one row for each that came or went. WeCom tells no past.
CREATE TABLE tag_history (
    id        BIGINT  NOT NULL PRIMARY KEY,
    corp_id   TEXT    NOT NULL,
    customer  TEXT    NOT NULL, -- external_userid
    member_id TEXT    NOT NULL, -- whose follow it is
    keeper_id TEXT    NOT NULL, -- who holds the customer of that follow now: he reads it, too
    tag_id    TEXT    NOT NULL,
    kind      INTEGER NOT NULL, -- as in mirror_follow_tag
    added     BOOLEAN NOT NULL, -- came; else went
    how       TEXT    NOT NULL, -- run | undo | import | rule | channel | stage | transfer | wecom | deleted
    ref_id    BIGINT  NOT NULL, -- of the run, rule, channel code or flow; 0 for none
    name      TEXT    NOT NULL, -- the person, rule, channel code or flow, as it was called then
    at        BIGINT  NOT NULL
);
CREATE INDEX tag_history_customer ON tag_history (corp_id, customer, at DESC, id DESC);
CREATE INDEX tag_history_oldest ON tag_history (corp_id, at);

-- +goose Down

DROP TABLE tag_history;
