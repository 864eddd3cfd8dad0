-- remember_unseen_events --
-- Takes the ids of a batch into the inbox and gives back those that were not there.
INSERT INTO inbox (event_id, seen_at)
SELECT event_id, $2::timestamptz
  FROM unnest($1::text[]) AS incoming (event_id)
    ON CONFLICT (event_id) DO NOTHING
RETURNING event_id;

-- forget_old_events --
-- Forgets a bounded number of events that were seen before an instant.
DELETE FROM inbox
 WHERE event_id IN (
       SELECT event_id FROM inbox WHERE seen_at < $1::timestamptz LIMIT $2::int
       );

-- append_to_outbox --
-- Puts events in line for publication, in the order given.
INSERT INTO outbox (topic, key, event_id, type, source, subject, time, data,
                    correlation_id, traceparent, extensions)
SELECT topic, key, event_id, type, source, subject, time, data,
       correlation_id, traceparent, extensions
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::timestamptz[], $8::bytea[], $9::text[], $10::text[], $11::jsonb[])
       WITH ORDINALITY
       AS event (topic, key, event_id, type, source, subject, time, data,
                 correlation_id, traceparent, extensions, place)
 ORDER BY place;

-- wake_relay --
-- Tells the relay, when this transaction commits, that there is something to send.
SELECT pg_notify(current_schema() || '_outbox', '');

-- claim_relay --
-- Makes this transaction the only relay of its schema; false while another one is at work.
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.outbox', 0));

-- read_outbox --
-- The oldest events that wait for publication.
SELECT position, topic, key, event_id, type, source, subject, time, data,
       correlation_id, traceparent, extensions
  FROM outbox
 ORDER BY position
 LIMIT $1::int;

-- remove_from_outbox --
-- Takes out what the broker holds.
DELETE FROM outbox WHERE position = ANY ($1::bigint[]);
