-- +goose Up
-- Customers whom somebody handed over in WeCom's own console, told of once each.
CREATE TABLE transfer_console (
    corp_id     TEXT   NOT NULL,
    customer    TEXT   NOT NULL, -- external_userid
    from_member TEXT   NOT NULL,
    to_member   TEXT   NOT NULL,
    began_at    BIGINT NOT NULL, -- when the taker's follow began
    PRIMARY KEY (corp_id, customer, from_member, to_member, began_at)
);

-- +goose Down
DROP TABLE transfer_console;
