-- keep_transitions --
-- Keeps the snapshots that are newer than what is known, and gives back which ones those were.
INSERT INTO transitions AS known (transition_id, version, site, patient_key, mrn, former_mrns,
                                  name_key, visit, visit_key, former_visits, state,
                                  discharged_at, contact_due_at, readmitted_at, died_at,
                                  correlation_id, team, snapshot)
SELECT (snapshot ->> 'transition_id')::uuid,
       (snapshot ->> 'version')::integer,
       snapshot ->> 'site',
       snapshot -> 'patient' ->> 'patient_key',
       snapshot -> 'patient' ->> 'mrn',
       ARRAY (SELECT jsonb_array_elements_text(snapshot -> 'patient' -> 'former_mrns')),
       lower(snapshot -> 'patient' ->> 'name'),
       snapshot ->> 'visit',
       snapshot ->> 'visit_key',
       ARRAY (SELECT jsonb_array_elements_text(snapshot -> 'former_visits')),
       snapshot ->> 'state',
       (snapshot ->> 'discharged_at')::timestamptz,
       (snapshot -> 'clocks' ->> 'initial_contact_due_at')::timestamptz,
       (snapshot ->> 'readmitted_at')::timestamptz,
       (snapshot ->> 'died_at')::timestamptz,
       correlation_id,
       snapshot -> 'attribution' ->> 'team',
       snapshot
  FROM unnest($1::jsonb[], $2::text[]) AS news (snapshot, correlation_id)
 ORDER BY 1  -- every writer takes its locks in the same order
    ON CONFLICT (transition_id) DO UPDATE
   SET version = excluded.version,
       site = excluded.site,
       patient_key = excluded.patient_key,
       mrn = excluded.mrn,
       former_mrns = excluded.former_mrns,
       name_key = excluded.name_key,
       visit = excluded.visit,
       visit_key = excluded.visit_key,
       former_visits = excluded.former_visits,
       state = excluded.state,
       discharged_at = excluded.discharged_at,
       contact_due_at = excluded.contact_due_at,
       readmitted_at = excluded.readmitted_at,
       died_at = excluded.died_at,
       correlation_id = excluded.correlation_id,
       team = excluded.team,
       snapshot = excluded.snapshot
 WHERE known.version < excluded.version
RETURNING transition_id;

-- load_tasks --
-- Locks and gives the tasks of some transitions, with what they have from their transition.
SELECT tasks.*, transitions.patient_key, transitions.correlation_id
  FROM tasks
  JOIN transitions USING (transition_id)
 WHERE transition_id = ANY ($1::uuid[])
 ORDER BY task_id
   FOR UPDATE OF tasks;

-- write_tasks --
-- Writes tasks as they stand after a plan, new and old alike.
INSERT INTO tasks AS known (task_id, transition_id, site, version, code, title, role, due_at,
                            window_opens_at, best_before_at, rule, checklist, withdrawn_for, state,
                            rank, changed_at, team)
SELECT task_id, transition_id, planned.site, planned.version, code, title, role, due_at,
       window_opens_at, best_before_at, rule, checklist -> 'items', withdrawn_for, planned.state,
       rank, changed_at, team
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::text[], $6::text[],
              $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::text[],
              $12::jsonb[], $13::text[], $14::text[], $15::smallint[], $16::timestamptz[])
       AS planned (task_id, transition_id, site, version, code, title, role, due_at,
                   window_opens_at, best_before_at, rule, checklist, withdrawn_for, state, rank,
                   changed_at)
  JOIN transitions USING (transition_id)
    ON CONFLICT (task_id) DO UPDATE
   SET version = excluded.version,
       code = excluded.code,
       title = excluded.title,
       role = excluded.role,
       due_at = excluded.due_at,
       window_opens_at = excluded.window_opens_at,
       best_before_at = excluded.best_before_at,
       rule = excluded.rule,
       checklist = excluded.checklist,
       withdrawn_for = excluded.withdrawn_for,
       state = excluded.state,
       changed_at = excluded.changed_at;

-- rank_tasks --
-- Gives the tasks of some transitions the rank and the team of their transition.
UPDATE tasks
   SET rank = news.rank,
       team = transitions.team
  FROM unnest($1::uuid[], $2::smallint[]) AS news (transition_id, rank)
  JOIN transitions USING (transition_id)
 WHERE tasks.transition_id = news.transition_id
   AND (tasks.rank <> news.rank OR tasks.team IS DISTINCT FROM transitions.team);

-- add_actions --
-- Adds to the record of who did what.
INSERT INTO task_actions (task_id, transition_id, version, did, at, subject, name, role,
                          from_state, to_state, outcome, reason, note)
SELECT *
  FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::timestamptz[], $6::text[],
              $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
              $13::text[]);

-- keep_encounters --
-- Keeps the encounters that are newer than what is known.
INSERT INTO encounters AS known (encounter_id, version, site, patient_key, mrn, former_mrns,
                                 visit, visit_key, former_visits, began_at, snapshot)
SELECT (snapshot ->> 'encounter_id')::uuid,
       (snapshot ->> 'version')::integer,
       snapshot ->> 'site',
       snapshot -> 'patient' ->> 'patient_key',
       snapshot -> 'patient' ->> 'mrn',
       ARRAY (SELECT jsonb_array_elements_text(snapshot -> 'patient' -> 'former_mrns')),
       snapshot ->> 'visit',
       snapshot ->> 'visit_key',
       ARRAY (SELECT jsonb_array_elements_text(snapshot -> 'former_visits')),
       coalesce(snapshot ->> 'admitted_at', snapshot ->> 'discharged_at',
                snapshot ->> 'changed_at')::timestamptz,
       snapshot
  FROM unnest($1::jsonb[]) AS news (snapshot)
 ORDER BY 1
    ON CONFLICT (encounter_id) DO UPDATE
   SET version = excluded.version,
       site = excluded.site,
       patient_key = excluded.patient_key,
       mrn = excluded.mrn,
       former_mrns = excluded.former_mrns,
       visit = excluded.visit,
       visit_key = excluded.visit_key,
       former_visits = excluded.former_visits,
       began_at = excluded.began_at,
       snapshot = excluded.snapshot
 WHERE known.version < excluded.version;

-- keep_notifications --
-- Keeps how notifications stand, where that is newer than what is known.
INSERT INTO notifications AS known (notification_id, version, site, patient_key, visit_key,
                                    changed_at, snapshot)
SELECT (snapshot ->> 'notification_id')::uuid,
       (snapshot ->> 'version')::integer,
       snapshot ->> 'site',
       snapshot ->> 'patient_key',
       snapshot ->> 'visit_key',
       (snapshot ->> 'changed_at')::timestamptz,
       snapshot
  FROM unnest($1::jsonb[]) AS news (snapshot)
 ORDER BY 1
    ON CONFLICT (notification_id) DO UPDATE
   SET version = excluded.version,
       patient_key = excluded.patient_key,
       visit_key = excluded.visit_key,
       changed_at = excluded.changed_at,
       snapshot = excluded.snapshot
 WHERE known.version < excluded.version;

-- keep_reminders --
-- Keeps that reminders were given.
INSERT INTO reminders (reminder_id, task_id, kind, due_at, reminded_at, escalated_to)
SELECT *
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[],
              $6::text[])
    ON CONFLICT (reminder_id) DO NOTHING;

-- tell_pages --
-- Tells every open page, when this transaction commits, that something changed.
SELECT pg_notify(current_schema() || '_changed', '');
