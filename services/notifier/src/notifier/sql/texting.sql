-- keep_follow_ups --
-- Keeps how transitions stand, where that is newer than what is known.
INSERT INTO follow_ups AS known (transition_id, version, is_wanted)
SELECT transition_id, version, is_wanted
  FROM unnest($1::uuid[], $2::int[], $3::bool[]) AS incoming (transition_id, version, is_wanted)
 ORDER BY transition_id
    ON CONFLICT (transition_id) DO UPDATE
   SET version = excluded.version, is_wanted = excluded.is_wanted
 WHERE known.version < excluded.version
RETURNING transition_id;

-- lock_texts --
-- Some texts, for this transaction alone.
SELECT * FROM notices WHERE notification_id = ANY ($1::uuid[]) ORDER BY notification_id FOR UPDATE;

-- stop_number --
-- Notes that nobody is to be texted at a number.
INSERT INTO stopped_numbers (number, stopped_at)
VALUES ($1::text, $2::timestamptz)
    ON CONFLICT (number) DO NOTHING
RETURNING number;

-- lock_texts_to --
-- The texts about follow-ups to a number, the last asked for first, for this transaction alone.
SELECT *
  FROM notices
 WHERE recipient_role = 'patient'
   AND recipient_address = $1::text
   AND about = 'transition.opened'
 ORDER BY requested_at DESC, notification_id
   FOR UPDATE;

-- decide_on_texts_alone --
-- Lets nobody else decide on texts until this transaction ends: two must not both be the day's first.
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.texts', 0));

-- read_texting --
-- Whether each of some texts is still wanted, whether its number was opted out, and when others were,
-- or may have been, handed over to that number or for that patient, under whatever key, since a time.
SELECT notification_id,
       coalesce(follow_up.is_wanted, false) AS follow_up_stands,
       stopped.number IS NOT NULL AS opted_out,
       coalesce(lately.sent_at, '{}') AS sent_at
  FROM unnest($1::uuid[], $2::uuid[]) AS wanted (notification_id, transition_id)
  JOIN notices AS text USING (notification_id)
  LEFT JOIN follow_ups AS follow_up USING (transition_id)
  LEFT JOIN stopped_numbers AS stopped ON stopped.number = text.recipient_address
  LEFT JOIN LATERAL (
       SELECT array_agg(attempt.started_at ORDER BY attempt.started_at) AS sent_at
         FROM attempts AS attempt
         JOIN notices AS other ON other.notification_id = attempt.notification_id
        WHERE other.recipient_role = 'patient'
          AND other.about = 'transition.opened'
          AND attempt.started_at >= $3::timestamptz
          AND (attempt.outcome IS NULL OR attempt.outcome IN ('sent', 'unknown'))
          AND (other.recipient_address = text.recipient_address
               OR other.patient_key = text.patient_key
               OR other.patient_key IN (
                  SELECT same.patient_key
                    FROM people AS own
                    JOIN people AS same
                      ON same.patient_key = coalesce(own.survivor_key, own.patient_key)
                      OR same.survivor_key = coalesce(own.survivor_key, own.patient_key)
                   WHERE own.patient_key = text.patient_key))
       ) AS lately ON true;
