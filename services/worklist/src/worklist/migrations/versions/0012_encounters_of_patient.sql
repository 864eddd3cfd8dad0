CREATE INDEX encounters_of_patient ON encounters (patient_key, visit_key);
