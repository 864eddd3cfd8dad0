-- Hardly any visit goes on under another number; without this the planner believes that most do.
CREATE STATISTICS encounters_that_go_on ON (snapshot ->> 'continues_as') FROM encounters;
ANALYZE encounters;
