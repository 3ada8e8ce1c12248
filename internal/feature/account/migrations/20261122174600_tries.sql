-- +goose Up

-- Who is slowed down when signing in, on all nodes together.
CREATE TABLE account_tries (
    hash    TEXT   NOT NULL PRIMARY KEY, -- of a sign-in name or an address, with a key of the key file
    full_at BIGINT NOT NULL -- unix ms at which all tries are back
);
CREATE INDEX account_tries_full ON account_tries (full_at);

-- +goose Down
DROP TABLE account_tries;
