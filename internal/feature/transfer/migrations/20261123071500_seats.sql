-- +goose Up
-- Whether it was said at the start who takes the leavers' seats; not so for older ones.
ALTER TABLE transfer_transfer ADD COLUMN seated BOOLEAN NOT NULL DEFAULT FALSE;

-- Seats of leavers in what names its members (channel codes): who takes them.
CREATE TABLE transfer_seat (
    transfer_id BIGINT NOT NULL REFERENCES transfer_transfer (id),
    corp_id     TEXT   NOT NULL,
    of_feature  TEXT   NOT NULL, -- slug of the feature that keeps the seat
    seat_id     BIGINT NOT NULL, -- the object in which it is
    name        TEXT   NOT NULL, -- as it was called then
    from_member TEXT   NOT NULL,
    to_member   TEXT   NOT NULL, -- '' when the leaver alone goes
    PRIMARY KEY (transfer_id, of_feature, seat_id, from_member)
);

-- +goose Down
DROP TABLE transfer_seat;
ALTER TABLE transfer_transfer DROP COLUMN seated;
