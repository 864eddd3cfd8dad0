-- read_ties --
-- Of the transitions of some patients, those in which a person owns a task or worked on one.
  WITH known AS MATERIALIZED (
       SELECT transition_id, patient_key
         FROM transitions
        WHERE patient_key = ANY ($2::text[]))
SELECT transition_id, patient_key
  FROM known JOIN tasks USING (transition_id)
 WHERE owner = $1::text
 UNION
SELECT transition_id, patient_key
  FROM known JOIN task_actions USING (transition_id)
 WHERE subject = $1::text;

-- read_broken_glass --
-- For whom of some patients a person broke the glass that still stands open, and why, last time.
SELECT DISTINCT ON (patient_key) patient_key, reason
  FROM (SELECT unnest(patients) AS patient_key, reason, position
          FROM audit_entries
         WHERE subject = $1::text AND open_until > $3::timestamptz) AS broken
 WHERE patient_key = ANY ($2::text[])
 ORDER BY patient_key, position DESC;
