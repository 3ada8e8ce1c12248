-- +goose Up
-- What happened between members and customers, one row an event: the mirror's follow
-- row keeps only the present, and the same two may meet and part many times.
CREATE TABLE customer_history (
    id        BIGINT  NOT NULL PRIMARY KEY, -- event id
    corp_id   TEXT    NOT NULL,
    member_id TEXT    NOT NULL,
    customer  TEXT    NOT NULL,             -- external_userid
    kind      TEXT    NOT NULL,             -- added | again | half | taken | lost | deleted | gone | handed
    repaired  BOOLEAN NOT NULL,             -- found by a re-sync
    at        BIGINT  NOT NULL
);
-- Two apps of the corp may tell the same fact.
CREATE UNIQUE INDEX customer_history_fact ON customer_history (corp_id, customer, member_id, kind, at);
CREATE INDEX customer_history_customer ON customer_history (corp_id, customer, at DESC, id DESC);
CREATE INDEX customer_history_kind ON customer_history (corp_id, kind, at, member_id);

-- +goose Down
DROP TABLE customer_history;
