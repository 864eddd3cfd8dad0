CREATE TABLE plans (
    transition_id uuid    PRIMARY KEY,
    version       integer NOT NULL
);
COMMENT ON TABLE plans IS 'The newest version of each transition that was followed.';

CREATE TABLE watches (
    task_id         uuid    PRIMARY KEY,
    transition_id   uuid    NOT NULL,
    task_version    integer NOT NULL,
    is_open         boolean NOT NULL,
    planned         boolean,
    site            text,
    patient_key     text,
    code            text,
    role            text,
    due_at          timestamptz,
    window_opens_at timestamptz,
    correlation_id  text,
    traceparent     text,
    CHECK (planned IS NULL
        OR num_nulls(site, patient_key, code, role, due_at, correlation_id, traceparent) = 0)
);
COMMENT ON TABLE watches IS 'One task each; planned is null while only its work was heard of.';
CREATE INDEX watches_by_transition ON watches (transition_id);

CREATE TABLE timers (
    reminder_id uuid        PRIMARY KEY,
    task_id     uuid        NOT NULL REFERENCES watches,
    kind        text        NOT NULL CHECK (kind IN ('due_soon', 'overdue')),
    due_at      timestamptz NOT NULL,
    remind_at   timestamptz NOT NULL,
    state       text        NOT NULL CHECK (state IN ('armed', 'fired', 'skipped')),
    settled_at  timestamptz,
    CHECK ((state = 'armed') = (settled_at IS NULL)),
    UNIQUE (task_id, kind, due_at)
);
CREATE INDEX timers_armed ON timers (remind_at) WHERE state = 'armed';
