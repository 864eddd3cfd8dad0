-- What people did about each step, as the worklist told it: what claims and measures are judged by.
ALTER TABLE transitions ADD COLUMN work json NOT NULL DEFAULT '{}';
