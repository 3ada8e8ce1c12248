-- +goose Up
CREATE TABLE search_doc (
    ref     BIGINT   NOT NULL PRIMARY KEY,
    corp_id TEXT     NOT NULL,
    kind    TEXT     NOT NULL,
    body    TEXT     NOT NULL,
    grams   TSVECTOR NOT NULL
);
CREATE INDEX search_doc_newest ON search_doc (corp_id, kind, ref);
CREATE INDEX search_doc_grams ON search_doc USING GIN (grams);

-- +goose Down
DROP TABLE search_doc;
