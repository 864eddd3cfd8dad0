-- advance_plans --
-- Notes the versions of plans and gives back the transitions for which they are news.
INSERT INTO plans (transition_id, version)
SELECT transition_id, version
  FROM unnest($1::uuid[], $2::int[]) AS incoming (transition_id, version)
 ORDER BY transition_id
    ON CONFLICT (transition_id) DO UPDATE SET version = excluded.version
 WHERE plans.version < excluded.version
RETURNING transition_id;

-- add_blank_watches --
-- Makes a watch for every task that is heard of for the first time.
INSERT INTO watches (task_id, transition_id, task_version, is_open)
SELECT task_id, transition_id, 0, true
  FROM unnest($1::uuid[], $2::uuid[]) AS incoming (task_id, transition_id)
 ORDER BY task_id
    ON CONFLICT (task_id) DO NOTHING;

-- lock_watches --
-- All watches of some transitions and of some tasks, for this transaction alone.
SELECT task_id, transition_id, task_version, is_open, planned, site, patient_key, code, role,
       due_at, window_opens_at, escalates_at, escalates_to, correlation_id, traceparent
  FROM watches
 WHERE transition_id = ANY ($1::uuid[]) OR task_id = ANY ($2::uuid[])
 ORDER BY task_id
   FOR UPDATE;

-- keep_watches --
-- Stores watches as they are now.
UPDATE watches
   SET task_version = incoming.task_version,
       is_open = incoming.is_open,
       planned = incoming.planned,
       site = incoming.site,
       patient_key = incoming.patient_key,
       code = incoming.code,
       role = incoming.role,
       due_at = incoming.due_at,
       window_opens_at = incoming.window_opens_at,
       escalates_at = incoming.escalates_at,
       escalates_to = incoming.escalates_to,
       correlation_id = incoming.correlation_id,
       traceparent = incoming.traceparent
  FROM unnest($1::uuid[], $2::int[], $3::bool[], $4::bool[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
              $12::text[], $13::text[], $14::text[])
       AS incoming (task_id, task_version, is_open, planned, site, patient_key, code, role,
                    due_at, window_opens_at, escalates_at, escalates_to, correlation_id,
                    traceparent)
 WHERE watches.task_id = incoming.task_id;

-- disarm_unwanted_timers --
-- Takes away the armed timers of some tasks that are not among the wanted; what fired stays.
DELETE FROM timers
 WHERE task_id = ANY ($1::uuid[])
   AND state = 'armed'
   AND reminder_id <> ALL ($2::uuid[]);

-- arm_timers --
-- Arms timers, or moves their instant; one that fired or was skipped is left alone.
INSERT INTO timers (reminder_id, task_id, kind, due_at, remind_at, state)
SELECT reminder_id, task_id, kind, due_at, remind_at, 'armed'
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
       AS wanted (reminder_id, task_id, kind, due_at, remind_at)
 ORDER BY reminder_id
    ON CONFLICT (reminder_id) DO UPDATE SET remind_at = excluded.remind_at
 WHERE timers.state = 'armed' AND timers.remind_at <> excluded.remind_at;

-- wake_firing --
-- Tells the worker, when this transaction commits, that the next instant may have moved.
SELECT pg_notify(current_schema() || '_timers', '');

-- claim_due_timers --
-- Some armed timers that are due, oldest first, which no other transaction holds.
SELECT timers.task_id, timers.kind, timers.due_at, timers.remind_at, watches.transition_id,
       watches.planned, watches.site, watches.patient_key, watches.code, watches.role,
       watches.due_at AS step_due_at, watches.window_opens_at, watches.escalates_at,
       watches.escalates_to, watches.correlation_id, watches.traceparent
  FROM timers
  JOIN watches USING (task_id)
 WHERE timers.state = 'armed' AND timers.remind_at <= $1::timestamptz
 ORDER BY timers.remind_at
 LIMIT $2::int
   FOR UPDATE OF timers SKIP LOCKED;

-- settle_timers --
-- Notes what became of claimed timers.
UPDATE timers
   SET state = settled.state, settled_at = $3::timestamptz
  FROM unnest($1::uuid[], $2::text[]) AS settled (reminder_id, state)
 WHERE timers.reminder_id = settled.reminder_id;

-- next_instant --
-- When the next armed timer is due.
SELECT min(remind_at) FROM timers WHERE state = 'armed';
