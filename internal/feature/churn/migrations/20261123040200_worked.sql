-- +goose Up
-- All departments of the member when it happened, for the filter; churn_ending names the main one.
CREATE TABLE churn_worked (
    corp_id       TEXT   NOT NULL,
    ending_id     BIGINT NOT NULL REFERENCES churn_ending (id) ON DELETE CASCADE,
    department_id BIGINT NOT NULL,
    PRIMARY KEY (ending_id, department_id)
);
CREATE INDEX churn_worked_endings ON churn_worked (corp_id, department_id, ending_id);
INSERT INTO churn_worked (corp_id, ending_id, department_id)
SELECT corp_id, id, department_id FROM churn_ending WHERE department_id > 0;
-- Nobody noted the others: those of today, of whoever is in the same main department still.
INSERT INTO churn_worked (corp_id, ending_id, department_id)
SELECT l.corp_id, l.id, md.department_id FROM churn_ending AS l
    JOIN mirror_member AS m ON m.corp_id = l.corp_id AND m.id = l.member_id AND m.main_department = l.department_id
    JOIN mirror_member_department AS md ON md.corp_id = l.corp_id AND md.member_id = l.member_id AND md.department_id <> l.department_id
WHERE l.department_id > 0;

-- +goose Down
DROP TABLE churn_worked;
