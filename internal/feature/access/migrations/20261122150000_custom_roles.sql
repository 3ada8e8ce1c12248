-- +goose Up
ALTER TABLE access_role ADD COLUMN note TEXT NOT NULL DEFAULT ''; -- what it is for, in the corp's words
ALTER TABLE access_role ADD COLUMN scope TEXT NOT NULL DEFAULT ''; -- JSON Span: whose customers; '' follows reach
ALTER TABLE access_role ADD COLUMN book TEXT NOT NULL DEFAULT ''; -- JSON Span: which members may be named; '' follows scope
ALTER TABLE access_role ADD COLUMN version BIGINT NOT NULL DEFAULT 1; -- counts the changes
ALTER TABLE access_role ADD COLUMN updated_by TEXT NOT NULL DEFAULT '';
ALTER TABLE access_role ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;

-- Roles of whoever belongs to a department.
CREATE TABLE access_department_grant (
    corp_id       TEXT    NOT NULL,
    department_id BIGINT  NOT NULL,
    role          TEXT    NOT NULL,
    below         BOOLEAN NOT NULL, -- the departments below too
    granted_by    TEXT    NOT NULL,
    granted_at    BIGINT  NOT NULL,
    PRIMARY KEY (corp_id, department_id, role),
    FOREIGN KEY (corp_id, role) REFERENCES access_role (corp_id, role)
);

-- How a role's holders see the navigation; built-in roles have one too.
CREATE TABLE access_menu (
    corp_id    TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    items      TEXT   NOT NULL, -- JSON array of MenuItem, in order
    updated_by TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (corp_id, role),
    FOREIGN KEY (corp_id, role) REFERENCES access_role (corp_id, role)
);

-- +goose Down
DROP TABLE access_menu;
DROP TABLE access_department_grant;
ALTER TABLE access_role DROP COLUMN updated_at;
ALTER TABLE access_role DROP COLUMN updated_by;
ALTER TABLE access_role DROP COLUMN version;
ALTER TABLE access_role DROP COLUMN book;
ALTER TABLE access_role DROP COLUMN scope;
ALTER TABLE access_role DROP COLUMN note;
