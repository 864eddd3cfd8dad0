-- correlations_of_control_id --
-- The correlation ids of what a message with this control id is about.
SELECT DISTINCT correlation_id
  FROM journal
 WHERE control_id = $1::text AND control_id <> '' AND correlation_id <> ''
   AND ($2::text = '' OR site = $2::text);

-- correlations_of_event_id --
-- The correlation ids of an event; `site` has no say, since the id is one of a kind.
SELECT DISTINCT correlation_id
  FROM journal
 WHERE event_id = $1::text AND event_id <> '' AND correlation_id <> ''
   AND ($2::text = '' OR site IN ($2::text, ''));

-- correlations_of_correlation_id --
-- The correlation id itself, if anything carries it.
SELECT DISTINCT correlation_id
  FROM journal
 WHERE correlation_id = $1::text AND correlation_id <> ''
   AND ($2::text = '' OR site IN ($2::text, ''));

-- correlations_of_transition_id --
-- The correlation ids of all that was said of a transition.
SELECT DISTINCT correlation_id
  FROM journal
 WHERE transition_id = $1::text AND transition_id <> '' AND correlation_id <> ''
   AND ($2::text = '' OR site = $2::text);

-- correlations_of_visit --
-- The correlation ids of all that was said of a visit.
SELECT DISTINCT correlation_id
  FROM journal
 WHERE visit = $1::text AND visit <> '' AND correlation_id <> ''
   AND ($2::text = '' OR site = $2::text);

-- correlations_of_mrn --
-- The correlation ids of all that was said of a person, under this number or one merged with it.
WITH RECURSIVE person (patient_key) AS (
    (SELECT patient_key
       FROM journal
      WHERE mrn = $1::text AND mrn <> '' AND patient_key <> ''
        AND ($2::text = '' OR site = $2::text)
     UNION
     SELECT prior_patient_key
       FROM patient_merges
      WHERE prior_mrn = $1::text AND ($2::text = '' OR site = $2::text))
    UNION
    SELECT other.patient_key
      FROM person
      JOIN LATERAL (SELECT merge.patient_key
                      FROM patient_merges merge
                     WHERE merge.prior_patient_key = person.patient_key
                    UNION
                    SELECT merge.prior_patient_key
                      FROM patient_merges merge
                     WHERE merge.patient_key = person.patient_key) AS other ON true
)
SELECT DISTINCT journal.correlation_id
  FROM person
  JOIN journal USING (patient_key)
 WHERE journal.patient_key <> '' AND journal.correlation_id <> '';

-- stations --
-- The oldest entries with these correlation ids, and those about the transitions that these touch.
WITH found AS (
    SELECT stored_at, topic, partition, position
      FROM journal
     WHERE correlation_id = ANY ($1::text[]) AND correlation_id <> ''
    UNION
    SELECT stored_at, topic, partition, position
      FROM journal
     WHERE transition_id <> ''
       AND transition_id = ANY (ARRAY (SELECT DISTINCT touched.transition_id
                                         FROM journal AS touched
                                        WHERE touched.correlation_id = ANY ($1::text[])
                                          AND touched.correlation_id <> ''
                                          AND touched.transition_id <> ''))
     ORDER BY stored_at, topic, partition, position
     LIMIT $2::int
)
SELECT stored_at, topic, partition, position, type, event_id, correlation_id, occurred_at, site,
       control_id, trigger, outcome, reason, place, answer, detail, patient_key, mrn, visit_key,
       visit, transition_id, task_id, digest
  FROM found
  JOIN journal USING (stored_at, topic, partition, position)
 ORDER BY stored_at, topic, partition, position;
