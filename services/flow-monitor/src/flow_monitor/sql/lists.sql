-- received_messages --
-- Received frames, newest first, from before a position.
SELECT stored_at, topic, partition, position, type, event_id, correlation_id, occurred_at, site,
       control_id, trigger, outcome, reason, place, answer, detail, patient_key, mrn, visit_key,
       visit, transition_id, task_id, digest
  FROM journal
 WHERE topic = 'hl7.received.v1'
   AND ($1::text = '' OR outcome = $1::text)
   AND ($2::text = '' OR site = $2::text)
   AND ($3::text = '' OR control_id = $3::text)
   AND stored_at >= $4::timestamptz
   AND (stored_at, partition, position) < ($5::timestamptz, $6::int, $7::bigint)
 ORDER BY stored_at DESC, partition DESC, position DESC
 LIMIT $8::int;

-- effects --
-- How many distinct events of each type followed from each frame.
SELECT correlation_id, type, count(DISTINCT event_id) AS count
  FROM journal
 WHERE correlation_id = ANY ($1::text[]) AND correlation_id <> ''
   AND topic <> 'hl7.received.v1' AND outcome <> 'dead'
 GROUP BY correlation_id, type;

-- dead_letters --
-- Dead letters, newest first, from before a position.
SELECT stored_at, topic, partition, position, type, event_id, correlation_id, occurred_at, site,
       control_id, trigger, outcome, reason, place, answer, detail, patient_key, mrn, visit_key,
       visit, transition_id, task_id, digest
  FROM journal
 WHERE outcome = 'dead'
   AND (stored_at, topic, partition, position)
     < ($1::timestamptz, $2::text, $3::int, $4::bigint)
 ORDER BY stored_at DESC, topic DESC, partition DESC, position DESC
 LIMIT $5::int;

-- counts --
-- How much has passed, by topic, site and outcome.
SELECT topic, site, outcome, count, last_at FROM passed ORDER BY topic, site, outcome;

-- open_transitions --
-- How many transitions are open, by site.
SELECT site, count(*) AS count
  FROM transition_states
 WHERE state IN ('active', 'provisional')
 GROUP BY site;
