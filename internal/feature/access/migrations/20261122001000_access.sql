-- +goose Up
CREATE TABLE access_role (
    corp_id     TEXT    NOT NULL,
    role        TEXT    NOT NULL, -- owner | admin | manager | staff, later custom ones
    name        TEXT    NOT NULL, -- shown where the role has no translation
    permissions TEXT    NOT NULL, -- JSON array; "*" is all, "customer.*" all of a feature
    reach       TEXT    NOT NULL, -- all | departments | self
    built_in    BOOLEAN NOT NULL, -- follows the program; cannot be changed
    PRIMARY KEY (corp_id, role)
);

-- Who holds which role; several add up. Exactly one of account_id and member is set.
CREATE TABLE access_grant (
    corp_id    TEXT   NOT NULL,
    account_id BIGINT NOT NULL, -- local account, 0 for a member
    member     TEXT   NOT NULL, -- userid in lower case, '' for a local account
    role       TEXT   NOT NULL,
    granted_by TEXT   NOT NULL, -- viewer.Actor of the giver
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, account_id, member, role),
    FOREIGN KEY (corp_id, role) REFERENCES access_role (corp_id, role)
);

-- +goose Down
DROP TABLE access_grant;
DROP TABLE access_role;
