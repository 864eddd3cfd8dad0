-- The audit is read by time, the latest first: all of it, one person's, and the alerts.
DROP INDEX audit_entries_by_time, audit_entries_of_person;
CREATE INDEX audit_entries_latest ON audit_entries (at DESC, position DESC);
CREATE INDEX audit_entries_of_person ON audit_entries (subject, at DESC, position DESC);
CREATE INDEX alerts_latest ON audit_entries (at DESC, position DESC) WHERE alert;
