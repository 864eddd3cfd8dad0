-- hold_task --
-- Locks and gives one task, with what it has from its transition.
SELECT tasks.*, transitions.patient_key, transitions.correlation_id
  FROM tasks
  JOIN transitions USING (transition_id)
 WHERE task_id = $1::uuid
   FOR UPDATE OF tasks;

-- write_work --
-- Writes what a person did with a task.
UPDATE tasks
   SET version = $2::integer,
       owner = $3::text,
       owner_name = $4::text,
       started_at = $5::timestamptz,
       completed_at = $6::timestamptz,
       outcome = $7::text,
       state = $8::text,
       changed_at = $9::timestamptz,
       attempts = $10::jsonb,
       evidence = $11::jsonb,
       ticks = $12::jsonb
 WHERE task_id = $1::uuid;
