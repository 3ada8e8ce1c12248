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
    secret         TEXT    NOT NULL,         -- sealed (platform/secret)
    callback_path  TEXT    NOT NULL UNIQUE,  -- last segment of the callback URL
    callback_token TEXT    NOT NULL,         -- sealed
    callback_key   TEXT    NOT NULL,         -- sealed EncodingAESKey
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL,
    UNIQUE (corp_id, purpose)
);

-- One row per secret and kind of ticket: what all nodes share, and who is fetching a new
-- one. A holder that dies is noticed by the others because its name stays the same.
CREATE TABLE corp_token (
    name       TEXT   NOT NULL PRIMARY KEY, -- the SDK's key: corp and a hash of the secret
    value      TEXT   NOT NULL,             -- sealed, '' before the first
    expires_at BIGINT NOT NULL,
    holder     TEXT   NOT NULL              -- one name per fetch, '' when nobody fetches
);
CREATE INDEX corp_token_age ON corp_token (expires_at);

-- Calls to WeCom that failed, for the console's event log. Equal failures within a
-- minute share a row.
CREATE TABLE corp_call (
    id         BIGINT  NOT NULL PRIMARY KEY,
    corp_id    TEXT    NOT NULL,
    app        TEXT    NOT NULL, -- purpose of the app
    operation  TEXT    NOT NULL, -- path below /cgi-bin/
    errcode    INTEGER NOT NULL, -- WeCom's, 0 when no answer came
    class      TEXT    NOT NULL, -- errcode.Class: how it is handled
    reason     TEXT    NOT NULL, -- WeCom's errmsg or the transport's error, the latest
    minute     BIGINT  NOT NULL, -- unix minutes
    times      BIGINT  NOT NULL,
    first_at   BIGINT  NOT NULL,
    last_at    BIGINT  NOT NULL,
    UNIQUE (corp_id, app, operation, errcode, class, minute)
);
CREATE INDEX corp_call_newest ON corp_call (corp_id, last_at DESC, id DESC);
CREATE INDEX corp_call_age ON corp_call (last_at);

-- +goose Down
DROP TABLE corp_call;
DROP TABLE corp_token;
DROP TABLE corp_app;
DROP TABLE corp_corp;
