-- +goose Up
CREATE TABLE corp_corp (
    id         TEXT    NOT NULL PRIMARY KEY, -- WeCom corpid
    name       TEXT    NOT NULL,
    time_zone  TEXT    NOT NULL,             -- IANA name, e.g. Asia/Shanghai
    status     TEXT    NOT NULL,             -- active | suspended
    created_at BIGINT  NOT NULL
);

CREATE TABLE corp_app (
    id             BIGINT  NOT NULL PRIMARY KEY,
    corp_id        TEXT    NOT NULL REFERENCES corp_corp (id),
    purpose        TEXT    NOT NULL,         -- app | contacts | customer | archive
    agent_id       BIGINT  NOT NULL,         -- 0 for the system secrets
    name           TEXT    NOT NULL,
    secret         BYTEA   NOT NULL,         -- sealed (platform/secret)
    callback_path  TEXT    NOT NULL UNIQUE,  -- last segment of the callback URL
    callback_token TEXT    NOT NULL,         -- sealed
    callback_key   TEXT    NOT NULL,         -- sealed EncodingAESKey
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL,
    UNIQUE (corp_id, purpose)
);

-- One row per secret: the access token all nodes share, and who is fetching a new one.
CREATE TABLE corp_token (
    name          TEXT    NOT NULL PRIMARY KEY, -- hash of corp, purpose and ticket kind
    corp_id       TEXT    NOT NULL,
    value         BYTEA   NOT NULL,             -- sealed
    expires_at    BIGINT  NOT NULL,
    holder        TEXT    NOT NULL,             -- node that refreshes now, '' when nobody does
    holder_until  BIGINT  NOT NULL
);

-- Calls to WeCom that failed, for the console's event log. Equal failures within a
-- minute share a row.
CREATE TABLE corp_call (
    id          BIGINT  NOT NULL PRIMARY KEY,
    corp_id     TEXT    NOT NULL,
    purpose     TEXT    NOT NULL,
    operation   TEXT    NOT NULL, -- path below /cgi-bin/
    errcode     INTEGER NOT NULL, -- 0 when no answer came
    reason      TEXT    NOT NULL,
    times       INTEGER NOT NULL,
    first_at    BIGINT  NOT NULL,
    last_at     BIGINT  NOT NULL
);
CREATE INDEX corp_call_newest ON corp_call (corp_id, last_at DESC, id DESC);
CREATE INDEX corp_call_age ON corp_call (last_at);

-- +goose Down
DROP TABLE corp_call;
DROP TABLE corp_token;
DROP TABLE corp_app;
DROP TABLE corp_corp;
