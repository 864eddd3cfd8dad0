-- Transitions as the orchestrator last told them. The snapshot is what is shown; the columns beside
-- it are what is searched and sorted by.
CREATE TABLE transitions (
    transition_id  uuid        PRIMARY KEY,
    version        integer     NOT NULL,
    site           text        NOT NULL,
    patient_key    text        NOT NULL,
    mrn            text        NOT NULL,
    former_mrns    text[]      NOT NULL,
    name_key       text        NOT NULL,
    visit          text        NOT NULL,
    visit_key      text        NOT NULL,
    state          text        NOT NULL,
    discharged_at  timestamptz NOT NULL,
    correlation_id text        NOT NULL,
    snapshot       jsonb       NOT NULL
);
CREATE INDEX transitions_of_mrn ON transitions (mrn, site);
CREATE INDEX transitions_of_former_mrn ON transitions USING gin (former_mrns);
CREATE INDEX transitions_by_name ON transitions (name_key text_pattern_ops);
CREATE INDEX transitions_of_visit ON transitions (visit);
CREATE INDEX transitions_latest ON transitions (discharged_at DESC, transition_id DESC);
CREATE INDEX transitions_of_site ON transitions (site, discharged_at DESC, transition_id DESC);
CREATE INDEX transitions_of_state ON transitions (state, discharged_at DESC, transition_id DESC);
CREATE INDEX transitions_of_site_and_state
    ON transitions (site, state, discharged_at DESC, transition_id DESC);

-- Tasks: above, what the plan asks for; below, what people did. `state` follows from the two.
CREATE TABLE tasks (
    task_id         uuid        PRIMARY KEY,
    transition_id   uuid        NOT NULL REFERENCES transitions,
    site            text        NOT NULL,
    version         integer     NOT NULL,
    code            text        NOT NULL,
    title           text        NOT NULL,
    role            text        NOT NULL,
    due_at          timestamptz NOT NULL,
    window_opens_at timestamptz,
    best_before_at  timestamptz,
    rule            text        NOT NULL,
    withdrawn_for   text,
    owner           text,
    owner_name      text,
    started_at      timestamptz,
    completed_at    timestamptz,
    outcome         text,
    state           text        NOT NULL
        CHECK (state IN ('requested', 'accepted', 'in_progress', 'completed', 'cancelled')),
    is_open         boolean     NOT NULL
        GENERATED ALWAYS AS (state NOT IN ('completed', 'cancelled')) STORED,
    rank            smallint    NOT NULL,
    changed_at      timestamptz NOT NULL
);
CREATE INDEX tasks_of_transition ON tasks (transition_id);
CREATE INDEX tasks_of_state ON tasks (state, due_at, rank, task_id);
CREATE INDEX tasks_of_site_and_state ON tasks (site, state, due_at, rank, task_id);
CREATE INDEX open_tasks ON tasks (due_at, rank, task_id) WHERE is_open;
CREATE INDEX open_tasks_of_site ON tasks (site, due_at, rank, task_id) WHERE is_open;
CREATE INDEX open_tasks_of_owner ON tasks (owner, due_at, rank, task_id) WHERE is_open;
CREATE INDEX unassigned_tasks ON tasks (due_at, rank, task_id) WHERE is_open AND owner IS NULL;
CREATE INDEX unassigned_tasks_of_site
    ON tasks (site, due_at, rank, task_id) WHERE is_open AND owner IS NULL;
CREATE INDEX completed_tasks
    ON tasks (completed_at DESC, task_id DESC) WHERE state = 'completed';
CREATE INDEX completed_tasks_of_site
    ON tasks (site, completed_at DESC, task_id DESC) WHERE state = 'completed';

-- Who did what, and what the plan did: rows are added and never touched again.
CREATE TABLE task_actions (
    action_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id       uuid        NOT NULL REFERENCES tasks,
    transition_id uuid        NOT NULL,
    version       integer     NOT NULL,
    did           text        NOT NULL,
    at            timestamptz NOT NULL,
    subject       text,
    name          text,
    role          text,
    from_state    text,
    to_state      text        NOT NULL,
    outcome       text,
    reason        text,
    note          text        NOT NULL
);
CREATE INDEX task_actions_of_transition ON task_actions (transition_id, action_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER task_actions_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON task_actions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Reminders about tasks, kept whether or not the task is known yet: topics have no common order.
CREATE TABLE reminders (
    reminder_id uuid        PRIMARY KEY,
    task_id     uuid        NOT NULL,
    kind        text        NOT NULL,
    due_at      timestamptz NOT NULL,
    reminded_at timestamptz NOT NULL
);
CREATE INDEX reminders_of_task ON reminders (task_id, due_at);

CREATE TABLE encounters (
    encounter_id uuid        PRIMARY KEY,
    version      integer     NOT NULL,
    site         text        NOT NULL,
    patient_key  text        NOT NULL,
    mrn          text        NOT NULL,
    former_mrns  text[]      NOT NULL,
    visit        text        NOT NULL,
    visit_key    text        NOT NULL,
    began_at     timestamptz NOT NULL,
    snapshot     jsonb       NOT NULL
);
CREATE INDEX encounters_of_mrn ON encounters (mrn, site);
CREATE INDEX encounters_of_former_mrn ON encounters USING gin (former_mrns);
CREATE INDEX encounters_of_visit ON encounters (visit);
CREATE INDEX encounters_latest ON encounters (began_at DESC, encounter_id DESC);
CREATE INDEX encounters_of_site ON encounters (site, began_at DESC, encounter_id DESC);

CREATE TABLE notifications (
    notification_id uuid        PRIMARY KEY,
    version         integer     NOT NULL,
    site            text        NOT NULL,
    patient_key     text        NOT NULL,
    visit_key       text,
    changed_at      timestamptz NOT NULL,
    snapshot        jsonb       NOT NULL
);
CREATE INDEX notifications_of_visit ON notifications (visit_key);
CREATE INDEX notifications_of_patient ON notifications (patient_key);
CREATE INDEX notifications_latest ON notifications (changed_at DESC, notification_id DESC);
CREATE INDEX notifications_of_site
    ON notifications (site, changed_at DESC, notification_id DESC);
