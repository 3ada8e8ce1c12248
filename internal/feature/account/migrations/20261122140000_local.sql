-- +goose Up

-- Local accounts beyond the founder.
ALTER TABLE account_account ADD COLUMN home TEXT NOT NULL DEFAULT ''; -- corp that made the account and manages it, '' for the founder
ALTER TABLE account_account ADD COLUMN disabled_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_account ADD COLUMN must_change BOOLEAN NOT NULL DEFAULT FALSE; -- the password was made up by us
ALTER TABLE account_account ADD COLUMN previous TEXT NOT NULL DEFAULT ''; -- hash of the password before, which may not come back
ALTER TABLE account_account ADD COLUMN signed_in_at BIGINT NOT NULL DEFAULT 0;

-- The second step of signing in (两步验证).
ALTER TABLE account_account ADD COLUMN totp TEXT NOT NULL DEFAULT ''; -- sealed secret, '' without
ALTER TABLE account_account ADD COLUMN totp_pending TEXT NOT NULL DEFAULT ''; -- sealed secret shown, but not proved yet
ALTER TABLE account_account ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0; -- time step of the last code taken: each works once

CREATE TABLE account_recovery (
    account_id BIGINT NOT NULL,
    hash       TEXT   NOT NULL, -- SHA-256 of the code
    used_at    BIGINT NOT NULL, -- 0: still good
    PRIMARY KEY (account_id, hash)
);

-- Browsers in which the second step is skipped for a while (记住此设备).
CREATE TABLE account_device (
    id         BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    hash       TEXT   NOT NULL UNIQUE, -- SHA-256 of the cookie's value
    agent      TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX account_device_account ON account_device (account_id);

-- What a list of sessions shows, and when the person last proved who he is.
ALTER TABLE account_session ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE account_session ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- of the last use, true to a few minutes
ALTER TABLE account_session ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX account_session_corp ON account_session (corp_id, seen_at);
CREATE INDEX account_session_id ON account_session (id);

-- A corp's rules for signing in; without a row those of the program.
CREATE TABLE account_policy (
    corp_id        TEXT    NOT NULL PRIMARY KEY,
    idle_minutes   BIGINT  NOT NULL,
    lifetime_hours BIGINT  NOT NULL,
    totp_required  BOOLEAN NOT NULL, -- for local accounts
    updated_by     TEXT    NOT NULL,
    updated_at     BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE account_policy;
DROP INDEX account_session_id;
DROP INDEX account_session_corp;
ALTER TABLE account_session DROP COLUMN confirmed_at;
ALTER TABLE account_session DROP COLUMN address;
ALTER TABLE account_session DROP COLUMN agent;
ALTER TABLE account_session DROP COLUMN id;
DROP TABLE account_device;
DROP TABLE account_recovery;
ALTER TABLE account_account DROP COLUMN totp_step;
ALTER TABLE account_account DROP COLUMN totp_pending;
ALTER TABLE account_account DROP COLUMN totp;
ALTER TABLE account_account DROP COLUMN signed_in_at;
ALTER TABLE account_account DROP COLUMN previous;
ALTER TABLE account_account DROP COLUMN must_change;
ALTER TABLE account_account DROP COLUMN disabled_at;
ALTER TABLE account_account DROP COLUMN home;
