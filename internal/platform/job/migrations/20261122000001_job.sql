-- +goose Up
-- One row per job, from the transaction that asks for it until it is pruned.
CREATE TABLE job_job (
    id             BIGINT  PRIMARY KEY,
    corp_id        TEXT    NOT NULL,            -- '' for the installation itself
    kind           TEXT    NOT NULL,
    lane           TEXT    NOT NULL,
    state          TEXT    NOT NULL,            -- available parked running done dead cancelled
    priority       INTEGER NOT NULL,            -- higher first
    delayed        BOOLEAN NOT NULL,            -- waits for run_at; otherwise it is due at once, whatever any clock says
    run_at         BIGINT  NOT NULL,
    lane_key       TEXT,                        -- corp and key; one running at a time, in the order of place
    place          BIGINT  NOT NULL,
    timed          BOOLEAN NOT NULL,            -- asked for a later moment: joins the line only then
    unique_key     TEXT,                        -- kind, corp and key
    unique_hold    INTEGER NOT NULL,            -- how long the key is taken: 0 with the row, 1 until finished, 2 until started
    args           TEXT    NOT NULL,
    attempt        INTEGER NOT NULL,
    max_attempts   INTEGER NOT NULL,
    holder         BIGINT  NOT NULL,            -- the process that works or worked on it
    fence          BIGINT  NOT NULL,            -- grows with each claim; finishing names it
    cancel_asked   BOOLEAN NOT NULL,
    error          TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    started_at     BIGINT  NOT NULL,
    finished_at    BIGINT  NOT NULL,
    progress_done  BIGINT  NOT NULL,
    progress_total BIGINT  NOT NULL,
    progress_note  TEXT    NOT NULL
);
-- Claims and the survey of who has work due; finished rows are not in it.
CREATE INDEX job_due ON job_job (lane, corp_id, priority, delayed, run_at, id) WHERE state = 'available';
CREATE UNIQUE INDEX job_unique ON job_job (unique_key) WHERE unique_key IS NOT NULL;
-- The line of each key, and the law that one of a key runs at a time.
CREATE INDEX job_line ON job_job (lane_key, place, id) WHERE lane_key IS NOT NULL AND state IN ('available', 'parked', 'running');
CREATE UNIQUE INDEX job_line_running ON job_job (lane_key) WHERE lane_key IS NOT NULL AND state = 'running';
CREATE INDEX job_line_parked ON job_job (lane_key) WHERE lane_key IS NOT NULL AND state = 'parked';
CREATE INDEX job_held ON job_job (holder) WHERE state = 'running';
CREATE INDEX job_listed ON job_job (corp_id, state, id);

-- Who is alive: worker/<holder>, node/<number>, leader. A lease is stale when its beat
-- stands still for an observer, so the nodes' clocks need not agree.
CREATE TABLE job_lease (
    name    TEXT   PRIMARY KEY,
    holder  BIGINT NOT NULL,
    beat    BIGINT NOT NULL,
    lasts   BIGINT NOT NULL,                    -- milliseconds that the beat may stand still
    seen_at BIGINT NOT NULL                     -- for people only
);
CREATE INDEX job_lease_holder ON job_lease (holder);

-- The last tick that was turned into a job.
CREATE TABLE job_schedule (
    name      TEXT   PRIMARY KEY,
    last_tick BIGINT NOT NULL
);

-- +goose Down
DROP TABLE job_schedule;
DROP TABLE job_lease;
DROP TABLE job_job;
