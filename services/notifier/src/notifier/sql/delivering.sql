-- claim_due_notices --
-- Some pending notices whose next attempt is due, longest due first, which nobody else holds.
SELECT *
  FROM notices
 WHERE state = 'pending' AND next_attempt_at <= $1::timestamptz
 ORDER BY next_attempt_at
 LIMIT $2::int
   FOR UPDATE SKIP LOCKED;

-- lock_notice --
-- One notice, for this transaction alone.
SELECT * FROM notices WHERE notification_id = $1::uuid FOR UPDATE;

-- read_visits --
-- What is known of some visits.
SELECT visit_key, patient_key, site, facts, history
  FROM visits
 WHERE visit_key = ANY ($1::text[])
 ORDER BY visit_key, patient_key;

-- read_people --
-- Some people and those they were merged into.
SELECT patient_key, survivor_key, facts
  FROM people
 WHERE patient_key = ANY ($1::text[])
    OR patient_key IN (SELECT survivor_key FROM people WHERE patient_key = ANY ($1::text[]));

-- open_attempts --
-- Records that attempts begin.
INSERT INTO attempts (notification_id, number, started_at)
SELECT notification_id, number, $3::timestamptz
  FROM unnest($1::uuid[], $2::int[]) AS begun (notification_id, number);

-- close_attempts --
-- Records how attempts ended; what is recorded already stays, but for an unknown end.
UPDATE attempts
   SET finished_at = $5::timestamptz, outcome = ended.outcome, error = ended.error
  FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[])
       AS ended (notification_id, number, outcome, error)
 WHERE attempts.notification_id = ended.notification_id
   AND attempts.number = ended.number
   AND (attempts.outcome IS NULL OR attempts.outcome = 'unknown');

-- next_instant --
-- When the next attempt of a pending notice is due.
SELECT min(next_attempt_at) FROM notices WHERE state = 'pending';
