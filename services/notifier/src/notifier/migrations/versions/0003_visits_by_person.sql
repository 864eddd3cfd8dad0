-- What was said under a number so far is the patient's who was named last with it.
ALTER TABLE visits ADD COLUMN patient_key text;
UPDATE visits SET patient_key = coalesce(facts -> 'patient_key' ->> 'value', '');
ALTER TABLE visits ALTER patient_key SET NOT NULL,
                   DROP CONSTRAINT visits_pkey,
                   ADD PRIMARY KEY (visit_key, patient_key);
