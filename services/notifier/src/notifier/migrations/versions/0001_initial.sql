CREATE TABLE people (
    patient_key  text  PRIMARY KEY,
    survivor_key text,
    facts        jsonb NOT NULL,
    CHECK (survivor_key <> patient_key)
);
COMMENT ON TABLE people IS 'What was said of each patient: the little that a notice needs.';
CREATE INDEX people_by_survivor ON people (survivor_key) WHERE survivor_key IS NOT NULL;

CREATE TABLE visits (
    visit_key text  PRIMARY KEY,
    site      text  NOT NULL,
    facts     jsonb NOT NULL,
    history   jsonb NOT NULL
);
COMMENT ON TABLE visits IS 'What happened in each visit, as far as providers are told of it.';

-- No reference to visits: a correction is written while an outcome is recorded, and must not wait
-- for a batch that holds the visit and waits for the notice.
CREATE TABLE notices (
    notification_id   uuid        PRIMARY KEY,
    visit_key         text        NOT NULL,
    patient_key       text        NOT NULL,
    site              text        NOT NULL,
    about             text        NOT NULL CHECK (about IN (
        'encounter.registered', 'encounter.admitted', 'encounter.discharged',
        'admission.cancelled', 'discharge.cancelled')),
    recorded_at       timestamptz NOT NULL,
    event_id          text        NOT NULL,
    occurred_at       timestamptz NOT NULL,
    care              text        CHECK (care IN ('emergency', 'observation', 'inpatient', 'other')),
    requested_at      timestamptz NOT NULL,
    next_attempt_at   timestamptz NOT NULL,
    recipient_name    text,
    recipient_address text,
    state             text        NOT NULL CHECK (state IN (
        'pending', 'sent', 'failed', 'undeliverable', 'withdrawn')),
    reason            text,
    version           integer     NOT NULL CHECK (version > 0),
    attempts          integer     NOT NULL,
    first_attempt_at  timestamptz,
    in_flight         boolean     NOT NULL,
    maybe_told        boolean     NOT NULL,
    revoked           boolean     NOT NULL,
    corrects          uuid        REFERENCES notices,
    correlation_id    text        NOT NULL,
    traceparent       text        NOT NULL,
    CHECK (recipient_address IS NULL OR recipient_name IS NOT NULL),
    CHECK (state NOT IN ('pending', 'sent') OR recipient_address IS NOT NULL),
    CHECK (state = 'pending' OR NOT in_flight)
);
CREATE INDEX notices_by_visit ON notices (visit_key);
CREATE INDEX notices_pending ON notices (next_attempt_at) WHERE state = 'pending';
CREATE INDEX notices_untried ON notices (patient_key)
    WHERE attempts = 0 AND state IN ('pending', 'undeliverable');

CREATE TABLE attempts (
    notification_id uuid        NOT NULL REFERENCES notices,
    number          integer     NOT NULL,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    outcome         text        CHECK (outcome IN ('sent', 'refused', 'deferred', 'unknown')),
    error           text,
    PRIMARY KEY (notification_id, number),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
COMMENT ON TABLE attempts IS 'Every attempt to deliver; one without an outcome is under way or lost.';
