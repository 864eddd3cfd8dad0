-- add_blank_people --
-- Makes room for every patient who is heard of for the first time.
INSERT INTO people (patient_key, facts)
SELECT patient_key, '{}'
  FROM unnest($1::text[]) AS incoming (patient_key)
 ORDER BY patient_key
    ON CONFLICT (patient_key) DO NOTHING;

-- lock_people --
-- Some people and those they were merged into, for this transaction alone.
SELECT patient_key, survivor_key, facts
  FROM people
 WHERE patient_key = ANY ($1::text[])
    OR patient_key IN (SELECT survivor_key FROM people WHERE patient_key = ANY ($1::text[]))
 ORDER BY patient_key
   FOR UPDATE;

-- keep_people --
-- Stores people as they are now.
UPDATE people
   SET survivor_key = incoming.survivor_key, facts = incoming.facts
  FROM unnest($1::text[], $2::text[], $3::jsonb[]) AS incoming (patient_key, survivor_key, facts)
 WHERE people.patient_key = incoming.patient_key;

-- redirect_people --
-- Lets whoever points at a person who was merged away point at the one who stands for them.
UPDATE people
   SET survivor_key = merged.survivor_key
  FROM unnest($1::text[], $2::text[]) AS merged (patient_key, survivor_key)
 WHERE people.survivor_key = merged.patient_key;

-- visits_in_question --
-- Visits of some people, under any of their numbers, with a notice that nobody has tried, or spoken
-- of under several of them: what was told under one may have been taken back under another.
WITH whole AS (
    SELECT DISTINCT coalesce(survivor_key, patient_key) AS patient_key
      FROM people
     WHERE patient_key = ANY ($1::text[])
), mine AS (
    SELECT patient_key FROM whole
     UNION
    SELECT people.patient_key FROM people JOIN whole ON people.survivor_key = whole.patient_key
)
SELECT visit_key
  FROM notices
  JOIN mine USING (patient_key)
 WHERE attempts = 0
   AND state IN ('pending', 'undeliverable')
 UNION
SELECT one.visit_key
  FROM visits AS one
  JOIN mine USING (patient_key)
  JOIN visits AS other ON other.visit_key = one.visit_key AND other.patient_key <> one.patient_key;

-- add_blank_visits --
-- Makes room for every visit that is heard of for the first time.
INSERT INTO visits (visit_key, patient_key, site, facts, history)
SELECT visit_key, patient_key, site, '{}', '{"moments": []}'
  FROM unnest($1::text[], $2::text[], $3::text[]) AS incoming (visit_key, patient_key, site)
 ORDER BY visit_key, patient_key
    ON CONFLICT (visit_key, patient_key) DO NOTHING;

-- lock_visits --
-- Some visits, for this transaction alone.
SELECT visit_key, patient_key, site, facts, history
  FROM visits
 WHERE visit_key = ANY ($1::text[])
 ORDER BY visit_key, patient_key
   FOR UPDATE;

-- keep_visits --
-- Stores visits as they are now.
UPDATE visits
   SET facts = incoming.facts, history = incoming.history
  FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::jsonb[])
       AS incoming (visit_key, patient_key, facts, history)
 WHERE visits.visit_key = incoming.visit_key
   AND visits.patient_key = incoming.patient_key;

-- lock_notices_of_visits --
-- All notices about some visits, for this transaction alone.
SELECT * FROM notices WHERE visit_key = ANY ($1::text[]) ORDER BY notification_id FOR UPDATE;

-- keep_notices --
-- Stores notices, new or known; what a notice is about never changes.
INSERT INTO notices (
       notification_id, visit_key, patient_key, site, about, recorded_at, event_id, occurred_at,
       care, requested_at, next_attempt_at, recipient_role, recipient_key, recipient_name,
       recipient_address, state, reason, version, attempts, first_attempt_at, in_flight, maybe_told,
       revoked, corrects, correlation_id, traceparent)
SELECT notification_id, visit_key, patient_key, site, about, recorded_at, event_id, occurred_at,
       care, requested_at, next_attempt_at, recipient_role, recipient_key, recipient_name,
       recipient_address, state, reason, version, attempts, first_attempt_at, in_flight, maybe_told,
       revoked, corrects, correlation_id, traceparent
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
              $7::text[], $8::timestamptz[], $9::text[], $10::timestamptz[], $11::timestamptz[],
              $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
              $18::int[], $19::int[], $20::timestamptz[], $21::bool[], $22::bool[], $23::bool[],
              $24::uuid[], $25::text[], $26::text[])
       AS incoming (
       notification_id, visit_key, patient_key, site, about, recorded_at, event_id, occurred_at,
       care, requested_at, next_attempt_at, recipient_role, recipient_key, recipient_name,
       recipient_address, state, reason, version, attempts, first_attempt_at, in_flight, maybe_told,
       revoked, corrects, correlation_id, traceparent)
    ON CONFLICT (notification_id) DO UPDATE
   SET next_attempt_at = excluded.next_attempt_at,
       recipient_name = excluded.recipient_name,
       recipient_address = excluded.recipient_address,
       state = excluded.state,
       reason = excluded.reason,
       version = excluded.version,
       attempts = excluded.attempts,
       first_attempt_at = excluded.first_attempt_at,
       in_flight = excluded.in_flight,
       maybe_told = excluded.maybe_told,
       revoked = excluded.revoked;

-- wake_delivery --
-- Tells the worker, when this transaction commits, that there may be something to deliver.
SELECT pg_notify(current_schema() || '_notices', '');
