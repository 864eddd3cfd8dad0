-- append_entries --
-- Writes entries down, each position once, counts what is new and gives back how many those are.
WITH incoming AS (
    SELECT *
      FROM unnest($1::timestamptz[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[],
                  $7::text[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[],
                  $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
                  $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[],
                  $25::jsonb[], $26::bytea[])
        AS incoming (stored_at, topic, partition, position, type, event_id, correlation_id,
                     occurred_at, site, control_id, trigger, outcome, reason, place, answer,
                     detail, patient_key, mrn, visit_key, visit, transition_id, task_id, digest,
                     key, headers, payload)
), added AS (
    INSERT INTO journal (stored_at, topic, partition, position, type, event_id, correlation_id,
                         occurred_at, site, control_id, trigger, outcome, reason, place, answer,
                         detail, patient_key, mrn, visit_key, visit, transition_id, task_id,
                         digest, key, headers, payload)
    SELECT * FROM incoming
        ON CONFLICT DO NOTHING
    RETURNING topic, site, outcome, stored_at
), counted AS (
    INSERT INTO passed AS held (topic, site, outcome, count, last_at)
    SELECT topic, site, outcome, count(*), max(stored_at)
      FROM added
     GROUP BY topic, site, outcome
     ORDER BY topic, site, outcome
        ON CONFLICT (topic, site, outcome) DO UPDATE
       SET count = held.count + excluded.count,
           last_at = greatest(held.last_at, excluded.last_at)
)
SELECT count(*) FROM added;

-- note_merges --
-- Remembers who was merged into whom.
INSERT INTO patient_merges (prior_patient_key, patient_key, site, prior_mrn)
SELECT DISTINCT *
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       AS incoming (prior_patient_key, patient_key, site, prior_mrn)
 ORDER BY prior_patient_key, patient_key
    ON CONFLICT DO NOTHING;

-- note_transition_states --
-- Remembers how transitions stand, where this is news.
INSERT INTO transition_states AS held (transition_id, site, version, state)
SELECT DISTINCT ON (transition_id) transition_id, site, version, state
  FROM unnest($1::text[], $2::text[], $3::int[], $4::text[])
       AS incoming (transition_id, site, version, state)
 ORDER BY transition_id, version DESC
    ON CONFLICT (transition_id) DO UPDATE
   SET version = excluded.version, state = excluded.state
 WHERE held.version < excluded.version;

-- prepare_month --
-- Gives the month of a day a part of the journal.
SELECT prepare_journal_month($1::date);

-- drop_months_before --
-- Drops the parts of all months before the month of a day.
SELECT drop_journal_months_before($1::date);
