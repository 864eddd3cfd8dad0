-- plan_for_these_values --
-- Has the queries that follow planned for the filters given, not for any that might be.
SET LOCAL plan_cache_mode = force_custom_plan;

-- read_tasks --
-- A page of the tasks that pass the given filters, the soonest due first.
SELECT tasks.*, transitions.patient_key, transitions.correlation_id, transitions.snapshot,
       ARRAY (SELECT kind FROM reminders
               WHERE reminders.task_id = tasks.task_id AND reminders.due_at = tasks.due_at)
           AS reminded, escalated_at, escalated_to
  FROM tasks
  JOIN transitions USING (transition_id)
  LEFT JOIN LATERAL (
       SELECT reminded_at AS escalated_at, escalated_to
         FROM reminders
        WHERE reminders.task_id = tasks.task_id AND reminders.due_at = tasks.due_at
          AND escalated_to IS NOT NULL
        LIMIT 1) AS escalation ON true
 WHERE (NOT $1::boolean OR tasks.is_open)
   AND ($2::text IS NULL OR tasks.state = $2::text)
   AND ($3::text IS NULL OR tasks.site = $3::text)
   AND ($4::text IS NULL OR tasks.owner = $4::text)
   AND (NOT $5::boolean OR tasks.owner IS NULL)
   AND ($6::text IS NULL OR tasks.role = $6::text)
   AND ($7::text IS NULL OR tasks.code = $7::text)
   AND ($8::text IS NULL OR transitions.mrn = $8::text
        OR transitions.former_mrns @> ARRAY[$8::text])
   AND ($9::uuid IS NULL OR tasks.transition_id = $9::uuid)
   AND ($10::timestamptz IS NULL OR tasks.due_at >= $10::timestamptz)
   AND ($11::timestamptz IS NULL OR tasks.due_at < $11::timestamptz)
   AND ($12::boolean IS NULL
        OR $12::boolean = (tasks.due_at < coalesce(
               (SELECT ends_at FROM unnest($13::text[], $14::timestamptz[]) AS day (site, ends_at)
                 WHERE day.site = tasks.site), $15::timestamptz)))
   AND ($16::timestamptz IS NULL
        OR (tasks.due_at, tasks.rank, tasks.task_id)
           > ($16::timestamptz, $17::smallint, $18::uuid))
   AND ($20::text IS NULL OR tasks.team = $20::text)
 ORDER BY tasks.due_at, tasks.rank, tasks.task_id
 LIMIT $19::int;

-- read_completed_tasks --
-- A page of completed tasks, the last completed first.
SELECT tasks.*, transitions.patient_key, transitions.correlation_id, transitions.snapshot,
       ARRAY[]::text[] AS reminded, NULL::timestamptz AS escalated_at, NULL::text AS escalated_to
  FROM tasks
  JOIN transitions USING (transition_id)
 WHERE tasks.state = 'completed'
   AND ($1::text IS NULL OR tasks.site = $1::text)
   AND ($5::text IS NULL OR tasks.team = $5::text)
   AND ($2::timestamptz IS NULL
        OR (tasks.completed_at, tasks.task_id) < ($2::timestamptz, $3::uuid))
 ORDER BY tasks.completed_at DESC, tasks.task_id DESC
 LIMIT $4::int;

-- read_task --
-- One task with its transition.
SELECT tasks.*, transitions.patient_key, transitions.correlation_id, transitions.snapshot,
       ARRAY (SELECT kind FROM reminders
               WHERE reminders.task_id = tasks.task_id AND reminders.due_at = tasks.due_at)
           AS reminded, escalated_at, escalated_to
  FROM tasks
  JOIN transitions USING (transition_id)
  LEFT JOIN LATERAL (
       SELECT reminded_at AS escalated_at, escalated_to
         FROM reminders
        WHERE reminders.task_id = tasks.task_id AND reminders.due_at = tasks.due_at
          AND escalated_to IS NOT NULL
        LIMIT 1) AS escalation ON true
 WHERE task_id = $1::uuid;

-- count_queues --
-- How many tasks stand in each queue, each counted along its index and no further than a limit.
SELECT (SELECT count(*) FROM (
           SELECT FROM tasks
            WHERE is_open AND owner = $1::text AND ($2::text IS NULL OR site = $2::text)
              AND ($9::text IS NULL OR team = $9::text)
            ORDER BY due_at LIMIT $7::int) AS few) AS mine,
       (SELECT count(*) FROM (
           SELECT FROM tasks
            WHERE is_open AND owner IS NULL AND ($2::text IS NULL OR site = $2::text)
              AND ($9::text IS NULL OR team = $9::text)
            ORDER BY due_at LIMIT $7::int) AS few) AS unassigned,
       (SELECT count(*) FROM (
           SELECT FROM tasks
            WHERE is_open AND due_at >= $3::timestamptz AND due_at < $8::timestamptz
              AND due_at < coalesce(
                      (SELECT ends_at
                         FROM unnest($4::text[], $5::timestamptz[]) AS day (site, ends_at)
                        WHERE day.site = tasks.site), $6::timestamptz)
              AND ($2::text IS NULL OR site = $2::text)
              AND ($9::text IS NULL OR team = $9::text)
            ORDER BY due_at LIMIT $7::int) AS few) AS today,
       (SELECT count(*) FROM (
           SELECT FROM tasks
            WHERE is_open AND due_at < $3::timestamptz AND ($2::text IS NULL OR site = $2::text)
              AND ($9::text IS NULL OR team = $9::text)
            ORDER BY due_at LIMIT $7::int) AS few) AS overdue,
       (SELECT count(*) FROM (
           SELECT FROM tasks
            WHERE is_open AND ($2::text IS NULL OR site = $2::text)
              AND ($9::text IS NULL OR team = $9::text)
            ORDER BY due_at LIMIT $7::int) AS few) AS open,
       (SELECT count(*) FROM (
           SELECT FROM tasks
            WHERE state = 'completed' AND ($2::text IS NULL OR site = $2::text)
              AND ($9::text IS NULL OR team = $9::text)
            ORDER BY completed_at DESC LIMIT $7::int) AS few) AS completed;

-- read_transitions --
-- A page of the transitions that pass the given filters, the last discharged first; one that was
-- retracted only if somebody worked on it. What is done before a discharge is none yet.
SELECT transition_id, discharged_at, snapshot
  FROM transitions
 WHERE snapshot ->> 'kind' <> 'discharge_planning'
   AND ($1::text IS NULL OR site = $1::text)
   AND ($2::text IS NULL OR mrn = $2::text OR former_mrns @> ARRAY[$2::text])
   AND ($3::text IS NULL OR visit = $3::text OR former_visits @> ARRAY[$3::text])
   AND ($4::text IS NULL OR state = $4::text)
   AND (snapshot -> 'retracted' IS DISTINCT FROM 'true'::jsonb
        OR EXISTS (SELECT FROM task_actions
                    WHERE task_actions.transition_id = transitions.transition_id
                      AND subject IS NOT NULL))
   AND ($5::timestamptz IS NULL
        OR (discharged_at, transition_id) < ($5::timestamptz, $6::uuid))
 ORDER BY discharged_at DESC, transition_id DESC
 LIMIT $7::int;

-- read_transition --
-- One transition.
SELECT transition_id, discharged_at, snapshot
  FROM transitions
 WHERE transition_id = $1::uuid;

-- find_patients --
-- The last discharged of the transitions of patients with this number or with such a name.
SELECT transition_id, discharged_at, snapshot
  FROM (SELECT transition_id, discharged_at, snapshot
          FROM transitions
         WHERE (mrn = $1::text OR former_mrns @> ARRAY[$1::text] OR name_key LIKE $2::text)
           AND (snapshot -> 'retracted' IS DISTINCT FROM 'true'::jsonb
                OR EXISTS (SELECT FROM task_actions
                            WHERE task_actions.transition_id = transitions.transition_id
                              AND subject IS NOT NULL))
         LIMIT 500) AS found
 ORDER BY discharged_at DESC, transition_id DESC
 LIMIT $3::int;

-- read_tasks_of_transitions --
-- The tasks of some transitions in the order of their due times.
SELECT tasks.*, transitions.patient_key, transitions.correlation_id, escalated_at, escalated_to
  FROM tasks
  JOIN transitions USING (transition_id)
  LEFT JOIN LATERAL (
       SELECT reminded_at AS escalated_at, escalated_to
         FROM reminders
        WHERE reminders.task_id = tasks.task_id AND reminders.due_at = tasks.due_at
          AND escalated_to IS NOT NULL
        LIMIT 1) AS escalation ON true
 WHERE transition_id = ANY ($1::uuid[])
 ORDER BY due_at, rank, task_id;

-- read_actions --
-- What was done with the tasks of a transition, the latest first.
SELECT task_id, version, did, at, subject, name, role, from_state, to_state, outcome, reason, note
  FROM task_actions
 WHERE transition_id = $1::uuid
 ORDER BY action_id DESC
 LIMIT $2::int;

-- read_encounters --
-- A page of the encounters that pass the given filters, the last begun first; none that goes on
-- under another number.
SELECT encounter_id, began_at, snapshot
  FROM encounters
 WHERE ($1::text IS NULL OR site = $1::text)
   AND ($2::text IS NULL OR mrn = $2::text OR former_mrns @> ARRAY[$2::text])
   AND ($3::text IS NULL OR visit = $3::text OR former_visits @> ARRAY[$3::text])
   AND snapshot ->> 'continues_as' IS NULL
   AND ($4::timestamptz IS NULL
        OR (began_at, encounter_id) < ($4::timestamptz, $5::uuid))
 ORDER BY began_at DESC, encounter_id DESC
 LIMIT $6::int;

-- read_notifications --
-- A page of notifications, the last changed first.
SELECT notification_id, changed_at, snapshot
  FROM notifications
 WHERE ($1::text IS NULL OR site = $1::text)
   AND ($2::timestamptz IS NULL
        OR (changed_at, notification_id) < ($2::timestamptz, $3::uuid))
 ORDER BY changed_at DESC, notification_id DESC
 LIMIT $4::int;

-- read_notifications_of_patient --
-- A page of the notifications about a patient or one visit, whatever number it is known by now.
  WITH known AS (
       SELECT patient_key, visit_key
         FROM transitions
        WHERE ($1::text IS NULL OR site = $1::text)
          AND ($2::text IS NULL OR mrn = $2::text OR former_mrns @> ARRAY[$2::text])
          AND ($3::text IS NULL OR visit = $3::text OR former_visits @> ARRAY[$3::text])
        UNION
       SELECT patient_key, visit_key
         FROM encounters
        WHERE ($1::text IS NULL OR site = $1::text)
          AND ($2::text IS NULL OR mrn = $2::text OR former_mrns @> ARRAY[$2::text])
          AND ($3::text IS NULL OR visit = $3::text)),
       found AS (
       SELECT notification_id
         FROM notifications JOIN known USING (visit_key)
        WHERE NOT EXISTS (
              SELECT FROM encounters AS other  -- another patient with the same number
               WHERE other.patient_key = notifications.patient_key
                 AND other.visit_key = notifications.visit_key
                 AND other.patient_key <> known.patient_key)
        UNION
       SELECT notification_id
         FROM notifications JOIN known USING (patient_key)
        WHERE $3::text IS NULL)
SELECT notification_id, changed_at, snapshot
  FROM notifications JOIN found USING (notification_id)
 WHERE ($4::timestamptz IS NULL
        OR (changed_at, notification_id) < ($4::timestamptz, $5::uuid))
 ORDER BY changed_at DESC, notification_id DESC
 LIMIT $6::int;

-- read_notifications_of_visit --
-- How notifications about one visit of a patient stand, the last changed first; none about another
-- patient whose visit has the same number.
SELECT notification_id, changed_at, snapshot
  FROM notifications
 WHERE visit_key = $1::text
   AND NOT EXISTS (
       SELECT FROM encounters AS other
        WHERE other.patient_key = notifications.patient_key
          AND other.visit_key = notifications.visit_key
          AND other.patient_key <> $2::text)
 ORDER BY changed_at DESC, notification_id DESC
 LIMIT $3::int;
