-- What was said under a number so far is the patient's who was named last with it; of a number that
-- was only named as the one before, whoever goes on with the visit.
ALTER TABLE encounters ADD COLUMN patient_key text;
UPDATE encounters SET patient_key = (
    SELECT said #>> '{2,patient_key}'
      FROM json_array_elements(facts) AS said
     WHERE said #>> '{2,patient_key}' IS NOT NULL
     ORDER BY said ->> 0 DESC
     LIMIT 1
);
UPDATE encounters SET patient_key = coalesce(
    (SELECT target.patient_key
       FROM json_array_elements(encounters.facts) AS said
       JOIN encounters AS target ON target.visit_key = said #>> '{2,continues_as,0}'
      LIMIT 1),
    (SELECT min(persons.patient_key)
       FROM persons
      WHERE persons.cluster_key = encounters.cluster_key))
 WHERE patient_key IS NULL;

-- That a visit goes on under another number says whose that is: from [visit_key, how] to
-- [visit_key, patient_key, how].
UPDATE encounters SET facts = (
    SELECT json_agg(
               CASE WHEN said #> '{2,continues_as}' IS NULL THEN said
                    ELSE jsonb_set(said::jsonb, '{2,continues_as}', jsonb_build_array(
                             said #> '{2,continues_as,0}',
                             coalesce(target.patient_key, encounters.patient_key),
                             said #> '{2,continues_as,1}'))::json
               END ORDER BY place)
      FROM json_array_elements(encounters.facts) WITH ORDINALITY AS told (said, place)
      LEFT JOIN encounters AS target ON target.visit_key = said #>> '{2,continues_as,0}'
)
 WHERE facts::text LIKE '%"continues_as"%';

ALTER TABLE encounters ALTER patient_key SET NOT NULL,
                       DROP CONSTRAINT encounters_pkey,
                       ADD PRIMARY KEY (patient_key, visit_key);
