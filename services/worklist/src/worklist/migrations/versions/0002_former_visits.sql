-- A visit may have been spoken of under other numbers: they find it as its own number does.
ALTER TABLE transitions ADD COLUMN former_visits text[] NOT NULL DEFAULT '{}';
CREATE INDEX transitions_of_former_visit ON transitions USING gin (former_visits);

ALTER TABLE encounters ADD COLUMN former_visits text[] NOT NULL DEFAULT '{}';
CREATE INDEX encounters_of_former_visit ON encounters USING gin (former_visits);
