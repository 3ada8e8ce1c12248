-- +goose Up
-- The fields that a corp keeps of its customers beside what WeCom knows.
CREATE TABLE profile_field (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    kind        TEXT    NOT NULL, -- text | number | date | choice | multi | phone | address | file
    section     TEXT    NOT NULL, -- heading under which it stands, '' for none
    note        TEXT    NOT NULL, -- what to write here, for whoever fills it in
    unit        TEXT    NOT NULL, -- of a number
    place       INTEGER NOT NULL, -- order on the page
    required    BOOLEAN NOT NULL,
    options     TEXT    NOT NULL, -- JSON array of choices
    visible     TEXT    NOT NULL, -- JSON array of role keys, [] for everybody
    editable    TEXT    NOT NULL, -- JSON array of role keys, [] for everybody who may edit
    archived_at BIGINT  NOT NULL, -- 0 while in use
    version     BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL
);
CREATE INDEX profile_field_order ON profile_field (corp_id, place, id);

-- One row a value: several for a multi-choice or files. A condition on a field looks up one
-- customer's rows by the key; token finds the customers of a value (phone, choice).
CREATE TABLE profile_value (
    corp_id    TEXT             NOT NULL,
    customer   TEXT             NOT NULL, -- external_userid; of merged records the main one's
    field_id   BIGINT           NOT NULL,
    seq        INTEGER          NOT NULL,
    text       TEXT             NOT NULL, -- as it was written, plain
    token      TEXT             NOT NULL, -- by which equal ones are found: folded text, digits, key of the choice, id of the file
    number     DOUBLE PRECISION NOT NULL, -- a number; a day as 20261122
    updated_at BIGINT           NOT NULL,
    PRIMARY KEY (corp_id, customer, field_id, seq)
);
CREATE INDEX profile_value_token ON profile_value (corp_id, field_id, token, customer);

-- What is known of a customer's record as such. Written before his values in the same
-- transaction, so that writers of one customer come one after another.
CREATE TABLE profile_person (
    corp_id          TEXT   NOT NULL,
    customer         TEXT   NOT NULL, -- external_userid
    main             TEXT   NOT NULL, -- the record whose profile this one shares, '' for its own
    blacklisted_at   BIGINT NOT NULL, -- 0 when not
    blacklist_reason TEXT   NOT NULL,
    blacklist_by     TEXT   NOT NULL, -- name of who did it
    version          BIGINT NOT NULL,
    PRIMARY KEY (corp_id, customer)
);
CREATE INDEX profile_person_black ON profile_person (corp_id, blacklisted_at DESC, customer DESC) WHERE blacklisted_at > 0;
CREATE INDEX profile_person_main ON profile_person (corp_id, main) WHERE main <> '';

-- Who changed what and when: one row an act on one customer.
CREATE TABLE profile_change (
    id        BIGINT NOT NULL PRIMARY KEY,
    corp_id   TEXT   NOT NULL,
    customer  TEXT   NOT NULL, -- the record acted upon
    kind      TEXT   NOT NULL, -- edited | blacklisted | unblacklisted | merged | unmerged
    source    TEXT   NOT NULL, -- page | batch | import | undo
    run_id    BIGINT NOT NULL, -- 0 for none
    changes   TEXT   NOT NULL, -- JSON: field, its name, before, after
    member_id TEXT   NOT NULL, -- userid of who did it, '' for an account or a rule
    who       TEXT   NOT NULL, -- his name
    at        BIGINT NOT NULL
);
CREATE INDEX profile_change_customer ON profile_change (corp_id, customer, at DESC, id DESC);

CREATE TABLE profile_file (
    id         BIGINT NOT NULL PRIMARY KEY,
    corp_id    TEXT   NOT NULL,
    customer   TEXT   NOT NULL, -- for whom it was uploaded
    field_id   BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    type       TEXT   NOT NULL, -- content type, by its content
    size       BIGINT NOT NULL,
    loose_at   BIGINT NOT NULL, -- since when no value holds it, 0 while one does
    created_by TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX profile_file_customer ON profile_file (corp_id, customer);
CREATE INDEX profile_file_loose ON profile_file (loose_at) WHERE loose_at > 0;

-- An act on many customers: batch edit, import, blacklist.
CREATE TABLE profile_run (
    id          BIGINT NOT NULL PRIMARY KEY,
    corp_id     TEXT   NOT NULL,
    kind        TEXT   NOT NULL, -- edit | import | blacklist | unblacklist
    state       TEXT   NOT NULL, -- draft | checking | checked | running | done | failed | undoing | undone
    title       TEXT   NOT NULL,
    spec        TEXT   NOT NULL, -- JSON: what to do, for whom, as whom
    walked      TEXT   NOT NULL, -- where the walk stands, '' at the start
    seq         BIGINT NOT NULL, -- number of the last item
    total       BIGINT NOT NULL, -- 0 when not known
    done        BIGINT NOT NULL, -- items that are through
    changed     BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    undone      BIGINT NOT NULL,
    kept        BIGINT NOT NULL, -- not undone, because somebody changed them since
    error       TEXT   NOT NULL,
    by_actor    TEXT   NOT NULL,
    by_name     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);
CREATE INDEX profile_run_newest ON profile_run (corp_id, id DESC);
CREATE INDEX profile_run_mine ON profile_run (corp_id, by_actor, id DESC);

CREATE TABLE profile_item (
    run_id   BIGINT NOT NULL,
    seq      BIGINT NOT NULL, -- of an import the line in the file
    corp_id  TEXT   NOT NULL,
    customer TEXT   NOT NULL, -- '' when nobody was found
    state    TEXT   NOT NULL, -- changed | same | failed | undone | kept
    label    TEXT   NOT NULL, -- what the line calls the customer
    reason   TEXT   NOT NULL,
    changes  TEXT   NOT NULL, -- JSON as in profile_change
    PRIMARY KEY (run_id, seq)
);
CREATE INDEX profile_item_state ON profile_item (run_id, state, seq);
CREATE INDEX profile_item_customer ON profile_item (corp_id, customer);

-- Records of the same person that share a profile.
CREATE TABLE profile_merge (
    id         BIGINT NOT NULL PRIMARY KEY,
    corp_id    TEXT   NOT NULL,
    main       TEXT   NOT NULL, -- external_userid
    others     TEXT   NOT NULL, -- JSON array of external_userids
    taken      TEXT   NOT NULL, -- JSON: what the main record took over from which
    by_name    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    undone_at  BIGINT NOT NULL -- 0 while it holds
);
CREATE INDEX profile_merge_main ON profile_merge (corp_id, main, id DESC);

-- +goose Down
DROP TABLE profile_merge;
DROP TABLE profile_item;
DROP TABLE profile_run;
DROP TABLE profile_file;
DROP TABLE profile_change;
DROP TABLE profile_person;
DROP TABLE profile_value;
DROP TABLE profile_field;
