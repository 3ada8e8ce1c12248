-- +goose Up

-- What each corp keeps in the store of files.
CREATE TABLE blob_use (
    corp_id TEXT   NOT NULL PRIMARY KEY,
    bytes   BIGINT NOT NULL, -- the sum over blob_object, with what is being written
    objects BIGINT NOT NULL
);

CREATE TABLE blob_object (
    path    TEXT   NOT NULL PRIMARY KEY, -- the object's key in the store
    corp_id TEXT   NOT NULL,
    bytes   BIGINT NOT NULL,
    writing BIGINT NOT NULL -- unix ms since when it is being written, 0 once it is there
);
CREATE INDEX blob_object_writing ON blob_object (writing);

-- +goose Down
DROP TABLE blob_object;
DROP TABLE blob_use;
