-- Who saw or changed what of whom: rows are added and never touched again. `seal` is a digest of the
-- row and of the seal before it, so that a change is seen; places have no gap, so that nothing forks.
CREATE TABLE audit_entries (
    position      bigint      PRIMARY KEY,
    seal          bytea       NOT NULL,
    at            timestamptz NOT NULL,
    subject       text        NOT NULL,
    name          text        NOT NULL,
    role          text        NOT NULL,
    source        text        NOT NULL CHECK (source IN ('api', 'page')),
    action        text        NOT NULL,
    allowed       boolean     NOT NULL,
    alert         boolean     NOT NULL,
    patients      text[]      NOT NULL,
    transition_id uuid,
    task_id       uuid,
    searched_by   text[]      NOT NULL,
    reason        text        NOT NULL,
    open_until    timestamptz
);
CREATE INDEX audit_entries_of_person ON audit_entries (subject, position DESC);
CREATE INDEX audit_entries_of_patient ON audit_entries USING gin (patients);
CREATE INDEX audit_entries_by_time ON audit_entries (at);
CREATE INDEX broken_glass ON audit_entries (subject, open_until) WHERE open_until IS NOT NULL;

CREATE TRIGGER audit_entries_are_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The end of the chain: one row, which whoever adds an entry holds until it is committed.
CREATE TABLE audit_end (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    position bigint  NOT NULL,
    seal     bytea   NOT NULL
);
INSERT INTO audit_end (position, seal) VALUES (0, '');
