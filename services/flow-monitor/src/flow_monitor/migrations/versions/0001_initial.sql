CREATE TABLE journal (
    stored_at      timestamptz NOT NULL,
    topic          text        NOT NULL,
    partition      integer     NOT NULL,
    position       bigint      NOT NULL,
    journaled_at   timestamptz NOT NULL DEFAULT now(),
    type           text        NOT NULL,
    event_id       text        NOT NULL,
    correlation_id text        NOT NULL,
    occurred_at    timestamptz NOT NULL,
    site           text        NOT NULL,
    control_id     text        NOT NULL,
    trigger        text        NOT NULL,
    outcome        text        NOT NULL,
    reason         text        NOT NULL,
    place          text        NOT NULL,
    answer         text        NOT NULL,
    detail         text        NOT NULL,
    patient_key    text        NOT NULL,
    mrn            text        NOT NULL,
    visit_key      text        NOT NULL,
    visit          text        NOT NULL,
    transition_id  text        NOT NULL,
    task_id        text        NOT NULL,
    digest         text        NOT NULL,
    key            text        NOT NULL,
    headers        jsonb       NOT NULL,
    payload        bytea       NOT NULL,
    PRIMARY KEY (stored_at, topic, partition, position)
) PARTITION BY RANGE (stored_at);
COMMENT ON TABLE journal IS 'Every record of every topic, once, as it was stored in Kafka.';
COMMENT ON COLUMN journal.position IS 'The offset within the Kafka partition.';

CREATE INDEX journal_by_correlation ON journal (correlation_id) WHERE correlation_id <> '';
CREATE INDEX journal_by_transition ON journal (transition_id) WHERE transition_id <> '';
CREATE INDEX journal_by_event ON journal (event_id) WHERE event_id <> '';
CREATE INDEX journal_by_control_id ON journal (control_id) WHERE control_id <> '';
CREATE INDEX journal_by_patient ON journal (patient_key) WHERE patient_key <> '';
CREATE INDEX journal_by_mrn ON journal (mrn) WHERE mrn <> '';
CREATE INDEX journal_by_visit ON journal (visit) WHERE visit <> '';
CREATE INDEX journal_received ON journal (stored_at, partition, position)
    WHERE topic = 'hl7.received.v1';
CREATE INDEX journal_dead ON journal (stored_at, topic, partition, position)
    WHERE outcome = 'dead';

CREATE TABLE journal_rest PARTITION OF journal DEFAULT;
COMMENT ON TABLE journal_rest IS 'Records of months without a part of their own: there should be none.';

CREATE TABLE patient_merges (
    prior_patient_key text NOT NULL,
    patient_key       text NOT NULL,
    site              text NOT NULL,
    prior_mrn         text NOT NULL,
    PRIMARY KEY (prior_patient_key, patient_key)
);
COMMENT ON TABLE patient_merges IS 'Who was merged into whom: former numbers find the survivor.';
CREATE INDEX patient_merges_by_survivor ON patient_merges (patient_key);
CREATE INDEX patient_merges_by_number ON patient_merges (prior_mrn);

CREATE TABLE passed (
    topic   text        NOT NULL,
    site    text        NOT NULL,
    outcome text        NOT NULL,
    count   bigint      NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (topic, site, outcome)
);
COMMENT ON TABLE passed IS 'How much has passed, kept with the journal so that nobody need count it.';

CREATE TABLE transition_states (
    transition_id text    PRIMARY KEY,
    site          text    NOT NULL,
    version       integer NOT NULL,
    state         text    NOT NULL
);
COMMENT ON TABLE transition_states IS 'How each transition stands, by its newest version.';

CREATE FUNCTION prepare_journal_month(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    since text := quote_literal(first::text || ' 00:00:00+00');
    until text := quote_literal((first + interval '1 month')::date::text || ' 00:00:00+00');
    part  text := quote_ident('journal_' || to_char(first, 'YYYY_MM'));
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(current_schema() || '.journal'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE 'CREATE TABLE ' || part || ' (LIKE journal INCLUDING DEFAULTS)';
    -- What came before its month had a part of its own moves in, else the part could not be attached.
    EXECUTE 'WITH moved AS (DELETE FROM journal_rest WHERE stored_at >= ' || since
        || ' AND stored_at < ' || until || ' RETURNING *) INSERT INTO ' || part
        || ' SELECT * FROM moved';
    EXECUTE 'ALTER TABLE journal ATTACH PARTITION ' || part
        || ' FOR VALUES FROM (' || since || ') TO (' || until || ')';
END
$$;
COMMENT ON FUNCTION prepare_journal_month IS 'Gives the month of a day a part of the journal.';

CREATE FUNCTION drop_journal_months_before(day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    limit_name text := 'journal_' || to_char(date_trunc('month', day), 'YYYY_MM');
    part       text;
    dropped    integer := 0;
BEGIN
    FOR part IN
        SELECT child.relname
          FROM pg_inherits
          JOIN pg_class child ON child.oid = pg_inherits.inhrelid
         WHERE pg_inherits.inhparent = 'journal'::regclass
           AND child.relname ~ '^journal_[0-9]{4}_[0-9]{2}$'
           AND child.relname < limit_name
    LOOP
        EXECUTE 'DROP TABLE ' || quote_ident(part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION drop_journal_months_before IS 'Drops the parts of all months before a day''s.';

SELECT prepare_journal_month(now()::date);
SELECT prepare_journal_month((now() + interval '1 month')::date);
