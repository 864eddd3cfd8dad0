ALTER TABLE notices
    DROP CONSTRAINT notices_about_check,
    DROP CONSTRAINT notices_recipient_role_check,
    ADD CONSTRAINT notices_about_check CHECK (about IN (
        'encounter.registered', 'encounter.admitted', 'encounter.discharged',
        'admission.cancelled', 'discharge.cancelled', 'transition.opened', 'texts.stopped')),
    ADD CONSTRAINT notices_recipient_role_check CHECK (recipient_role IN (
        'primary_care_provider', 'post_acute_provider', 'practitioner_named_by_patient', 'patient'));
CREATE INDEX notices_texts_by_number ON notices (recipient_address) WHERE recipient_role = 'patient';
CREATE INDEX notices_texts_by_patient ON notices (patient_key) WHERE recipient_role = 'patient';

CREATE TABLE follow_ups (
    transition_id uuid    PRIMARY KEY,
    version       integer NOT NULL,
    is_wanted     boolean NOT NULL
);
COMMENT ON TABLE follow_ups IS 'Whether each transition stands, where its patient may be texted about it.';

CREATE TABLE stopped_numbers (
    number     text        PRIMARY KEY,
    stopped_at timestamptz NOT NULL
);
COMMENT ON TABLE stopped_numbers IS 'Telephones whose owners opted out of texts.';
