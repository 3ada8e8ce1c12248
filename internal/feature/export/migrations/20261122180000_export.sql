-- +goose Up

-- One file that somebody asked for. The file itself is in the blob store until it expires.
CREATE TABLE export_run (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    list        TEXT    NOT NULL, -- key of the list: "customer.follows"
    format      TEXT    NOT NULL, -- csv | xlsx
    english     BOOLEAN NOT NULL,
    columns     TEXT    NOT NULL, -- JSON array of keys
    filter      TEXT    NOT NULL, -- JSON, the list's own
    owner       TEXT    NOT NULL, -- viewer.Actor of who asked; nobody else sees it
    account_id  BIGINT  NOT NULL, -- who asked, to find his rights again: account, member, name, founder
    member_id   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    founder     BOOLEAN NOT NULL,
    state       TEXT    NOT NULL, -- waiting | running | done | failed | cancelled | expired
    written     BIGINT  NOT NULL, -- rows in the file so far
    total       BIGINT  NOT NULL, -- rows expected, 0 = unknown
    bytes       BIGINT  NOT NULL,
    error       TEXT    NOT NULL,
    members     TEXT    NOT NULL, -- JSON array of the members whose rows may be in it, '' = anybody's
    phones      BOOLEAN NOT NULL, -- made by somebody who may read telephone numbers
    job_id      BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL  -- 0 until it is done
);
CREATE INDEX export_run_owner ON export_run (corp_id, owner, id DESC);
CREATE INDEX export_run_expiry ON export_run (expires_at) WHERE state = 'done';

-- +goose Down
DROP TABLE export_run;
