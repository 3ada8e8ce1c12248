-- +goose Up
-- Who changed what about a corp's connection, and when. Values are those that people may
-- see: of a secret only that it was set.
CREATE TABLE setup_change (
    id      BIGINT NOT NULL PRIMARY KEY,
    corp_id TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT   NOT NULL, -- viewer.Actor
    name    TEXT   NOT NULL, -- what he is called
    field   TEXT   NOT NULL, -- created | name | timeZone | status | agentId | secret | callback | file
    before  TEXT   NOT NULL,
    after   TEXT   NOT NULL
);
CREATE INDEX setup_change_newest ON setup_change (corp_id, id DESC);

-- The latest examination of each corp, and under '' that of the installation.
CREATE TABLE setup_health (
    corp_id  TEXT   NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    findings TEXT   NOT NULL -- JSON
);

-- +goose Down
DROP TABLE setup_health;
DROP TABLE setup_change;
