-- Whom a plan wants to know of a task that is still open, and when.
ALTER TABLE watches
    ADD COLUMN escalates_at timestamptz,
    ADD COLUMN escalates_to text,
    ADD CHECK ((escalates_at IS NULL) = (escalates_to IS NULL));

ALTER TABLE timers
    DROP CONSTRAINT timers_kind_check,
    ADD CONSTRAINT timers_kind_check CHECK (kind IN ('due_soon', 'overdue', 'escalation'));
