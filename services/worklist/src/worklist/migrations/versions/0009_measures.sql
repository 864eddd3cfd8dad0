-- What measures over many discharges read of each: a month of them is read without its snapshots.
ALTER TABLE transitions
    ADD COLUMN is_home_discharge boolean
        GENERATED ALWAYS AS (snapshot ->> 'kind' = 'home_visit'
                             AND snapshot -> 'retracted' IS DISTINCT FROM 'true'::jsonb) STORED,
    ADD COLUMN contact_due_at timestamptz,
    ADD COLUMN readmitted_at  timestamptz,
    ADD COLUMN died_at        timestamptz;
UPDATE transitions
   SET contact_due_at = (snapshot -> 'clocks' ->> 'initial_contact_due_at')::timestamptz,
       readmitted_at = (snapshot ->> 'readmitted_at')::timestamptz,
       died_at = (snapshot ->> 'died_at')::timestamptz;
CREATE INDEX discharges_home
    ON transitions (site, discharged_at, transition_id) WHERE is_home_discharge;

-- Of a transition's tasks all, or the one of a code.
CREATE INDEX tasks_of_transition_by_code ON tasks (transition_id, code);
DROP INDEX tasks_of_transition;
ANALYZE transitions;
