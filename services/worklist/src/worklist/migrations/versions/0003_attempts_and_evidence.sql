-- Whom people tried to reach, and what bills and measures ask about work that was done.
ALTER TABLE tasks
    ADD COLUMN attempts jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN evidence jsonb;
