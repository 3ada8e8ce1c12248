-- +goose Up

-- One request of a person to have his data handed out or erased. Once it is erased, the row
-- is what the certificate says: nothing in it leads back to the person but a hash.
CREATE TABLE privacy_request (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    kind        TEXT    NOT NULL, -- export | erase
    state       TEXT    NOT NULL, -- waiting | running | done | failed | cancelled | expired
    customer    TEXT    NOT NULL, -- external_userid, '' once he is erased
    customer_id BIGINT  NOT NULL, -- mirror_customer.id, 0 once he is erased
    hash        TEXT    NOT NULL, -- SHA-256 of corp and external_userid, hex
    asker       TEXT    NOT NULL, -- person | representative | company | authority
    note        TEXT    NOT NULL, -- how and why he asked, '' once he is erased
    english     BOOLEAN NOT NULL, -- the file is in English
    actor       TEXT    NOT NULL, -- viewer.Actor of who took it up
    account_id  BIGINT  NOT NULL, -- who took it up, to find his rights again: account, member, name, founder
    member_id   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    founder     BOOLEAN NOT NULL,
    parts       TEXT    NOT NULL, -- JSON: what was held, and what became of it
    follows     BIGINT  NOT NULL, -- members who still followed him when he was erased
    bytes       BIGINT  NOT NULL,
    error       TEXT    NOT NULL,
    job_id      BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL  -- of a file; 0 when there is none
);
CREATE INDEX privacy_request_newest ON privacy_request (corp_id, id DESC);
CREATE INDEX privacy_request_customer ON privacy_request (corp_id, customer, kind) WHERE customer <> '';
CREATE INDEX privacy_request_expiry ON privacy_request (expires_at) WHERE kind = 'export' AND state = 'done';

-- For how long a corp keeps something; what has no row is kept for ever.
CREATE TABLE privacy_term (
    corp_id    TEXT   NOT NULL,
    term       TEXT   NOT NULL, -- key of the term: "churn.names"
    days       BIGINT NOT NULL, -- 0 = for ever
    updated_by TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    swept_at   BIGINT NOT NULL, -- last night that something went, 0 = never
    swept      BIGINT NOT NULL, -- rows that went that night
    PRIMARY KEY (corp_id, term)
);

-- +goose Down
DROP TABLE privacy_term;
DROP TABLE privacy_request;
