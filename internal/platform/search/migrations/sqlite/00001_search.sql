-- +goose Up
CREATE TABLE search_doc (
    ref     BIGINT NOT NULL PRIMARY KEY,
    corp_id TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    body    TEXT   NOT NULL
);
CREATE INDEX search_doc_newest ON search_doc (corp_id, kind, ref);
CREATE VIRTUAL TABLE search_gram USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii');

-- +goose Down
DROP TABLE search_gram;
DROP TABLE search_doc;
