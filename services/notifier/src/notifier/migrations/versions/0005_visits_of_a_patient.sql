CREATE INDEX visits_of_patient ON visits (patient_key);
