ALTER TABLE notices
    ADD COLUMN recipient_role text NOT NULL DEFAULT 'primary_care_provider' CHECK (recipient_role IN (
        'primary_care_provider', 'post_acute_provider', 'practitioner_named_by_patient')),
    ADD COLUMN recipient_key  text NOT NULL DEFAULT '';
COMMENT ON COLUMN notices.recipient_key IS 'Tells those of one role apart, of which there may be several.';
