-- +goose Up
-- The member's main department when it happened: where he works today says nothing of it.
ALTER TABLE churn_ending ADD COLUMN department_id BIGINT NOT NULL DEFAULT 0; -- 0 not known
ALTER TABLE churn_ending ADD COLUMN department TEXT NOT NULL DEFAULT '';     -- as it was called then
UPDATE churn_ending SET department_id = COALESCE((SELECT m.main_department FROM mirror_member AS m WHERE m.corp_id = churn_ending.corp_id AND m.id = churn_ending.member_id), 0);
UPDATE churn_ending SET department = COALESCE((SELECT d.name FROM mirror_department AS d WHERE d.corp_id = churn_ending.corp_id AND d.id = churn_ending.department_id), '')
    WHERE department_id > 0;
CREATE INDEX churn_ending_department ON churn_ending (corp_id, department_id, kind, ended_at DESC, id DESC);

-- +goose Down
DROP INDEX churn_ending_department;
ALTER TABLE churn_ending DROP COLUMN department;
ALTER TABLE churn_ending DROP COLUMN department_id;
