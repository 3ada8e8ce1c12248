-- +goose Up

-- Local accounts (本地账号). They belong to the installation; corp_id is where they work now.
CREATE TABLE account_account (
    id         BIGINT  NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL, -- sign-in name as it was chosen
    lookup     TEXT    NOT NULL UNIQUE, -- the same for comparing: NFKC, lower case
    password   TEXT    NOT NULL, -- argon2id in PHC form
    founder    BOOLEAN NOT NULL, -- made at the first start: owner of every corp
    corp_id    TEXT    NOT NULL, -- corp of the last session, '' before the first
    created_at BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL  -- when the password was set
);

CREATE TABLE account_session (
    token      TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the cookie's value
    corp_id    TEXT   NOT NULL,
    account_id BIGINT NOT NULL, -- 0 for members
    member     TEXT   NOT NULL, -- userid in lower case, '' for local accounts
    data       TEXT   NOT NULL, -- JSON
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL  -- last use, true to a few minutes
);
CREATE INDEX account_session_member ON account_session (corp_id, member);
CREATE INDEX account_session_account ON account_session (account_id);
CREATE INDEX account_session_seen ON account_session (seen_at);
CREATE INDEX account_session_age ON account_session (created_at);

-- +goose Down
DROP TABLE account_session;
DROP TABLE account_account;
