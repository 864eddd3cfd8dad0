-- What is known of persons and visits, and the transitions that follow from it.
-- A cluster is what must be decided about together: persons tied by merges or by a shared visit.
CREATE TABLE persons (
    patient_key text PRIMARY KEY,
    cluster_key text  NOT NULL,
    site        text  NOT NULL,
    mrn         text  NOT NULL,
    authority   text  NOT NULL,
    facts       jsonb NOT NULL
);
CREATE INDEX persons_by_cluster ON persons (cluster_key);

CREATE TABLE encounters (
    visit_key   text PRIMARY KEY,
    cluster_key text  NOT NULL,
    site        text  NOT NULL,
    visit       text  NOT NULL,
    facts       jsonb NOT NULL,
    moments     jsonb NOT NULL,
    version     int   NOT NULL,
    view        jsonb
);
CREATE INDEX encounters_by_cluster ON encounters (cluster_key);

CREATE TABLE transitions (
    transition_id uuid PRIMARY KEY,
    cluster_key   text        NOT NULL,
    version       int         NOT NULL,
    state         text        NOT NULL CHECK (state IN (
        'active', 'provisional', 'completed', 'interrupted', 'superseded', 'voided', 'closed'
    )),
    closes_at     timestamptz NOT NULL,
    opened_from   text[]      NOT NULL,
    done          text[]      NOT NULL,
    view          jsonb       NOT NULL
);
CREATE INDEX transitions_by_cluster ON transitions (cluster_key);
CREATE INDEX transitions_to_close ON transitions (closes_at)
 WHERE state IN ('active', 'provisional');

