-- +goose Up
-- Whom the installation has called, of all its nodes together; it belongs to no corp.
CREATE TABLE network_host (
    host     TEXT   NOT NULL,
    port     TEXT   NOT NULL,
    asker    TEXT   NOT NULL, -- part of the program: wecom, pictures, files, acme …
    setting  TEXT   NOT NULL, -- what allowed it the last time, '' when it was refused
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    calls    BIGINT NOT NULL, -- attempts, refused ones included
    failures BIGINT NOT NULL,
    refused  BIGINT NOT NULL,
    sent     BIGINT NOT NULL, -- bytes
    received BIGINT NOT NULL, -- bytes
    PRIMARY KEY (host, port, asker)
);
CREATE INDEX network_host_latest ON network_host (last_at DESC);

-- +goose Down
DROP TABLE network_host;
