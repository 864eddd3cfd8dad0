-- What belongs to a task in the protocol's words, and which lines of it people ticked.
ALTER TABLE tasks
    ADD COLUMN checklist jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN ticks     jsonb NOT NULL DEFAULT '[]';
