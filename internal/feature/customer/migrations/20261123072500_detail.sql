-- +goose Up

-- What members noted about customers, each change with what it was before: the mirror's row
-- keeps only the present.
CREATE TABLE customer_detail (
    id        BIGINT NOT NULL PRIMARY KEY,
    corp_id   TEXT   NOT NULL,
    member_id TEXT   NOT NULL, -- whose note it is
    customer  TEXT   NOT NULL, -- external_userid
    field     TEXT   NOT NULL, -- remark | description | company | mobiles
    was       TEXT   NOT NULL,
    became    TEXT   NOT NULL,
    how       TEXT   NOT NULL, -- wecom | page | channel
    name      TEXT   NOT NULL, -- who, as he was called then
    at        BIGINT NOT NULL
);
CREATE INDEX customer_detail_customer ON customer_detail (corp_id, customer, at DESC, id DESC);
CREATE INDEX customer_detail_old ON customer_detail (corp_id, at);

-- +goose Down

DROP TABLE customer_detail;
