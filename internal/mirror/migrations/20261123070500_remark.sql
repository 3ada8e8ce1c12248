-- +goose Up

-- Lists name customers by member and remark: found by an index, a page of lines at a time.
CREATE INDEX mirror_follow_remark ON mirror_follow (corp_id, member_id, remark) WHERE remark <> '';

-- +goose Down

DROP INDEX mirror_follow_remark;
