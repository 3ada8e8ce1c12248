-- +goose Up
-- Append-only: a row is written once and never changed; only retention removes the oldest.
CREATE TABLE audit_entry (
    corp_id     TEXT    NOT NULL, -- '' for what belongs to no corp, such as a failed sign-in
    seq         BIGINT  NOT NULL, -- 1, 2, 3 … without a gap in each corp
    id          BIGINT  NOT NULL,
    at          BIGINT  NOT NULL,
    actor       TEXT    NOT NULL, -- 'member:<userid>', 'account:<id>', 'system', '' for nobody identified
    actor_name  TEXT    NOT NULL,
    member_id   TEXT    NOT NULL, -- the userid of the actor, '' when he is no member: for the data scope
    on_behalf   TEXT    NOT NULL, -- for whom he acts, '' for himself
    audience    TEXT    NOT NULL,
    operation   TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    summary     TEXT    NOT NULL,
    target      TEXT    NOT NULL, -- path of the call
    object      TEXT    NOT NULL, -- '<kind>:<id>' of the first thing acted upon, '' for none
    object_name TEXT    NOT NULL,
    changes     TEXT    NOT NULL, -- JSON array of {object, name, before, after}, redacted
    outcome     TEXT    NOT NULL, -- done | refused | failed
    status      INTEGER NOT NULL, -- HTTP
    code        TEXT    NOT NULL, -- of the problem, '' for none
    took        BIGINT  NOT NULL, -- microseconds
    address     TEXT    NOT NULL,
    agent       TEXT    NOT NULL, -- User-Agent
    reference   TEXT    NOT NULL, -- request id
    dangerous   BOOLEAN NOT NULL,
    skipped     BIGINT  NOT NULL, -- refusals of the same address before this one that were only counted
    hash        TEXT    NOT NULL, -- of this row and of the hash before it
    PRIMARY KEY (corp_id, seq)
);
CREATE UNIQUE INDEX audit_entry_id ON audit_entry (id);
CREATE INDEX audit_entry_newest ON audit_entry (corp_id, at DESC, seq DESC);
CREATE INDEX audit_entry_actor ON audit_entry (corp_id, actor, at DESC, seq DESC);
CREATE INDEX audit_entry_operation ON audit_entry (corp_id, operation, at DESC, seq DESC);
CREATE INDEX audit_entry_object ON audit_entry (corp_id, object, at DESC, seq DESC);
CREATE INDEX audit_entry_address ON audit_entry (corp_id, address, at DESC, seq DESC);

-- Where each chain ends. Its row is what serialises the writers of a corp.
CREATE TABLE audit_head (
    corp_id   TEXT   NOT NULL PRIMARY KEY,
    seq       BIGINT NOT NULL, -- of the last entry
    hash      TEXT   NOT NULL, -- of the last entry
    at        BIGINT NOT NULL,
    seals     BIGINT NOT NULL, -- how many there are
    broken    BIGINT NOT NULL, -- the first seq written after somebody had forged this row, 0 for never
    signature TEXT   NOT NULL
);

-- The head of each day, signed; so that a chain cut short by whoever owns the database shows.
CREATE TABLE audit_seal (
    corp_id   TEXT    NOT NULL,
    number    BIGINT  NOT NULL, -- 1, 2, 3 … without a gap
    day       INTEGER NOT NULL, -- 20261122, the day that it ends, in the corp's time zone; 0 when somebody asked for it
    seq       BIGINT  NOT NULL,
    hash      TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    signature TEXT    NOT NULL,
    PRIMARY KEY (corp_id, number)
);

-- What retention has removed: the chain goes on from here.
CREATE TABLE audit_checkpoint (
    corp_id   TEXT   NOT NULL PRIMARY KEY,
    seq       BIGINT NOT NULL, -- of the last entry removed
    hash      TEXT   NOT NULL, -- of the last entry removed
    at        BIGINT NOT NULL,
    signature TEXT   NOT NULL
);

CREATE TABLE audit_setting (
    corp_id    TEXT    NOT NULL PRIMARY KEY,
    days       INTEGER NOT NULL, -- how long entries stay, 0 for ever
    updated_at BIGINT  NOT NULL
);

-- The last proof of each chain.
CREATE TABLE audit_check (
    corp_id     TEXT    NOT NULL PRIMARY KEY,
    state       TEXT    NOT NULL, -- running | intact | broken
    started_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL,
    entries     BIGINT  NOT NULL,
    seals       BIGINT  NOT NULL,
    first_seq   BIGINT  NOT NULL,
    last_seq    BIGINT  NOT NULL,
    fault       TEXT    NOT NULL, -- kind of the first fault, '' for none
    fault_seq   BIGINT  NOT NULL,
    fault_at    BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE audit_check;
DROP TABLE audit_setting;
DROP TABLE audit_checkpoint;
DROP TABLE audit_seal;
DROP TABLE audit_head;
DROP TABLE audit_entry;
