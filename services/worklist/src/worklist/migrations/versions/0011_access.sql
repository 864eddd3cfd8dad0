-- Who may see a patient is asked by the patient's key.
CREATE INDEX transitions_of_patient ON transitions (patient_key);
