-- +goose Up
CREATE TABLE live_change (
    id      BIGINT NOT NULL PRIMARY KEY,
    corp_id TEXT   NOT NULL,
    topic   TEXT   NOT NULL,
    refs    TEXT   NOT NULL
);

-- +goose Down
DROP TABLE live_change;
