-- +goose Up
-- All notes of a corp, or of its members, the newest first.
CREATE INDEX followup_note_newest ON followup_note (corp_id, created_at DESC, id DESC);
CREATE INDEX followup_note_member ON followup_note (corp_id, member_id, created_at DESC, id DESC);
-- A member who gets another userid.
CREATE INDEX followup_task_author ON followup_task (corp_id, author);
CREATE INDEX followup_last_member ON followup_last (corp_id, member_id);

-- +goose Down
DROP INDEX followup_last_member;
DROP INDEX followup_task_author;
DROP INDEX followup_note_member;
DROP INDEX followup_note_newest;
